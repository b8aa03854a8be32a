package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// noSubqueries says where a sub-query is no part of an expression.
var noSubqueries = map[string]string{
	"index predicates": "index predicate", "DEFAULT expressions": "DEFAULT expression", "EXECUTE parameters": "EXECUTE parameter",
	"COPY FROM WHERE conditions": "COPY FROM WHERE condition",
}

// subLink binds a sub-query in an expression.
func (b *binder) subLink(sc *scope, n *pg.SubLink) (plan.Expr, error) {
	if where, ok := noSubqueries[sc.clause]; ok {
		return nil, b.unsupported(n.Location, "cannot use subquery in %s", where)
	}
	sel := n.Subselect.GetSelectStmt()
	if sel == nil {
		return nil, b.unsupported(n.Location, "only SELECT is supported in an expression")
	}
	switch n.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		return b.exists(sc, sel)
	case pg.SubLinkType_EXPR_SUBLINK:
		return b.scalarQuery(sc, n, sel)
	case pg.SubLinkType_ARRAY_SUBLINK:
		return b.arrayQuery(sc, n, sel)
	case pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_ALL_SUBLINK:
		return b.quantified(sc, n, sel)
	}
	return nil, b.unsupported(n.Location, "this kind of sub-query is not supported")
}

// subQuery makes the node of a sub-query.
func subQuery(kind plan.SubQueryKind, t plan.Typed, node plan.Node, args []plan.Expr) *plan.SubQuery {
	return &plan.SubQuery{Typed: t, Kind: kind, Plan: node, Args: args, Volatility: plan.VolatilityOfPlan(node)}
}

// exists binds EXISTS. What its query selects is never computed.
func (b *binder) exists(sc *scope, sel *pg.SelectStmt) (plan.Expr, error) {
	before := b.keys
	keys := &existsKeys{query: sel}
	b.keys = keys
	node, args, err := b.subPlan(sc, sel)
	b.keys = before
	if err != nil {
		return nil, err
	}
	if keys.left != nil && len(args) == 0 {
		out := subQuery(plan.KeyQuery, typed(types.Bool), node, nil)
		out.Left = keys.left
		return out, nil
	}
	node = prune(node, func(int) bool { return false })
	if p, ok := node.(*plan.Project); ok && !b.c.NoPushdown {
		pushLimit(p.Input, 1)
	}
	return subQuery(plan.ExistsQuery, typed(types.Bool), node, args), nil
}

func (b *binder) scalarQuery(sc *scope, n *pg.SubLink, sel *pg.SelectStmt) (plan.Expr, error) {
	node, args, err := b.subPlan(sc, sel)
	if err != nil {
		return nil, err
	}
	cols := node.Columns()
	if len(cols) != 1 {
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "subquery must return only one column")
	}
	b.subNames[n] = cols[0].Name
	return subQuery(plan.ScalarQuery, plan.Typed{OID: cols[0].Type, Mod: cols[0].Typmod}, node, args), nil
}

func (b *binder) arrayQuery(sc *scope, n *pg.SubLink, sel *pg.SelectStmt) (plan.Expr, error) {
	node, args, err := b.subPlan(sc, sel)
	if err != nil {
		return nil, err
	}
	cols := node.Columns()
	if len(cols) != 1 {
		return nil, b.errorf(n.Location, types.CodeSyntaxError, "subquery must return only one column")
	}
	t := types.OID(0)
	if elem, ok := types.Lookup(cols[0].Type); ok {
		t = elem.Array
	}
	if t == 0 && types.ElemOf(cols[0].Type) != 0 {
		t = cols[0].Type // arrays of arrays are arrays of more dimensions
	}
	if t == 0 {
		return nil, b.errorf(n.Location, types.CodeUndefinedObject, "could not find array type for data type %s", typeName(cols[0].Type))
	}
	return subQuery(plan.ArrayQuery, plan.Typed{OID: t, Mod: cols[0].Typmod}, node, args), nil
}

// quantified binds x IN (SELECT …), x op ANY (SELECT …) and x op ALL (SELECT …); x may be a row.
func (b *binder) quantified(sc *scope, n *pg.SubLink, sel *pg.SelectStmt) (plan.Expr, error) {
	op := "="
	if len(n.OperName) > 0 {
		var err error
		if op, err = b.operatorName(n.OperName, n.Location); err != nil {
			return nil, err
		}
	}
	left, locations, err := b.list(sc, rowItems(n.Testexpr))
	if err != nil {
		return nil, err
	}
	node, args, err := b.subPlan(sc, sel)
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
	for i, e := range left {
		if e.Type() == types.Unknown {
			if left[i], err = b.implicit(e, cols[i].Type, locations[i]); err != nil {
				return nil, err
			}
		}
	}
	if err := b.noSets(left, n.Location); err != nil {
		return nil, err
	}
	all := n.SubLinkType == pg.SubLinkType_ALL_SUBLINK
	if op == "=" && !all || op == "<>" && all {
		if out, ok := b.hashed(left, node, args, n.Location); ok {
			if all {
				return &plan.Not{Typed: typed(types.Bool), Arg: out}, nil
			}
			return out, nil
		}
	}
	lrefs := make([]plan.Expr, len(left))
	for i, e := range left {
		lrefs[i] = &plan.Ref{Typed: plan.Typed{OID: e.Type(), Mod: e.Typmod()}, Index: i}
	}
	test, err := b.compareRows(op, lrefs, plan.RefsOf(cols, len(left)), nil, nil, n.Location)
	if err != nil {
		return nil, err
	}
	if test.Type() != types.Bool {
		return nil, b.errorf(n.Location, types.CodeDatatypeMismatch, "row comparison operator must yield type boolean, not type %s", typeName(test.Type()))
	}
	kind := plan.AnyQuery
	if all {
		kind = plan.AllQuery
	}
	out := subQuery(kind, typed(types.Bool), node, args)
	out.Left, out.Test = left, test
	return out, nil
}

// hashed makes left = ANY (node) where the equality is that of one type, or one family of types, for both sides, so that node's rows can be hashed.
func (b *binder) hashed(left []plan.Expr, node plan.Node, args []plan.Expr, at int32) (*plan.SubQuery, bool) {
	rights := plan.RefsOf(node.Columns(), 0)
	project := &plan.Project{Input: node}
	lefts, same := make([]plan.Expr, len(left)), true
	for i, l := range left {
		eq, err := b.apply("=", l, rights[i], at, at, at)
		if err != nil {
			return nil, false
		}
		c, ok := eq.(*plan.Call)
		if !ok || len(c.Args) != 2 || !sameKeys(c.Args[0].Type(), c.Args[1].Type()) || c.OID != types.Bool {
			return nil, false
		}
		lefts[i] = c.Args[0]
		same = same && c.Args[1] == rights[i]
		project.Exprs = append(project.Exprs, c.Args[1])
		col := node.Columns()[i]
		col.Type, col.Typmod = c.Args[1].Type(), c.Args[1].Typmod()
		project.Cols = append(project.Cols, col)
	}
	if !same {
		node = project
	}
	out := subQuery(plan.AnyQuery, typed(types.Bool), node, args)
	out.Left = lefts
	return out, true
}

// existsKeys is what a query level below EXISTS finds out: that nothing but equalities tie it to the row that is asked about. Then it is
// bound to yield their inner sides, and left are the outer ones.
type existsKeys struct {
	query *pg.SelectStmt
	left  []plan.Expr
}

// splitKeys takes the equalities with the row around the query out of a level's conditions where they are all that it takes from there.
func (b *binder) splitKeys(q *level, n *pg.SelectStmt, tree *fromItem, where []plan.Expr) []plan.Expr {
	keys := b.keys
	if keys == nil || keys.query != n || b.c.NoPushdown || q.grouped || q.count != nil || q.skip != nil || q.on != nil || n.WithClause != nil {
		return where
	}
	var rest, left, right []plan.Expr
	for _, c := range where {
		l, r, ok := outerEquality(c)
		if !ok {
			if plan.HasOuter(c) || plan.IsVolatile(c) {
				return where
			}
			rest = append(rest, c)
			continue
		}
		left, right = append(left, q.sc.drop(l)), append(right, r)
	}
	if left == nil || tree.takesOuter() {
		return where
	}
	for _, e := range left {
		if plan.IsVolatile(e) {
			return where
		}
	}
	q.targets, q.visible, q.sort, q.distinct = nil, len(right), nil, false
	for _, e := range right {
		q.targets = append(q.targets, target{expr: e, col: plan.Column{Name: "key", Type: e.Type(), Typmod: e.Typmod()}})
	}
	keys.left = left
	return rest
}

// outerEquality recognises outer = inner over one type.
func outerEquality(e plan.Expr) (outer, inner plan.Expr, ok bool) {
	c, isCall := e.(*plan.Call)
	if !isCall || c.Op != "=" || len(c.Args) != 2 || !sameKeys(c.Args[0].Type(), c.Args[1].Type()) || plan.IsVolatile(e) {
		return nil, nil, false
	}
	only := func(e plan.Expr, refs bool) bool {
		return plan.HasRefs(e) == refs && plan.HasOuter(e) != refs && !plan.HasSubQuery(e)
	}
	switch {
	case only(c.Args[0], false) && only(c.Args[1], true):
		return c.Args[0], c.Args[1], true
	case only(c.Args[1], false) && only(c.Args[0], true):
		return c.Args[1], c.Args[0], true
	}
	return nil, nil, false
}

// takesOuter reports whether a FROM entry takes something from the row around its query.
func (item *fromItem) takesOuter() bool {
	for _, e := range item.on {
		if plan.HasOuter(e) {
			return true
		}
	}
	if item.join {
		return item.left.takesOuter() || item.right.takesOuter()
	}
	r := item.rel
	if r == nil {
		return false
	}
	for _, e := range r.args {
		if plan.HasOuter(e) {
			return true
		}
	}
	return r.node != nil && len(r.args) == 0 && len(plan.Outers(r.node)) > 0
}
