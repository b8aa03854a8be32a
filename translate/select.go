package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// target is an entry of a select list, or an expression that only ORDER BY wants.
type target struct {
	expr plan.Expr
	col  plan.Column
	junk bool
}

// selectStmt binds any SELECT. Columns of the result may be of types.Unknown where the select list has bare literals: what
// surrounds it decides (resolveUnknowns, retarget).
func (b *binder) selectStmt(n *pg.SelectStmt) (plan.Node, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.leave()
	if err := b.misplacedInto(n); err != nil {
		return nil, err
	}
	if len(n.LockingClause) > 0 {
		return nil, b.unsupported(-1, "FOR UPDATE and FOR SHARE are not supported: events are immutable")
	}
	return b.with(n.WithClause, func() (plan.Node, error) { return b.bareSelect(n) })
}

// bareSelect binds a SELECT whose WITH queries are known.
func (b *binder) bareSelect(n *pg.SelectStmt) (plan.Node, error) {
	switch {
	case n.Op != pg.SetOperation_SETOP_NONE && n.Op != pg.SetOperation_SET_OPERATION_UNDEFINED:
		node, err := b.setOperation(n)
		if err != nil {
			return nil, err
		}
		return b.sortOutput(n, node)
	case len(n.ValuesLists) > 0:
		node, err := b.values(n.ValuesLists)
		if err != nil {
			return nil, err
		}
		return b.sortOutput(n, node)
	}
	return b.plainSelect(n)
}

// plainSelect binds SELECT … FROM ….
func (b *binder) plainSelect(n *pg.SelectStmt) (plan.Node, error) {
	sc := b.newScope()
	sc.targetList = n.TargetList
	tree, err := b.from(sc, n.FromClause)
	if err != nil {
		return nil, err
	}
	sc.unknownNull = true
	if err := b.windowClause(sc, n.WindowClause); err != nil {
		return nil, err
	}
	targets, err := b.targets(sc, n.TargetList)
	if err != nil {
		return nil, err
	}
	var where []plan.Expr
	if n.WhereClause != nil {
		cond, err := b.condition(sc, n.WhereClause, "WHERE")
		if err != nil {
			return nil, err
		}
		where = plan.Conjuncts(cond)
	}
	q := &level{b: b, sc: sc, targets: targets, visible: len(targets)}
	if err := q.groupBy(n.GroupClause, n.GroupDistinct); err != nil {
		return nil, err
	}
	if n.HavingClause != nil {
		sc.sets.having = true
		err := sc.windows.noWindow("HAVING", func() (err error) {
			q.having, err = b.condition(sc, n.HavingClause, "")
			return err
		})
		sc.sets.having = false
		if err != nil {
			return nil, err
		}
		q.grouped = true
	}
	if err := q.orderBy(n.SortClause); err != nil {
		return nil, err
	}
	if err := q.distinctOn(n.DistinctClause); err != nil {
		return nil, err
	}
	if err := q.limits(n); err != nil {
		return nil, err
	}
	if err := b.restOfWindows(sc); err != nil {
		return nil, err
	}
	q.grouped = q.grouped || len(sc.aggs) > 0 || len(sc.groupings) > 0
	if at, ok := sc.recursiveAggregate(); ok {
		return nil, b.errorf(at, codeInvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term")
	}
	where = b.splitKeys(q, n, &tree, where)
	return q.build(tree, where)
}

// condition binds a boolean expression; clause is where aggregates are refused, "" for HAVING.
func (b *binder) condition(sc *scope, n *pg.Node, clause string) (plan.Expr, error) {
	sc.clause = clause
	defer func() { sc.clause = "" }()
	e, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	name := clause
	switch name {
	case "":
		name = "HAVING"
	case "JOIN conditions":
		name = "JOIN/ON"
	case "COPY FROM WHERE conditions":
		name = "WHERE"
	}
	return b.boolean(e, name, location(n))
}

// targets binds a select list.
func (b *binder) targets(sc *scope, list []*pg.Node) ([]target, error) {
	var out []target
	for _, n := range list {
		r := n.GetResTarget()
		if ref := r.GetVal().GetColumnRef(); ref != nil && len(ref.Fields) > 0 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil {
			more, err := b.star(sc, ref)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
			continue
		}
		if r.GetVal().GetAIndirection() != nil && isStar(r.GetVal()) {
			sc.sets.allowed = true
			more, err := b.spread(sc, r.GetVal())
			sc.sets.allowed = false
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
			continue
		}
		sc.sets.allowed = true
		e, err := b.expr(sc, r.GetVal())
		sc.sets.allowed = false
		if err != nil {
			return nil, err
		}
		t := target{expr: e, col: sc.describe(e)}
		if t.col.Name = r.GetName(); t.col.Name == "" {
			t.col.Name, _ = b.figureName(r.GetVal())
		}
		if t.col.Name == "" {
			t.col.Name = "?column?"
		}
		b.noteTarget(r, t.col.Name)
		out = append(out, t)
	}
	return out, nil
}

// describe tells an output column's type and, where it is a relation's column, which.
func (sc *scope) describe(e plan.Expr) plan.Column {
	c := plan.Column{Type: e.Type(), Typmod: e.Typmod()}
	if r, ok := e.(*plan.Ref); ok {
		if _, col, ok := sc.column(r); ok && col.Type == r.OID {
			c.Table, c.Attr = col.Table, col.Attr
		}
	}
	return c
}

// star expands * and relation.*.
func (b *binder) star(sc *scope, ref *pg.ColumnRef) ([]target, error) {
	var outs []output
	if parts := names(ref.Fields[:len(ref.Fields)-1]); len(parts) == 0 {
		if len(sc.items) == 0 {
			return nil, b.errorf(ref.Location, types.CodeSyntaxError, "SELECT * with no tables specified is not valid")
		}
		for _, item := range sc.items {
			outs = append(outs, b.outputs(sc, item)...)
		}
	} else {
		r, at, err := b.relationNamed(sc, parts, ref.Location)
		if err != nil {
			return nil, err
		}
		if r == nil || len(parts) > 2 {
			return nil, b.missing(sc, append(parts, "*"), nil, ref.Location)
		}
		for _, o := range b.outputsOf(at, r) {
			o.expr = sc.lift(at, o.expr)
			outs = append(outs, o)
		}
	}
	var out []target
	for _, o := range outs {
		b.located[o.expr] = ref.Location
		t := target{expr: o.expr, col: sc.describe(o.expr)}
		t.col.Name = o.name
		out = append(out, t)
	}
	b.noteStar(sc, ref, out)
	return out, nil
}

// figureName gives an output column's name as PostgreSQL does, a column's own spelling where it is one; strength 2 is a real name,
// 1 one that a cast's type name doesn't improve on.
func (b *binder) figureName(n *pg.Node) (name string, strength int) {
	switch n := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		if name, ok := b.named[n.ColumnRef]; ok {
			return name, 2
		}
	case *pg.Node_AIndirection:
		if name, ok := b.fields[n.AIndirection]; ok {
			return name, 2
		}
		for i := len(n.AIndirection.Indirection) - 1; i >= 0; i-- {
			if s := n.AIndirection.Indirection[i].GetString_(); s != nil {
				return s.Sval, 2
			}
		}
		return b.figureName(n.AIndirection.Arg)
	case *pg.Node_GroupingFunc:
		return "grouping", 2
	case *pg.Node_FuncCall:
		_, name, _ := qualified(n.FuncCall.Funcname)
		return name, 2
	case *pg.Node_AExpr:
		if n.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg.Node_TypeCast:
		if name, strength := b.figureName(n.TypeCast.Arg); strength > 1 {
			return name, strength
		}
		if list := names(n.TypeCast.TypeName.GetNames()); len(list) > 0 {
			return list[len(list)-1], 1
		}
	case *pg.Node_CollateClause:
		return b.figureName(n.CollateClause.Arg)
	case *pg.Node_SubLink:
		switch n.SubLink.SubLinkType {
		case pg.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg.SubLinkType_EXPR_SUBLINK:
			return b.subNames[n.SubLink], 2
		}
	case *pg.Node_CaseExpr:
		if name, strength := b.figureName(n.CaseExpr.Defresult); strength > 1 {
			return name, strength
		}
		return "case", 1
	case *pg.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg.Node_AArrayExpr:
		return "array", 2
	case *pg.Node_RowExpr:
		return "row", 2
	case *pg.Node_MinMaxExpr:
		if n.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg.Node_SqlvalueFunction:
		word := strings.TrimPrefix(n.SqlvalueFunction.Op.String(), "SVFOP_")
		return strings.ToLower(strings.TrimSuffix(word, "_N")), 2
	}
	return "", 0
}

// level is a query level on its way to a plan.
type level struct {
	b       *binder
	sc      *scope
	targets []target // the select list, then what only ORDER BY and DISTINCT ON want
	visible int
	keys    []plan.Expr // GROUP BY
	sets    [][]int     // the grouping sets, where they are not one of all keys
	grouped bool
	having  plan.Expr
	sort    []sortItem
	// distinct: nil none; on lists the targets of DISTINCT ON.
	distinct bool
	on       []int
	count    plan.Expr
	skip     plan.Expr
	places   map[int]int // where what is computed of the groups stands behind these
	ties     bool        // rows that are equal to the last one by sort come, too
}

// sortItem is a key of ORDER BY: a target, and how.
type sortItem struct {
	target int
	desc   bool
	nulls  bool // first
}

// build makes the plan of a level.
func (q *level) build(tree fromItem, where []plan.Expr) (plan.Node, error) {
	needed := map[int]bool{}
	need := func(e plan.Expr) {
		plan.Walk(e, func(x plan.Expr) bool {
			if r, ok := x.(*plan.Ref); ok {
				needed[r.Index] = true
			}
			return true
		})
	}
	for _, t := range q.targets {
		need(t.expr)
	}
	for _, k := range q.keys {
		need(k)
	}
	need(q.having)
	for _, c := range q.sc.sets.calls {
		for _, a := range c.Args {
			need(a)
		}
	}
	for _, a := range q.sc.aggs {
		for _, x := range a.call.Args {
			need(x)
		}
		need(a.call.Filter)
		for _, k := range a.call.OrderBy {
			need(k.Expr)
		}
	}
	for _, e := range q.sc.windows.exprs() {
		need(e)
	}
	node, layout, err := q.b.input(q.sc, tree, where, needed)
	if err != nil {
		return nil, err
	}
	toInput := func(e plan.Expr) plan.Expr { return place(e, layout) }
	if q.grouped {
		if node, err = q.groupSets(node, layout, func(e plan.Expr) (plan.Expr, error) { return toInput(e), nil }); err != nil {
			return nil, err
		}
		q.places = q.computed()
		if node, err = q.aggregate(node, toInput); err != nil {
			return nil, err
		}
		if node, err = q.compute(node, q.overGroups); err != nil {
			return nil, err
		}
	} else {
		for ref, at := range q.computed() {
			layout[ref] = len(node.Columns()) + at
		}
		if node, err = q.compute(node, func(e plan.Expr) (plan.Expr, error) { return toInput(e), nil }); err != nil {
			return nil, err
		}
		for i := range q.targets {
			q.targets[i].expr = toInput(q.targets[i].expr)
		}
	}
	return q.finish(node)
}

// place gives Refs their true positions.
func place(e plan.Expr, layout map[int]int) plan.Expr {
	return plan.MapRefs(e, func(i int) int { return layout[i] })
}

// finish puts projection, DISTINCT, ORDER BY and LIMIT on top.
func (q *level) finish(node plan.Node) (plan.Node, error) {
	needsOrder := len(q.sort) > 0
	if needsOrder && !q.ties && !q.distinct && !q.grouped && q.pushOrder(node) {
		needsOrder = false
	}
	if needsOrder || q.distinct {
		// What is sorted or compared needs a type.
		for i := range q.targets {
			if t := &q.targets[i]; t.expr.Type() == types.Unknown {
				e, err := q.b.implicit(t.expr, types.Text, -1)
				if err != nil {
					return nil, err
				}
				t.expr, t.col.Type = e, types.Text
			}
		}
	}
	targets := q.targets
	if !needsOrder && q.on == nil {
		targets = targets[:q.visible]
	}
	project := &plan.Project{Input: node}
	for _, t := range targets {
		project.Cols = append(project.Cols, t.col)
		project.Exprs = append(project.Exprs, t.expr)
	}
	node = project
	if q.distinct && q.on == nil {
		node = &plan.Distinct{Output: plan.Output{Cols: node.Columns()}, Input: node}
	}
	if needsOrder {
		sort := &plan.Sort{Output: plan.Output{Cols: node.Columns()}, Input: node, Limit: -1}
		for _, k := range q.sort {
			sort.Keys = append(sort.Keys, plan.SortKey{Expr: outputRef(targets, k.target), Descending: k.desc, NullsFirst: k.nulls})
		}
		if q.on == nil {
			sort.Limit = q.wanted()
		}
		node = sort
	}
	if q.on != nil {
		d := &plan.Distinct{Output: plan.Output{Cols: node.Columns()}, Input: node}
		for _, i := range q.on {
			d.On = append(d.On, outputRef(targets, i))
		}
		node = d
	}
	if q.count != nil || q.skip != nil {
		if !needsOrder && !q.distinct && !q.grouped {
			pushLimit(project.Input, q.wanted())
		}
		node = &plan.Limit{Output: plan.Output{Cols: node.Columns()}, Input: node, Count: q.count, Skip: q.skip, Ties: q.tied(targets)}
	}
	if len(targets) > q.visible {
		strip := &plan.Project{Input: node}
		for i := range q.visible {
			strip.Cols = append(strip.Cols, targets[i].col)
			strip.Exprs = append(strip.Exprs, outputRef(targets, i))
		}
		node = strip
	}
	return node, nil
}

func outputRef(targets []target, i int) *plan.Ref {
	c := targets[i].col
	return &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name}
}

// tied are the keys of WITH TIES over the targets; nil without.
func (q *level) tied(targets []target) []plan.SortKey {
	if !q.ties {
		return nil
	}
	var keys []plan.SortKey
	for _, k := range q.sort {
		keys = append(keys, plan.SortKey{Expr: outputRef(targets, k.target), Descending: k.desc, NullsFirst: k.nulls})
	}
	return keys
}

// wanted is how many rows LIMIT and OFFSET want at most where both are known now, else -1.
func (q *level) wanted() int64 {
	n, ok := constantInt(q.count)
	if !ok || n < 0 || q.ties {
		return -1
	}
	if q.skip == nil {
		return n
	}
	skip, ok := constantInt(q.skip)
	if !ok || skip < 0 || n+skip < 0 {
		return -1
	}
	return n + skip
}

func constantInt(e plan.Expr) (int64, bool) {
	c, ok := e.(*plan.Const)
	if !ok || c.OID != types.Int8 || c.Value.Null(0) {
		return 0, false
	}
	return c.Value.Int(0), true
}

// scanBelow finds the scan that gives a node its rows in its own order, with the same columns.
func scanBelow(node plan.Node) *plan.Scan {
	for {
		switch n := node.(type) {
		case *plan.Scan:
			return n
		case *plan.Filter:
			node = n.Input
		case *plan.Project:
			if !isShaping(n) {
				return nil
			}
			node = n.Input
		default:
			return nil
		}
	}
}

// pushLimit tells a scan right below how many rows are wanted.
func pushLimit(node plan.Node, wanted int64) {
	if p, ok := node.(*plan.Project); ok && isShaping(p) {
		node = p.Input
	}
	if scan, ok := node.(*plan.Scan); ok && wanted >= 0 {
		scan.Limit = wanted
	}
}
