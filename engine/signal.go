package engine

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flare-pg/flare-pg/engine/index"
	"github.com/flare-pg/flare-pg/nql"
)

// applicable lists the signals whose conjuncts are all among those of a predicate: every event that the predicate wants is one
// that the signal has noted. Conjuncts are compared as printed, parameters in their places.
func applicable(signals []*Signal, where nql.Expr) []*Signal {
	if len(signals) == 0 || where == nil {
		return nil
	}
	have := conjunctsOf(where)
	var out []*Signal
	for _, g := range signals {
		if len(g.conjuncts) > 0 && !slices.ContainsFunc(g.conjuncts, func(c string) bool { return !slices.Contains(have, c) }) {
			out = append(out, g)
		}
	}
	return out
}

// filtered is a signal's bitmap of one span, for a scan.
type filtered struct {
	name string
	set  *roaring.Bitmap
}

// indexPath is where a span's index for a signal lies.
func indexPath(f *file, signal SignalID) string { return index.Path(f.path, uint64(signal)) }

// readIndex reads a span's index for a signal. Where it is damaged it is put on the list of what maintenance builds anew; a scan
// goes on without it, since an index only leaves out what does not match.
func (s *Store) readIndex(f *file, g *Signal) *roaring.Bitmap {
	if s.maint.isBroken(f.ID, g.ID) {
		return nil
	}
	b, err := readSmall(s.fs, indexPath(f, g.ID))
	var x *index.Index
	if err == nil {
		x, err = index.Decode(b, indexPath(f, g.ID))
	}
	if err == nil && !agrees(x, f, g) {
		err = &DamageError{File: indexPath(f, g.ID), What: "index is another's"}
	}
	if err != nil {
		s.opts.Log.Warn("an index can't be used; it will be built anew", "error", err)
		s.maint.broken(f.ID, g.ID)
		return nil
	}
	return x.Set
}

// agrees reports whether an index is of that span and that signal.
func agrees(x *index.Index, f *file, g *Signal) bool {
	known := f.Indexes[uint64(g.ID)]
	return x.Span == f.ID && x.Signal == uint64(g.ID) && int64(x.Pages) == known.Pages && int64(x.Set.GetCardinality()) == known.Set &&
		x.Predicate == index.Sum(nql.Print(g.Where))
}
