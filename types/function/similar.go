package function

import (
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// codeInvalidUseOfEscape is the SQLSTATE for a pattern with too many separators.
const codeInvalidUseOfEscape = "2200C"

// registerSimilar: SQL's regular expressions, which SIMILAR TO and substring take. The grammar writes SIMILAR TO as ~ with what
// similar_to_escape makes of the pattern.
func registerSimilar(r *registry) {
	made := func(escape func(a []*column.Vector, i int) []byte) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			parts, err := similarParts(a[0].Str(i), escape(a, i))
			if err != nil {
				return err
			}
			out.AppendString(similarRegexp(parts))
			return nil
		})
	}
	backslash := func([]*column.Vector, int) []byte { return []byte{'\\'} }
	given := func(a []*column.Vector, i int) []byte { return a[1].Str(i) }
	r.fn("similar_to_escape(text)", made(backslash))
	r.fn("similar_to_escape(text,text)", made(given))
	r.fn("similar_escape(text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		escape := []byte{'\\'}
		switch {
		case a[0].Null(i):
			out.AppendNull()
			return nil
		case !a[1].Null(i):
			escape = a[1].Str(i)
		}
		parts, err := similarParts(a[0].Str(i), escape)
		if err == nil {
			out.AppendString(similarRegexp(parts))
		}
		return err
	}))
	r.fn("substring(text,text,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		parts, err := similarParts(a[1].Str(i), a[2].Str(i))
		if err != nil {
			return err
		}
		s := a[0].Str(i)
		found, from, to, err := similarPart(s, parts)
		switch {
		case err != nil:
			return err
		case found:
			out.AppendBytes(s[from:to])
		default:
			out.AppendNull()
		}
		return nil
	}))
}

// similarParts rewrites an SQL regular expression as PostgreSQL's; two separators (an escaped ") cut it into three parts.
func similarParts(p, escape []byte) ([]string, error) {
	var esc rune = -1
	if len(escape) > 0 {
		var w int
		if esc, w = utf8.DecodeRune(escape); w < len(escape) {
			return nil, types.Errorf(codeInvalidEscape, "invalid escape string").WithHint("Escape string must be empty or one character.")
		}
	}
	parts := []string{}
	var cur []byte
	escaped, inClass := false, false
	for len(p) > 0 {
		c, w := utf8.DecodeRune(p)
		char := p[:w]
		p = p[w:]
		switch {
		case escaped:
			escaped = false
			if c != '"' || inClass {
				cur = append(append(cur, '\\'), char...)
				continue
			}
			if len(parts) == 2 {
				return nil, types.Errorf(codeInvalidUseOfEscape, "SQL regular expression may not contain more than two escape-double-quote separators")
			}
			parts, cur = append(parts, string(cur)), nil
		case c == esc:
			escaped = true
		case inClass:
			if c == '\\' {
				cur = append(cur, '\\')
			}
			cur = append(cur, char...)
			inClass = c != ']'
		case c == '[':
			cur, inClass = append(cur, '['), true
		case c == '%':
			cur = append(cur, ".*"...)
		case c == '_':
			cur = append(cur, '.')
		case c == '(':
			cur = append(cur, "(?:"...)
		case c == '\\' || c == '.' || c == '^' || c == '$':
			cur = append(append(cur, '\\'), char...)
		default:
			cur = append(cur, char...)
		}
	}
	return append(parts, string(cur)), nil
}

// similarRegexp puts the parts together, so that the middle one is a group, and the first as short as can be.
func similarRegexp(parts []string) string {
	out := "^(?:" + parts[0]
	for i, p := range parts[1:] {
		out += [...]string{"){1,1}?(", "){1,1}(?:"}[i] + p
	}
	return out + ")$"
}

// similarPart finds the part of a text between the separators: the first part is as short as can be, then the middle one as long.
// Without separators, or with one, it is what the last part matches.
func similarPart(s []byte, parts []string) (found bool, from, to int, err error) {
	re, _, err := compileRegexp([]byte(similarRegexp(parts)), nil)
	if err != nil {
		return false, 0, 0, err
	}
	m, err := (&matches{pattern: re}).find(s, 0)
	switch {
	case err != nil || m == nil:
		return false, 0, 0, err
	case len(m) == 2:
		return true, m[0], m[1], nil
	}
	return m[2] >= 0, m[2], m[3], nil
}
