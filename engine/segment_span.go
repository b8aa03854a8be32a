package engine

import (
	"context"
	"errors"
	"sort"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// spanSegment is a span. Its pages are found by time in the directory, by signals in their bitmaps and by values in its filter; no other page is read. The fragments
// of a scan share it.
type spanSegment struct {
	file  *file
	store *Store
	scan  *scanning

	once   sync.Once // for the choice
	choice *choice
	failed error
	chosen bool // the choice is made: bounds and raw are of its pages
}

func (s *spanSegment) bounds() (int64, int64) {
	if s.chosen {
		return s.choice.bounds()
	}
	return s.file.Min, s.file.Max + 1
}

func (s *spanSegment) raw() int64 {
	switch {
	case s.scan.spec.counts() && s.scan.dead == nil:
		return 0 // the directory tells nearly all
	case s.chosen:
		return s.choice.raw
	}
	return s.file.Raw
}

func (s *spanSegment) sorted() bool { return true }
func (s *spanSegment) apart() bool  { return true }

// readFooter gives the span's footer, which is read if it is not kept.
func (s *spanSegment) readFooter() (*span.Footer, error) {
	if footer := s.store.footers.get(s.file.ID); footer != nil {
		return footer, nil
	}
	h, footer, err := s.store.openSpan(s.file)
	if err != nil {
		return nil, err
	}
	return footer, h.Close()
}

func (s *spanSegment) open(q *query) (cursor, error) {
	choice, err := s.choose()
	if err != nil {
		return nil, err
	}
	c := q.shared.cursor()
	*c = spanCursor{rows: rows{q: q}, segment: s, footer: choice.footer, choice: choice, passed: c.passed, columns: c.columns}
	c.columns.left = 0
	c.first, c.end = c.footer.Find(q.from, q.to)
	if q.order == nql.Unordered {
		if c.first < c.end && c.footer.Pages[c.first].First < q.from && q.from > q.scanFrom {
			c.first++ // it begins in another fragment
		}
		c.whole = *q
		c.whole.from, c.whole.to = q.scanFrom, q.scanTo
		c.q = &c.whole
	}
	c.first, c.end = max(c.first, choice.first), min(c.end, choice.end)
	c.columns.q = c.q
	c.values.of(c.q, c.footer)
	return c, nil
}

// spanCursor goes over the pages of a span in the query's order.
type spanCursor struct {
	rows
	whole      query // of the scan, where pages are read whole
	segment    *spanSegment
	h          vfs.File // nil until a page is read
	footer     *span.Footer
	choice     *choice
	first, end int // pages that are left, as far as the choice has them
	ahead      int // pages of rows that the system was told of
	look       lookAhead
	page       *span.Page
	lo, hi     int // events of the page that are left, or of passed
	sifted     bool
	passed     []uint32 // where sifted: the events of the page that may match
	count      int      // rows without columns that are left instead
	columns    columnRows
	values     valueCounts // of pages that were not gone through
	held       int64
}

// aheadPages is how many pages the system is told of before they are read.
const aheadPages = 8

func (c *spanCursor) fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (bool, error) {
	for !c.q.full(b) {
		if c.count > 0 {
			n := min(c.count, c.q.rows-b.Len)
			b.Len, c.count = b.Len+n, c.count-n
			continue
		}
		if c.lo < c.hi {
			if err := c.drain(ctx, b, keys); err != nil {
				return true, err
			}
			continue
		}
		if c.columns.left > 0 {
			err := c.columns.drain(ctx, b, keys)
			if err == nil { // how much is read of a page by column shows then
				err = c.hold(c.columns.view.Held())
			}
			if err != nil {
				c.columns.left = 0 // so it is with the rest of the page, or nobody goes on
				return true, err
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return true, err
		}
		if c.values.full() {
			if more, err := c.values.yield(&c.rows, b); more || err != nil {
				return more, err
			}
			continue
		}
		i, ok := c.next()
		if !ok {
			return c.values.yield(&c.rows, b)
		}
		if err := c.load(i); err != nil {
			return true, err
		}
	}
	return c.count > 0 || c.lo < c.hi || c.columns.left > 0 || c.first < c.end || c.values.some, nil
}

// drain adds events of the page until the batch is full.
func (c *spanCursor) drain(ctx context.Context, b *column.Batch, keys *[]sortKey) error {
	for c.lo < c.hi {
		i := c.lo
		if c.q.order == nql.Descending {
			c.hi--
			i = c.hi
		} else {
			c.lo++
		}
		if c.sifted {
			i = int(c.passed[i])
		}
		ts, arrival, doc, err := c.page.At(i)
		if err != nil {
			c.lo = c.hi // so it is with all events of the page
			return err
		}
		if stop, err := c.add(ctx, ts, arrival, doc, b, keys); err != nil || stop {
			return err
		}
	}
	return nil
}

// next gives the next page that may have rows.
func (c *spanCursor) next() (int, bool) {
	for c.first < c.end {
		i := c.first
		if c.q.order == nql.Descending {
			c.end--
			i = c.end
		} else {
			c.first++
		}
		if c.choice.has(i) {
			return i, true
		}
	}
	return 0, false
}

// load reads a page, or takes its number of rows from the directory where that is all that is wanted.
func (c *spanCursor) load(i int) error {
	info := &c.footer.Pages[i]
	whole := info.First >= c.q.from && info.Last < c.q.to && !c.q.dead.touches(info.First, info.Last)
	if whole && (c.q.counts || c.values.page(i, info.Events)) {
		if c.q.counts {
			c.count = info.Events
		}
		if c.q.stats != nil {
			c.q.stats.PagesCounted.Add(1)
		}
		return nil
	}
	if c.h == nil {
		h, err := c.segment.store.openBare(c.segment.file)
		if err != nil {
			c.first = c.end // so it is with all pages
			return err
		}
		c.h = h
	}
	if c.page == nil {
		c.page = c.segment.store.pages.get()
	}
	c.q.stats.read(c.page.Taken())
	if info.Layout != span.Columns {
		if err := c.hold(2*int64(info.Raw) + int64(info.Length)); err != nil {
			return err
		}
	}
	c.tell(i)
	if err := c.tellColumns(i); err != nil {
		return err
	}
	c.lo, c.hi = 0, 0
	if err := c.page.Load(c.h, c.segment.file.path, *info, c.segment.store.fronts, c.segment.file.ID); err != nil {
		return err
	}
	if r := c.page.Columns(); r != nil {
		if err := c.columns.turn(r); err != nil {
			return err
		}
		if c.columns.program.Excludes(&c.columns.view) {
			c.q.stats.excluded()
			return nil
		}
		if whole && c.q.weighing != nil {
			if done, err := c.values.tally(&c.columns.view); done || err != nil {
				c.q.stats.page(0)
				return placed(err, c.segment.file.path, info.Offset)
			}
		}
	}
	c.q.stats.page(int64(info.Events))
	n := c.page.Len()
	var err error
	at := func(ts int64) int {
		return sort.Search(n, func(i int) bool {
			t, _, kerr := c.page.Key(i)
			err = errors.Join(err, kerr)
			return t >= ts
		})
	}
	hi := n
	if info.First < c.q.from {
		c.lo = at(c.q.from)
	}
	if info.Last >= c.q.to {
		hi = at(c.q.to)
	}
	if err != nil {
		return err
	}
	if c.page.Columns() != nil {
		return c.findColumns(info, c.lo, hi)
	}
	c.hi = hi
	return c.sift()
}

// hold sees to it that so many bytes are reserved.
func (c *spanCursor) hold(need int64) error {
	if need <= c.held {
		return nil
	}
	if err := c.q.reserve(need - c.held); err != nil {
		return err
	}
	c.held = need
	return nil
}

// findColumns asks the predicate about the events from lo to before hi of a page by column.
func (c *spanCursor) findColumns(info *span.PageInfo, lo, hi int) error {
	c.lo = 0
	if lo >= hi {
		return nil
	}
	path, offset := c.segment.file.path, info.Offset
	c.columns.key = c.page.Key
	c.columns.place = func(err error) error { return placed(err, path, offset) }
	var alive func(i int) (bool, error)
	if c.q.dead.touches(info.First, info.Last) {
		alive = func(i int) (bool, error) {
			ts, arrival, err := c.page.Key(i)
			return !c.q.dead.dead(ts, arrival), err
		}
	}
	rows, err := c.columns.find(lo, hi, alive)
	if err == nil {
		err = c.hold(c.columns.view.Held())
	}
	if err != nil {
		return err
	}
	return c.columns.set(rows)
}

// sift leaves the events of the page that may match by their raw bytes.
func (c *spanCursor) sift() error {
	c.sifted = false
	if c.q.program.sieve == nil || c.lo >= c.hi {
		return nil
	}
	raw, start, ends, err := c.page.Documents()
	if err != nil {
		c.hi = c.lo
		return err
	}
	if c.lo > 0 {
		start = ends[c.lo-1]
	}
	list, all := c.q.program.sieve.Pass(raw, start, ends[c.lo:c.hi], c.passed[:0])
	if c.passed = list; all {
		return nil
	}
	for i := range list {
		list[i] += uint32(c.lo)
	}
	c.q.stats.sifted(c.hi-c.lo, len(list))
	c.sifted, c.lo, c.hi = true, 0, len(list)
	return nil
}

// tell tells the system of the pages that come next, so that the disk works while this one is decoded.
func (c *spanCursor) tell(i int) {
	if c.choice.pages != nil || c.footer.Pages[i].Layout == span.Columns {
		return // what comes next is not what lies next, or a small part of it
	}
	if c.ahead--; c.ahead > 0 {
		return
	}
	c.ahead = aheadPages
	from, to := i, min(i+aheadPages, c.end)
	if c.q.order == nql.Descending {
		from, to = max(i-aheadPages, c.first), i+1
	}
	if from < to {
		last := &c.footer.Pages[to-1]
		c.h.WillNeed(c.footer.Pages[from].Offset, last.Offset+int64(last.Length)-c.footer.Pages[from].Offset)
	}
}

func (c *spanCursor) close() {
	c.look.close(c.segment.store)
	if c.h != nil {
		_ = c.h.Close() // only read from
		c.h = nil
	}
	if c.page != nil {
		c.q.stats.read(c.page.Taken())
		c.segment.store.pages.put(c.page)
		c.page = nil
	}
	c.q.shared.closed(c)
}

// pagePool keeps the memory of decoded pages.
type pagePool struct{ p sync.Pool }

func (p *pagePool) get() *span.Page {
	if v, ok := p.p.Get().(*span.Page); ok {
		v.Taken()
		return v
	}
	return new(span.Page)
}

func (p *pagePool) put(v *span.Page) { p.p.Put(v) }
