package catalog

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

var _ types.Privileges = Lookup{}

// roles are the roles as the session sees them.
func (l Lookup) roles() *Roles { return l.Snapshot.Roles().For(l.User) }

// roleOID finds a role by its name.
func (l Lookup) roleOID(name string) (types.OID, bool) {
	r, ok := l.roles().Named(name)
	if !ok {
		return 0, false
	}
	return r.OID, true
}

// HasPrivilege implements types.Privileges. Role 0 is PUBLIC. Columns have the privileges of their table. What nobody can grant here (functions, types,
// languages) everybody may use, as PostgreSQL has it by default.
func (l Lookup) HasPrivilege(role, class, oid types.OID, _ int16, privilege string, _, grant bool) bool {
	want, ok := RightNamed(privilege)
	if !ok { // SET, ALTER SYSTEM and the like
		return l.roles().Superuser(role)
	}
	var c Class
	var x Rights
	switch class {
	case ClassRelation:
		c = RelationClass
		r, ok := l.Snapshot.RelationByOID(oid)
		if !ok { // an index
			return l.roles().Superuser(role)
		}
		x = l.Snapshot.RelationRights(r)
	case ClassNamespace:
		c = SchemaClass
		name := l.schemaName(int64(oid))
		if name == "" {
			return false
		}
		x = l.Snapshot.SchemaRights(name)
	case ClassDatabase:
		c, x = DatabaseClass, l.Snapshot.DatabaseRights()
	default:
		return !grant && want&(Execute|Usage) != 0 || l.roles().Superuser(role)
	}
	if role == 0 {
		for _, g := range x.effective(c) {
			if g.To == 0 && g.Rights&want != 0 && !grant {
				return true
			}
		}
		return false
	}
	if grant {
		return l.roles().Grantable(role, c, x, want)
	}
	return l.roles().Allowed(role, c, x, want)
}

// HasRole implements types.Privileges.
func (l Lookup) HasRole(role, of types.OID, privilege string, admin bool) bool {
	switch {
	case admin:
		return l.roles().Admin(role, of)
	case privilege == "USAGE":
		return l.roles().Has(role, of)
	}
	return l.roles().Member(role, of)
}

// Readable reports whether who asks may read a stream, and so may be told what is known of its events.
func Readable(env *types.Env, id engine.StreamID) bool {
	return env == nil || env.Names == nil || env.Names.CanSelect(env.User, firstStreamOID+types.OID(id))
}
