package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Rows as they are compared: (a, b) = (c, d). They are taken apart when they are bound; no value of a row type comes to be.

// rowItems gives the items of a row constructor, or the one expression that something else is.
func rowItems(n *pg.Node) []*pg.Node {
	if r := n.GetRowExpr(); r != nil {
		return r.Args
	}
	return []*pg.Node{n}
}

// rowOperator binds operators whose left side is a row constructor; ok is false for others.
func (b *binder) rowOperator(sc *scope, n *pg.A_Expr, op string) (out plan.Expr, ok bool, err error) {
	l := n.Lexpr.GetRowExpr()
	if l == nil {
		return nil, false, nil
	}
	switch n.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
		if s := n.Rexpr.GetSubLink(); s != nil && s.SubLinkType == pg.SubLinkType_EXPR_SUBLINK {
			out, err = b.compareWithQuery(sc, n, op, s)
			return out, true, err
		}
		if r := n.Rexpr.GetRowExpr(); r != nil {
			out, err = b.rowComparison(sc, op, l.Args, r.Args, n.Location)
			return out, true, err
		}
	case pg.A_Expr_Kind_AEXPR_IN:
		var parts []plan.Expr
		for _, item := range n.Rexpr.GetList().GetItems() {
			r := item.GetRowExpr()
			if r == nil {
				return nil, false, nil
			}
			e, err := b.rowComparison(sc, op, l.Args, r.Args, n.Location)
			if err != nil {
				return nil, true, err
			}
			parts = append(parts, e)
		}
		if op == "<>" {
			return plan.Conjunction(parts), true, nil
		}
		return disjunction(parts), true, nil
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		r := n.Rexpr.GetRowExpr()
		if r == nil {
			return nil, false, nil
		}
		out, err = b.rowsDistinct(sc, l.Args, r.Args, n)
		return out, true, err
	}
	return nil, false, nil
}

func disjunction(list []plan.Expr) plan.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return &plan.Or{Typed: typed(types.Bool), Args: list}
}

func (b *binder) rowComparison(sc *scope, op string, left, right []*pg.Node, at int32) (plan.Expr, error) {
	if len(left) != len(right) {
		return nil, b.errorf(at, types.CodeSyntaxError, "unequal number of entries in row expressions")
	}
	l, lat, err := b.list(sc, left)
	if err != nil {
		return nil, err
	}
	r, rat, err := b.list(sc, right)
	if err != nil {
		return nil, err
	}
	if err := b.noSets(append(slices.Clip(l), r...), at); err != nil {
		return nil, err
	}
	return b.compareRows(op, l, r, lat, rat, at)
}

// noSets refuses functions that give rows where rows are compared.
func (b *binder) noSets(list []plan.Expr, at int32) error {
	if slices.ContainsFunc(list, returnsSet) {
		return b.errorf(at, types.CodeDatatypeMismatch, "row comparison operator must not return a set")
	}
	return nil
}

// compareRows compares rows item by item: = and <> all of them, the others from left to right until one decides.
func (b *binder) compareRows(op string, l, r []plan.Expr, lat, rat []int32, at int32) (plan.Expr, error) {
	if len(l) == 0 {
		return nil, b.unsupported(at, "cannot compare rows of zero length")
	}
	place := func(list []int32, i int) int32 {
		if list == nil {
			return at
		}
		return list[i]
	}
	one := func(op string, i int) (plan.Expr, error) {
		return b.apply(op, l[i], r[i], place(lat, i), place(rat, i), at)
	}
	if len(l) == 1 {
		return one(op, 0)
	}
	strict := op
	switch op {
	case "=", "<>":
		var parts []plan.Expr
		for i := range l {
			e, err := one(op, i)
			if err != nil {
				return nil, err
			}
			parts = append(parts, e)
		}
		if op == "=" {
			return plan.Conjunction(parts), nil
		}
		return disjunction(parts), nil
	case "<=", ">=":
		strict = op[:1]
	case "<", ">":
	default:
		return nil, b.unsupported(at, "could not determine interpretation of row comparison operator %s", op)
	}
	// l1 < r1, or they are equal and what is behind decides. A null decides, too: the answer is then null.
	last, err := one(op, len(l)-1)
	if err != nil {
		return nil, err
	}
	for i := len(l) - 2; i >= 0; i-- {
		for _, e := range []plan.Expr{l[i], r[i]} {
			if err := b.repeats(e, 1, at); err != nil {
				return nil, err
			}
		}
		less, err := one(strict, i)
		if err != nil {
			return nil, err
		}
		equal, err := one("=", i)
		if err != nil {
			return nil, err
		}
		last = &plan.Case{Typed: typed(types.Bool), Whens: []plan.When{{Cond: equal, Then: last}}, Else: less}
	}
	return last, nil
}

// rowsDistinct binds row IS [NOT] DISTINCT FROM row.
func (b *binder) rowsDistinct(sc *scope, left, right []*pg.Node, n *pg.A_Expr) (plan.Expr, error) {
	if len(left) != len(right) {
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "unequal number of entries in row expressions")
	}
	var parts []plan.Expr
	for i := range left {
		e, err := b.operator(sc, &pg.A_Expr{Kind: n.Kind, Name: n.Name, Lexpr: left[i], Rexpr: right[i], Location: n.Location})
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	switch {
	case len(parts) == 0:
		return constBool(n.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT), nil
	case n.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return plan.Conjunction(parts), nil
	}
	return disjunction(parts), nil
}

// rowNull binds row IS [NOT] NULL: each item is, or is not.
func (b *binder) rowNull(sc *scope, n *pg.NullTest) (plan.Expr, error) {
	var parts []plan.Expr
	for _, item := range n.Arg.GetRowExpr().Args {
		e, err := b.expr(sc, &pg.Node{Node: &pg.Node_NullTest{NullTest: &pg.NullTest{Arg: item, Nulltesttype: n.Nulltesttype, Location: n.Location}}})
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	if len(parts) == 0 {
		return constBool(true), nil
	}
	return plan.Conjunction(parts), nil
}

// compareWithQuery binds row op (SELECT …): the query gives one row, or none, which makes the answer null.
func (b *binder) compareWithQuery(sc *scope, n *pg.A_Expr, op string, s *pg.SubLink) (plan.Expr, error) {
	left, locations, err := b.list(sc, n.Lexpr.GetRowExpr().Args)
	if err != nil {
		return nil, err
	}
	node, args, err := b.subPlan(sc, s.Subselect.GetSelectStmt())
	if err != nil {
		return nil, err
	}
	cols := node.Columns()
	switch {
	case len(cols) > len(left):
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "subquery has too many columns")
	case len(cols) < len(left):
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "subquery has too few columns")
	}
	if err := b.noSets(left, n.Location); err != nil {
		return nil, err
	}
	// The comparison goes into the query, as its one column; the row's items are arguments.
	outers := make([]plan.Expr, len(left))
	args = append([]plan.Expr(nil), args...)
	for i, e := range left {
		if e.Type() == types.Unknown {
			if e, err = b.implicit(e, cols[i].Type, locations[i]); err != nil {
				return nil, err
			}
		}
		outers[i] = &plan.Outer{Typed: plan.Typed{OID: e.Type(), Mod: e.Typmod()}, Index: len(args), Name: "row"}
		args = append(args, e)
	}
	test, err := b.compareRows(op, outers, plan.RefsOf(cols, 0), locations, nil, n.Location)
	if err != nil {
		return nil, err
	}
	project := &plan.Project{Output: plan.Output{Cols: []plan.Column{{Name: "?column?", Type: types.Bool, Typmod: -1}}}, Input: node, Exprs: []plan.Expr{test}}
	return subQuery(plan.ScalarQuery, typed(types.Bool), project, args), nil
}
