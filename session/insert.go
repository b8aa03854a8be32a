package session

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// insertion writes rows as events, a batch at a time, and shows what it wrote. What it reads sees what was there when its scans began, so INSERT … SELECT from the
// same stream ends.
type insertion struct {
	n        *plan.Insert
	rt       *exec.Runtime
	rows     plan.Batches
	batch    column.Batch
	w        *rowWriter
	returned *written
	shown    plan.Batches // of the events written last; nil: there are none
}

func (s *session) insertion(ctx context.Context, sc *scope, n *plan.Insert, rt *exec.Runtime) (plan.Batches, error) {
	i := &insertion{n: n, rt: rt}
	for _, stream := range sc.snapshot.Streams() {
		if stream.ID == n.Stream {
			i.w = s.newRowWriter(sc, stream, n.Targets)
		}
	}
	if i.w == nil {
		return nil, types.Errorf(types.CodeInternalError, "INSERT into stream %d, which does not exist", n.Stream)
	}
	if n.Returning != nil {
		i.returned = &written{reads: n.Returning.Reads}
		i.w.wrote = i.returned.add
	}
	var err error
	i.rows, err = exec.Open(ctx, n.Input, rt)
	return i, err
}

// Next implements plan.Batches.
func (i *insertion) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if i.shown != nil {
			ok, err := i.shown.Next(ctx, b)
			if ok || err != nil {
				return ok, err
			}
			i.shown.Close()
			i.shown, i.returned.events = nil, i.returned.events[:0]
		}
		ok, err := i.rows.Next(ctx, &i.batch)
		if err != nil {
			return false, err
		}
		if !ok {
			i.w.observe()
			return false, nil
		}
		if err := i.w.batch(&i.batch); err != nil {
			return false, err
		}
		if i.returned == nil {
			b.Cols, b.Sel, b.Len = b.Cols[:0], nil, i.batch.Rows()
			return true, nil
		}
		if i.shown, err = exec.Open(ctx, i.n.Returning.Over(i.returned), i.rt); err != nil {
			return false, err
		}
	}
}

// Close implements plan.Batches.
func (i *insertion) Close() {
	if i.shown != nil {
		i.shown.Close()
	}
	i.rows.Close()
}
