package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// ownTarget says where what is written to a declared column goes.
func ownTarget(st *catalog.Stream, c *catalog.StreamColumn) insertColumn {
	d := c.Declared
	t := plan.Target{Member: d.Member}
	if d.Core != "" {
		t = coreTargets[d.Core]
	}
	t.Type, t.Typmod, t.Name, t.NotNull = d.Type, d.Typmod, d.Name, d.NotNull
	t.KeepNull = d.Missing != nil || c.Form == catalog.Unless
	for i := range st.Table.Columns {
		if st.Table.Columns[i].Attr == d.Attr {
			t.Declared = i + 1
		}
	}
	return insertColumn{Target: t, own: d, location: -1}
}

// rest lists the declared columns that a statement doesn't name. Whole events have none: they are what they are.
func (b *binder) rest(st *catalog.Stream, cols []insertColumn) ([]insertColumn, error) {
	given := map[int]bool{}
	for _, c := range cols {
		if c.Kind == plan.TargetDocument {
			return nil, b.wholeEvents(st, c.Target)
		}
		given[c.Declared] = true
	}
	var out []insertColumn
	for _, c := range st.Own() {
		if t := ownTarget(st, c); !given[t.Declared] && (st.Table.Declared || t.NotNull || c.Declared.Default != "" || t.KeepNull) {
			out = append(out, t)
		}
	}
	return out, nil
}

// wholeEvents refuses whole events for a stream that has columns which must not be null: they are not looked at one by one.
func (b *binder) wholeEvents(st *catalog.Stream, t plan.Target) error {
	for i := range st.Table.Columns {
		if c := &st.Table.Columns[i]; c.NotNull && c.Core != "timestamp" {
			return b.unsupported(-1, "whole events are not supported for relation %q, whose column %q is NOT NULL", st.Name, c.Name)
		}
	}
	return nil
}

// fillIn gives an INSERT's rows the columns that it doesn't name.
func (b *binder) fillIn(st *catalog.Stream, node plan.Node, cols []insertColumn) (plan.Node, []insertColumn, error) {
	rest, err := b.rest(st, cols)
	if err != nil || len(rest) == 0 {
		return node, cols, err
	}
	out := &plan.Project{Input: node}
	for i, c := range node.Columns() {
		out.Cols = append(out.Cols, c)
		out.Exprs = append(out.Exprs, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name})
	}
	for _, c := range rest {
		e, err := b.defaultValue(&c)
		if err != nil {
			return nil, nil, err
		}
		out.Cols = append(out.Cols, plan.Column{Name: c.Name, Type: c.Type, Typmod: c.Typmod})
		out.Exprs = append(out.Exprs, e)
		cols = append(cols, c)
	}
	return out, cols, nil
}

// columnDefault binds the default of a declared column.
func (b *binder) columnDefault(c *catalog.TableColumn) (plan.Expr, error) {
	if c.Default == "" {
		n := constNull(c.Type)
		n.Mod = c.Typmod
		return n, nil
	}
	list, err := Parse("select " + c.Default)
	if err != nil {
		return nil, err
	}
	before := b.s
	b.s = list[0]
	defer func() { b.s = before }()
	sel := list[0].tree.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 {
		return nil, types.Errorf(types.CodeDataCorrupted, "the default of column %q can't be read: %s", c.Name, c.Default)
	}
	return b.defaultExpr(sel.TargetList[0].GetResTarget().GetVal(), c)
}

// defaultExpr binds a DEFAULT expression for a column.
func (b *binder) defaultExpr(n *pg.Node, c *catalog.TableColumn) (plan.Expr, error) {
	sc := newScope()
	sc.clause = "DEFAULT expressions"
	if found := findNode(n, func(x *pg.Node) bool { return x.GetColumnRef() != nil }); found != nil {
		return nil, b.unsupported(location(found), "cannot use column reference in DEFAULT expression")
	}
	if found := findNode(n, func(x *pg.Node) bool { return x.GetSubLink() != nil }); found != nil {
		return nil, b.unsupported(found.GetSubLink().Location, "cannot use subquery in DEFAULT expression")
	}
	e, err := b.expr(sc, n)
	if err != nil {
		return nil, err
	}
	out, ok, err := b.coerce(e, c.Type, c.Typmod, function.CastAssignment, location(n))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, b.errorf(-1, types.CodeDatatypeMismatch, "column %q is of type %s but default expression is of type %s", c.Name, typeName(c.Type), typeName(e.Type())).
			WithHint("You will need to rewrite or cast the expression.")
	}
	return out, nil
}
