package translate

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// commented are the kinds of objects that can have a comment, with their words.
var commented = map[pg.ObjectType]string{
	pg.ObjectType_OBJECT_TABLE: "table", pg.ObjectType_OBJECT_VIEW: "view", pg.ObjectType_OBJECT_INDEX: "index", pg.ObjectType_OBJECT_COLUMN: "column",
	pg.ObjectType_OBJECT_SCHEMA: "schema", pg.ObjectType_OBJECT_DATABASE: "database", pg.ObjectType_OBJECT_ROLE: "role",
}

// comment binds COMMENT ON. What can't be made here can't have a comment either.
func (b *binder) comment(n *pg.CommentStmt) (*Definition, error) {
	kind, ok := commented[n.Objtype]
	if !ok {
		words := strings.ReplaceAll(strings.TrimPrefix(n.Objtype.String(), "OBJECT_"), "_", " ")
		return nil, b.unsupported(-1, "COMMENT ON %s is not supported", words)
	}
	d := &Definition{Tag: "COMMENT"}
	c := catalog.Comment{Text: n.Comment}
	var err error
	switch name := n.Object.GetString_().GetSval(); kind {
	case "schema":
		c.Class, c.Object = catalog.ClassNamespace, b.c.Catalog.SchemaOID(name)
		if c.Object == 0 {
			return nil, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", name)
		}
		if err := b.ownsSchema(name); err != nil {
			return nil, err
		}
	case "database":
		if name != b.c.Env.Database {
			d.note("database %q does not exist", name)
			d.Notices[0].Severity, d.Notices[0].Code = "WARNING", types.CodeInvalidCatalogName
			return d, nil
		}
		if !b.c.Catalog.Roles().Owns(b.role(), b.c.Catalog.DatabaseRights()) {
			return nil, b.refuse("must be owner of database %s", name)
		}
		c.Class, c.Object = catalog.ClassDatabase, catalog.DatabaseOID
	case "role":
		c.Class = catalog.ClassRole
		if c.Object, err = b.roleOID(name); err != nil {
			return nil, err
		}
	default:
		c.Class = catalog.ClassRelation
		if c.Object, c.Sub, err = b.commentedRelation(kind, names(n.Object.GetList().GetItems())); err != nil {
			return nil, err
		}
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		catalog.PutComment(e, c)
		return nil
	}
	return d, nil
}

// roleOID finds a role.
func (b *binder) roleOID(name string) (types.OID, error) {
	x, ok := b.c.Catalog.Roles().For(b.c.Env.SessionUser).Named(name)
	switch {
	case !ok:
		return 0, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", name)
	case x.Super && !b.superuser():
		return 0, b.refuse("must be superuser to comment on superuser roles")
	case !b.mayManageRoles():
		return 0, b.refuse("must have CREATEROLE privilege")
	}
	return x.OID, nil
}

// commentedRelation finds the table, view, index or column that a comment is about.
func (b *binder) commentedRelation(kind string, parts []string) (types.OID, int32, error) {
	column := ""
	if kind == "column" {
		if len(parts) < 2 {
			return 0, 0, b.errorf(-1, types.CodeSyntaxError, "column name must be qualified")
		}
		column, parts = parts[len(parts)-1], parts[:len(parts)-1]
	}
	if len(parts) == 3 && parts[0] == b.c.Env.Database {
		parts = parts[1:]
	}
	if len(parts) > 2 {
		return 0, 0, b.unsupported(-1, "cross-database references are not implemented: %q", strings.Join(parts, "."))
	}
	schema, name := "", parts[len(parts)-1]
	if len(parts) == 2 {
		schema = parts[0]
	}
	rel, found := b.find(schema, name)
	if !found {
		if x, ok := b.index(schema, name); ok {
			if kind == "index" {
				if rel, ok := b.c.Catalog.RelationByOID(x.Stream.OID); ok && b.owns(rel, "index") != nil {
					return 0, 0, b.refuse("must be owner of index %s", name)
				}
				return x.OID, 0, nil
			}
			if kind != "column" {
				return 0, 0, b.errorf(-1, types.CodeWrongObjectType, "%q is not a %s", name, kind)
			}
		}
		return 0, 0, b.errorf(-1, types.CodeUndefinedTable, "relation %q does not exist", strings.Join(parts, "."))
	}
	switch {
	case rel.Source != nil:
		return 0, 0, b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied: %q is a system catalog", rel.Name)
	case kind == "index":
		return 0, 0, b.errorf(-1, types.CodeWrongObjectType, "%q is not an index", name)
	case kind == "table" && rel.Stream == nil, kind == "view" && rel.View == nil:
		return 0, 0, b.errorf(-1, types.CodeWrongObjectType, "%q is not a %s", name, kind)
	case b.owns(rel, kindWord(rel)) != nil:
		return 0, 0, b.owns(rel, kindWord(rel))
	case kind == "column":
		attr, ok := catalog.RelationColumn(rel, column)
		if !ok && rel.Stream != nil { // a property, by whatever case it has
			if p, _, found := rel.Stream.Property(column, column); found && p.Attr != 0 {
				attr, ok = p.Attr, true
			}
		}
		if !ok {
			return 0, 0, b.errorf(-1, types.CodeUndefinedColumn, "column %q of relation %q does not exist", column, name)
		}
		return rel.OID, int32(attr), nil
	}
	return rel.OID, 0, nil
}

// index finds an index in the search path.
func (b *binder) index(schema, name string) (*catalog.Index, bool) {
	if schema != "" {
		return b.c.Catalog.Index(schema, name)
	}
	for _, s := range b.path() {
		if x, ok := b.c.Catalog.Index(s, name); ok {
			return x, true
		}
	}
	return nil, false
}
