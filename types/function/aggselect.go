package function

import (
	"math"
	"math/bits"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Percentiles over numbers and times need no sorted rows: each group's values are kept as they come, and the few that a fraction asks for
// are found by selection, in linear time. Several percentiles of the same values share them.

// Selecting makes an accumulator that takes its rows in any order, for an ordered-set aggregate over one key; nil where
// there is none for values of the call's types. With like, one that Selecting made for the same key, condition and order, it has like's values, and is
// given nothing but its direct argument.
func Selecting(f *Aggregate, c *Call, descending bool, like Accumulator) Accumulator {
	if len(c.Args) != 2 {
		return nil
	}
	kind := types.KindOf(c.Args[1])
	a := &selectAgg{descending: descending, array: c.Args[0] == types.Float8Array}
	switch f.Name {
	case "percentile_cont":
		a.between = true
		if c.Args[1] != types.Float8 {
			return nil
		}
	case "percentile_disc":
	default:
		return nil
	}
	switch c.Args[1] {
	case types.Float8, types.Int2, types.Int4, types.Int8, types.Timestamp, types.Timestamptz, types.Date:
	default:
		return nil
	}
	if like != nil {
		a.store = like.(*selectAgg).store
		return a
	}
	a.store, a.owner = &selectStore{kind: kind}, true
	return a
}

// selectStore is the values of each group, as keys that are ordered as the values are.
type selectStore struct {
	kind   column.Kind
	groups [][]int64
	size   int64
}

// sortableFloat orders doubles as PostgreSQL does: NaN above all. Zeros of both signs are told apart, the negative first.
func sortableFloat(f float64) int64 {
	if f != f {
		return math.MaxInt64
	}
	x := int64(math.Float64bits(f))
	return x ^ int64(uint64(x>>63)>>1)
}

func floatOfSortable(k int64) float64 {
	if k == math.MaxInt64 {
		return math.NaN()
	}
	return math.Float64frombits(uint64(k ^ int64(uint64(k>>63)>>1)))
}

func (s *selectStore) add(g int32, k int64) {
	list := s.groups[g]
	before := cap(list)
	list = append(list, k)
	s.groups[g] = list
	s.size += 8 * int64(cap(list)-before)
}

// appendTo appends the value of a key.
func (s *selectStore) appendTo(out *column.Vector, k int64) {
	if s.kind == column.Float64 {
		out.AppendFloat(floatOfSortable(k))
	} else {
		out.AppendInt(k)
	}
}

// selectAgg finds percentiles by selection.
type selectAgg struct {
	store      *selectStore
	owner      bool // else another accumulator feeds the store
	between    bool // interpolates between two values
	array      bool // the direct argument is an array of fractions
	descending bool
	direct     *column.Vector // the direct argument, once a row has come
}

func (a *selectAgg) Resize(n int) {
	if a.owner {
		a.store.groups = grow(a.store.groups, n)
	}
}

func (a *selectAgg) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	if a.direct == nil && sel.Count(n) > 0 {
		first := 0
		if sel != nil {
			first = int(sel[0])
		}
		a.direct = column.New(args[0].Kind)
		a.direct.AppendFrom(args[0], first)
	}
	if !a.owner {
		return nil
	}
	v, s := args[1], a.store
	if s.kind == column.Float64 {
		return present(v, n, sel, groups, func(i int, g int32) error { s.add(g, sortableFloat(v.Float(i))); return nil })
	}
	return present(v, n, sel, groups, func(i int, g int32) error { s.add(g, v.Int(i)); return nil })
}

func (a *selectAgg) Merge(other Accumulator, to []int32) error {
	o := other.(*selectAgg)
	if a.direct == nil {
		a.direct = o.direct
	}
	if !a.owner {
		return nil
	}
	s := a.store
	for g, list := range o.store.groups {
		if len(list) == 0 {
			continue
		}
		into := s.groups[to[g]]
		before := cap(into)
		if into == nil {
			into = list
		} else {
			into = append(into, list...)
		}
		s.groups[to[g]] = into
		s.size += 8 * int64(cap(into)-before)
	}
	return nil
}

func (a *selectAgg) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		list := a.store.groups[g]
		if len(list) == 0 || a.direct.Null(0) {
			out.AppendNull()
			continue
		}
		if !a.array {
			if err := a.pick(out, list, a.direct.Float(0)); err != nil {
				return err
			}
			continue
		}
		fractions := types.ReadArray(types.Float8, a.direct.Str(0))
		v := column.New(a.store.kind)
		for i := range fractions.Values.Len {
			if fractions.Values.Null(i) {
				v.AppendNull()
			} else if err := a.pick(v, list, fractions.Values.Float(i)); err != nil {
				return err
			}
		}
		appendArray(out, fractions.Dims, v)
	}
	return nil
}

// pick appends the value at a fraction.
func (a *selectAgg) pick(out *column.Vector, list []int64, fraction float64) error {
	if err := checkFraction(fraction); err != nil {
		return err
	}
	if !a.between {
		row := max(int(math.Ceil(fraction*float64(len(list)))), 1) - 1
		a.store.appendTo(out, a.nth(list, row))
		return nil
	}
	at := fraction * float64(len(list)-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	x := floatOfSortable(a.nth(list, low))
	if high != low {
		y := floatOfSortable(a.nth(list, high))
		x += (at - float64(low)) * (y - x)
	}
	out.AppendFloat(x)
	return nil
}

func (a *selectAgg) nth(list []int64, row int) int64 {
	if a.descending {
		row = len(list) - 1 - row
	}
	return selectNth(list, row)
}

func (a *selectAgg) Bytes() int64 {
	if !a.owner {
		return 0
	}
	return 24*int64(cap(a.store.groups)) + a.store.size
}

// selectNth gives the element that would stand at index n of the sorted list, which it reorders: lesser ones come to stand before it, greater ones
// behind. It partitions around medians, and sorts what is left where these turn out badly too often.
func selectNth(list []int64, n int) int64 {
	lo, hi := 0, len(list)
	for rounds := 2 * bits.Len(uint(len(list))); hi-lo > 32; rounds-- {
		if rounds == 0 {
			break
		}
		pivot := pivotOf(list[lo:hi])
		// Three ways: lo ≤ lesser < i, equal up to j, greater behind.
		i, j, k := lo, lo, hi
		for j < k {
			switch x := list[j]; {
			case x < pivot:
				list[i], list[j] = x, list[i]
				i++
				j++
			case x > pivot:
				k--
				list[j], list[k] = list[k], x
			default:
				j++
			}
		}
		switch {
		case n < i:
			hi = i
		case n >= j:
			lo = j
		default:
			return pivot
		}
	}
	slices.Sort(list[lo:hi])
	return list[n]
}

// pivotOf is the median of three elements, of a long list that of three medians.
func pivotOf(list []int64) int64 {
	n := len(list)
	at := func(i int) int64 { return list[i] }
	if n < 1000 {
		return medianOf(at(n/4), at(n/2), at(n*3/4))
	}
	s := n / 10
	return medianOf(medianOf(at(s), at(2*s), at(3*s)), medianOf(at(4*s), at(5*s), at(6*s)), medianOf(at(7*s), at(8*s), at(9*s)))
}

func medianOf(a, b, c int64) int64 {
	return max(min(a, b), min(max(a, b), c))
}
