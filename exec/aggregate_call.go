package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// aggCall feeds one aggregate: FILTER narrows its rows, DISTINCT lets each value pass once a group, ORDER
// BY keeps the rows back until all are there. Values of DISTINCT without an order are kept until the end, too, so that what was
// gathered apart can be put together.
type aggCall struct {
	call   *plan.AggCall
	info   function.Call
	acc    function.Accumulator
	args   []evaluator
	filter *filter
	argVec []*column.Vector

	seen  *groups // DISTINCT: the group, where there are several, and the arguments
	keyed bool    // there are several groups
	group *column.Vector
	first []int32
	of    []int32

	held *sorter // ORDER BY: group, arguments, keys
	like bool    // selects among the values of another call: only its direct argument is evaluated
}

// newAggCall makes the state of a call in a table with keys or without; others are those of the calls before it.
func newAggCall(rt *Runtime, call *plan.AggCall, col plan.Column, keyed bool, others []*aggCall) (*aggCall, error) {
	c := &aggCall{call: call, keyed: keyed, group: column.New(column.Int64), info: function.Call{Env: rt.Env, Result: col.Type, Typmod: -1}}
	for _, a := range call.Args {
		c.info.Args = append(c.info.Args, a.Type())
	}
	if selects(call) {
		return c, c.selecting(rt, others)
	}
	var err error
	if c.args, err = compileAll(rt, call.Args); err != nil {
		return nil, err
	}
	if call.Filter != nil {
		cond, err := compile(rt, call.Filter)
		if err != nil {
			return nil, err
		}
		c.filter = newFilter(cond)
	}
	c.acc = call.Func.New(&c.info)
	order := call.OrderBy
	if call.Distinct {
		keys := c.info.Args
		if keyed {
			keys = append([]types.OID{types.Int8}, keys...)
		}
		c.seen = newGroups(keys)
		if len(order) == 0 && ordered(call.Func) {
			// PostgreSQL finds distinct values by sorting; where that shows, it is the result.
			for _, a := range call.Args {
				order = append(order, plan.SortKey{Expr: a})
			}
		}
	}
	if len(order) > 0 {
		keys := []plan.SortKey{{Expr: &plan.Ref{Typed: plan.Typed{OID: types.Int8, Mod: -1}}}}
		width := 1 + len(call.Args)
		for i, k := range order {
			ev, err := compile(rt, k.Expr)
			if err != nil {
				return nil, err
			}
			c.args = append(c.args, ev)
			k.Expr = &plan.Ref{Typed: plan.Typed{OID: k.Expr.Type(), Mod: k.Expr.Typmod()}, Index: width + i}
			keys = append(keys, k)
		}
		if c.held, err = newSorter(rt, keys, -1); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// ordered reports whether an aggregate's result depends on the order of its rows.
func ordered(f *function.Aggregate) bool {
	switch f.Name {
	case "string_agg", "array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "xmlagg":
		return true
	}
	return false
}

// selects reports whether a call with an order finds its result by selection, from rows in any order.
func selects(call *plan.AggCall) bool {
	if len(call.OrderBy) != 1 || call.Distinct || len(call.Args) != 2 || !plan.Equal(call.Args[1], call.OrderBy[0].Expr) {
		return false
	}
	info := function.Call{Args: []types.OID{call.Args[0].Type(), call.Args[1].Type()}}
	return function.Selecting(call.Func, &info, false, nil) != nil
}

// selecting makes c a call that selects, among the values of an earlier one where that keeps the same.
func (c *aggCall) selecting(rt *Runtime, others []*aggCall) error {
	descending := c.call.OrderBy[0].Descending
	var like function.Accumulator
	for _, o := range others {
		if !o.like && selects(o.call) && o.keepsSame(c.call) {
			like = o.acc
		}
	}
	args := c.call.Args
	if c.like = like != nil; c.like {
		args = args[:1]
	}
	c.acc = function.Selecting(c.call.Func, &c.info, descending, like)
	var err error
	if c.args, err = compileAll(rt, args); err != nil || c.like || c.call.Filter == nil {
		return err
	}
	cond, err := compile(rt, c.call.Filter)
	if err == nil {
		c.filter = newFilter(cond)
	}
	return err
}

// keepsSame reports whether the values that two selecting calls keep are the same ones.
func (c *aggCall) keepsSame(o *plan.AggCall) bool {
	if !plan.Equal(c.call.Args[1], o.Args[1]) || plan.IsVolatile(o.Args[1]) || (c.call.Filter == nil) != (o.Filter == nil) {
		return false
	}
	return o.Filter == nil || plan.Equal(c.call.Filter, o.Filter) && !plan.IsVolatile(o.Filter)
}

// add feeds a batch of a table, of[i] being row i's group; nil: there is one.
func (c *aggCall) add(t *table, b *column.Batch, of []int32) error {
	sel := b.Sel
	if c.filter != nil {
		var err error
		if sel, err = c.filter.apply(b, sel); err != nil {
			return err
		}
		if sel.Count(b.Len) == 0 {
			return nil
		}
	}
	c.argVec = c.argVec[:0]
	for _, e := range c.args {
		v, err := e.eval(b, sel)
		if err != nil {
			return err
		}
		c.argVec = append(c.argVec, v)
	}
	args := c.argVec[:min(len(c.argVec), len(c.call.Args))]
	if c.seen == nil && c.held == nil {
		return c.acc.Add(&c.info, b.Len, sel, of, args)
	}
	c.group.Reset(column.Int64)
	if of == nil {
		c.group.AppendInt(0)
		c.group.Repeat(b.Len)
	}
	for _, g := range of {
		c.group.AppendInt(int64(g))
	}
	if c.seen != nil {
		var err error
		if sel, err = c.unseen(t, b.Len, sel, args); err != nil || c.deferred() || len(sel) == 0 {
			return err
		}
	}
	return c.held.add(c.held.rt.context(), &column.Batch{Len: b.Len, Sel: sel, Cols: append([]*column.Vector{c.group}, c.argVec...)})
}

// deferred reports whether the call is fed at the end, with the distinct values.
func (c *aggCall) deferred() bool { return c.seen != nil && c.held == nil }

// unseen notes the arguments of the rows sel, and narrows it to those that their group has not seen before.
func (c *aggCall) unseen(t *table, n int, sel column.Selection, args []*column.Vector) (column.Selection, error) {
	keys := args
	if c.keyed {
		keys = append([]*column.Vector{c.group}, args...)
	}
	if err := t.reserve(c.seen.growth(keys, sel.Count(n))); err != nil {
		return nil, err
	}
	if cap(c.of) < n {
		c.of = make([]int32, n)
	}
	next := int32(c.seen.len())
	if err := c.seen.assign(n, sel, keys, c.of[:n]); err != nil || c.held == nil {
		return nil, err
	}
	c.first = room(c.first, n)
	for i := range each(sel, n) {
		if c.of[i] == next { // numbers are given as values appear
			c.first = append(c.first, int32(i))
			next++
		}
	}
	return c.first, nil
}

func (c *aggCall) bytes() int64 {
	n := c.acc.Bytes() + c.group.Size() + 4*int64(cap(c.first)+cap(c.of))
	if c.seen != nil {
		n += c.seen.bytes()
	}
	return n
}

// merge takes in what the same call of another table gathered; group g of that one is to[g] here.
func (c *aggCall) merge(ctx context.Context, t *table, o *aggCall, to []int32) error {
	c.acc.Resize(t.groups())
	if !c.deferred() {
		return c.acc.Merge(o.acc, to)
	}
	keys := append([]*column.Vector(nil), o.seen.keys...)
	n := o.seen.len()
	if c.keyed {
		keys[0] = column.New(column.Int64)
		for _, g := range o.seen.keys[0].Ints {
			keys[0].AppendInt(int64(to[g]))
		}
	}
	if err := t.reserve(c.seen.growth(keys, n) + 12*int64(n)); err != nil {
		return err
	}
	return windows(ctx, n, func(rows column.Selection) error {
		if cap(c.of) < n {
			c.of = make([]int32, n)
		}
		return c.seen.assign(n, rows, keys, c.of[:n])
	})
}

// windows calls f with the rows of n, a batch of them at a time.
func windows(ctx context.Context, n int, f func(rows column.Selection) error) error {
	var rows column.Selection
	for lo := 0; lo < n; lo += column.BatchRows {
		if err := ended(ctx); err != nil {
			return err
		}
		rows = room(rows, column.BatchRows)
		for i := lo; i < min(lo+column.BatchRows, n); i++ {
			rows = append(rows, int32(i))
		}
		if err := f(rows); err != nil {
			return err
		}
	}
	return nil
}

// finishDistinct feeds the distinct values.
func (c *aggCall) finishDistinct(ctx context.Context) error {
	args, n := c.seen.keys, c.seen.len()
	var of []int32
	if c.keyed {
		of = make([]int32, n)
		for i, g := range args[0].Ints {
			of[i] = int32(g)
		}
		args = args[1:]
	}
	return windows(ctx, n, func(rows column.Selection) error {
		return c.acc.Add(&c.info, n, rows, of, args)
	})
}

// finish feeds the rows that DISTINCT and ORDER BY kept back.
func (c *aggCall) finish(ctx context.Context) error {
	if c.deferred() {
		return c.finishDistinct(ctx)
	}
	if c.held == nil {
		return nil
	}
	defer c.held.close()
	if err := c.held.finish(ctx); err != nil {
		return err
	}
	var b column.Batch
	var of []int32
	for {
		ok, err := c.held.next(ctx, &b)
		if !ok || err != nil {
			return err
		}
		of = of[:0]
		for i := range b.Len {
			of = append(of, int32(b.Cols[0].Int(i)))
		}
		if err := c.acc.Add(&c.info, b.Len, b.Sel, of, b.Cols[1:1+len(c.call.Args)]); err != nil {
			return err
		}
	}
}
