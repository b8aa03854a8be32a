package engine

import (
	"errors"
	"maps"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/manifest"
)

// errChanged: a file that a maintenance transaction began with is not what it was. The transaction is given up.
var errChanged = errors.New("file was changed meanwhile")

// indexed is an index that was built.
type indexed struct {
	file   *file
	signal SignalID
	manifest.Index
}

// filterBuilt is a filter file that was built.
type filterBuilt struct {
	file   *file
	length int64
}

func (s *Schema) signal(id SignalID) *Signal {
	for _, g := range s.Signals {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// beginIDs sets the ids that are given next.
func (s *Store) beginIDs(st *manifest.State) {
	stream, signal := max(st.NextStream, 1), max(st.NextSignal, 1)
	for id := range st.Streams {
		stream = max(stream, id+1)
	}
	for id := range st.Signals {
		signal = max(signal, id+1)
	}
	s.streamIDs.Store(stream)
	s.signalIDs.Store(signal)
}

// publish makes g current, noting when.
func (s *Store) publish(g *generation, obsolete ...string) {
	if s.opts.Now != nil {
		g.since = s.opts.Now()
	}
	s.chain.publish(g, obsolete...)
}

// retire lets go of what a plan removes: open handles, and what is remembered of the files. It gives the files whose indexes have
// changed, and the paths that are obsolete when the generation before the next has ended.
func (w *writer) retire(g *generation, p *plan) (changed []*file, obsolete []string) {
	gone := map[uint64]bool{}
	for _, f := range p.swap.remove {
		gone[f.ID] = true
		obsolete = append(obsolete, f.path)
		for id := range f.Indexes {
			obsolete = append(obsolete, indexPath(f, SignalID(id)))
		}
		if f.Filter > 0 {
			obsolete = append(obsolete, filter.Path(f.path))
		}
		w.forget(f.ID)
	}
	copies := map[uint64]*file{}
	change := func(f *file) *file {
		c := copies[f.ID]
		if c == nil {
			x := *f
			x.Indexes = maps.Clone(f.Indexes)
			if x.Indexes == nil {
				x.Indexes = map[uint64]manifest.Index{}
			}
			c = &x
			copies[f.ID] = c
			changed = append(changed, c)
		}
		return c
	}
	for _, x := range p.swap.index {
		if f := g.file(x.file); f != nil && !gone[f.ID] {
			change(f).Indexes[uint64(x.signal)] = x.Index
		}
	}
	for _, x := range p.swap.filter {
		if f := g.file(x.file); f != nil && !gone[f.ID] {
			change(f).Filter = x.length
		}
	}
	for _, sig := range g.schema.Signals {
		if p.edit.schema.signal(sig.ID) != nil {
			continue
		}
		for _, f := range g.files[sig.Stream] {
			if _, there := f.Indexes[uint64(sig.ID)]; there && !gone[f.ID] {
				delete(change(f).Indexes, uint64(sig.ID))
				obsolete = append(obsolete, indexPath(f, sig.ID))
			}
		}
	}
	return changed, obsolete
}

// forget closes a file that nothing is appended to any more.
func (w *writer) forget(id uint64) {
	if h := w.handles[id]; h != nil {
		delete(w.handles, id)
		if err := h.f.Close(); err != nil {
			w.s.opts.Log.Warn("closing a tick", "error", err) // flushed already, so nothing is lost
		}
	}
	delete(w.changed, id)
	delete(w.dirty, id)
}
