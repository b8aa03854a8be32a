package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// expander makes of a batch one for every grouping set. Nothing is copied: keys that are not of the set are a constant null. It is used by one goroutine.
type expander struct {
	n     *plan.Expand
	keys  []evaluator
	stats *NodeStats

	in   column.Batch
	vecs []*column.Vector // the keys of in
	set  int              // the next one of in
	cols []*column.Vector
}

func newExpander(rt *Runtime, n *plan.Expand) (*expander, error) {
	keys, err := compileAll(rt, n.Keys)
	return &expander{n: n, keys: keys, set: len(n.Sets)}, err
}

// begin takes a batch, which must stay as it is until next has given all that is made of it.
func (x *expander) begin(b *column.Batch) (err error) {
	x.in, x.set = *b, 0
	x.vecs, err = evalAll(x.keys, &x.in)
	return err
}

// next gives the batch of the next set, false when there is none.
func (x *expander) next(b *column.Batch) bool {
	if x.set == len(x.n.Sets) {
		return false
	}
	x.cols = append(x.cols[:0], x.in.Cols...)
	first := len(x.cols)
	for _, e := range x.n.Keys {
		x.cols = append(x.cols, column.NewNull(types.KindOf(e.Type()), x.in.Len))
	}
	for _, k := range x.n.Sets[x.set] {
		x.cols[first+k] = x.vecs[k]
	}
	number := column.New(column.Int64)
	number.AppendInt(int64(x.set))
	x.cols = append(x.cols, number.Repeat(x.in.Len))
	x.set++
	*b = column.Batch{Len: x.in.Len, Sel: x.in.Sel, Cols: x.cols}
	x.stats.count(b)
	return true
}

// expand yields what an expander makes of its input.
type expand struct {
	*expander
	input plan.Batches
	drawn column.Batch
}

func openExpand(ctx context.Context, n *plan.Expand, rt *Runtime) (plan.Batches, error) {
	x, err := newExpander(rt, n)
	if err != nil {
		return nil, err
	}
	in, err := build(ctx, n.Input, rt)
	if err != nil {
		return nil, err
	}
	return &expand{expander: x, input: in}, nil
}

func (x *expand) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for !x.next(b) {
		if err := ended(ctx); err != nil {
			return false, err
		}
		ok, err := x.input.Next(ctx, &x.drawn)
		if !ok || err != nil {
			return false, err
		}
		if err := x.begin(&x.drawn); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (x *expand) Close() { x.input.Close() }

// ifEmpty yields the rows of one plan, or of another where the first has none.
type ifEmpty struct {
	n    *plan.IfEmpty
	rt   *Runtime
	from plan.Batches
	some bool // of the rows that decide
}

func openIfEmpty(ctx context.Context, n *plan.IfEmpty, rt *Runtime) (plan.Batches, error) {
	in, err := build(ctx, n.Input, rt)
	return &ifEmpty{n: n, rt: rt, from: in}, err
}

func (e *ifEmpty) Next(ctx context.Context, b *column.Batch) (bool, error) {
	for {
		ok, err := e.from.Next(ctx, b)
		if err != nil || ok && b.Rows() > 0 {
			e.some = true
			return ok, err
		}
		if ok {
			continue
		}
		if e.some {
			return false, nil
		}
		e.some = true
		e.from.Close()
		other, err := build(ctx, e.n.Else, e.rt)
		if err != nil {
			return false, err
		}
		e.from = other
	}
}

func (e *ifEmpty) Close() { e.from.Close() }
