package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Functions behind syntax: ARRAY[…], x[…], x[…:…]. They are no functions of SQL; the binder knows the types of their arguments and of
// their result, and the call carries them.

// written makes such a function.
func written(name string, strict bool, k Kernel) *Function {
	f := &Function{Name: name, Schema: "flare", Strict: strict, Volatility: Immutable}
	(*registry)(nil).define(f, k)
	return f
}

// NewArray makes an array of its arguments, which are all of its element type, or all arrays of its own type.
var NewArray = sync.OnceValue(func() *Function { return written("array", false, byRow(newArray)) })

func newArray(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	elem := types.ElemOf(c.Result)
	v := column.New(types.KindOf(elem))
	dims := []types.Dim{{Length: len(a), Lower: 1}}
	if len(a) > 0 && c.Args[0] == c.Result {
		var err error
		if dims, err = joinArrays(v, elem, a, i); err != nil {
			return err
		}
	} else {
		for _, x := range a {
			v.AppendFrom(x, i)
		}
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, dims, v) })
	return nil
}

// joinArrays puts arrays one behind the other, as the outermost dimension of one with a dimension more. Null and empty ones may only be among
// their like.
func joinArrays(out *column.Vector, elem types.OID, a []*column.Vector, i int) ([]types.Dim, error) {
	var part types.Array
	var dims []types.Dim
	empty := 0
	for _, x := range a {
		if x.Null(i) {
			empty++
			continue
		}
		part.Read(elem, x.Str(i))
		if len(part.Dims) == 0 {
			empty++
			continue
		}
		if dims == nil {
			dims = append([]types.Dim{{Length: len(a), Lower: 1}}, part.Dims...)
			if len(dims) > types.MaxDimensions {
				return nil, types.Errorf(types.CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims), types.MaxDimensions)
			}
		} else if !sameDims(dims[1:], part.Dims) {
			return nil, unmatchedDims()
		}
		out.AppendVector(part.Values, nil)
	}
	if empty > 0 && dims != nil {
		return nil, unmatchedDims()
	}
	return dims, nil
}

func unmatchedDims() error {
	return types.Errorf("2202E", "multidimensional arrays must have array expressions with matching dimensions")
}

func sameDims(a, b []types.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// ArrayElement is x[i], x[i][j] …: an array and its subscripts, as int4. What lies outside is null.
var ArrayElement = sync.OnceValue(func() *Function { return written("array_element", true, byRow(arrayElement)) })

func arrayElement(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	var array types.Array
	array.Read(types.ElemOf(c.Args[0]), a[0].Str(i))
	if len(array.Dims) != len(a)-1 {
		out.AppendNull()
		return nil
	}
	at := 0
	for k, d := range array.Dims {
		x := int(a[k+1].Int(i)) - d.Lower
		if x < 0 || x >= d.Length {
			out.AppendNull()
			return nil
		}
		at = at*d.Length + x
	}
	out.AppendFrom(array.Values, at)
	return nil
}

// ArraySlice is x[a:b][c:d] …: an array, a text that says of each bound whether it is given ('+') or left out ('-'), and those that are given.
var ArraySlice = sync.OnceValue(func() *Function { return written("array_slice", true, byRow(arraySlice)) })

func arraySlice(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	elem := types.ElemOf(c.Args[0])
	array := types.ReadArray(elem, a[0].Str(i))
	given, next := a[1].Str(i), 2
	empty := len(array.Dims) < len(given)/2 || len(array.Dims) == 0
	from, dims := make([]int, len(array.Dims)), make([]types.Dim, len(array.Dims))
	for k, d := range array.Dims {
		low, high := d.Lower, d.Lower+d.Length-1
		if 2*k < len(given) {
			if given[2*k] == '+' {
				low = max(low, int(a[next].Int(i)))
				next++
			}
			if given[2*k+1] == '+' {
				high = min(high, int(a[next].Int(i)))
				next++
			}
		}
		empty = empty || low > high
		from[k], dims[k] = low-d.Lower, types.Dim{Length: high - low + 1, Lower: 1}
	}
	v := column.New(types.KindOf(elem))
	if empty {
		dims = nil
	} else {
		cut(v, array, from, dims, 0, 0)
	}
	out.AppendFunc(func(dst []byte) []byte { return types.AppendArray(dst, dims, v) })
	return nil
}

// cut appends the elements of a part of an array, from dimension k on; at counts the elements of the dimensions before.
func cut(out *column.Vector, a types.Array, from []int, dims []types.Dim, k, at int) {
	for x := range dims[k].Length {
		place := at*a.Dims[k].Length + from[k] + x
		if k+1 < len(dims) {
			cut(out, a, from, dims, k+1, place)
		} else {
			out.AppendFrom(a.Values, place)
		}
	}
}

// nameBytes is how long a name is, with what fills it up.
const nameBytes = 64

// NameByte is a byte of a name, counted from 0, as "char": of what fills it up the empty one, and null beyond.
var NameByte = sync.OnceValue(func() *Function { return written("name_byte", true, byRow(nameByte)) })

func nameByte(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	name, at := a[0].Str(i), a[1].Int(i)
	switch {
	case at < 0 || at >= nameBytes:
		out.AppendNull()
	case at >= int64(len(name)):
		out.AppendString("")
	default:
		out.AppendBytes(name[at : at+1])
	}
	return nil
}
