package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerArray gives the functions and operators over arrays their kernels.
func registerArray(r *registry) {
	for _, o := range []struct {
		op   string
		hold func(c int) bool
	}{
		{"=", func(c int) bool { return c == 0 }}, {"<>", func(c int) bool { return c != 0 }},
		{"<", func(c int) bool { return c < 0 }}, {"<=", func(c int) bool { return c <= 0 }},
		{">", func(c int) bool { return c > 0 }}, {">=", func(c int) bool { return c >= 0 }},
	} {
		k := byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendBool(o.hold(types.Compare(c.Args[0], a[0], i, a[1], i)))
			return nil
		})
		r.totalOp("anyarray "+o.op+" anyarray", k)
		r.totalOp("record "+o.op+" record", k)
	}
	registerArrayShape(r)
	registerArrayChange(r)
	registerArraySearch(r)
	registerArrayText(r)
}

// arrayArg takes argument k of a row apart.
func arrayArg(c *Call, a []*column.Vector, k, i int) types.Array {
	return types.ReadArray(types.ElemOf(c.Args[k]), a[k].Str(i))
}

func appendArray(out *column.Vector, dims []types.Dim, v *column.Vector) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, dims, v) })
}

// registerArrayShape: what tells how many elements an array has, and in which dimensions.
func registerArrayShape(r *registry) {
	ofDim := func(name string, of func(d types.Dim) int) {
		r.total(name+"(anyarray,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			dims, k := types.ArrayDims(a[0].Str(i)), a[1].Int(i)
			if k < 1 || k > int64(len(dims)) {
				out.AppendNull()
			} else {
				out.AppendInt(int64(of(dims[k-1])))
			}
			return nil
		}))
	}
	ofDim("array_length", func(d types.Dim) int { return d.Length })
	ofDim("array_lower", func(d types.Dim) int { return d.Lower })
	ofDim("array_upper", func(d types.Dim) int { return d.Lower + d.Length - 1 })
	r.total("array_ndims(anyarray)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if n := len(types.ArrayDims(a[0].Str(i))); n > 0 {
			out.AppendInt(int64(n))
		} else {
			out.AppendNull()
		}
		return nil
	}))
	r.total("cardinality(anyarray)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(int64(types.ArrayLen(a[0].Str(i))))
		return nil
	}))
	r.total("array_dims(anyarray)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if dims := types.ArrayDims(a[0].Str(i)); len(dims) > 0 {
			out.AppendFunc(func(dst []byte) []byte { return types.AppendDims(dst, dims) })
		} else {
			out.AppendNull()
		}
		return nil
	}))
}

// ArrayElements gives the elements of row i of v, an array of type t that is not null, in their order: for unnest and its like.
func ArrayElements(t types.OID, v *column.Vector, i int) *column.Vector {
	return types.ReadArray(types.ElemOf(t), v.Str(i)).Values
}
