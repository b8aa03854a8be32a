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
	row    int // of the page
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
	ts, arrival, _ := p.page.At(p.row)
	return sortKey{ts, arrival}, true
}

func (p *spanPages) event() (sortKey, []byte, error) {
	if !p.loaded {
		if err := p.page.Load(p.h, p.file.path, p.footer.Pages[p.at]); err != nil {
			return sortKey{}, nil, err
		}
		p.loaded, p.row = true, 0
	}
	ts, arrival, doc := p.page.At(p.row)
	return sortKey{ts, arrival}, doc, nil
}

func (p *spanPages) step() error {
	if p.row++; p.row == p.page.Len() {
		p.loaded = false
		p.at++
	}
	return nil
}

func (p *spanPages) close() error {
	p.s.pages.put(p.page)
	return p.h.Close()
}

// copyPage copies a page as it is stored where all of it comes before anything else and nothing of it is deleted. Small pages are not
// copied: their events are put together with others'.
func (b *builder) copyPage(p *spanPages, next sortKey, others bool) (bool, error) {
	if p.loaded {
		return false, nil
	}
	info := p.footer.Pages[p.at]
	if others && !less(sortKey{info.Last, info.LastArrival}, next) || b.dead.mayHold(info.First, info.Last, info.MinArrival, info.MaxArrival) || info.Raw < b.smallPage() {
		return false, nil
	}
	var err error
	if p.stored, err = span.Stored(p.h, p.file.path, info, p.stored); err != nil {
		return false, err
	}
	if err := b.room(info.First, int64(info.Docs)); err != nil {
		return false, err
	}
	if err := b.w.CopyPage(info, p.stored, p.footer); err != nil {
		return false, err
	}
	b.hi = info.Last
	p.at++
	return true, b.pause()
}

// smallPage is the raw size below which a page is not worth keeping as it is.
func (b *builder) smallPage() int {
	if n := b.m.s.opts.PageBytes; n > 0 {
		return n / 3
	}
	return span.DefaultPageBytes / 3
}
