package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types/function"
)

// movingFrame computes a call whose frame is rows at fixed distances from its own. Some rows at a time are made a small partition with what their frames
// reach beside them:
//
//	│ behind │ rows whose results are wanted │ ahead │
//	▲ base                                           ▲ base + p.Rows
type movingFrame struct {
	lo, hi int64 // the first and the last row of the frame, from its own

	p      function.Partition
	agg    *frameAggregate // nil: a window function
	values *column.Vector  // of a window function
	cursor rowCursor
	args   []*column.Vector
	filter *column.Vector
}

// mostMoving is how far frames reach at most: with more, most of the work would be rows beside those whose results are wanted.
const mostMoving = 2 * column.BatchRows

// movingOf makes the state of a call; nil where its frame does not move in that way.
func movingOf(call *plan.WindowCall) *movingFrame {
	f := &call.Frame
	if f.Mode != plan.RowsFrame || f.Exclude > function.ExcludeCurrentRow {
		return nil
	}
	m := new(movingFrame)
	m.p.Exclude = f.Exclude
	var ok [2]bool
	m.lo, ok[0] = distanceOf(f.Start)
	m.hi, ok[1] = distanceOf(f.End)
	if !ok[0] || !ok[1] {
		return nil
	}
	return m
}

// distanceOf is how far a frame's bound is behind its row; false: that is not a number that is known and small.
func distanceOf(b plan.FrameBound) (int64, bool) {
	switch b.Kind {
	case plan.CurrentRow:
		return 0, true
	case plan.Preceding, plan.Following:
		c, ok := b.Offset.(*plan.Const)
		if !ok || c.Value.Null(0) || c.Value.Int(0) < 0 || c.Value.Int(0) > mostMoving {
			return 0, false
		}
		if b.Kind == plan.Preceding {
			return -c.Value.Int(0), true
		}
		return c.Value.Int(0), true
	}
	return 0, false
}

func (m *movingFrame) bytes() int64 {
	n := bytesOf(m.args) + 4*int64(cap(m.p.From)+cap(m.p.To))
	if m.agg != nil {
		return n + m.agg.bytes()
	}
	return n + bytesOf([]*column.Vector{m.values})
}

// results appends those of rows from … to-1 of a queue; the partition's rows so far are start … end-1.
func (m *movingFrame) results(c *runningCall, s *windowStream, from, to int64, out *column.Vector) error {
	base, top := max(s.start, from+min(m.lo, 0)), min(s.queue.end, to+max(m.hi, 0))
	if err := m.collect(c, s, base, top); err != nil {
		return err
	}
	n := int(top - base)
	m.p.Rows, m.p.From, m.p.To = n, m.p.From[:0], m.p.To[:0]
	for i := base; i < top; i++ {
		lo, hi := int64(0), int64(0)
		if i >= from && i < to {
			lo, hi = min(max(i+m.lo, base), top)-base, min(max(i+m.hi+1, base), top)-base
		}
		m.p.From, m.p.To = append(m.p.From, int32(lo)), append(m.p.To, int32(hi))
	}
	if m.agg != nil {
		m.agg.begin(&m.p, m.args, m.filter)
		return m.agg.results(int(from-base), int(to-base), out)
	}
	m.values.Reset(m.values.Kind)
	if err := c.call.Func.Eval(&m.p, m.args, m.values); err != nil {
		return err
	}
	appendRange(out, m.values, int(from-base), int(to-base))
	return nil
}

// collect copies what the call reads of rows base … top-1.
func (m *movingFrame) collect(c *runningCall, s *windowStream, base, top int64) error {
	reads := c.args
	if c.filter >= 0 {
		reads = append(reads[:len(reads):len(reads)], c.filter)
	}
	for k, at := range reads {
		kind := s.queue.kinds[s.kept[at]]
		if k == len(m.args) {
			m.args = append(m.args, column.New(kind))
		}
		m.args[k].Reset(kind)
	}
	for i := base; i < top; {
		b, k, n, err := m.cursor.at(s.queue, i)
		if err != nil {
			return err
		}
		n = int(min(int64(n), top-i))
		for x, at := range reads {
			appendRange(m.args[x], b.Cols[s.kept[at]], k, k+n)
		}
		i += int64(n)
	}
	if c.filter >= 0 {
		m.filter = m.args[len(reads)-1]
	}
	return nil
}
