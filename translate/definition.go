package translate

import (
	"encoding/json"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Definition is a statement that changes what exists: CREATE, ALTER, DROP.
type Definition struct {
	Tag string
	// Change makes the change; nil: there is nothing to do. It may be called several times, over several schemas.
	Change func(e *engine.SchemaEdit, g Given) error
	// IDs is how many new ids Change is given, Values the expressions whose values it is given.
	IDs    int
	Values []plan.Expr
	// Temporary: what is made is a temporary table, the first of IDs, and OnCommit is what becomes of it.
	Temporary bool
	OnCommit  OnCommit
	// Notices are for the client, when the statement runs.
	Notices []*types.Error
	// Checks are queries that must have no row, or else the statement fails.
	Checks []Check
	// Settings is a setting whose value Change is given, as it has to be kept, in Given.Setting; nil: none.
	Settings *Set
}

// Given is what a Definition's change needs to know, and what must be the same each time.
type Given struct {
	IDs    []engine.StreamID
	Values []json.RawMessage // as types.AppendStored writes them; null for null
	// Setting is the name and the value of Definition.Settings; the value "" takes it away.
	Setting [2]string
}

// Check is a query with the error that a row of it means.
type Check struct {
	Plan plan.Node
	Err  *types.Error
}

func (*Definition) bound() {}

func (d *Definition) note(format string, args ...any) {
	e := types.Errorf(types.CodeSuccessfulCompletion, format, args...)
	e.Severity = "NOTICE"
	d.Notices = append(d.Notices, e)
}

// define binds the statements that define tables and schemas; nil for others.
func (b *binder) define(n *pg.Node) (Bound, error) {
	var d *Definition
	var err error
	switch x := n; n := n.GetNode().(type) {
	case *pg.Node_CreateStmt:
		d, err = b.createTable(n.CreateStmt)
	case *pg.Node_CreateTableAsStmt:
		if n.CreateTableAsStmt.Objtype == pg.ObjectType_OBJECT_MATVIEW {
			return nil, b.unsupported(-1, "materialized views are not supported")
		}
	case *pg.Node_RefreshMatViewStmt:
		return nil, b.unsupported(-1, "materialized views are not supported")
	case *pg.Node_CommentStmt:
		d, err = b.comment(n.CommentStmt)
	case *pg.Node_ViewStmt:
		d, err = b.createView(n.ViewStmt)
	case *pg.Node_AlterTableStmt:
		if b.isView(n.AlterTableStmt.Relation, n.AlterTableStmt.Objtype) {
			d, err = b.alterView(n.AlterTableStmt)
			break
		}
		if n.AlterTableStmt.Objtype != pg.ObjectType_OBJECT_TABLE {
			return nil, nil
		}
		d, err = b.alterTable(n.AlterTableStmt)
	case *pg.Node_RenameStmt:
		if b.isView(n.RenameStmt.Relation, renamedKind(n.RenameStmt)) {
			d, err = b.renameView(n.RenameStmt)
			break
		}
		d, err = b.renaming(n.RenameStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		if b.isView(n.AlterObjectSchemaStmt.Relation, n.AlterObjectSchemaStmt.ObjectType) {
			d, err = b.moveView(n.AlterObjectSchemaStmt)
			break
		}
		if n.AlterObjectSchemaStmt.ObjectType != pg.ObjectType_OBJECT_TABLE {
			return nil, nil
		}
		d, err = b.setSchema(n.AlterObjectSchemaStmt)
	case *pg.Node_CreateSchemaStmt:
		d, err = b.createSchema(n.CreateSchemaStmt)
	case *pg.Node_DropStmt:
		switch n.DropStmt.RemoveType {
		case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_VIEW:
			d, err = b.dropRelations(n.DropStmt)
		case pg.ObjectType_OBJECT_SCHEMA:
			d, err = b.dropSchema(n.DropStmt)
		}
	default:
		d, err = b.defineRole(x)
	}
	if d == nil || err != nil {
		return nil, err
	}
	return d, nil
}

// path is the search path.
func (b *binder) path() []string {
	if b.c.Path == nil {
		return []string{catalog.PublicSchema}
	}
	return b.c.Path
}

// creationSchema says in which schema something is made.
func (b *binder) creationSchema(n *pg.RangeVar) (string, error) {
	if n.Catalogname != "" && n.Catalogname != b.c.Env.Database {
		return "", b.unsupported(n.Location, "cross-database references are not implemented: \"%s.%s.%s\"", n.Catalogname, n.Schemaname, n.Relname)
	}
	if b.temporary(n) {
		return b.tempSchema(n)
	}
	if n.Schemaname != "" {
		return n.Schemaname, b.mayCreateIn(n.Schemaname, n.Relname, n.Location)
	}
	for _, s := range b.path() {
		if b.c.Catalog.HasSchema(s) && !catalog.TempSchema(s) {
			return s, b.mayCreateIn(s, n.Relname, -1)
		}
	}
	return "", b.errorf(n.Location, types.CodeInvalidSchemaName, "no schema has been selected to create in")
}

func (b *binder) mayCreateIn(schema, name string, at int32) error {
	switch {
	case schema == "pg_catalog":
		return b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied to create \"%s.%s\"", schema, name).
			WithDetail("System catalog modifications are currently disallowed.")
	case systemSchema(schema):
		return b.errorf(at, types.CodeInsufficientPrivilege, "permission denied for schema %s", schema)
	case catalog.TempSchema(schema):
		return b.unsupported(-1, "cannot move objects into or out of temporary schemas")
	case !b.c.Catalog.HasSchema(schema):
		return b.errorf(at, types.CodeInvalidSchemaName, "schema %q does not exist", schema)
	}
	return b.mayUseSchema(schema, catalog.Create, at)
}

// systemSchema tells the schemas that hold no streams.
func systemSchema(name string) bool {
	return name == "pg_catalog" || name == "information_schema" || name == "flare"
}

// findNode finds a node of a tree, from the top down.
func findNode(n *pg.Node, is func(*pg.Node) bool) *pg.Node {
	if n == nil || n.GetNode() == nil {
		return nil
	}
	if is(n) {
		return n
	}
	return findBelow(n.ProtoReflect(), is)
}

func findBelow(m protoreflect.Message, is func(*pg.Node) bool) (found *pg.Node) {
	visit := func(v protoreflect.Value) bool {
		if x, ok := v.Message().Interface().(*pg.Node); ok {
			found = findNode(x, is)
		} else {
			found = findBelow(v.Message(), is)
		}
		return found == nil
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil:
		case f.IsList():
			for i := 0; i < v.List().Len(); i++ {
				if !visit(v.List().Get(i)) {
					return false
				}
			}
		default:
			return visit(v)
		}
		return true
	})
	return found
}
