package exec

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// keySet is different rows, nulls being alike, of which there may be more than there is memory for. New ones go into a hash table. When that has no room, its rows
// become a run, a temporary file in which they lie by their hashes (keyset_run.go). As many runs of a level as mergedRuns become one of the next:
//
//	hash table ─▶ run ┐
//	              run ┼─▶ run ┐
//	              run ┘   run ┼─▶ run
type keySet struct {
	rt     *Runtime
	types  []types.OID
	same   ordering
	hash   *groups
	hasher *rowHasher
	meter  meter
	beside int64 // bytes that its owner will need besides
	levels [][]*keyRun
	mu     sync.Mutex // of buf, and of the runs' files while rows are looked up
	buf    []byte

	probe *keyProbe // of add
	of    []int32
	part  []int32
	fresh []int32
}

// mergedRuns is how many runs of one level are merged.
const mergedRuns = 6

// fewRows is as many as there has to be room for at once: a run of less is not worth its file.
const fewRows = 64

func newKeySet(rt *Runtime, keyTypes []types.OID) *keySet {
	var keys []plan.SortKey
	for i, t := range keyTypes {
		keys = append(keys, plan.SortKey{Expr: &plan.Ref{Typed: plan.Typed{OID: t, Mod: -1}, Index: i}})
	}
	return &keySet{rt: rt, types: keyTypes, same: newOrdering(keys), hash: newGroups(keyTypes), hasher: newRowHasher(keyTypes), meter: rt.hashMeter()}
}

// spilled reports whether some rows are in files.
func (s *keySet) spilled() bool { return len(s.levels) > 0 }

// bytes is the memory that is held.
func (s *keySet) bytes() int64 { return s.hash.bytes() + s.runBytes() }

func (s *keySet) runBytes() int64 {
	var n int64
	for _, level := range s.levels {
		for _, r := range level {
			n += r.bytes()
		}
	}
	return n
}

// leaving is what it takes to write a table of so many rows as a run: hashes and an order, and blocks.
func (s *keySet) leaving(rows int) int64 { return 24*int64(rows) + 6*keyBlock }

// add takes rows sel of n in and gives those that were not there before. They are good until the next call.
func (s *keySet) add(ctx context.Context, n int, sel column.Selection, cols []*column.Vector) (column.Selection, error) {
	if cap(s.of) < n {
		s.of = make([]int32, max(n, column.BatchRows))
	}
	s.of = s.of[:n]
	s.part, s.fresh = room(s.part, n), room(s.fresh, n)
	for i := range each(sel, n) {
		s.part = append(s.part, int32(i))
	}
	for left := s.part; len(left) > 0; {
		k, err := s.room(ctx, cols, len(left))
		if err != nil {
			return nil, err
		}
		if err := s.take(ctx, n, left[:k], cols); err != nil {
			return nil, err
		}
		left = left[k:]
	}
	return s.fresh, nil
}

// take adds rows, for which there is room, to the table, and those that are new to fresh.
func (s *keySet) take(ctx context.Context, n int, rows column.Selection, cols []*column.Vector) error {
	if s.spilled() {
		if s.probe == nil {
			s.probe = newKeyProbe(s)
		}
		found, err := s.probe.find(ctx, n, rows, cols)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(i int32) bool { return found.Get(int(i)) })
	}
	seen := int32(s.hash.len())
	if err := s.hash.assign(n, rows, cols, s.of); err != nil {
		return err
	}
	for _, i := range rows {
		if s.of[i] == seen { // groups are numbered as they appear
			s.fresh = append(s.fresh, i)
			seen++
		}
	}
	return nil
}

// room reserves memory for as many of the next rows as it can.
func (s *keySet) room(ctx context.Context, cols []*column.Vector, rows int) (int, error) {
	need := func(n int) int64 { return s.bytes() + s.hash.growth(cols, n) }
	if !s.rt.spills() {
		return rows, s.meter.ensure(need(rows))
	}
	for n := rows; ; n = max(n/2, 1) {
		if s.meter.tryBeside(need(n), s.leaving(s.hash.len()+n)+s.beside) {
			return n, nil
		}
		if s.hash.len() > 0 {
			if err := s.flush(ctx); err != nil {
				return 0, err
			}
			n = 2 * rows // again with all of them
			continue
		}
		if n <= fewRows {
			return n, s.meter.ensure(need(n) + s.leaving(n))
		}
	}
}

// flush makes a run of the table's rows.
func (s *keySet) flush(ctx context.Context) error {
	n := s.hash.len()
	if err := s.meter.ensure(s.bytes() + s.leaving(n)); err != nil {
		return err
	}
	hashes := column.New(column.Int64)
	for _, h := range s.hasher.hash(n, nil, s.hash.keys) {
		hashes.AppendInt(int64(h))
	}
	s.hasher = newRowHasher(s.types) // its memory is as large as the table
	order := allRows(nil, n)
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(hashes.Ints[a], hashes.Ints[b]) })
	cols := append([]*column.Vector{hashes}, s.hash.keys...)
	w, err := s.newRun(int64(n))
	if err != nil {
		return err
	}
	err = w.writeRows(ctx, cols, order)
	s.hash = newGroups(s.types)
	if err := s.keep(w, 0, err); err != nil {
		return err
	}
	for level := 0; level < len(s.levels); level++ {
		if len(s.levels[level]) < mergedRuns {
			continue
		}
		if err := s.merge(ctx, level); err != nil {
			return err
		}
	}
	s.meter.shrink(s.bytes())
	return nil
}

// keep puts a run in its level, unless its writing failed.
func (s *keySet) keep(r *keyRun, level int, err error) error {
	if err != nil {
		r.file.close()
		return err
	}
	r.file.buf = nil
	for len(s.levels) <= level {
		s.levels = append(s.levels, nil)
	}
	s.levels[level] = append(s.levels[level], r)
	return nil
}

// merge makes one run of those of a level.
func (s *keySet) merge(ctx context.Context, level int) error {
	runs := s.levels[level]
	if err := s.meter.ensure(s.bytes() + int64(2*len(runs)+4)*keyBlock); err != nil {
		return err
	}
	rows := int64(0)
	for _, r := range runs {
		rows += r.rows
	}
	r, err := s.newRun(rows)
	if err != nil {
		return err
	}
	if err = s.keep(r, level+1, r.writeMerged(ctx, runs)); err != nil {
		return err
	}
	for _, old := range runs {
		old.file.close()
	}
	s.levels[level] = nil
	return nil
}

// some goes through all rows, a few at a time, until f is true of some; it reports whether there were such.
func (s *keySet) some(ctx context.Context, f func(cols []*column.Vector) bool) (bool, error) {
	if f(s.hash.keys) {
		return true, nil
	}
	var b column.Batch
	for _, level := range s.levels {
		for _, r := range level {
			for k := range r.places {
				if err := ended(ctx); err != nil {
					return false, err
				}
				if err := s.read(r, k, &b); err != nil {
					return false, err
				}
				if f(b.Cols[1:]) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

func (s *keySet) close() {
	for _, level := range s.levels {
		for _, r := range level {
			r.file.close()
		}
	}
	s.levels = nil
	s.hash = newGroups(s.types)
	s.meter.release()
}
