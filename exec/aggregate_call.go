package exec

import (
	"context"
	"encoding/binary"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// aggCall feeds one aggregate: FILTER narrows its rows, DISTINCT lets each value pass once a group, ORDER
// BY keeps the rows back until all are there.
type aggCall struct {
	call   *plan.AggCall
	info   function.Call
	acc    function.Accumulator
	args   []evaluator
	filter *filter
	argVec []*column.Vector

	seen      map[string]struct{} // DISTINCT: group and arguments
	seenBytes int64
	first     []int32
	key       []byte

	held *sorter // ORDER BY: group, arguments, keys
	like bool    // selects among the values of another call: only its direct argument is evaluated
}

// newAggCall makes the state of a call; others are those of the calls before it.
func newAggCall(rt *Runtime, call *plan.AggCall, col plan.Column, others []*aggCall) (*aggCall, error) {
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
	order := call.OrderBy
	if call.Distinct {
		c.seen = map[string]struct{}{}
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

// add feeds a batch, of[i] being row i's group.
func (c *aggCall) add(b *column.Batch, of []int32) error {
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
	if c.seen != nil {
		sel = c.unseen(b.Len, sel, args, of)
	}
	if sel.Count(b.Len) == 0 {
		return nil
	}
	if c.held == nil {
		return c.acc.Add(&c.info, b.Len, sel, of, args)
	}
	group := column.New(column.Int64)
	for _, g := range of {
		group.AppendInt(int64(g))
	}
	return c.held.add(c.held.rt.context(), &column.Batch{Len: b.Len, Sel: sel, Cols: append([]*column.Vector{group}, c.argVec...)})
}

// unseen narrows sel to the rows whose arguments their group has not seen before.
func (c *aggCall) unseen(n int, sel column.Selection, args []*column.Vector, of []int32) column.Selection {
	c.first = room(c.first, n)
	for i := range each(sel, n) {
		c.key = binary.LittleEndian.AppendUint32(c.key[:0], uint32(of[i]))
		for k, v := range args {
			if v.Null(i) {
				c.key = append(c.key, 0)
				continue
			}
			at := len(c.key) + 1
			c.key = types.AppendKey(append(c.key, 1, 0, 0, 0, 0), c.info.Args[k], v, i)
			binary.LittleEndian.PutUint32(c.key[at:], uint32(len(c.key)-at-4))
		}
		if _, ok := c.seen[string(c.key)]; !ok {
			c.seen[string(c.key)] = struct{}{}
			c.seenBytes += int64(len(c.key)) + 40
			c.first = append(c.first, int32(i))
		}
	}
	return c.first
}

func (c *aggCall) bytes() int64 { return c.acc.Bytes() + c.seenBytes }

// finish feeds the rows that ORDER BY kept back.
func (c *aggCall) finish(ctx context.Context) error {
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
