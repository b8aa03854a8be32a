package session

import (
	"context"
	"fmt"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// cursor is a result that is being sent.
type cursor struct {
	columns []pgwire.Column
	formats []int16 // of a simple query's result; nil: text
	env     *types.Env
	account column.Account // of the statement; nil: not accounted
	batches plan.Batches
	done    func()
	tag     string // "SELECT", to which the count is added, or a whole tag
	counted bool

	out pgwire.Out // of the call of send that runs, else nil

	batch column.Batch
	next  int // the first row of the batch that is not sent
	ended bool
}

// open starts a statement that has rows to show.
func (s *session) open(ctx context.Context, sc *scope, pl *planned, params []*column.Vector) (*cursor, error) {
	c := &cursor{columns: pl.columns, env: sc.env, done: func() {}}
	switch b := pl.bound.(type) {
	case *translate.Query:
		if b.Writes {
			s.still(sc)
			shown := &tape{create: s.settings.temp.file}
			if _, err := s.run(ctx, sc, "SELECT", b.Plan, params, shown); err != nil {
				return nil, err
			}
			c.batches, c.tag, c.counted = &tapeRows{tape: shown}, "SELECT", true
			return c, nil
		}
		rt, done, err := s.runtime(ctx, sc, params, b.Plan)
		if err != nil {
			return nil, err
		}
		rt.Compiled = &pl.compiled
		rt.Idle = c.idle
		if c.batches, err = s.openPlan(ctx, sc, b.Plan, rt); err != nil {
			done()
			return nil, err
		}
		c.done, c.tag, c.counted, c.account = done, "SELECT", true, rt.Memory
		return c, nil
	case *translate.Modify:
		shown := &tape{create: s.settings.temp.file}
		tag, err := s.modify(ctx, sc, b, params, shown)
		if err != nil {
			return nil, err
		}
		// As in PostgreSQL the tag counts the rows that are sent, also where a client takes them in several portions.
		c.batches, c.tag, c.counted = &tapeRows{tape: shown}, tag[:strings.LastIndexByte(tag, ' ')], true
		return c, nil
	case *translate.Explain:
		lines, err := s.explain(ctx, sc, b, params, pl.took)
		if err != nil {
			return nil, err
		}
		rows := make([][]string, len(lines))
		for i, l := range lines {
			rows[i] = []string{l}
		}
		c.batches, c.tag = newTexts(1, rows), "EXPLAIN"
		return c, nil
	case *translate.Show:
		rows, err := s.show(b)
		if err != nil {
			return nil, err
		}
		c.batches, c.tag = newTexts(len(pl.columns), rows), "SHOW"
		return c, nil
	case *translate.Execute:
		return s.openPrepared(ctx, sc, b)
	case *translate.Fetch:
		return s.openFetch(ctx, sc, b)
	}
	return nil, types.Errorf(types.CodeInternalError, "statement %T has no rows", pl.bound)
}

// idle sends the rows that there are to the client, since it may be long until there are more.
func (c *cursor) idle() error {
	if c.out == nil {
		return nil
	}
	return c.out.Waiting()
}

// send sends at most max rows (0: all) and reports how many, and whether there are no more.
func (c *cursor) send(ctx context.Context, out pgwire.Out, formats []int16, max int) (sent int, err error) {
	c.out = out
	defer func() { c.out = nil }()
	for !c.ended && (max <= 0 || sent < max) {
		if c.next >= c.batch.Rows() {
			ok, err := c.batches.Next(ctx, &c.batch)
			if err != nil {
				return sent, err
			}
			c.next = 0
			if !ok {
				c.ended = true
				c.batch.Len, c.batch.Sel = 0, nil
			}
			continue
		}
		n := c.batch.Rows() - c.next
		if max > 0 {
			n = min(n, max-sent)
		}
		if err := out.Rows(c.env, c.columns, formats, &c.batch, c.next, n); err != nil {
			return sent, err
		}
		c.next += n
		sent += n
	}
	return sent, nil
}

// complete is the tag after sent rows.
func (c *cursor) complete(sent int) string {
	if c.counted {
		return fmt.Sprintf("%s %d", c.tag, sent)
	}
	return c.tag
}

func (c *cursor) close() {
	if c == nil || c.batches == nil {
		return
	}
	c.batches.Close()
	c.batches = nil
	c.done()
}

// texts are a few rows of text as Batches.
type texts struct {
	columns int
	rows    [][]string
}

func newTexts(columns int, rows [][]string) *texts { return &texts{columns, rows} }

// Next implements plan.Batches.
func (t *texts) Next(_ context.Context, b *column.Batch) (bool, error) {
	if len(t.rows) == 0 {
		return false, nil
	}
	kinds := make([]column.Kind, t.columns)
	for i := range kinds {
		kinds[i] = column.Text
	}
	b.Reset(kinds)
	for _, row := range t.rows {
		for i, s := range row {
			b.Cols[i].AppendString(s)
		}
	}
	b.Len = len(t.rows)
	t.rows = nil
	return true, nil
}

// Close implements plan.Batches.
func (t *texts) Close() {}
