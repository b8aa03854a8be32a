package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// newOwner finds a role that who asks may give something to.
func (b *binder) newOwner(n *pg.RoleSpec) (types.OID, error) {
	oid, name, err := b.roleNamed(n)
	if err != nil {
		return 0, err
	}
	if !b.c.Catalog.Roles().Member(b.role(), oid) {
		return 0, b.refuse("must be member of role %q", name)
	}
	return oid, nil
}

// changeOwner makes the change of ALTER TABLE and ALTER VIEW … OWNER TO.
func (b *binder) changeOwner(rel catalog.Relation, n *pg.RoleSpec) (func(e *engine.SchemaEdit) error, error) {
	owner, err := b.newOwner(n)
	if err != nil {
		return nil, err
	}
	if !b.superuser() && !b.c.Catalog.Roles().Allowed(owner, catalog.SchemaClass, b.c.Catalog.SchemaRights(rel.Schema), catalog.Create) {
		return nil, b.refuse("permission denied for schema %s", rel.Schema)
	}
	o := catalog.Object{Class: catalog.RelationClass, OID: rel.OID, Name: rel.Name}
	return func(e *engine.SchemaEdit) error { return catalog.SetOwner(e, o, owner) }, nil
}

// first puts a change before what a definition does so far.
func (d *Definition) first(change func(e *engine.SchemaEdit) error) {
	rest := d.Change
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if err := change(e); err != nil || rest == nil {
			return err
		}
		return rest(e, g)
	}
}

// alterOwner binds ALTER SCHEMA and ALTER DATABASE … OWNER TO.
func (b *binder) alterOwner(n *pg.AlterOwnerStmt) (*Definition, error) {
	if n.ObjectType != pg.ObjectType_OBJECT_SCHEMA {
		return nil, nil
	}
	name := n.Object.GetString_().GetSval()
	switch {
	case !b.c.Catalog.HasSchema(name):
		return nil, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", name)
	case systemSchema(name):
		return nil, b.unsupported(-1, "ALTER SCHEMA %s OWNER TO is not supported", name)
	}
	if err := b.ownsSchema(name); err != nil {
		return nil, err
	}
	owner, err := b.newOwner(n.Newowner)
	if err != nil {
		return nil, err
	}
	o := catalog.Object{Class: catalog.SchemaClass, OID: b.c.Catalog.SchemaOID(name), Name: name}
	d := &Definition{Tag: "ALTER SCHEMA"}
	d.sequence([]func(e *engine.SchemaEdit) error{func(e *engine.SchemaEdit) error { return catalog.SetOwner(e, o, owner) }})
	return d, nil
}

// ofRoles finds the roles whose objects a statement is about, which must be who asks' own or below it.
func (b *binder) ofRoles(list []*pg.Node, what string) ([]types.OID, error) {
	var out []types.OID
	for _, n := range list {
		oid, _, err := b.roleNamed(n.GetRoleSpec())
		if err != nil {
			return nil, err
		}
		if !b.c.Catalog.Roles().Has(b.role(), oid) {
			return nil, b.refuse("permission denied to %s", what)
		}
		if oid == catalog.BootstrapRole {
			return nil, b.errorf(-1, "2BP01", "cannot %s owned by role %s because they are required by the database system",
				map[string]string{"drop objects": "drop objects", "reassign objects": "reassign ownership of objects"}[what], b.c.Catalog.Roles().Name(oid))
		}
		out = append(out, oid)
	}
	return out, nil
}

// reassignOwned binds REASSIGN OWNED.
func (b *binder) reassignOwned(n *pg.ReassignOwnedStmt) (*Definition, error) {
	from, err := b.ofRoles(n.Roles, "reassign objects")
	if err != nil {
		return nil, err
	}
	to, _, err := b.roleNamed(n.Newrole)
	if err != nil {
		return nil, err
	}
	if !b.c.Catalog.Roles().Has(b.role(), to) {
		return nil, b.refuse("permission denied to reassign objects")
	}
	d := &Definition{Tag: "REASSIGN OWNED"}
	d.sequence([]func(e *engine.SchemaEdit) error{func(e *engine.SchemaEdit) error { return catalog.ReassignOwned(e, from, to) }})
	return d, nil
}

// dropOwned binds DROP OWNED.
func (b *binder) dropOwned(n *pg.DropOwnedStmt) (*Definition, error) {
	roles, err := b.ofRoles(n.Roles, "drop objects")
	if err != nil {
		return nil, err
	}
	d := &Definition{Tag: "DROP OWNED"}
	d.sequence([]func(e *engine.SchemaEdit) error{func(e *engine.SchemaEdit) error {
		return catalog.DropOwned(e, roles, n.Behavior == pg.DropBehavior_DROP_CASCADE)
	}})
	return d, nil
}
