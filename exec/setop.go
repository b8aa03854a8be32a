package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// setOp counts the rows of its right side, and then lets rows of the left one pass or not. Rows for whose groups there is no memory are put aside, the right
// ones and the left ones by the same hash, so that a right part and the left one beside it are a set operation of their own.
type setOp struct {
	n           *plan.SetOp
	left, right plan.Batches
	table       *keyed  // nil: rows without columns are all the same
	counts      []int64 // by group: rows of the right side that are left to be matched
	passed      []bool  // by group: a row of it has passed
	counted     bool
	done        bool
	stats       *NodeStats

	asideLeft, asideRight *parts
	aside                 []*stored // the right parts, once counted
	rest                  []sides

	of   []int32
	rows []int32
}

// sides are parts of the left and of the right side that have the same keys; either may be nil.
type sides struct {
	left, right *stored
	solid       bool // of a join: spreading them again is of no use
}

func (s sides) close() {
	for _, x := range []*stored{s.left, s.right} {
		if x != nil {
			x.Close()
		}
	}
}

func openSetOp(ctx context.Context, n *plan.SetOp, rt *Runtime) (plan.Batches, error) {
	s := &setOp{n: n, stats: rt.Stats.Of(n)}
	var keys []types.OID
	for _, c := range n.Cols {
		keys = append(keys, c.Type)
	}
	if len(keys) > 0 {
		s.table = newKeyed(rt, keys)
	}
	var err error
	if s.left, err = build(ctx, n.Left, rt); err != nil {
		return nil, err
	}
	if s.right, err = build(ctx, n.Right, rt); err != nil {
		s.left.Close()
		return nil, err
	}
	return s, nil
}

// assign finds the group of each row of b, making new ones, and gives the rows that have one.
func (s *setOp) assign(ctx context.Context, b *column.Batch, aside **parts) (column.Selection, error) {
	if cap(s.of) < b.Len {
		s.of = make([]int32, max(b.Len, column.BatchRows))
	}
	s.of = s.of[:b.Len]
	sel, groups := b.Sel, 1
	if s.table == nil {
		clear(s.of)
	} else {
		var err error
		if sel, err = s.table.assign(ctx, b, b.Cols, s.of, 9*int64(cap(s.counts)), 18, aside); err != nil {
			return nil, err
		}
		groups = s.table.hash.len()
	}
	for len(s.counts) < groups {
		s.counts, s.passed = append(s.counts, 0), append(s.passed, false)
	}
	return sel, nil
}

// count takes the right side in.
func (s *setOp) count(ctx context.Context) error {
	var in column.Batch
	for {
		if err := ended(ctx); err != nil {
			return err
		}
		ok, err := s.right.Next(ctx, &in)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		sel, err := s.assign(ctx, &in, &s.asideRight)
		if err != nil {
			return err
		}
		for i := range each(sel, in.Len) {
			s.counts[s.of[i]]++
		}
	}
	s.right.Close()
	if s.table != nil {
		var err error
		if s.aside, err = s.table.split(s.asideRight); err != nil {
			return err
		}
		s.asideRight = nil
	}
	s.counted = true
	return nil
}

func (s *setOp) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for !s.done {
		if err := ended(ctx); err != nil {
			return false, err
		}
		if !s.counted {
			if err := s.count(ctx); err != nil {
				return false, err
			}
		}
		ok, err := s.left.Next(ctx, b)
		if err != nil {
			return false, err
		}
		if !ok {
			if err := s.again(); err != nil {
				return false, err
			}
			continue
		}
		sel, err := s.assign(ctx, b, &s.asideLeft)
		if err != nil {
			return false, err
		}
		s.rows = room(s.rows, b.Len)
		for i := range each(sel, b.Len) {
			if s.passes(s.of[i]) {
				s.rows = append(s.rows, int32(i))
			}
		}
		if len(s.rows) > 0 {
			b.Sel = s.rows
			return true, nil
		}
	}
	return false, nil
}

// again begins with the next parts where some are left.
func (s *setOp) again() error {
	s.left.Close()
	if s.table == nil {
		s.done = true
		return nil
	}
	lefts, err := s.table.split(s.asideLeft)
	if err != nil {
		return err
	}
	s.asideLeft = nil
	s.table.took.parts++
	for i := range max(len(lefts), len(s.aside)) {
		var next sides
		if i < len(lefts) {
			next.left = lefts[i]
		}
		if i < len(s.aside) {
			next.right = s.aside[i]
		}
		if next.left == nil || next.left.rows == 0 { // nothing can pass
			next.close()
			continue
		}
		s.rest = append(s.rest, next)
	}
	s.aside = nil
	if len(s.rest) == 0 {
		s.done = true
		return nil
	}
	last := len(s.rest) - 1
	next := s.rest[last]
	s.rest = s.rest[:last]
	s.left, s.counted = next.left, next.right == nil
	if next.right != nil {
		s.right = next.right
	}
	s.counts, s.passed = nil, nil
	s.table.again(next.left.level)
	return nil
}

// passes decides for one more left row of a group.
func (s *setOp) passes(g int32) bool {
	matched := s.counts[g] > 0
	if s.n.All {
		if matched {
			s.counts[g]--
		}
		return matched != s.n.Except
	}
	if s.passed[g] || matched == s.n.Except {
		return false
	}
	s.passed[g] = true
	return true
}

func (s *setOp) Close() {
	s.left.Close()
	s.right.Close()
	for _, p := range []*parts{s.asideLeft, s.asideRight} {
		if p != nil {
			p.close()
		}
	}
	for _, x := range s.aside {
		x.Close()
	}
	for _, x := range s.rest {
		x.close()
	}
	s.aside, s.rest = nil, nil
	if s.table != nil {
		s.table.note(s.stats)
		s.table.meter.release()
	}
}
