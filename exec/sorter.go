package exec

import (
	"cmp"
	"container/heap"
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

const (
	// runRows is how many rows are sorted at once: few enough that a cancel needn't look into the middle of it.
	runRows = 16 << 10
	// runBytes ends a run early, well before a vector's 32-bit offsets end.
	runBytes = 64 << 20
	// topRows is the largest limit for which only the first rows are kept.
	topRows = runRows / 2
)

// sorter orders rows stably. Rows are collected in runs; each is sorted when it is full, and the runs are
// merged as rows are drawn. With a small limit there is one run, cut back to the limit whenever it is full,
// and what sorts behind its last row isn't even collected.
type sorter struct {
	keyEvs []evaluator
	refs   []int // of a key that is an input column: its index, else -1
	order  ordering
	limit  int64 // -1: none
	meter  meter

	runs   []*run
	sealed int64 // bytes of the runs that are sorted
	cur    *run
	cut    bool // cur's row limit-1 is in place: later rows must sort before it
	keyVec []*column.Vector
	sel    []int32

	merge   *runHeap
	yielded int64
	out     column.Batch
}

// run is a set of rows: Plain vectors, and the order in which the rows come once sorted.
type run struct {
	cols  []*column.Vector
	keys  []*column.Vector // some are also in cols
	order []item
	pos   int // in order: the next row to be yielded
	seq   int // runs collected earlier win ties
}

// item is a row in its place.
type item struct {
	prefix uint64 // ordering.prefix
	row    int32
}

func newSorter(rt *Runtime, keys []plan.SortKey, limit int64) (*sorter, error) {
	s := &sorter{order: newOrdering(keys), limit: limit, meter: meter{acc: rt.Memory}}
	for _, k := range keys {
		ev, err := compile(rt, k.Expr)
		if err != nil {
			return nil, err
		}
		s.keyEvs = append(s.keyEvs, ev)
		if r, ok := k.Expr.(*plan.Ref); ok {
			s.refs = append(s.refs, r.Index)
		} else {
			s.refs = append(s.refs, -1)
		}
	}
	return s, nil
}

// add collects a batch.
func (s *sorter) add(b *column.Batch) error {
	sel := b.Sel
	s.keyVec = s.keyVec[:0]
	for _, e := range s.keyEvs {
		v, err := e.eval(b, sel)
		if err != nil {
			return err
		}
		s.keyVec = append(s.keyVec, v)
	}
	if s.cut {
		s.sel = room(s.sel, b.Len)
		for i := range each(sel, b.Len) {
			if s.order.compare(s.keyVec, i, s.cur.keys, int(s.limit)-1) < 0 {
				s.sel = append(s.sel, int32(i))
			}
		}
		sel = s.sel
	}
	rows := sel.Count(b.Len)
	if rows == 0 {
		return nil
	}
	if s.cur == nil {
		s.cur = s.newRun(b)
	}
	if err := s.meter.ensure(s.sealed + s.cur.bytes() + 2*payload(b.Cols, rows) + 2*payload(s.keyVec, rows)); err != nil {
		return err
	}
	s.append(s.cur, b.Cols, s.keyVec, sel)
	if s.cur.len() >= runRows || s.cur.bytes() >= runBytes {
		if s.top() {
			s.cutBack()
		} else {
			s.seal()
		}
	}
	return nil
}

// top reports whether only the first rows are kept.
func (s *sorter) top() bool { return s.limit >= 0 && s.limit <= topRows }

func (s *sorter) newRun(b *column.Batch) *run {
	r := &run{seq: len(s.runs)}
	for _, v := range b.Cols {
		r.cols = append(r.cols, column.New(v.Kind))
	}
	for k, v := range s.keyVec {
		if i := s.refs[k]; i >= 0 {
			r.keys = append(r.keys, r.cols[i])
		} else {
			r.keys = append(r.keys, column.New(v.Kind))
		}
	}
	return r
}

func (s *sorter) append(r *run, cols, keys []*column.Vector, sel column.Selection) {
	for i, v := range cols {
		appendRows(r.cols[i], v, sel)
	}
	n := len(r.order)
	for k, v := range keys {
		if s.refs[k] < 0 {
			appendRows(r.keys[k], v, sel)
		}
	}
	for ; n < r.keys[0].Len; n++ {
		r.order = append(r.order, item{s.order.prefix(r.keys, n), int32(n)})
	}
}

func (r *run) len() int { return len(r.order) }

func (r *run) bytes() int64 {
	n := bytesOf(r.cols) + 16*int64(cap(r.order))
	for _, k := range r.keys {
		if !slices.Contains(r.cols, k) {
			n += bytesOf([]*column.Vector{k})
		}
	}
	return n
}

// sortRun puts a run's order right. Equal rows keep the order of their positions.
func (s *sorter) sortRun(r *run) {
	slices.SortFunc(r.order, func(a, b item) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		if c := s.order.compare(r.keys, int(a.row), r.keys, int(b.row)); c != 0 {
			return c
		}
		return int(a.row) - int(b.row)
	})
}

// seal ends the current run.
func (s *sorter) seal() {
	if s.cur == nil {
		return
	}
	s.sortRun(s.cur)
	s.runs = append(s.runs, s.cur)
	s.sealed += s.cur.bytes()
	s.cur = nil
}

// cutBack keeps the first limit rows of the current run, in order.
func (s *sorter) cutBack() {
	s.sortRun(s.cur)
	old := s.cur
	keep := column.Selection{}
	for _, it := range old.order[:min(int(s.limit), old.len())] {
		keep = append(keep, it.row)
	}
	s.cur = s.newRun(&column.Batch{Cols: old.cols})
	s.append(s.cur, old.cols, old.keys, keep)
	s.cut = s.cur.len() == int(s.limit) && s.limit > 0
}

// finish ends the input.
func (s *sorter) finish(ctx context.Context) error {
	s.seal()
	s.merge = &runHeap{order: s.order, runs: s.runs}
	heap.Init(s.merge)
	return ended(ctx)
}

// next yields rows in order.
func (s *sorter) next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	if len(s.merge.runs) == 0 || s.limit >= 0 && s.yielded >= s.limit {
		return false, nil
	}
	kinds := make([]column.Kind, len(s.merge.runs[0].cols))
	for i, v := range s.merge.runs[0].cols {
		kinds[i] = v.Kind
	}
	s.out.Reset(kinds)
	for s.out.Len < column.BatchRows && len(s.merge.runs) > 0 && (s.limit < 0 || s.yielded < s.limit) {
		r := s.merge.runs[0]
		row, size := int(r.order[r.pos].row), 0
		for i, v := range r.cols {
			s.out.Cols[i].AppendFrom(v, row)
			size += len(s.out.Cols[i].Bytes)
		}
		s.out.Len++
		s.yielded++
		if r.pos++; r.pos == len(r.order) {
			heap.Pop(s.merge)
		} else if len(s.merge.runs) > 1 {
			heap.Fix(s.merge, 0)
		}
		if size >= column.BatchBytes {
			break
		}
	}
	*b = s.out
	return true, nil
}

func (s *sorter) close() {
	s.runs, s.cur, s.merge = nil, nil, &runHeap{}
	s.meter.release()
}

// runHeap has the run with the least next row first.
type runHeap struct {
	order ordering
	runs  []*run
}

func (h *runHeap) Len() int { return len(h.runs) }
func (h *runHeap) Less(i, j int) bool {
	a, b := h.runs[i], h.runs[j]
	x, y := a.order[a.pos], b.order[b.pos]
	if x.prefix != y.prefix {
		return x.prefix < y.prefix
	}
	if c := h.order.compare(a.keys, int(x.row), b.keys, int(y.row)); c != 0 {
		return c < 0
	}
	return a.seq < b.seq
}
func (h *runHeap) Swap(i, j int) { h.runs[i], h.runs[j] = h.runs[j], h.runs[i] }
func (h *runHeap) Push(x any)    { h.runs = append(h.runs, x.(*run)) }
func (h *runHeap) Pop() any {
	r := h.runs[len(h.runs)-1]
	h.runs = h.runs[:len(h.runs)-1]
	return r
}
