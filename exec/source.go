package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// sourceScan draws from a plan.Source into a batch of its own.
type sourceScan struct {
	from plan.Batches
	in   column.Batch
	want int
	name string
}

func openSource(ctx context.Context, n *plan.SourceScan, rt *Runtime) (plan.Batches, error) {
	filters := make([]plan.Expr, len(n.Filters))
	for i, f := range n.Filters {
		filters[i] = bindParams(rt, f)
	}
	from, err := n.Source.Open(ctx, rt.Env, n.Want, filters)
	if err != nil {
		return nil, err
	}
	return &sourceScan{from: from, want: len(n.Want), name: n.Name}, nil
}

// bindParams replaces parameters by their values, which sources don't know.
func bindParams(rt *Runtime, e plan.Expr) plan.Expr {
	return plan.Transform(e, func(x plan.Expr) plan.Expr {
		if p, ok := x.(*plan.Param); ok && p.Index < len(rt.Params) {
			return &plan.Const{Typed: p.Typed, Value: rt.Params[p.Index]}
		}
		return x
	})
}

func (s *sourceScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := s.from.Next(ctx, &s.in)
		if !ok || err != nil {
			return false, because(ctx, err)
		}
		if len(s.in.Cols) != s.want {
			return false, types.Errorf(types.CodeInternalError, "%s yields %d columns of %d", s.name, len(s.in.Cols), s.want)
		}
		if s.in.Rows() > 0 {
			*b = s.in
			return true, nil
		}
	}
}

func (s *sourceScan) Close() {
	if s.from != nil {
		s.from.Close()
		s.from = nil
	}
}
