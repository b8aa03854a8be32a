package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// renameColumn binds ALTER TABLE … RENAME COLUMN. Events keep their member; only its name in SQL is another.
func (b *binder) renameColumn(d *Definition, n *pg.RenameStmt) (*Definition, error) {
	st, err := b.changeable(d, n.Relation, n.MissingOk)
	if st == nil {
		return d, err
	}
	old, name := n.Subname, n.Newname
	if !st.Table.Declared {
		return nil, b.unsupported(-1, "RENAME COLUMN is not supported for %q, which has no declared columns", st.Name)
	}
	if st.Table.Column(old) < 0 {
		return nil, b.errorf(-1, types.CodeUndefinedColumn, "column %q does not exist", old)
	}
	if strings.HasPrefix(name, "@") {
		return nil, b.errorf(-1, "42939", "column name %q is reserved: names that begin with @ are built in", name)
	}
	rename := func(t *catalog.Table) error {
		switch i := t.Column(old); {
		case t.Column(name) >= 0:
			return types.Errorf(types.CodeDuplicateColumn, "column %q of relation %q already exists", name, st.Name)
		case i < 0:
			return types.Errorf(types.CodeUndefinedColumn, "column %q does not exist", old)
		default:
			t.Columns[i].Name = name
			if t.Option("event_time") == old {
				t.SetOption("event_time", name)
			}
		}
		return nil
	}
	if err := rename(st.Table.Clone()); err != nil {
		return nil, err
	}
	views, err := b.renameInViews(st, old, name)
	if err != nil {
		return nil, err
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		for _, v := range views {
			query := v.Query
			if err := catalog.AlterView(e, v.ID, v.Name, func(v *catalog.View) error { v.Query = query; return nil }); err != nil {
				return err
			}
		}
		return catalog.AlterTable(e, st.ID, st.Name, rename)
	}
	return d, nil
}
