package engine

import (
	"cmp"
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// merging delivers a fragment's rows in order. Each segment has a lane; a lane is opened when its earliest possible row would be
// next, so that the newest hundred rows open what holds them and nothing else.
type merging struct {
	f     *fragment
	lanes []*lane // that are not at their end
	left  int64   // rows that are wanted still; -1: all
}

// lane is one segment on its way.
type lane struct {
	seg    segment
	bound  sortKey // of the rows that were not read yet, none comes before this one
	reader laneReader
	batch  *column.Batch
	keys   []sortKey
	at     int // row of batch that is next
	ended  bool
}

// laneReader reads a lane's rows in order.
type laneReader interface {
	// more fills the batch with the rows that follow; false: there are none. How many rows are worth having is told by rows.
	more(ctx context.Context, l *lane, rows int) (bool, error)
	close()
}

// firstRows is how many rows a lane reads at first: whoever wants the newest few does not wait for thousands.
const firstRows = 128

func newMerging(f *fragment) *merging {
	m := &merging{f: f, left: -1}
	if f.spec.Limit > 0 {
		m.left = f.spec.Limit
	}
	for _, s := range f.segments {
		lo, hi := s.bounds()
		lo, hi = max(lo, f.from), min(hi, f.to)
		l := &lane{seg: s, bound: sortKey{lo, 0}}
		if f.spec.Order == nql.Descending {
			l.bound = sortKey{hi - 1, math.MaxUint64}
		}
		m.lanes = append(m.lanes, l)
	}
	return m
}

// compare orders keys as the scan wants them.
func (m *merging) compare(a, b sortKey) int {
	if m.f.spec.Order == nql.Descending {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival))
}

// head is the key of a lane's next row, or what it can't come before.
func (l *lane) head() sortKey {
	if l.at < len(l.keys) {
		return l.keys[l.at]
	}
	return l.bound
}

// next fills b with the rows that follow.
func (m *merging) next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	for !m.f.q.full(b) && m.left != 0 && len(m.lanes) > 0 {
		first, second := m.best()
		if first.at == len(first.keys) {
			if b.Len > 0 && first.reader != nil {
				break // what there is, before more is read
			}
			if err := m.advance(ctx, first); err != nil {
				return false, err
			}
			continue
		}
		m.emit(first, second, b)
	}
	return b.Len > 0, nil
}

// best gives the lane that is next and the one after it, which may be nil.
func (m *merging) best() (first, second *lane) {
	for _, l := range m.lanes {
		switch {
		case first == nil || m.compare(l.head(), first.head()) < 0:
			first, second = l, first
		case second == nil || m.compare(l.head(), second.head()) < 0:
			second = l
		}
	}
	return first, second
}

// emit appends rows of the first lane for as long as they come before the second's.
func (m *merging) emit(first, second *lane, b *column.Batch) {
	limit := first.at + column.BatchRows - b.Len
	if m.left >= 0 {
		limit = min(limit, first.at+int(min(m.left, column.BatchRows)))
	}
	end := min(limit, len(first.keys))
	if second != nil {
		bound, n := second.head(), first.at+1
		for n < end && m.compare(first.keys[n], bound) <= 0 {
			n++
		}
		end = n
	}
	start := first.at
	for ; first.at < end; first.at++ {
		if (first.at-start)%8 == 7 && m.f.q.full(b) {
			break
		}
		for i, c := range b.Cols {
			c.AppendFrom(first.batch.Cols[i], first.at)
		}
		b.Len++
		if m.left > 0 {
			m.left--
		}
	}
	if n := len(first.keys); first.at == n {
		first.bound = first.keys[n-1]
	}
}

// advance reads more of a lane, which is opened for it, and drops it at its end.
func (m *merging) advance(ctx context.Context, l *lane) error {
	for {
		err := m.read(ctx, l)
		if err == nil {
			break
		}
		if err := m.f.forgive(err); err != nil {
			return err
		}
		if l.reader == nil || l.at < len(l.keys) {
			break // it could not be opened; or there are rows from before the damage
		}
	}
	if l.at < len(l.keys) {
		return nil
	}
	if l.reader != nil && !l.ended {
		return nil // damage was passed over; what follows is read at the next call
	}
	l.close()
	for i, x := range m.lanes {
		if x == l {
			m.lanes = append(m.lanes[:i], m.lanes[i+1:]...)
			break
		}
	}
	return nil
}

// read opens a lane if need be and reads rows.
func (m *merging) read(ctx context.Context, l *lane) error {
	rows := firstRows
	if l.reader == nil {
		if l.batch == nil {
			l.batch = new(column.Batch)
		}
		c, err := l.seg.open(m.f.q)
		if err != nil {
			return err
		}
		if l.seg.sorted() {
			l.reader = &sortedReader{f: m.f, cur: c}
		} else {
			r := &collector{f: m.f, cur: c, compare: m.compare, limit: m.f.spec.Limit}
			if t, is := c.(*tickCursor); is && r.limit > 0 {
				t.sortFrames(r.enough)
			}
			l.reader = r
		}
	} else {
		rows = min(column.BatchRows, max(firstRows, 2*len(l.keys)))
	}
	if m.left > 0 {
		rows = int(min(int64(rows), m.left)) // more of them can't come before what another lane has
	}
	l.at = 0
	more, err := l.reader.more(ctx, l, rows)
	l.ended = err == nil && !more
	return err
}

func (l *lane) close() {
	if l.reader != nil {
		l.reader.close()
		l.reader = nil
	}
	l.batch, l.keys = nil, nil
}

func (m *merging) close() {
	for _, l := range m.lanes {
		l.close()
	}
	m.lanes = nil
}

// sortedReader hands on what a sorted cursor delivers.
type sortedReader struct {
	f    *fragment
	cur  cursor
	done bool
	held int64
}

func (r *sortedReader) more(ctx context.Context, l *lane, rows int) (bool, error) {
	l.keys = l.keys[:0]
	l.batch.Reset(r.f.q.program.Kinds())
	for !r.done && l.batch.Len == 0 {
		r.f.q.rows = rows
		more, err := r.cur.fill(ctx, l.batch, &l.keys)
		r.f.q.rows = column.BatchRows
		if err != nil {
			return true, err
		}
		r.done = !more
	}
	if size := batchBytes(l.batch); size > r.held {
		if err := r.f.reserve(size - r.held); err != nil {
			return true, err
		}
		r.held = size
	}
	return l.batch.Len > 0, nil
}

func (r *sortedReader) close() { r.cur.close() }

func batchBytes(b *column.Batch) int64 {
	var n int64
	for _, c := range b.Cols {
		n += c.Size()
	}
	return n
}
