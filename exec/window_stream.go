package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// windowStream computes the calls of a window as rows pass, where all of them are running calls. Rows wait in a queue until what their results need is known:
// nothing, where their peers end, or where the partition does. Numbers of rows go on from one partition to the next:
//
//	partition        peers at hand      rows that have come
//	▼ start          ▼ peerFrom         ▼ queue.end
//	│ left ▲ … leave │ … │ peerTo … scan │
type windowStream struct {
	w     *window
	calls []*runningCall
	keyAt []int // of the order's keys: in a queued row
	kept  []int // of the window's kept: in a queued row

	behind, ahead    int64
	peers, partition bool

	queue    *rowQueue
	reader   rowCursor
	scanner  rowCursor
	cols     []*column.Vector // scratch: of a row as it is queued
	keptVecs []*column.Vector
	keyVecs  []*column.Vector
	edge     []*column.Vector // the keys of row scan-1
	sel      []int32

	open             bool // a partition is at hand
	complete         bool // all of its rows have come
	start, leave     int64
	peerFrom, peerTo int64
	scan             int64 // rows before it are known to be of these peers
	dense            int64
}

// newWindowStream makes the operator's state; nil where a call needs its whole partition.
func newWindowStream(w *window, rt *Runtime, n *plan.Window) (*windowStream, error) {
	s := &windowStream{w: w}
	for i := range n.Calls {
		c := runningOf(rt, &n.Calls[i])
		if c == nil || rt.whole {
			return nil, nil
		}
		s.calls = append(s.calls, c)
	}
	for _, c := range s.calls {
		if err := c.keeps(w, rt); err != nil {
			return nil, err
		}
		behind, ahead, peers, partition := c.needs()
		s.behind, s.ahead = max(s.behind, behind), max(s.ahead, ahead)
		s.peers, s.partition = s.peers || peers, s.partition || partition
	}
	kinds := append([]column.Kind(nil), w.kinds[:len(w.kinds)-len(n.Calls)]...)
	for k, at := range w.refs {
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, types.KindOf(w.types[k]))
		}
		s.kept = append(s.kept, at)
	}
	for k, at := range w.order {
		s.keyAt = append(s.keyAt, s.kept[at])
		s.edge = append(s.edge, column.New(types.KindOf(n.Order[k].Expr.Type())))
	}
	s.queue = newRowQueue(rt, kinds)
	return s, nil
}

// fill makes the window's next batch.
func (s *windowStream) fill(ctx context.Context) error {
	w := s.w
	for w.out.Len < column.BatchRows {
		if err := ended(ctx); err != nil {
			return err
		}
		if s.open {
			n, err := s.emit(ctx, column.BatchRows-w.out.Len)
			if err != nil {
				return err
			}
			if n > 0 {
				if err := s.account(); err != nil || bytesOf(w.out.Cols) >= column.BatchBytes {
					return err
				}
				continue
			}
			if s.complete {
				s.open = false
				continue
			}
		}
		if w.at == w.in.Rows() {
			ok, err := w.draw(ctx)
			if err != nil {
				return err
			}
			if !ok {
				if !s.open {
					return nil
				}
				if err := s.completed(); err != nil {
					return err
				}
				continue
			}
		}
		switch {
		case !s.open:
			s.begin()
		case !w.same(w.row(w.at)):
			if err := s.completed(); err != nil {
				return err
			}
			continue
		}
		if err := s.enter(); err != nil {
			return err
		}
	}
	return nil
}

// account reserves for what is held.
func (s *windowStream) account() error {
	s.queue.other = bytesOf(s.w.out.Cols)
	for _, c := range s.calls {
		s.queue.other += c.bytes()
	}
	return s.queue.meter.ensure(s.queue.bytes())
}

// begin begins a partition with the row at hand.
func (s *windowStream) begin() {
	end := s.queue.end
	s.queue.drop(end)
	s.start, s.leave, s.peerFrom, s.peerTo, s.scan, s.dense = end, end, end, end, end, 0
	s.reader.have, s.scanner.have = 0, 0
	s.open, s.complete = true, false
	for k, v := range s.w.inParts {
		s.w.last[k].Reset(v.Kind)
		s.w.last[k].AppendFrom(v, s.w.row(s.w.at))
	}
	for _, c := range s.calls {
		c.begin()
	}
}

// completed notes that the partition has no more rows.
func (s *windowStream) completed() error {
	s.complete = true
	for _, c := range s.calls {
		if err := c.settle(atPartition); err != nil {
			return err
		}
		if c.what == ofTile && c.buckets <= 0 {
			return types.Errorf("22014", "argument of ntile must be greater than zero")
		}
	}
	return nil
}

// enter queues the rows of the batch at hand that belong together.
func (s *windowStream) enter() error {
	w := s.w
	from, to := w.at, w.at+1
	if len(w.partition) == 0 {
		to = w.in.Rows()
	}
	for to < w.in.Rows() && w.parts.compare(w.inParts, w.row(to), w.inParts, w.row(to-1)) == 0 {
		to++
	}
	s.sel = room(s.sel, to-from)
	for i := from; i < to; i++ {
		s.sel = append(s.sel, int32(w.row(i)))
	}
	for _, c := range s.calls {
		if err := c.enter(w.in.Len, s.sel, w.inKept, s.queue.end == s.start); err != nil {
			return err
		}
	}
	s.cols = append(s.cols[:0], w.in.Cols...)
	for k, v := range w.inKept {
		if w.refs[k] < 0 {
			s.cols = append(s.cols, v)
		}
	}
	w.at = to
	if err := s.queue.push(s.cols, s.sel); err != nil {
		return err
	}
	return s.account()
}

// emit moves up to so many rows whose results are known from the queue to the output, all from one chunk, and says how many.
func (s *windowStream) emit(ctx context.Context, most int) (int, error) {
	end := s.queue.end
	if !s.complete {
		if end -= s.ahead; s.partition {
			return 0, nil
		}
	}
	if s.leave >= end {
		return 0, nil
	}
	b, i, n, err := s.reader.at(s.queue, s.leave)
	if err != nil {
		return 0, err
	}
	from := s.leave
	end = min(end, from+int64(min(n, most)))
	s.keptVecs = s.pick(s.keptVecs, b, s.kept)
	for s.leave < end {
		to := end
		if s.peers {
			if s.leave == s.peerTo {
				if ok, err := s.nextPeers(ctx); err != nil {
					return 0, err
				} else if !ok {
					break
				}
			}
			to = min(to, s.peerTo)
		}
		at := i + int(s.leave-from)
		for k, c := range s.calls {
			if err := s.results(c, b, at, s.leave, to, s.w.out.Cols[len(s.w.out.Cols)-len(s.calls)+k]); err != nil {
				return 0, err
			}
		}
		s.leave = to
	}
	rows := int(s.leave - from)
	for k, c := range s.calls {
		if c.what == ofMoving && rows > 0 {
			if err := c.moving.results(c, s, from, s.leave, s.w.out.Cols[len(s.w.out.Cols)-len(s.calls)+k]); err != nil {
				return 0, err
			}
		}
	}
	for k, v := range s.w.out.Cols[:len(s.w.out.Cols)-len(s.calls)] {
		appendRange(v, b.Cols[k], i, i+rows)
	}
	s.w.out.Len += rows
	s.queue.drop(max(s.leave-s.behind, s.start))
	return rows, nil
}

func (s *windowStream) pick(dst []*column.Vector, b *column.Batch, at []int) []*column.Vector {
	dst = dst[:0]
	for _, k := range at {
		dst = append(dst, b.Cols[k])
	}
	return dst
}

// nextPeers finds the rows that the order does not tell from the one at peerTo; false: some may still come.
func (s *windowStream) nextPeers(ctx context.Context) (bool, error) {
	var kept []*column.Vector
	for found := false; !found; {
		if err := ended(ctx); err != nil {
			return false, err
		}
		if s.scan == s.queue.end {
			if !s.complete {
				return false, nil
			}
			break
		}
		b, i, n, err := s.scanner.at(s.queue, s.scan)
		if err != nil {
			return false, err
		}
		s.keyVecs = s.pick(s.keyVecs, b, s.keyAt)
		if s.scan > s.peerTo && s.w.peers.compare(s.keyVecs, i, s.edge, 0) != 0 {
			break
		}
		j := i + 1
		for j < i+n && s.w.peers.compare(s.keyVecs, j, s.keyVecs, j-1) == 0 {
			j++
		}
		kept = s.pick(kept, b, s.kept)
		for _, c := range s.calls {
			if err := c.peers(b.Len, i, j, kept); err != nil {
				return false, err
			}
		}
		s.scan += int64(j - i)
		if found = j < i+n; !found {
			for k, v := range s.keyVecs {
				s.edge[k].Reset(v.Kind)
				s.edge[k].AppendFrom(v, j-1)
			}
		}
	}
	s.peerFrom, s.peerTo = s.peerTo, s.scan
	s.dense++
	for _, c := range s.calls {
		if err := c.settle(atPeers); err != nil {
			return false, err
		}
	}
	return true, nil
}

// results appends a call's results for rows from … to-1, which are peers where that counts, and stand in b from at on.
func (s *windowStream) results(c *runningCall, b *column.Batch, at int, from, to int64, out *column.Vector) error {
	rows := int(to - from)
	switch c.what {
	case ofNumber:
		for i := from; i < to; i++ {
			out.AppendInt(i - s.start + 1)
		}
	case ofRank:
		repeat(rows, func() { out.AppendInt(s.peerFrom - s.start + 1) })
	case ofDense:
		repeat(rows, func() { out.AppendInt(s.dense) })
	case ofPercent:
		repeat(rows, func() { out.AppendFloat(float64(s.peerFrom-s.start) / float64(max(s.total()-1, 1))) })
	case ofDist:
		repeat(rows, func() { out.AppendFloat(float64(s.peerTo-s.start) / float64(s.total())) })
	case ofTile:
		each, larger := s.total()/c.buckets, s.total()%c.buckets
		for i := from - s.start; i < to-s.start; i++ {
			bucket := larger + (i-larger*(each+1))/max(each, 1)
			if i < larger*(each+1) {
				bucket = i / (each + 1)
			}
			out.AppendInt(bucket + 1)
		}
	case ofMoving: // for all rows that leave together
	case ofNeighbour:
		return s.neighbours(c, at, from, to, out)
	case ofLast:
		if c.upTo == atRow {
			appendRange(out, s.keptVecs[c.args[0]], at, at+rows)
			return nil
		}
		repeat(rows, func() { out.AppendFrom(c.value, 0) })
	case ofAggregate:
		if c.upTo == atRow {
			for i := range rows {
				if err := c.feedRange(b.Len, at+i, at+i+1, s.keptVecs); err != nil {
					return err
				}
				if err := c.settle(atRow); err != nil {
					return err
				}
				out.AppendFrom(c.value, 0)
			}
			return nil
		}
		repeat(rows, func() { out.AppendFrom(c.value, 0) })
	default:
		repeat(rows, func() { out.AppendFrom(c.value, 0) })
	}
	return nil
}

// total is how many rows the partition has, once it is complete.
func (s *windowStream) total() int64 { return s.queue.end - s.start }

func repeat(rows int, put func()) {
	for range rows {
		put()
	}
}

// neighbours appends the values of the rows that stand so far away, or what stands for them where there are none.
func (s *windowStream) neighbours(c *runningCall, at int, from, to int64, out *column.Vector) error {
	for i := from; i < to; {
		j := i + c.shift
		if j < s.start || j >= s.queue.end {
			if len(c.args) > 2 {
				out.AppendFrom(s.keptVecs[c.args[2]], at+int(i-from))
			} else {
				out.AppendNull()
			}
			i++
			continue
		}
		b, k, n, err := c.cursor.at(s.queue, j)
		if err != nil {
			return err
		}
		n = int(min(int64(n), to-i))
		appendRange(out, b.Cols[s.kept[c.args[0]]], k, k+n)
		i += int64(n)
	}
	return nil
}
