package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// ties is a limit that also lets those rows pass that come right behind the last one and equal it by the keys of the order.
type ties struct {
	*limit
	keys  []evaluator
	order ordering
	vecs  []*column.Vector
	last  []*column.Vector // the last row's keys
	done  bool
}

func newTies(n *plan.Limit, rt *Runtime, l *limit) (plan.Batches, error) {
	if l.left < 0 {
		return l, nil
	}
	t := &ties{limit: l, order: newOrdering(n.Ties), done: l.left == 0}
	for _, k := range n.Ties {
		ev, err := compile(rt, k.Expr)
		if err != nil {
			l.Close()
			return nil, err
		}
		t.keys = append(t.keys, ev)
		t.last = append(t.last, column.New(types.KindOf(k.Expr.Type())))
	}
	return t, nil
}

func (t *ties) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for !t.done {
		ok, err := t.input.Next(ctx, b)
		if !ok || err != nil {
			return false, err
		}
		rows := b.Rows()
		if int64(rows) <= t.skip {
			t.skip -= int64(rows)
			continue
		}
		if t.skip > 0 {
			t.sel = skip(b, int(t.skip), t.sel)
			t.skip, rows = 0, b.Rows()
		}
		if t.vecs, err = evalInto(t.vecs, t.keys, b); err != nil {
			return false, err
		}
		row := func(i int) int {
			if b.Sel != nil {
				return int(b.Sel[i])
			}
			return i
		}
		pass := int(min(t.left, int64(rows)))
		if pass > 0 && int64(pass) == t.left {
			for k, v := range t.vecs {
				t.last[k].Reset(v.Kind)
				t.last[k].AppendFrom(v, row(pass-1))
			}
		}
		if t.left -= int64(pass); t.left == 0 {
			for pass < rows && t.order.compare(t.vecs, row(pass), t.last, 0) == 0 {
				pass++
			}
			t.done = pass < rows
		}
		if pass == 0 {
			break
		}
		t.sel2 = clip(b, pass, t.sel2)
		return true, nil
	}
	t.input.Close()
	return false, nil
}
