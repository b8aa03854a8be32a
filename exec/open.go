package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// open is Open: the operators of n behind a guard against panics and against callers who reuse a batch elsewhere.
func open(ctx context.Context, n plan.Node, rt *Runtime) (b plan.Batches, err error) {
	defer guard(plan.Title(n), &err)
	if err := ended(ctx); err != nil {
		return nil, err
	}
	if rt.frame != nil { // within a statement: what is opened here is closed by itself
		rt = rt.within(nil)
	}
	rt = rt.framed()
	rt.waits()
	in, err := build(ctx, n, rt)
	if err != nil {
		rt.frame.close()
		return nil, err
	}
	return &root{input: in, title: plan.Title(n), frame: rt.frame}, nil
}

// root is what Open returns.
type root struct {
	input plan.Batches
	title string
	frame *frame
	batch column.Batch
	err   error // once failed, failed
	done  bool
}

func (r *root) Next(ctx context.Context, b *column.Batch) (ok bool, err error) {
	if r.err != nil || r.done {
		return false, r.err
	}
	defer func() {
		r.err, r.done = err, !ok
	}()
	defer guard(r.title, &err)
	if err := ended(ctx); err != nil {
		return false, err
	}
	ok, err = r.input.Next(ctx, &r.batch)
	if err != nil {
		return false, because(ctx, err)
	}
	*b = r.batch
	return ok, nil
}

func (r *root) Close() {
	if r.input != nil {
		r.input.Close()
		r.frame.close()
		r.input = nil
	}
	r.done = true
}

// build makes the operator of a node.
func build(ctx context.Context, n plan.Node, rt *Runtime) (plan.Batches, error) {
	b, err := operator(ctx, n, rt)
	if err != nil {
		return nil, err
	}
	if s := rt.Stats.Of(n); s != nil {
		switch n.(type) {
		case *plan.Scan, *plan.Filter, *plan.Project: // these count for themselves, also in workers
		default:
			b = &counted{Batches: b, stats: s}
		}
	}
	return b, nil
}

func operator(ctx context.Context, n plan.Node, rt *Runtime) (plan.Batches, error) {
	if p, ok := pipelineOf(n, rt); ok {
		return openPipeline(p)
	}
	switch n := n.(type) {
	case *plan.Follow:
		return openFollow(n, rt)
	case *plan.SourceScan:
		return openSource(ctx, n, rt)
	case *plan.Values:
		return newValues(n, rt), nil
	case *plan.Filter:
		return openStage(ctx, n, n.Input, rt)
	case *plan.Project:
		return openStage(ctx, n, n.Input, rt)
	case *plan.Aggregate:
		return openAggregate(ctx, n, rt)
	case *plan.Expand:
		return openExpand(ctx, n, rt)
	case *plan.IfEmpty:
		return openIfEmpty(ctx, n, rt)
	case *plan.Window:
		return openWindow(ctx, n, rt)
	case *plan.Sort:
		return openSort(ctx, n, rt)
	case *plan.Limit:
		return openLimit(ctx, n, rt)
	case *plan.Distinct:
		return openDistinct(ctx, n, rt)
	case *plan.Append:
		return openAppend(ctx, n, rt)
	case *plan.Join:
		return openJoin(ctx, n, rt)
	case *plan.FunctionScan:
		return openFunctions(ctx, n, rt)
	case *plan.Apply:
		return openApply(ctx, n, rt)
	case *plan.SetOp:
		return openSetOp(ctx, n, rt)
	case *plan.Insert, *plan.Delete:
		if rt.Modify == nil {
			return nil, types.Errorf(types.CodeInternalError, "nothing can be written here")
		}
		return rt.Modify(ctx, n, rt)
	case *plan.With:
		return openWith(ctx, n, rt)
	case *plan.CTEScan:
		return openCTEScan(n, rt)
	case *plan.Recursion:
		return openRecursion(ctx, n, rt)
	case *plan.WorkScan:
		return openWorkScan(n, rt)
	}
	return nil, types.Errorf(types.CodeFeatureNotSupported, "plan node %T is not supported", n)
}

func openStage(ctx context.Context, n, input plan.Node, rt *Runtime) (plan.Batches, error) {
	st, err := newStage(rt, n)
	if err != nil {
		return nil, err
	}
	in, err := build(ctx, input, rt)
	if err != nil {
		return nil, err
	}
	if s, ok := in.(*staged); ok {
		s.stages = append(s.stages, st)
		return s, nil
	}
	return &staged{input: in, stages: []stage{st}}, nil
}
