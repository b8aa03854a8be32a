package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/nql"
)

// fragment reads segments that overlap in time, one after the other; where an order is wanted it collects the rows that match
// and sorts them first.
type fragment struct {
	spec     *Spec
	store    *Store
	segments []segment
	from, to int64
	program  *nql.RowProgram // shared with the other fragments until start

	q       *query
	cur     cursor
	at      int // segments opened
	closed  bool
	held    int64 // reserved memory
	sorted  bool
	chunks  []*column.Batch
	order   []sortedRow
	emitted int
}

// sortedRow says where a row is that was collected.
type sortedRow struct {
	sortKey
	chunk, row int32
}

// scanBytes is what an open segment takes: the window that is read and a decoded frame.
const scanBytes = tick.WindowBytes + 2*tick.FrameBytes

func (f *fragment) Bounds() (int64, int64) { return f.from, f.to }

func (f *fragment) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if f.closed {
		return false, errors.New("fragment is closed")
	}
	if f.q == nil {
		if err := f.reserve(scanBytes); err != nil {
			return false, err
		}
		f.q = &query{store: f.store, from: f.spec.From, to: f.spec.To, program: f.program.Clone(),
			counts: f.spec.Where == nil && len(f.spec.Columns) == 0 && f.spec.Order == nql.Unordered, reserve: f.reserve}
	}
	b.Reset(f.q.program.Kinds())
	if f.spec.Order == nql.Unordered {
		_, err := f.fill(ctx, b, nil)
		return err == nil && b.Len > 0, err
	}
	if !f.sorted {
		if err := f.collect(ctx); err != nil {
			return false, err
		}
	}
	return f.emit(ctx, b)
}

// fill appends rows to b until it is full or the segments end, which more tells.
func (f *fragment) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (more bool, err error) {
	for {
		if f.cur == nil {
			if f.at == len(f.segments) {
				return false, nil
			}
			f.at++
			if f.cur, err = f.segments[f.at-1].open(f.q); err != nil {
				f.cur = nil
				if err := f.forgive(err); err != nil {
					return false, err
				}
				continue
			}
		}
		more, err := f.cur.fill(ctx, b, keys)
		if err != nil {
			if err := f.forgive(err); err != nil {
				return false, err
			}
			continue
		}
		if full(b) {
			return true, nil
		}
		if !more {
			f.cur.close()
			f.cur = nil
		}
	}
}

// forgive passes damage to whoever wants to go on without what is damaged; other errors come back.
func (f *fragment) forgive(err error) error {
	var d *DamageError
	if f.spec.SkipDamaged == nil || !errors.As(err, &d) {
		return err
	}
	f.spec.SkipDamaged(d)
	return nil
}

// collect reads every row that matches and sorts them.
func (f *fragment) collect(ctx context.Context) error {
	var keys []sortKey
	var starts []int // of the sorted parts of order
	for {
		b := new(column.Batch)
		b.Reset(f.q.program.Kinds())
		keys = keys[:0]
		more, err := f.fill(ctx, b, &keys)
		if err != nil {
			return err
		}
		var size int64
		for _, c := range b.Cols {
			size += c.Size()
		}
		if err := f.reserve(size + 2*24*int64(len(keys))); err != nil {
			return err
		}
		from := len(f.order)
		for i, k := range keys {
			f.order = append(f.order, sortedRow{k, int32(len(f.chunks)), int32(i)})
		}
		slices.SortFunc(f.order[from:], f.compare)
		starts = append(starts, from)
		f.chunks = append(f.chunks, b)
		if !more {
			break
		}
	}
	var err error
	f.order, err = mergeSorted(ctx, f.order, starts, f.compare)
	f.sorted = err == nil
	return err
}

// compare orders rows as the scan wants them.
func (f *fragment) compare(a, b sortedRow) int {
	if f.spec.Order == nql.Descending {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival))
}

// mergeSorted merges the sorted parts of rows, which begin at starts. It looks at ctx every so often.
func mergeSorted(ctx context.Context, rows []sortedRow, starts []int, compare func(a, b sortedRow) int) ([]sortedRow, error) {
	if len(starts) < 2 {
		return rows, nil
	}
	other := make([]sortedRow, 0, len(rows))
	for len(starts) > 1 {
		merged, out := starts[:0:0], other[:0]
		for i := 0; i < len(starts); i += 2 {
			end := func(i int) int {
				if i+1 < len(starts) {
					return starts[i+1]
				}
				return len(rows)
			}
			merged = append(merged, len(out))
			x := rows[starts[i]:end(i)]
			if i+1 == len(starts) {
				out = append(out, x...)
				break
			}
			y := rows[starts[i+1]:end(i+1)]
			for len(x) > 0 && len(y) > 0 {
				if len(out)%4096 == 0 {
					if err := ctx.Err(); err != nil {
						return rows, err
					}
				}
				if compare(x[0], y[0]) <= 0 {
					out, x = append(out, x[0]), x[1:]
				} else {
					out, y = append(out, y[0]), y[1:]
				}
			}
			out = append(append(out, x...), y...)
		}
		rows, other, starts = out, rows, merged
	}
	return rows, nil
}

// emit appends the next of the sorted rows.
func (f *fragment) emit(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	for f.emitted < len(f.order) && !full(b) {
		for n := 0; n < askEvery && f.emitted < len(f.order) && b.Len < column.BatchRows; n++ {
			r := f.order[f.emitted]
			f.emitted++
			from := f.chunks[r.chunk]
			for i, c := range b.Cols {
				c.AppendFrom(from.Cols[i], int(r.row))
			}
			b.Len++
		}
	}
	return b.Len > 0, nil
}

func (f *fragment) reserve(n int64) error {
	if f.spec.Memory == nil {
		return nil
	}
	if err := f.spec.Memory.Reserve(n); err != nil {
		return err
	}
	f.held += n
	return nil
}

func (f *fragment) Close() {
	if f.closed {
		return
	}
	f.closed = true
	if f.cur != nil {
		f.cur.close()
		f.cur = nil
	}
	for _, s := range f.segments {
		if s, ok := s.(*stageSegment); ok {
			if err := s.release(); err != nil {
				f.store.opts.Log.Warn("temporary file is left behind", "error", err)
			}
		}
	}
	f.segments, f.chunks, f.order = nil, nil, nil
	if f.held > 0 {
		f.spec.Memory.Release(f.held)
		f.held = 0
	}
}
