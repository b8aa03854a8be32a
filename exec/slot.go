package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
)

// slot is the memory that one batch of a pipeline lives in: what a fragment filled, and the scratch
// vectors of the stages. It goes from a worker to the consumer and back, so that nothing is copied.
type slot struct {
	batch  column.Batch // the fragment's
	view   column.Batch // what the stages made of it
	stages []stage
	sel    []int32
	meter  meter
	stats  *NodeStats // the scan's
}

func newSlot(p *pipeline) (*slot, error) {
	stages, err := p.stages()
	if err != nil {
		return nil, err
	}
	return &slot{stages: stages, meter: meter{acc: p.rt.Memory}, stats: p.rt.Stats.Of(p.scan)}, nil
}

// draw fills the slot with the fragment's next batch; quota, when not nil, grants how many of so many rows are still wanted.
// more is false at the fragment's end. The view may have no rows.
func (s *slot) draw(ctx context.Context, f engine.Fragment, quota func(rows int) int) (more bool, err error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	ok, err := f.Next(ctx, &s.batch)
	if err != nil {
		return false, because(ctx, err)
	}
	if !ok {
		s.stats.fragment()
		return false, nil
	}
	if err := s.meter.ensure(bytesOf(s.batch.Cols)); err != nil {
		return false, err
	}
	s.view = s.batch
	if quota != nil {
		s.sel = clip(&s.view, quota(s.view.Rows()), s.sel)
	}
	s.stats.count(&s.view)
	return true, applyAll(s.stages, &s.view)
}
