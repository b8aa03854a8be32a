package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// declared is what DECLARE says of a portal, and how long one lives. SQL's cursors and the protocol's portals are one thing with
// names in common, as in PostgreSQL.
type declared struct {
	source    string // the text that DECLARE came in; "": the portal is one of Bind
	binary    bool
	hold      bool
	scrolling scrolling
	tape      tape
	exhausted bool // all rows were drawn
	kept      bool // its transaction has ended, it lives on
	level     int  // how many savepoints there were when it was made
	created   time.Time
}

// scrolling is whether a portal goes backwards.
type scrolling uint8

const (
	scrollNever   scrolling = iota
	scrollImplied           // neither asked for nor forbidden, and PostgreSQL could: as long as the rows so far are few
	scrollAsked
)

// impliedScroll is how many bytes of rows a cursor remembers that was declared without SCROLL.
const impliedScroll = 1 << 20

func (d *declared) scrolls() bool { return d.scrolling != scrollNever }

// forget makes an implied scroll cursor one that goes forward only. All rows on the tape have been shown.
func (d *declared) forget() {
	d.scrolling = scrollNever
	d.tape.forget()
}

// inBlock refuses what makes sense only where other statements follow in the same transaction.
func (s *session) inBlock(what string) error {
	if s.tx.explicit || s.several {
		return nil
	}
	return types.Errorf(types.CodeNoActiveTransaction, "%s can only be used in transaction blocks", what)
}

// declare runs DECLARE: the query is opened, so what it sees is settled; its rows are drawn by FETCH.
func (s *session) declare(ctx context.Context, sc *scope, pl *planned, b *translate.DeclareCursor, params []*column.Vector) (string, error) {
	if !b.Hold {
		if err := s.inBlock("DECLARE CURSOR"); err != nil {
			return "", err
		}
	}
	if s.portals[b.Name] != nil {
		return "", types.Errorf(types.CodeDuplicateCursor, "cursor %q already exists", b.Name)
	}
	if len(s.portals) >= maxPrepared {
		return "", types.Errorf(types.CodeProgramLimitExceeded, "too many portals: at most %d", maxPrepared)
	}
	env := *sc.env
	p := &portal{
		name: b.Name, sql: b.Source, params: params, scope: &scope{tx: sc.tx.Retain(), snapshot: sc.snapshot, env: &env},
		plan:     &planned{bound: b.Query, params: pl.params, columns: columns(b.Query.Plan.Columns()), snapshot: pl.snapshot, changes: pl.changes},
		declared: declared{source: b.Source, binary: b.Binary, hold: b.Hold, level: len(s.tx.savepoints), created: time.Now()},
	}
	switch {
	case b.Scroll:
		p.scrolling = scrollAsked
	case !b.NoScroll && goesBack(b.Query.Plan):
		p.scrolling = scrollImplied
	}
	if err := s.start(ctx, p); err != nil {
		p.close()
		return "", err
	}
	p.tape.account, p.tape.create = p.cursor.account, s.settings.temp.file
	s.portals[b.Name] = p
	return "DECLARE CURSOR", nil
}

// goesBack reports whether PostgreSQL would read a plan of this kind backwards without being asked to.
func goesBack(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Scan, *plan.SourceScan, *plan.FunctionScan, *plan.Values, *plan.Sort:
		return true
	case *plan.Filter:
		return goesBack(n.Input)
	case *plan.Project:
		return goesBack(n.Input)
	case *plan.Limit:
		return goesBack(n.Input)
	case *plan.Append:
		for _, in := range n.Inputs {
			if !goesBack(in) {
				return false
			}
		}
		return true
	}
	return false
}

// closeCursor is CLOSE.
func (s *session) closeCursor(b *translate.CloseCursor) (string, error) {
	if b.Name == "" {
		for name, p := range s.portals {
			if p.plan == nil || p.plan.bound != translate.Bound(b) { // the portal that runs this goes on
				s.dropPortal(name)
			}
		}
		return "CLOSE CURSOR ALL", nil
	}
	if s.portals[b.Name] == nil {
		return "", errNoCursor(b.Name)
	}
	s.dropPortal(b.Name)
	return "CLOSE CURSOR", nil
}

// executeDeclared is the protocol's Execute of a cursor.
func (s *session) executeDeclared(ctx context.Context, p *portal, max int, out pgwire.Out) error {
	run := &fetchRun{s: s, p: p, forward: true, left: all}
	if max > 0 {
		run.left = int64(max)
	}
	c := &cursor{columns: p.plan.columns, env: p.scope.env, batches: run, done: func() {}, tag: "SELECT", counted: true}
	sent, err := c.send(ctx, out, p.results, max)
	if err != nil {
		return err
	}
	if max > 0 && sent == max {
		return out.Suspended()
	}
	return out.Complete(c.complete(sent))
}

// keepHeld makes the cursors of this transaction that were declared WITH HOLD independent of it: their remaining rows are drawn now.
func (s *session) keepHeld(ctx context.Context) error {
	for _, p := range s.portals {
		if !p.hold || p.kept || p.done {
			continue
		}
		if !p.scrolls() {
			p.tape.base = p.at
			if p.end {
				p.tape.base--
			}
		}
		for !p.exhausted {
			ok, err := s.draw(ctx, p)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := p.tape.add(&p.cursor.batch, p.cursor.next); err != nil {
				return err
			}
			p.cursor.next = p.cursor.batch.Rows()
		}
		p.cursor.batches.Close()
		p.scope.close()
		p.kept = true
		if p.scrolling == scrollImplied {
			p.scrolling = scrollAsked // they are all there now
		}
	}
	return nil
}

// dropPortals drops all portals.
func (s *session) dropPortals() {
	for name := range s.portals {
		s.dropPortal(name)
	}
}

// dropPortalsFrom drops the portals that were made when there were so many savepoints or more, but for those that outlived
// an earlier transaction.
func (s *session) dropPortalsFrom(level int) {
	for name, p := range s.portals {
		if !p.kept && p.level >= level {
			s.dropPortal(name)
		}
	}
}
