package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerArraySearch: what looks for elements in arrays.
func registerArraySearch(r *registry) {
	r.fn("array_position(anycompatiblearray,anycompatible)", byRow(arrayPosition))
	r.fn("array_position(anycompatiblearray,anycompatible,int4)", byRow(arrayPosition))
	r.fn("array_positions(anycompatiblearray,anycompatible)", byRow(arrayPositions))
	r.fn("array_remove(anycompatiblearray,anycompatible)", byRow(arrayRemove))
	r.fn("array_replace(anycompatiblearray,anycompatible,anycompatible)", byRow(arrayReplace))
	r.totalOp("anyarray @> anyarray", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(contains(c, arrayArg(c, a, 0, i).Values, arrayArg(c, a, 1, i).Values, true))
		return nil
	}))
	r.totalOp("anyarray <@ anyarray", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(contains(c, arrayArg(c, a, 1, i).Values, arrayArg(c, a, 0, i).Values, true))
		return nil
	}))
	r.totalOp("anyarray && anyarray", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(contains(c, arrayArg(c, a, 0, i).Values, arrayArg(c, a, 1, i).Values, false))
		return nil
	}))
}

// contains reports whether all (or any) elements of part are in v. A null is in nothing.
func contains(c *Call, v, part *column.Vector, all bool) bool {
	elem := types.ElemOf(c.Args[0])
	known := make(map[string]bool, v.Len)
	var key []byte
	for i := range v.Len {
		if !v.Null(i) {
			key = types.AppendKey(key[:0], elem, v, i)
			known[string(key)] = true
		}
	}
	for i := range part.Len {
		found := false
		if !part.Null(i) {
			key = types.AppendKey(key[:0], elem, part, i)
			found = known[string(key)]
		}
		if found != all {
			return found
		}
	}
	return all
}

// sameElement reports whether element k of v is the value of row i of x; nulls are alike here.
func sameElement(elem types.OID, v *column.Vector, k int, x *column.Vector, i int) bool {
	if v.Null(k) || x.Null(i) {
		return v.Null(k) && x.Null(i)
	}
	return types.Compare(elem, v, k, x, i) == 0
}

func arrayPosition(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	array := arrayArg(c, a, 0, i)
	if len(array.Dims) > 1 {
		return types.Errorf(types.CodeFeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
	}
	if len(array.Dims) == 0 {
		out.AppendNull()
		return nil
	}
	if len(a) > 2 && a[2].Null(i) {
		return types.Errorf("22004", "initial position must not be null")
	}
	for k := range array.Values.Len {
		at := array.Dims[0].Lower + k
		if len(a) > 2 && int64(at) < a[2].Int(i) {
			continue
		}
		if sameElement(types.ElemOf(c.Args[0]), array.Values, k, a[1], i) {
			out.AppendInt(int64(at))
			return nil
		}
	}
	out.AppendNull()
	return nil
}

func arrayPositions(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	array := arrayArg(c, a, 0, i)
	if len(array.Dims) > 1 {
		return types.Errorf(types.CodeFeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
	}
	v := column.New(column.Int64)
	for k := range array.Values.Len {
		if sameElement(types.ElemOf(c.Args[0]), array.Values, k, a[1], i) {
			v.AppendInt(int64(array.Dims[0].Lower + k))
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendList(dst, v) })
	return nil
}

func arrayRemove(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	array := arrayArg(c, a, 0, i)
	if len(array.Dims) > 1 {
		return types.Errorf(types.CodeFeatureNotSupported, "removing elements from multidimensional arrays is not supported")
	}
	v := column.New(array.Values.Kind)
	for k := range array.Values.Len {
		if !sameElement(types.ElemOf(c.Args[0]), array.Values, k, a[1], i) {
			v.AppendFrom(array.Values, k)
		}
	}
	if v.Len == 0 {
		array.Dims = nil
	} else {
		array.Dims[0].Length = v.Len
	}
	appendArray(out, array.Dims, v)
	return nil
}

func arrayReplace(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[0].Null(i) {
		out.AppendNull()
		return nil
	}
	array := arrayArg(c, a, 0, i)
	v := column.New(array.Values.Kind)
	for k := range array.Values.Len {
		if sameElement(types.ElemOf(c.Args[0]), array.Values, k, a[1], i) {
			v.AppendFrom(a[2], i)
		} else {
			v.AppendFrom(array.Values, k)
		}
	}
	appendArray(out, array.Dims, v)
	return nil
}
