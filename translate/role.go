package translate

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

func (b *binder) refuse(format string, args ...any) *types.Error {
	return b.errorf(-1, types.CodeInsufficientPrivilege, format, args...)
}

// defineRole binds the statements about roles and what they may do; nil for others.
func (b *binder) defineRole(n *pg.Node) (*Definition, error) {
	switch n := n.GetNode().(type) {
	case *pg.Node_CreateRoleStmt:
		return b.createRole(n.CreateRoleStmt)
	case *pg.Node_AlterRoleStmt:
		return b.alterRole(n.AlterRoleStmt)
	case *pg.Node_AlterRoleSetStmt:
		return b.alterRoleSet(n.AlterRoleSetStmt)
	case *pg.Node_DropRoleStmt:
		return b.dropRole(n.DropRoleStmt)
	case *pg.Node_GrantStmt:
		return b.grant(n.GrantStmt)
	case *pg.Node_GrantRoleStmt:
		return b.grantRole(n.GrantRoleStmt)
	case *pg.Node_AlterDefaultPrivilegesStmt:
		return b.alterDefaultRights(n.AlterDefaultPrivilegesStmt)
	case *pg.Node_AlterOwnerStmt:
		return b.alterOwner(n.AlterOwnerStmt)
	case *pg.Node_ReassignOwnedStmt:
		return b.reassignOwned(n.ReassignOwnedStmt)
	case *pg.Node_DropOwnedStmt:
		return b.dropOwned(n.DropOwnedStmt)
	}
	return nil, nil
}

// mayManageRoles reports whether who asks may make and change roles that are no superusers.
func (b *binder) mayManageRoles() bool {
	x, ok := b.c.Catalog.Roles().ByOID(b.role())
	return ok && (x.Super || x.CreateRole)
}

// reservedRole refuses names that mean something else.
func (b *binder) reservedRole(name string) error {
	if strings.HasPrefix(name, "pg_") {
		return b.errorf(-1, "42939", "role name %q is reserved", name).WithDetail("Role names starting with \"pg_\" are reserved.")
	}
	if name == "public" || name == "none" {
		return b.errorf(-1, "42939", "role name %q is reserved", name)
	}
	return nil
}

// createRole binds CREATE ROLE, CREATE USER and CREATE GROUP.
func (b *binder) createRole(n *pg.CreateRoleStmt) (*Definition, error) {
	d := &Definition{Tag: "CREATE ROLE", IDs: 1}
	if err := b.reservedRole(n.Role); err != nil {
		return nil, err
	}
	r := catalog.Role{Name: n.Role, Inherit: true, Limit: -1, Login: n.StmtType == pg.RoleStmtType_ROLESTMT_USER}
	o, err := b.roleOptions(&r, n.Options)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Super && !b.superuser():
		return nil, b.refuse("must be superuser to create superusers")
	case r.Replication && !b.superuser():
		return nil, b.refuse("must be superuser to create replication users")
	case r.BypassRLS && !b.superuser():
		return nil, b.refuse("must be superuser to create bypassrls users")
	case !b.mayManageRoles():
		return nil, b.refuse("permission denied to create role")
	}
	roles := b.c.Catalog.Roles()
	if _, there := roles.Named(r.Name); there && !roles.Open {
		return nil, b.errorf(-1, "42710", "role %q already exists", r.Name)
	}
	by := b.role()
	for _, in := range o.in {
		if err := b.mayGrantRole(in.oid, in.name); err != nil {
			return nil, err
		}
		r.In = append(r.In, catalog.Membership{Role: in.oid, Grantor: by})
	}
	creator := b.c.Env.SessionUser
	if roles.Open {
		if catalog.FirstOwner(&r) {
			d.note("role %q is the superuser from now on, and other names are not let in any more", r.Name)
		} else if creator != r.Name {
			d.note("role %q is the superuser from now on, and names other than roles' are not let in any more", creator)
			d.Notices[0].Hint = "Give it a password: \\password " + quoteName(creator)
		}
	}
	secret := auth.NewSecret()
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if err := catalog.CreateRole(e, g.IDs[0], r, creator, secret); err != nil {
			return err
		}
		made, _ := catalog.RolesOf(e.Schema()).Named(r.Name)
		for i, list := range [][]namedRole{o.members, o.admins} {
			for _, m := range list {
				if err := catalog.AddMember(e, made.OID, m.oid, by, i == 1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return d, nil
}

type namedRole struct {
	oid  types.OID
	name string
}

// roleOptions are those of CREATE and ALTER ROLE that are about other roles.
type roleOptions struct{ in, members, admins []namedRole }

// roleOptions reads options into a role.
func (b *binder) roleOptions(r *catalog.Role, list []*pg.Node) (o roleOptions, err error) {
	given := map[string]bool{}
	for _, n := range list {
		d := n.GetDefElem()
		name := d.GetDefname()
		if given[name] {
			return o, b.errorf(d.Location, types.CodeSyntaxError, "conflicting or redundant options")
		}
		given[name] = true
		flags := map[string]*bool{
			"superuser": &r.Super, "inherit": &r.Inherit, "createrole": &r.CreateRole, "createdb": &r.CreateDB, "canlogin": &r.Login,
			"isreplication": &r.Replication, "bypassrls": &r.BypassRLS,
		}
		if into, ok := flags[name]; ok {
			v, _ := defBool(d.Arg)
			*into = v
			continue
		}
		switch name {
		case "password":
			if r.Password, err = b.passwordOf(d.Arg); err != nil {
				return o, err
			}
		case "connectionlimit":
			v, err := strconv.ParseInt(defString(d.Arg), 10, 32)
			if err != nil || v < -1 {
				return o, b.errorf(-1, types.CodeInvalidParameterValue, "invalid connection limit: %s", defString(d.Arg))
			}
			r.Limit = int32(v)
		case "validUntil":
			v := column.New(types.KindOf(types.Timestamptz))
			if err := types.ParseText(v, b.c.Env, types.Timestamptz, -1, []byte(defString(d.Arg))); err != nil {
				return o, err
			}
			at := v.Int(0)
			r.Until = &at
		case "addroleto", "rolemembers", "adminmembers":
			into := map[string]*[]namedRole{"addroleto": &o.in, "rolemembers": &o.members, "adminmembers": &o.admins}[name]
			for _, x := range d.Arg.GetList().GetItems() {
				oid, name, err := b.roleNamed(x.GetRoleSpec())
				if err != nil {
					return o, err
				}
				*into = append(*into, namedRole{oid, name})
			}
		case "sysid":
			d := types.Errorf(types.CodeSuccessfulCompletion, "SYSID can no longer be specified")
			d.Severity = "NOTICE"
			if b.c.Notice != nil {
				b.c.Notice(d)
			}
		default:
			return o, b.errorf(d.Location, types.CodeSyntaxError, "unrecognized role option %q", name)
		}
	}
	return o, nil
}

// passwordOf makes what is kept of a password: its verifier. One that was made elsewhere, as by psql's \password, is kept as it is.
func (b *binder) passwordOf(n *pg.Node) (string, error) {
	if n.GetNode() == nil {
		return "", nil // PASSWORD NULL
	}
	text := defString(n)
	if auth.IsMD5(text) {
		return "", b.errorf(-1, types.CodeFeatureNotSupported, "MD5 passwords are not supported").
			WithHint("Give the password itself, or a SCRAM-SHA-256 verifier: psql's \\password makes one where password_encryption is scram-sha-256.")
	}
	if text == "" {
		b.plainNotice("empty string is not a valid password, clearing password")
		return "", nil
	}
	if v, ok := auth.ParseVerifier(text); ok {
		return v.String(), nil
	}
	v, err := auth.NewVerifier(text)
	if err != nil {
		return "", b.errorf(-1, types.CodeInvalidParameterValue, "%s", err)
	}
	return v.String(), nil
}

func (b *binder) plainNotice(text string) {
	if b.c.Notice != nil {
		b.c.Notice(&types.Error{Severity: "NOTICE", Code: types.CodeSuccessfulCompletion, Message: text})
	}
}

// alterableRole finds a role that who asks may change; own: its owner may too.
func (b *binder) alterableRole(n *pg.RoleSpec, own bool) (*catalog.Role, error) {
	oid, name, err := b.roleNamed(n)
	if err != nil {
		return nil, err
	}
	if oid == 0 || strings.HasPrefix(name, "pg_") {
		return nil, b.reservedRole(name)
	}
	x, ok := b.c.Catalog.Roles().ByOID(oid)
	if !ok {
		return nil, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", name)
	}
	switch {
	case x.Super && !b.superuser():
		return nil, b.refuse("must be superuser to alter superuser roles or change superuser attribute")
	case !b.mayManageRoles() && !(own && oid == b.role()):
		return nil, b.refuse("permission denied")
	}
	return x, nil
}

// alterRole binds ALTER ROLE … options, and ALTER GROUP … ADD and DROP USER.
func (b *binder) alterRole(n *pg.AlterRoleStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER ROLE"}
	passwordOnly := true
	for _, o := range n.Options {
		passwordOnly = passwordOnly && o.GetDefElem().GetDefname() == "password"
	}
	x, err := b.alterableRole(n.Role, passwordOnly)
	if err != nil {
		return nil, err
	}
	if b.c.Catalog.Roles().Open {
		return nil, b.unsupported(-1, "there are no roles yet: every name is the superuser's").WithHint("Make the first one: CREATE ROLE name SUPERUSER LOGIN PASSWORD '…'")
	}
	probe := *x
	o, err := b.roleOptions(&probe, n.Options)
	if err != nil {
		return nil, err
	}
	if (probe.Super != x.Super || probe.Replication != x.Replication || probe.BypassRLS != x.BypassRLS) && !b.superuser() {
		return nil, b.refuse("must be superuser to alter superuser roles or change superuser attribute")
	}
	if x.OID == catalog.BootstrapRole && !probe.Super {
		return nil, b.refuse("permission denied to alter role").WithDetail("The bootstrap user must have the SUPERUSER attribute.")
	}
	members := o.members
	if len(members) > 0 {
		if err := b.mayGrantRole(x.OID, x.Name); err != nil {
			return nil, err
		}
	}
	by := b.role()
	given := map[string]bool{}
	for _, n := range n.Options {
		given[n.GetDefElem().GetDefname()] = true
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		for _, m := range members {
			var err error
			if n.Action < 0 {
				err = catalog.RemoveMember(e, x.OID, m.oid, false)
			} else {
				err = catalog.AddMember(e, x.OID, m.oid, by, false)
			}
			if err != nil {
				return err
			}
		}
		return catalog.AlterRole(e, x.OID, x.Name, func(r *catalog.Role) error {
			set := func(name string, do func()) {
				if given[name] {
					do()
				}
			}
			set("superuser", func() { r.Super = probe.Super })
			set("inherit", func() { r.Inherit = probe.Inherit })
			set("createrole", func() { r.CreateRole = probe.CreateRole })
			set("createdb", func() { r.CreateDB = probe.CreateDB })
			set("canlogin", func() { r.Login = probe.Login })
			set("isreplication", func() { r.Replication = probe.Replication })
			set("bypassrls", func() { r.BypassRLS = probe.BypassRLS })
			set("password", func() { r.Password = probe.Password })
			set("connectionlimit", func() { r.Limit = probe.Limit })
			set("validUntil", func() { r.Until = probe.Until })
			return nil
		})
	}
	return d, nil
}

// alterRoleSet binds ALTER ROLE … SET and RESET. CheckSetting makes the value what SET would, and refuses what it refuses.
func (b *binder) alterRoleSet(n *pg.AlterRoleSetStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER ROLE"}
	if n.Database != "" {
		return nil, b.unsupported(-1, "ALTER ROLE … IN DATABASE is not supported: there is one database")
	}
	var x namedRole
	if n.Role == nil {
		if !b.superuser() {
			return nil, b.refuse("must be superuser to alter settings globally")
		}
	} else {
		role, err := b.alterableRole(n.Role, true)
		if err != nil {
			return nil, err
		}
		x = namedRole{role.OID, role.Name}
	}
	if n.Role != nil && b.c.Catalog.Roles().Open {
		return nil, b.unsupported(-1, "there are no roles yet: every name is the superuser's").WithHint("Make the first one: CREATE ROLE name SUPERUSER LOGIN PASSWORD '…'")
	}
	bound, err := b.set(n.Setstmt)
	if err != nil {
		return nil, err
	}
	s, ok := bound.(*Set)
	if !ok {
		return nil, b.unsupported(-1, "ALTER ROLE … SET %s is not supported", n.Setstmt.Name)
	}
	d.Settings = s
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		if n.Role == nil {
			return catalog.AlterGlobalSettings(e, g.Setting[0], g.Setting[1])
		}
		return catalog.AlterRole(e, x.oid, x.name, func(r *catalog.Role) error {
			if s.Name == "" {
				r.Settings = nil
				return nil
			}
			r.SetSetting(g.Setting[0], g.Setting[1])
			return nil
		})
	}
	return d, nil
}

// dropRole binds DROP ROLE.
func (b *binder) dropRole(n *pg.DropRoleStmt) (*Definition, error) {
	d := &Definition{Tag: "DROP ROLE"}
	if !b.mayManageRoles() {
		return nil, b.refuse("permission denied to drop role")
	}
	roles := b.c.Catalog.Roles()
	var drop []namedRole
	for _, o := range n.Roles {
		spec := o.GetRoleSpec()
		if spec.GetRoletype() != pg.RoleSpecType_ROLESPEC_CSTRING {
			return nil, b.errorf(-1, types.CodeInvalidParameterValue, "cannot use special role specifier in DROP ROLE")
		}
		x, ok := roles.Named(spec.Rolename)
		switch {
		case (!ok || roles.Open) && n.MissingOk:
			d.note("role %q does not exist, skipping", spec.Rolename)
			continue
		case !ok || roles.Open:
			return nil, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", spec.Rolename)
		case x.OID == b.role():
			return nil, b.errorf(-1, "55006", "current user cannot be dropped")
		case x.OID == b.c.SessionRole:
			return nil, b.errorf(-1, "55006", "session user cannot be dropped")
		case x.Super && !b.superuser():
			return nil, b.refuse("must be superuser to drop superusers")
		case x.OID == catalog.BootstrapRole, strings.HasPrefix(x.Name, "pg_"):
			return nil, b.errorf(-1, "2BP01", "cannot drop role %s because it is required by the database system", quoteName(x.Name))
		}
		drop = append(drop, namedRole{x.OID, x.Name})
	}
	if len(drop) > 0 {
		d.Change = func(e *engine.SchemaEdit, _ Given) error {
			for _, x := range drop {
				if err := catalog.DropRole(e, x.oid, x.name); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return d, nil
}

// renameRole binds ALTER ROLE … RENAME TO.
func (b *binder) renameRole(n *pg.RenameStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER ROLE"}
	roles := b.c.Catalog.Roles()
	x, ok := roles.Named(n.Subname)
	switch {
	case !ok || roles.Open:
		return nil, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", n.Subname)
	case x.OID == b.c.SessionRole:
		return nil, b.unsupported(-1, "session user cannot be renamed")
	case x.OID == b.role():
		return nil, b.unsupported(-1, "current user cannot be renamed")
	}
	if err := b.reservedRole(x.Name); err != nil {
		return nil, err
	}
	if err := b.reservedRole(n.Newname); err != nil {
		return nil, err
	}
	if other, there := roles.Named(n.Newname); there && other != nil {
		return nil, b.errorf(-1, "42710", "role %q already exists", n.Newname)
	}
	switch {
	case x.Super && !b.superuser():
		return nil, b.refuse("must be superuser to rename superusers")
	case !b.mayManageRoles():
		return nil, b.refuse("permission denied to rename role")
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		return catalog.AlterRole(e, x.OID, x.Name, func(r *catalog.Role) error { r.Name = n.Newname; return nil })
	}
	return d, nil
}
