package catalog

import (
	"context"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for name, rows := range map[string]func(context.Context, *Snapshot, *types.Env, *Rows) error{
		"pg_authid": rowsRole, "pg_roles": rowsRole, "pg_user": rowsRole, "pg_shadow": rowsRole, "pg_group": rowsGroup,
		"pg_auth_members": rowsMember, "pg_db_role_setting": rowsRoleSetting, "pg_default_acl": rowsDefaultRights,
	} {
		builtin["pg_catalog."+name] = maker{rows: rows}
	}
}

// rolesFor gives the roles as who asks sees them.
func (s *Snapshot) rolesFor(env *types.Env) *Roles {
	if env == nil {
		return s.Roles()
	}
	return s.Roles().For(env.SessionUser)
}

// rowsRole fills pg_authid, which tells the password, and the views on it, of which pg_user and pg_shadow have those who can log in.
func rowsRole(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, r := range s.rolesFor(env).List() {
		users := w.layout.name == "pg_user" || w.layout.name == "pg_shadow"
		if users && !r.Login {
			continue
		}
		w.Begin()
		w.OID("oid", r.OID)
		w.Text("rolname", r.Name)
		w.Bool("rolsuper", r.Super)
		w.Bool("rolinherit", r.Inherit)
		w.Bool("rolcreaterole", r.CreateRole)
		w.Bool("rolcreatedb", r.CreateDB)
		w.Bool("rolcanlogin", r.Login)
		w.Bool("rolreplication", r.Replication)
		w.Bool("rolbypassrls", r.BypassRLS)
		w.Int("rolconnlimit", int64(r.Limit))
		if r.Until != nil {
			w.Time("rolvaliduntil", *r.Until)
			w.Time("valuntil", *r.Until)
		}
		w.Text("usename", r.Name)
		w.OID("usesysid", r.OID)
		w.Bool("usecreatedb", r.CreateDB)
		w.Bool("usesuper", r.Super)
		w.Bool("userepl", r.Replication)
		w.Bool("usebypassrls", r.BypassRLS)
		switch {
		case w.layout.name == "pg_roles" || w.layout.name == "pg_user":
			w.Text("rolpassword", "********")
			w.Text("passwd", "********")
		case r.Password != "":
			w.Text("rolpassword", r.Password)
			w.Text("passwd", r.Password)
		}
		if len(r.Settings) > 0 {
			w.Text("rolconfig", settingArray(r.Settings))
			w.Text("useconfig", settingArray(r.Settings))
		}
		w.End()
	}
	return nil
}

func settingArray(list []TableOption) string { return (&Table{Options: list}).options() }

// rowsGroup fills pg_group: roles that can't log in, with their members.
func rowsGroup(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	roles := s.rolesFor(env)
	for _, r := range roles.List() {
		if r.Login {
			continue
		}
		var members []string
		for _, x := range roles.List() {
			for _, m := range x.In {
				if m.Role == r.OID {
					members = append(members, strconv.FormatUint(uint64(x.OID), 10))
				}
			}
		}
		w.Begin()
		w.Text("groname", r.Name)
		w.OID("grosysid", r.OID)
		w.Text("grolist", "{"+strings.Join(members, ",")+"}")
		w.End()
	}
	return nil
}

func rowsMember(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	for _, x := range s.rolesFor(env).List() {
		for _, m := range x.In {
			w.Begin()
			w.OID("roleid", m.Role)
			w.OID("member", x.OID)
			w.OID("grantor", m.Grantor)
			w.Bool("admin_option", m.Admin)
			w.End()
		}
	}
	return nil
}

func rowsRoleSetting(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	row := func(role types.OID, list []TableOption) {
		if len(list) == 0 {
			return
		}
		w.Begin()
		w.OID("setdatabase", 0)
		w.OID("setrole", role)
		w.Text("setconfig", settingArray(list))
		w.End()
	}
	row(0, s.GlobalSettings())
	for _, r := range s.rolesFor(env).List() {
		row(r.OID, r.Settings)
	}
	return nil
}

func rowsDefaultRights(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	roles := s.rolesFor(env)
	for _, d := range defaultRights(s.schema) {
		w.Begin()
		w.OID("oid", d.OID)
		w.OID("defaclrole", d.role)
		w.OID("defaclnamespace", d.schema)
		w.Text("defaclobjtype", d.letter)
		w.Text("defaclacl", items(roles, d.Grants))
		w.End()
	}
	return nil
}

// ownerName names the owner of something.
func (s *Snapshot) ownerName(env *types.Env, x Rights) string { return s.rolesFor(env).Name(x.Owner) }

// rightsColumns sets the columns that show an object's owner and, where somebody has granted something, what.
func rightsColumns(w *Rows, roles *Roles, x Rights, owner, acl string) {
	w.OID(owner, x.Owner)
	if x.Grants != nil && w.Wants(acl) {
		w.Text(acl, items(roles, x.Grants))
	}
}
