package session

import (
	"context"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// portal is a statement with its parameters, ready to run, running, or done.
type portal struct {
	name    string
	sql     string   // as the client wrote it
	command string   // its kind in words
	plan    *planned // nil: an empty query
	from    *translate.Statement
	params  []*column.Vector
	results []int16
	scope   *scope // of Bind; its generation is let go when the portal has run

	// A cursor outlives the Execute that began it, so it has a context of its own, which ends with each Execute's.
	ctx    context.Context
	cancel context.CancelCauseFunc
	cursor *cursor
	done   bool
	shown  bool // all rows, by Execute

	declared
	position
}

func itoa(n int) string { return strconv.Itoa(n) }

func (s *session) portal(name string) (*portal, error) {
	if p, ok := s.portals[name]; ok {
		return p, nil
	}
	return nil, types.Errorf(types.CodeInvalidCursorName, "portal %q does not exist", name)
}

// dropPortal closes and forgets a portal, if there is one.
func (s *session) dropPortal(name string) {
	if p := s.portals[name]; p != nil {
		p.close()
		delete(s.portals, name)
	}
}

// close frees what the portal holds; it can't be run any more.
func (p *portal) close() {
	p.done = true
	p.cursor.close()
	if p.cancel != nil {
		p.cancel(nil)
	}
	p.scope.close()
	p.tape.forget()
}

// execute runs a portal for at most max rows.
func (s *session) execute(ctx context.Context, p *portal, max int, out pgwire.Out) error {
	if p.plan == nil {
		return out.Empty()
	}
	if s.tx.failed && !endsTransaction(p.plan.bound) {
		return errFailedTransaction()
	}
	if p.plan.later && !p.done {
		pl, err := s.bind(p.scope, p.from, nil)
		if err != nil {
			return err
		}
		p.plan = pl
		s.settle(p.scope, pl.bound)
	}
	if p.done {
		if p.cursor == nil {
			return types.Errorf(types.CodeObjectNotInState, "portal %q cannot be run", p.name)
		}
		return out.Complete(p.cursor.complete(0))
	}
	if s.resultOf(p.plan) == nil {
		sc := p.scope
		sc.env.Context = ctx // Bind's has ended
		t, ends := p.plan.bound.(*translate.Transaction)
		if ends { // the end of the transaction closes its portals, this one too; that must not matter
			delete(s.portals, p.name)
		}
		p.done = true
		tag, err := s.perform(ctx, sc, p.plan, p.params, out)
		if ends && err == nil && t.Kind != "COMMIT" && t.Kind != "ROLLBACK" {
			s.portals[p.name] = p
		}
		sc.close()
		if err != nil {
			return err
		}
		return out.Complete(tag)
	}
	if p.source != "" {
		return s.executeDeclared(ctx, p, max, out)
	}
	if err := s.start(ctx, p); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { p.cancel(context.Cause(ctx)) })
	defer stop()
	sent, err := p.cursor.send(p.ctx, out, p.results, max)
	if err != nil {
		return s.portalError(ctx, p, err)
	}
	if max > 0 && sent == max {
		return out.Suspended()
	}
	p.close()
	p.shown, p.exhausted, p.end, p.scrolling = true, true, true, scrollNever
	return out.Complete(p.cursor.complete(sent))
}

// start opens a portal's statement, where that was not done before. ctx is the one that wants rows of it now.
func (s *session) start(ctx context.Context, p *portal) error {
	if p.cursor != nil {
		return nil
	}
	p.ctx, p.cancel = context.WithCancelCause(s.ctx)
	stop := context.AfterFunc(ctx, func() { p.cancel(context.Cause(ctx)) })
	defer stop()
	p.scope.env.Context = p.ctx
	if s.tx.stage != nil {
		p.scope.still = s.tx.stage.Still()
	}
	c, err := s.open(p.ctx, p.scope, p.plan, p.params)
	if err != nil {
		return s.portalError(ctx, p, err)
	}
	p.cursor = c
	return nil
}

// portalError maps an error by the context that ended: the Execute's, or the portal's, which hangs on it.
func (s *session) portalError(ctx context.Context, p *portal, err error) error {
	if ctx.Err() != nil {
		return clientError(ctx, err)
	}
	return clientError(p.ctx, err)
}
