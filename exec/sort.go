package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// sortOp is the operator over a sorter.
type sortOp struct {
	input  plan.Batches
	sorter *sorter
	done   bool
	in     column.Batch
}

func openSort(ctx context.Context, n *plan.Sort, rt *Runtime) (plan.Batches, error) {
	if len(n.Keys) == 0 {
		return nil, types.Errorf(types.CodeInternalError, "a sort without keys")
	}
	s, err := newSorter(rt, n.Keys, n.Limit)
	if err != nil {
		return nil, err
	}
	s.stats = rt.Stats.Of(n)
	if s.bound = narrowingOf(n, s.order); s.bound != nil {
		narrowed := *rt
		narrowed.narrow = s.bound
		rt = &narrowed
	}
	in, err := build(ctx, n.Input, rt)
	if err != nil {
		return nil, err
	}
	return &sortOp{input: in, sorter: s}, nil
}

func (s *sortOp) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for !s.done {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := s.input.Next(ctx, &s.in)
		if err != nil {
			return false, err
		}
		if !ok {
			s.done = true
			s.input.Close()
			if err := s.sorter.finish(ctx); err != nil {
				return false, err
			}
			break
		}
		if err := s.sorter.add(ctx, &s.in); err != nil {
			return false, err
		}
	}
	return s.sorter.next(ctx, b)
}

func (s *sortOp) Close() {
	s.input.Close()
	s.sorter.close()
}
