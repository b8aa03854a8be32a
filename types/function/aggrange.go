package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerRangeAggregates gives the aggregates over ranges their accumulators.
func registerRangeAggregates(r *registry) {
	for _, t := range []string{"anyrange", "anymultirange"} {
		r.agg("range_agg("+t+")", func(*Call) Accumulator { return &listAgg{finish: unite} })
		r.agg("range_intersect_agg("+t+")", func(c *Call) Accumulator { return &intersectAgg{of: c.Args[0]} })
	}
}

// unite makes several ranges of all of a group's.
func unite(c *Call, g *listed, out *column.Vector) error {
	var list []types.Range
	for i := range g.values.Len {
		list = append(list, rangesArg(c, []*column.Vector{g.values}, 0, i)...)
	}
	appendRanges(out, types.NormalRanges(list))
	return nil
}

// intersectAgg keeps what all ranges of a group have in common, as a list of ranges; nil before the first one.
type intersectAgg struct {
	of     types.OID // the ranges' type
	groups [][]byte
	size   int64
}

func (a *intersectAgg) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *intersectAgg) Add(c *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	return present(args[0], n, sel, groups, func(i int, g int32) error {
		a.meet(g, rangesArg(c, args, 0, i))
		return nil
	})
}

// meet narrows a group to what it has in common with a list.
func (a *intersectAgg) meet(g int32, list []types.Range) {
	old := a.groups[g]
	if old != nil {
		list = types.IntersectRanges(types.ReadRanges(types.SubtypeOf(a.of), old), list)
	}
	a.groups[g] = types.AppendRanges(nil, list)
	a.size += int64(len(a.groups[g]) - len(old))
}

func (a *intersectAgg) Merge(other Accumulator, to []int32) error {
	for g, form := range other.(*intersectAgg).groups {
		if form != nil {
			a.meet(to[g], types.ReadRanges(types.SubtypeOf(a.of), form))
		}
	}
	return nil
}

func (a *intersectAgg) Result(_ *Call, n int, out *column.Vector) error {
	for _, form := range a.groups[:n] {
		switch {
		case form == nil:
			out.AppendNull()
		case types.IsRange(a.of):
			appendRange(out, types.Span(types.ReadRanges(types.SubtypeOf(a.of), form)))
		default:
			out.AppendBytes(form)
		}
	}
	return nil
}

func (a *intersectAgg) Bytes() int64 { return 24*int64(cap(a.groups)) + a.size }
