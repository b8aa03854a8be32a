package session

import (
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// names answers types.Names and most of what a Names may have besides from a catalog snapshot, and adds what a session knows.
type names struct {
	*catalog.Snapshot
	catalog.Lookup
	path     []string
	roles    *catalog.Roles
	database string
}

// SearchPath implements types.Names.
func (n *names) SearchPath() []string { return n.path }

// Find implements types.Names.
func (n *names) Find(class types.OID, schema, name string) []*types.Object {
	switch class {
	case pgnames.Function:
		if schema != "pg_catalog" {
			return function.FindOwnObjects(schema, name)
		}
		return nil
	case pgnames.Role:
		if r, ok := n.roles.Named(name); ok {
			return []*types.Object{roleObject(r)}
		}
		return nil
	case pgnames.Database:
		if name == n.database || name == "flare" || name == "postgres" { // names of one and the same
			o := n.databaseObject()
			o.Name = name
			return []*types.Object{o}
		}
		return nil
	}
	return n.FindObjects(class, schema, name)
}

// ByOID implements types.Names.
func (n *names) ByOID(class, oid types.OID) (*types.Object, bool) {
	switch class {
	case pgnames.Function:
		return function.OwnObject(oid)
	case pgnames.Role:
		if r, ok := n.roles.ByOID(oid); ok {
			return roleObject(r), true
		}
		return nil, false
	case pgnames.Database:
		return n.databaseObject(), oid == catalog.DatabaseOID
	}
	return n.ObjectByOID(class, oid)
}

func roleObject(r *catalog.Role) *types.Object {
	return &types.Object{Class: pgnames.Role, OID: r.OID, Name: r.Name}
}

func (n *names) databaseObject() *types.Object {
	return &types.Object{Class: pgnames.Database, OID: catalog.DatabaseOID, Name: n.database}
}

// ViewDefinition implements types.ViewNames.
func (n *names) ViewDefinition(oid types.OID) (string, bool) {
	r, ok := n.RelationByOID(oid)
	if !ok || r.View == nil {
		return "", false
	}
	return n.Snapshot.ViewDefinition(r.View, n.path), true
}

// Allowed implements types.Privileges. What has no rights of its own (PostgreSQL's functions, types, languages) everybody may use.
func (n *names) Allowed(role, class, object types.OID, attnum int16, privilege string, grant bool) bool {
	if class == pgnames.Parameter { // nobody is given rights to single settings
		return n.roles.Superuser(role)
	}
	right, known := catalog.RightNamed(privilege)
	if !known {
		return false
	}
	var of catalog.Class
	var rights catalog.Rights
	switch class {
	case pgnames.Relation:
		r, ok := n.RelationByOID(object)
		if !ok { // an index
			return n.roles.Superuser(role)
		}
		of, rights = catalog.RelationClass, n.RelationRights(r)
	case pgnames.Namespace:
		o, ok := (&types.Env{Names: n}).ObjectByOID(class, object)
		if !ok {
			return false
		}
		of, rights = catalog.SchemaClass, n.SchemaRights(o.Name)
	case pgnames.Database:
		of, rights = catalog.DatabaseClass, n.DatabaseRights()
	default:
		return n.roles.Superuser(role) || !grant && (right == catalog.Execute || right == catalog.Usage)
	}
	if grant {
		return n.roles.Grantable(role, of, rights, right)
	}
	return n.roles.Allowed(role, of, rights, right)
}

// Member implements types.Privileges.
func (n *names) Member(role, of types.OID, usage, admin bool) bool {
	switch {
	case admin:
		return n.roles.Admin(role, of)
	case usage:
		return n.roles.Has(role, of)
	}
	return n.roles.Member(role, of)
}

var (
	_ types.Objects      = (*names)(nil)
	_ types.Privileges   = (*names)(nil)
	_ types.Names        = (*names)(nil)
	_ types.IndexNames   = (*names)(nil)
	_ types.ViewNames    = (*names)(nil)
	_ types.CommentNames = (*names)(nil)
	_ types.ColumnNames  = (*names)(nil)
)
