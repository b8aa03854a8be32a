package exec

import (
	"context"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

// frame is one opening of a plan: the statement's own, or that of a sub-query or lateral side for one row of what is around it. What the
// opening knows of that row, and what is found once while it is open, is kept here; the workers of its scans share it.
type frame struct {
	up    *frame           // of what is around it; nil: the statement's
	outer []*column.Vector // by plan.Outer.Index: one row each

	mu     sync.Mutex
	once   map[*plan.SubQuery]*answer
	ctes   map[*plan.CTE]*kept
	tables map[*plan.WorkTable]*workTable
	meters []*meter
	sets   []*answer // whose rows are kept until the frame is closed
}

// root is the statement's frame.
func (f *frame) root() *frame {
	for f.up != nil {
		f = f.up
	}
	return f
}

// meter makes a meter whose memory is held until the frame is closed: for what evaluators remember.
func (f *frame) meter(acc column.Account) *meter {
	m := &meter{acc: acc}
	f.mu.Lock()
	f.meters = append(f.meters, m)
	f.mu.Unlock()
	return m
}

// keep lets the frame close an answer when it is closed itself.
func (f *frame) keep(a *answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sets = append(f.sets, a)
}

// close gives back what the frame holds. Nothing of its plan is running any more.
func (f *frame) close() {
	for _, k := range f.ctes {
		k.close()
	}
	for _, m := range f.meters {
		m.release()
	}
	for _, a := range f.sets {
		a.close()
	}
	f.sets = nil
	f.meters, f.once, f.ctes, f.tables = nil, nil, nil, nil
}

// framed gives rt a frame where it has none yet: at the start of a statement.
func (rt *Runtime) framed() *Runtime {
	if rt.frame != nil {
		return rt
	}
	out := *rt
	out.frame = new(frame)
	return &out
}

// within is the runtime of a plan that is opened for the row whose values are given.
func (rt *Runtime) within(outer []*column.Vector) *Runtime {
	out := *rt
	out.frame = &frame{up: rt.frame, outer: outer}
	if len(outer) > 0 {
		out.Workers = 1 // it is opened again and again: starting workers would cost more than they save
	}
	return &out
}

// context is the statement's.
func (rt *Runtime) context() context.Context {
	if rt.Env != nil && rt.Env.Context != nil {
		return rt.Env.Context
	}
	return context.Background()
}

// drain opens a plan and gives its batches to f, until f says that it has enough.
func drain(ctx context.Context, n plan.Node, rt *Runtime, f func(b *column.Batch) (more bool, err error)) error {
	in, err := build(ctx, n, rt)
	if err != nil {
		return err
	}
	defer in.Close()
	var b column.Batch
	for {
		if err := ended(ctx); err != nil {
			return err
		}
		ok, err := in.Next(ctx, &b)
		if !ok || err != nil {
			return because(ctx, err)
		}
		if b.Rows() == 0 {
			continue
		}
		if more, err := f(&b); !more || err != nil {
			return err
		}
	}
}

// rowValues copies row i of vectors into vectors of their own.
func rowValues(vs []*column.Vector, i int) []*column.Vector {
	out := make([]*column.Vector, len(vs))
	store := make([]column.Vector, len(vs))
	for k, v := range vs {
		store[k].Kind = v.Kind
		store[k].AppendFrom(v, i)
		out[k] = &store[k]
	}
	return out
}
