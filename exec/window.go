package exec

import (
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// window computes window functions. Where all of them can be computed as rows pass, a windowStream does. Else it collects a partition of its sorted input, finds out
// what the functions want to know of it, and yields its rows with their results behind them: window functions proper are computed for the whole partition,
// aggregates as their rows are yielded.
type window struct {
	input     plan.Batches
	partition []evaluator
	parts     ordering // of the partition's keys: rows that it calls equal are of one partition
	order     []int    // of the order's keys: where in kept
	peers     ordering
	keep      []evaluator   // of what is computed of each row and kept
	refs      []int         // of a kept expression that is an input column: its index, else -1
	types     []types.OID   // of what is kept
	stream    *windowStream // computes all calls as rows pass; nil: a whole partition at a time
	calls     []*windowCall
	frames    []*frameOf
	meter     meter

	in              column.Batch
	at              int              // in's next row, counting those that count
	inParts, inKept []*column.Vector // of in
	last            []*column.Vector // the partition's keys, one row
	rows            windowRows
	reader          rowCursor
	next            int     // of rows: the next to be yielded
	sel             []int32 // scratch
	ended           bool
	kinds           []column.Kind
	out             column.Batch
}

// windowRows are the rows of a partition: what the functions want to know of them, and, in a queue, the input's columns.
type windowRows struct {
	n     int
	kept  []*column.Vector // Plain
	queue *rowQueue
	first int64 // the number of the partition's first row in queue
}

func openWindow(ctx context.Context, n *plan.Window, rt *Runtime) (plan.Batches, error) {
	w := &window{meter: meter{acc: rt.Memory}, peers: newOrdering(n.Order)}
	var err error
	if w.partition, err = compileAll(rt, n.Partition); err != nil {
		return nil, err
	}
	var keys []plan.SortKey
	for _, e := range n.Partition {
		keys = append(keys, plan.SortKey{Expr: e})
		w.last = append(w.last, column.New(types.KindOf(e.Type())))
	}
	w.parts = newOrdering(keys)
	for _, k := range n.Order {
		at, err := w.keeps(rt, k.Expr)
		if err != nil {
			return nil, err
		}
		w.order = append(w.order, at)
	}
	for _, c := range n.Cols {
		w.kinds = append(w.kinds, types.KindOf(c.Type))
	}
	if w.stream, err = newWindowStream(w, rt, n); err != nil {
		return nil, err
	}
	for i := range n.Calls {
		if w.stream != nil {
			break
		}
		c, err := w.newCall(rt, n, &n.Calls[i])
		if err != nil {
			return nil, err
		}
		w.calls = append(w.calls, c)
	}
	if w.stream == nil {
		w.rows.queue = newRowQueue(rt, w.kinds[:len(w.kinds)-len(n.Calls)])
	}
	w.input, err = build(ctx, n.Input, rt)
	return w, err
}

// keeps notes an expression whose values are wanted for a whole partition, and gives its place in kept.
func (w *window) keeps(rt *Runtime, e plan.Expr) (int, error) {
	index := -1
	if r, ok := e.(*plan.Ref); ok {
		for i, other := range w.refs {
			if other == r.Index {
				return i, nil
			}
		}
		index = r.Index
	}
	ev, err := compile(rt, e)
	if err != nil {
		return 0, err
	}
	w.keep, w.refs, w.types = append(w.keep, ev), append(w.refs, index), append(w.types, e.Type())
	return len(w.keep) - 1, nil
}

func (w *window) Next(ctx context.Context, b *column.Batch) (bool, error) {
	w.out.Reset(w.kinds)
	if w.stream != nil {
		if err := w.stream.fill(ctx); err != nil || w.out.Len == 0 {
			return false, err
		}
		*b = w.out
		return true, nil
	}
	for w.out.Len < column.BatchRows {
		if w.next == w.rows.n {
			if ok, err := w.gather(ctx); err != nil {
				return false, err
			} else if !ok {
				break
			}
		}
		if err := ended(ctx); err != nil {
			return false, err
		}
		from, at, n, err := w.reader.at(w.rows.queue, w.rows.first+int64(w.next))
		if err != nil {
			return false, err
		}
		// A few rows at a time: what aggregates make of many rows may be long.
		to := min(w.next+64, w.next+n, w.next+column.BatchRows-w.out.Len)
		for i, v := range from.Cols {
			appendRange(w.out.Cols[i], v, at, at+to-w.next)
		}
		for i, c := range w.calls {
			if err := c.results(w, w.next, to, w.out.Cols[len(from.Cols)+i]); err != nil {
				return false, err
			}
		}
		w.out.Len += to - w.next
		w.next = to
		w.rows.queue.drop(w.rows.first + int64(to))
		if err := w.account(0); err != nil {
			return false, err
		}
		if bytesOf(w.out.Cols) >= column.BatchBytes {
			break
		}
	}
	if w.out.Len == 0 {
		return false, nil
	}
	*b = w.out
	return true, nil
}

// gather collects the next partition; false: there is none.
func (w *window) gather(ctx context.Context) (bool, error) {
	w.begin()
	for {
		if w.at == w.in.Rows() {
			if ok, err := w.draw(ctx); err != nil {
				return false, err
			} else if !ok {
				break
			}
		}
		if w.rows.n > 0 && !w.same(w.row(w.at)) {
			break
		}
		if err := w.take(); err != nil {
			return false, err
		}
	}
	if w.rows.n == 0 {
		return false, nil
	}
	return true, w.prepare(ctx)
}

// begin empties the partition.
func (w *window) begin() {
	w.rows.n, w.next = 0, 0
	w.rows.first, w.reader.have = w.rows.queue.end, 0
	for _, v := range w.rows.kept {
		v.Reset(v.Kind)
	}
}

// draw draws a batch with rows; false: there is none.
func (w *window) draw(ctx context.Context) (bool, error) {
	for !w.ended {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := w.input.Next(ctx, &w.in)
		if err != nil {
			return false, err
		}
		w.at = 0
		if !ok {
			w.ended = true
			w.in = column.Batch{}
			w.input.Close()
			break
		}
		if w.in.Rows() == 0 {
			continue
		}
		if w.inParts, err = evalInto(w.inParts, w.partition, &w.in); err != nil {
			return false, err
		}
		if w.inKept, err = evalInto(w.inKept, w.keep, &w.in); err != nil {
			return false, err
		}
		if w.rows.kept == nil {
			for _, v := range w.inKept {
				w.rows.kept = append(w.rows.kept, column.New(v.Kind))
			}
		}
		return true, nil
	}
	return false, nil
}

func evalInto(dst []*column.Vector, evs []evaluator, b *column.Batch) ([]*column.Vector, error) {
	dst = dst[:0]
	for _, e := range evs {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return nil, err
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// row is where the row stands that is number i among those of in that count.
func (w *window) row(i int) int {
	if w.in.Sel != nil {
		return int(w.in.Sel[i])
	}
	return i
}

// same reports whether a row of in belongs to the partition that last is of.
func (w *window) same(row int) bool {
	return w.parts.compare(w.inParts, row, w.last, 0) == 0
}

// take moves the rows of in that belong together to the partition: one at least.
func (w *window) take() error {
	from, to := w.at, w.at+1
	if w.rows.n == 0 {
		for k, v := range w.inParts {
			w.last[k].Reset(v.Kind)
			w.last[k].AppendFrom(v, w.row(from))
		}
	}
	if len(w.partition) == 0 {
		to = w.in.Rows()
	}
	for to < w.in.Rows() && w.parts.compare(w.inParts, w.row(to), w.inParts, w.row(to-1)) == 0 {
		to++
	}
	rows := to - from
	if w.rows.n+rows > math.MaxInt32/2 {
		return types.Errorf(types.CodeProgramLimitExceeded, "a window's partition exceeds a thousand million rows")
	}
	for _, v := range w.rows.kept {
		if len(v.Bytes) > math.MaxInt32/2 {
			return types.Errorf(types.CodeProgramLimitExceeded, "a window's partition exceeds 1 GiB in one column")
		}
	}
	if err := w.account(2 * payload(w.inKept, rows)); err != nil {
		return err
	}
	w.sel = room(w.sel, rows)
	for i := from; i < to; i++ {
		w.sel = append(w.sel, int32(w.row(i)))
	}
	for k, v := range w.inKept {
		appendRows(w.rows.kept[k], v, w.sel)
	}
	if err := w.rows.queue.push(w.in.Cols, w.sel); err != nil {
		return err
	}
	w.rows.n += rows
	w.at = to
	return nil
}

// account reserves for what is held and more bytes that are about to be taken.
func (w *window) account(more int64) error {
	if w.meter.acc == nil {
		return nil
	}
	need := more + bytesOf(w.rows.kept) + bytesOf(w.out.Cols)
	for _, f := range w.frames {
		need += f.bytes()
	}
	for _, c := range w.calls {
		need += c.bytes()
	}
	return w.meter.ensure(need)
}

// prepare finds out what the calls want to know of a partition that has been collected.
func (w *window) prepare(ctx context.Context) error {
	if err := w.account(16 * int64(w.rows.n) * int64(1+len(w.frames))); err != nil {
		return err
	}
	keys := make([]*column.Vector, len(w.order))
	for i, at := range w.order {
		keys[i] = w.rows.kept[at]
	}
	for i, f := range w.frames {
		if i == 0 {
			f.peers(w.rows.n, keys, w.peers)
		} else {
			f.p.Rows, f.p.PeersFrom, f.p.PeersTo, f.groups = w.rows.n, w.frames[0].p.PeersFrom, w.frames[0].p.PeersTo, w.frames[0].groups
		}
		if err := ended(ctx); err != nil {
			return err
		}
		if err := f.bounds(keys, w.peers); err != nil {
			return err
		}
	}
	for _, c := range w.calls {
		if err := c.prepare(w); err != nil {
			return err
		}
	}
	return nil
}

func (w *window) Close() {
	w.input.Close()
	w.rows.kept = nil
	w.meter.release()
	if w.stream != nil {
		w.stream.queue.close()
	} else if w.rows.queue != nil {
		w.rows.queue.close()
	}
}
