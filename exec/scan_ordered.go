package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// slotsAhead is how many batches of one fragment are drawn before they are wanted.
const slotsAhead = 2

// orderedScan yields the fragments' batches in the fragments' order, while workers already draw some fragments
// that come later. A scan with a limit may be over after its first rows: it starts
// with one fragment, and looks one further ahead for each that didn't suffice.
type orderedScan struct {
	*crew
	p       *pipeline
	workers int
	left    int64 // rows that are still wanted, -1 all
	limited bool

	queues  []*lane // of the fragments that are begun and not yet drained, in order
	drained int     // fragments that have been
	spare   []*lane
	lanes   []*lane // all of them
	shown   *slot
	clipped []int32
}

// lane carries one fragment's batches from its worker to the consumer.
type lane struct {
	slots      []*slot
	free, full chan *slot
}

func newOrderedScan(p *pipeline, fragments []engine.Fragment, workers int) *orderedScan {
	return &orderedScan{
		crew: newCrew(plan.Title(p.scan), fragments), p: p, workers: workers,
		left: p.scan.Limit, limited: p.scan.Limit >= 0,
	}
}

func (s *orderedScan) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if err := ended(ctx); err != nil {
		return false, err
	}
	if s.shown != nil {
		s.queues[0].free <- s.shown
		s.shown = nil
	}
	for s.left != 0 {
		if err := s.begin(); err != nil {
			return false, err
		}
		if len(s.queues) == 0 {
			return false, s.outcome()
		}
		select {
		case sl, ok := <-s.queues[0].full:
			if !ok {
				if err := s.outcome(); err != nil {
					return false, err
				}
				s.spare = append(s.spare, s.queues[0])
				s.queues = s.queues[1:]
				s.drained++
				continue
			}
			s.shown = sl
			*b = sl.view
			if s.limited {
				s.clipped = clip(b, int(min(s.left, int64(b.Rows()))), s.clipped)
				s.left -= int64(b.Rows())
			}
			return true, nil
		case <-ctx.Done():
			s.cancel(context.Cause(ctx))
			return false, context.Cause(ctx)
		}
	}
	s.cancel(errClosed)
	return false, nil
}

// begin starts workers up to the number that may run now.
func (s *orderedScan) begin() error {
	want := s.workers
	if s.limited {
		want = min(want, s.drained+1)
	}
	for len(s.queues) < want {
		f := s.take()
		if f == nil {
			return nil
		}
		l, err := s.lane()
		if err != nil {
			f.Close()
			return err
		}
		s.queues = append(s.queues, l)
		s.start(func() error { return s.drain(f, l) }, func() { close(l.full) })
	}
	return nil
}

// lane returns a lane whose slots are all free.
func (s *orderedScan) lane() (*lane, error) {
	var l *lane
	if k := len(s.spare); k > 0 {
		l, s.spare = s.spare[k-1], s.spare[:k-1]
	} else {
		l = &lane{}
		s.lanes = append(s.lanes, l)
		for range slotsAhead + 1 {
			sl, err := newSlot(s.p)
			if err != nil {
				return nil, err
			}
			l.slots = append(l.slots, sl)
		}
	}
	l.free, l.full = make(chan *slot, len(l.slots)), make(chan *slot, len(l.slots))
	for _, sl := range l.slots {
		l.free <- sl
	}
	return l, nil
}

func (s *orderedScan) drain(f engine.Fragment, l *lane) error {
	defer f.Close()
	for {
		var sl *slot
		select {
		case sl = <-l.free:
		case <-s.ctx.Done():
			return nil
		}
		more, err := sl.draw(s.ctx, f, nil)
		switch {
		case err != nil && s.ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case !more:
			return nil
		case sl.view.Rows() == 0:
			l.free <- sl
		default:
			l.full <- sl
		}
	}
}

func (s *orderedScan) Close() {
	s.close()
	for _, l := range s.lanes {
		for _, sl := range l.slots {
			sl.meter.release()
		}
	}
	s.lanes = nil
}
