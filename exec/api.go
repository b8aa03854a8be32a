package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// SEAM: running a plan.

// Runtime is what a running plan may use.
type Runtime struct {
	Env     *types.Env
	Tx      *engine.ReadTx   // of the statement's generation
	Stage   *engine.Stage    // the session's own staged rows, or nil
	Params  []*column.Vector // one row each
	Memory  column.Account   // nil: not accounted
	Workers int              // goroutines for scans and aggregates; 0: GOMAXPROCS
}

//	// Open starts a plan. The Batches it returns must be closed; closing stops every goroutine it started.
//	func Open(ctx context.Context, n plan.Node, rt *Runtime) (plan.Batches, error)
//	// Eval evaluates expressions without Refs to vectors of one row each.
//	func Eval(rt *Runtime, exprs []plan.Expr) ([]*column.Vector, error)
