package session

import (
	"context"

	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// openPlan starts a plan whose rows go to the client. One that does nothing but follow a stream lets go of the statement's generation: it may run for days, and
// what merging replaces meanwhile is to be deleted.
func (s *session) openPlan(ctx context.Context, sc *scope, n plan.Node, rt *exec.Runtime) (plan.Batches, error) {
	if follows(n) && s.tx.snapshot != nil {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "flare.tail is not supported in a transaction of this isolation level").
			WithDetail("The transaction sees what was committed when it began, and nothing that comes later.").WithHint("Use READ COMMITTED.")
	}
	rows, err := exec.Open(ctx, n, rt)
	if err == nil && followsOnly(n) {
		sc.tx.Close()
	}
	return rows, err
}

// follows reports whether a plan follows streams.
func follows(n plan.Node) (found bool) {
	plan.WalkNodes(n, func(n plan.Node) bool {
		_, ok := n.(*plan.Follow)
		found = found || ok
		return !found
	})
	return found
}

// followsOnly reports whether a plan reads what it follows and nothing else, and opens all of itself at once.
func followsOnly(n plan.Node) bool {
	if len(plan.SubQueries(plan.Exprs(n)...)) > 0 {
		return false
	}
	switch n := n.(type) {
	case *plan.Follow:
		return true
	case *plan.Filter:
		return followsOnly(n.Input)
	case *plan.Project:
		return followsOnly(n.Input)
	case *plan.Limit:
		return followsOnly(n.Input)
	}
	return false
}
