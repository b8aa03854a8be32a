package types

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
)

func malformedRange(s []byte, detail string) error {
	return Errorf(CodeInvalidTextRepresentation, "malformed range literal: \"%s\"", s).WithDetail("%s", detail)
}

// parseRangeText reads the text form of a range: [2024-01-01,2024-02-01), (,5], empty.
func parseRangeText(out *column.Vector, env *Env, sub OID, s []byte) error {
	if err := checkText(s); err != nil {
		return err
	}
	r, err := parseRange(env, sub, s)
	if err != nil {
		return err
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendRange(dst, r) })
	return nil
}

func parseRange(env *Env, sub OID, s []byte) (Range, error) {
	rest := bytes.TrimLeft(s, spaces)
	if len(rest) >= 5 && bytes.EqualFold(rest[:5], []byte("empty")) {
		if len(bytes.TrimLeft(rest[5:], spaces)) > 0 {
			return Range{}, malformedRange(s, "Junk after \"empty\" key word.")
		}
		return EmptyRange, nil
	}
	if len(rest) == 0 || rest[0] != '[' && rest[0] != '(' {
		return Range{}, malformedRange(s, "Missing left parenthesis or bracket.")
	}
	lowerIn := rest[0] == '['
	lower, rest, ok := rangeBoundText(rest[1:])
	switch {
	case !ok:
		return Range{}, malformedRange(s, "Unexpected end of input.")
	case rest[0] != ',':
		return Range{}, malformedRange(s, "Missing comma after lower bound.")
	}
	upper, rest, ok := rangeBoundText(rest[1:])
	switch {
	case !ok:
		return Range{}, malformedRange(s, "Unexpected end of input.")
	case rest[0] == ',':
		return Range{}, malformedRange(s, "Too many commas.")
	case len(bytes.TrimLeft(rest[1:], spaces)) > 0:
		return Range{}, malformedRange(s, "Junk after right parenthesis or bracket.")
	}
	v := column.New(KindOf(sub))
	for _, text := range [][]byte{lower, upper} {
		if text == nil {
			v.AppendNull()
		} else if err := ParseText(v, env, sub, -1, text); err != nil {
			return Range{}, err
		}
	}
	return NewRange(sub, BoundOf(v, 0, lowerIn), BoundOf(v, 1, rest[0] == ']'))
}

// rangeBoundText reads a bound up to the mark that ends it, with which rest begins; nil is no bound. ok is false where no mark ends it.
func rangeBoundText(s []byte) (text, rest []byte, ok bool) {
	if len(s) > 0 && isBoundEnd(s[0]) {
		return nil, s, true
	}
	text = []byte{}
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case !quoted && isBoundEnd(c):
			return text, s[i:], true
		case c == '\\':
			if i++; i == len(s) {
				return nil, nil, false
			}
			text = append(text, s[i])
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			text = append(text, '"')
			i++
		case c == '"':
			quoted = !quoted
		default:
			text = append(text, c)
		}
	}
	return nil, nil, false
}

func isBoundEnd(c byte) bool { return c == ',' || c == ')' || c == ']' }

// appendRangeText is the text output of a range.
func appendRangeText(dst []byte, env *Env, sub OID, r Range) []byte {
	if r.Empty {
		return append(dst, "empty"...)
	}
	mark := func(in bool, yes, no byte) byte {
		if in {
			return yes
		}
		return no
	}
	dst = append(dst, mark(r.Lower.Inclusive, '[', '('))
	dst = append(appendBoundText(dst, env, sub, r.Lower), ',')
	return append(appendBoundText(dst, env, sub, r.Upper), mark(r.Upper.Inclusive, ']', ')'))
}

func appendBoundText(dst []byte, env *Env, sub OID, b Bound) []byte {
	if b.Infinite {
		return dst
	}
	var v column.Vector
	v.Reset(KindOf(sub))
	b.AppendTo(&v)
	var buf [64]byte
	text := AppendText(buf[:0], env, sub, &v, 0)
	if len(text) > 0 && !bytes.ContainsAny(text, `()[],"\`+spaces) {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
