package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/flare-pg/flare-pg/engine"
)

// maintainer merges, indexes and drops files in the background, one step after the other.
type maintainer struct {
	store     *engine.Store
	log       *slog.Logger
	window    time.Duration // how late events may come
	tickBytes int64         // budget of all ticks
	// retention says how much is kept of a stream; nil: everything.
	retention func(*engine.Schema, engine.StreamID) engine.Retention
}

const (
	// maintainEvery is how long the maintainer rests when nothing is due: long enough to cost nothing, short enough for a new signal.
	maintainEvery = 3 * time.Second
	// maintainBackoff is how long it rests at most after failures, each of which doubles the time.
	maintainBackoff = 5 * time.Minute
)

// options completes what is asked of the store by what the server was told.
func (m *maintainer) options(o engine.MaintainOptions) engine.MaintainOptions {
	o.Window, o.TickBytes = m.window, m.tickBytes
	if m.retention != nil {
		tx := m.store.Read()
		schema := tx.Schema()
		tx.Close()
		o.Retention = func(id engine.StreamID) engine.Retention { return m.retention(schema, id) }
	}
	return o
}

// run goes on until ctx ends, which ends the step that is under way too, or the store takes no more writes.
func (m *maintainer) run(ctx context.Context) {
	rest := maintainEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
		err := m.round(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, engine.ErrClosed):
			return
		case errors.Is(err, engine.ErrPoisoned):
			m.log.Error("maintenance has ended", "error", err)
			return
		case err != nil:
			rest = min(2*rest, maintainBackoff)
			m.log.Warn("maintenance failed", "error", err, "next_try", rest.String())
		default:
			rest = maintainEvery
		}
	}
}

// condenseEvery is how often is looked for recent events in RAM that have become enough for a page by column.
const condenseEvery = 100 * time.Millisecond

// condense makes pages by column of recent events in RAM until ctx ends. It is no part of the rounds, of which one can take minutes.
func (m *maintainer) condense(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(condenseEvery):
		}
		for done := false; !done; {
			var err error
			if done, err = m.store.Condense(ctx); err != nil {
				if ctx.Err() == nil && !errors.Is(err, engine.ErrClosed) {
					m.log.Warn("recent events stay in rows", "error", err)
				}
				return
			}
		}
	}
}

// round does what is due. Damage ends a step, not the round: what is damaged is left alone from then on.
func (m *maintainer) round(ctx context.Context) error {
	met := ""
	for ctx.Err() == nil {
		step, done, err := m.store.Maintain(ctx, m.options(engine.MaintainOptions{Now: time.Now().UnixNano() / 100}))
		var damage *engine.DamageError
		switch {
		case errors.As(err, &damage) && err.Error() != met:
			met = err.Error()
			m.log.Warn("maintenance leaves a damaged file alone", "step", string(step.Kind), "error", err)
		case err != nil:
			return err
		case done:
			return nil
		default:
			m.logStep(&step)
		}
	}
	return nil
}

// logStep logs what was done: at info what moved events or deleted them, at debug the rest.
func (m *maintainer) logStep(s *engine.Step) {
	level := slog.LevelInfo
	if s.Kind == engine.StepIndex || s.Kind == engine.StepFilter || len(s.In) == 0 {
		level = slog.LevelDebug
	}
	m.log.Log(context.Background(), level, "maintenance", "step", string(s.Kind), "reason", s.Reason, "stream", uint64(s.Stream), "files_in", len(s.In), "files_out", len(s.Out),
		"events", s.Events, "bytes_in", s.BytesIn, "bytes_out", s.BytesOut, "took", s.Ended.Sub(s.Started).Round(time.Millisecond).String())
}

// pacer slows maintenance down while statements run: it then rests for as long as it has worked, so that on two cores readers have one and a half
// at least.
type pacer struct {
	mu   sync.Mutex
	busy func() int // how many statements run; nil: not known yet
	last time.Time  // the end of the last rest
}

const (
	// paceWork is how long is worked before a rest: a sleep much shorter than it would take longer than asked for.
	paceWork = 2 * time.Millisecond
	// paceMost is what counts as work at most: a longer time between two calls was between two steps.
	paceMost = 20 * time.Millisecond
)

// setBusy says who knows how many statements run.
func (p *pacer) setBusy(busy func() int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = busy
}

// pace is engine.Options.Pace.
func (p *pacer) pace() {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	worked := now.Sub(p.last)
	if worked < paceWork {
		return
	}
	if p.busy != nil && p.busy() > 0 {
		time.Sleep(min(worked, paceMost))
	}
	p.last = time.Now()
}
