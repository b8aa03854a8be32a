package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Runtime is what a running plan may use. It belongs to one statement.
type Runtime struct {
	Env     *types.Env
	Tx      *engine.ReadTx   // of the statement's generation
	Stage   *engine.Stage    // the session's own staged rows, or nil
	Params  []*column.Vector // one row each
	Memory  column.Account   // nil: not accounted
	Workers int              // goroutines for scans and aggregates; 0: GOMAXPROCS
	// WorkMem is how many bytes one operator that sorts may take before it goes to a temporary file, and HashMultiplier how many times as much one that hashes;
	// 0: as many as Memory gives, and once.
	WorkMem        int64
	HashMultiplier float64
	Temp           func() (TempFile, error) // nil: there are no temporary files, and what passes Memory fails
	Stats          *Stats                   // counts rows and batches of each node; nil: nothing is counted
	// Compiled keeps what scans were compiled to for the plan's next run; nil: nothing is kept.
	Compiled *CompiledScans
	// Modify runs a *plan.Insert or *plan.Delete and yields a row for each event that was written or deleted; rt is for opening the node's plans. Nil: there are none.
	Modify func(ctx context.Context, n plan.Node, rt *Runtime) (plan.Batches, error)
	// Idle, when not nil, is called before a plan waits for events that are not there yet, and every second while it does: what rows there are should be sent. Its
	// error ends the waiting.
	Idle func() error
	// SkipDamaged, when not nil, is told of damage that scans then pass over (engine.Spec); several goroutines may call it at once.
	SkipDamaged func(*engine.DamageError)

	handed handedKeys // what joins above have handed down
	narrow *narrowing // a scan whose rows a sort wants less and less of
	// anyOrder: nobody asks in which order scans without one yield rows.
	anyOrder bool
	frame    *frame // of the opening that the plan belongs to
	// scan stands in for Tx.Scan in tests.
	scan func(engine.Spec) ([]engine.Fragment, error)
	// least, when not 0, lets WorkMem be less than leastMemory in tests.
	least int64
	// whole, in tests, lets windows take whole partitions in, also where they could do without.
	whole bool
}

// Open starts a plan. The Batches it returns must be closed; closing stops every goroutine it started,
// and waits for them. It is drawn from by one goroutine at a time.
//
// The vectors of a batch may be shared by several of its columns and by the plan: whoever draws it reads them
// and doesn't change them. Errors of the statement are *types.Error; when ctx ends, Next returns
// context.Cause(ctx) as it is. A panic inside is an error (XX000) of this plan.
func Open(ctx context.Context, n plan.Node, rt *Runtime) (plan.Batches, error) {
	return open(ctx, n, rt)
}

// Eval evaluates expressions without Refs to vectors of one row each, which belong to the caller.
func Eval(rt *Runtime, exprs []plan.Expr) ([]*column.Vector, error) {
	return evalConstants(rt, exprs)
}
