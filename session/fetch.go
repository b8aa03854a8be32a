package session

import (
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// position is where a portal stands that FETCH moves, as PostgreSQL sees it.
type position struct {
	at  int64 // the number of the row that it stands on, from 1; 0: before the first, one more than there are: behind the last
	end bool  // behind the last row
}

// all is a count that no result reaches.
const all = math.MaxInt64

func errNoCursor(name string) error {
	return types.Errorf(types.CodeInvalidCursorName, "cursor %q does not exist", name)
}

func errForwardOnly() error {
	return types.Errorf(types.CodeObjectNotInState, "cursor can only scan forward").WithHint("Declare it with SCROLL option to enable backward scan.")
}

// openFetch moves a cursor to where the rows of a FETCH begin, and gives those rows to be sent.
func (s *session) openFetch(ctx context.Context, sc *scope, f *translate.Fetch) (*cursor, error) {
	p, err := s.fetchable(f.Name)
	if err != nil {
		return nil, err
	}
	run, err := s.seek(ctx, p, f)
	if err != nil {
		p.close() // as in PostgreSQL, whatever went wrong
		return nil, err
	}
	c := &cursor{columns: p.plan.columns, env: sc.env, batches: run, done: func() {}, tag: "FETCH", counted: true}
	if p.binary {
		c.formats = []int16{1}
	}
	return c, nil
}

// move is MOVE: a FETCH whose rows are counted only.
func (s *session) move(ctx context.Context, f *translate.Fetch) (string, error) {
	p, err := s.fetchable(f.Name)
	if err != nil {
		return "", err
	}
	if f.Count == 0 && f.Direction != translate.FetchAbsolute {
		if p.at > 0 && !p.end {
			return "MOVE 1", nil
		}
		return "MOVE 0", nil
	}
	if f.Direction == translate.FetchBackward && f.Count == translate.FetchAll {
		n := max(p.at-1, 0)
		if err := s.rewind(p); err != nil {
			p.close()
			return "", err
		}
		return "MOVE " + itoa(int(n)), nil
	}
	run, err := s.seek(ctx, p, f)
	var n int64
	if err == nil {
		n, err = run.drain(ctx)
	}
	if err != nil {
		p.close()
		return "", err
	}
	return "MOVE " + itoa(int(n)), nil
}

// fetchable finds a portal that can be fetched from.
func (s *session) fetchable(name string) (*portal, error) {
	p := s.portals[name]
	if p == nil || p.plan == nil {
		return nil, errNoCursor(name)
	}
	if _, ok := p.plan.bound.(*translate.Query); !ok || p.done && !p.shown {
		return nil, types.Errorf(types.CodeObjectNotInState, "portal %q cannot be run", name)
	}
	return p, nil
}

// seek does all of a FETCH but its last part, and gives that part.
func (s *session) seek(ctx context.Context, p *portal, f *translate.Fetch) (*fetchRun, error) {
	skip := func(forward bool, n int64) error {
		if n <= 0 {
			return nil
		}
		_, err := (&fetchRun{s: s, p: p, forward: forward, left: n}).drain(ctx)
		return err
	}
	run := func(forward bool, n int64) (*fetchRun, error) {
		r := &fetchRun{s: s, p: p, forward: forward, left: n}
		if !forward && !p.scrolls() {
			return nil, errForwardOnly()
		}
		return r, nil
	}
	count, forward := f.Count, true
	switch f.Direction {
	case translate.FetchBackward:
		forward = false
	case translate.FetchAbsolute:
		return s.seekAbsolute(ctx, p, count, skip, run)
	case translate.FetchRelative:
		if count < 0 {
			if err := skip(false, -count-1); err != nil {
				return nil, err
			}
			return run(false, 1)
		}
		if count > 0 {
			if err := skip(true, count-1); err != nil {
				return nil, err
			}
			return run(true, 1)
		}
	}
	if count < 0 {
		forward, count = !forward, -count
	}
	if count == 0 { // the row that it stands on, once more
		if p.at == 0 || p.end {
			return run(forward, 0)
		}
		if !p.scrolls() {
			return nil, errForwardOnly()
		}
		if err := skip(false, 1); err != nil {
			return nil, err
		}
		return run(true, 1)
	}
	return run(forward, count)
}

// seekAbsolute is seek of FETCH ABSOLUTE: from the beginning where that is nearer, or the only way.
func (s *session) seekAbsolute(ctx context.Context, p *portal, count int64, skip func(bool, int64) error, run func(bool, int64) (*fetchRun, error)) (*fetchRun, error) {
	switch {
	case count == 0:
		if err := s.rewind(p); err != nil {
			return nil, err
		}
		return run(true, 0)
	case count < 0:
		if err := skip(true, all); err != nil {
			return nil, err
		}
		if err := skip(false, -count-1); err != nil {
			return nil, err
		}
		return run(false, 1)
	}
	passed := p.at
	if p.end {
		passed--
	}
	// PostgreSQL starts anew where the row lies in the first half; so does this, since what is forward only answers alike then.
	if count-1 <= passed/2 {
		if err := s.rewind(p); err != nil {
			return nil, err
		}
		if err := skip(true, count-1); err != nil {
			return nil, err
		}
		return run(true, 1)
	}
	if count <= p.at {
		if !p.scrolls() {
			return nil, errForwardOnly()
		}
		if err := skip(false, p.at-count+1); err != nil {
			return nil, err
		}
	} else if err := skip(true, count-p.at-1); err != nil {
		return nil, err
	}
	return run(true, 1)
}

// rewind puts a cursor before its first row.
func (s *session) rewind(p *portal) error {
	if p.at == 0 && !p.end {
		return nil
	}
	if !p.scrolls() {
		return errForwardOnly()
	}
	p.at, p.end = 0, false
	return nil
}

// fetchRun is a number of rows of a cursor in one direction, as Batches. Drawing them moves the cursor.
type fetchRun struct {
	s       *session
	p       *portal
	forward bool
	left    int64 // all: to the end
}

// Next implements plan.Batches.
func (r *fetchRun) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if r.left <= 0 {
		return false, nil
	}
	p := r.p
	var n int64
	if r.forward {
		if p.end {
			return false, nil
		}
		var err error
		if n, err = r.s.ahead(ctx, p, r.left, b); err != nil {
			p.close()
			return false, err
		}
		if p.at += n; n == 0 {
			p.at, p.end, r.left = p.at+1, true, 0
		}
	} else {
		if !p.scrolls() {
			return false, errForwardOnly()
		}
		var err error
		if n, err = p.tape.backward(p.at-1, r.left, b); err != nil {
			p.close()
			return false, clientError(ctx, err)
		}
		if n == 0 {
			p.at, r.left = 0, 0
			p.end = p.end && p.tape.last() == 0 // of an empty result a cursor is at both ends
		} else {
			p.at, p.end = p.at-n, false
		}
	}
	if r.left != all {
		r.left -= n
	}
	return n > 0, nil
}

// Close implements plan.Batches.
func (r *fetchRun) Close() {}

// drain moves the cursor without showing rows, and counts them.
func (r *fetchRun) drain(ctx context.Context) (n int64, err error) {
	var b column.Batch
	for {
		ok, err := r.Next(ctx, &b)
		if !ok || err != nil {
			return n, err
		}
		n += int64(b.Rows())
	}
}

// ahead shows the next rows after the one that a portal stands on, at most max: remembered ones, or new ones.
func (s *session) ahead(ctx context.Context, p *portal, max int64, b *column.Batch) (int64, error) {
	if n, err := p.tape.forward(p.at+1, max, b); n > 0 || p.exhausted || err != nil {
		return n, err
	}
	if err := s.start(ctx, p); err != nil {
		return 0, err
	}
	if ok, err := s.draw(ctx, p); !ok || err != nil {
		return 0, err
	}
	c := p.cursor
	if p.scrolling == scrollImplied && p.tape.held > impliedScroll {
		p.forget()
	}
	if p.scrolls() {
		err := p.tape.add(&c.batch, c.next)
		if err == nil {
			c.next = c.batch.Rows()
			return p.tape.forward(p.at+1, max, b)
		}
		if p.scrolling == scrollAsked {
			return 0, err
		}
		p.forget()
	}
	n := min(int64(c.batch.Rows()-c.next), max)
	show(b, &c.batch, c.next, int(n), 1)
	c.next += int(n)
	return n, nil
}

// draw sees to it that a portal's batch has rows that were not shown; false: there are no more.
func (s *session) draw(ctx context.Context, p *portal) (bool, error) {
	stop := context.AfterFunc(ctx, func() { p.cancel(context.Cause(ctx)) })
	defer stop()
	for c := p.cursor; c.next >= c.batch.Rows(); {
		ok, err := c.batches.Next(p.ctx, &c.batch)
		if err != nil {
			return false, s.portalError(ctx, p, err)
		}
		if c.next = 0; !ok {
			c.batch.Len, c.batch.Sel = 0, nil
			p.exhausted = true
			return false, nil
		}
	}
	return true, nil
}

// columnsOfFetch are those of the cursor; nil where there is none, which is for the execution to say.
func (s *session) columnsOfFetch(f *translate.Fetch) []pgwire.Column {
	if p := s.portals[f.Name]; p != nil && p.plan != nil && !f.Move {
		return p.plan.columns
	}
	return nil
}
