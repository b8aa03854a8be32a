package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// hypotheticalNames are the aggregates that tell where a row would stand among those of a group.
var hypotheticalNames = map[string]bool{"rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true}

// hypothetical binds rank(h, …) WITHIN GROUP (ORDER BY x, …) and its relatives. They are counts of the rows that sort before h, so that is what is
// computed: a filter compares each row with h. nested says whether the call stands in another aggregate.
func (b *binder) hypothetical(sc *scope, n *pg.FuncCall, name string, direct []plan.Expr, locations []int32, nested bool) (plan.Expr, error) {
	if n.AggDistinct {
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "cannot use DISTINCT with WITHIN GROUP")
	}
	var keys []plan.SortKey
	for _, s := range n.AggOrder {
		key, err := b.sortKey(sc, s.GetSortBy())
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) != len(direct) {
		var ts []string
		for _, d := range direct {
			ts = append(ts, typeName(d.Type()))
		}
		for _, k := range keys {
			ts = append(ts, typeName(k.Expr.Type()))
		}
		e := types.Errorf(types.CodeUndefinedFunction, "function %s(%s) does not exist", name, strings.Join(ts, ", "))
		return nil, b.at(e.WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
			name, len(direct), len(keys)), n.Location)
	}
	for i, d := range direct {
		if plan.HasRefs(d) {
			return nil, b.unsupported(n.Location, "direct arguments of %s that read columns are not supported yet", name)
		}
		at := location(n.AggOrder[i].GetSortBy().GetNode())
		pair, _, err := b.common("WITHIN GROUP", []plan.Expr{keys[i].Expr, d}, []int32{at, locations[i]})
		if err != nil {
			return nil, err
		}
		keys[i].Expr, direct[i] = pair[0], pair[1]
	}
	var filter plan.Expr
	if n.AggFilter != nil {
		var err error
		if filter, err = b.filterClause(sc, n.AggFilter); err != nil {
			return nil, err
		}
	}
	before, equal, err := b.sortsBefore(keys, direct, n.Location)
	if err != nil {
		return nil, err
	}
	count := func(distinct bool, only plan.Expr) (plan.Expr, error) {
		var args []plan.Expr
		var ts []types.OID
		if distinct {
			values := make([]plan.Expr, len(keys))
			for i, k := range keys {
				values[i] = k.Expr
			}
			row, err := b.record(make([]string, len(keys)), values)
			if err != nil {
				return nil, err
			}
			args, ts = []plan.Expr{row}, []types.OID{types.Record}
		}
		f, err := function.ResolveAggregate("", "count", ts)
		if err != nil {
			return nil, b.at(err, n.Location)
		}
		var conditions []plan.Expr
		for _, c := range []plan.Expr{filter, only} {
			if c != nil {
				conditions = append(conditions, c)
			}
		}
		call := plan.AggCall{Func: f, Args: args, Distinct: distinct}
		if len(conditions) > 0 {
			call.Filter = plan.Conjunction(conditions)
		}
		return b.placeAggregate(sc, call, name, n.Location)
	}
	sc.inAgg = nested
	binary := func(op string, l, r plan.Expr) (plan.Expr, error) {
		return b.apply(op, l, r, n.Location, n.Location, n.Location)
	}
	one := func() plan.Expr { return constInt(types.Int8, 1) }
	double := func(e plan.Expr) (plan.Expr, error) {
		out, _, err := b.coerce(e, types.Float8, -1, function.CastExplicit, n.Location)
		return out, err
	}
	// share is part / whole as a double precision.
	share := func(part, whole plan.Expr) (plan.Expr, error) {
		p, err := double(part)
		if err != nil {
			return nil, err
		}
		w, err := double(whole)
		if err != nil {
			return nil, err
		}
		return binary("/", p, w)
	}
	switch name {
	case "rank", "dense_rank":
		c, err := count(name == "dense_rank", before)
		if err != nil {
			return nil, err
		}
		return binary("+", c, one())
	}
	all, err := count(false, nil)
	if err != nil {
		return nil, err
	}
	if name == "percent_rank" {
		c, err := count(false, before)
		if err != nil {
			return nil, err
		}
		none, err := binary("=", all, constInt(types.Int8, 0))
		if err != nil {
			return nil, err
		}
		zero, err := double(constInt(types.Int8, 0))
		if err != nil {
			return nil, err
		}
		quotient, err := share(c, all)
		if err != nil {
			return nil, err
		}
		return &plan.Case{Typed: typed(types.Float8), Whens: []plan.When{{Cond: none, Then: zero}}, Else: quotient}, nil
	}
	c, err := count(false, disjunction([]plan.Expr{before, equal}))
	if err != nil {
		return nil, err
	}
	if c, err = binary("+", c, one()); err != nil {
		return nil, err
	}
	if all, err = binary("+", all, one()); err != nil {
		return nil, err
	}
	return share(c, all)
}

// sortsBefore says of a row whether it sorts before another, and whether they are peers.
func (b *binder) sortsBefore(keys []plan.SortKey, other []plan.Expr, at int32) (before, equal plan.Expr, err error) {
	for i := len(keys) - 1; i >= 0; i-- {
		x, h := keys[i].Expr, other[i]
		op := "<"
		if keys[i].Descending {
			op = ">"
		}
		less, err := b.apply(op, x, h, at, at, at)
		if err != nil {
			return nil, nil, err
		}
		isNull := func(e plan.Expr, not bool) plan.Expr { return &plan.IsNull{Typed: typed(types.Bool), Arg: e, Not: not} }
		first := plan.Expr(constBool(false)) // what a null x makes of it
		if keys[i].NullsFirst {
			first = isNull(h, true)
		}
		less = &plan.Case{Typed: typed(types.Bool), Whens: []plan.When{
			{Cond: isNull(x, false), Then: first}, {Cond: isNull(h, false), Then: constBool(!keys[i].NullsFirst)},
		}, Else: less}
		same := plan.Expr(&plan.IsDistinct{Typed: typed(types.Bool), L: x, R: h, Not: true})
		if before == nil {
			before, equal = less, same
			continue
		}
		before = disjunction([]plan.Expr{less, plan.Conjunction([]plan.Expr{same, before})})
		equal = plan.Conjunction([]plan.Expr{same, equal})
	}
	return before, equal, nil
}
