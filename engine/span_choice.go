package engine

import "github.com/flare-pg/flare-pg/engine/span"

// choice is which pages of a span a scan reads: those within its time that no signal, no filter and no lack of a property rules out. It is made once a scan, whatever
// number of fragments the span is cut into.
type choice struct {
	footer     *span.Footer
	first, end int      // the pages that are read are among these
	pages      []uint64 // a bit for each page, from 0; nil: all from first to before end
	left       int      // pages that are read
	raw        int64    // bytes of their documents
}

// has says whether a page is read that lies between first and end.
func (c *choice) has(i int) bool { return c.pages == nil || c.pages[i>>6]>>(i&63)&1 != 0 }

// bounds gives the range of time, from <= @t < to, of the pages that are read; there must be some.
func (c *choice) bounds() (from, to int64) {
	return c.footer.Pages[c.first].First, c.footer.Pages[c.end-1].Last + 1
}

// choose makes the choice. The error is a *DamageError where the span's footer can't be read.
func (s *spanSegment) choose() (*choice, error) {
	s.once.Do(func() { s.choice, s.failed = s.scan.choiceOf(s) })
	return s.choice, s.failed
}

func (s *scanning) choiceOf(x *spanSegment) (*choice, error) {
	f, st := x.file, s.spec.Stats
	footer, err := x.readFooter()
	if err != nil {
		return nil, err
	}
	c := &choice{footer: footer}
	c.first, c.end = footer.Find(s.spec.From, s.spec.To)
	st.span(len(footer.Pages), c.end-c.first)
	for _, path := range s.needs {
		if !footer.Has(path...) {
			if st != nil {
				st.PagesProperty.Add(int64(c.end - c.first))
			}
			c.end = c.first
			return c, nil
		}
	}
	var signals []filtered
	for _, g := range s.signals {
		if _, there := f.Indexes[uint64(g.ID)]; there {
			if set := s.store.readIndex(f, g); set != nil {
				signals = append(signals, filtered{g.Name, set})
			}
		}
	}
	lacking := s.store.lacking(f, footer, s.lookups, &s.ways)
	if len(signals) > 0 || len(lacking) > 0 {
		c.sift(signals, lacking, st)
	}
	for i := c.first; i < c.end; i++ {
		if c.has(i) {
			c.left++
			c.raw += int64(footer.Pages[i].Docs)
		}
	}
	return c, nil
}

// sift leaves out the pages in which a signal has no match, or that lack a value that is asked for.
func (c *choice) sift(signals []filtered, lacking lacking, st *ScanStats) {
	c.pages = make([]uint64, (len(c.footer.Pages)+63)/64)
	first, last := -1, -1
pages:
	for i := c.first; i < c.end; i++ {
		for _, f := range signals {
			if !f.set.Contains(uint32(i)) {
				if st != nil {
					st.PagesSignal.Add(1)
					st.signal(f.name, 0, 1)
				}
				continue pages
			}
		}
		if lacking.page(i) {
			if st != nil {
				st.PagesFilter.Add(1)
			}
			continue
		}
		c.pages[i>>6] |= 1 << (i & 63)
		if last = i; first < 0 {
			first = i
		}
	}
	if c.end = c.first; first >= 0 {
		c.first, c.end = first, last+1
	}
}
