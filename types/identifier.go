package types

import (
	"strings"
	"unicode/utf8"
)

// maxIdent is how many bytes of a name count.
const maxIdent = 63

// SplitName takes a dotted name apart as a user writes it: what is not quoted is folded to lower case. The error is 42602.
func SplitName(s string) ([]string, error) {
	bad := func() ([]string, error) { return nil, Errorf(CodeInvalidName, "invalid name syntax") }
	var parts []string
	for s = strings.TrimLeft(s, spaces); ; s = strings.TrimLeft(s[1:], spaces) {
		var part string
		if strings.HasPrefix(s, `"`) {
			end := closingQuote(s)
			if end < 0 {
				return bad()
			}
			part, s = strings.ReplaceAll(s[1:end], `""`, `"`), s[end+1:]
		} else {
			end := strings.IndexAny(s, "."+spaces)
			if end < 0 {
				end = len(s)
			}
			part, s = foldName(s[:end]), s[end:]
		}
		if part == "" {
			return bad()
		}
		parts = append(parts, cutName(part))
		s = strings.TrimLeft(s, spaces)
		switch {
		case s == "":
			return parts, nil
		case s[0] != '.':
			return bad()
		}
	}
}

// closingQuote finds the quote that ends the quoted name that s begins with; -1: none does.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return i
	}
	return -1
}

// foldName makes a name that was not quoted lower case: ASCII letters only, as PostgreSQL does it in UTF-8.
func foldName(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func cutName(s string) string {
	if len(s) <= maxIdent {
		return s
	}
	n := maxIdent
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// QuoteIdent spells a name so that SQL reads it back: quoted only where that is needed.
func QuoteIdent(name string) string { return string(AppendIdent(nil, name)) }

// AppendIdent is QuoteIdent into a buffer.
func AppendIdent[S string | []byte](dst []byte, s S) []byte {
	safe := len(s) > 0 && (s[0] == '_' || s[0] >= 'a' && s[0] <= 'z')
	for i := range len(s) {
		c := s[i]
		safe = safe && (c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if safe && !keywords[string(s)] {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := range len(s) {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// keywords are PostgreSQL's keywords that are not unreserved: names spelled so need quotes. Those that may name types and functions are true of
// typeWords too.
var keywords, typeWords = words(keywordList), words(typeWordList)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

const typeWordList = "authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like " +
	"natural notnull outer overlaps right similar tablesample verbose"

const keywordList = "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean " +
	"both case cast char character check coalesce collate collation column concurrently constraint create " +
	"cross current_catalog current_date current_role current_schema current_time current_timestamp " +
	"current_user dec decimal default deferrable desc distinct do else end except exists extract false " +
	"fetch float for foreign freeze from full grant greatest group grouping having ilike in initially " +
	"inner inout int integer intersect interval into is isnull join lateral leading least left like limit " +
	"localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset " +
	"on only or order out outer overlaps overlay placing position precision primary real references " +
	"returning right row select session_user setof similar smallint some substring symmetric table " +
	"tablesample then time timestamp to trailing treat trim true union unique user using values varchar " +
	"variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest " +
	"xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
