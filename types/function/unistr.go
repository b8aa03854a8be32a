package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerUnistr: unistr reads \0041, \u0041, \+000041 and \U00000041 as characters.
func registerUnistr(r *registry) {
	r.fn("unistr(text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		dst, err := unistr(a[0].Str(i))
		if err == nil {
			out.AppendBytes(dst)
		}
		return err
	}))
}

func unistr(s []byte) ([]byte, error) {
	pair := func() error { return types.Errorf(types.CodeSyntaxError, "invalid Unicode surrogate pair") }
	dst := make([]byte, 0, len(s))
	var first rune // of a surrogate pair
	for len(s) > 0 {
		switch {
		case s[0] != '\\':
			if first != 0 {
				return nil, pair()
			}
			n := bytes.IndexByte(s, '\\')
			if n < 0 {
				n = len(s)
			}
			dst, s = append(dst, s[:n]...), s[n:]
			continue
		case len(s) > 1 && s[1] == '\\':
			if first != 0 {
				return nil, pair()
			}
			dst, s = append(dst, '\\'), s[2:]
			continue
		}
		c, n, ok := unicodeEscape(s)
		if !ok {
			return nil, types.Errorf(types.CodeSyntaxError, "invalid Unicode escape").
				WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
		}
		s = s[n:]
		switch {
		case c == 0 || c > utf8.MaxRune:
			return nil, types.Errorf(types.CodeInvalidParameterValue, "invalid Unicode code point: %04X", c)
		case first != 0:
			if c < 0xdc00 || c > 0xdfff {
				return nil, pair()
			}
			dst, first = utf8.AppendRune(dst, (first-0xd800)<<10+rune(c)-0xdc00+0x10000), 0
		case c >= 0xd800 && c <= 0xdbff:
			first = rune(c)
		case c >= 0xdc00 && c <= 0xdfff:
			return nil, pair()
		default:
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	if first != 0 {
		return nil, pair()
	}
	return dst, nil
}

// unicodeEscape reads the escape that s begins with; n is its length.
func unicodeEscape(s []byte) (c uint32, n int, ok bool) {
	from, digits := 1, 4
	if len(s) > 1 {
		switch s[1] {
		case '+':
			from, digits = 2, 6
		case 'u':
			from = 2
		case 'U':
			from, digits = 2, 8
		}
	}
	if len(s) < from+digits {
		return 0, 0, false
	}
	for _, d := range s[from : from+digits] {
		switch {
		case d >= '0' && d <= '9':
			c = c<<4 | uint32(d-'0')
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			c = c<<4 | uint32(d|0x20-'a'+10)
		default:
			return 0, 0, false
		}
	}
	return c, from + digits, true
}
