package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// mayGrantRole refuses to hand on a role that isn't who asks' to give.
func (b *binder) mayGrantRole(oid types.OID, name string) error {
	roles := b.c.Catalog.Roles()
	if roles.Superuser(oid) {
		if !b.superuser() {
			return b.refuse("must be superuser to alter superusers")
		}
		return nil
	}
	if b.mayManageRoles() || roles.Admin(b.role(), oid) {
		return nil
	}
	return b.refuse("must have admin option on role %q", name)
}

// grantRole binds GRANT role TO role and REVOKE role FROM role.
func (b *binder) grantRole(n *pg.GrantRoleStmt) (*Definition, error) {
	d := &Definition{Tag: "GRANT ROLE"}
	if !n.IsGrant {
		d.Tag = "REVOKE ROLE"
	}
	admin := false
	for _, o := range n.Opt {
		e := o.GetDefElem()
		if e.GetDefname() != "admin" {
			return nil, b.unsupported(e.GetLocation(), "GRANT … WITH %s is not supported", e.GetDefname())
		}
		if admin, _ = defBool(e.Arg); !n.IsGrant {
			admin = true // REVOKE ADMIN OPTION FOR: the grammar gives what the option is to become
		}
	}
	by := b.role()
	if n.Grantor != nil {
		oid, _, err := b.roleNamed(n.Grantor)
		if err != nil {
			return nil, err
		}
		if oid != by && !b.superuser() {
			return nil, b.refuse("must be superuser to set grantor")
		}
		by = oid
	}
	if b.c.Catalog.Roles().Open {
		return nil, b.unsupported(-1, "there are no roles yet: every name is the superuser's")
	}
	roles := b.c.Catalog.Roles()
	var steps []func(e *engine.SchemaEdit) error
	for _, g := range n.GrantedRoles {
		p := g.GetAccessPriv()
		if len(p.GetCols()) > 0 {
			return nil, b.errorf(-1, "0LP01", "column names cannot be included in GRANT/REVOKE ROLE")
		}
		role, ok := roles.Named(p.GetPrivName())
		if !ok {
			return nil, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", p.GetPrivName())
		}
		if err := b.mayGrantRole(role.OID, role.Name); err != nil {
			return nil, err
		}
		if role.OID == catalog.DatabaseOwner {
			return nil, b.errorf(-1, "0LP01", "role %q cannot have explicit members", role.Name)
		}
		for _, t := range n.GranteeRoles {
			oid, name, err := b.roleNamed(t.GetRoleSpec())
			if err != nil {
				return nil, err
			}
			if oid == 0 {
				return nil, b.errorf(-1, "42939", "role name %q is reserved", "public")
			}
			member, _ := roles.ByOID(oid)
			held, is := membership(member, role.OID)
			switch {
			case n.IsGrant && (oid == role.OID || roles.MemberStrictly(role.OID, oid)):
				return nil, b.errorf(-1, "0LP01", "role %q is a member of role %q", role.Name, name)
			case n.IsGrant && is && (held.Admin || !admin):
				d.note("role %q is already a member of role %q", name, role.Name)
			case n.IsGrant:
				steps = append(steps, func(e *engine.SchemaEdit) error { return catalog.AddMember(e, role.OID, oid, by, admin) })
			case !is:
				d.note("role %q is not a member of role %q", name, role.Name)
				d.Notices[len(d.Notices)-1].Severity, d.Notices[len(d.Notices)-1].Code = "WARNING", "01000"
			default:
				steps = append(steps, func(e *engine.SchemaEdit) error { return catalog.RemoveMember(e, role.OID, oid, admin) })
			}
		}
	}
	d.sequence(steps)
	return d, nil
}

// sequence makes steps the definition's change.
func (d *Definition) sequence(steps []func(e *engine.SchemaEdit) error) {
	if len(steps) == 0 {
		return
	}
	d.Change = func(e *engine.SchemaEdit, _ Given) error {
		for _, s := range steps {
			if err := s(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func membership(r *catalog.Role, in types.OID) (catalog.Membership, bool) {
	for _, m := range r.In {
		if m.Role == in {
			return m, true
		}
	}
	return catalog.Membership{}, false
}
