package exec

import (
	"cmp"
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
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
//
// Where memory ends the runs that are there are merged into one in a temporary file (sorter_spill.go), and runs are collected anew:
//
//	rows ─▶ cur ─ full: sorted ─▶ runs ─ no room: merged ─▶ spilled ─┐
//	                                └──────── at the end ────────────┴ merged ─▶ rows in order
//
// A row of a run is the input's columns and behind them the keys that are none of these.
type sorter struct {
	keyEvs []evaluator // of the keys that are computed
	keyAt  []int       // by key: its column in a run, of a computed one counted from -1 down until the input's width is known
	keys   []plan.SortKey
	order  ordering
	limit  int64         // -1: none
	width  int           // of the input; -1: not known yet
	kinds  []column.Kind // of a run's columns
	meter  meter
	rt     *Runtime
	stats  *NodeStats

	runs   []*run
	sealed int64 // bytes of runs
	cur    *run
	free   []*run     // were spilled: memory for the next ones
	spare  int64      // bytes of free
	seq    int        // of the next run
	cut    bool       // cur's row limit-1 is in place: later rows must sort before it
	bound  *narrowing // is told of that row; nil: nobody asks
	whole  bool       // the first rows alone have no room: all are kept, in the file
	cols   []*column.Vector
	keyVec []*column.Vector
	packs  bool         // rows' prefixes are those of pack
	spans  []keySpan    // by key, of all runs
	texts  []*sortTexts // by key
	sel    []int32
	piece  []int32

	spilled []spilledRun
	placed  int64 // bytes that it takes to know of them
	file    blocks
	had     int64 // the memory that there was when the first rows were spilled

	merge   *merger
	yielded int64
	out     column.Batch
}

func newSorter(rt *Runtime, keys []plan.SortKey, limit int64) (*sorter, error) {
	s := &sorter{keys: keys, order: newOrdering(keys), limit: limit, width: -1, meter: rt.sortMeter(), rt: rt, file: blocks{create: rt.Temp}}
	s.packs, s.spans, s.texts = !s.top(), make([]keySpan, len(keys)), newSortTexts(keys, s.meter.limit)
	for _, k := range keys {
		if r, ok := k.Expr.(*plan.Ref); ok {
			s.keyAt = append(s.keyAt, r.Index)
			continue
		}
		ev, err := compile(rt, k.Expr)
		if err != nil {
			return nil, err
		}
		s.keyEvs = append(s.keyEvs, ev)
		s.keyAt = append(s.keyAt, -len(s.keyEvs))
	}
	return s, nil
}

// widen sets what follows from the input's columns.
func (s *sorter) widen(cols []*column.Vector) {
	s.width = len(cols)
	for _, v := range cols {
		s.kinds = append(s.kinds, v.Kind)
	}
	for k, at := range s.keyAt {
		if at < 0 {
			s.keyAt[k] = s.width - 1 - at
			s.kinds = append(s.kinds, types.KindOf(s.keys[k].Expr.Type()))
		}
	}
}

// add collects a batch.
func (s *sorter) add(ctx context.Context, b *column.Batch) error {
	if s.width < 0 {
		s.widen(b.Cols)
	}
	s.cols = append(s.cols[:0], b.Cols...)
	for _, e := range s.keyEvs {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return err
		}
		s.cols = append(s.cols, v)
	}
	sel := b.Sel
	if s.cut {
		s.keyVec = s.keysOf(s.keyVec[:0], s.cols)
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
	if s.meter.limit == 0 {
		return s.collect(ctx, sel, rows)
	}
	// A batch that is large in view of the memory goes in by pieces, so that little room is left over.
	step := max(1, int(int64(rows)*(s.meter.limit/16)/max(payload(s.cols, rows), 1)))
	for lo := 0; lo < rows; lo += step {
		hi := min(lo+step, rows)
		part := sel
		switch {
		case lo == 0 && hi == rows:
		case sel != nil:
			part = sel[lo:hi]
		default:
			s.piece = room(s.piece, hi-lo)
			for i := lo; i < hi; i++ {
				s.piece = append(s.piece, int32(i))
			}
			part = s.piece
		}
		if err := s.collect(ctx, part, hi-lo); err != nil {
			return err
		}
	}
	return nil
}

// collect appends rows of s.cols to the current run.
func (s *sorter) collect(ctx context.Context, sel column.Selection, rows int) error {
	if s.cur == nil {
		s.cur = s.newRun()
	}
	if err := s.makeRoom(ctx, rows); err != nil {
		return err
	}
	s.append(s.cur, s.cols, sel)
	if s.cur.len() >= s.enough() || s.cur.bytes() >= runBytes {
		if s.top() {
			s.cutBack()
		} else {
			s.seal()
		}
	}
	return nil
}

// enough is how many rows end a run: of those of which the first are kept, few, so that it is soon known what needn't be looked at.
func (s *sorter) enough() int {
	if s.top() {
		return min(runRows, max(2*int(s.limit), 1024))
	}
	return runRows
}

// makeRoom reserves the memory for so many rows of s.cols more, which other rows leave for the file if need be.
func (s *sorter) makeRoom(ctx context.Context, rows int) error {
	if !s.rt.spills() {
		if need := s.bytes() + s.cur.growth(s.cols, rows); s.meter.try(need + s.numbering(rows)) {
			return nil
		}
		s.sparesNumbering()
		return s.meter.ensure(s.bytes() + s.cur.growth(s.cols, rows))
	}
	if s.fits(rows) {
		return nil
	}
	if s.top() && s.cur.len() > int(s.limit) {
		s.cutBack()
	}
	s.free, s.spare = nil, 0
	if s.fits(rows) {
		return nil
	}
	if s.cur.len() > 0 || len(s.runs) > 0 {
		if err := s.spill(ctx); err != nil {
			return err
		}
		s.cur = s.newRun()
		if s.fits(rows) {
			return nil
		}
		if s.cur.bytes() > 0 { // memory of earlier rows, in which these have no room
			s.free, s.spare = nil, 0
			s.cur = s.newRun()
		}
	}
	if s.sparesNumbering() && s.fits(rows) {
		return nil
	}
	return s.meter.ensure(s.needs(rows))
}

// fits reserves room for so many rows more where there is some.
func (s *sorter) fits(rows int) bool { return s.meter.try(s.needs(rows)) }

// needs is what runs take with so many rows more, and what it will take to write them to the file.
func (s *sorter) needs(rows int) int64 {
	n := s.bytes() + s.cur.growth(s.cols, rows) + s.numbering(rows)
	return n + writing(n)
}

// bytes is the memory that runs hold.
func (s *sorter) bytes() int64 {
	n := s.sealed + s.spare + s.placed
	for _, d := range s.texts {
		n += d.bytes()
	}
	if s.cur != nil {
		n += s.cur.bytes()
	}
	return n
}

// top reports whether only the first rows are kept.
func (s *sorter) top() bool { return s.limit >= 0 && s.limit <= topRows && !s.whole }

func (s *sorter) keysOf(dst, cols []*column.Vector) []*column.Vector {
	for _, at := range s.keyAt {
		dst = append(dst, cols[at])
	}
	return dst
}

// newRun makes a run for rows as s.cols has them.
func (s *sorter) newRun() *run {
	s.seq++
	if n := len(s.free); n > 0 {
		r := s.free[n-1]
		s.free = s.free[:n-1]
		s.spare -= r.bytes()
		for i, k := range s.kinds {
			r.cols[i].Reset(k)
		}
		r.order, r.seq = r.order[:0], s.seq
		for k := range r.codes {
			r.codes[k] = r.codes[k][:0]
		}
		return r
	}
	r := &run{seq: s.seq}
	for _, k := range s.kinds {
		r.cols = append(r.cols, column.New(k))
	}
	r.keys = s.keysOf(nil, r.cols)
	return r
}

func (s *sorter) append(r *run, cols []*column.Vector, sel column.Selection) {
	for i, v := range cols {
		appendRows(r.cols[i], v, sel)
	}
	for n := len(r.order); n < r.keys[0].Len; n++ {
		it := item{row: int32(n)}
		if !s.packs {
			it.prefix = s.order.prefix(r.keys, n)
		}
		r.order = append(r.order, it)
	}
}

// sortRun puts a run's order right. Equal rows keep the order of their positions.
func (s *sorter) sortRun(r *run) {
	if s.packs {
		s.survey(r)
		if s.pack([]*run{r}) {
			slices.SortFunc(r.order, func(a, b item) int {
				if a.prefix != b.prefix {
					return cmp.Compare(a.prefix, b.prefix)
				}
				return int(a.row) - int(b.row)
			})
			return
		}
	}
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
	if s.cur.len() == 0 {
		s.cur = nil
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
	s.cur = s.newRun()
	s.append(s.cur, old.cols, keep)
	s.cut = s.cur.len() == int(s.limit) && s.limit > 0
	if s.cut && s.bound != nil {
		s.bound.set(s.cur.keys[0], int(s.limit)-1)
	}
}

// finish ends the input.
func (s *sorter) finish(ctx context.Context) error {
	if len(s.spilled) > 0 {
		return s.mergeSpilled(ctx)
	}
	s.seal()
	s.free, s.spare = nil, 0
	s.merge = s.mergeRuns(s.width)
	s.note()
	return ended(ctx)
}

// next yields rows in order.
func (s *sorter) next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	if s.merge.done() || s.limit >= 0 && s.yielded >= s.limit {
		return false, nil
	}
	want := column.BatchRows
	if s.limit >= 0 {
		want = int(min(int64(want), s.limit-s.yielded))
	}
	if err := s.merge.fill(ctx, &s.out, want, s.outBytes()); err != nil {
		return false, err
	}
	s.yielded += int64(s.out.Len)
	*b = s.out
	return true, nil
}

// note tells EXPLAIN what the sort took.
func (s *sorter) note() { s.stats.took(s.meter.peak, s.file.bytes, 1) }

func (s *sorter) close() {
	s.runs, s.cur, s.merge, s.free, s.texts = nil, nil, new(merger), nil, nil
	s.file.close()
	s.meter.release()
}
