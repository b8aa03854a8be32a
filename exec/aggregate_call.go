package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// aggCall feeds one aggregate: FILTER narrows its rows, DISTINCT lets each value pass once a group, ORDER
// BY keeps the rows back until the results are yielded. Values of DISTINCT without an order are kept until the end, too, so that what was
// gathered apart can be put together.
type aggCall struct {
	call   *plan.AggCall
	info   function.Call
	acc    function.Accumulator
	args   []evaluator
	filter *filter
	argVec []*column.Vector

	distinct *distinctValues // DISTINCT, else nil
	spill    *distinctSpill  // of distinct, where that is fed at the end; nil where there are no temporary files

	held   *lateRows         // ORDER BY: group, arguments, keys; also of others, once their states have no room
	keeper function.Keeper   // acc, where its rows can be kept back when there is no more room; else nil
	shows  function.Renderer // of rows that are kept back, which are rendered before; else nil
	like   bool              // selects among the values of another call: only its direct argument is evaluated
}

// newAggCall makes the state of one of so many calls in a table with keys or without; others are those of the calls before it.
func newAggCall(rt *Runtime, call *plan.AggCall, col plan.Column, keyed bool, calls int, others []*aggCall) (*aggCall, error) {
	c := &aggCall{call: call, info: function.Call{Env: rt.Env, Result: col.Type, Typmod: -1}}
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
	if call.Weight != nil {
		weight, err := compile(rt, call.Weight)
		if err != nil {
			return nil, err
		}
		c.args, c.acc = append(c.args, weight), function.NewWeightedCount()
	}
	order := call.OrderBy
	if call.Distinct {
		if len(order) == 0 && ordered(call.Func) {
			// PostgreSQL finds distinct values by sorting; where that shows, it is the result.
			for _, a := range call.Args {
				order = append(order, plan.SortKey{Expr: a})
			}
		}
		c.distinct = newDistinctValues(c.info.Args, keyed, len(order) > 0)
		if len(order) == 0 && rt.spills() {
			c.spill = newDistinctSpill(rt, c.info.Args, calls)
		}
	}
	if len(order) > 0 {
		keys := []plan.SortKey{groupKey()}
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
		if call.Distinct { // equal arguments come together, as they are ordered by some of them
			for i, a := range call.Args {
				keys = append(keys, plan.SortKey{Expr: &plan.Ref{Typed: plan.Typed{OID: a.Type(), Mod: a.Typmod()}, Index: 1 + i}})
			}
		}
		s, err := newSorter(rt, keys, -1)
		if err != nil {
			return nil, err
		}
		c.held = &lateRows{sorter: s, args: len(call.Args)}
	}
	c.keeper = c.keeps(rt, keyed)
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
func (c *aggCall) add(ctx context.Context, t *table, b *column.Batch, of []int32) error {
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
	args := c.argVec
	if c.call.Weight == nil {
		args = args[:min(len(args), len(c.call.Args))]
	}
	switch {
	case c.deferred():
		return c.addDistinct(ctx, t, b.Len, sel, args, of)
	case c.held == nil:
		return c.acc.Add(&c.info, b.Len, sel, of, args)
	case c.distinct != nil:
		if c.held.rt.spills() && !t.meter.try(t.bytes()+c.distinct.growth(args, sel.Count(b.Len), t.groups())) {
			// What comes again is known by its neighbour when the rows are sorted.
			c.distinct.empty()
			c.held.distinct = newOrdering(c.held.keys[len(c.held.keys)-len(args):])
		}
		var err error
		if sel, err = c.distinct.unseen(t, b.Len, sel, args, of); err != nil || len(sel) == 0 {
			return err
		}
	}
	if args = c.argVec; c.shows != nil {
		var err error
		if args, err = c.shows.Render(&c.info, b.Len, sel, args); err != nil {
			return err
		}
	}
	return c.held.add(ctx, b.Len, sel, of, args)
}

// deferred reports whether the call is fed at the end, with the distinct values.
func (c *aggCall) deferred() bool { return c.distinct != nil && c.held == nil }

func (c *aggCall) bytes() int64 {
	n := c.acc.Bytes()
	if c.distinct != nil {
		n += c.distinct.bytes()
	}
	if c.spill != nil {
		n += c.spill.bytes()
	}
	return n
}

// merge takes in what the same call of another table gathered; group g of that one is to[g] here.
func (c *aggCall) merge(ctx context.Context, t *table, o *aggCall, to []int32) error {
	if c.held == nil {
		c.acc.Resize(t.groups())
	}
	if c.deferred() {
		return c.mergeDistinct(ctx, t, o, to)
	}
	if c.held != nil || o.held != nil || c.keeper != nil && !t.meter.try(t.bytes()+o.acc.Bytes()) {
		for _, x := range []*aggCall{c, o} {
			if x.held != nil {
				continue
			}
			if err := x.unload(ctx, t.rt); err != nil {
				return err
			}
		}
		return c.mergeLate(ctx, o, to)
	}
	return c.acc.Merge(o.acc, to)
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

// finish feeds the values of DISTINCT, and ends the sort of rows that are kept back.
func (c *aggCall) finish(ctx context.Context, t *table) error {
	if c.deferred() {
		return c.feedDistinct(ctx, t)
	}
	if c.held != nil {
		return c.held.finish(ctx)
	}
	return nil
}
