package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// serialScan draws one fragment after the other on the caller's goroutine.
type serialScan struct {
	fragments []engine.Fragment // that are not yet closed
	slot      slot
	left      int64 // rows that are still wanted, -1 all
}

func newSerialScan(p *pipeline, fragments []engine.Fragment) plan.Batches {
	return &serialScan{
		fragments: fragments, left: p.scan.Limit,
		slot: slot{meter: meter{acc: p.rt.Memory}, stats: p.rt.Stats.Of(p.scan)},
	}
}

func (s *serialScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for len(s.fragments) > 0 && s.left != 0 {
		more, err := s.slot.draw(ctx, s.fragments[0], s.quota)
		if err != nil {
			return false, err
		}
		if !more {
			s.fragments[0].Close()
			s.fragments = s.fragments[1:]
			continue
		}
		if s.slot.view.Rows() > 0 {
			*b = s.slot.view
			return true, nil
		}
	}
	return false, nil
}

func (s *serialScan) quota(rows int) int {
	if s.left < 0 {
		return rows
	}
	n := min(int64(rows), s.left)
	s.left -= n
	return int(n)
}

func (s *serialScan) Close() {
	for _, f := range s.fragments {
		f.Close()
	}
	s.fragments = nil
	s.slot.meter.release()
}
