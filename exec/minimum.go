package exec

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

// What operators can't well do without, in bytes: a query is let in when there is as much.
const (
	leastOfScan = 1 << 20
	leastOfPage = 8 << 20 // each worker's page and batches
	leastOfSort = 1 << 20
	leastOfHash = 2 << 20
)

// Minimum is how much memory a plan needs so that it can go on, with temporary files, whatever others take.
func Minimum(n plan.Node, rt *Runtime) int64 {
	var sum int64
	page := leastOfPage * int64(rt.workers())
	plan.WalkNodes(n, func(n plan.Node) bool {
		for _, s := range plan.SubQueries(plan.Exprs(n)...) {
			if s.Kind == plan.AnyQuery || s.Kind == plan.AllQuery || s.Kind == plan.KeyQuery {
				sum += leastOfHash
			}
		}
		switch n := n.(type) {
		case *plan.Scan:
			sum += leastOfScan + page
		case *plan.Sort, *plan.Window:
			sum += leastOfSort
		case *plan.Join:
			sum += leastOfHash
		case *plan.Distinct:
			sum += leastOfHash
		case *plan.SetOp:
			sum += leastOfHash
		case *plan.Recursion:
			if sum += 2 * leastOfSort; n.Distinct {
				sum += leastOfHash
			}
		case *plan.Aggregate:
			if len(n.Keys) > 0 || slices.ContainsFunc(n.Aggs, func(a plan.AggCall) bool { return a.Distinct }) {
				sum += leastOfHash
			}
		}
		return true
	})
	return sum
}

// during is an account whose reservations wait no longer than a context that is told when it is there.
type during struct {
	*Account
	ctx atomic.Pointer[context.Context]
}

func (d *during) Reserve(bytes int64) error {
	if ctx := d.ctx.Load(); ctx != nil {
		return d.reserve(*ctx, bytes)
	}
	return d.Account.Reserve(bytes)
}

// whileAt gives a runtime for what other goroutines do, and how to say until when they may wait for memory: who stops them waits for them.
func (rt *Runtime) whileAt() (*Runtime, func(context.Context)) {
	a, ok := rt.Memory.(*Account)
	if !ok {
		return rt, func(context.Context) {}
	}
	d := &during{Account: a}
	out := *rt
	out.Memory = column.Account(d)
	return &out, func(ctx context.Context) { d.ctx.Store(&ctx) }
}

// waits lets a statement's reservations end with the statement.
func (rt *Runtime) waits() {
	if a, ok := rt.Memory.(*Account); ok {
		a.pool.mu.Lock()
		if a.until == nil {
			a.until = rt.context
		}
		a.pool.mu.Unlock()
	}
}
