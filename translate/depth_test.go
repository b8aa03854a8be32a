package translate

import (
	"errors"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/types"
)

// TestDeepTextsAreRefused: a text that would overflow the parser's stack, and with it end the process, is an error; a text that is only long is not.
func TestDeepTextsAreRefused(t *testing.T) {
	const n = 30_000
	many := func(before, piece, after string) string { return before + strings.Repeat(piece, n) + after }
	for name, sql := range map[string]string{
		"operators":          many("select ", "1+", "1"),
		"casts":              many("select 1", "::int", ""),
		"unions":             many("select 1, 1", " union select 1, 1", ""),
		"joins":              many("select 1 from t", " join t on true and (a, b) = (1, 1)", ""),
		"after commas":       many("select 1, 2, ", "1+", "1"),
		"brackets":           many("select ", "array[1,2]||", "null"),
		"cases":              many("select ", "case when true and true then 1 end + ", "1"),
		"collations":         many("select 'a'", ` collate "C"`, ""),
		"zones":              many("select now()", " at time zone 'utc'", ""),
		"second statement":   many("select 1; select ", "1+", "1"),
		"parentheses":        many("select ", "(1+", "1"+strings.Repeat(")", n)),
		"left in parens":     many("select ", "(", "1"+strings.Repeat("+1)", n)),
		"not":                many("select ", "not ", "true"),
		"operators and text": many("select ", "'1+'||", "''"),
	} {
		_, err := Parse(sql)
		if e := (*types.Error)(nil); !errors.As(err, &e) || e.Code != types.CodeStatementTooComplex {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	for name, sql := range map[string]string{
		"values":     many("insert into t values (1)", ", (-1)", ""),
		"list":       many("select 1 in (1", ", -1", ")"),
		"and":        many("select true", " and a", ""),
		"text":       many("select '", "1+", "'"),
		"comment":    many("select 1 /*", "1+", "*/"),
		"statements": strings.Repeat("select 1+1;", 10_000),
		"columns":    many("select 1", ", a+1", ""),
	} {
		if _, err := Parse(sql); err != nil {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}
