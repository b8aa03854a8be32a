package catalog

import (
	"context"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for name, rows := range map[string]func(context.Context, *Snapshot, *types.Env, *Rows) error{
		"table_privileges": rowsTablePrivileges, "role_table_grants": rowsTablePrivileges,
		"column_privileges": rowsColumnPrivileges, "role_column_grants": rowsColumnPrivileges,
		"enabled_roles": rowsEnabledRoles, "applicable_roles": rowsApplicableRoles, "administrable_role_authorizations": rowsApplicableRoles,
	} {
		builtin["information_schema."+name] = maker{rows: rows}
	}
}

// seenRoles are the roles as the asking session sees them, and the one that it acts as.
func (s *Snapshot) seenRoles(env *types.Env) (*Roles, types.OID) {
	name, session := "flare", "flare"
	if env != nil {
		name, session = env.User, env.SessionUser
	}
	roles := s.Roles().For(session)
	if r, ok := roles.Named(name); ok {
		return roles, r.OID
	}
	return roles, 0
}

// eachGrant calls f for each privilege that was granted on a relation to or by one of the asking role's, or to everybody.
func (s *Snapshot) eachGrant(env *types.Env, w *Rows, publicToo bool, f func(r Relation, grantor, grantee, privilege string, grantable bool)) {
	roles, me := s.seenRoles(env)
	for _, r := range s.all() {
		if !w.May("table_name", r.Name) || !w.May("table_schema", r.Schema) {
			continue
		}
		rights := s.RelationRights(r)
		for _, g := range rights.effective(RelationClass) {
			grantee := "PUBLIC"
			switch {
			case g.To != 0:
				if !roles.Has(me, g.To) && !roles.Has(me, g.By) {
					continue
				}
				grantee = roles.Name(g.To)
			case !publicToo:
				continue
			}
			for i, name := range rightNames {
				if right := Right(1) << i; g.Rights&right != 0 {
					f(r, roles.Name(g.By), grantee, name, g.Options&right != 0 || g.To == rights.Owner)
				}
			}
		}
	}
}

func rowsTablePrivileges(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	s.eachGrant(env, w, w.layout.name == "table_privileges", func(r Relation, grantor, grantee, privilege string, grantable bool) {
		w.Begin()
		privilegeRow(w, env, r, grantor, grantee, privilege, grantable)
		w.Text("with_hierarchy", yesNo(privilege == "SELECT"))
		w.End()
	})
	return nil
}

func privilegeRow(w *Rows, env *types.Env, r Relation, grantor, grantee, privilege string, grantable bool) {
	w.Text("grantor", grantor)
	w.Text("grantee", grantee)
	w.Text("table_catalog", database(env))
	w.Text("table_schema", r.Schema)
	w.Text("table_name", r.Name)
	w.Text("privilege_type", privilege)
	w.Text("is_grantable", yesNo(grantable))
}

// rowsColumnPrivileges: columns have the privileges of their table, those that there are for columns.
func rowsColumnPrivileges(ctx context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	s.eachGrant(env, w, w.layout.name == "column_privileges", func(r Relation, grantor, grantee, privilege string, grantable bool) {
		switch privilege {
		case "SELECT", "INSERT", "UPDATE", "REFERENCES":
		default:
			return
		}
		for _, c := range tableColumns(r) {
			w.Begin()
			privilegeRow(w, env, r, grantor, grantee, privilege, grantable)
			w.Text("column_name", c.name)
			w.End()
		}
	})
	return ctx.Err()
}

func rowsEnabledRoles(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	roles, me := s.seenRoles(env)
	for _, r := range roles.List() {
		if roles.Has(me, r.OID) {
			w.Begin()
			w.Text("role_name", r.Name)
			w.End()
		}
	}
	return nil
}

// rowsApplicableRoles lists the memberships that the asking role can use; those that it may grant on for administrable_role_authorizations.
func rowsApplicableRoles(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	roles, me := s.seenRoles(env)
	for _, r := range roles.List() {
		if !roles.Has(me, r.OID) {
			continue
		}
		for _, m := range r.In {
			if w.layout.name == "administrable_role_authorizations" && !m.Admin {
				continue
			}
			w.Begin()
			w.Text("grantee", r.Name)
			w.Text("role_name", roles.Name(m.Role))
			w.Text("is_grantable", yesNo(m.Admin))
			w.End()
		}
	}
	return nil
}
