package engine

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// Store is an open data directory.
type Store struct {
	dir  string
	fs   vfs.FS
	opts Options

	chain   chain
	queue   queue
	writer  *writer   // nil when read-only
	lock    io.Closer // nil when read-only
	spills  atomic.Uint64
	footers footerCache
	opened  openFiles
	fronts  *span.Fronts // nil: none are kept
	filters filterCache
	pages   pagePool
	readers readerPool // of RAM runs by column
	left    left       // parts of ticks that are not brought into RAM
	maint   maintenance

	streamIDs, signalIDs atomic.Uint64 // the next ones
	buffers              bufferPool
	frames               bufferPool // decoded frames
}

// Close is the clean stop: it waits for the commits that are under way, makes everything durable, records every length and seals the
// MANIFEST. Readers may go on; new commits get ErrClosed. After ErrPoisoned, commits with Async since the last flush may be lost.
func (s *Store) Close() error {
	s.opened.close()
	if s.opts.ReadOnly {
		return nil
	}
	err := s.submit(noContext, &request{alone: (*writer).stop})
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return errors.Join(err, s.lock.Close())
}

// stop seals the MANIFEST, unless the store is poisoned, and closes what is open.
func (w *writer) stop() error {
	w.s.queue.mu.Lock()
	w.s.queue.closed = true
	late := w.s.queue.waiting
	w.s.queue.waiting = nil
	w.s.queue.mu.Unlock()
	for _, r := range late {
		r.turn <- turn{err: ErrClosed}
	}
	err := w.seal()
	for _, h := range w.handles {
		err = errors.Join(err, h.f.Close())
	}
	w.handles = nil
	return errors.Join(err, w.man.Close())
}

func (w *writer) seal() error {
	// A poisoned store is not sealed: recovery sorts it out.
	if err := w.flush(); err != nil {
		return err
	}
	p := &plan{edit: SchemaEdit{schema: w.s.chain.current.Load().schema}, counters: w.Counters}
	var e manifest.Edits
	w.lengths(&e, p)
	e.Seal()
	return outcome(w.man.Append(&e))
}

// Poisoned gives the error that ended all writing, nil while writes are taken.
func (s *Store) Poisoned() error {
	if s.writer == nil {
		return nil
	}
	if p := s.writer.err.Load(); p != nil {
		return errors.Join(ErrPoisoned, p.cause)
	}
	return nil
}

// bufferPool keeps buffers for copying and reading.
type bufferPool struct{ p sync.Pool }

// get gives an empty buffer with room for n bytes.
func (b *bufferPool) get(n int) []byte {
	if v, ok := b.p.Get().(*[]byte); ok && cap(*v) >= n {
		return (*v)[:0]
	}
	return make([]byte, 0, n)
}

// put takes a buffer back; huge ones are left to the collector.
func (b *bufferPool) put(buf []byte) {
	if cap(buf) == 0 || cap(buf) > 2*copyBuffer {
		return
	}
	b.p.Put(&buf)
}
