package catalog

import (
	"cmp"
	"slices"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// AddMember makes a role a member of another, or, where it is one, gives it the admin option.
func AddMember(e *engine.SchemaEdit, role, member, grantor types.OID, admin bool) error {
	roles := RolesOf(e.Schema())
	of, ok := roles.ByOID(role)
	if !ok {
		return errNoRole(roles.Name(role))
	}
	if role == member || roles.MemberStrictly(role, member) {
		return types.Errorf("0LP01", "role %q is a member of role %q", of.Name, roles.Name(member))
	}
	return AlterRole(e, member, roles.Name(member), func(r *Role) error {
		i := slices.IndexFunc(r.In, func(m Membership) bool { return m.Role == role })
		if i < 0 {
			i = len(r.In)
			r.In = append(r.In, Membership{Role: role, Grantor: grantor})
		}
		r.In[i].Admin = r.In[i].Admin || admin
		return nil
	})
}

// RemoveMember ends a role's membership in another, or takes only the admin option.
func RemoveMember(e *engine.SchemaEdit, role, member types.OID, adminOnly bool) error {
	return AlterRole(e, member, RolesOf(e.Schema()).Name(member), func(r *Role) error {
		if !adminOnly {
			r.In = slices.DeleteFunc(r.In, func(m Membership) bool { return m.Role == role })
			return nil
		}
		for i := range r.In {
			if r.In[i].Role == role {
				r.In[i].Admin = false
			}
		}
		return nil
	})
}

// SetSetting sets what a session of the role begins with; "" takes it away.
func (r *Role) SetSetting(name, value string) {
	r.Settings = slices.DeleteFunc(r.Settings, func(o TableOption) bool { return o.Name == name })
	if value != "" {
		r.Settings = append(r.Settings, TableOption{name, value})
	}
}

// ReassignOwned gives all that some roles own to another.
func ReassignOwned(e *engine.SchemaEdit, from []types.OID, to types.OID) error {
	for _, o := range allOwned(e.Schema()) {
		if slices.Contains(from, rightsOf(e.Schema(), o.Class, o.OID).Owner) {
			if err := SetOwner(e, o.Object, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// DropOwned drops what some roles own, and takes from them what they were granted.
func DropOwned(e *engine.SchemaEdit, roles []types.OID, cascade bool) error {
	gone := func(oid types.OID) bool { return slices.Contains(roles, oid) }
	all := allOwned(e.Schema())
	// Tables before the schemas that they are in.
	slices.SortStableFunc(all, func(a, b owned) int { return cmp.Or(-compareClass(a.Class, b.Class), -cmp.Compare(a.OID, b.OID)) })
	for _, o := range all {
		r := rightsOf(e.Schema(), o.Class, o.OID)
		if gone(r.Owner) {
			var err error
			switch o.Class {
			case RelationClass:
				err = dropRelation(e, o, cascade)
			case SchemaClass:
				err = DropSchema(e, o.Name, cascade)
			}
			if err != nil {
				return err
			}
			continue
		}
		if slices.ContainsFunc(r.Grants, func(g Grant) bool { return gone(g.To) || gone(g.By) }) {
			r.Grants = slices.DeleteFunc(slices.Clone(r.Grants), func(g Grant) bool { return gone(g.To) || gone(g.By) })
			if err := putRights(e, o.Object, r); err != nil {
				return err
			}
		}
	}
	for _, d := range defaultRights(e.Schema()) {
		if gone(d.role) {
			e.Put(engine.Object{ObjectKey: defaultKey(d.role, d.schema, d.letter)})
			continue
		}
		d.Grants = slices.DeleteFunc(d.Grants, func(g Grant) bool { return gone(g.To) })
		if err := putDefault(e, d); err != nil {
			return err
		}
	}
	return nil
}

func compareClass(a, b Class) int {
	rank := map[Class]int{DatabaseClass: 0, SchemaClass: 1, RelationClass: 2}
	return rank[a] - rank[b]
}

// dropRelation drops what somebody owned.
func dropRelation(e *engine.SchemaEdit, o owned, cascade bool) error {
	if !hasRelation(e.Schema(), o.OID) {
		return nil // it fell with another
	}
	if err := DropViewsOn(e, []types.OID{o.OID}, cascade); err != nil {
		return err
	}
	if _, view := e.Schema().Objects[viewKey(engine.StreamID(o.OID-firstStreamOID))]; view {
		return DropView(e, engine.StreamID(o.OID-firstStreamOID), o.Name)
	}
	return DropTable(e, engine.StreamID(o.OID-firstStreamOID), o.Name)
}

// allOwned lists all that can be owned, tables and schemas and the database.
func allOwned(s *engine.Schema) []owned {
	var out []owned
	for _, o := range ownedObjects(s) {
		out = append(out, o)
	}
	out = append(out, owned{Object{DatabaseClass, databaseFlare, "flare"}, ""})
	slices.SortFunc(out, func(a, b owned) int { return int(a.OID) - int(b.OID) })
	return out
}

// Options are the rights that one role itself, without those it has from others, may grant on an object.
func (r *Roles) Options(role types.OID, x Rights) Right {
	var out Right
	for _, g := range x.Grants {
		if g.To == role {
			out |= g.Options
		}
	}
	return out
}

// AnyRight reports whether a role has any right on an object.
func (r *Roles) AnyRight(role types.OID, c Class, x Rights) bool {
	have, options := r.rightsHeld(role, c, x)
	return have|options != 0
}
