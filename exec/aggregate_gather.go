package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// gatherers aggregate the fragments of a scan in parallel, each into a table of its own; the tables are merged at the end.
type gatherers struct {
	*crew
	n       *plan.Aggregate
	p       *pipeline
	sets    *plan.Expand // between the pipeline and the aggregate; nil: nothing is
	workers int

	mu     sync.Mutex
	tables []*table
	aside  []*stored // by workers that had no room
}

func newGatherers(n *plan.Aggregate, p *pipeline, fragments []engine.Fragment, workers int) *gatherers {
	return &gatherers{crew: newCrew(plan.Title(n), fragments), n: n, p: p, workers: workers}
}

// gather runs the workers and merges what they gathered into t. It returns once all have ended.
func (g *gatherers) gather(ctx context.Context, rt *Runtime, t *table) error {
	stop := context.AfterFunc(ctx, func() { g.cancel(context.Cause(ctx)) })
	defer stop()
	for range g.workers {
		g.start(g.work, nil)
	}
	g.wg.Wait()
	if err := ended(ctx); err != nil {
		return err
	}
	if err := g.outcome(); err != nil {
		return err
	}
	// The largest takes the others in: it would cost most to be taken in itself.
	slices.SortFunc(g.tables, func(a, b *table) int { return b.groups() - a.groups() })
	*t, g.tables = *g.tables[0], g.tables[1:]
	t.alone(rt, g.workers)
	for _, o := range g.tables {
		t.meter.adopt(o.meter)
		t.beside += o.bytes()
	}
	for _, o := range g.tables {
		bytes := o.bytes()
		if err := t.merge(ctx, o); err != nil {
			return err
		}
		aside, err := o.split()
		if err != nil {
			return err
		}
		g.aside = pile(g.aside, aside)
		if o.spill != nil {
			t.spill.took.disk += o.spill.took.disk
		}
		o.release()
		t.beside -= bytes
	}
	if t.spill != nil {
		t.meter.shrink(t.bytes() + t.spill.later(t.bytes(), t.stateBytes()))
	}
	return g.catchUp(ctx, t)
}

// catchUp takes in what the workers had no room for: their groups may be among those of another worker. What is none of the groups that all have together
// is put aside again.
func (g *gatherers) catchUp(ctx context.Context, t *table) error {
	own, err := t.split()
	if err != nil {
		return err
	}
	g.aside = pile(g.aside, own)
	for len(g.aside) > 0 {
		last := len(g.aside) - 1
		from := g.aside[last]
		g.aside = g.aside[:last]
		if err := g.drawStored(ctx, from, t); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherers) drawStored(ctx context.Context, from *stored, t *table) error {
	defer from.Close()
	var b column.Batch
	for {
		ok, err := from.Next(ctx, &b)
		if !ok || err != nil {
			return err
		}
		if err := t.add(ctx, &b); err != nil {
			return err
		}
	}
}

func (g *gatherers) work() error {
	t, err := newTable(g.n, g.p.rt, g.workers)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.tables = append(g.tables, t)
	g.mu.Unlock()
	s, err := newSlot(g.p)
	if err != nil {
		return err
	}
	defer s.meter.release()
	var x *expander
	if g.sets != nil {
		if x, err = newExpander(g.p.rt, g.sets); err != nil {
			return err
		}
		x.stats = g.p.rt.Stats.Of(g.sets)
	}
	for {
		f := g.take()
		if f == nil {
			return nil
		}
		if err := g.drain(f, s, x, t); err != nil {
			return err
		}
	}
}

// drain takes a fragment's rows in, by way of the grouping sets where there are some.
func (g *gatherers) drain(f engine.Fragment, s *slot, x *expander, t *table) error {
	defer f.Close()
	var set column.Batch
	for {
		more, err := s.draw(g.ctx, f, nil)
		if !more || err != nil {
			return err
		}
		if x == nil {
			if err := t.add(g.ctx, &s.view); err != nil {
				return err
			}
			continue
		}
		if err := x.begin(&s.view); err != nil {
			return err
		}
		for x.next(&set) {
			if err := t.add(g.ctx, &set); err != nil {
				return err
			}
		}
	}
}

func (g *gatherers) close() {
	g.crew.close()
	for _, t := range g.tables {
		t.release()
	}
	for _, s := range g.aside {
		s.Close()
	}
	g.tables, g.aside = nil, nil
}

// closeAll closes fragments that nobody will draw.
func closeAll(fragments []engine.Fragment) {
	for _, f := range fragments {
		f.Close()
	}
}
