package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// build merges files of one stream into spans, sorted by time and arrival and without what is deleted (d may be nil). The spans are
// durable when it returns, and nobody sees them yet. dead is how many events were left out. The files must not change: ticks are
// sealed. No event gets lost: what comes out is counted against what went in.
func (m *maintaining) build(ctx context.Context, files []*file, d *deadStream) (built []*file, dead int64, err error) {
	b := &builder{m: m, ctx: ctx, dead: d, stream: files[0].Stream}
	var want int64
	for _, f := range files {
		want += f.Events
		b.arrivals = max(b.arrivals, f.arrivals)
	}
	built, err = m.run(b, want, func() error { return b.open(files) })
	return built, b.left, err
}

// run opens a builder's sources and merges them, helped by as many goroutines as there are cores. want is how many events they have.
func (m *maintaining) run(b *builder, want int64, open func() error) (built []*file, err error) {
	o := &m.s.opts
	n := runtime.GOMAXPROCS(0)
	if !o.together || n == 1 {
		return m.runAlone(b, want, open)
	}
	b.helpers = span.NewHelpers()
	o.Parallel(n, func(i int) {
		if i > 0 {
			b.helpers.Help(o.Pace)
			return
		}
		defer b.helpers.Close()
		built, err = m.runAlone(b, want, open)
	})
	return built, err
}

func (m *maintaining) runAlone(b *builder, want int64, open func() error) (built []*file, err error) {
	defer func() {
		err = errors.Join(err, b.close())
		if err != nil {
			err = errors.Join(err, m.discard(&swap{add: b.built}))
			built = nil
		}
	}()
	tx := m.s.Read()
	b.layout = m.s.opts.Layout(tx.Schema(), StreamID(b.stream))
	tx.Close()
	if err := open(); err != nil {
		return nil, err
	}
	if err := b.merge(); err != nil {
		return nil, err
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	var got int64
	for _, f := range b.built {
		got += f.Events
	}
	if got+b.left != want {
		return nil, fmt.Errorf("merging into stream %d: %d events went in, %d came out and %d were deleted", b.stream, want, got, b.left)
	}
	if len(b.built) > 0 {
		// The names, before a MANIFEST record relies on them.
		if err := m.s.fs.SyncDir(streamDir(m.s.dir, StreamID(b.stream))); err != nil {
			return nil, m.s.writer.poison(err, ErrPoisoned)
		}
	}
	return b.built, nil
}

// source delivers events in order.
type source interface {
	// key is that of the event the source stands on; ok is false at its end.
	key() (k sortKey, ok bool)
	// event gives the event; doc is valid until step.
	event() (k sortKey, doc []byte, err error)
	step() error
	close() error
}

// builder writes spans.
type builder struct {
	m        *maintaining
	ctx      context.Context
	stream   uint64
	dead     *deadStream
	left     int64 // events left out
	arrivals uint64
	layout   Layout
	helpers  *span.Helpers // nil: there are none
	lone     bool          // the events are in no other file
	sources  []source

	file   vfs.File
	path   string
	w      *span.Writer
	header manifest.File
	lo, hi int64
	built  []*file
}

// open opens the sources.
func (b *builder) open(files []*file) error {
	var ticks []*file
	for _, f := range files {
		if f.isTick() {
			ticks = append(ticks, f)
			continue
		}
		src, err := b.m.s.spanSource(f)
		if err != nil {
			return err
		}
		b.sources = append(b.sources, src)
	}
	if len(ticks) > 0 {
		src, err := b.tickSource(ticks)
		if src != nil {
			b.sources = append(b.sources, src)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) close() error {
	var err error
	for _, s := range b.sources {
		err = errors.Join(err, s.close())
	}
	b.sources = nil
	if b.file != nil {
		err = errors.Join(err, b.file.Close(), b.m.s.removeFile(b.path))
		b.file = nil
	}
	return err
}

// merge takes the first of what the sources stand on until there is nothing left.
func (b *builder) merge() error {
	for n := 0; ; n++ {
		if n%256 == 0 {
			if err := b.pause(); err != nil {
				return err
			}
		}
		var first source
		var at, next sortKey
		others := false // next is the least key of the other sources
		for _, s := range b.sources {
			k, ok := s.key()
			switch {
			case !ok:
			case first == nil:
				first, at = s, k
			case less(k, at):
				first, at, next, others = s, k, at, true
			case !others || less(k, next):
				next, others = k, true
			}
		}
		if first == nil {
			return nil
		}
		if p, ok := first.(*spanPages); ok {
			copied, err := b.copyPage(p, next, others)
			if err != nil {
				return err
			}
			if copied {
				continue
			}
		}
		k, doc, err := first.event()
		if err != nil {
			return err
		}
		if k != at {
			continue // it stood before a page whose first event it did not know
		}
		if b.dead.dead(k.ts, k.arrival) {
			b.left++
		} else if err := b.append(k, doc); err != nil {
			return err
		}
		if err := first.step(); err != nil {
			return err
		}
	}
}

func less(a, b sortKey) bool { return a.ts < b.ts || a.ts == b.ts && a.arrival < b.arrival }

// pause lets others work, and looks at ctx.
func (b *builder) pause() error {
	b.m.s.opts.Pace()
	return b.ctx.Err()
}

// append adds an event to the span that is being written.
func (b *builder) append(k sortKey, doc []byte) error {
	if err := b.room(k.ts, int64(len(doc))); err != nil {
		return err
	}
	b.hi = k.ts
	return b.w.Append(k.ts, k.arrival, doc)
}

// room begins a span where there is none, and a new one when the one that is written is large enough.
func (b *builder) room(ts, raw int64) error {
	limit := b.m.s.opts.SpanRaw
	if b.w != nil && (b.header.Raw+raw > limit && ts > b.hi || b.header.Raw+raw > 2*limit) {
		if err := b.finish(); err != nil {
			return err
		}
	}
	if b.w == nil {
		if err := b.begin(ts); err != nil {
			return err
		}
	}
	b.header.Raw += raw
	return nil
}

func (b *builder) begin(ts int64) error {
	id, err := b.m.newFile(b.ctx)
	if err != nil {
		return err
	}
	b.header = manifest.File{ID: id, Stream: b.stream, Kind: manifest.Span, Start: tick.RangeStart(ts)}
	b.lo = ts
	b.path = filePath(b.m.s.dir, b.header)
	if b.file, err = b.m.s.fs.Create(b.path); err != nil {
		return err
	}
	b.w = span.NewWriter(b.file, b.path, span.Header{Stream: b.stream, ID: id, Derived: !b.lone}, b.options())
	return nil
}

// options say how spans are written.
func (b *builder) options() span.Options {
	o := &b.m.s.opts
	return span.Options{Layout: b.layout, PageBytes: o.PageBytes, Codec: o.codec, Helpers: b.helpers, Pause: o.Pace}
}

// finish ends the span that is being written, if any.
func (b *builder) finish() error {
	if b.w == nil {
		return nil
	}
	footer, length, err := b.w.Finish()
	if err != nil {
		return err
	}
	// The events, before a MANIFEST record takes the files away that they come from.
	if err := b.file.Sync(); err != nil {
		return b.m.s.writer.poison(err, ErrPoisoned)
	}
	if err := b.file.Close(); err != nil {
		return err
	}
	b.file = nil
	h := b.header
	h.End = tick.RangeStart(footer.Max) + tick.Range
	h.Length, h.Events, h.Raw, h.Min, h.Max = length, footer.Events, footer.Raw, footer.Min, footer.Max
	b.built = append(b.built, b.m.s.newSpanFile(h, b.arrivals, b.layout))
	b.w = nil
	return nil
}
