package engine

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine/span/strip"
)

// A run that is large enough not to grow much becomes a page by column: it takes a tenth of the memory and is read as spans' pages are. That is done beside
// the commits, by whoever calls Condense.

// runPage is the events of a run by column, as a span's page has them. Immutable.
type runPage struct {
	front       *strip.Front
	body        []byte
	events      int
	docs        int // bytes of the documents
	first, last int64
}

const (
	// condenseBytes is the raw size from which on a run becomes a page.
	condenseBytes = runLimit / 2
	// condenseQuiet and condenseEvents are the least of a run in a tick that is not its stream's newest: seldom something is added to it.
	condenseQuiet  = 128 << 10
	condenseEvents = 64
)

// Condense makes one RAM run a page by column; done says that none is to be made one. It runs beside writers and readers, and takes some ten milliseconds of a core.
func (s *Store) Condense(ctx context.Context) (done bool, err error) {
	if s.opts.ReadOnly || s.opts.RAMBytes < 0 {
		return true, nil
	}
	f, r := s.condensable()
	if r == nil {
		return true, nil
	}
	page, err := condensed(r)
	if errors.Is(err, strip.ErrDifferent) {
		r.unlike.Store(true)
		return false, nil
	}
	if err != nil {
		return true, err
	}
	small := &run{from: r.from, to: r.to, seq: r.seq, page: page}
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
				if r.page != nil || r.unlike.Load() || len(r.raw) < leastQuiet || len(r.events) < leastEvents {
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

// condensed makes the page of a run.
func condensed(r *run) (*runPage, error) {
	b := builders.Get().(*strip.Builder)
	defer builders.Put(b)
	b.Reset()
	first, last := r.bounds()
	p := &runPage{events: len(r.events), first: first, last: last}
	for _, e := range r.events {
		b.Add(e.ts, e.arrival, r.raw[e.off:e.off+e.n])
		p.docs += int(e.n)
	}
	body, _, err := b.Finish(nil)
	if err != nil {
		return nil, err
	}
	p.body = slices.Clip(slices.Clone(body))
	p.front, err = strip.ParseFront(p.body, len(p.body), p.events, p.docs)
	return p, err
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
