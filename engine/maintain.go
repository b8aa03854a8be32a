package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/span"
)

// StepKind says what a step of maintenance does.
type StepKind string

// The kinds of steps.
const (
	StepMergeTicks StepKind = "merge ticks"
	StepMergeSpans StepKind = "merge spans"
	StepIndex      StepKind = "build index"
	StepFilter     StepKind = "build filter"
	StepRetention  StepKind = "retention"
	StepDelete     StepKind = "delete"
)

// Step is one step of maintenance: a transaction that was published by itself.
type Step struct {
	Kind   StepKind
	Stream StreamID
	Reason string // why it was due
	// In are the files that it took away or read, Out those that it made: paths.
	In, Out           []string
	Events            int64 // of the files in In
	BytesIn, BytesOut int64 // stored
	Started, Ended    time.Time
	Err               error // it was given up; nothing has changed
}

// maintenance is what is remembered between maintenance transactions.
type maintenance struct {
	once sync.Once
	turn chan struct{} // holds one token while nobody maintains

	mu       sync.Mutex
	running  *Step
	steps    []Step                       // that are done, the latest last
	quiet    map[uint64]quietness         // ticks that nothing was appended to, as seen by Maintain
	bad      map[uint64]bool              // files that can't be merged: they are damaged
	unusable map[uint64]map[SignalID]bool // indexes that are to be built anew
	seen     map[uint64]map[SignalID]bool // indexes that were read by this process, and were right
}

type quietness struct {
	length int64
	since  int64 // MaintainOptions.Now
}

// keepSteps is how many steps are remembered.
const keepSteps = 200

func (m *maintenance) isBroken(file uint64, signal SignalID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.unusable[file][signal]
}

func (m *maintenance) broken(file uint64, signal SignalID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unusable == nil {
		m.unusable = map[uint64]map[SignalID]bool{}
	}
	if m.unusable[file] == nil {
		m.unusable[file] = map[SignalID]bool{}
	}
	m.unusable[file][signal] = true
}

// read notes that an index was read and is right.
func (m *maintenance) read(file uint64, signal SignalID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = map[uint64]map[SignalID]bool{}
	}
	if m.seen[file] == nil {
		m.seen[file] = map[SignalID]bool{}
	}
	m.seen[file][signal] = true
}

func (m *maintenance) wasRead(file uint64, signal SignalID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[file][signal]
}

func (m *maintenance) mended(file uint64, signal SignalID) {
	m.mu.Lock()
	delete(m.unusable[file], signal)
	m.mu.Unlock()
	m.read(file, signal)
}

func (m *maintenance) spoil(file uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bad == nil {
		m.bad = map[uint64]bool{}
	}
	m.bad[file] = true
}

func (m *maintenance) isBad(file uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bad[file]
}

// maintaining is a maintenance transaction. There is one at a time, beside writers and readers.
type maintaining struct {
	s    *Store
	step Step
}

// beginMaintenance waits for its turn. ErrReadOnly, ErrPoisoned; ctx's error.
func (s *Store) beginMaintenance(ctx context.Context, kind StepKind, stream StreamID, reason string) (*maintaining, error) {
	if s.opts.ReadOnly {
		return nil, ErrReadOnly
	}
	if err := s.Poisoned(); err != nil {
		return nil, err
	}
	s.maint.once.Do(func() {
		s.maint.turn = make(chan struct{}, 1)
		s.maint.turn <- struct{}{}
	})
	select {
	case <-s.maint.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m := &maintaining{s: s, step: Step{Kind: kind, Stream: stream, Reason: reason, Started: s.now()}}
	s.maint.mu.Lock()
	step := m.step
	s.maint.running = &step
	s.maint.mu.Unlock()
	return m, nil
}

func (s *Store) now() time.Time {
	if s.opts.Now == nil {
		return time.Time{}
	}
	return s.opts.Now()
}

// end ends the transaction. err is what it failed with, nil when what it made was published.
func (m *maintaining) end(err error) {
	m.step.Ended, m.step.Err = m.s.now(), err
	mt := &m.s.maint
	mt.mu.Lock()
	mt.running = nil
	mt.steps = append(mt.steps, m.step)
	if n := len(mt.steps) - keepSteps; n > 0 {
		mt.steps = slices.Delete(mt.steps, 0, n)
	}
	mt.mu.Unlock()
	mt.turn <- struct{}{}
}

// seal makes ticks take no more events; what arrives goes to new ones. Once it has returned they stay what they are.
func (m *maintaining) seal(ctx context.Context, which func(*generation) []*file) error {
	return m.s.submit(ctx, &request{alone: func(w *writer) error {
		g := w.s.chain.current.Load()
		var changed []*file
		for _, f := range which(g) {
			if f.isTick() && !f.sealed {
				x := *f
				x.sealed = true
				changed = append(changed, &x)
			}
		}
		if len(changed) > 0 {
			w.s.publish(g.with(g.schema, changed))
		}
		return nil
	}})
}

// newFile gives an id for a file that is about to be built.
func (m *maintaining) newFile(ctx context.Context) (id uint64, err error) {
	err = m.s.submit(ctx, &request{alone: func(w *writer) error {
		id = w.Counters.File
		w.Counters.File++
		return nil
	}})
	return id, err
}

// publish puts what was built in the place of what it was built from.
func (m *maintaining) publish(ctx context.Context, r *request) error {
	err := m.s.submit(ctx, r)
	if err != nil {
		if !errors.Is(err, ErrUnknownOutcome) {
			err = errors.Join(err, m.discard(r.swap))
		}
		return err
	}
	for _, f := range r.swap.remove {
		m.step.In = append(m.step.In, f.path)
		m.step.Events += f.Events
		m.step.BytesIn += f.Length
	}
	for _, f := range r.swap.add {
		m.step.Out = append(m.step.Out, f.path)
		m.step.BytesOut += f.Length
	}
	for _, x := range r.swap.index {
		m.step.Out = append(m.step.Out, indexPath(x.file, x.signal))
		m.step.BytesOut += x.Length
	}
	for _, x := range r.swap.filter {
		m.step.Out = append(m.step.Out, filter.Path(x.file.path))
		m.step.BytesOut += x.length
	}
	return nil
}

// discard deletes what was built and not published.
func (m *maintaining) discard(sw *swap) error {
	var err error
	for _, f := range sw.add {
		err = errors.Join(err, m.s.removeFile(f.path))
	}
	return err
}

func (s *Store) removeFile(path string) error {
	s.opened.drop(path)
	if err := s.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// newSpanFile describes a span that was built with a layout in mind.
func (s *Store) newSpanFile(m manifest.File, arrivals uint64, layout Layout) *file {
	return &file{File: m, path: filePath(s.dir, m), arrivals: arrivals, unlike: layout == span.Columns}
}

func (s *Step) String() string {
	return fmt.Sprintf("%s of stream %d: %d files, %d events", s.Kind, s.Stream, len(s.In), s.Events)
}
