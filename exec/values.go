package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// values computes rows of expressions, a batch of rows at a time.
type values struct {
	n    *plan.Values
	rt   *Runtime
	next int
	out  column.Batch
}

func newValues(n *plan.Values, rt *Runtime) plan.Batches { return &values{n: n, rt: rt} }

func (v *values) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if v.next == len(v.n.Rows) {
		return false, nil
	}
	kinds := make([]column.Kind, len(v.n.Cols))
	for i, c := range v.n.Cols {
		kinds[i] = types.KindOf(c.Type)
	}
	v.out.Reset(kinds)
	one := column.Batch{Len: 1}
	for ; v.next < len(v.n.Rows) && v.out.Len < column.BatchRows; v.next++ {
		if v.out.Len&255 == 0 {
			if err := ended(ctx); err != nil {
				return false, err
			}
		}
		for i, e := range v.n.Rows[v.next] {
			if c, ok := e.(*plan.Const); ok {
				v.out.Cols[i].AppendFrom(c.Value, 0)
				continue
			}
			ev, err := compile(v.rt, e)
			if err != nil {
				return false, err
			}
			x, err := ev.eval(&one, nil)
			if err != nil {
				return false, err
			}
			v.out.Cols[i].AppendFrom(x, 0)
		}
		v.out.Len++
	}
	*b = v.out
	return true, nil
}

func (v *values) Close() {}
