package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
)

// gatherers aggregate the fragments of a scan in parallel, each into a table of its own; the tables are merged at the end.
type gatherers struct {
	*crew
	n       *plan.Aggregate
	p       *pipeline
	workers int

	mu     sync.Mutex
	tables []*table
}

func newGatherers(n *plan.Aggregate, p *pipeline, fragments []engine.Fragment, workers int) *gatherers {
	return &gatherers{crew: newCrew(plan.Title(n), fragments), n: n, p: p, workers: workers}
}

// gather runs the workers and merges what they gathered into t. It returns once all have ended.
func (g *gatherers) gather(ctx context.Context, t *table) error {
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
	for _, o := range g.tables {
		if err := t.merge(ctx, o); err != nil {
			return err
		}
		o.release()
	}
	return nil
}

func (g *gatherers) work() error {
	t, err := newTable(g.n, g.p.rt)
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
	for {
		f := g.take()
		if f == nil {
			return nil
		}
		if err := g.drain(f, s, t); err != nil {
			return err
		}
	}
}

func (g *gatherers) drain(f engine.Fragment, s *slot, t *table) error {
	defer f.Close()
	for {
		more, err := s.draw(g.ctx, f, nil)
		if !more || err != nil {
			return err
		}
		if err := t.add(&s.view); err != nil {
			return err
		}
	}
}

func (g *gatherers) close() {
	g.crew.close()
	for _, t := range g.tables {
		t.release()
	}
}

// closeAll closes fragments that nobody will draw.
func closeAll(fragments []engine.Fragment) {
	for _, f := range fragments {
		f.Close()
	}
}
