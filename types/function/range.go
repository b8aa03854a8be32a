package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// rangeArg is argument k of row i, a range.
func rangeArg(c *Call, a []*column.Vector, k, i int) types.Range {
	return types.ReadRange(types.SubtypeOf(c.Args[k]), a[k].Str(i))
}

// rangesArg is argument k of row i, a range or several, as a list.
func rangesArg(c *Call, a []*column.Vector, k, i int) []types.Range {
	sub := types.SubtypeOf(c.Args[k])
	if !types.IsRange(c.Args[k]) {
		return types.ReadRanges(sub, a[k].Str(i))
	}
	if r := types.ReadRange(sub, a[k].Str(i)); !r.Empty {
		return []types.Range{r}
	}
	return nil
}

func appendRange(out *column.Vector, r types.Range) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendRange(dst, r) })
}

func appendRanges(out *column.Vector, list []types.Range) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendRanges(dst, list) })
}

// registerRange: the range types' constructors, operators between ranges, and what is asked of one range.
func registerRange(r *registry) {
	for _, t := range []string{"int4range int4", "int8range int8", "numrange numeric", "daterange date", "tsrange timestamp", "tstzrange timestamptz"} {
		var name, sub string
		for i := range t {
			if t[i] == ' ' {
				name, sub = t[:i], t[i+1:]
			}
		}
		r.fn(name+"("+sub+","+sub+")", byRow(makeRange))
		r.fn(name+"("+sub+","+sub+",text)", byRow(makeRange))
	}
	for i, name := range comparisons {
		op := comparison(i)
		for _, t := range []string{"anyrange", "anymultirange"} {
			r.totalOp(t+" "+name+" "+t, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				out.AppendBool(op.holds(types.Compare(c.Args[0], a[0], i, a[1], i)))
				return nil
			}))
		}
	}
	test := func(signature string, f func(a, b types.Range) bool) {
		r.totalOp(signature, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendBool(f(rangeArg(c, a, 0, i), rangeArg(c, a, 1, i)))
			return nil
		}))
	}
	test("anyrange && anyrange", types.Range.Overlaps)
	test("anyrange @> anyrange", types.Range.Contains)
	test("anyrange <@ anyrange", func(a, b types.Range) bool { return b.Contains(a) })
	test("anyrange << anyrange", types.Range.Before)
	test("anyrange >> anyrange", func(a, b types.Range) bool { return b.Before(a) })
	test("anyrange &< anyrange", endsNoLater)
	test("anyrange &> anyrange", startsNoSooner)
	test("anyrange -|- anyrange", types.Range.Adjacent)
	r.totalOp("anyrange @> anyelement", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(rangeArg(c, a, 0, i).Holds(types.BoundOf(a[1], i, true)))
		return nil
	}))
	r.totalOp("anyelement <@ anyrange", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBool(rangeArg(c, a, 1, i).Holds(types.BoundOf(a[0], i, true)))
		return nil
	}))
	combine := func(f func(a, b types.Range) (types.Range, error)) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			x, err := f(rangeArg(c, a, 0, i), rangeArg(c, a, 1, i))
			if err == nil {
				appendRange(out, x)
			}
			return err
		})
	}
	r.op("anyrange + anyrange", combine(types.Range.Union))
	r.op("anyrange - anyrange", combine(types.Range.Minus))
	r.totalOp("anyrange * anyrange", combine(func(a, b types.Range) (types.Range, error) { return a.Intersect(b), nil }))
	r.total("range_merge(anyrange,anyrange)", combine(func(a, b types.Range) (types.Range, error) { return a.Hull(b), nil }))
	registerRangeParts(r, "anyrange", rangeArg)
}

// registerRangeParts: what is asked of a range, and of several ranges by the one that holds them all.
func registerRangeParts(r *registry, t string, whole func(c *Call, a []*column.Vector, k, i int) types.Range) {
	part := func(name string, f func(x types.Range, out *column.Vector)) {
		r.total(name+"("+t+")", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			f(whole(c, a, 0, i), out)
			return nil
		}))
	}
	bound := func(of func(x types.Range) types.Bound) func(x types.Range, out *column.Vector) {
		return func(x types.Range, out *column.Vector) {
			if x.Empty {
				out.AppendNull()
			} else {
				of(x).AppendTo(out)
			}
		}
	}
	truth := func(f func(x types.Range) bool) func(x types.Range, out *column.Vector) {
		return func(x types.Range, out *column.Vector) { out.AppendBool(f(x)) }
	}
	part("lower", bound(func(x types.Range) types.Bound { return x.Lower }))
	part("upper", bound(func(x types.Range) types.Bound { return x.Upper }))
	part("isempty", truth(func(x types.Range) bool { return x.Empty }))
	part("lower_inc", truth(func(x types.Range) bool { return !x.Empty && x.Lower.Inclusive }))
	part("upper_inc", truth(func(x types.Range) bool { return !x.Empty && x.Upper.Inclusive }))
	part("lower_inf", truth(func(x types.Range) bool { return !x.Empty && x.Lower.Infinite }))
	part("upper_inf", truth(func(x types.Range) bool { return !x.Empty && x.Upper.Infinite }))
}

func endsNoLater(a, b types.Range) bool {
	return !a.Empty && !b.Empty && types.CompareUpper(a.Upper, b.Upper) <= 0
}

func startsNoSooner(a, b types.Range) bool {
	return !a.Empty && !b.Empty && types.CompareLower(a.Lower, b.Lower) >= 0
}

// makeRange is a range of two bounds, of which null is none, and the marks that say which of them belong to it.
func makeRange(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	marks := "[)"
	if len(a) > 2 {
		if a[2].Null(i) {
			return types.Errorf(types.CodeDataException, "range constructor flags argument must not be null")
		}
		marks = string(a[2].Str(i))
	}
	switch marks {
	case "[]", "[)", "(]", "()":
	default:
		return types.Errorf(types.CodeSyntaxError, "invalid range bound flags").WithHint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".")
	}
	r, err := types.NewRange(types.SubtypeOf(c.Result), types.BoundOf(a[0], i, marks[0] == '['), types.BoundOf(a[1], i, marks[1] == ']'))
	if err != nil {
		return err
	}
	appendRange(out, r)
	return nil
}
