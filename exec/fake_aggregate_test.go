package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// folding is an Accumulator over model values: the simplest that there can be.
type folding struct {
	states []any
	start  any
	step   func(state, x any) any // x nil for count(*)
	merge  func(a, b any) any
}

func (f *folding) Resize(n int) {
	for len(f.states) < n {
		f.states = append(f.states, f.start)
	}
}

func (f *folding) Add(_ *function.Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	for i := range each(sel, n) {
		var x any
		if len(args) > 0 {
			if x = get(args[0], i); x == nil {
				continue
			}
		}
		g := int32(0) // no groups: one
		if groups != nil {
			g = groups[i]
		}
		f.states[g] = f.step(f.states[g], x)
	}
	return nil
}

func (f *folding) Merge(other function.Accumulator, to []int32) error {
	for g, s := range other.(*folding).states {
		f.states[to[g]] = f.merge(f.states[to[g]], s)
	}
	return nil
}

func (f *folding) Result(_ *function.Call, n int, out *column.Vector) error {
	for _, s := range f.states[:n] {
		put(out, s)
	}
	return nil
}

func (f *folding) Bytes() int64 { return 16 * int64(len(f.states)) }

func addInts(a, b any) any {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return a.(int64) + b.(int64)
}

func joinTexts(a, b any) any {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return a.(string) + b.(string)
}

var (
	countAll = &function.Aggregate{Name: "count", Result: types.Int8, New: func(*function.Call) function.Accumulator {
		return &folding{start: int64(0), step: func(s, _ any) any { return s.(int64) + 1 }, merge: addInts}
	}}
	sumInts = &function.Aggregate{Name: "sum", Args: []types.OID{types.Int8}, Result: types.Int8, New: func(*function.Call) function.Accumulator {
		return &folding{step: addInts, merge: addInts}
	}}
	stringAgg = &function.Aggregate{Name: "string_agg", Args: []types.OID{types.Text}, Result: types.Text, New: func(*function.Call) function.Accumulator {
		return &folding{step: joinTexts, merge: joinTexts}
	}}
)
