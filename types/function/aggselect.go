package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// Percentiles over numbers and times need no sorted rows: each group's values are kept as they come, and the few that a fraction asks for
// are found by selection (selection.go), in linear time. Several percentiles of the same values share them.

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
	a.store, a.owner = &selectStore{kind: kind, ints: newDenseInts(), floats: newDenseFloats()}, true
	return a
}

// selectStore is the values of each group, as keys that are ordered as the values are.
type selectStore struct {
	kind   column.Kind
	groups []chunked
	size   int64
	ints   dense[int64]
	floats dense[float64]
	keys   []int64 // scratch: keys on their way
	ends   []int32 // scratch: by group, where in keys its own end
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

func (s *selectStore) bytes() int64 {
	n := chunkedBytes*int64(cap(s.groups)) + s.size + s.ints.bytes() + s.floats.bytes() + 8*int64(cap(s.keys)) + 4*int64(cap(s.ends))
	if s.size > 8*fewKeys {
		n += PrepareBytes
	}
	return n
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

	ready []*column.Vector // by group: its result where Prepare has worked it out
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
	s := a.store
	if s.kind != column.Float64 {
		s.addInts(s.ints.lay(args[1], n, sel, groups))
	} else {
		s.addFloats(s.floats.lay(args[1], n, sel, groups))
	}
	return nil
}

// addInts keeps integers for their groups: laid by group first, where there are several for each group.
func (s *selectStore) addInts(values []int64, of []int32) {
	switch {
	case len(values) == 0:
	case of == nil:
		s.size += s.groups[0].addAll(values)
	case len(values) < 8*len(s.groups):
		for i, g := range of {
			s.size += s.groups[g].add(values[i])
		}
	default:
		at, values := s.layByGroup(of), values[:len(of)]
		keys := s.keys
		for i, g := range of {
			k := at[g]
			keys[k] = values[i]
			at[g] = k + 1
		}
		s.addLaid()
	}
}

// addFloats is addInts for doubles.
func (s *selectStore) addFloats(values []float64, of []int32) {
	switch {
	case of == nil:
		s.keys = resize(s.keys, len(values))
		for i, x := range values {
			s.keys[i] = sortableFloat(x)
		}
		s.addInts(s.keys, nil)
	case len(values) < 8*len(s.groups):
		for i, g := range of {
			s.size += s.groups[g].add(sortableFloat(values[i]))
		}
	default:
		at, values := s.layByGroup(of), values[:len(of)]
		keys := s.keys
		for i, g := range of {
			k := at[g]
			keys[k] = sortableFloat(values[i])
			at[g] = k + 1
		}
		s.addLaid()
	}
}

// layByGroup says where in s.keys the keys of each group begin; who puts one there counts its group's on, so that in the end it says where they end.
func (s *selectStore) layByGroup(of []int32) (at []int32) {
	s.keys, s.ends = resize(s.keys, len(of)), resize(s.ends, len(s.groups))
	clear(s.ends)
	for _, g := range of {
		s.ends[g]++
	}
	next := int32(0)
	for g, n := range s.ends {
		s.ends[g] = next
		next += n
	}
	return s.ends
}

// addLaid keeps what lies in s.keys by group.
func (s *selectStore) addLaid() {
	from := int32(0)
	for g, to := range s.ends {
		s.size += s.groups[g].addAll(s.keys[from:to])
		from = to
	}
}

func (a *selectAgg) Merge(other Accumulator, to []int32) error {
	o := other.(*selectAgg)
	if a.direct == nil {
		a.direct = o.direct
	}
	if !a.owner {
		return nil
	}
	for g := range o.store.groups {
		a.store.groups[to[g]].take(&o.store.groups[g])
	}
	a.store.size += o.store.size
	return nil
}

func (a *selectAgg) Result(_ *Call, n int, out *column.Vector) error {
	s := selectors.Get().(*selector)
	defer selectors.Put(s)
	for g := range n {
		if a.ready != nil && a.ready[g] != nil {
			out.AppendFrom(a.ready[g], 0)
		} else if err := a.result(s, g, out); err != nil {
			return err
		}
	}
	return nil
}

// result appends a group's.
func (a *selectAgg) result(s *selector, g int, out *column.Vector) error {
	list := &a.store.groups[g]
	if list.len() == 0 || a.direct.Null(0) {
		out.AppendNull()
		return nil
	}
	if !a.array {
		return a.pick(out, s, list, a.direct.Float(0))
	}
	fractions := types.ReadArray(types.Float8, a.direct.Str(0))
	v := column.New(a.store.kind)
	for i := range fractions.Values.Len {
		if fractions.Values.Null(i) {
			v.AppendNull()
		} else if err := a.pick(v, s, list, fractions.Values.Float(i)); err != nil {
			return err
		}
	}
	appendArray(out, fractions.Dims, v)
	return nil
}

// Costly implements Preparer.
func (a *selectAgg) Costly(n int) bool {
	many := 0
	for g := range a.store.groups[:n] {
		if a.store.groups[g].len() > fewKeys {
			many++
		}
	}
	if many < 2 {
		return false
	}
	a.ready = make([]*column.Vector, n)
	return true
}

// Prepare implements Preparer. It leaves small groups to Result.
func (a *selectAgg) Prepare(c *Call, next func() (group int, ok bool)) error {
	s := selectors.Get().(*selector)
	defer selectors.Put(s)
	for g, ok := next(); ok; g, ok = next() {
		if a.store.groups[g].len() <= fewKeys {
			continue
		}
		v := column.New(types.KindOf(c.Result))
		if err := a.result(s, g, v); err != nil {
			return err
		}
		a.ready[g] = v
	}
	return nil
}

// pick appends the value at a fraction.
func (a *selectAgg) pick(out *column.Vector, s *selector, list *chunked, fraction float64) error {
	if err := checkFraction(fraction); err != nil {
		return err
	}
	if !a.between {
		row := max(int(math.Ceil(fraction*float64(list.len()))), 1) - 1
		if a.descending {
			row = list.len() - 1 - row
		}
		x, _ := s.pair(list, row, false)
		a.store.appendTo(out, x)
		return nil
	}
	at := fraction * float64(list.len()-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	var first, second int64
	if a.descending {
		second, first = s.pair(list, list.len()-1-high, high > low)
	} else {
		first, second = s.pair(list, low, high > low)
	}
	x := floatOfSortable(first)
	if high > low {
		y := floatOfSortable(second)
		x += (at - float64(low)) * (y - x)
	}
	out.AppendFloat(x)
	return nil
}

func (a *selectAgg) Bytes() int64 {
	if !a.owner {
		return 0
	}
	return a.store.bytes()
}

// Release implements Releaser.
func (a *selectAgg) Release() {
	for g := range a.store.groups {
		a.store.groups[g].release()
	}
}
