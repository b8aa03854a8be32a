package session

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// deletion looks for the rows that are to go and shows what it found; when it has met all, the transaction remembers which. Files change at the commit. A row that another
// part of the statement has deleted already is left out.
type deletion struct {
	s     *session
	sc    *scope
	n     *plan.Delete
	rt    *exec.Runtime
	rows  plan.Batches
	batch column.Batch
	dead  *engine.DeadRows
	count int64
}

func (s *session) deletion(ctx context.Context, sc *scope, n *plan.Delete, rt *exec.Runtime) (plan.Batches, error) {
	if sc.dead == nil {
		sc.dead = map[engine.StreamID]*engine.DeadRows{}
	}
	if sc.dead[n.Stream] == nil {
		sc.dead[n.Stream] = new(engine.DeadRows)
	}
	rows, err := exec.Open(ctx, n.Input, rt)
	return &deletion{s: s, sc: sc, n: n, rt: rt, rows: rows, dead: sc.dead[n.Stream]}, err
}

// Next implements plan.Batches.
func (d *deletion) Next(ctx context.Context, b *column.Batch) (bool, error) {
	ok, err := d.rows.Next(ctx, &d.batch)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, d.end()
	}
	if d.n.Whole {
		b.Cols, b.Sel, b.Len = b.Cols[:0], nil, d.batch.Rows()
	} else {
		b.Cols, b.Len = append(b.Cols[:0], d.batch.Cols[1:]...), d.batch.Len
		if b.Sel, err = d.bury(b.Sel[:0]); err != nil {
			return false, err
		}
	}
	d.count += int64(b.Rows())
	return true, nil
}

// bury notes the events whose ids are in the batch, and gives the rows of those that were still there.
func (d *deletion) bury(sel column.Selection) (column.Selection, error) {
	for r := range d.batch.Rows() {
		i := r
		if d.batch.Sel != nil {
			i = int(d.batch.Sel[r])
		}
		id := d.batch.Cols[0].Str(i)
		ts, arrival, ok := event.ParseID(id)
		if !ok {
			return nil, types.Errorf(types.CodeInternalError, "%q is not an event_id", id)
		}
		if d.dead.Add(ts, arrival) {
			sel = append(sel, int32(i))
		}
	}
	if sel == nil { // which would be all of them
		sel = column.Selection{}
	}
	return sel, nil
}

// end gives what was found to the transaction.
func (d *deletion) end() error {
	d.rows.Close()
	switch {
	case d.count == 0:
		return nil
	case !d.n.Whole:
		return d.s.stage().Delete(d.n.Stream, d.dead)
	}
	from, to, err := exec.TimeRange(d.rt, d.n.Input.(*plan.Scan))
	if err != nil {
		return err
	}
	return d.s.stage().DeleteRange(d.sc.tx, d.n.Stream, from, to)
}

// Close implements plan.Batches.
func (d *deletion) Close() { d.rows.Close() }

// truncate runs TRUNCATE: all that the transaction sees of the streams is deleted, unread.
func (s *session) truncate(sc *scope, b *translate.Truncate) (string, error) {
	if err := s.writable("TRUNCATE TABLE"); err != nil {
		return "", err
	}
	for _, st := range b.Streams {
		if err := s.stage().DeleteRange(sc.tx, st.ID, engine.MinTime, engine.MaxTime); err != nil {
			return "", err
		}
	}
	return "TRUNCATE TABLE", nil
}
