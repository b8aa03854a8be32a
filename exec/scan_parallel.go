package exec

import (
	"context"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// parallelScan draws the fragments on several goroutines and yields their batches as they come. Slots bound
// what is under way: a worker without a free slot waits, so a slow client slows the scan.
type parallelScan struct {
	*crew
	workers int
	slots   []*slot
	free    chan *slot
	full    chan *slot // closed when the last worker ends
	running atomic.Int64
	left    atomic.Int64 // rows that are still wanted; only where limited
	limited bool
	started bool
	shown   *slot // holds the batch that the caller has
}

func newParallelScan(p *pipeline, fragments []engine.Fragment, workers int) *parallelScan {
	s := &parallelScan{crew: newCrew(plan.Title(p.scan), fragments), workers: workers}
	s.limited = p.scan.Limit >= 0
	s.left.Store(p.scan.Limit)
	n := 2*workers + 1
	s.free, s.full = make(chan *slot, n), make(chan *slot, n)
	for range n {
		sl, err := newSlot(p)
		if err != nil { // compiled before without one
			s.fail(err)
			break
		}
		s.slots = append(s.slots, sl)
		s.free <- sl
	}
	return s
}

func (s *parallelScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	if !s.started {
		s.started = true
		s.running.Store(int64(s.workers))
		for range s.workers {
			s.start(s.work, func() {
				if s.running.Add(-1) == 0 {
					close(s.full)
				}
			})
		}
	}
	if s.shown != nil {
		s.free <- s.shown // has room for all slots
		s.shown = nil
	}
	select {
	case sl, ok := <-s.full:
		if !ok {
			return false, s.outcome()
		}
		s.shown = sl
		*b = sl.view
		return true, nil
	case <-ctx.Done():
		s.cancel(context.Cause(ctx))
		return false, context.Cause(ctx)
	}
}

// work draws fragments until there are none.
func (s *parallelScan) work() error {
	for {
		f := s.take()
		if f == nil {
			return nil
		}
		if err := s.drain(f); err != nil {
			return err
		}
		if s.limited && s.left.Load() <= 0 {
			return nil
		}
	}
}

func (s *parallelScan) drain(f engine.Fragment) error {
	defer f.Close()
	for {
		var sl *slot
		select {
		case sl = <-s.free:
		case <-s.ctx.Done():
			return nil // closed, or failed elsewhere
		}
		more, err := sl.draw(s.ctx, f, s.quota)
		switch {
		case err != nil && s.ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case !more || sl.view.Rows() == 0:
			s.free <- sl
		default:
			s.full <- sl // has room for all slots
		}
		if !more || s.limited && s.left.Load() <= 0 {
			return nil
		}
	}
}

func (s *parallelScan) quota(rows int) int {
	if !s.limited {
		return rows
	}
	after := s.left.Add(-int64(rows))
	if after >= 0 {
		return rows
	}
	return max(0, rows+int(max(after, -int64(rows))))
}

func (s *parallelScan) Close() {
	s.close()
	for _, sl := range s.slots {
		sl.meter.release()
	}
	s.slots = nil
}
