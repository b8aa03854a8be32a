package engine

import (
	"context"
	"errors"
	mathbits "math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// A run that is large enough not to grow much becomes pages by column: it takes a tenth of the memory and is read as spans' pages are. That is done beside
// the commits, by whoever calls Condense.

// runPage is events of a run by column, as a span's page has them. Immutable, but for what it remembers of predicates.
type runPage struct {
	front       *strip.Front
	body        []byte
	events      int
	docs        int // bytes of the documents
	first, last int64

	found [maxMatches]atomic.Pointer[matchingRows]
	turn  atomic.Uint32 // whose place the next predicate takes
}

// matchingRows are the rows of a page that a predicate is true of. Dashboards ask the same again and again.
type matchingRows struct {
	predicate string
	rows      []uint64 // a bit for each
}

// matching gives the rows of a predicate, if the page remembers it.
func (p *runPage) matching(predicate string) *matchingRows {
	for i := range p.found {
		if m := p.found[i].Load(); m != nil && m.predicate == predicate {
			return m
		}
	}
	return nil
}

// remember notes the rows of a predicate; nil: all.
func (p *runPage) remember(predicate string, rows column.Selection) *matchingRows {
	m := &matchingRows{predicate, make([]uint64, (p.events+63)/64)}
	for i := range m.rows {
		if rows == nil {
			m.rows[i] = ^uint64(0)
		}
	}
	for _, row := range rows {
		m.rows[row/64] |= 1 << (row % 64)
	}
	for i := range p.found {
		if p.found[i].CompareAndSwap(nil, m) {
			return m
		}
	}
	p.found[int(p.turn.Add(1))%maxMatches].Store(m)
	return m
}

// append appends the rows from lo to before hi.
func (m *matchingRows) append(rows column.Selection, lo, hi int) column.Selection {
	for w := lo / 64; w*64 < hi; w++ {
		bits := m.rows[w]
		if w == lo/64 {
			bits &= ^uint64(0) << (lo % 64)
		}
		for ; bits != 0; bits &= bits - 1 {
			if row := w*64 + mathbits.TrailingZeros64(bits); row < hi {
				rows = append(rows, int32(row))
			}
		}
	}
	return rows
}

const (
	// condenseBytes is the raw size from which on a run becomes a page.
	condenseBytes = runLimit / 2
	// condenseQuiet and condenseEvents are the least of a run in a tick that is not its stream's newest: seldom something is added to it.
	condenseQuiet  = 128 << 10
	condenseEvents = 64

	// runPageEvents and runPageBytes are what a page has at most.
	runPageEvents = 4096
	runPageBytes  = 6 << 20
)

// Condense makes one RAM run pages by column, or brings a part of a tick into RAM as such pages where there is room; done says that nothing is to be done. It runs beside writers and
// readers, and takes some tens of milliseconds of a core.
func (s *Store) Condense(ctx context.Context) (done bool, err error) {
	if s.opts.ReadOnly || s.opts.RAMBytes < 0 {
		return true, nil
	}
	f, r := s.condensable()
	if r == nil {
		return s.warm(ctx)
	}
	pages, err := condensed(r)
	if errors.Is(err, strip.ErrDifferent) {
		r.unlike.Store(true)
		return false, nil
	}
	if err != nil {
		return true, err
	}
	small := &run{from: r.from, to: r.to, seq: r.seq, pages: pages}
	return false, s.submit(ctx, &request{alone: func(w *writer) error { return w.exchange(f, r, small) }})
}

// condensable gives the oldest run that is to become a page, with its file.
func (s *Store) condensable() (of *file, found *run) {
	least, leastQuiet, leastEvents := condenseBytes, condenseQuiet, condenseEvents
	if s.opts.condense > 0 {
		least, leastQuiet, leastEvents = s.opts.condense, s.opts.condense, 1
	}
	tx := s.Read()
	defer tx.Close()
	for _, files := range tx.g.files {
		for i, f := range files {
			for _, r := range f.runs {
				if len(r.pages) > 0 || r.unlike.Load() || len(r.raw) < leastQuiet || len(r.events) < leastEvents {
					continue
				}
				if quiet := i < len(files)-1 && files[len(files)-1].Start > f.Start; !quiet && len(r.raw) < least {
					continue
				}
				if found == nil || r.seq < found.seq {
					of, found = f, r
				}
			}
		}
	}
	return of, found
}

// builders holds *strip.Builder.
var builders = sync.Pool{New: func() any { return strip.NewBuilder() }}

// condensed makes the pages of a run.
func condensed(r *run) (pages []*runPage, err error) {
	b := builders.Get().(*strip.Builder)
	defer builders.Put(b)
	b.Reset()
	b.Pause = runtime.Gosched // a statement that waits for a processor goes first: it would wait for all of a time slice
	var body []byte
	for i, e := range r.events {
		if i%64 == 63 {
			runtime.Gosched()
		}
		b.Add(e.ts, e.arrival, r.raw[e.off:e.off+e.n])
		if i < len(r.events)-1 && b.Len() < runPageEvents && b.Bytes() < runPageBytes {
			continue
		}
		p := &runPage{events: b.Len(), docs: b.Bytes(), first: r.events[i+1-b.Len()].ts, last: e.ts}
		if body, _, err = b.Finish(body[:0]); err != nil {
			return nil, err
		}
		p.body = slices.Clip(slices.Clone(body))
		if p.front, err = strip.ParseFront(p.body, len(p.body), p.events, p.docs); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// exchange puts a run in the place of another, if that is still there.
func (w *writer) exchange(f *file, old, by *run) error {
	g := w.s.chain.current.Load()
	now := g.file(f)
	if now == nil {
		return nil
	}
	i := slices.Index(now.runs, old)
	if i < 0 {
		return nil // it has grown, or was dropped
	}
	changed := *now
	changed.runs = slices.Clone(now.runs)
	changed.runs[i] = by
	w.s.publish(g.with(g.schema, []*file{&changed}))
	return nil
}

// readerPool keeps the memory of readers of pages.
type readerPool struct{ p sync.Pool }

func (p *readerPool) get() *strip.Reader {
	if v, ok := p.p.Get().(*strip.Reader); ok {
		return v
	}
	return new(strip.Reader)
}

func (p *readerPool) put(v *strip.Reader) { p.p.Put(v) }
