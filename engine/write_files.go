package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// handle is a tick open for writing.
type handle struct {
	f    vfs.File
	used uint64
}

// flushFiles flushes the targets' ticks, several at once where the caller's Parallel does that.
func (w *writer) flushFiles(targets []*target) error {
	var mu sync.Mutex
	var failed error
	hs := make([]*handle, len(targets))
	for i, t := range targets {
		hs[i] = w.handles[t.file.ID]
	}
	each := func(i int) {
		if err := hs[i].f.Sync(); err != nil {
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
		}
	}
	if len(targets) == 1 {
		each(0)
	} else {
		w.s.opts.Parallel(len(targets), each)
	}
	if failed != nil {
		return w.poison(failed, ErrPoisoned)
	}
	for _, t := range targets {
		delete(w.dirty, t.file.ID)
	}
	w.settled()
	return nil
}

// settled notes that all that was published is durable, when nothing is left to be flushed.
func (w *writer) settled() {
	if len(w.dirty) == 0 {
		w.durable = w.Counters.Seq
	}
}

// flush flushes what commits without a flush have written.
func (w *writer) flush() error {
	if p := w.err.Load(); p != nil {
		return fmt.Errorf("%w: %w", ErrPoisoned, p.cause)
	}
	if len(w.dirty) == 0 {
		return nil
	}
	var targets []*target
	for _, f := range allFiles(w.s.chain.current.Load()) {
		if !w.dirty[f.ID] {
			continue
		}
		t := &target{file: f}
		if _, err := w.handle(t); err != nil {
			return w.poison(err, ErrPoisoned) // it can't be flushed, so its commits may be lost
		}
		targets = append(targets, t)
	}
	return w.flushFiles(targets)
}

// handle gives the open file of a target, opening or creating it.
func (w *writer) handle(t *target) (*handle, error) {
	w.used++
	if h := w.handles[t.file.ID]; h != nil {
		h.used = w.used
		return h, nil
	}
	var f vfs.File
	var err error
	if t.fresh {
		if f, err = w.s.fs.Create(t.file.path); err != nil {
			return nil, err
		}
	} else if f, err = w.s.fs.OpenWrite(t.file.path); err != nil {
		return nil, err
	}
	h := &handle{f: f, used: w.used}
	w.handles[t.file.ID] = h
	return h, nil
}

// trim closes the handles that were used longest ago, but for those with unflushed bytes.
func (w *writer) trim() {
	if len(w.handles) <= openTicks {
		return
	}
	type entry struct {
		id uint64
		h  *handle
	}
	var all []entry
	for id, h := range w.handles {
		if !w.dirty[id] {
			all = append(all, entry{id, h})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.h.used, b.h.used) })
	for _, e := range all[:max(0, min(len(all), len(w.handles)-openTicks))] {
		delete(w.handles, e.id)
		if err := e.h.f.Close(); err != nil {
			w.s.opts.Log.Warn("closing a tick", "error", err) // flushed already, so nothing is lost
		}
	}
}
