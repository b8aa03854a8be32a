package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// placeAggregate adds an aggregate call to the query level that it belongs to, that of the innermost column that it reads, and gives what
// stands for its result in sc.
func (b *binder) placeAggregate(sc *scope, call plan.AggCall, name string, location int32) (plan.Expr, error) {
	at := sc
	for at.up() != nil {
		outer, own := false, false
		for _, e := range aggregateExprs(&call) {
			outer, own = outer || plan.HasOuter(e), own || plan.HasRefs(e)
		}
		if own || !outer {
			break
		}
		call = mapAggregate(call, at.drop)
		at = at.up()
	}
	switch {
	case at.inAgg:
		return nil, b.errorf(location, types.CodeGroupingError, "aggregate function calls cannot be nested")
	case at.clause != "":
		return nil, b.errorf(location, types.CodeGroupingError, "aggregate functions are not allowed in %s", at.clause)
	}
	for _, e := range aggregateExprs(&call) {
		if hasAggregate(e) {
			return nil, b.errorf(location, types.CodeGroupingError, "aggregate function calls cannot be nested")
		}
	}
	i := slices.IndexFunc(at.aggs, func(a aggregate) bool { return sameAggregate(a.call, call) })
	if i < 0 {
		i = len(at.aggs)
		at.aggs = append(at.aggs, aggregate{call: call, name: name, location: location})
	}
	ref := &plan.Ref{Typed: typed(call.Func.Result), Index: aggregateRefs + i, Name: name}
	b.located[ref] = location
	return sc.lift(at, ref), nil
}

// aggregateExprs lists what a call evaluates.
func aggregateExprs(c *plan.AggCall) []plan.Expr {
	out := append([]plan.Expr(nil), c.Args...)
	if c.Filter != nil {
		out = append(out, c.Filter)
	}
	for _, k := range c.OrderBy {
		out = append(out, k.Expr)
	}
	return out
}

func mapAggregate(c plan.AggCall, f func(plan.Expr) plan.Expr) plan.AggCall {
	args := make([]plan.Expr, len(c.Args))
	for i, a := range c.Args {
		args[i] = f(a)
	}
	c.Args = args
	if c.Filter != nil {
		c.Filter = f(c.Filter)
	}
	keys := make([]plan.SortKey, len(c.OrderBy))
	for i, k := range c.OrderBy {
		keys[i] = plan.SortKey{Expr: f(k.Expr), Descending: k.Descending, NullsFirst: k.NullsFirst}
	}
	if c.OrderBy != nil {
		c.OrderBy = keys
	}
	return c
}

// recursiveAggregate tells where a level aggregates the rows of the recursive query that it is the recursive term of.
func (sc *scope) recursiveAggregate() (location int32, ok bool) {
	for _, r := range sc.rels {
		if r.recursive != nil && len(sc.aggs) > 0 {
			return sc.aggs[0].location, true
		}
	}
	return 0, false
}
