package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// Compare orders row i of a and row j of b, values of type t that are not null, as the type's btree
// order does: NaN is greatest among floats and numerics and equals itself, text goes by its bytes,
// bpchar without the spaces at its end. Types without an order (json) go by their bytes.
func Compare(t OID, a *column.Vector, i int, b *column.Vector, j int) int {
	switch a.Kind {
	case column.Bool:
		x, y := a.Bool(i), b.Bool(j)
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	case column.Int64, column.Timestamp:
		return cmp.Compare(a.Int(i), b.Int(j))
	case column.Float64:
		return CompareFloats(a.Float(i), b.Float(j))
	case column.Interval:
		return SpanCompare(a.Span(i), b.Span(j))
	case column.Decimal:
		return CompareNumericText(a.Str(i), b.Str(j))
	}
	switch t {
	case BPChar:
		return bytes.Compare(bytes.TrimRight(a.Str(i), " "), bytes.TrimRight(b.Str(j), " "))
	case JSONB:
		return CompareJSONB(a.Str(i), b.Str(j))
	case Inet, Cidr:
		return compareInets(a.Str(i), b.Str(j))
	case TimeTZ:
		return compareTimeTZ(a.Str(i), b.Str(j))
	case Bit, VarBit:
		return compareBits(a.Str(i), b.Str(j))
	case TSVector:
		return textsearch.CompareVectors(a.Str(i), b.Str(j))
	case TSQuery:
		return textsearch.CompareQueries(a.Str(i), b.Str(j))
	}
	if e := ElemOf(t); e != 0 {
		return compareArrays(e, a.Str(i), b.Str(j))
	}
	if t == Record {
		return compareRecords(a.Str(i), b.Str(j))
	}
	if sub := SubtypeOf(t); sub != 0 {
		if IsRange(t) {
			return compareRangeForms(sub, a.Str(i), b.Str(j))
		}
		return compareRangeLists(sub, a.Str(i), b.Str(j))
	}
	return bytes.Compare(a.Str(i), b.Str(j))
}

// CompareFloats orders as PostgreSQL does: NaN equals itself and is greatest, and both zeros are one.
func CompareFloats(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	xn, yn := math.IsNaN(x), math.IsNaN(y)
	switch {
	case xn && yn:
		return 0
	case xn:
		return 1
	}
	return -1
}

// AppendKey appends bytes that are the same exactly for values of type t that are equal in SQL, for
// hash tables; v's row i may be null, and nulls are alike. No key is the beginning of another, so
// that keys may be put behind one another. Their order means nothing.
func AppendKey(dst []byte, t OID, v *column.Vector, i int) []byte {
	if v.Null(i) {
		return append(dst, 0)
	}
	switch v.Kind {
	case column.Bool:
		if v.Bool(i) {
			return append(dst, 2)
		}
		return append(dst, 1)
	case column.Int64, column.Timestamp:
		return binary.LittleEndian.AppendUint64(append(dst, 1), uint64(v.Int(i)))
	case column.Float64:
		f := v.Float(i)
		switch {
		case f == 0:
			f = 0 // not -0
		case math.IsNaN(f):
			f = math.NaN()
		}
		return binary.LittleEndian.AppendUint64(append(dst, 1), math.Float64bits(f))
	case column.Interval:
		hi, lo := spanValue(v.Span(i))
		dst = binary.LittleEndian.AppendUint64(append(dst, 1), uint64(hi))
		return binary.LittleEndian.AppendUint64(dst, lo)
	case column.Decimal:
		var buf [64]byte
		return appendKeyBytes(dst, appendNumericCanonical(buf[:0], v.Str(i)))
	}
	s := v.Str(i)
	switch t {
	case BPChar:
		s = bytes.TrimRight(s, " ")
	case JSONB:
		s = appendJSONBKey(nil, s)
	case Record:
		s = appendRecordKey(nil, s)
	case TSQuery:
		s = textsearch.AppendQueryKey(nil, s)
	default:
		if e := ElemOf(t); e != 0 {
			s = appendArrayKey(nil, e, s)
		} else if t == NumRange {
			s = appendRangeKey(nil, Numeric, ReadRange(Numeric, s))
		} else if t == NumMultirange {
			s = appendMultirangeKey(nil, Numeric, ReadRanges(Numeric, s))
		}
	}
	return appendKeyBytes(dst, s)
}

func appendKeyBytes(dst, s []byte) []byte {
	dst = binary.AppendUvarint(append(dst, 1), uint64(len(s)))
	return append(dst, s...)
}
