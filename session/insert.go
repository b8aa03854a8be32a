package session

import (
	"context"
	"fmt"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/translate"
)

// insert runs INSERT: the plan's rows become staged events.
func (s *session) insert(ctx context.Context, sc *scope, b *translate.Insert, params []*column.Vector) (string, error) {
	return s.insertRows(ctx, sc, b, params, nil)
}

// insertRows runs INSERT; what RETURNING shows of the events is put on the tape, where there is one.
func (s *session) insertRows(ctx context.Context, sc *scope, b *translate.Insert, params []*column.Vector, shown *tape) (string, error) {
	if err := s.writable("INSERT"); err != nil {
		return "", err
	}
	rt, done, err := s.runtime(ctx, sc, params, b.Plan)
	if err != nil {
		return "", err
	}
	defer done()
	n, err := s.stageRows(ctx, sc, b, rt, shown)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("INSERT 0 %d", n), nil
}

// stageRows stages the rows of an INSERT and gives their number.
func (s *session) stageRows(ctx context.Context, sc *scope, b *translate.Insert, rt *exec.Runtime, shown *tape) (int64, error) {
	// The plan may read what the transaction staged so far; the rows that it yields are staged while it runs. A scan sees
	// what was there when it began, so INSERT … SELECT from the same stream ends.
	w := s.newRowWriter(sc, b.Stream, b.Targets)
	rows, err := exec.Open(ctx, b.Plan, rt)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var returned *written
	if shown != nil {
		returned = &written{reads: b.Returning.Reads}
		w.wrote = returned.add
	}
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		if err := w.batch(&batch); err != nil {
			return 0, err
		}
		if shown != nil {
			if err := returned.show(ctx, b.Returning, rt, shown); err != nil {
				return 0, err
			}
		}
	}
	w.observe()
	return w.rows, nil
}
