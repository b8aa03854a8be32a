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
	path           []string
	role, database string
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
		if name == n.role {
			return []*types.Object{n.roleObject()}
		}
		return nil
	case pgnames.Database:
		if name == n.database {
			return []*types.Object{n.databaseObject()}
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
		return n.roleObject(), oid == catalog.BootstrapRole
	case pgnames.Database:
		return n.databaseObject(), oid == catalog.DatabaseOID
	}
	return n.ObjectByOID(class, oid)
}

// roleObject is who asks: the only role, and the superuser, until there are others.
func (n *names) roleObject() *types.Object {
	return &types.Object{Class: pgnames.Role, OID: catalog.BootstrapRole, Name: n.role}
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

var (
	_ types.Names        = (*names)(nil)
	_ types.IndexNames   = (*names)(nil)
	_ types.ViewNames    = (*names)(nil)
	_ types.CommentNames = (*names)(nil)
	_ types.ColumnNames  = (*names)(nil)
)
