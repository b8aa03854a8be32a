package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// hashMembers is from how many constant members on an IN list becomes a hash set.
const hashMembers = 5

// newInList compiles x [NOT] IN (…): to a hash set where the members are constants of x's own type, and
// to comparisons one after the other for what is left.
func newInList(rt *Runtime, e *plan.InList, x evaluator, list []evaluator) evaluator {
	in := &inList{not: e.Not, x: x}
	if sameKey(e.X, e.List) {
		var rest []evaluator
		set := newMemberSet(e.X.Type())
		for _, m := range list {
			if c, ok := m.(*constant); ok {
				set.add(&c.v)
			} else {
				rest = append(rest, m)
			}
		}
		if set.members >= hashMembers {
			in.set, list = set, rest
		}
	}
	for _, m := range list {
		// The comparison reads the members through cells, so that x is evaluated once.
		c := &call{fn: e.Eq, args: []evaluator{&cell{from: &in.value}, m}, in: make([]*column.Vector, 2), one: make([]column.Vector, 2)}
		c.oneP = []*column.Vector{&c.one[0], &c.one[1]}
		c.info = function.Call{Env: rt.Env, Args: e.Eq.Args, Result: types.Bool, Typmod: -1}
		in.members = append(in.members, c)
	}
	return in
}

// sameKey reports whether x and all members have equal keys exactly when they are equal: they are of one type.
func sameKey(x plan.Expr, list []plan.Expr) bool {
	for _, m := range list {
		if m.Type() != x.Type() {
			return false
		}
	}
	return true
}

// cell is a vector that was computed before.
type cell struct{ from **column.Vector }

func (c *cell) eval(*column.Batch, column.Selection) (*column.Vector, error) { return *c.from, nil }

// inList is IN: true where a member is equal, else null where x or a member is null, else false.
type inList struct {
	x       evaluator
	not     bool
	set     *memberSet  // nil: none
	members []evaluator // comparisons with the members that are not in set

	value *column.Vector // x of this batch
	out   column.Vector
	open  []int32
}

func (e *inList) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	var err error
	if e.value, err = e.x.eval(b, sel); err != nil {
		return nil, err
	}
	resetBools(&e.out, n, e.not)
	open := sel
	if e.set != nil {
		open = e.lookUp(n, sel)
	}
	for _, m := range e.members {
		if open.Count(n) == 0 {
			break
		}
		v, err := m.eval(b, open)
		if err != nil {
			return nil, err
		}
		if open == nil {
			e.open = room(e.open, n)
		}
		next := e.open[:0]
		for i := range each(open, n) {
			switch {
			case v.Null(i):
				e.out.SetNull(i)
				next = append(next, int32(i))
			case v.Bool(i):
				e.found(i)
			default:
				next = append(next, int32(i))
			}
		}
		e.open, open = next, next
		if open == nil {
			open = column.Selection{}
		}
	}
	return &e.out, nil
}

func (e *inList) found(i int) {
	e.out.Bools.Put(i, !e.not)
	if e.out.Valid != nil {
		e.out.Valid.Set(i)
	}
}

// lookUp decides what the set decides and returns the rows that other members may still decide.
func (e *inList) lookUp(n int, sel column.Selection) column.Selection {
	rest := room(e.open, n)
	v := e.value
	var entry []int8 // of a dictionary: 0 not looked up yet, 1 in the set, -1 not
	if v.Form == column.Dictionary {
		entry = e.set.entries(v.Dict.Len)
	}
	for i := range each(sel, n) {
		if v.Null(i) {
			e.out.SetNull(i)
			continue
		}
		var in bool
		if entry != nil {
			code := v.Codes[i]
			if entry[code] == 0 {
				entry[code] = -1
				if e.set.has(v, i) {
					entry[code] = 1
				}
			}
			in = entry[code] > 0
		} else {
			in = e.set.has(v, i)
		}
		switch {
		case in:
			e.found(i)
		default:
			if e.set.null {
				e.out.SetNull(i)
			}
			rest = append(rest, int32(i))
		}
	}
	e.open = rest
	return rest
}

// memberSet is a set of values of one type.
type memberSet struct {
	typ     types.OID
	members int
	null    bool
	ints    map[int64]struct{}
	keys    map[string]struct{}
	key     []byte
	scratch []int8
}

func newMemberSet(t types.OID) *memberSet {
	s := &memberSet{typ: t}
	if integral(t) {
		s.ints = map[int64]struct{}{}
	} else {
		s.keys = map[string]struct{}{}
	}
	return s
}

// integral reports whether values of the type are equal exactly when their 64-bit integers are.
func integral(t types.OID) bool {
	k := types.KindOf(t)
	return k == column.Int64 || k == column.Timestamp
}

func (s *memberSet) add(v *column.Vector) {
	s.members++
	switch {
	case v.Null(0):
		s.null = true
	case s.ints != nil:
		s.ints[v.Int(0)] = struct{}{}
	default:
		s.keys[string(types.AppendKey(nil, s.typ, v, 0))] = struct{}{}
	}
}

func (s *memberSet) has(v *column.Vector, i int) bool {
	if s.ints != nil {
		_, ok := s.ints[v.Int(i)]
		return ok
	}
	s.key = types.AppendKey(s.key[:0], s.typ, v, i)
	_, ok := s.keys[string(s.key)]
	return ok
}

func (s *memberSet) entries(n int) []int8 {
	if cap(s.scratch) < n {
		s.scratch = make([]int8, n)
	}
	s.scratch = s.scratch[:n]
	clear(s.scratch)
	return s.scratch
}

// isDistinct is IS [NOT] DISTINCT FROM: nulls are equal to each other.
type isDistinct struct {
	typ  types.OID
	l, r evaluator
	not  bool
	out  column.Vector
}

func (e *isDistinct) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	l, err := e.l.eval(b, sel)
	if err != nil {
		return nil, err
	}
	r, err := e.r.eval(b, sel)
	if err != nil {
		return nil, err
	}
	resetBools(&e.out, b.Len, false)
	for i := range each(sel, b.Len) {
		ln, rn := l.Null(i), r.Null(i)
		distinct := ln != rn
		if !ln && !rn {
			distinct = types.Compare(e.typ, l, i, r, i) != 0
		}
		if distinct != e.not {
			e.out.Bools.Set(i)
		}
	}
	return &e.out, nil
}
