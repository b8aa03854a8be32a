package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// hasAggregate reports whether an expression reads an aggregate's result.
func hasAggregate(e plan.Expr) bool {
	return plan.Any(e, func(x plan.Expr) bool {
		r, ok := x.(*plan.Ref)
		return ok && r.Index >= aggregateRefs && r.Index < setRefs
	})
}

func (q *level) groupKey(n *pg.Node) (plan.Expr, error) {
	i, err := q.named(n, "GROUP BY", true)
	if err != nil {
		return nil, err
	}
	if i >= 0 {
		t := &q.targets[i]
		if t.expr.Type() == types.Unknown {
			if t.expr, err = q.b.implicit(t.expr, types.Text, location(n)); err != nil {
				return nil, err
			}
			t.col.Type = types.Text
		}
		return t.expr, nil
	}
	q.sc.sets.allowed = true
	defer func() { q.sc.sets.allowed = false }()
	return q.b.value(q.sc, n)
}

// named finds the target that a key of ORDER BY, GROUP BY or DISTINCT ON means by its name or position; -1: it is an expression.
// columnsFirst: names of declared and core columns come before output names (GROUP BY).
func (q *level) named(n *pg.Node, clause string, columnsFirst bool) (int, error) {
	if c := n.GetAConst(); c != nil {
		i, ok := c.Val.(*pg.A_Const_Ival)
		if !ok {
			return 0, q.b.errorf(c.Location, types.CodeSyntaxError, "non-integer constant in %s", clause)
		}
		at := int(i.Ival.GetIval())
		if at < 1 || at > q.visible {
			return 0, q.b.errorf(c.Location, types.CodeInvalidColumnReference, "%s position %d is not in select list", clause, at)
		}
		return at - 1, nil
	}
	ref := n.GetColumnRef()
	if ref == nil || len(ref.Fields) != 1 || ref.Fields[0].GetString_() == nil {
		return -1, nil
	}
	folded := ref.Fields[0].GetString_().Sval
	id := ident{folded, true}
	if ids := q.b.s.identsAt(ref.Location, 1); len(ids) == 1 {
		id = ids[0]
	}
	if columnsFirst {
		for rank := spelledExactly; rank <= spelledAnyhow; rank++ {
			for _, r := range q.sc.rels {
				if len(q.b.declared(r, folded, id, rank)) > 0 {
					return -1, nil
				}
			}
		}
	}
	found := -1
	for i, t := range q.targets[:q.visible] {
		if t.col.Name != folded && t.col.Name != id.text {
			continue
		}
		if found >= 0 && !plan.Equal(q.targets[found].expr, t.expr) {
			return 0, q.b.errorf(ref.Location, types.CodeAmbiguousColumn, "%s %q is ambiguous", clause, folded)
		}
		if found < 0 {
			found = i
		}
	}
	return found, nil
}

// find gives the target that an expression is, adding one that only sorting sees where there is none.
func (q *level) find(n *pg.Node, clause string) (int, error) {
	i, err := q.named(n, clause, false)
	if err != nil || i >= 0 {
		return i, err
	}
	q.sc.sets.allowed = true
	e, err := q.b.value(q.sc, n)
	q.sc.sets.allowed = false
	if err != nil {
		return 0, err
	}
	for i, t := range q.targets {
		if plan.Equal(t.expr, e) {
			return i, nil
		}
	}
	q.targets = append(q.targets, target{expr: e, col: plan.Column{Name: "?column?", Type: e.Type(), Typmod: e.Typmod()}, junk: true})
	return len(q.targets) - 1, nil
}

// orderBy binds ORDER BY.
func (q *level) orderBy(list []*pg.Node) error {
	for _, n := range list {
		s := n.GetSortBy()
		i, err := q.find(s.GetNode(), "ORDER BY")
		if err != nil {
			return err
		}
		key := sortItem{target: i}
		if key.desc, key.nulls, err = q.b.direction(s); err != nil {
			return err
		}
		if err := q.b.sortable(q.targets[i].expr.Type(), location(s.GetNode())); err != nil {
			return err
		}
		q.sort = append(q.sort, key)
	}
	return nil
}

// direction reads ASC, DESC and NULLS FIRST or LAST.
func (b *binder) direction(s *pg.SortBy) (desc, nullsFirst bool, err error) {
	switch s.SortbyDir {
	case pg.SortByDir_SORTBY_DESC:
		desc = true
	case pg.SortByDir_SORTBY_USING:
		op, err := b.operatorName(s.UseOp, s.Location)
		if err != nil {
			return false, false, err
		}
		if desc = op == ">"; op != "<" && op != ">" {
			return false, false, b.errorf(s.Location, types.CodeWrongObjectType, "operator %s is not a valid ordering operator", op).
				WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families.")
		}
	}
	nullsFirst = desc
	switch s.SortbyNulls {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		nullsFirst = true
	case pg.SortByNulls_SORTBY_NULLS_LAST:
		nullsFirst = false
	}
	return desc, nullsFirst, nil
}

// sortable refuses types that have no order.
func (b *binder) sortable(t types.OID, location int32) error {
	if t == types.JSON {
		return b.errorf(location, types.CodeUndefinedFunction, "could not identify an ordering operator for type json").
			WithHint("Use an explicit ordering operator or modify the query.")
	}
	return nil
}

// sortKey binds a key of an aggregate's own ORDER BY.
func (b *binder) sortKey(sc *scope, s *pg.SortBy) (plan.SortKey, error) {
	e, err := b.value(sc, s.GetNode())
	if err != nil {
		return plan.SortKey{}, err
	}
	desc, nulls, err := b.direction(s)
	if err != nil {
		return plan.SortKey{}, err
	}
	return plan.SortKey{Expr: e, Descending: desc, NullsFirst: nulls}, b.sortable(e.Type(), location(s.GetNode()))
}

// distinctOn binds DISTINCT and DISTINCT ON, and checks them against ORDER BY.
func (q *level) distinctOn(list []*pg.Node) error {
	if len(list) == 0 {
		return nil
	}
	q.distinct = true
	if list[0].GetNode() == nil { // plain DISTINCT is a list of one empty node
		for i, t := range q.targets {
			if t.expr.Type() == types.JSON {
				return q.b.errorf(-1, types.CodeUndefinedFunction, "could not identify an equality operator for type json")
			}
			if i >= q.visible {
				return q.b.errorf(b0(q, i), types.CodeInvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
			}
		}
		return nil
	}
	for _, n := range list {
		i, err := q.find(n, "DISTINCT ON")
		if err != nil {
			return err
		}
		q.on = append(q.on, i)
	}
	on := map[int]bool{}
	for _, i := range q.on {
		on[i] = true
	}
	met := map[int]bool{}
	for _, k := range q.sort {
		if len(met) == len(on) {
			break
		}
		if !on[k.target] {
			return q.b.errorf(location(list[0]), types.CodeInvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
		}
		met[k.target] = true
	}
	return nil
}

// b0 finds where a target stands that only ORDER BY has.
func b0(q *level, i int) int32 {
	if at, ok := q.b.located[q.targets[i].expr]; ok {
		return at
	}
	return -1
}

// limits binds LIMIT and OFFSET.
func (q *level) limits(n *pg.SelectStmt) (err error) {
	if q.count, err = q.b.limit(n.LimitCount, "LIMIT"); err != nil {
		return err
	}
	if q.ties = n.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES; q.ties && n.LimitCount.GetAConst().GetIsnull() {
		return q.b.errorf(-1, "2201W", "row count cannot be null in FETCH FIRST ... WITH TIES clause")
	}
	q.skip, err = q.b.limit(n.LimitOffset, "OFFSET")
	return err
}

func (b *binder) limit(n *pg.Node, clause string) (plan.Expr, error) {
	if n == nil {
		return nil, nil
	}
	if c := n.GetAConst(); c != nil && c.Isnull {
		return nil, nil // LIMIT ALL
	}
	if ref := n.GetColumnRef(); ref != nil {
		return nil, b.errorf(ref.Location, types.CodeInvalidColumnReference, "argument of %s must not contain variables", clause)
	}
	sc := b.newScope()
	sc.clause = clause
	e, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	if c, ok := e.(*plan.Const); ok && c.OID == types.Int4 && !c.Value.Null(0) {
		return constInt(types.Int8, c.Value.Int(0)), nil
	}
	out, ok, err := b.coerce(e, types.Int8, -1, 'a', location(n))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(location(n), types.CodeDatatypeMismatch, "argument of %s must be type bigint, not type %s", clause, typeName(e.Type()))
	}
	return out, nil
}

// aggregate puts the grouping over the input and turns what lies above it into expressions over keys and aggregates.
func (q *level) aggregate(input plan.Node, toInput func(plan.Expr) plan.Expr) (plan.Node, error) {
	agg := &plan.Aggregate{Input: input}
	for _, k := range q.keys {
		c := q.sc.describe(k)
		c.Name = q.keyName(k)
		agg.Cols = append(agg.Cols, c)
		agg.Keys = append(agg.Keys, toInput(k))
	}
	// Above, before it is known which aggregates there are, everything is bound already: sc.aggs is complete.
	for _, a := range q.sc.aggs {
		call := a.call
		call.Args = append([]plan.Expr(nil), call.Args...)
		for i, x := range call.Args {
			call.Args[i] = toInput(x)
		}
		if call.Filter != nil {
			call.Filter = toInput(call.Filter)
		}
		call.OrderBy = append([]plan.SortKey(nil), call.OrderBy...)
		for i := range call.OrderBy {
			call.OrderBy[i].Expr = toInput(call.OrderBy[i].Expr)
		}
		agg.Cols = append(agg.Cols, plan.Column{Name: a.name, Type: call.Func.Result, Typmod: -1})
		agg.Aggs = append(agg.Aggs, call)
	}
	q.b.atEnds(agg)
	for i := range q.targets {
		e, err := q.overGroups(q.targets[i].expr)
		if err != nil {
			return nil, err
		}
		q.targets[i].expr = e
	}
	var node plan.Node = agg
	if q.sets != nil {
		node = q.bySets(agg)
	}
	if q.having != nil {
		cond, err := q.overGroups(q.having)
		if err != nil {
			return nil, err
		}
		node = &plan.Filter{Output: plan.Output{Cols: node.Columns()}, Input: node, Cond: cond}
	}
	return node, nil
}

// overGroups rewrites an expression in terms of the Aggregate's output; a column that is no key is an error.
func (q *level) overGroups(e plan.Expr) (plan.Expr, error) {
	for i, k := range q.keys {
		if plan.Equal(k, e) {
			return &plan.Ref{Typed: plan.Typed{OID: e.Type(), Mod: e.Typmod()}, Index: i, Name: q.keyName(k)}, nil
		}
	}
	if r, ok := e.(*plan.Ref); ok {
		if r.Index >= groupingRefs {
			return q.groupingValue(q.sc.groupings[r.Index-groupingRefs])
		}
		if r.Index >= setRefs {
			return &plan.Ref{Typed: r.Typed, Index: q.afterKeys() + len(q.sc.aggs) + q.places[r.Index], Name: r.Name}, nil
		}
		if r.Index >= aggregateRefs {
			return &plan.Ref{Typed: r.Typed, Index: q.afterKeys() + r.Index - aggregateRefs, Name: r.Name}, nil
		}
		rel, col, _ := q.sc.column(r)
		at, ok := q.b.located[r]
		if !ok {
			at = -1
		}
		return nil, q.b.errorf(at, types.CodeGroupingError, "column \"%s.%s\" must appear in the GROUP BY clause or be used in an aggregate function", rel.name, col.Name)
	}
	ops := plan.Operands(e)
	if len(ops) == 0 {
		return e, nil
	}
	if s, ok := e.(*plan.SubQuery); ok {
		if err := q.groupedArgs(s); err != nil {
			return nil, err
		}
	}
	out := make([]plan.Expr, len(ops))
	for i, o := range ops {
		x, err := q.overGroups(o)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return plan.WithOperands(e, out), nil
}

// groupedArgs refuses a sub-query that takes a column from a level that groups by others.
func (q *level) groupedArgs(s *plan.SubQuery) error {
	for _, a := range s.Args {
		if r, ok := a.(*plan.Ref); ok && r.Index < aggregateRefs && !anyEqual(q.keys, a) {
			rel, col, _ := q.sc.column(r)
			at, ok := q.b.located[r]
			if !ok {
				at = -1
			}
			return q.b.errorf(at, types.CodeGroupingError, "subquery uses ungrouped column \"%s.%s\" from outer query", rel.name, col.Name)
		}
	}
	return nil
}

// keyName is what EXPLAIN calls a group's key.
func (q *level) keyName(k plan.Expr) string {
	switch k := k.(type) {
	case *plan.Ref:
		return k.Name
	case *plan.Call:
		if k.Op == "" {
			return k.Func.Name
		}
	}
	return "?column?"
}
