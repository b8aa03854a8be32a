package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// setOp counts the rows of its right side, and then lets rows of the left one pass or not.
type setOp struct {
	n           *plan.SetOp
	left, right plan.Batches
	hash        *groups // nil: rows without columns are all the same
	counts      []int64 // by group: rows of the right side that are left to be matched
	passed      []bool  // by group: a row of it has passed
	counted     bool
	meter       meter
	of          []int32
	rows        []int32
}

func openSetOp(ctx context.Context, n *plan.SetOp, rt *Runtime) (plan.Batches, error) {
	s := &setOp{n: n, meter: meter{acc: rt.Memory}}
	var keys []types.OID
	for _, c := range n.Cols {
		keys = append(keys, c.Type)
	}
	if len(keys) > 0 {
		s.hash = newGroups(keys)
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

// assign finds the group of each row of b, making new ones.
func (s *setOp) assign(b *column.Batch) error {
	if cap(s.of) < b.Len {
		s.of = make([]int32, max(b.Len, column.BatchRows))
	}
	s.of = s.of[:b.Len]
	clear(s.of)
	groups := 1
	if s.hash != nil {
		if err := s.meter.ensure(s.hash.bytes() + s.hash.growth(b.Cols, b.Rows()) + 9*int64(len(s.counts)+b.Rows())); err != nil {
			return err
		}
		if err := s.hash.assign(b.Len, b.Sel, b.Cols, s.of); err != nil {
			return err
		}
		groups = s.hash.len()
	}
	for len(s.counts) < groups {
		s.counts, s.passed = append(s.counts, 0), append(s.passed, false)
	}
	return nil
}

func (s *setOp) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if !s.counted {
		var in column.Batch
		for {
			if err := ended(ctx); err != nil {
				return false, err
			}
			ok, err := s.right.Next(ctx, &in)
			if err != nil {
				return false, err
			}
			if !ok {
				break
			}
			if err := s.assign(&in); err != nil {
				return false, err
			}
			for i := range each(in.Sel, in.Len) {
				s.counts[s.of[i]]++
			}
		}
		s.right.Close()
		s.counted = true
	}
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := s.left.Next(ctx, b)
		if !ok || err != nil {
			return false, err
		}
		if err := s.assign(b); err != nil {
			return false, err
		}
		s.rows = room(s.rows, b.Len)
		for i := range each(b.Sel, b.Len) {
			if s.passes(s.of[i]) {
				s.rows = append(s.rows, int32(i))
			}
		}
		if len(s.rows) > 0 {
			b.Sel = s.rows
			return true, nil
		}
	}
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
	s.meter.release()
}
