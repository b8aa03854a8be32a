package engine

import (
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/nql"
)

// Of pages by column a scan reads a few small pieces each, one after the other, since each says where the next lies. On a disk that nobody has read from yet it would mostly wait. So the system is told of the
// fronts of several pages at once, and then of what they say is read.

// lookAhead is what a cursor does about the pages that come next.
type lookAhead struct {
	told  int // before this page all were looked at
	page  *span.Page
	view  strip.Columns
	first []nql.PageMember // what is read of each page
	times bool
	some  bool // first and times are known
}

// tellColumns tells the system what will be read of page i and those behind it, where their fronts are not known yet.
func (c *spanCursor) tellColumns(i int) error {
	a := &c.look
	if i < a.told || c.choice.pages != nil || c.q.order == nql.Descending {
		return nil
	}
	from, to := i, min(i+aheadPages, c.end)
	a.told = to
	store, id := c.segment.store, c.segment.file.ID
	cold := 0
	for k := from; k < to; k++ {
		if p := &c.footer.Pages[k]; p.Layout == span.Columns && !store.fronts.Has(id, p.Offset) {
			c.h.WillNeed(p.Offset, int64(span.PageHeaderBytes+p.Front))
			cold++
		}
	}
	if cold == 0 {
		return nil
	}
	if a.page == nil {
		a.page = store.pages.get()
	}
	for k := from; k < to; k++ {
		info := &c.footer.Pages[k]
		if info.Layout != span.Columns {
			continue
		}
		err := a.page.Load(c.h, c.segment.file.path, *info, store.fronts, id)
		c.q.stats.read(a.page.Taken())
		if err != nil {
			return nil // whoever reads the page will say so
		}
		if !a.some {
			program, err := c.q.program.Pages()
			if err != nil {
				return err
			}
			a.first, a.times = program.First()
			a.some = true
		}
		a.view.Turn(a.page.Columns())
		a.view.Places(a.first, a.times, c.h.WillNeed)
	}
	return nil
}

// close gives back what looking ahead took.
func (a *lookAhead) close(s *Store) {
	if a.page != nil {
		s.pages.put(a.page)
		a.page = nil
	}
}
