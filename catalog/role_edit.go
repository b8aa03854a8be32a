package catalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// Changes of roles, to be used as those of edit.go.

func roleKey(oid types.OID) engine.ObjectKey {
	return engine.ObjectKey{Kind: roleKind, Name: strconv.FormatUint(uint64(oid), 10)}
}

// RoleOID is the OID of a role that is made with a number of Store.NewStreamID.
func RoleOID(id engine.StreamID) types.OID { return firstStreamOID + types.OID(id) }

func putRole(e *engine.SchemaEdit, r *Role) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: roleKey(r.OID), Data: text})
	return nil
}

// CreateRole makes a role with a number that nothing else has. The first one ends the time in which every name is the superuser's: where it is a
// superuser who can log in it is the one that everything belongs to; else creator, the name of whoever makes it, becomes that. secret is for the salts of names that don't exist.
func CreateRole(e *engine.SchemaEdit, id engine.StreamID, r Role, creator string, secret []byte) error {
	roles := RolesOf(e.Schema())
	if !roles.Open {
		if _, there := roles.Named(r.Name); there {
			return errRoleExists(r.Name)
		}
		r.OID = RoleOID(id)
		return putRole(e, &r)
	}
	super, _ := roles.ByOID(bootstrapRole)
	first := *super
	first.Login = true
	e.Put(engine.Object{ObjectKey: engine.ObjectKey{Kind: secretKind, Name: mockSecret}, Data: secret})
	if FirstOwner(&r) {
		r.OID = bootstrapRole
		return putRole(e, &r)
	}
	first.Name = creator
	if first.Name == r.Name {
		return errRoleExists(r.Name)
	}
	if err := putRole(e, &first); err != nil {
		return err
	}
	r.OID = RoleOID(id)
	return putRole(e, &r)
}

// FirstOwner reports whether a role, made as the first, is the superuser that everything belongs to.
func FirstOwner(r *Role) bool { return r.Super && r.Login }

func errRoleExists(name string) error {
	return types.Errorf("42710", "role %q already exists", name)
}

func errNoRole(name string) error {
	return types.Errorf(types.CodeUndefinedObject, "role %q does not exist", name)
}

// AlterRole changes a role. The role that change is given is its own to change.
func AlterRole(e *engine.SchemaEdit, oid types.OID, name string, change func(r *Role) error) error {
	roles := RolesOf(e.Schema())
	old, ok := roles.ByOID(oid)
	if !ok {
		return errNoRole(name)
	}
	r := *old
	r.In, r.Settings = slices.Clone(old.In), slices.Clone(old.Settings)
	if err := change(&r); err != nil {
		return err
	}
	if other, there := roles.Named(r.Name); there && other.OID != oid {
		return errRoleExists(r.Name)
	}
	return putRole(e, &r)
}

// DropRole removes a role with its memberships. Whatever depends on it stands against that.
func DropRole(e *engine.SchemaEdit, oid types.OID, name string) error {
	roles := RolesOf(e.Schema())
	if _, ok := roles.ByOID(oid); !ok {
		return errNoRole(name)
	}
	if on := dependents(e.Schema(), oid); len(on) > 0 {
		return types.Errorf("2BP01", "role %q cannot be dropped because some objects depend on it", name).WithDetail("%s", strings.Join(on, "\n"))
	}
	for _, x := range roles.List() {
		if !slices.ContainsFunc(x.In, func(m Membership) bool { return m.Role == oid }) {
			continue
		}
		r := *x
		r.In = slices.DeleteFunc(slices.Clone(x.In), func(m Membership) bool { return m.Role == oid })
		if err := putRole(e, &r); err != nil {
			return err
		}
	}
	e.Put(engine.Object{ObjectKey: roleKey(oid)})
	dropComments(e, ClassRole, oid)
	return nil
}
