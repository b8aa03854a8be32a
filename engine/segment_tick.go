package engine

import (
	"context"
	"errors"
	"io"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// tickSegment is the committed part of a tick but for what RAM runs hold.
type tickSegment struct {
	file *file
	gaps []gap
}

// gap is a part of a file, whole batches.
type gap struct{ from, to int64 }

// gaps lists the parts of f that no run holds.
func (f *file) gaps() []gap {
	var out []gap
	at := int64(tick.HeaderBytes)
	for _, r := range f.runs {
		if r.from > at {
			out = append(out, gap{at, r.from})
		}
		at = r.to
	}
	if at < f.Length {
		out = append(out, gap{at, f.Length})
	}
	return out
}

func (s *tickSegment) bounds() (int64, int64) {
	if s.file.lost != nil { // what is missing can be anywhere in its range
		return s.file.bounds()
	}
	lo, hi := s.file.cold()
	return lo, hi + 1
}

func (s *tickSegment) raw() int64   { return s.file.Raw }
func (s *tickSegment) sorted() bool { return false }
func (s *tickSegment) apart() bool  { return false }

func (s *tickSegment) open(q *query) (cursor, error) {
	h, err := openTick(q.store.fs, s.file)
	if err != nil {
		return nil, err
	}
	if q.stats != nil {
		q.stats.TicksOpened.Add(1)
	}
	c := &tickCursor{seg: s, h: h, left: s.gaps, window: q.store.buffers.get(tick.WindowBytes)}
	c.q, c.raw = q, q.store.frames.get(tick.FrameBytes)
	return c, nil
}

// frameRows goes over the events of one decoded frame.
type frameRows struct {
	rows
	raw     []byte // the frame's memory
	rest    []byte // events that are left
	count   int    // rows without columns that are left instead
	arrival uint64 // of the next
	damaged func(*DamageError) error
}

// drain adds what is left of the frame. done says that nothing is.
func (f *frameRows) drain(ctx context.Context, b *column.Batch, keys *[]sortKey) (done bool, err error) {
	if f.count > 0 {
		n := min(f.count, f.q.rows-b.Len)
		b.Len, f.count = b.Len+n, f.count-n
		return f.count == 0, nil
	}
	for len(f.rest) > 0 {
		ts, doc, rest, derr := tick.NextEvent(f.rest)
		if derr != nil {
			f.rest = nil // where the next event begins can't be known
			return true, f.damaged(derr)
		}
		f.rest = rest
		arrival := f.arrival
		f.arrival++
		stop, err := f.add(ctx, ts, arrival, doc, b, keys)
		if err != nil || stop {
			return len(f.rest) == 0, err
		}
	}
	return true, nil
}

type tickCursor struct {
	frameRows
	seg    *tickSegment
	h      vfs.File
	left   []gap
	window []byte
	walker *tick.Walker
	large  int64 // memory reserved for the largest event
	lost   bool  // the walker met damage and has to find its way
	told   bool  // of what is missing behind the file's end
}

func (c *tickCursor) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (bool, error) {
	for !c.q.full(b) {
		if done, err := c.drain(ctx, b, keys); err != nil || !done {
			return true, err
		}
		if more, err := c.step(ctx); err != nil || !more {
			return err != nil, err
		}
	}
	return true, nil
}

// step goes to the next frame that may have events within the bounds and decodes it; false at the end.
func (c *tickCursor) step(ctx context.Context) (bool, error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if c.walker == nil {
			if len(c.left) == 0 {
				if c.seg.file.lost != nil && !c.told {
					c.told = true
					lost := *c.seg.file.lost
					return false, &lost
				}
				return false, nil
			}
			c.walker = tick.NewWalker(c.h, c.seg.file.path, c.left[0].from, c.left[0].to, c.window)
			c.left = c.left[1:]
			c.damaged = func(e *DamageError) error { return c.walker.Damaged(e) }
		}
		if c.lost && !c.walker.Resync() {
			c.lost, c.walker = false, nil
			continue
		}
		c.lost = false
		kind, err := c.walker.Next()
		if errors.Is(err, io.EOF) {
			c.walker = nil
			continue
		}
		if err != nil {
			c.lost = true
			return false, err
		}
		h := &c.walker.Head
		if kind != tick.Frame {
			continue
		}
		if h.Max < c.q.from || h.Min >= c.q.to {
			if c.q.stats != nil {
				c.q.stats.FramesTime.Add(1)
			}
			continue
		}
		if need := 2*int64(h.Raw) + int64(h.Stored); need > c.large && h.Raw > tick.FrameBytes {
			// One huge event: the stored bytes, the raw ones, and what a row takes of them.
			if err := c.q.reserve(need - c.large); err != nil {
				return false, err
			}
			c.large = need
		}
		if c.raw, err = c.walker.Events(c.raw[:0]); err != nil {
			return false, err // the next frame begins where this one's head says
		}
		c.q.stats.frame(int64(h.Events), tick.HeadBytes+int64(h.Stored))
		if c.q.counts && h.Min >= c.q.from && h.Max < c.q.to && !c.q.dead.touches(h.Min, h.Max) {
			c.count = int(h.Events)
			return true, nil
		}
		c.rest, c.arrival = c.raw, h.Arrival
		return true, nil
	}
}

func (c *tickCursor) close() {
	_ = c.h.Close() // only read from
	c.q.store.buffers.put(c.window)
	c.q.store.frames.put(c.raw)
	c.raw, c.rest = nil, nil
}
