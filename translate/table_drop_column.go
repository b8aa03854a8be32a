package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// dropColumn is DROP COLUMN: events keep the member, and SQL forgets it. The name is free for a column that begins empty.
func (a *alteration) dropColumn(c *pg.AlterTableCmd) error {
	b := a.b
	if !a.now.Declared {
		if _, err := a.column(c.Name); err != nil {
			return a.noneToDrop(c, err)
		}
		return b.unsupported(-1, "DROP COLUMN is not supported for %q, which has no declared columns", a.st.Name).
			WithDetail("Its columns are what its events have.").WithHint("Where a column is in the way, make a view without it.")
	}
	at := a.now.Column(c.Name)
	if at < 0 {
		return a.noneToDrop(c, a.noColumn(c.Name))
	}
	col := a.now.Columns[at]
	if err := a.dropViews(c, col.Name); err != nil {
		return err
	}
	a.dropIndexes(&col)
	a.before = append(a.before, func(e *engine.SchemaEdit) error {
		catalog.PutComment(e, catalog.Comment{Class: catalog.ClassRelation, Object: a.st.OID, Sub: int32(col.Attr)})
		return nil
	})
	return a.step(func(t *catalog.Table, _ Given) error {
		if !t.DropColumn(c.Name) {
			return a.noColumn(c.Name)
		}
		return nil
	})
}

// noneToDrop is what DROP COLUMN says where there is no such column: err, unless IF EXISTS stands there.
func (a *alteration) noneToDrop(c *pg.AlterTableCmd, err error) error {
	if e, ok := err.(*types.Error); !c.MissingOk || !ok || e.Code != types.CodeUndefinedColumn {
		return err
	}
	a.d.note("column %q of relation %q does not exist, skipping", c.Name, a.st.Name)
	return nil
}

// dropViews has the views go that read a column, and the views on those; without CASCADE there must be none.
func (a *alteration) dropViews(c *pg.AlterTableCmd, name string) error {
	b := a.b
	what := "column " + quoteName(name) + " of " + b.describeRelation(a.st.OID)
	on := map[types.OID]string{}
	var going []types.OID
	for _, v := range b.c.Catalog.ViewsOn(a.st.OID) {
		reads := &columnRenaming{relation: a.st.OID, old: name, new: name}
		if _, err := b.bindViewAgain(v, reads); err != nil {
			return err
		}
		if reads.met {
			going = append(going, v.OID)
			on[v.OID] = what
		}
	}
	if len(going) == 0 {
		return nil
	}
	chain := catalog.Dependents(b.c.Catalog.Views(), going)
	for _, d := range chain {
		going = append(going, d.View.OID)
		on[d.View.OID] = b.describeRelation(d.On)
	}
	var falling, detail []string
	for _, oid := range going {
		falling = append(falling, "drop cascades to "+b.describeRelation(oid))
		detail = append(detail, b.describeRelation(oid)+" depends on "+on[oid])
	}
	if c.Behavior != pg.DropBehavior_DROP_CASCADE {
		return types.Errorf("2BP01", "cannot drop %s because other objects depend on it", what).
			WithDetail("%s", strings.Join(detail, "\n")).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	}
	a.d.cascades(falling)
	var views []*catalog.View
	for _, v := range b.c.Catalog.Views() {
		if slices.Contains(going, v.OID) {
			views = append(views, v)
		}
	}
	a.before = append(a.before, func(e *engine.SchemaEdit) error {
		for _, v := range views {
			if err := catalog.DropView(e, v.ID, v.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// dropIndexes has the indexes go whose conditions ask for a column.
func (a *alteration) dropIndexes(col *catalog.TableColumn) {
	for _, x := range a.b.c.Catalog.Indexes() {
		if x.Stream.ID == a.st.ID && col.ReadBy(x.Signal.Where) {
			a.before = append(a.before, func(e *engine.SchemaEdit) error {
				if !slices.ContainsFunc(e.Schema().Signals, func(g *engine.Signal) bool { return g.ID == x.Signal.ID }) {
					return nil // it has gone meanwhile, or two columns of the statement fell with it
				}
				return catalog.DropIndex(e, x.Signal.ID, x.Name)
			})
		}
	}
}
