package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// aggregate is an aggregate call of a query level.
type aggregate struct {
	location int32
	call     plan.AggCall
	name     string
}

// funcCall binds a function or aggregate call.
func (b *binder) funcCall(sc *scope, n *pg.FuncCall) (plan.Expr, error) {
	schema, name, ok := qualified(n.Funcname)
	if !ok {
		return nil, b.unsupported(n.Location, "cross-database references are not implemented")
	}
	if n.Over != nil {
		return b.windowFunction(sc, n, schema, name)
	}
	if function.IsAggregate(schema, name) {
		return b.aggregateCall(sc, n, schema, name)
	}
	if (schema == "" || schema == "pg_catalog") && function.IsWindow(name) {
		return nil, b.errorf(n.Location, types.CodeWrongObjectType, "window function %s requires an OVER clause", name)
	}
	if function.IsSetFunction(schema, name) && !b.scalarOverload(schema, name) {
		return b.setFunctionCall(sc, n, schema, name)
	}
	args, err := b.arguments(sc, n.Args)
	if err != nil {
		return nil, err
	}
	call, err := b.callWith(schema, name, args, n.FuncVariadic, n.Location)
	if err != nil {
		return nil, err
	}
	return call, b.plainCall(n, name)
}

// plainCall refuses what only aggregates take.
func (b *binder) plainCall(n *pg.FuncCall, name string) error {
	what := ""
	switch {
	case n.AggStar:
		what = name + "(*)"
	case n.AggDistinct:
		what = "DISTINCT"
	case n.AggFilter != nil:
		what = "FILTER"
	case len(n.AggOrder) > 0:
		what = "ORDER BY"
	default:
		return nil
	}
	return b.errorf(n.Location, types.CodeWrongObjectType, "%s specified, but %s is not an aggregate function", what, name)
}

// call resolves a function and casts its arguments.
func (b *binder) call(schema, name string, args []plan.Expr, locations []int32, at int32) (plan.Expr, error) {
	ts := make([]types.OID, len(args))
	for i, a := range args {
		ts[i] = a.Type()
	}
	f, err := function.ResolveFunction(schema, name, ts)
	if err != nil {
		return nil, b.at(err, at)
	}
	return b.made(f, arguments{exprs: args, locations: locations})
}

// aggregateCall binds an aggregate and gives a Ref that stands for its result.
func (b *binder) aggregateCall(sc *scope, n *pg.FuncCall, schema, name string) (plan.Expr, error) {
	nested := sc.inAgg
	switch {
	case n.FuncVariadic:
		return nil, b.unsupported(n.Location, "VARIADIC arguments of aggregates are not supported")
	case n.AggDistinct && n.AggStar:
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "DISTINCT is not allowed with %s(*)", name)
	}
	sc.inAgg = true
	defer func() { sc.inAgg = nested }()
	given, err := b.arguments(sc, n.Args)
	if err != nil {
		return nil, err
	}
	if err := b.positional(given, name, n.Location); err != nil {
		return nil, err
	}
	args, locations := given.exprs, given.locations
	if len(args) == 0 && !n.AggStar {
		if name == "count" {
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "%s(*) must be used to call a parameterless aggregate function", name)
		}
	}
	if n.AggWithinGroup && hypotheticalNames[name] {
		return b.hypothetical(sc, n, name, args, locations, nested)
	}
	if hypotheticalNames[name] && len(args) > 0 {
		return nil, b.errorf(n.Location, types.CodeWrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name)
	}
	var call plan.AggCall
	order := n.AggOrder
	if n.AggWithinGroup {
		ordered, err := b.withinGroup(sc, n, schema, name, args, locations)
		if err != nil {
			return nil, err
		}
		call, order = *ordered, nil
	} else {
		ts := make([]types.OID, len(args))
		for i, a := range args {
			ts[i] = a.Type()
		}
		f, err := function.ResolveAggregate(schema, name, ts)
		if err != nil {
			return nil, b.at(err, n.Location)
		}
		if f.Kind != 'n' {
			return nil, b.errorf(n.Location, types.CodeWrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name).
				WithHint("Write %s(0.95) WITHIN GROUP (ORDER BY x).", name)
		}
		call = plan.AggCall{Func: f, Distinct: n.AggDistinct}
		for i, a := range args {
			if a, err = b.implicit(a, f.Args[i], locations[i]); err != nil {
				return nil, err
			}
			call.Args = append(call.Args, a)
		}
	}
	if n.AggFilter != nil {
		if call.Filter, err = b.filterClause(sc, n.AggFilter); err != nil {
			return nil, err
		}
	}
	for _, s := range order {
		key, err := b.sortKey(sc, s.GetSortBy())
		if err != nil {
			return nil, err
		}
		if call.Distinct && !anyEqual(call.Args, key.Expr) {
			return nil, b.errorf(location(s.GetSortBy().GetNode()), types.CodeInvalidColumnReference,
				"in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
		}
		call.OrderBy = append(call.OrderBy, key)
	}
	sc.inAgg = nested
	return b.placeAggregate(sc, call, name, n.Location)
}

// filterClause binds FILTER (WHERE …).
func (b *binder) filterClause(sc *scope, n *pg.Node) (plan.Expr, error) {
	clause, nested := sc.clause, sc.inAgg
	sc.clause, sc.inAgg = "FILTER", false
	defer func() { sc.clause, sc.inAgg = clause, nested }()
	e, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	return b.boolean(e, "FILTER", location(n))
}

func anyEqual(list []plan.Expr, e plan.Expr) bool {
	for _, x := range list {
		if plan.Equal(x, e) {
			return true
		}
	}
	return false
}

// sameAggregate reports whether two calls are one: it is then computed once.
func sameAggregate(a, c plan.AggCall) bool {
	if a.Func.OID != c.Func.OID || a.Func.Result != c.Func.Result || a.Distinct != c.Distinct || len(a.Args) != len(c.Args) || len(a.OrderBy) != len(c.OrderBy) ||
		(a.Filter == nil) != (c.Filter == nil) || a.Filter != nil && !plan.Equal(a.Filter, c.Filter) {
		return false
	}
	for i := range a.Args {
		if !plan.Equal(a.Args[i], c.Args[i]) {
			return false
		}
	}
	for i := range a.OrderBy {
		x, y := a.OrderBy[i], c.OrderBy[i]
		if x.Descending != y.Descending || x.NullsFirst != y.NullsFirst || !plan.Equal(x.Expr, y.Expr) {
			return false
		}
	}
	return true
}

// sqlValue binds CURRENT_TIMESTAMP and its relatives.
func (b *binder) sqlValue(sc *scope, n *pg.SQLValueFunction) (plan.Expr, error) {
	none := func(name string) (plan.Expr, error) { return b.call("pg_catalog", name, nil, nil, n.Location) }
	now := func(t types.OID) (plan.Expr, error) {
		e, err := none("now")
		if err != nil {
			return nil, err
		}
		typmod := n.Typmod
		if typmod > 6 {
			typmod = 6
		}
		out, ok, err := b.coerce(e, t, typmod, function.CastExplicit, n.Location)
		if err == nil && !ok {
			err = b.errorf(n.Location, types.CodeCannotCoerce, "cannot cast type %s to %s", typeName(e.Type()), typeName(t))
		}
		return out, err
	}
	switch n.Op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return now(types.Timestamptz)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return now(types.Timestamp)
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIME, pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return now(types.Time)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return now(types.Date)
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return now(types.TimeTZ)
	case pg.SQLValueFunctionOp_SVFOP_USER:
		b.noticeUser(sc, n.Location)
		return none("current_user")
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE, pg.SQLValueFunctionOp_SVFOP_CURRENT_USER:
		return none("current_user")
	case pg.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return none("session_user")
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return none("current_database")
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return none("current_schema")
	}
	return nil, b.unsupported(n.Location, "this keyword is not supported")
}

// noticeUser tells of a property User that the keyword hides.
func (b *binder) noticeUser(sc *scope, location int32) {
	for _, r := range sc.rels {
		if r.stream == nil {
			continue
		}
		if c, _, ok := r.stream.Property("User", "user"); ok {
			b.notice(location, "unquoted USER means the current user; the property of that name is written %s", `"`+c.Name+`"`)
		}
	}
}
