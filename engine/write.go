package engine

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// writer writes. Only who leads the queue uses it.
type writer struct {
	s                 *Store
	man               *manifest.Writer
	manifest.Counters // as of the last commit, in the MANIFEST or not

	handles map[uint64]*handle // open ticks
	used    uint64             // counts uses of handles
	changed map[uint64]bool    // files whose length the MANIFEST does not know
	loose   int64              // bytes of those files that it does not know
	dirty   map[uint64]bool    // files with bytes that were not flushed
	durable uint64             // every transaction up to this one is known to survive a power cut
	last    place              // where transaction Seq ends
	pending []arrivalSpan      // that loads have set aside; never changed
	err     atomic.Pointer[poison]
}

// place is where a transaction in one tick ends; zero where the MANIFEST knows.
type place struct{ file, end uint64 }

type poison struct{ cause error }

const (
	// pageBytes is what the disk is trusted to leave either old or new together with a checksum that tells.
	pageBytes = 4096
	// looseLimit bounds what recovery must read: past it the MANIFEST is told the lengths.
	looseLimit = 16 << 20
	// openTicks is how many ticks stay open for writing between commits.
	openTicks = 32
	// atOnce is how many ticks of one transaction are open at the same time.
	atOnce = 64
)

// commit commits a group together. Where that fails for want of space or the like, each request is tried alone, so that one's
// failure is not the others'.
func (w *writer) commit(group []*request) {
	if p := w.err.Load(); p != nil {
		for _, r := range group {
			r.turn <- turn{err: fmt.Errorf("%w: %w", ErrPoisoned, p.cause)}
		}
		return
	}
	p := w.plan(group)
	if len(p.requests) == 0 {
		return
	}
	err := w.write(p)
	if err != nil && len(p.requests) > 1 && w.err.Load() == nil {
		for _, r := range p.requests {
			w.commit([]*request{r})
		}
		return
	}
	for _, r := range p.requests {
		r.turn <- turn{err: err}
	}
}

// write writes a plan's batches, makes them durable and publishes them. An error before the point of no return leaves everything
// as it was.
func (w *writer) write(p *plan) error {
	fresh := false
	for _, t := range p.targets {
		fresh = fresh || t.fresh
	}
	var err error
	switch {
	case fresh || p.multi || p.edit.changed || !p.swap.empty() || p.sync && len(p.targets) > 1 || w.loose > looseLimit:
		err = w.throughManifest(p)
	case len(p.targets) == 0:
		return nil // nothing changed
	case !p.sync:
		err = w.unflushed(p)
	default:
		err = w.inTick(p)
	}
	if err != nil {
		return err
	}
	w.publish(p)
	return nil
}

// throughManifest writes flagged batches and flushes them; then one MANIFEST record, the commit point, makes them count.
func (w *writer) throughManifest(p *plan) error {
	for _, id := range p.streams {
		if err := w.makeStream(id); err != nil {
			return noSpace(err)
		}
	}
	for done := 0; done < len(p.targets); done += atOnce {
		some := p.targets[done:min(done+atOnce, len(p.targets))]
		for _, t := range some {
			if err := w.copy(t, true, true); err != nil {
				return w.undo(p, err, ErrPoisoned)
			}
		}
		// The events, before the record that makes them count: else a power cut between could leave it pointing at nothing.
		if err := w.flushFiles(some); err != nil {
			return err
		}
		w.trim()
	}
	// The names of new ticks, for the same reason.
	for _, dir := range freshDirs(w.s.dir, p.targets) {
		if err := w.s.fs.SyncDir(dir); err != nil {
			return w.poison(err, ErrPoisoned)
		}
	}
	// Earlier commits without a flush come before this one, so they must not be lost when it is not.
	if err := w.flush(); err != nil {
		return err
	}
	e := p.edit.edits
	w.lengths(&e, p)
	w.swaps(&e, p)
	if err := w.man.Append(&e); err != nil {
		if errors.Is(err, manifest.ErrOutcome) {
			return w.poison(err, ErrUnknownOutcome)
		}
		return w.undo(p, err, ErrPoisoned)
	}
	clear(w.changed)
	w.loose = 0
	if !p.swap.empty() {
		p.last = place{} // its file may be gone; the MANIFEST knows
	}
	return nil
}

func (s *swap) empty() bool {
	return len(s.remove) == 0 && len(s.add) == 0 && len(s.index) == 0 && len(s.filter) == 0
}

// swaps adds what takes the place of what, and streams that are dropped.
func (w *writer) swaps(e *manifest.Edits, p *plan) {
	for _, f := range p.swap.remove {
		e.RemoveFile(f.ID)
	}
	for _, f := range p.swap.add {
		e.AddFile(f.File)
		e.Length(f.File)
	}
	for _, x := range p.swap.index {
		e.Index(x.file.ID, uint64(x.signal), x.Index)
	}
	for _, x := range p.swap.filter {
		e.Filter(x.file.ID, x.length)
	}
	for _, id := range p.edit.dropped {
		e.DropStream(uint64(id))
	}
	if p.edit.changed {
		e.IDs(w.s.streamIDs.Load(), w.s.signalIDs.Load())
	}
}

// lengths adds what the MANIFEST is to know of files and counters.
func (w *writer) lengths(e *manifest.Edits, p *plan) {
	p.counters.Schema = p.edit.schema.Version
	e.Counters(p.counters)
	g := w.s.chain.current.Load()
	written := map[uint64]bool{}
	for _, t := range p.targets {
		written[t.file.ID] = true
		if t.fresh {
			e.AddFile(t.after.File)
		}
		e.Length(t.after.File)
	}
	if len(w.changed) == 0 {
		return
	}
	for _, f := range allFiles(g) {
		if w.changed[f.ID] && !written[f.ID] && !slices.ContainsFunc(p.swap.remove, func(r *file) bool { return r.ID == f.ID }) {
			e.Length(f.File)
		}
	}
}

func allFiles(g *generation) []*file {
	var all []*file
	for _, files := range g.files {
		all = append(all, files...)
	}
	slices.SortFunc(all, func(a, b *file) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// unflushed writes batches with their records and leaves the flush to a later commit or Flush.
func (w *writer) unflushed(p *plan) error {
	for _, t := range p.targets {
		if err := w.copy(t, false, true); err != nil {
			return w.undo(p, err, ErrUnknownOutcome)
		}
	}
	for _, t := range p.targets {
		w.dirty[t.file.ID] = true
		w.changed[t.file.ID] = true
		w.loose += t.bytes
	}
	w.trim()
	return nil
}

// inTick commits batches of one tick by their own records.
func (w *writer) inTick(p *plan) error {
	// Earlier commits without a flush come before this one, so they must not be lost when it is not. Their files but this one.
	t := p.targets[0]
	for id := range w.dirty {
		if id != t.file.ID {
			if err := w.flush(); err != nil {
				return err
			}
			break
		}
	}
	start, end := t.file.Length, t.file.Length+t.bytes
	onePage := start/pageBytes == (end-1)/pageBytes
	if err := w.copy(t, false, onePage); err != nil {
		return w.undo(p, err, ErrUnknownOutcome)
	}
	if !onePage {
		// The batches, before the records: within one page a checksum tells whether all of a batch is there.
		if err := w.flushFiles(p.targets); err != nil {
			return err
		}
		if err := w.records(t); err != nil {
			return w.undo(p, err, ErrUnknownOutcome)
		}
	}
	// The commit point: flushed, the records survive a power cut.
	if err := w.flushFiles(p.targets); err != nil {
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
	w.changed[t.file.ID] = true
	w.loose += t.bytes
	w.trim()
	return nil
}

// records writes the records that copy left out.
func (w *writer) records(t *target) error {
	h, err := w.handle(t)
	if err != nil {
		return err
	}
	at := t.file.Length
	if region := t.region; region != nil {
		// In one write, from the first record to the last. The bytes between are there already, and stay what they are.
		t.region = nil
		defer w.s.buffers.put(region)
		first := t.batches[0].stored
		for i := range t.batches {
			b := &t.batches[i]
			at += b.stored
			off := at - t.file.Length
			tick.AppendRecord(region[:off], w.record(b, false))
			at += tick.RecordBytes
		}
		_, err := h.f.WriteAt(region[first:t.bytes], t.file.Length+first)
		return err
	}
	for i := range t.batches {
		b := &t.batches[i]
		at += b.stored
		rec := tick.AppendRecord(nil, w.record(b, false))
		if _, err := h.f.WriteAt(rec, at); err != nil {
			return err
		}
		at += tick.RecordBytes
	}
	return nil
}

// poison ends all writing, for kind and cause.
func (w *writer) poison(cause, kind error) error {
	w.err.CompareAndSwap(nil, &poison{cause})
	w.s.opts.Log.Error("no more writes until the store is reopened", "error", cause)
	return fmt.Errorf("%w: %w", kind, cause)
}

// makeStream makes a stream's directory.
func (w *writer) makeStream(id StreamID) error {
	if err := w.s.fs.MakeDir(streamDir(w.s.dir, id)); err != nil {
		return err
	}
	// The name, before the MANIFEST says that there is such a stream.
	if err := w.s.fs.SyncDir(filepath.Join(w.s.dir, "streams")); err != nil {
		return w.poison(err, ErrPoisoned)
	}
	return nil
}

func freshDirs(dir string, targets []*target) []string {
	var dirs []string
	for _, t := range targets {
		if d := streamDir(dir, StreamID(t.file.Stream)); t.fresh && !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	return dirs
}

// publish makes the next generation current.
func (w *writer) publish(p *plan) {
	w.Counters, w.last = p.counters, p.last
	w.settled() // the writing marked what is not
	g := w.s.chain.current.Load()
	changed := make([]*file, len(p.targets), len(p.targets)+len(p.swap.add))
	for i, t := range p.targets {
		f := t.after
		f.runs = t.file.runs
		at := t.file.Length
		var runs []*run // of batches that follow each other
		for _, b := range t.batches {
			end := at + b.stored + tick.RecordBytes
			if b.run != nil {
				b.run.place(at, end, b.arrival, b.seq)
				runs = append(runs, b.run)
			} else {
				f.cool(b.min, b.max)
			}
			if b.run == nil { // the next one does not follow the last
				f.runs, runs = addRuns(f.runs, runs), nil
			}
			f.arrivals = b.arrival + uint64(b.events)
			at = end
		}
		f.runs = addRuns(f.runs, runs)
		changed[i] = &f
	}
	changed = append(changed, p.swap.add...)
	more, obsolete := w.retire(g, p)
	n := g.with(p.edit.schema, append(changed, more...), p.swap.remove...)
	w.settle(p.swap.arrivals)
	n.arrival, n.pending = w.Arrival, w.pending
	n.evict(w.s.opts.RAMBytes)
	w.s.publish(n, obsolete...)
	if w.man.Grown() {
		if err := w.man.Checkpoint(); err != nil {
			if errors.Is(err, manifest.ErrOutcome) {
				_ = w.poison(err, ErrPoisoned) // told to the next writer; this commit is durable
			} else {
				w.s.opts.Log.Warn("MANIFEST was not rewritten", "error", err)
			}
		}
	}
}
