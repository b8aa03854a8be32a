package session

import (
	"context"
	"fmt"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// delete runs DELETE: the rows are looked for now, and the transaction remembers which; files change at the commit.
func (s *session) delete(ctx context.Context, sc *scope, b *translate.Delete, params []*column.Vector) (string, error) {
	return s.deleteAndShow(ctx, sc, b, params, nil)
}

// deleteAndShow runs DELETE; what RETURNING shows is put on the tape, where there is one.
func (s *session) deleteAndShow(ctx context.Context, sc *scope, b *translate.Delete, params []*column.Vector, shown *tape) (string, error) {
	if err := s.writable("DELETE"); err != nil {
		return "", err
	}
	rt, done, err := s.runtime(ctx, sc, params, b.Plan)
	if err != nil {
		return "", err
	}
	defer done()
	n, err := s.deleteRows(ctx, sc, b.Plan, rt, shown)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("DELETE %d", n), nil
}

// deleteRows runs the plan of a DELETE and gives the number of rows. What stands behind the rows' ids is put on the tape, where there is one.
func (s *session) deleteRows(ctx context.Context, sc *scope, n *plan.Delete, rt *exec.Runtime, shown *tape) (int64, error) {
	rows, err := exec.Open(ctx, n.Input, rt)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var batch column.Batch
	var dead engine.DeadRows
	var count int64
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		count += int64(batch.Rows())
		if n.Whole {
			continue
		}
		if err := bury(&dead, &batch); err != nil {
			return 0, err
		}
		if shown != nil {
			if err := shown.add(&column.Batch{Cols: batch.Cols[1:], Len: batch.Len, Sel: batch.Sel}, 0); err != nil {
				return 0, err
			}
		}
	}
	rows.Close()
	switch {
	case count == 0:
		return 0, nil
	case !n.Whole:
		return count, s.stage().Delete(n.Stream, &dead)
	}
	from, to, err := exec.TimeRange(rt, n.Input.(*plan.Scan))
	if err != nil {
		return 0, err
	}
	return count, s.stage().DeleteRange(sc.tx, n.Stream, from, to)
}

// bury notes the events whose ids are in a batch.
func bury(dead *engine.DeadRows, b *column.Batch) error {
	note := func(i int) error {
		ts, arrival, ok := event.ParseID(b.Cols[0].Str(i))
		if !ok {
			return types.Errorf(types.CodeInternalError, "%q is not an event_id", b.Cols[0].Str(i))
		}
		dead.Add(ts, arrival)
		return nil
	}
	if b.Sel != nil {
		for _, i := range b.Sel {
			if err := note(int(i)); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range b.Len {
		if err := note(i); err != nil {
			return err
		}
	}
	return nil
}

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
