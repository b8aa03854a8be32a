package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// feed gives events in any order to add.
type feed func(add func(ts int64, arrival uint64, doc []byte) error) error

// sortedRanges is events that come in ranges of time as a source: ticks, or parts of a stage. Ranges follow each other, so one range is
// sorted at a time: in RAM where it fits into Options.SortBytes; otherwise in pieces that go to temporary spans, which are merged.
type sortedRanges struct {
	b      *builder
	ranges [][]feed // that are left, in order of time; what lies in one range together
	sorter sorter
	merged []source // sorted pieces of the present range
}

// tickSource opens ticks.
func (b *builder) tickSource(ticks []*file) (source, error) {
	slices.SortFunc(ticks, compareFiles)
	t := &sortedRanges{b: b}
	for i, f := range ticks {
		read := func(add func(int64, uint64, []byte) error) error { return b.readTick(f, add) }
		if n := len(t.ranges); n > 0 && ticks[i-1].Start == f.Start {
			t.ranges[n-1] = append(t.ranges[n-1], read)
		} else {
			t.ranges = append(t.ranges, []feed{read})
		}
	}
	return t, t.advance()
}

// first gives the piece that is next; nil at the end.
func (t *sortedRanges) first() source {
	var best source
	var at sortKey
	for _, s := range t.merged {
		if k, ok := s.key(); ok && (best == nil || less(k, at)) {
			best, at = s, k
		}
	}
	return best
}

func (t *sortedRanges) key() (sortKey, bool) {
	s := t.first()
	if s == nil {
		return sortKey{}, false
	}
	return s.key()
}

func (t *sortedRanges) event() (sortKey, []byte, error) { return t.first().event() }

func (t *sortedRanges) step() error {
	if err := t.first().step(); err != nil {
		return err
	}
	if t.first() == nil {
		return t.advance()
	}
	return nil
}

func (t *sortedRanges) close() error {
	var err error
	for _, s := range t.merged {
		err = errors.Join(err, s.close())
	}
	t.merged = nil
	return err
}

// advance sorts the next range that has events.
func (t *sortedRanges) advance() error {
	for len(t.ranges) > 0 && t.first() == nil {
		if err := t.close(); err != nil {
			return err
		}
		feeds := t.ranges[0]
		t.ranges = t.ranges[1:]
		t.sorter.reset()
		for _, f := range feeds {
			if err := f(t.add); err != nil {
				return err
			}
		}
		t.sorter.sort()
		t.merged = append(t.merged, &t.sorter)
	}
	return nil
}

// readTick gives a tick's events to add, verifying each one's own checksum, which was taken when it arrived.
func (b *builder) readTick(f *file, add func(ts int64, arrival uint64, doc []byte) error) (err error) {
	s := b.m.s
	h, err := openTick(s.fs, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	window, raw := s.buffers.get(tick.WindowBytes), s.frames.get(tick.FrameBytes)
	defer func() { s.buffers.put(window); s.frames.put(raw) }()
	w := tick.NewWalker(h, f.path, tick.HeaderBytes, f.Length, window)
	var events int64
	for {
		kind, err := w.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if kind != tick.Frame {
			continue
		}
		if err := b.pause(); err != nil {
			return err
		}
		if raw, err = w.Events(raw[:0]); err != nil {
			return err
		}
		arrival := w.Head.Arrival
		for rest := raw; len(rest) > 0; events++ {
			ts, doc, next, derr := tick.CheckEvent(rest)
			if derr != nil {
				return w.Damaged(derr)
			}
			if err := add(ts, arrival, doc); err != nil {
				return err
			}
			rest = next
			arrival++
		}
	}
	if events != f.Events {
		return &DamageError{File: f.path, What: fmt.Sprintf("holds %d events, where the MANIFEST says %d", events, f.Events)}
	}
	return nil
}

func (t *sortedRanges) add(ts int64, arrival uint64, doc []byte) error {
	if t.sorter.bytes() > 0 && t.sorter.bytes()+int64(len(doc))+runEventBytes > t.b.m.s.opts.SortBytes {
		piece, err := t.spill()
		if err != nil {
			return err
		}
		t.merged = append(t.merged, piece)
	}
	t.sorter.add(ts, arrival, doc)
	return nil
}

// spill writes what the sorter holds to a temporary span.
func (t *sortedRanges) spill() (src source, err error) {
	s := t.b.m.s
	path := filepath.Join(tmpDir(s.dir), fmt.Sprintf("sort-%d", s.spills.Add(1)))
	f, err := s.fs.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), s.removeFile(path))
		}
	}()
	w := span.NewWriter(f, path, span.Header{Derived: true}, span.Options{PageBytes: s.opts.PageBytes, Codec: span.Snappy})
	t.sorter.sort()
	for {
		k, doc, _ := t.sorter.event()
		if _, ok := t.sorter.key(); !ok {
			break
		}
		if err := w.Append(k.ts, k.arrival, doc); err != nil {
			return nil, err
		}
		_ = t.sorter.step()
	}
	footer, _, err := w.Finish()
	if err != nil {
		return nil, err
	}
	t.sorter.reset()
	return &tempSpan{spanPages{s: s, file: &file{path: path}, h: f, footer: footer, page: s.pages.get()}}, nil
}

// tempSpan is a temporary span as a source.
type tempSpan struct{ spanPages }

func (p *tempSpan) close() error {
	return errors.Join(p.spanPages.close(), p.s.removeFile(p.file.path))
}

// sorter sorts events in RAM and is a source of them.
type sorter struct {
	raw    []byte
	events []sorterEvent
	at     int
}

type sorterEvent struct {
	sortKey
	off, n int
}

func (s *sorter) reset()       { s.raw, s.events, s.at = s.raw[:0], s.events[:0], 0 }
func (s *sorter) bytes() int64 { return int64(len(s.raw)) + int64(len(s.events))*32 }

func (s *sorter) add(ts int64, arrival uint64, doc []byte) {
	s.events = append(s.events, sorterEvent{sortKey{ts, arrival}, len(s.raw), len(doc)})
	s.raw = append(s.raw, doc...)
}

func (s *sorter) sort() {
	slices.SortFunc(s.events, func(a, b sorterEvent) int {
		return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival))
	})
}

func (s *sorter) key() (sortKey, bool) {
	if s.at == len(s.events) {
		return sortKey{}, false
	}
	return s.events[s.at].sortKey, true
}

func (s *sorter) event() (sortKey, []byte, error) {
	if s.at == len(s.events) {
		return sortKey{}, nil, nil
	}
	e := s.events[s.at]
	return e.sortKey, s.raw[e.off : e.off+e.n], nil
}

func (s *sorter) step() error {
	s.at++
	return nil
}

func (s *sorter) close() error { return nil }
