package function

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerTextFormat(r *registry) {
	registerQuote(r)
	r.fn("concat(any)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendFunc(func(dst []byte) []byte {
			for j := range a {
				if !a[j].Null(i) {
					dst = types.AppendText(dst, c.Env, c.Args[j], a[j], i)
				}
			}
			return dst
		})
		return nil
	}))
	r.fn("concat_ws(text,any)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Null(i) {
			out.AppendNull()
			return nil
		}
		out.AppendFunc(func(dst []byte) []byte {
			first := true
			for j := 1; j < len(a); j++ {
				if a[j].Null(i) {
					continue
				}
				if !first {
					dst = append(dst, a[0].Str(i)...)
				}
				first = false
				dst = types.AppendText(dst, c.Env, c.Args[j], a[j], i)
			}
			return dst
		})
		return nil
	}))
	r.fn("format(text)", byRow(format))
	r.fn("format(text,any)", byRow(format))
}

// format is format(pattern, args…): %s text, %I identifier, %L literal, each as %[n$][-][width]X, and %%.
func format(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	p := a[0].Str(i)
	var dst []byte
	next := 0
	for len(p) > 0 {
		if p[0] != '%' {
			n := bytes.IndexByte(p, '%')
			if n < 0 {
				n = len(p)
			}
			dst, p = append(dst, p[:n]...), p[n:]
			continue
		}
		if p = p[1:]; len(p) > 0 && p[0] == '%' {
			dst, p = append(dst, '%'), p[1:]
			continue
		}
		s, rest, err := parseSpec(p)
		if err != nil {
			return err
		}
		p = rest
		width := s.width
		if s.starWidth {
			w := next + 1
			if s.starAt > 0 {
				w = s.starAt
			}
			if w >= len(a) {
				return tooFewArguments()
			}
			next = w
			if a[w].Null(i) {
				width = 0
			} else if a[w].Kind == column.Int64 {
				width = int(a[w].Int(i))
			} else {
				n, err := types.ParseInt(types.AppendText(nil, c.Env, c.Args[w], a[w], i), types.Int4)
				if err != nil {
					return err
				}
				width = int(n)
			}
		}
		at := next + 1
		if s.position > 0 {
			at = s.position
		}
		if at >= len(a) {
			return tooFewArguments()
		}
		next = at
		var v []byte
		null := a[at].Null(i)
		if !null {
			v = types.AppendText(nil, c.Env, c.Args[at], a[at], i)
		}
		switch s.conversion {
		case 'I':
			if null {
				return types.Errorf("22004", "null values cannot be formatted as an SQL identifier")
			}
			v = appendIdent(nil, v)
		case 'L':
			if null {
				v = []byte("NULL")
			} else {
				v = appendLiteral(nil, v)
			}
		}
		left := s.left
		if width < 0 {
			left, width = true, -width
		}
		dst = appendPadded(dst, v, width, left)
	}
	out.AppendBytes(dst)
	return nil
}

func tooFewArguments() error {
	return types.Errorf(types.CodeInvalidParameterValue, "too few arguments for format()")
}

// spec is one format specifier; position and starAt count arguments from 1, 0: the next.
type spec struct {
	position, width, starAt int
	starWidth, left         bool
	conversion              byte
}

func parseSpec(p []byte) (s spec, rest []byte, err error) {
	unterminated := types.Errorf(types.CodeInvalidParameterValue, "unterminated format() type specifier").
		WithHint(`For a single "%%" use "%%%%".`)
	number := func() (int, bool) {
		n, digits := 0, 0
		for digits < len(p) && p[digits] >= '0' && p[digits] <= '9' {
			if n = n*10 + int(p[digits]-'0'); n > math.MaxInt32 {
				err = types.Errorf(types.CodeNumericOutOfRange, "number is out of range")
				return 0, false
			}
			digits++
		}
		p = p[digits:]
		return n, digits > 0
	}
	positionZero := types.Errorf(types.CodeInvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
	if n, ok := number(); err != nil {
		return s, nil, err
	} else if ok {
		if len(p) == 0 {
			return s, nil, unterminated
		}
		if p[0] == '$' {
			if n == 0 {
				return s, nil, positionZero
			}
			s.position, p = n, p[1:]
		} else {
			s.width = n
		}
	}
	if s.width == 0 {
		for len(p) > 0 && p[0] == '-' {
			s.left, p = true, p[1:]
		}
		if len(p) > 0 && p[0] == '*' {
			s.starWidth, p = true, p[1:]
			if n, ok := number(); err != nil {
				return s, nil, err
			} else if ok {
				if len(p) == 0 || p[0] != '$' {
					return s, nil, types.Errorf(types.CodeInvalidParameterValue, "width argument position must be ended by \"$\"")
				}
				if n == 0 {
					return s, nil, positionZero
				}
				s.starAt, p = n, p[1:]
			}
		} else {
			if s.width, _ = number(); err != nil {
				return s, nil, err
			}
		}
	}
	if len(p) == 0 {
		return s, nil, unterminated
	}
	s.conversion = p[0]
	if s.conversion != 's' && s.conversion != 'I' && s.conversion != 'L' {
		c, _ := utf8.DecodeRune(p)
		return s, nil, types.Errorf(types.CodeInvalidParameterValue, "unrecognized format() type specifier \"%c\"", c).
			WithHint(`For a single "%%" use "%%%%".`)
	}
	return s, p[1:], nil
}

func appendPadded(dst, v []byte, width int, left bool) []byte {
	missing := width - utf8.RuneCount(v)
	if missing <= 0 {
		return append(dst, v...)
	}
	if left {
		return append(append(dst, v...), bytes.Repeat([]byte(" "), missing)...)
	}
	return append(append(dst, bytes.Repeat([]byte(" "), missing)...), v...)
}
