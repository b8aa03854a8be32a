package engine

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// stageSegment is what a stage held for one tick when the scan began.
type stageSegment struct {
	key    partKey
	frames []frame
	tail   []byte // events of the frame that was open
	spill  *spill // counted
	size   int64
	first  uint64 // arrival number of the first event
	freed  bool
}

func (s *stageSegment) bounds() (int64, int64) { return s.key.start, s.key.start + tick.Range }

func (s *stageSegment) raw() int64   { return s.size }
func (s *stageSegment) sorted() bool { return false }
func (s *stageSegment) apart() bool  { return false }

func (s *stageSegment) open(q *query) (cursor, error) {
	c := &stageCursor{frameRows: frameRows{rows: rows{q: q}, arrival: s.first}, seg: s}
	c.damaged = func(e *DamageError) error {
		e.File = "staged rows"
		return e
	}
	return c, nil
}

type stageCursor struct {
	frameRows
	seg    *stageSegment
	at     int // frames done
	tailed bool
	stored []byte
}

func (c *stageCursor) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (bool, error) {
	for !c.q.full(b) {
		if done, err := c.drain(ctx, b, keys); err != nil || !done {
			return true, err
		}
		if err := ctx.Err(); err != nil {
			return true, err
		}
		switch {
		case c.at < len(c.seg.frames):
			f := c.seg.frames[c.at]
			c.at++
			if f.max < c.q.from || f.min >= c.q.to {
				c.arrival += uint64(f.events)
				continue
			}
			stored, err := f.load(c.seg.spill, c.stored)
			if err != nil {
				return true, err
			}
			if f.data == nil {
				c.stored = stored
			}
			if c.raw, err = decodeAll(c.raw[:0], stored, f.raw); err != nil {
				return true, err
			}
			c.turn(c.raw, c.arrival)
		case !c.tailed:
			c.tailed = true
			c.turn(c.seg.tail, c.arrival)
		default:
			return false, nil
		}
	}
	return true, nil
}

func (c *stageCursor) close() {}

func (s *stageSegment) release() error {
	if s.freed {
		return nil
	}
	s.freed = true
	return s.spill.release()
}

// snapshot lists what the stage holds of a stream.
func (st *Stage) snapshot(stream StreamID) []*stageSegment {
	st.mu.Lock()
	defer st.mu.Unlock()
	var out []*stageSegment
	for _, p := range st.parts {
		if p.key.stream != stream || p.events == 0 {
			continue
		}
		s := &stageSegment{key: p.key, frames: p.frames[:len(p.frames):len(p.frames)], spill: st.spill.retain(), size: p.raw, first: p.first()}
		if len(p.open) > 0 {
			s.tail = p.open[:len(p.open):len(p.open)]
			p.shared = true
		}
		out = append(out, s)
	}
	return out
}
