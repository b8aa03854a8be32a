package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
)

// concat yields its inputs one after the other. Each is opened when its turn comes, so that the workers of
// one scan at a time run.
type concat struct {
	inputs []plan.Node
	rt     *Runtime
	from   plan.Batches // the open one, or nil
}

func openAppend(ctx context.Context, n *plan.Append, rt *Runtime) (plan.Batches, error) {
	c := &concat{inputs: n.Inputs, rt: rt}
	return c, c.open(ctx)
}

func (c *concat) open(ctx context.Context) error {
	if len(c.inputs) == 0 {
		return nil
	}
	from, err := build(ctx, c.inputs[0], c.rt)
	if err != nil {
		return err
	}
	c.from, c.inputs = from, c.inputs[1:]
	return nil
}

func (c *concat) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for c.from != nil {
		ok, err := c.from.Next(ctx, b)
		if ok || err != nil {
			return ok, err
		}
		c.Close()
		if err := c.open(ctx); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (c *concat) Close() {
	if c.from != nil {
		c.from.Close()
		c.from = nil
	}
}
