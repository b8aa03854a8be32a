package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// wholeRow is a relation's name where a value is wanted: a record of what * gives of it. Of a row that an outer join has filled up it is null,
// not a record of nulls.
func (b *binder) wholeRow(sc, at *scope, r *relation) (plan.Expr, error) {
	var names []string
	var values []plan.Expr
	for _, o := range b.outputsOf(at, r) {
		names = append(names, o.name)
		values = append(values, sc.lift(at, o.expr))
	}
	row, err := b.record(names, values)
	if err != nil || !at.filledUp(r) {
		return row, err
	}
	var absent []plan.Expr
	if r.stream != nil { // an event always has a time
		time := r.streamColumn("@t", types.Timestamptz, 0, nql.Column{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp})
		values = []plan.Expr{sc.lift(at, at.ref(r, time))}
	}
	for _, v := range values {
		absent = append(absent, &plan.IsNull{Typed: typed(types.Bool), Arg: v})
	}
	return &plan.Case{Typed: typed(types.Record), Whens: []plan.When{{Cond: plan.Conjunction(absent), Then: constNull(types.Record)}}, Else: row}, nil
}

// filledUp reports whether an outer join may fill up rows of a relation with nulls.
func (sc *scope) filledUp(r *relation) bool {
	var within func(item *fromItem, filled bool) (found, isFilled bool)
	within = func(item *fromItem, filled bool) (bool, bool) {
		if item == nil {
			return false, false
		}
		if item.named == r {
			return true, filled
		}
		if !item.join {
			return item.rel == r, filled
		}
		left := filled || item.kind == plan.RightJoin || item.kind == plan.FullJoin
		right := filled || item.kind == plan.LeftJoin || item.kind == plan.FullJoin
		if found, is := within(item.left, left); found {
			return true, is
		}
		return within(item.right, right)
	}
	for _, item := range sc.items {
		if found, is := within(item, false); found {
			return is
		}
	}
	return false
}

// rowNamed binds relation.* where one value is wanted.
func (b *binder) rowNamed(sc *scope, n *pg.ColumnRef) (plan.Expr, error) {
	parts := names(n.Fields[:len(n.Fields)-1])
	if len(parts) == 0 {
		return nil, b.unsupported(n.Location, "row expansion via \"*\" is not supported here")
	}
	r, at, err := b.relationNamed(sc, parts, n.Location)
	if err != nil {
		return nil, err
	}
	if r == nil || len(parts) > 2 {
		return nil, b.missing(sc, append(parts, "*"), nil, n.Location)
	}
	b.named[n] = r.name
	return b.wholeRow(sc, at, r)
}

// isStar reports whether a node is relation.* or record.*.
func isStar(n *pg.Node) bool {
	if ref := n.GetColumnRef(); ref != nil {
		return len(ref.Fields) > 1 && ref.Fields[len(ref.Fields)-1].GetAStar() != nil
	}
	if ind := n.GetAIndirection(); ind != nil {
		return ind.Indirection[len(ind.Indirection)-1].GetAStar() != nil
	}
	return false
}

// spread binds relation.* or record.* where any number of values may stand: each column, or field.
func (b *binder) spread(sc *scope, n *pg.Node) ([]target, error) {
	if ref := n.GetColumnRef(); ref != nil {
		return b.star(sc, ref)
	}
	ind := n.GetAIndirection()
	steps := ind.Indirection[:len(ind.Indirection)-1]
	inner := ind.Arg
	if len(steps) > 0 {
		inner = &pg.Node{Node: &pg.Node_AIndirection{AIndirection: &pg.A_Indirection{Arg: ind.Arg, Indirection: steps}}}
	}
	e, err := b.expr(sc, inner)
	if err != nil {
		return nil, err
	}
	at := location(n)
	if e.Type() != types.Record {
		return nil, b.errorf(at, types.CodeWrongObjectType, "type %s is not composite", typeName(e.Type()))
	}
	fields, ok := fieldsOf(e)
	if !ok {
		return nil, b.errorf(at, types.CodeWrongObjectType, "record type has not been registered")
	}
	var out []target
	for i, f := range fields {
		x := fieldAt(e, f, i)
		t := target{expr: x, col: sc.describe(x)}
		t.col.Name = types.FieldName(f, i)
		out = append(out, t)
	}
	return out, nil
}
