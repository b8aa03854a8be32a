package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// stage turns one batch into another, without memory of earlier ones: a filter or a projection. It has
// scratch vectors, and is used by one goroutine.
type stage interface {
	// apply changes the fields of b; not the vectors, nor the elements of b.Cols, which belong to the producer.
	apply(b *column.Batch) error
}

// newStage makes the stage of a Filter or Project.
func newStage(rt *Runtime, n plan.Node) (stage, error) {
	switch n := n.(type) {
	case *plan.Filter:
		cond, err := compile(rt, n.Cond)
		if err != nil {
			return nil, err
		}
		return &filterStage{filter: newFilter(cond), stats: rt.Stats.Of(n)}, nil
	case *plan.Project:
		exprs, err := compileAll(rt, n.Exprs)
		if err != nil {
			return nil, err
		}
		return &projectStage{exprs: exprs, stats: rt.Stats.Of(n)}, nil
	}
	return nil, types.Errorf(types.CodeInternalError, "%T is not a stage", n)
}

type filterStage struct {
	filter *filter
	stats  *NodeStats
}

func (s *filterStage) apply(b *column.Batch) error {
	sel, err := s.filter.apply(b, b.Sel)
	if err != nil {
		return err
	}
	b.Sel = sel
	s.stats.count(b)
	return nil
}

type projectStage struct {
	exprs []evaluator
	cols  []*column.Vector
	stats *NodeStats
}

func (s *projectStage) apply(b *column.Batch) error {
	s.cols = s.cols[:0]
	for _, e := range s.exprs {
		v, err := e.eval(b, b.Sel)
		if err != nil {
			return err
		}
		s.cols = append(s.cols, v)
	}
	b.Cols = s.cols
	s.stats.count(b)
	return nil
}

// staged runs stages over what its input yields.
type staged struct {
	input  plan.Batches
	stages []stage
	in     column.Batch
}

func (s *staged) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := s.input.Next(ctx, &s.in)
		if !ok || err != nil {
			return false, err
		}
		*b = s.in
		if err := applyAll(s.stages, b); err != nil {
			return false, err
		}
		if b.Rows() > 0 {
			return true, nil
		}
	}
}

func (s *staged) Close() { s.input.Close() }

// applyAll runs a batch through stages, until no row is left.
func applyAll(stages []stage, b *column.Batch) error {
	for _, st := range stages {
		if b.Rows() == 0 {
			return nil
		}
		if err := st.apply(b); err != nil {
			return err
		}
	}
	return nil
}

// pipeline is a stream scan with the filters and projections right above it, which run wherever a fragment is drawn.
type pipeline struct {
	rt    *Runtime
	scan  *plan.Scan
	above []plan.Node // Filter and Project, from the scan upwards
}

// pipelineOf recognises a pipeline with n on top.
func pipelineOf(n plan.Node, rt *Runtime) (*pipeline, bool) {
	p := &pipeline{rt: rt}
	for {
		switch x := n.(type) {
		case *plan.Scan:
			p.scan = x
			for i, j := 0, len(p.above)-1; i < j; i, j = i+1, j-1 {
				p.above[i], p.above[j] = p.above[j], p.above[i]
			}
			return p, true
		case *plan.Filter:
			p.above, n = append(p.above, x), x.Input
		case *plan.Project:
			p.above, n = append(p.above, x), x.Input
		default:
			return nil, false
		}
	}
}

// stages compiles the pipeline's stages once more, for one more goroutine.
func (p *pipeline) stages() ([]stage, error) {
	var out []stage
	for _, n := range p.above {
		s, err := newStage(p.rt, n)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
