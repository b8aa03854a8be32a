package session

import (
	"context"
	"fmt"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// modify runs INSERT and DELETE. What they show is put on the tape; nil: nothing is.
func (s *session) modify(ctx context.Context, sc *scope, b *translate.Modify, params []*column.Vector, shown *tape) (tag string, err error) {
	if b.Writes || shown != nil {
		s.still(sc)
	}
	n, err := s.run(ctx, sc, b.Command, b.Plan, params, shown)
	if b.Command == "INSERT" {
		return fmt.Sprintf("INSERT 0 %d", n), err
	}
	return fmt.Sprintf("%s %d", b.Command, n), err
}

// run runs a plan that writes to its end, however few rows a client asks for, and gives the number of its rows. They are put on the tape, where there is one.
func (s *session) run(ctx context.Context, sc *scope, command string, n plan.Node, params []*column.Vector, shown *tape) (count int64, err error) {
	if err := s.writable(command); err != nil {
		return 0, err
	}
	rt, done, err := s.runtime(ctx, sc, params, n)
	if err != nil {
		return 0, err
	}
	defer done()
	rows, err := exec.Open(ctx, n, rt)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	defer func() {
		if err != nil && shown != nil {
			shown.forget()
		}
	}()
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil || !ok {
			return count, err
		}
		count += int64(batch.Rows())
		if shown != nil {
			if err := shown.add(&batch, 0); err != nil {
				return 0, err
			}
		}
	}
}

// still makes all parts of a statement see the transaction as it is now.
func (s *session) still(sc *scope) {
	if sc.still == nil {
		sc.still = s.stage().Still()
	}
}

// modification runs a node that writes.
func (s *session) modification(ctx context.Context, sc *scope, n plan.Node, rt *exec.Runtime) (plan.Batches, error) {
	switch n := n.(type) {
	case *plan.Insert:
		return s.insertion(ctx, sc, n, rt)
	case *plan.Delete:
		return s.deletion(ctx, sc, n, rt)
	}
	return nil, types.Errorf(types.CodeInternalError, "%T does not write", n)
}
