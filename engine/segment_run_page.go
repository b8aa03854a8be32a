package engine

import (
	"bytes"
	"context"
	"sort"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/nql"
)

// runPageSegment is a page of a RAM run by column.
type runPageSegment struct{ page *runPage }

func (s runPageSegment) bounds() (int64, int64) { return s.page.first, s.page.last + 1 }
func (s runPageSegment) raw() int64             { return int64(s.page.docs) }
func (s runPageSegment) sorted() bool           { return true }
func (s runPageSegment) apart() bool            { return true }

func (s runPageSegment) open(q *query) (cursor, error) {
	c := &runPageCursor{page: s.page, q: q, store: q.store}
	if q.order == nql.Unordered {
		// It is read whole by one of the fragments that a scan is cut into: the one that it begins in.
		if s.page.first < q.from && q.from > q.scanFrom {
			c.done = true
			return c, nil
		}
		whole := *q
		whole.from, whole.to = q.scanFrom, q.scanTo
		c.q = &whole
	}
	return c, nil
}

type runPageCursor struct {
	q      *query
	store  *Store
	page   *runPage
	reader *strip.Reader
	done   bool // the page was opened
	count  int  // rows without columns that are left
	rows   columnRows
	asked  rows // of the values instead
	values valueCounts
}

func (c *runPageCursor) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if !c.done {
		c.done = true
		if err := c.load(); err != nil {
			return false, err
		}
	}
	for !c.q.full(b) {
		switch {
		case c.count > 0:
			n := min(c.count, c.q.rows-b.Len)
			b.Len, c.count = b.Len+n, c.count-n
		case c.rows.left > 0:
			if err := c.rows.drain(ctx, b, keys); err != nil {
				return true, err
			}
		default:
			return c.values.yield(&c.asked, b)
		}
	}
	return c.count > 0 || c.rows.left > 0 || c.values.some, nil
}

// load asks the predicate about the page.
func (c *runPageCursor) load() error {
	p, q := c.page, c.q
	q.stats.run(p.events, len(p.body))
	touched := q.dead.touches(p.first, p.last)
	whole := !touched && p.first >= q.from && p.last < q.to
	if q.counts && whole {
		c.count = p.events
		return nil
	}
	// What is decompressed is no more than the documents. One page after the other is read, so the largest counts.
	if need := int64(p.docs); need > *q.paged {
		if err := q.reserve(need - *q.paged); err != nil {
			return err
		}
		*q.paged = need
	}
	c.reader = c.store.readers.get()
	c.reader.Open(p.front, bytes.NewReader(p.body), "a RAM run", 0)
	c.rows.q = q
	if err := c.rows.turn(c.reader); err != nil {
		return err
	}
	if c.rows.program.Excludes(&c.rows.view) {
		return nil
	}
	if whole && q.weighing != nil {
		c.asked.q = q
		c.values.of(q, nil)
		if done, err := c.values.tally(&c.rows.view); done || err != nil {
			return err
		}
	}
	lo, hi := 0, p.events
	c.rows.place = func(err error) error { return err }
	c.rows.key = func(i int) (ts int64, arrival uint64, err error) {
		times, err := c.rows.view.Times()
		if err != nil {
			return 0, 0, err
		}
		arrivals, err := c.rows.view.Arrivals()
		if err != nil {
			return 0, 0, err
		}
		return times[i], arrivals[i], nil
	}
	if p.first < q.from || p.last >= q.to {
		times, err := c.rows.view.Times()
		if err != nil {
			return err
		}
		lo = sort.Search(len(times), func(i int) bool { return times[i] >= q.from })
		hi = sort.Search(len(times), func(i int) bool { return times[i] >= q.to })
	}
	if lo >= hi {
		return nil
	}
	var alive func(i int) (bool, error)
	if touched {
		alive = func(i int) (bool, error) {
			ts, arrival, err := c.rows.key(i)
			return !q.dead.dead(ts, arrival), err
		}
	}
	if q.predicate == "" {
		rows, err := c.rows.find(lo, hi, alive)
		if err != nil {
			return err
		}
		return c.rows.set(rows)
	}
	known := p.matching(q.predicate)
	if known == nil {
		rows, err := c.rows.find(0, p.events, nil)
		if err != nil {
			return err
		}
		known = p.remember(q.predicate, rows)
	}
	rows, err := living(known.append(c.rows.sel[:0], lo, hi), alive)
	if err != nil || len(rows) == 0 {
		return err
	}
	c.rows.sel = rows
	return c.rows.set(rows)
}

func (c *runPageCursor) close() {
	if c.reader != nil {
		c.store.readers.put(c.reader)
		c.reader = nil
	}
}
