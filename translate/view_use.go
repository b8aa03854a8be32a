package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Views in one statement: how deep they may lie in each other, and how many queries they may come to, since each use binds anew.
const (
	maxViewDepth = 32
	maxViewUses  = 256
)

// viewUse is where a binder stands among views.
type viewUse struct {
	depth int
	uses  int
}

// useView binds a view in FROM as the sub-select that it is.
func (b *binder) useView(v *catalog.View, n *pg.RangeVar) (*relation, error) {
	node, err := b.viewPlan(v)
	if err != nil {
		return nil, b.at(err, n.Location)
	}
	r := derived(v.Name, node)
	r.schema = v.Schema
	for i := range r.cols {
		r.cols[i].Name, r.cols[i].Table, r.cols[i].Attr = v.Columns[i].Name, v.OID, int16(i+1)
	}
	alias := n.Alias.GetColnames()
	if n.Alias != nil {
		r.name, r.schema = n.Alias.Aliasname, ""
	}
	return r, b.rename(r, alias, n.Location)
}

// viewPlan binds a view's query and holds its columns to the types that they had.
func (b *binder) viewPlan(v *catalog.View) (plan.Node, error) {
	b.views.uses++
	switch {
	case b.views.depth >= maxViewDepth:
		return nil, types.Errorf(types.CodeStatementTooComplex, "stack depth limit exceeded").
			WithDetail("Views are nested more than %d levels deep.", maxViewDepth)
	case b.views.uses > maxViewUses:
		return nil, types.Errorf(types.CodeStatementTooComplex, "views stand for more than %d queries in one statement", maxViewUses)
	}
	text := b.c.Catalog.ViewQuery(v)
	list, err := Parse(text)
	if err != nil || len(list) != 1 {
		return nil, types.Errorf(types.CodeInternalError, "the query of view %q can't be read: %v", v.Name, err)
	}
	inner := *b.c
	inner.Path, inner.Notice = []string{"pg_catalog"}, nil
	inner.Params = nil
	inside := newBinder(&inner, list[0])
	inside.depth, inside.scanned = b.depth, b.scanned
	inside.views = viewUse{depth: b.views.depth + 1, uses: b.views.uses}
	inside.owners = []types.OID{b.viewRole(v)}
	node, err := inside.viewSelect()
	b.views.uses = inside.views.uses
	b.needs = append(b.needs, inside.needs...)
	if err != nil {
		return nil, viewError(v, err)
	}
	return b.holdTypes(v, node)
}

// viewRole is in whose name a view's query reads: its owner's, unless it was made to read in its user's.
func (b *binder) viewRole(v *catalog.View) types.OID {
	if on, _ := defBoolText(v.Option("security_invoker")); on {
		return b.role()
	}
	rel, _ := b.c.Catalog.RelationByOID(v.OID)
	return b.c.Catalog.RelationRights(rel).Owner
}

// viewSelect binds the text of a view.
func (b *binder) viewSelect() (plan.Node, error) {
	node, err := b.selectStmt(b.s.tree.GetSelectStmt())
	if err != nil {
		return nil, err
	}
	if len(b.params) > 0 {
		return nil, types.Errorf(types.CodeUndefinedParameter, "there is no parameter $1")
	}
	return b.resolveUnknowns(node)
}

// viewError says in which view an error lies; its position would be one in another text.
func viewError(v *catalog.View, err error) error {
	e, ok := err.(*types.Error)
	if !ok {
		return err
	}
	out := *e
	out.Position = 0
	if out.Detail == "" {
		out.Detail = "The error is in the query of view \"" + v.Name + "\"."
	}
	return &out
}

// holdTypes casts the columns of a view's query to the types that they had when the view was made: what it reads may have widened.
func (b *binder) holdTypes(v *catalog.View, node plan.Node) (plan.Node, error) {
	cols := node.Columns()
	if len(cols) != len(v.Columns) {
		return nil, types.Errorf(types.CodeInternalError, "view %q has %d columns, and its query %d", v.Name, len(v.Columns), len(cols))
	}
	same := true
	out := &plan.Project{Input: node}
	for i, c := range cols {
		want := v.Columns[i]
		var e plan.Expr = &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name}
		if c.Type != want.Type {
			same = false
			x, ok, err := b.coerce(e, want.Type, want.Typmod, function.CastAssignment, -1)
			if err != nil || !ok {
				return nil, types.Errorf(types.CodeDatatypeMismatch, "column %q of view %q is of type %s now and can't be shown as %s, as it was when the view was made",
					want.Name, v.Name, types.FormatType(c.Type, c.Typmod), types.FormatType(want.Type, want.Typmod)).
					WithHint("Drop the view and create it again.")
			}
			e = x
		}
		out.Exprs = append(out.Exprs, e)
		out.Cols = append(out.Cols, plan.Column{Name: want.Name, Type: want.Type, Typmod: want.Typmod})
	}
	if same {
		return node, nil
	}
	return out, nil
}
