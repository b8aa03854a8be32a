package types

import (
	"cmp"
	"encoding/binary"

	"github.com/flare-pg/flare-pg/column"
)

// compareArrays orders arrays element by element, nulls last, shorter ones first, then by dimensions. Where PostgreSQL's order
// ends, its equality still tells lower bounds apart; so does this order.
func compareArrays(elem OID, a, b []byte) int {
	x, y := ReadArray(elem, a), ReadArray(elem, b)
	for i := range min(x.Values.Len, y.Values.Len) {
		if c := compareNullsLast(elem, x.Values, i, y.Values, i); c != 0 {
			return c
		}
	}
	if c := cmp.Or(cmp.Compare(x.Values.Len, y.Values.Len), cmp.Compare(len(x.Dims), len(y.Dims))); c != 0 {
		return c
	}
	for i := range x.Dims {
		if c := cmp.Compare(x.Dims[i].Length, y.Dims[i].Length); c != 0 {
			return c
		}
	}
	for i := range x.Dims {
		if c := cmp.Compare(x.Dims[i].Lower, y.Dims[i].Lower); c != 0 {
			return c
		}
	}
	return 0
}

// compareNullsLast is Compare of rows that may be null: nulls are alike and greatest.
func compareNullsLast(t OID, a *column.Vector, i int, b *column.Vector, j int) int {
	an, bn := a.Null(i), b.Null(j)
	switch {
	case an && bn:
		return 0
	case an:
		return 1
	case bn:
		return -1
	}
	return Compare(t, a, i, b, j)
}

func appendArrayKey(dst []byte, elem OID, s []byte) []byte {
	a := ReadArray(elem, s)
	dst = binary.AppendUvarint(dst, uint64(len(a.Dims)))
	for _, d := range a.Dims {
		dst = binary.AppendVarint(binary.AppendUvarint(dst, uint64(d.Length)), int64(d.Lower))
	}
	for i := range a.Values.Len {
		dst = AppendKey(dst, elem, a.Values, i)
	}
	return dst
}

func appendArrayJSON(dst []byte, env *Env, elem OID, s []byte) []byte {
	return AppendArrayJSON(dst, env, elem, s, ",")
}

// AppendArrayJSON is to_json of an array, comma standing between the elements of its outermost dimension.
func AppendArrayJSON(dst []byte, env *Env, elem OID, s []byte, comma string) []byte {
	a := ReadArray(elem, s)
	if comma != "," && len(a.Dims) > 1 {
		dst = append(dst, '[')
		size := a.Values.Len / a.Dims[0].Length
		for k := range a.Dims[0].Length {
			if k > 0 {
				dst = append(dst, comma...)
			}
			dst = nested(dst, "[", "]", ",", a.Dims[1:], func(dst []byte, i int) []byte {
				if i += k * size; a.Values.Null(i) {
					return append(dst, "null"...)
				}
				return AppendJSON(dst, env, elem, a.Values, i)
			})
		}
		return append(dst, ']')
	}
	return nested(dst, "[", "]", comma, a.Dims, func(dst []byte, i int) []byte {
		if a.Values.Null(i) {
			return append(dst, "null"...)
		}
		return AppendJSON(dst, env, elem, a.Values, i)
	})
}
