package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// changeable finds the stream that a statement changes. It is nil, with a notice, where there is none and that is allowed.
func (b *binder) changeable(d *Definition, n *pg.RangeVar, missingOK bool) (*catalog.Stream, error) {
	rel, err := b.lookup(n)
	if err != nil {
		e, ok := err.(*types.Error)
		if !ok || e.Code != types.CodeUndefinedTable {
			return nil, err
		}
		if missingOK {
			d.note("relation %q does not exist, skipping", n.Relname)
			return nil, nil
		}
		e.Position = 0
		return nil, e
	}
	if err := b.notView(rel, ""); err != nil {
		return nil, err
	}
	if rel.Stream == nil {
		return nil, b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied: %q is a system catalog", rel.Name)
	}
	if err := b.owns(rel, "table"); err != nil {
		return nil, err
	}
	return rel.Stream, nil
}

// createSchema binds CREATE SCHEMA.
func (b *binder) createSchema(n *pg.CreateSchemaStmt) (*Definition, error) {
	name := n.Schemaname
	var owner types.OID
	if n.Authrole != nil {
		var err error
		if owner, err = b.newOwner(n.Authrole); err != nil {
			return nil, err
		}
		if name == "" {
			name = b.c.Catalog.Roles().For(b.c.Env.SessionUser).Name(owner)
		}
	}
	if !b.c.Catalog.Roles().Allowed(b.role(), catalog.DatabaseClass, b.c.Catalog.DatabaseRights(), catalog.Create) {
		return nil, b.refuse("permission denied for database %s", b.c.Env.Database)
	}
	if len(n.SchemaElts) > 0 {
		return nil, b.unsupported(-1, "CREATE SCHEMA with further statements in it is not supported")
	}
	d := &Definition{Tag: "CREATE SCHEMA", IDs: 1}
	switch {
	case strings.HasPrefix(name, "pg_"):
		return nil, b.errorf(-1, "42939", "unacceptable schema name %q", name).WithDetail("The prefix \"pg_\" is reserved for system schemas.")
	case b.c.Catalog.HasSchema(name) && n.IfNotExists:
		d.note("schema %q already exists, skipping", name)
		d.Notices[0].Code = "42P06"
		return d, nil
	case b.c.Catalog.HasSchema(name):
		return nil, b.errorf(-1, "42P06", "schema %q already exists", name)
	}
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if err := catalog.CreateSchema(e, name, g.IDs[0]); err != nil || owner == 0 {
			return err
		}
		return catalog.SetOwner(e, catalog.Object{Class: catalog.SchemaClass, OID: catalog.RoleOID(g.IDs[0]), Name: name}, owner)
	}
	return d, nil
}

// dropSchema binds DROP SCHEMA.
func (b *binder) dropSchema(n *pg.DropStmt) (*Definition, error) {
	d := &Definition{Tag: "DROP SCHEMA"}
	cascade := n.Behavior == pg.DropBehavior_DROP_CASCADE
	var drop, falling []string
	var going []types.OID
	for _, o := range n.Objects {
		name := o.GetString_().GetSval()
		switch {
		case !b.c.Catalog.HasSchema(name) && n.MissingOk:
			d.note("schema %q does not exist, skipping", name)
			continue
		case !b.c.Catalog.HasSchema(name):
			return nil, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", name)
		case systemSchema(name):
			return nil, b.errorf(-1, "2BP01", "cannot drop schema %s because it is required by the database system", name)
		case name == catalog.PublicSchema:
			return nil, b.unsupported(-1, "DROP SCHEMA public is not supported")
		case b.ownsSchema(name) != nil:
			return nil, b.ownsSchema(name)
		case slices.Contains(drop, name):
			continue
		}
		drop = append(drop, name)
		for _, s := range b.c.Catalog.Streams() {
			if s.Schema == name {
				falling = append(falling, "drop cascades to table "+quoteName(s.Schema)+"."+quoteName(s.Name))
				going = append(going, s.OID)
			}
		}
		for _, v := range b.c.Catalog.Views() {
			if v.Schema == name {
				falling = append(falling, "drop cascades to view "+quoteName(v.Schema)+"."+quoteName(v.Name))
				going = append(going, v.OID)
			}
		}
	}
	if cascade {
		for _, x := range catalog.Dependents(b.c.Catalog.Views(), going) {
			falling = append(falling, "drop cascades to "+b.describeRelation(x.View.OID))
		}
		d.cascades(falling)
	}
	if len(drop) > 0 {
		d.Change = func(e *engine.SchemaEdit, _ Given) error {
			for _, name := range drop {
				if err := catalog.DropSchema(e, name, cascade); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return d, nil
}

// setSchema binds ALTER TABLE … SET SCHEMA.
func (b *binder) setSchema(n *pg.AlterObjectSchemaStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER TABLE"}
	st, err := b.changeable(d, n.Relation, n.MissingOk)
	if st == nil {
		return d, err
	}
	if catalog.TempSchema(st.Schema) || n.Newschema == "pg_temp" {
		return nil, b.unsupported(-1, "cannot move objects into or out of temporary schemas")
	}
	if err := b.mayCreateIn(n.Newschema, st.Name, -1); err != nil {
		return nil, err
	}
	if _, there := b.c.Catalog.Relation(n.Newschema, st.Name); there && n.Newschema != st.Schema {
		return nil, b.errorf(-1, "42P07", "relation %q already exists in schema %q", st.Name, n.Newschema)
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		return catalog.MoveTable(e, st.ID, n.Newschema, e.Schema().Stream(st.ID).Name)
	}
	return d, nil
}

// renaming binds ALTER … RENAME of tables, columns and schemas; nil for others.
func (b *binder) renaming(n *pg.RenameStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER TABLE"}
	switch {
	case n.RenameType == pg.ObjectType_OBJECT_ROLE:
		return b.renameRole(n)
	case n.RenameType == pg.ObjectType_OBJECT_SCHEMA:
		d.Tag = "ALTER SCHEMA"
		switch {
		case !b.c.Catalog.HasSchema(n.Subname):
			return nil, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", n.Subname)
		case systemSchema(n.Subname) || n.Subname == catalog.PublicSchema:
			return nil, b.unsupported(-1, "ALTER SCHEMA %s RENAME is not supported", n.Subname)
		case strings.HasPrefix(n.Newname, "pg_"):
			return nil, b.errorf(-1, "42939", "unacceptable schema name %q", n.Newname).WithDetail("The prefix \"pg_\" is reserved for system schemas.")
		case b.c.Catalog.HasSchema(n.Newname):
			return nil, b.errorf(-1, "42P06", "schema %q already exists", n.Newname)
		case b.ownsSchema(n.Subname) != nil:
			return nil, b.ownsSchema(n.Subname)
		}
		d.Change = func(e *engine.SchemaEdit, _ Given) error { return catalog.RenameSchema(e, n.Subname, n.Newname) }
		return d, nil
	case n.RenameType == pg.ObjectType_OBJECT_TABLE:
		st, err := b.changeable(d, n.Relation, n.MissingOk)
		if st == nil {
			return d, err
		}
		if _, there := b.c.Catalog.Relation(st.Schema, n.Newname); there {
			return nil, b.errorf(-1, "42P07", "relation %q already exists", n.Newname)
		}
		d.Change = func(e *engine.SchemaEdit, _ Given) error { return catalog.MoveTable(e, st.ID, st.Schema, n.Newname) }
		return d, nil
	case n.RenameType == pg.ObjectType_OBJECT_COLUMN && n.RelationType == pg.ObjectType_OBJECT_TABLE:
		return b.renameColumn(d, n)
	}
	return nil, nil
}
