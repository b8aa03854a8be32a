package engine

import (
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// spanPages is a span as a source: page after page, decoded only where its events are wanted one by one.
type spanPages struct {
	s      *Store
	file   *file
	h      vfs.File
	footer *span.Footer
	at     int // page
	page   *span.Page
	loaded bool
	row    int     // of the page
	now    sortKey // of the event that it stands on, where loaded
	stored []byte
}

func (s *Store) spanSource(f *file) (*spanPages, error) {
	h, footer, err := s.openSpan(f)
	if err != nil {
		return nil, err
	}
	return &spanPages{s: s, file: f, h: h, footer: footer, page: s.pages.get()}, nil
}

func (p *spanPages) key() (sortKey, bool) {
	if p.at == len(p.footer.Pages) {
		return sortKey{}, false
	}
	if !p.loaded {
		info := &p.footer.Pages[p.at]
		return sortKey{info.First, info.FirstArrival}, true
	}
	return p.now, true
}

func (p *spanPages) event() (sortKey, []byte, error) {
	if !p.loaded {
		if err := p.page.Load(p.h, p.file.path, p.footer.Pages[p.at], nil, p.file.ID); err != nil {
			return sortKey{}, nil, err
		}
		p.loaded, p.row = true, 0
	}
	ts, arrival, doc, err := p.page.At(p.row)
	p.now = sortKey{ts, arrival}
	return p.now, doc, err
}

func (p *spanPages) step() error {
	if p.row++; p.row == p.page.Len() {
		p.loaded = false
		p.at++
		return nil
	}
	ts, arrival, err := p.page.Key(p.row)
	p.now = sortKey{ts, arrival}
	return err
}

func (p *spanPages) close() error {
	p.s.pages.put(p.page)
	return p.h.Close()
}

// copyPage copies a page as it is stored where all of it comes before anything else, nothing of it is deleted and it has the layout that is written. Small pages are not
// copied: their events are put together with others'. Pages of events that were tried by column before, in vain, are not tried again.
func (b *builder) copyPage(p *spanPages, next sortKey, others bool) (bool, error) {
	if p.loaded {
		return false, nil
	}
	info := &p.footer.Pages[p.at]
	if others && !less(sortKey{info.Last, info.LastArrival}, next) || b.dead.mayHold(info.First, info.Last, info.MinArrival, info.MaxArrival) || !b.keeps(p.file, info) {
		return false, nil
	}
	var err error
	if p.stored, err = span.Stored(p.h, p.file.path, *info, p.stored); err != nil {
		return false, err
	}
	if err := b.room(info.First, int64(info.Docs)); err != nil {
		return false, err
	}
	if err := b.w.CopyPage(*info, p.stored, p.footer); err != nil {
		return false, err
	}
	b.hi = info.Last
	p.at++
	return true, b.pause()
}

// keeps says whether a page of f may be copied for what it is.
func (b *builder) keeps(f *file, info *span.PageInfo) bool {
	o := b.options()
	if f.unlike && info.Layout == span.Rows {
		o.Layout = span.Rows
	}
	return o.Keeps(info)
}
