package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerArrayChange: what makes arrays of arrays.
func registerArrayChange(r *registry) {
	for _, f := range []*Function{r.find("array_append(anycompatiblearray,anycompatible)"), r.findOp("anycompatiblearray || anycompatible").Function} {
		r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			return arrayPush(c, a, 0, 1, i, out)
		}))
	}
	for _, f := range []*Function{r.find("array_prepend(anycompatible,anycompatiblearray)"), r.findOp("anycompatible || anycompatiblearray").Function} {
		r.define(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			return arrayPush(c, a, 1, 0, i, out)
		}))
	}
	for _, f := range []*Function{r.find("array_cat(anycompatiblearray,anycompatiblearray)"), r.findOp("anycompatiblearray || anycompatiblearray").Function} {
		r.define(f, byRow(arrayCat))
	}
	r.fn("trim_array(anyarray,int4)", byRow(trimArray))
	r.fn("array_fill(anyelement,_int4)", byRow(arrayFill))
	r.fn("array_fill(anyelement,_int4,_int4)", byRow(arrayFill))
}

// arrayPush puts element argument x at the end (or, where it stands first, the beginning) of array argument at.
func arrayPush(c *Call, a []*column.Vector, at, x, i int, out *column.Vector) error {
	elem := types.ElemOf(c.Args[at])
	v := column.New(types.KindOf(elem))
	lower := 1
	var array types.Array
	if !a[at].Null(i) {
		array = arrayArg(c, a, at, i)
		if len(array.Dims) > 1 {
			return types.Errorf("22000", "argument must be empty or one-dimensional array")
		}
		if len(array.Dims) == 1 {
			lower = array.Dims[0].Lower
		}
	}
	if x < at {
		v.AppendFrom(a[x], i)
	}
	if array.Values != nil {
		v.AppendVector(array.Values, nil)
	}
	if x > at {
		v.AppendFrom(a[x], i)
	}
	appendArray(out, []types.Dim{{Length: v.Len, Lower: lower}}, v)
	return nil
}

func arrayCat(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	switch {
	case a[0].Null(i):
		out.AppendFrom(a[1], i)
		return nil
	case a[1].Null(i):
		out.AppendFrom(a[0], i)
		return nil
	}
	x, y := arrayArg(c, a, 0, i), arrayArg(c, a, 1, i)
	switch {
	case len(x.Dims) == 0:
		out.AppendFrom(a[1], i)
		return nil
	case len(y.Dims) == 0:
		out.AppendFrom(a[0], i)
		return nil
	}
	incompatible := func(detail string, args ...any) error {
		return types.Errorf("2202E", "cannot concatenate incompatible arrays").WithDetail(detail, args...)
	}
	var dims []types.Dim
	switch nx, ny := len(x.Dims), len(y.Dims); {
	case nx == ny:
		if !sameDims(x.Dims[1:], y.Dims[1:]) {
			return incompatible("Arrays with differing element dimensions are not compatible for concatenation.")
		}
		dims = append([]types.Dim(nil), x.Dims...)
		dims[0].Length += y.Dims[0].Length
	case nx == ny-1:
		if !sameDims(x.Dims, y.Dims[1:]) {
			return incompatible("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append([]types.Dim(nil), y.Dims...)
		dims[0].Length++
	case nx == ny+1:
		if !sameDims(x.Dims[1:], y.Dims) {
			return incompatible("Arrays with differing dimensions are not compatible for concatenation.")
		}
		dims = append([]types.Dim(nil), x.Dims...)
		dims[0].Length++
	default:
		return incompatible("Arrays of %d and %d dimensions are not compatible for concatenation.", nx, ny)
	}
	v := column.New(x.Values.Kind)
	v.AppendVector(x.Values, nil)
	v.AppendVector(y.Values, nil)
	appendArray(out, dims, v)
	return nil
}

func trimArray(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	array, n := arrayArg(c, a, 0, i), a[1].Int(i)
	length := 0
	if len(array.Dims) > 0 {
		length = array.Dims[0].Length
	}
	if n < 0 || n > int64(length) {
		return types.Errorf("2202E", "number of elements to trim must be between 0 and %d", length)
	}
	if length == 0 || int(n) == length {
		appendArray(out, nil, column.New(column.Bool))
		return nil
	}
	each := array.Values.Len / length
	array.Values.Truncate((length - int(n)) * each)
	dims := append([]types.Dim(nil), array.Dims...)
	dims[0].Length -= int(n)
	for k := range dims {
		dims[k].Lower = 1
	}
	appendArray(out, dims, array.Values)
	return nil
}

// maxFilled bounds the bytes of an array that array_fill makes.
const maxFilled = 1 << 28

func arrayFill(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	if a[1].Null(i) || len(a) > 2 && a[2].Null(i) {
		return types.Errorf("22004", "dimension array or low bound array cannot be null")
	}
	lengths := arrayArg(c, a, 1, i)
	if len(lengths.Dims) > 1 {
		return types.Errorf("2202E", "wrong number of array subscripts").WithDetail("Dimension array must be one dimensional.")
	}
	if lengths.Values.HasNulls() {
		return types.Errorf("22004", "dimension values cannot be null")
	}
	var lowers types.Array
	if len(a) > 2 {
		lowers = arrayArg(c, a, 2, i)
		switch {
		case len(lowers.Dims) > 1:
			return types.Errorf("2202E", "wrong number of array subscripts").WithDetail("Dimension array must be one dimensional.")
		case lowers.Values.HasNulls():
			return types.Errorf("22004", "dimension values cannot be null")
		case lowers.Values.Len != lengths.Values.Len:
			return types.Errorf("2202E", "wrong number of array subscripts").WithDetail("Low bound array has different size than dimensions array.")
		}
	}
	var dims []types.Dim
	n := int64(1)
	for k := range lengths.Values.Len {
		d := types.Dim{Length: int(lengths.Values.Int(k)), Lower: 1}
		if lowers.Values != nil {
			d.Lower = int(lowers.Values.Int(k))
		}
		if n *= int64(d.Length); n > types.MaxArrayElements || d.Length < 0 { // one below 0 is too large, too, as a size without a sign
			n = types.MaxArrayElements + 1
			break
		}
		dims = append(dims, d)
	}
	if len(dims) > types.MaxDimensions {
		return types.Errorf(types.CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims), types.MaxDimensions)
	}
	width := int64(16)
	if !a[0].Kind.Fixed() && !a[0].Null(i) {
		width += int64(len(a[0].Str(i)))
	}
	if n > types.MaxArrayElements || n*width > maxFilled {
		return types.Errorf(types.CodeProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", types.MaxArrayElements)
	}
	v := column.New(a[0].Kind)
	if len(dims) > 0 {
		for range n {
			v.AppendFrom(a[0], i)
		}
	}
	appendArray(out, dims, v)
	return nil
}
