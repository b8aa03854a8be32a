package types

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// appendStoredArray writes an array as an event keeps it: JSON arrays, nested as its dimensions are, of its elements as events keep them.
// Lower bounds are not kept: what is read back counts from 1.
func appendStoredArray(dst []byte, elem OID, s []byte) []byte {
	a := ReadArray(elem, s)
	return nested(dst, "[", "]", ",", a.Dims, func(dst []byte, i int) []byte {
		if a.Values.Null(i) {
			return append(dst, "null"...)
		}
		return AppendStored(dst, elem, a.Values, i)
	})
}

// parseStoredArray reads a JSON array; false where it is none of elements of the type with one length in each dimension. An element that is
// of another type is null.
func parseStoredArray(out *column.Vector, elem OID, typmod int32, raw []byte) bool {
	if len(raw) == 0 || raw[0] != '[' {
		return false
	}
	v := column.New(KindOf(elem))
	r := storedArray{elem: elem, typmod: typmod, out: v}
	if !r.list(raw, 0) {
		return false
	}
	if v.Len == 0 && len(r.lengths) > 1 {
		return false
	}
	dims := make([]Dim, len(r.lengths))
	for i, n := range r.lengths {
		dims[i] = Dim{n, 1}
	}
	if checkDims(dims) != nil {
		return false
	}
	out.AppendFunc(func(dst []byte) []byte { return AppendArray(dst, dims, v) })
	return true
}

type storedArray struct {
	elem    OID
	typmod  int32
	out     *column.Vector
	lengths []int
	leaf    int // the depth at which elements stand, 0 until one was seen
}

func (r *storedArray) list(raw []byte, depth int) bool {
	if depth == MaxDimensions {
		return false
	}
	if depth == len(r.lengths) {
		r.lengths = append(r.lengths, -1)
	}
	n := 0
	for it := sparse.Elements(raw); ; n++ {
		e, ok := it.Next()
		if !ok {
			break
		}
		nestedArray := e.Raw[0] == '[' && r.elem != JSONB // which may be an array itself: of those only one dimension is read
		switch {
		case nestedArray:
			if r.leaf > 0 && depth+1 >= r.leaf || !r.list(e.Raw, depth+1) {
				return false
			}
		case r.leaf > 0 && r.leaf != depth+1:
			return false
		default:
			r.leaf = depth + 1
			ParseStored(r.out, r.elem, r.typmod, e.Raw)
		}
	}
	if r.lengths[depth] >= 0 && r.lengths[depth] != n {
		return false
	}
	r.lengths[depth] = n
	return true
}
