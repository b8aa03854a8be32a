package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerLists gives the aggregates that keep all values of a group their accumulators.
func registerLists(r *registry) {
	r.agg("array_agg(anynonarray)", func(*Call) Accumulator {
		return &listAgg{keepNulls: true, finish: func(_ *Call, g *listed, out *column.Vector) error {
			out.AppendFunc(func(dst []byte) []byte { return types.AppendList(dst, g.values) })
			return nil
		}}
	})
	r.agg("array_agg(anyarray)", func(*Call) Accumulator { return &listAgg{keepNulls: true, finish: joinListed} })
	for _, t := range []string{"float8", "interval"} {
		r.agg("percentile_cont(float8,"+t+")", func(*Call) Accumulator {
			return &listAgg{direct: 1, finish: percentile(interpolated)}
		})
		r.agg("percentile_cont(_float8,"+t+")", func(*Call) Accumulator {
			return &listAgg{direct: 1, finish: percentiles(interpolated)}
		})
	}
	r.agg("percentile_disc(float8,anyelement)", func(*Call) Accumulator { return &listAgg{direct: 1, finish: percentile(discrete)} })
	r.agg("percentile_disc(_float8,anyelement)", func(*Call) Accumulator { return &listAgg{direct: 1, finish: percentiles(discrete)} })
	r.agg("mode(anyelement)", func(*Call) Accumulator { return &listAgg{finish: mostFrequent} })
}

// listAgg keeps the values of each group, of an ordered-set aggregate in the order that WITHIN GROUP gives them, and makes the result of them.
// Before the values stand as many direct arguments.
type listAgg struct {
	direct    int
	keepNulls bool
	finish    func(c *Call, g *listed, out *column.Vector) error
	groups    []*listed
	size      int64
}

// listed are the values of a group and the direct argument that came with the first of them.
type listed struct {
	direct, values *column.Vector
	size           int64
}

func (a *listAgg) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *listAgg) group(g int32, kind column.Kind) *listed {
	l := a.groups[g]
	if l == nil {
		l = &listed{values: column.New(kind)}
		a.groups[g] = l
		a.size += 256
	}
	return l
}

func (a *listAgg) grown(l *listed) error {
	if len(l.values.Bytes) > maxText {
		return tooLong()
	}
	if l.values.Len > types.MaxArrayElements {
		return types.Errorf(types.CodeProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", types.MaxArrayElements)
	}
	size := l.values.Size()
	a.size += size - l.size
	l.size = size
	return nil
}

func (a *listAgg) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[a.direct]
	return eachSelected(n, sel, func(i int) error {
		if v.Null(i) && !a.keepNulls {
			return nil
		}
		l := a.group(groupOf(groups, i), v.Kind)
		if a.direct > 0 && l.direct == nil {
			l.direct = column.New(args[0].Kind)
			l.direct.AppendFrom(args[0], i)
		}
		l.values.AppendFrom(v, i)
		return a.grown(l)
	})
}

func (a *listAgg) Merge(other Accumulator, to []int32) error {
	for g, o := range other.(*listAgg).groups {
		if o == nil {
			continue
		}
		l := a.group(to[g], o.values.Kind)
		if l.direct == nil {
			l.direct = o.direct
		}
		l.values.AppendVector(o.values, nil)
		if err := a.grown(l); err != nil {
			return err
		}
	}
	return nil
}

// Take implements Keeper.
func (a *listAgg) Take(f func(groups []int32, args []*column.Vector) error) error {
	var of []int32
	for g, l := range a.groups {
		if l == nil {
			continue
		}
		for lo := 0; lo < l.values.Len; lo += column.BatchRows {
			n := min(column.BatchRows, l.values.Len-lo)
			v := column.New(l.values.Kind)
			of = of[:0]
			for i := range n {
				v.AppendFrom(l.values, lo+i)
				of = append(of, int32(g))
			}
			args := []*column.Vector{v}
			if a.direct > 0 {
				direct := column.New(l.direct.Kind)
				direct.AppendFrom(l.direct, 0)
				direct.Form, direct.Len = column.Constant, n
				args = []*column.Vector{direct, v}
			}
			if err := f(of, args); err != nil {
				return err
			}
		}
		a.groups[g] = nil
	}
	a.groups, a.size = nil, 0
	return nil
}

func (a *listAgg) Result(c *Call, n int, out *column.Vector) error {
	for _, l := range a.groups[:n] {
		if l == nil {
			out.AppendNull()
		} else if err := a.finish(c, l, out); err != nil {
			return err
		}
	}
	return nil
}

func (a *listAgg) Bytes() int64 { return 8*int64(cap(a.groups)) + a.size }

func joinListed(c *Call, g *listed, out *column.Vector) error {
	return JoinArrays(types.ElemOf(c.Result), g.values, out)
}

// JoinArrays appends to out one array made of arrays, of which there are some, with a dimension more.
func JoinArrays(elem types.OID, arrays, out *column.Vector) error {
	v := column.New(types.KindOf(elem))
	var part types.Array
	var dims []types.Dim
	for i := range arrays.Len {
		if arrays.Null(i) {
			return types.Errorf("22004", "cannot accumulate null arrays")
		}
		part.Read(elem, arrays.Str(i))
		switch {
		case len(part.Dims) == 0:
			return types.Errorf("2202E", "cannot accumulate empty arrays")
		case dims == nil:
			dims = append([]types.Dim{{Length: arrays.Len, Lower: 1}}, part.Dims...)
		case !sameDims(dims[1:], part.Dims):
			return types.Errorf("2202E", "cannot accumulate arrays of different dimensionality")
		}
		v.AppendVector(part.Values, nil)
	}
	if len(dims) > types.MaxDimensions {
		return types.Errorf(types.CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims), types.MaxDimensions)
	}
	appendArray(out, dims, v)
	return nil
}
