package session

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// corpusStatements are those that are compared with PostgreSQL: the texts that mutations start from.
func corpusStatements(t testing.TB) (out []string) {
	files, err := filepath.Glob("../integration/testdata/sql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus of statements: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(string(text)) {
			if len(lines) == 0 && (strings.HasPrefix(line, "--") || strings.TrimSpace(line) == "") {
				continue
			}
			lines = append(lines, line)
			if strings.HasSuffix(strings.TrimSpace(line), ";") {
				out = append(out, strings.TrimSuffix(strings.TrimSpace(strings.Join(lines, "")), ";"))
				lines = nil
			}
		}
	}
	return out
}

// tokens cuts a text as SQL's lexer does, roughly: strings, quoted names, words, numbers, space, operators, single characters.
var tokens = regexp.MustCompile(`(?s)[eE]?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|\$\w*\$|\$\d+|[\p{L}_][\p{L}\p{N}_$]*|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\s+|[-+*/<>=~!@#%^&|?]+|::|.`)

// extremes are values at which functions break, for the place of any value.
var extremes = []string{
	"null", "''", "0", "-1", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "1e308", "1e-400", "'NaN'::float8", "'-Infinity'::float8",
	"'NaN'::numeric", "'Infinity'::numeric", "1e131071", "repeat('x', 1000000)", "repeat('x', 1000000000)", "repeat('[', 10000)", "'infinity'::timestamptz", "'-infinity'::date", "'294276-12-31 23:59:59'::timestamptz",
	"'4713-01-01 BC'::date", "'2147483647 mons'::interval", "'-178000000 years'::interval", "array[]::int[]", "array[[null]]", "'[0:1]={1,2}'::int[]", "array_fill(1, array[100, 100, 100])", "row()", "row(null)",
	"'{}'::jsonb", "'[[[[1]]]]'::jsonb", "'\"\\u0041\"'::jsonb", "'$.**'::jsonpath", "'(a*)*b'", "'%' || repeat('_%', 1000)", "generate_series(1, 1000000000)", "(select 1)", "(select 1 where false)", "timestamp", "stream", "document",
	"properties", "x''", "b''", "U&'\\0041'", "'\\x00'::bytea", "'::/0'::inet", "current_user", "oid '4294967295'", "'\U0001F600'", "random()", "(select array_agg(k) from stream)", "grouping(k)",
}

// mutator makes texts of the corpus's parts that are well-formed more often than what changes of bytes make.
type mutator struct{ corpus [][]string }

func newMutator(corpus []string) *mutator {
	m := &mutator{}
	for _, sql := range corpus {
		if t := tokens.FindAllString(sql, -1); len(t) > 0 {
			m.corpus = append(m.corpus, t)
		}
	}
	return m
}

// tokenKind tells what a token may be replaced by.
func tokenKind(token string) byte {
	switch c := token[0]; {
	case c == '\'' || (c == 'e' || c == 'E') && strings.HasSuffix(token, "'"):
		return '\''
	case c == '"':
		return '"'
	case c >= '0' && c <= '9':
		return '0'
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
		return 'a'
	case strings.TrimSpace(token) == "":
		return ' '
	}
	return token[0]
}

// mutate changes a text by chance; the same number makes the same change, and 0 none.
func (m *mutator) mutate(sql string, number uint64) string {
	if number == 0 {
		return sql
	}
	r := rand.New(rand.NewPCG(number, 1))
	t := tokens.FindAllString(sql, -1)
	if len(t) == 0 {
		t = m.corpus[r.IntN(len(m.corpus))]
	}
	for range 1 + r.IntN(4) {
		other := m.corpus[r.IntN(len(m.corpus))]
		i := r.IntN(len(t))
		j := min(len(t), i+1+r.IntN(12))
		switch r.IntN(9) {
		case 0, 1: // a token of the same kind
			for range 20 {
				if o := other[r.IntN(len(other))]; tokenKind(o) == tokenKind(t[i]) {
					t = splice(t, i, i+1, o)
					break
				}
				other = m.corpus[r.IntN(len(m.corpus))]
			}
		case 2, 3: // an extreme in the place of a value
			for k := range t {
				at := (i + k) % len(t)
				if c := tokenKind(t[at]); c == '0' || c == '\'' {
					t = splice(t, at, at+1, extremes[r.IntN(len(extremes))])
					break
				}
			}
		case 4: // a part twice
			t = splice(t, j, j, t[i:j]...)
		case 5: // a part less
			t = splice(t, i, j)
		case 6: // a part of another statement
			from := r.IntN(len(other))
			t = splice(t, i, j, other[from:min(len(other), from+1+r.IntN(12))]...)
		case 7: // a whole statement in parentheses
			t = splice(t, i, i+1, append(append([]string{"("}, other...), ")")...)
		case 8: // deep
			n := 1 << r.IntN(12)
			t = splice(t, i, i+1, strings.Repeat("(", n), t[i], strings.Repeat(")", n))
		}
		if len(t) == 0 {
			return ""
		}
	}
	return strings.Join(t, "")
}

// splice is a list with its part from i to j replaced.
func splice(t []string, i, j int, by ...string) []string {
	out := append([]string{}, t[:i]...)
	out = append(out, by...)
	return append(out, t[j:]...)
}
