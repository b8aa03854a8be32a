package function

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerMultirange: the types of several ranges: constructors, and operators between several ranges, and with one.
func registerMultirange(r *registry) {
	for _, t := range []string{"int4", "int8", "num", "date", "ts", "tstz"} {
		name := t + "multirange"
		r.total(name+"()", byRow(makeMultirange))
		r.total(name+"("+t+"range)", byRow(makeMultirange))
		f := r.find(name + "(_" + t + "range)")
		f.Strict = false // a null among the ranges is an error
		r.define(f, byRow(makeMultirange))
	}
	r.total("multirange(anyrange)", byRow(makeMultirange))
	for _, t := range [][2]string{{"anymultirange", "anymultirange"}, {"anymultirange", "anyrange"}, {"anyrange", "anymultirange"}} {
		test := func(op string, f func(a, b []types.Range) bool) {
			r.totalOp(t[0]+" "+op+" "+t[1], byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				out.AppendBool(f(rangesArg(c, a, 0, i), rangesArg(c, a, 1, i)))
				return nil
			}))
		}
		spans := func(f func(a, b types.Range) bool) func(a, b []types.Range) bool {
			return func(a, b []types.Range) bool { return f(types.Span(a), types.Span(b)) }
		}
		test("&&", types.RangesOverlap)
		test("@>", types.RangesContain)
		test("<@", func(a, b []types.Range) bool { return types.RangesContain(b, a) })
		test("<<", spans(types.Range.Before))
		test(">>", spans(func(a, b types.Range) bool { return b.Before(a) }))
		test("&<", spans(endsNoLater))
		test("&>", spans(startsNoSooner))
		test("-|-", spans(types.Range.Adjacent))
	}
	r.totalOp("anymultirange @> anyelement", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(oneHolds(rangesArg(c, a, 0, i), types.BoundOf(a[1], i, true)))
		return nil
	}))
	r.totalOp("anyelement <@ anymultirange", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(oneHolds(rangesArg(c, a, 1, i), types.BoundOf(a[0], i, true)))
		return nil
	}))
	combine := func(op string, f func(a, b []types.Range) []types.Range) {
		r.totalOp("anymultirange "+op+" anymultirange", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			appendRanges(out, f(rangesArg(c, a, 0, i), rangesArg(c, a, 1, i)))
			return nil
		}))
	}
	combine("+", func(a, b []types.Range) []types.Range { return types.NormalRanges(append(a, b...)) })
	combine("-", types.SubtractRanges)
	combine("*", types.IntersectRanges)
	span := func(c *Call, a []*column.Vector, k, i int) types.Range { return types.Span(rangesArg(c, a, k, i)) }
	registerRangeParts(r, "anymultirange", span)
	r.total("range_merge(anymultirange)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		appendRange(out, span(c, a, 0, i))
		return nil
	}))
	registerRangeAggregates(r)
}

// oneHolds reports whether a value is in one of several ranges.
func oneHolds(list []types.Range, x types.Bound) bool {
	return slices.ContainsFunc(list, func(r types.Range) bool { return r.Holds(x) })
}

// makeMultirange is several ranges of its arguments.
func makeMultirange(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	var list []types.Range
	for k := range a {
		if a[k].Null(i) {
			return types.Errorf("22004", "multirange values cannot contain null members")
		}
		list = append(list, rangesArg(c, a, k, i)...)
	}
	appendRanges(out, types.NormalRanges(list))
	return nil
}

// registerRangeSets gives unnest of several ranges its rows.
func registerRangeSets(s *setFunctions) {
	s.define("unnest(anymultirange)", func(c *SetCall) (Rows, error) {
		return &rangeRows{types.ReadRanges(types.SubtypeOf(c.Types[0]), c.Args[0].Str(0))}, nil
	})
}

type rangeRows struct{ left []types.Range }

func (r *rangeRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && len(r.left) > 0; max-- {
		appendRange(out[0], r.left[0])
		r.left = r.left[1:]
	}
	return nil
}
