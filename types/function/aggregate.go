package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerAggregates(r *registry) {
	r.agg("count()", func(*Call) Accumulator { return &count{all: true} })
	r.agg("count(any)", func(*Call) Accumulator { return &count{} })
	registerSums(r)
	registerExtremes(r)
	registerVariance(r)
	registerLists(r)
	registerRegression(r)
	registerJSONAggregates(r)
	registerApproxCount(r)
	registerApproxPercentile(r)
	for name, combine := range map[string]func(a, b bool) bool{
		"bool_and": func(a, b bool) bool { return a && b },
		"every":    func(a, b bool) bool { return a && b },
		"bool_or":  func(a, b bool) bool { return a || b },
	} {
		r.agg(name+"(bool)", func(*Call) Accumulator { return newFold((*column.Vector).Bool, combine, (*column.Vector).AppendBool) })
	}
	for name, combine := range map[string]func(a, b int64) int64{
		"bit_and": func(a, b int64) int64 { return a & b },
		"bit_or":  func(a, b int64) int64 { return a | b },
		"bit_xor": func(a, b int64) int64 { return a ^ b },
	} {
		for _, t := range []string{"int2", "int4", "int8"} {
			r.agg(name+"("+t+")", func(*Call) Accumulator { return newFold((*column.Vector).Int, combine, (*column.Vector).AppendInt) })
		}
	}
	r.agg("string_agg(text,text)", func(*Call) Accumulator { return &stringAgg{} })
	r.agg("string_agg(bytea,bytea)", func(*Call) Accumulator { return &stringAgg{} })
}

// grow extends a slice of group states with zero values.
func grow[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		old := len(s)
		s = s[:n]
		clear(s[old:])
		return s
	}
	t := make([]T, n, max(n, 2*cap(s)))
	copy(t, s)
	return t
}

// groupOf is the group of row i; without groups there is one.
func groupOf(groups []int32, i int) int32 {
	if groups == nil {
		return 0
	}
	return groups[i]
}

// present calls f with every selected row in which v is not null, and its group.
func present(v *column.Vector, n int, sel column.Selection, groups []int32, f func(i int, g int32) error) error {
	nulls := v.HasNulls()
	return eachSelected(n, sel, func(i int) error {
		if nulls && v.Null(i) {
			return nil
		}
		return f(i, groupOf(groups, i))
	})
}

// count is count(*) and count(x).
type count struct {
	all    bool
	counts []int64
	rows   []int32
}

func (a *count) Resize(n int) { a.counts = grow(a.counts, n) }

func (a *count) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	if !a.all && args[0].HasNulls() {
		if args[0].Form == column.Constant {
			return nil
		}
		a.rows = appendValid(resize(a.rows, n)[:0], args[0].Valid, n, sel)
		sel = a.rows
	}
	switch {
	case groups == nil:
		a.counts[0] += int64(sel.Count(n))
	case sel == nil:
		for _, g := range groups[:n] {
			a.counts[g]++
		}
	default:
		for _, i := range sel {
			a.counts[groups[i]]++
		}
	}
	return nil
}

func (a *count) Merge(other Accumulator, to []int32) error {
	for g, n := range other.(*count).counts {
		a.counts[to[g]] += n
	}
	return nil
}

func (a *count) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		out.AppendInt(a.counts[g])
	}
	return nil
}

func (a *count) Bytes() int64 { return 8*int64(cap(a.counts)) + 4*int64(cap(a.rows)) }

// weightedCount is count where a row stands for several: the last argument says for how many. Those with a null before it don't count.
type weightedCount struct{ count }

// NewWeightedCount makes the accumulator of count(*) and count(x) over rows that stand for several: behind its arguments comes a bigint, never null, with
// how many.
func NewWeightedCount() Accumulator { return &weightedCount{} }

func (a *weightedCount) Add(c *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	last := len(args) - 1
	weights, args := args[last], args[:last]
	if weights.Form == column.Constant && weights.Int(0) == 1 {
		a.all = len(args) == 0
		return a.count.Add(c, n, sel, groups, args)
	}
	return eachSelected(n, sel, func(i int) error {
		for _, v := range args {
			if v.Null(i) {
				return nil
			}
		}
		a.counts[groupOf(groups, i)] += weights.Int(i)
		return nil
	})
}

func (a *weightedCount) Merge(other Accumulator, to []int32) error {
	return a.count.Merge(&other.(*weightedCount).count, to)
}

// fold combines the values of a group by an associative, commutative function; no value: null.
type fold[T any] struct {
	values  []T
	some    column.Bitmap
	get     func(v *column.Vector, i int) T
	combine func(a, b T) T
	put     func(v *column.Vector, x T)
}

func newFold[T any](get func(*column.Vector, int) T, combine func(a, b T) T, put func(*column.Vector, T)) *fold[T] {
	return &fold[T]{get: get, combine: combine, put: put}
}

func (a *fold[T]) Resize(n int) {
	a.values = grow(a.values, n)
	a.some = a.some.Resize(len(a.values))
}

func (a *fold[T]) feed(g int32, x T) {
	if a.some.Get(int(g)) {
		x = a.combine(a.values[g], x)
	}
	a.values[g] = x
	a.some.Set(int(g))
}

func (a *fold[T]) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	return present(v, n, sel, groups, func(i int, g int32) error { a.feed(g, a.get(v, i)); return nil })
}

func (a *fold[T]) Merge(other Accumulator, to []int32) error {
	o := other.(*fold[T])
	for g, x := range o.values {
		if o.some.Get(g) {
			a.feed(to[g], x)
		}
	}
	return nil
}

func (a *fold[T]) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		if a.some.Get(g) {
			a.put(out, a.values[g])
		} else {
			out.AppendNull()
		}
	}
	return nil
}

func (a *fold[T]) Bytes() int64 { return 16*int64(cap(a.values)) + 8*int64(cap(a.some)) }

// stringAgg is string_agg: the delimiter that comes with a value stands before it, unless it is the first.
type stringAgg struct {
	groups []joined
	size   int64
}

// joined is a group's values, each with its delimiter before it; the delimiter of the first is skipped bytes long.
type joined struct {
	text    []byte
	skipped int32
	some    bool
}

func (a *stringAgg) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *stringAgg) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	return present(args[0], n, sel, groups, func(i int, g int32) error {
		var delimiter []byte
		if !args[1].Null(i) {
			delimiter = args[1].Str(i)
		}
		return a.append(g, delimiter, args[0].Str(i), int32(len(delimiter)))
	})
}

func (a *stringAgg) append(g int32, delimiter, text []byte, skipped int32) error {
	j := &a.groups[g]
	if len(j.text)+len(delimiter)+len(text) > maxText {
		return types.Errorf(types.CodeProgramLimitExceeded, "out of memory").WithDetail("Cannot enlarge a string beyond %d bytes.", maxText)
	}
	before := cap(j.text)
	if !j.some {
		j.some, j.skipped = true, skipped
	}
	j.text = append(append(j.text, delimiter...), text...)
	a.size += int64(cap(j.text) - before)
	return nil
}

func (a *stringAgg) Merge(other Accumulator, to []int32) error {
	for g, j := range other.(*stringAgg).groups {
		if !j.some {
			continue
		}
		if err := a.append(to[g], nil, j.text, j.skipped); err != nil {
			return err
		}
	}
	return nil
}

// Take implements Keeper: a group's text is one value, behind the delimiter of its first one.
func (a *stringAgg) Take(f func(groups []int32, args []*column.Vector) error) error {
	for lo := 0; lo < len(a.groups); lo += column.BatchRows {
		var of []int32
		text, delimiter := column.New(column.Text), column.New(column.Text)
		for g := lo; g < min(lo+column.BatchRows, len(a.groups)); g++ {
			if j := &a.groups[g]; j.some {
				of = append(of, int32(g))
				delimiter.AppendBytes(j.text[:j.skipped])
				text.AppendBytes(j.text[j.skipped:])
				*j = joined{}
			}
		}
		if len(of) > 0 {
			if err := f(of, []*column.Vector{text, delimiter}); err != nil {
				return err
			}
		}
	}
	a.groups, a.size = nil, 0
	return nil
}

func (a *stringAgg) Result(_ *Call, n int, out *column.Vector) error {
	for _, j := range a.groups[:n] {
		if j.some {
			out.AppendBytes(j.text[j.skipped:])
		} else {
			out.AppendNull()
		}
	}
	return nil
}

func (a *stringAgg) Bytes() int64 { return 32*int64(cap(a.groups)) + a.size }
