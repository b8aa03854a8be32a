package engine

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
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

type tickCursor struct {
	frameRows
	seg    *tickSegment
	h      vfs.File
	left   []gap
	window []byte
	walker *tick.Walker
	large  int64 // memory reserved for the largest event
	lost   bool  // the walker met damage and has to find its way
	// frames, where only so many rows are wanted in order: the frames that may have some, sorted by what could come first in each.
	// They are listed before any is decoded, and none is decoded behind enough.
	listing bool
	inOrder bool
	frames  []listedFrame
	enough  func(sortKey) bool // nothing that comes after this key is wanted
	told    bool               // of what is missing behind the file's end
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
				if c.listing {
					return c.listed(ctx)
				}
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
		if c.listing && h.Max >= c.q.from && h.Min < c.q.to {
			c.list(h)
			continue
		}
		if h.Max < c.q.from || h.Min >= c.q.to {
			if c.q.stats != nil {
				c.q.stats.FramesTime.Add(1)
			}
			continue
		}
		if err := c.reserveFrame(h); err != nil {
			return false, err
		}
		if c.raw, err = c.walker.Events(c.raw[:0]); err != nil {
			return false, err // the next frame begins where this one's head says
		}
		c.q.stats.frame(int64(h.Events), tick.HeadBytes+int64(h.Stored))
		if c.q.counts && h.Min >= c.q.from && h.Max < c.q.to && !c.q.dead.touches(h.Min, h.Max) {
			c.count = int(h.Events)
			return true, nil
		}
		c.turn(c.raw, h.Arrival)
		return true, nil
	}
}

// listedFrame is a frame that may have rows.
type listedFrame struct {
	offset, end int64
	head        tick.Head
}

func (c *tickCursor) list(h *tick.Head) {
	c.frames = append(c.frames, listedFrame{c.walker.Offset, c.walker.End(), *h})
}

// sortFrames makes the cursor read the frames in the query's order, by what could come first in each, for as long as
// enough does not tell it to stop.
func (c *tickCursor) sortFrames(enough func(sortKey) bool) { c.listing, c.enough = true, enough }

// bound is the first key that a frame can have.
func (c *tickCursor) bound(f *listedFrame) sortKey {
	if c.q.order == nql.Descending {
		return sortKey{f.head.Max, math.MaxUint64}
	}
	return sortKey{f.head.Min, 0}
}

// listed decodes the next of the listed frames.
func (c *tickCursor) listed(ctx context.Context) (bool, error) {
	if !c.inOrder {
		c.inOrder = true
		slices.SortFunc(c.frames, func(a, b listedFrame) int {
			if c.q.order == nql.Descending {
				return cmp.Compare(b.head.Max, a.head.Max)
			}
			return cmp.Compare(a.head.Min, b.head.Min)
		})
	}
	if c.seg.file.lost != nil && !c.told {
		c.told = true
		lost := *c.seg.file.lost
		return false, &lost
	}
	if err := ctx.Err(); err != nil || len(c.frames) == 0 || c.enough(c.bound(&c.frames[0])) {
		return false, err
	}
	f := c.frames[0]
	c.frames = c.frames[1:]
	if err := c.reserveFrame(&f.head); err != nil {
		return false, err
	}
	w := tick.NewWalker(c.h, c.seg.file.path, f.offset, f.end, c.window)
	if _, err := w.Next(); err != nil {
		return false, err
	}
	c.damaged = func(e *DamageError) error { return w.Damaged(e) }
	var err error
	if c.raw, err = w.Events(c.raw[:0]); err != nil {
		return false, err
	}
	c.q.stats.frame(int64(f.head.Events), f.end-f.offset)
	c.turn(c.raw, f.head.Arrival)
	return true, nil
}

// reserveFrame accounts for a frame that is one huge event: the stored bytes, the raw ones, and what a row takes of them.
func (c *tickCursor) reserveFrame(h *tick.Head) error {
	need := 2*int64(h.Raw) + int64(h.Stored)
	if need <= c.large || h.Raw <= tick.FrameBytes {
		return nil
	}
	if err := c.q.reserve(need - c.large); err != nil {
		return err
	}
	c.large = need
	return nil
}

func (c *tickCursor) close() {
	_ = c.h.Close() // only read from
	c.q.store.buffers.put(c.window)
	c.q.store.frames.put(c.raw)
	c.raw, c.rest, c.passed = nil, nil, nil
}
