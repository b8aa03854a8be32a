package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// withinGroup binds the arguments of an ordered-set aggregate, f(direct …) WITHIN GROUP (ORDER BY sorted …): the direct ones, then what is
// sorted. The aggregate is given its rows in that order.
func (b *binder) withinGroup(sc *scope, n *pg.FuncCall, schema, name string, direct []plan.Expr, locations []int32) (*plan.AggCall, error) {
	if n.AggDistinct {
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "cannot use DISTINCT with WITHIN GROUP")
	}
	args := append([]plan.Expr(nil), direct...)
	var keys []plan.SortKey
	for _, s := range n.AggOrder {
		key, err := b.sortKey(sc, s.GetSortBy())
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		args = append(args, key.Expr)
		locations = append(locations, location(s.GetSortBy().GetNode()))
	}
	ts := make([]types.OID, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	f, err := function.ResolveAggregate(schema, name, ts)
	if err != nil {
		return nil, b.at(err, n.Location)
	}
	if f.Kind == 'n' {
		return nil, b.errorf(n.Location, types.CodeWrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name)
	}
	for _, d := range direct {
		if plan.HasRefs(d) {
			return nil, b.unsupported(n.Location, "direct arguments of %s that read columns are not supported yet", name)
		}
	}
	call := &plan.AggCall{Func: f}
	for i, a := range args {
		if a, err = b.implicit(a, f.Args[i], locations[i]); err != nil {
			return nil, err
		}
		call.Args = append(call.Args, a)
		if i >= len(direct) {
			keys[i-len(direct)].Expr = a
		}
	}
	call.OrderBy = keys
	return call, nil
}
