package exec

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Expressions that only rise with a time, such as floor(extract(epoch from timestamp) / 300) * 300, are computed for some rows of a batch. The rows are in order
// of time, so where two show the same, all between them do:
//
//	row        0 ……… 64 ……… 128 ……… 192 …
//	computed   A     A      A       B          then all rows from 129 to 191
//
// What comes out is a dictionary: grouping by it looks each value up once.

// steps is a rising expression of one column.
type steps struct {
	inner evaluator
	index int
	kind  column.Kind

	rows  []int32 // those that are asked for
	times column.Vector
	probe column.Batch
	at    []int32 // probed positions in rows
	code  []int32 // and the entries that they show
	dict  column.Vector
	out   column.Vector
}

const (
	probeEvery = 64
	leastSteps = 4 * probeEvery // rows for which it's worth it
)

// risingOver finds the column that an expression only rises with: a chain of functions over a time, where the rest is constant. slow tells whether a
// function in it takes long.
func risingOver(rt *Runtime, e plan.Expr) (ref *plan.Ref, slow bool) {
	switch e := e.(type) {
	case *plan.Ref:
		if e.OID == types.Timestamptz || e.OID == types.Timestamp {
			return e, false
		}
	case *plan.Call:
		at := -1
		consts := make([]*column.Vector, len(e.Args))
		for i, a := range e.Args {
			if plan.HasRefs(a) {
				if at >= 0 {
					return nil, false
				}
				at = i
				continue
			}
			if !plan.IsStable(a) || plan.HasSubQuery(a) {
				return nil, false
			}
			v, err := evalOne(rt, a)
			if err != nil || v.Null(0) {
				return nil, false
			}
			consts[i] = v
		}
		if at < 0 || len(e.Func.Args) != len(e.Args) || !function.Rising(e.Func, at, consts) {
			return nil, false
		}
		ref, slow = risingOver(rt, e.Args[at])
		return ref, slow || e.Type() == types.Numeric
	}
	return nil, false
}

// overSteps puts steps around an expression's evaluator where it is one.
func overSteps(rt *Runtime, e plan.Expr, inner evaluator) evaluator {
	if _, ok := e.(*plan.Call); !ok {
		return inner
	}
	ref, slow := risingOver(rt, e)
	if ref == nil || !slow {
		return inner
	}
	return &steps{inner: inner, index: ref.Index, kind: types.KindOf(e.Type())}
}

func (s *steps) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	if out := s.inSteps(b, sel); out != nil {
		return out, nil
	}
	return s.inner.eval(b, sel)
}

// inSteps is eval where the rows are as it wants them, else nil. An error is left to an evaluation of all rows.
func (s *steps) inSteps(b *column.Batch, sel column.Selection) *column.Vector {
	if sel.Count(b.Len) < leastSteps || s.index >= len(b.Cols) {
		return nil
	}
	v := b.Cols[s.index]
	if v.Form != column.Plain || v.HasNulls() {
		return nil
	}
	s.rows = room(s.rows, b.Len)
	last := int64(0)
	for i := range each(sel, b.Len) {
		x := v.Ints[i]
		if x < last || types.Infinite(x) {
			return nil
		}
		last = x
		s.rows = append(s.rows, int32(i))
	}
	n := len(s.rows)
	s.dict.Reset(s.kind)
	s.code = room(s.code, n)
	s.at = append(room(s.at, n), 0, int32(n-1))
	if !s.compute(b, v) {
		return nil
	}
	if s.code[0] != s.code[1] {
		s.at, s.code = s.at[:0], s.code[:0]
		for i := 0; i < n-1; i += probeEvery {
			s.at = append(s.at, int32(i))
		}
		if s.at = append(s.at, int32(n-1)); !s.compute(b, v) {
			return nil
		}
	}
	// What lies between probes that differ.
	probed := len(s.at)
	for k := 1; k < probed; k++ {
		if s.code[k-1] == s.code[k] {
			continue
		}
		for i := s.at[k-1] + 1; i < s.at[k]; i++ {
			s.at = append(s.at, i)
		}
	}
	between := len(s.at) - probed
	if 2*between > n || between > 0 && !s.compute(b, v) {
		return nil
	}
	s.show(b.Len, probed)
	return &s.out
}

// compute computes the positions that have no code yet.
func (s *steps) compute(b *column.Batch, v *column.Vector) bool {
	todo := s.at[len(s.code):]
	s.times.Reset(v.Kind)
	for _, p := range todo {
		s.times.AppendInt(v.Ints[s.rows[p]])
	}
	if cap(s.probe.Cols) < len(b.Cols) {
		s.probe.Cols = make([]*column.Vector, len(b.Cols))
	}
	s.probe.Cols, s.probe.Len = s.probe.Cols[:len(b.Cols)], len(todo)
	s.probe.Cols[s.index] = &s.times
	r, err := s.inner.eval(&s.probe, nil)
	if err != nil || r.HasNulls() {
		return false
	}
	for i := range todo {
		s.code = append(s.code, s.entry(r, i))
	}
	return true
}

// entry is the dictionary's entry that a value has: the last one, or the one before where the value lies between probes.
func (s *steps) entry(r *column.Vector, i int) int32 {
	for e := s.dict.Len - 1; e >= 0; e-- {
		if sameValue(&s.dict, e, r, i) {
			return int32(e)
		}
		if e == s.dict.Len-4 {
			break
		}
	}
	s.dict.AppendFrom(r, i)
	return int32(s.dict.Len - 1)
}

// sameValue compares what two rows show, which is more than that they are equal.
func sameValue(a *column.Vector, i int, b *column.Vector, j int) bool {
	switch a.Kind {
	case column.Int64, column.Timestamp:
		return a.Int(i) == b.Int(j)
	case column.Float64:
		return a.Float(i) == b.Float(j)
	case column.Decimal:
		return bytes.Equal(a.Str(i), b.Str(j))
	}
	return false
}

// show makes the dictionary vector. Probes are the first so many positions, in order, and what was computed between them follows, in order, too.
func (s *steps) show(n, probed int) {
	out := &s.out
	out.Reset(s.kind)
	out.Form, out.Len, out.Dict = column.Dictionary, n, &s.dict
	if cap(out.Codes) < n {
		out.Codes = make([]int32, n)
	}
	out.Codes = out.Codes[:n]
	clear(out.Codes)
	between := s.code[probed:]
	for k := range probed - 1 {
		from, to := s.at[k], s.at[k+1]
		out.Codes[s.rows[from]] = s.code[k]
		if s.code[k] != s.code[k+1] {
			for i := from + 1; i < to; i++ {
				out.Codes[s.rows[i]] = between[0]
				between = between[1:]
			}
			continue
		}
		for i := from + 1; i < to; i++ {
			out.Codes[s.rows[i]] = s.code[k]
		}
	}
	out.Codes[s.rows[len(s.rows)-1]] = s.code[probed-1]
}
