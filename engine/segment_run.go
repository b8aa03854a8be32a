package engine

import (
	"context"
	"math/bits"
	"sort"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// runSegment is a RAM run.
type runSegment struct{ run *run }

func (s runSegment) bounds() (int64, int64) {
	return s.run.events[0].ts, s.run.events[len(s.run.events)-1].ts + 1
}

func (s runSegment) raw() int64   { return int64(len(s.run.raw)) }
func (s runSegment) sorted() bool { return true }
func (s runSegment) apart() bool  { return true }

func (s runSegment) open(q *query) (cursor, error) {
	events := s.run.events
	first := sort.Search(len(events), func(i int) bool { return events[i].ts >= q.from })
	end := sort.Search(len(events), func(i int) bool { return events[i].ts >= q.to })
	c := &runCursor{rows: rows{q: q}, run: s.run, events: events[first:max(first, end)], at: first}
	if q.predicate != "" && len(events) >= blockEvents {
		c.known = s.run.matchesOf(q.predicate)
	}
	q.stats.run(len(c.events), len(s.run.raw))
	return c, nil
}

type runCursor struct {
	rows
	run    *run
	events []runEvent // that are left
	at     int        // index of the first of them in the run
	known  *matches   // nil: each event is asked
}

func (c *runCursor) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if c.q.counts && c.q.dead == nil {
		n := min(len(c.events), c.q.rows-b.Len)
		b.Len, c.events = b.Len+n, c.events[n:]
		return len(c.events) > 0, nil
	}
	for len(c.events) > 0 && !c.q.full(b) {
		var e *runEvent
		if c.q.order == nql.Descending {
			last := len(c.events) - 1
			if skip, err := c.skip(c.at+last, -1); err != nil {
				return true, err
			} else if skip > 0 {
				c.events = c.events[:len(c.events)-skip]
				if err := ctx.Err(); err != nil {
					return true, err
				}
				continue
			}
			e, c.events = &c.events[last], c.events[:last]
		} else {
			if skip, err := c.skip(c.at, 1); err != nil {
				return true, err
			} else if skip > 0 {
				c.events, c.at = c.events[skip:], c.at+skip
				if err := ctx.Err(); err != nil {
					return true, err
				}
				continue
			}
			e, c.events, c.at = &c.events[0], c.events[1:], c.at+1
		}
		stop, err := c.add(ctx, e.ts, e.arrival, c.run.raw[e.off:e.off+e.n], b, keys)
		if err != nil || stop {
			return len(c.events) > 0, err
		}
	}
	return len(c.events) > 0, nil
}

// skip gives how many events from index i on, in direction step, do not match, as far as i's block tells; 0: i does.
func (c *runCursor) skip(i, step int) (int, error) {
	if c.known == nil {
		return 0, nil
	}
	word, err := c.known.block(i/blockEvents, c.run, c.q, &c.event)
	if err != nil {
		return 0, err
	}
	bit := i % blockEvents
	if step > 0 {
		rest := word >> bit
		return min(bits.TrailingZeros64(rest), blockEvents-bit, len(c.events)), nil
	}
	rest := word << (blockEvents - 1 - bit)
	return min(bits.LeadingZeros64(rest), bit+1, len(c.events)), nil
}

func (c *runCursor) close() {}
