package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// apply opens its right side anew for each row of its left one.
type apply struct {
	n     *plan.Apply
	rt    *Runtime
	left  plan.Batches
	args  []evaluator
	cond  *filter // nil: none
	kinds []column.Kind
	width int // of the left side

	in      column.Batch
	have    bool
	at      int // in in's selection
	vecs    []*column.Vector
	right   plan.Batches // open for row at of in, or nil
	frame   *frame       // right's
	found   bool         // the row has a partner
	from    column.Batch // right's
	pairs   column.Batch // the row beside right's rows
	ones    []column.Vector
	out     column.Batch
	meter   meter
	leftEnd bool
}

func openApply(ctx context.Context, n *plan.Apply, rt *Runtime) (plan.Batches, error) {
	a := &apply{n: n, rt: rt, width: len(n.Left.Columns()), meter: meter{acc: rt.Memory}}
	var err error
	if a.args, err = compileAll(rt, n.Args); err != nil {
		return nil, err
	}
	if n.Cond != nil {
		cond, err := compile(rt, n.Cond)
		if err != nil {
			return nil, err
		}
		a.cond = newFilter(cond)
	}
	for _, side := range []plan.Node{n.Left, n.Right} {
		for _, c := range side.Columns() {
			a.kinds = append(a.kinds, types.KindOf(c.Type))
		}
	}
	a.ones = make([]column.Vector, a.width)
	a.left, err = build(ctx, n.Left, rt)
	return a, err
}

func (a *apply) Next(ctx context.Context, b *column.Batch) (bool, error) {
	a.out.Reset(a.kinds)
	for !a.leftEnd && a.out.Len < column.BatchRows && bytesOf(a.out.Cols) < column.BatchBytes {
		if err := ended(ctx); err != nil {
			return false, err
		}
		if err := a.step(ctx); err != nil {
			return false, err
		}
	}
	if a.out.Len == 0 {
		return false, nil
	}
	*b = a.out
	return true, a.meter.ensure(bytesOf(a.out.Cols))
}

// step does the next bit of work: it draws a left batch, opens the right side for a row, or takes a right batch in.
func (a *apply) step(ctx context.Context) (err error) {
	switch {
	case a.right != nil:
		ok, err := a.right.Next(ctx, &a.from)
		if err != nil {
			return because(ctx, err)
		}
		if ok {
			return a.take()
		}
		a.closeRight()
		if !a.found && a.n.Kind == plan.LeftJoin {
			a.append(a.in.Cols, []int32{int32(a.row())}, nil)
		}
		a.at++
	case a.have && a.at < a.in.Rows():
		rt := a.rt.within(rowValues(a.vecs, a.row()))
		if len(a.n.Args) == 0 {
			rt.Workers = 1
		}
		a.frame, a.found = rt.frame, false
		if a.right, err = build(ctx, a.n.Right, rt); err != nil {
			rt.frame.close()
			return err
		}
		for i, v := range a.in.Cols {
			a.ones[i].Reset(v.Kind)
			a.ones[i].AppendFrom(v, a.row())
			a.ones[i].Form = column.Constant
		}
	default:
		ok, err := a.left.Next(ctx, &a.in)
		if err != nil {
			return err
		}
		a.have, a.at, a.leftEnd = ok, 0, !ok
		if ok {
			a.vecs, err = evalAll(a.args, &a.in)
		}
		return err
	}
	return nil
}

func (a *apply) row() int {
	if a.in.Sel != nil {
		return int(a.in.Sel[a.at])
	}
	return a.at
}

// take puts the left row beside a right batch.
func (a *apply) take() error {
	if a.from.Rows() == 0 {
		return nil
	}
	a.pairs.Cols = a.pairs.Cols[:0]
	for i := range a.ones {
		a.ones[i].Len = a.from.Len
		a.pairs.Cols = append(a.pairs.Cols, &a.ones[i])
	}
	a.pairs.Cols = append(a.pairs.Cols, a.from.Cols...)
	a.pairs.Len, a.pairs.Sel = a.from.Len, a.from.Sel
	if a.cond != nil {
		sel, err := a.cond.apply(&a.pairs, a.pairs.Sel)
		if err != nil {
			return err
		}
		a.pairs.Sel = sel
	}
	if a.pairs.Rows() == 0 {
		return nil
	}
	a.found = true
	if err := a.meter.ensure(bytesOf(a.out.Cols) + payload(a.pairs.Cols, a.pairs.Rows())); err != nil {
		return err
	}
	a.append(a.pairs.Cols, a.pairs.Sel, a.pairs.Cols)
	return nil
}

// append appends rows sel (nil: all) of cols to the output; right nil: nulls on the right side.
func (a *apply) append(cols []*column.Vector, sel column.Selection, right []*column.Vector) {
	n := 0
	for i, v := range a.out.Cols {
		switch {
		case i < a.width || right != nil:
			appendRows(v, cols[i], sel)
			n = v.Len
		default:
			appendNulls(v, sel.Count(0))
			n = v.Len
		}
	}
	if len(a.out.Cols) == 0 {
		n = a.out.Len + sel.Count(a.pairs.Len)
	}
	a.out.Len = n
}

func (a *apply) closeRight() {
	if a.right != nil {
		a.right.Close()
		a.frame.close()
		a.right = nil
	}
}

func (a *apply) Close() {
	a.closeRight()
	a.left.Close()
	a.meter.release()
}
