package engine

import (
	"context"
	"errors"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/nql"
)

// fragment reads segments that overlap in time: one after the other, or, where an order is wanted, merged.
type fragment struct {
	spec      *Spec
	store     *Store
	segments  []segment
	from, to  int64
	shared    *shared
	dead      *deadStream
	predicate string

	q      *query // nil until it is drawn from
	own    query  // which it is then
	cur    cursor
	at     int // segments opened
	merged *merging
	closed bool
	held   int64 // reserved memory
	paged  int64
	sealed bool
}

// scanBytes is what an open segment takes: the window that is read and a decoded frame.
const scanBytes = tick.WindowBytes + 2*tick.FrameBytes

func (f *fragment) Bounds() (int64, int64) { return f.from, f.to }

func (f *fragment) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if f.closed {
		return false, errors.New("fragment is closed")
	}
	if f.q == nil {
		if err := f.reserve(scanBytes); err != nil {
			return false, err
		}
		f.own = query{store: f.store, from: f.from, to: f.to, scanFrom: f.spec.From, scanTo: f.spec.To, program: f.shared.program(), order: f.spec.Order, narrow: f.spec.Narrow, rows: column.BatchRows,
			counts: f.spec.counts(), anyOrder: f.spec.Order == nql.Unordered && (f.spec.AnyOrder || f.spec.Weighted),
			dead: f.dead, stats: f.spec.Stats, reserve: f.reserve, predicate: f.predicate, paged: &f.paged, sealed: &f.sealed, shared: f.shared}
		f.q = &f.own
		f.q.weighing = newWeighing(f.spec)
		if f.spec.Order != nql.Unordered {
			f.merged = newMerging(f)
		}
	}
	f.sealed = false
	if f.spec.Weighted {
		return f.nextWeighted(ctx, b)
	}
	b.Reset(f.q.program.Kinds())
	if f.merged != nil {
		return f.merged.next(ctx, b)
	}
	_, err := f.fill(ctx, b)
	return err == nil && b.Len > 0, err
}

// fill appends rows to b until it is full or the segments end, which more tells.
func (f *fragment) fill(ctx context.Context, b *column.Batch) (more bool, err error) {
	for {
		if f.cur == nil {
			if f.at == len(f.segments) {
				return false, nil
			}
			f.at++
			if f.cur, err = f.segments[f.at-1].open(f.q); err != nil {
				f.cur = nil
				if err := f.forgive(err); err != nil {
					return false, err
				}
				continue
			}
		}
		more, err := f.cur.fill(ctx, b, nil)
		if err != nil {
			if err := f.forgive(err); err != nil {
				return false, err
			}
			continue
		}
		if f.q.full(b) {
			return true, nil
		}
		if !more {
			f.cur.close()
			f.cur = nil
		}
	}
}

// forgive passes damage to whoever wants to go on without what is damaged; other errors come back.
func (f *fragment) forgive(err error) error {
	var d *DamageError
	if !errors.As(err, &d) {
		return err
	}
	f.store.opened.drop(d.File) // somebody may put another in its place
	if f.spec.SkipDamaged == nil {
		return err
	}
	f.spec.SkipDamaged(d)
	return nil
}

func (f *fragment) reserve(n int64) error {
	if f.spec.Memory == nil {
		return nil
	}
	if err := f.spec.Memory.Reserve(n); err != nil {
		return err
	}
	f.held += n
	return nil
}

func (f *fragment) Close() {
	if f.closed {
		return
	}
	f.closed = true
	if f.cur != nil {
		f.cur.close()
		f.cur = nil
	}
	if f.merged != nil {
		f.merged.close()
		f.merged = nil
	}
	for _, s := range f.segments {
		if s, ok := s.(*stageSegment); ok {
			if err := s.release(); err != nil {
				f.store.opts.Log.Warn("temporary file is left behind", "error", err)
			}
		}
	}
	f.segments = nil
	if f.q != nil {
		f.shared.done(f.q.program)
		f.q = nil
	}
	if f.held > 0 {
		f.spec.Memory.Release(f.held)
		f.held = 0
	}
}
