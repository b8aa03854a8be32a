package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/flare-pg/flare-pg/column"
)

// A value of a type of several ranges (a multirange) lies in a Text vector in this form:
//
//	┌─────────┬─────────────────────────────────┐
//	│ ranges  │ ranges × the form of a range    │
//	│ uvarint │ (range.go)                      │
//	└─────────┴─────────────────────────────────┘
//
// The ranges are in order, and neither overlap nor touch; none is empty. Bytes that are no such form read as no ranges.

// ReadRanges takes several ranges apart.
func ReadRanges(sub OID, s []byte) []Range {
	n, k := binary.Uvarint(s)
	if k <= 0 || n > uint64(len(s)) {
		return nil
	}
	s = s[k:]
	list := make([]Range, n)
	ok := true
	for i := range list {
		if list[i], s, ok = readRange(sub, s); !ok || list[i].Empty {
			return nil
		}
	}
	return list
}

// AppendRanges appends the form of several ranges, which NormalRanges has put in order.
func AppendRanges(dst []byte, list []Range) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, r := range list {
		dst = AppendRange(dst, r)
	}
	return dst
}

// NormalRanges puts ranges in order and joins those that overlap or touch; empty ones are left out. It changes list.
func NormalRanges(list []Range) []Range {
	list = slices.DeleteFunc(list, func(r Range) bool { return r.Empty })
	slices.SortFunc(list, compareRanges)
	n := 0
	for _, r := range list {
		if n > 0 && (list[n-1].Overlaps(r) || list[n-1].Adjacent(r)) {
			list[n-1] = list[n-1].Hull(r)
			continue
		}
		list[n] = r
		n++
	}
	return list[:n]
}

// compareRangeLists orders several ranges, one by one; a list that is the beginning of another comes first.
func compareRangeLists(sub OID, a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	x, y := ReadRanges(sub, a), ReadRanges(sub, b)
	return cmp.Or(slices.CompareFunc(x, y, compareRanges), cmp.Compare(len(x), len(y)))
}

func malformedMultirange(s []byte, detail string) error {
	return Errorf(CodeInvalidTextRepresentation, "malformed multirange literal: \"%s\"", s).WithDetail("%s", detail)
}

// parseMultirangeText reads the text form of several ranges: {[1,3),[5,8)}.
func parseMultirangeText(out *column.Vector, env *Env, sub OID, s []byte) error {
	if err := checkText(s); err != nil {
		return err
	}
	var list []Range
	err := eachRangeText(s, func(text []byte) error {
		r, err := parseRange(env, sub, text)
		list = append(list, r)
		return err
	})
	if err != nil {
		return err
	}
	list = NormalRanges(list)
	out.AppendFunc(func(dst []byte) []byte { return AppendRanges(dst, list) })
	return nil
}

// eachRangeText hands on the texts of the ranges one by one, each before what follows it is looked at.
func eachRangeText(s []byte, each func(text []byte) error) error {
	rest := bytes.TrimLeft(s, spaces)
	if len(rest) == 0 || rest[0] != '{' {
		return malformedMultirange(s, "Missing left brace.")
	}
	ended := func() error { return malformedMultirange(s, "Unexpected end of input.") }
	first := true
	for rest = bytes.TrimLeft(rest[1:], spaces); ; rest = bytes.TrimLeft(rest, spaces) {
		var n int
		switch {
		case len(rest) == 0:
			return ended()
		case rest[0] == '}' && first:
		case rest[0] == '[' || rest[0] == '(':
			if n = rangeTextEnd(rest); n < 0 {
				return ended()
			}
		case len(rest) >= 5 && bytes.EqualFold(rest[:5], []byte("empty")):
			n = 5
		default:
			return malformedMultirange(s, "Expected range start.")
		}
		if n > 0 {
			if err := each(rest[:n]); err != nil {
				return err
			}
			first = false
		}
		rest = bytes.TrimLeft(rest[n:], spaces)
		switch {
		case len(rest) == 0:
			return ended()
		case rest[0] == ',':
			rest = rest[1:]
		case rest[0] == '}':
			if len(bytes.TrimLeft(rest[1:], spaces)) > 0 {
				return malformedMultirange(s, "Junk after closing right brace.")
			}
			return nil
		default:
			return malformedMultirange(s, "Expected comma or end of multirange.")
		}
	}
}

// rangeTextEnd is the length of the range's text with which s begins, -1 where it does not end.
func rangeTextEnd(s []byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ']' || c == ')'):
			return i + 1
		}
	}
	return -1
}

// appendMultirangeText is the text output of several ranges.
func appendMultirangeText(dst []byte, env *Env, sub OID, list []Range) []byte {
	dst = append(dst, '{')
	for i, r := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendRangeText(dst, env, sub, r)
	}
	return append(dst, '}')
}

func appendMultirangeKey(dst []byte, sub OID, list []Range) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(list)))
	for _, r := range list {
		dst = appendRangeKey(dst, sub, r)
	}
	return dst
}
