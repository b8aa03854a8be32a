package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// OnCommit is what becomes of a temporary table when its transaction ends.
type OnCommit uint8

const (
	KeepRows OnCommit = iota
	DeleteRows
	DropTable
)

// temporary reports whether a name is one of a temporary table.
func (b *binder) temporary(n *pg.RangeVar) bool {
	return n.Relpersistence == "t" || n.Schemaname == "pg_temp" || n.Schemaname != "" && n.Schemaname == b.c.TempSchema
}

// tempSchema is the schema of the session's temporary tables, for a name that says it; it need not be there yet.
func (b *binder) tempSchema(n *pg.RangeVar) (string, error) {
	switch {
	case n.Schemaname != "" && n.Schemaname != "pg_temp" && n.Schemaname != b.c.TempSchema:
		return "", b.errorf(n.Location, "42P16", "cannot create temporary relation in non-temporary schema")
	case b.c.TempSchema == "":
		return "", b.unsupported(-1, "temporary tables are not supported here")
	case !b.c.Catalog.Roles().Allowed(b.role(), catalog.DatabaseClass, b.c.Catalog.DatabaseRights(), catalog.Temporary):
		return "", b.refuse("permission denied to create temporary tables in database %q", b.c.Env.Database)
	}
	return b.c.TempSchema, nil
}

// onCommit reads ON COMMIT.
func (b *binder) onCommit(action pg.OnCommitAction, rel *pg.RangeVar) (OnCommit, error) {
	var out OnCommit
	switch action {
	case pg.OnCommitAction_ONCOMMIT_DELETE_ROWS:
		out = DeleteRows
	case pg.OnCommitAction_ONCOMMIT_DROP:
		out = DropTable
	case pg.OnCommitAction_ONCOMMIT_PRESERVE_ROWS:
	default:
		return KeepRows, nil
	}
	if !b.temporary(rel) {
		return KeepRows, b.errorf(-1, "42P16", "ON COMMIT can only be used on temporary tables")
	}
	return out, nil
}

// create makes the definition one of a table, in a schema that is made with it where it is the one of temporary tables.
func (d *Definition) create(schema, name string, temporary bool, t *catalog.Table) {
	d.IDs, d.Temporary = 1, temporary
	if temporary {
		d.IDs = 2
	}
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if temporary && !catalog.HasSchema(e.Schema(), schema) {
			if err := catalog.CreateSchema(e, schema, g.IDs[1]); err != nil {
				return err
			}
		}
		return catalog.CreateTable(e, g.IDs[0], schema, name, t)
	}
}

// noTemporary refuses to keep something that reads temporary tables, which it would outlive.
func (b *binder) noTemporary(what string) error {
	for _, n := range b.needs {
		if catalog.TempSchema(n.rel.Schema) {
			return b.unsupported(-1, "%s of temporary tables are not supported", what)
		}
	}
	return nil
}

// foreignTemporary refuses the temporary tables of other sessions.
func (b *binder) foreignTemporary(n *pg.RangeVar) error {
	if catalog.TempSchema(n.Schemaname) && n.Schemaname != b.c.TempSchema && !strings.EqualFold(n.Schemaname, "pg_temp") {
		return b.errorf(-1, types.CodeFeatureNotSupported, "cannot access temporary tables of other sessions")
	}
	return nil
}
