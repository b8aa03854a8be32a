package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// insertReturning binds RETURNING of an INSERT whose columns are cols.
func (b *binder) insertReturning(n *pg.InsertStmt, cols []insertColumn) (*plan.Returning, error) {
	sc := b.newScope()
	r, err := b.rangeVar(n.Relation)
	if err != nil {
		return nil, err
	}
	for _, c := range cols {
		if c.fresh {
			r.fresh = append(r.fresh, freshColumn(&c))
		}
	}
	if err := b.addRelation(sc, r); err != nil {
		return nil, err
	}
	sc.items = []*fromItem{{rel: r}}
	targets, needed, err := b.returned(sc, n.ReturningList)
	if err != nil {
		return nil, err
	}
	node, layout, err := b.input(sc, *sc.items[0], nil, needed)
	if err != nil {
		return nil, err
	}
	if node, err = b.resolveUnknowns(project(node, targets, layout)); err != nil {
		return nil, err
	}
	out := &plan.Returning{Plan: node}
	plan.WalkNodes(node, func(n plan.Node) bool {
		if scan, ok := n.(*plan.Scan); ok && out.Reads == nil {
			out.Reads = scan.Reads
		}
		return true
	})
	for _, read := range out.Reads {
		if read.Path.Root == nql.ID {
			return nil, b.unsupported(location(n.ReturningList[0].GetResTarget().GetVal()), "event_id is not known before the transaction ends").
				WithHint("Leave event_id out of RETURNING.")
		}
	}
	return out, nil
}

// freshColumn is how a property that an INSERT brings up is read back.
func freshColumn(c *insertColumn) *catalog.StreamColumn {
	t := types.OID(types.Text)
	switch c.Type {
	case types.Bool, types.Int8, types.Float8, types.Numeric:
		t = c.Type
	case types.Int2, types.Int4:
		t = types.Int8
	case types.Float4:
		t = types.Float8
	case types.JSON, types.JSONB, types.Record:
		t = types.JSONB
	default:
		if types.ElemOf(c.Type) != 0 {
			t = types.JSONB
		}
	}
	return &catalog.StreamColumn{Name: c.Name, Type: t, Typmod: -1,
		Read: nql.Column{Path: &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: c.Member}}}, Kind: types.KindOf(t)}}
}

// freshProperty finds a property that the statement itself brings up.
func (r *relation) freshProperty(id ident) (*catalog.StreamColumn, bool) {
	for _, c := range r.fresh {
		if c.Name == id.text || !id.quoted && strings.EqualFold(c.Name, id.text) {
			return c, true
		}
	}
	return nil, false
}

// returned binds a RETURNING list; needed are the columns that it reads.
func (b *binder) returned(sc *scope, list []*pg.Node) (targets []target, needed map[int]bool, err error) {
	sc.clause = "RETURNING"
	defer func() { sc.clause = "" }()
	if targets, err = b.targets(sc, list); err != nil {
		return nil, nil, err
	}
	needed = map[int]bool{}
	for _, t := range targets {
		for _, v := range plan.Refs(t.expr) {
			needed[v] = true
		}
	}
	return targets, needed, nil
}

// project puts targets over a node.
func project(node plan.Node, targets []target, layout map[int]int) *plan.Project {
	p := &plan.Project{Input: node}
	for _, t := range targets {
		p.Cols = append(p.Cols, t.col)
		p.Exprs = append(p.Exprs, place(t.expr, layout))
	}
	return p
}
