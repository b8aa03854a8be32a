package exec

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// followEvery is how often a stream that is followed is looked at, at most: what many small commits bring in that time comes in one batch.
const followEvery = 20 * time.Millisecond

// idleEvery is how often who waits looks whether to go on waiting.
const idleEvery = time.Second

// following yields what each generation has that the one before it had not, in order of time, and waits for the next. It holds the generation that it has
// read last, and none before, so that files can go.
type following struct {
	rt   *Runtime
	scan *plan.Scan
	tx   *engine.ReadTx   // the newest generation that was looked at
	seen *engine.Arrivals // what the one before it had
	rows plan.Batches     // of tx; nil: all were drawn
	last time.Time        // when it was looked at
}

func openFollow(n *plan.Follow, rt *Runtime) (plan.Batches, error) {
	if rt.Tx == nil {
		return nil, types.Errorf(types.CodeInternalError, "a scan without a read transaction")
	}
	return &following{rt: rt, scan: n.Input, tx: rt.Tx.Retain()}, nil
}

// Next implements plan.Batches.
func (f *following) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		if err := ended(ctx); err != nil {
			return false, err
		}
		if f.rows != nil {
			ok, err := f.rows.Next(ctx, b)
			if ok || err != nil {
				return ok, err
			}
			f.rows.Close()
			f.rows = nil
		}
		if err := f.wait(ctx); err != nil {
			return false, err
		}
		if err := f.look(); err != nil {
			return false, err
		}
	}
}

// wait goes on to the next generation.
func (f *following) wait(ctx context.Context) error {
	if err := f.idle(); err != nil {
		return err
	}
	if rest := followEvery - time.Since(f.last); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	later, err := f.later(ctx)
	if err != nil {
		return err
	}
	f.seen = f.tx.Arrivals()
	f.tx.Close()
	f.tx, f.last = later, time.Now()
	return nil
}

// later waits for the next generation.
func (f *following) later(ctx context.Context) (*engine.ReadTx, error) {
	for {
		short, cancel := context.WithTimeout(ctx, idleEvery)
		later, err := f.tx.Later(short)
		cancel()
		if err == nil || ctx.Err() != nil {
			return later, err
		}
		if err := f.idle(); err != nil {
			return nil, err
		}
	}
}

func (f *following) idle() error {
	if f.rt.Idle == nil {
		return nil
	}
	return f.rt.Idle()
}

// look begins to read what is new.
func (f *following) look() error {
	if f.tx.Schema().Stream(f.scan.Stream) == nil {
		return types.Errorf(types.CodeUndefinedTable, "stream %q has been dropped", f.scan.StreamName)
	}
	spec, some, err := specOf(f.rt, f.scan)
	if err != nil || !some {
		return err
	}
	spec.Stage, spec.Except, spec.Order = nil, f.seen, nql.Ascending
	fragments, err := f.tx.Scan(spec)
	if err != nil {
		return err
	}
	f.rows = newSerialScan(&pipeline{rt: f.rt, scan: f.scan}, fragments)
	return nil
}

// Close implements plan.Batches.
func (f *following) Close() {
	if f.rows != nil {
		f.rows.Close()
		f.rows = nil
	}
	f.tx.Close()
}
