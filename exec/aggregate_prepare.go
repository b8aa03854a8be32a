package exec

import (
	"context"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types/function"
)

// prepare lets all workers work out the results of a call that take long, a group at a time each.
func (t *table) prepare(ctx context.Context, c *aggCall) error {
	p, ok := c.acc.(function.Preparer)
	if !ok || t.workers < 2 || !p.Costly(t.groups()) || t.reserve(int64(t.workers)*function.PrepareBytes) != nil {
		return nil
	}
	k := newCrew(plan.Title(t.n), nil)
	defer k.close()
	defer context.AfterFunc(ctx, func() { k.cancel(context.Cause(ctx)) })()
	var taken atomic.Int64
	next := func() (int, bool) {
		g := int(taken.Add(1)) - 1
		return g, g < t.groups() && k.ctx.Err() == nil
	}
	for range t.workers {
		k.start(func() error { return p.Prepare(&c.info, next) }, nil)
	}
	k.wg.Wait()
	return k.outcome()
}
