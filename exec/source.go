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
		var err error
		if filters[i], err = settle(rt, f); err != nil {
			return nil, err
		}
		if c, ok := filters[i].(*plan.Const); ok && c.Value.Kind == column.Bool && (c.Value.Null(0) || !c.Value.Bool(0)) {
			return noRows{}, nil // whatever the source has, the condition above would leave nothing of it
		}
	}
	from, err := n.Source.Open(ctx, rt.Env, n.Want, filters)
	if err != nil {
		return nil, err
	}
	return &sourceScan{from: from, want: len(n.Want), name: n.Name}, nil
}

// noRows yields nothing.
type noRows struct{}

func (noRows) Next(context.Context, *column.Batch) (bool, error) { return false, nil }
func (noRows) Close()                                            {}

// settle replaces what a filter says about this opening by constants: parameters, outer columns, and all else that reads no column, unless
// it fails; sources know none of them.
func settle(rt *Runtime, e plan.Expr) (plan.Expr, error) {
	switch x := e.(type) {
	case *plan.Const, *plan.Ref:
		return e, nil
	case *plan.Outer:
		if rt.frame != nil && x.Index < len(rt.frame.outer) {
			return &plan.Const{Typed: x.Typed, Value: rt.frame.outer[x.Index]}, nil
		}
	}
	if plan.IsStable(e) {
		if v, err := evalOne(rt, e); err == nil {
			return &plan.Const{Typed: plan.Typed{OID: e.Type(), Mod: e.Typmod()}, Value: v}, nil
		}
	}
	var failed error
	out := plan.MapOperands(e, func(x plan.Expr) plan.Expr {
		y, err := settle(rt, x)
		if err != nil {
			failed = err
			return x
		}
		return y
	})
	return out, failed
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
