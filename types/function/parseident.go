package function

import (
	"bytes"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerParseIdent: parse_ident takes a qualified name apart.
func registerParseIdent(r *registry) {
	r.fn("parse_ident(text,bool)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		parts, err := parseIdent(a[0].Str(i), len(a) < 2 || a[1].Bool(i)) // strict unless told otherwise
		if err != nil {
			return err
		}
		out.AppendFunc(func(dst []byte) []byte { return types.AppendTexts(dst, parts...) })
		return nil
	}))
}

// parseIdent gives the parts of a name as SQL reads it; not strict, what follows the last part is let be.
func parseIdent(text []byte, strict bool) ([]string, error) {
	wrong := func(detail string) error {
		e := types.Errorf(types.CodeInvalidParameterValue, "string is not a valid identifier: \"%s\"", text)
		if detail != "" {
			e = e.WithDetail("%s", detail)
		}
		return e
	}
	s := bytes.TrimLeft(text, identSpaces)
	var parts []string
	for behindDot := false; ; behindDot = true {
		var part string
		switch n := identLength(s); {
		case len(s) > 0 && s[0] == '"':
			end := closingQuote(s)
			if end < 0 {
				return nil, wrong("String has unclosed double quotes.")
			}
			if part = string(bytes.ReplaceAll(s[1:end], []byte(`""`), []byte(`"`))); part == "" {
				return nil, wrong("Quoted identifier must not be empty.")
			}
			s = s[end+1:]
		case n > 0:
			part, s = string(lowerASCII(s[:n])), s[n:]
		case len(s) > 0 && s[0] == '.':
			return nil, wrong(`No valid identifier before ".".`)
		case behindDot:
			return nil, wrong(`No valid identifier after ".".`)
		default:
			return nil, wrong("")
		}
		parts = append(parts, part)
		s = bytes.TrimLeft(s, identSpaces)
		if len(s) > 0 && s[0] == '.' {
			s = bytes.TrimLeft(s[1:], identSpaces)
			continue
		}
		if len(s) > 0 && strict {
			return nil, wrong("")
		}
		return parts, nil
	}
}

const identSpaces = " \t\n\r\f\v"

// closingQuote finds the end of a quoted name that begins s; -1 there is none.
func closingQuote(s []byte) int {
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

// identLength is how many bytes at the beginning of s are an identifier without quotes.
func identLength(s []byte) int {
	for i, c := range s {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf
		if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
			return i
		}
	}
	return len(s)
}

// lowerASCII folds a name as SQL does, which leaves letters beyond ASCII alone.
func lowerASCII(s []byte) []byte {
	out := bytes.Clone(s)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return out
}
