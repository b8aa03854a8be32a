package translate

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

// grant binds GRANT and REVOKE of rights on tables, schemas and the database.
func (b *binder) grant(n *pg.GrantStmt) (*Definition, error) {
	d := &Definition{Tag: "GRANT"}
	if !n.IsGrant {
		d.Tag = "REVOKE"
	}
	if n.Grantor != nil {
		oid, _, err := b.roleNamed(n.Grantor)
		if err != nil {
			return nil, err
		}
		if oid != b.role() {
			return nil, b.unsupported(-1, "grantor must be current user")
		}
	}
	objects, class, err := b.granted(n)
	if err != nil {
		return nil, err
	}
	rights, err := b.rights(n.Privileges, class.All(), string(class))
	if err != nil {
		return nil, err
	}
	to, err := b.grantees(n)
	if err != nil {
		return nil, err
	}
	roles := b.c.Catalog.Roles()
	var steps []func(e *engine.SchemaEdit) error
	for _, o := range objects {
		by, can, err := b.grantor(roles, o, class, rights)
		if err != nil {
			return nil, err
		}
		if can != rights {
			d.partly(n.IsGrant, can == 0, len(n.Privileges) == 0, o.Name)
		}
		if can == 0 {
			continue
		}
		if n.IsGrant {
			steps = append(steps, func(e *engine.SchemaEdit) error {
				return catalog.GrantRights(e, o.Object, by, to, can, n.GrantOption)
			})
		} else {
			steps = append(steps, func(e *engine.SchemaEdit) error {
				return catalog.RevokeRights(e, o.Object, by, to, can, n.GrantOption, n.Behavior == pg.DropBehavior_DROP_CASCADE)
			})
		}
	}
	d.sequence(steps)
	return d, nil
}

// partly warns that not everything could be done, in PostgreSQL's words. Of ALL PRIVILEGES what can't be granted is passed over.
func (d *Definition) partly(grant, none, all bool, name string) {
	code, text := "01007", "not all privileges were granted for %q"
	switch {
	case grant && none:
		text = "no privileges were granted for %q"
	case !grant && none:
		code, text = "01006", "no privileges could be revoked for %q"
	case !grant:
		code, text = "01006", "not all privileges could be revoked for %q"
	}
	if all && !none {
		return
	}
	d.note(text, name)
	last := d.Notices[len(d.Notices)-1]
	last.Severity, last.Code = "WARNING", code
}

// grantable is an object that rights are granted on, with its present ones.
type grantable struct {
	catalog.Object
	rights catalog.Rights
	word   string // for messages
}

// granted finds the objects of GRANT.
func (b *binder) granted(n *pg.GrantStmt) (out []grantable, class catalog.Class, err error) {
	relation := func(rel catalog.Relation) grantable {
		return grantable{catalog.Object{Class: catalog.RelationClass, OID: rel.OID, Name: rel.Name}, b.c.Catalog.RelationRights(rel), kindWord(rel)}
	}
	switch n.Targtype {
	case pg.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA:
		if n.Objtype != pg.ObjectType_OBJECT_TABLE {
			if n.Objtype == pg.ObjectType_OBJECT_SEQUENCE || n.Objtype == pg.ObjectType_OBJECT_FUNCTION || n.Objtype == pg.ObjectType_OBJECT_ROUTINE || n.Objtype == pg.ObjectType_OBJECT_PROCEDURE {
				return nil, catalog.RelationClass, nil // there are none
			}
		}
		for _, o := range n.Objects {
			schema := o.GetString_().GetSval()
			if !b.c.Catalog.HasSchema(schema) {
				return nil, "", b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", schema)
			}
			for _, rel := range b.c.Catalog.Relations() {
				if rel.Schema == schema && !systemSchema(schema) {
					out = append(out, relation(rel))
				}
			}
		}
		return out, catalog.RelationClass, nil
	case pg.GrantTargetType_ACL_TARGET_OBJECT:
	default:
		return nil, "", b.unsupported(-1, "GRANT on this kind of object is not supported")
	}
	switch n.Objtype {
	case pg.ObjectType_OBJECT_TABLE:
		for _, o := range n.Objects {
			rel, err := b.lookup(o.GetRangeVar())
			if err != nil {
				return nil, "", placeless(err)
			}
			if systemSchema(rel.Schema) && !b.superuser() {
				return nil, "", b.refuse("permission denied for %s %s", kindWord(rel), rel.Name)
			}
			if systemSchema(rel.Schema) {
				return nil, "", b.unsupported(-1, "GRANT on system relations is not supported: they are everybody's to read, but for those with passwords")
			}
			out = append(out, relation(rel))
		}
		return out, catalog.RelationClass, nil
	case pg.ObjectType_OBJECT_SCHEMA:
		for _, o := range n.Objects {
			name := o.GetString_().GetSval()
			if !b.c.Catalog.HasSchema(name) {
				return nil, "", b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", name)
			}
			if systemSchema(name) {
				return nil, "", b.unsupported(-1, "GRANT on system schemas is not supported")
			}
			out = append(out, grantable{catalog.Object{Class: catalog.SchemaClass, OID: b.c.Catalog.SchemaOID(name), Name: name}, b.c.Catalog.SchemaRights(name), "schema"})
		}
		return out, catalog.SchemaClass, nil
	case pg.ObjectType_OBJECT_DATABASE:
		for _, o := range n.Objects {
			name := o.GetString_().GetSval()
			if name != "flare" && name != "postgres" && name != b.c.Env.Database {
				return nil, "", b.errorf(-1, types.CodeInvalidCatalogName, "database %q does not exist", name)
			}
			out = append(out, grantable{catalog.Object{Class: catalog.DatabaseClass, OID: catalog.DatabaseOID, Name: name}, b.c.Catalog.DatabaseRights(), "database"})
		}
		return out, catalog.DatabaseClass, nil
	}
	return nil, "", b.unsupported(-1, "GRANT on %s is not supported", strings.ToLower(strings.TrimPrefix(n.Objtype.String(), "OBJECT_")))
}

// rights reads the privileges of GRANT; none at all means all there are.
func (b *binder) rights(list []*pg.Node, all catalog.Right, class string) (catalog.Right, error) {
	if len(list) == 0 {
		return all, nil
	}
	var out catalog.Right
	for _, p := range list {
		a := p.GetAccessPriv()
		if len(a.GetCols()) > 0 {
			return 0, b.unsupported(-1, "privileges on columns are not supported").WithHint("Grant SELECT on a view that has the columns.")
		}
		r, ok := catalog.RightNamed(strings.ToUpper(a.GetPrivName()))
		if !ok {
			return 0, b.errorf(-1, types.CodeSyntaxError, "unrecognized privilege type \"%s\"", a.GetPrivName())
		}
		if r&all == 0 {
			if class == "table" && r != catalog.Usage { // which sequences have, and the same words are for
				class = "relation"
			}
			return 0, b.errorf(-1, "0LP01", "invalid privilege type %s for %s", strings.Join(r.Names(), ""), class)
		}
		out |= r
	}
	return out, nil
}

// grantees are the roles that are granted to.
func (b *binder) grantees(n *pg.GrantStmt) ([]types.OID, error) {
	if b.c.Catalog.Roles().Open && slices.ContainsFunc(n.Grantees, func(x *pg.Node) bool {
		return x.GetRoleSpec().GetRoletype() == pg.RoleSpecType_ROLESPEC_CSTRING
	}) {
		name := ""
		for _, g := range n.Grantees {
			if g.GetRoleSpec().GetRoletype() == pg.RoleSpecType_ROLESPEC_CSTRING && g.GetRoleSpec().Rolename != b.c.Env.SessionUser {
				name = g.GetRoleSpec().Rolename
			}
		}
		if name != "" {
			if _, ok := b.c.Catalog.Roles().Named(name); !ok {
				return nil, b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", name)
			}
		}
	}
	var out []types.OID
	for _, g := range n.Grantees {
		oid, _, err := b.roleNamed(g.GetRoleSpec())
		if err != nil {
			return nil, err
		}
		if oid == 0 && n.IsGrant && n.GrantOption {
			return nil, b.errorf(-1, "0LP01", "grant options can only be granted to roles")
		}
		out = append(out, oid)
	}
	return out, nil
}

// grantor says in whose name who asks grants rights on an object, and which of them it can: the owner, for itself and superusers; else a role of its own that
// may grant most of them.
func (b *binder) grantor(roles *catalog.Roles, o grantable, class catalog.Class, rights catalog.Right) (by types.OID, can catalog.Right, err error) {
	me := b.role()
	if roles.Owns(me, o.rights) {
		return o.rights.Owner, rights, nil
	}
	by = me
	for _, r := range roles.List() {
		if !roles.Has(me, r.OID) {
			continue
		}
		if has := roles.Options(r.OID, o.rights) & rights; has != 0 && (can == 0 || has&^can != 0 && has|can == has) {
			by, can = r.OID, has
		}
	}
	if can == 0 && !roles.AnyRight(me, class, o.rights) {
		return 0, 0, b.refuse("permission denied for %s %s", o.word, o.Name)
	}
	return by, can, nil
}

// alterDefaultRights binds ALTER DEFAULT PRIVILEGES.
func (b *binder) alterDefaultRights(n *pg.AlterDefaultPrivilegesStmt) (*Definition, error) {
	d := &Definition{Tag: "ALTER DEFAULT PRIVILEGES"}
	letters := map[pg.ObjectType]string{
		pg.ObjectType_OBJECT_TABLE: "r", pg.ObjectType_OBJECT_SEQUENCE: "S", pg.ObjectType_OBJECT_FUNCTION: "f", pg.ObjectType_OBJECT_ROUTINE: "f",
		pg.ObjectType_OBJECT_TYPE: "T", pg.ObjectType_OBJECT_SCHEMA: "n",
	}
	letter, ok := letters[n.Action.Objtype]
	if !ok {
		return nil, b.unsupported(-1, "ALTER DEFAULT PRIVILEGES on this kind of object is not supported")
	}
	owners := []types.OID{b.role()}
	schemas := []types.OID{0}
	for _, o := range n.Options {
		e := o.GetDefElem()
		items := e.GetArg().GetList().GetItems()
		switch e.GetDefname() {
		case "roles":
			owners = nil
			for _, x := range items {
				oid, name, err := b.roleNamed(x.GetRoleSpec())
				if err != nil {
					return nil, err
				}
				if !b.c.Catalog.Roles().Has(b.role(), oid) {
					return nil, b.refuse("permission denied to change default privileges")
				}
				_ = name
				owners = append(owners, oid)
			}
		case "schemas":
			if letter == "n" {
				return nil, b.errorf(-1, "0LP01", "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS")
			}
			schemas = nil
			for _, x := range items {
				name := x.GetString_().GetSval()
				if !b.c.Catalog.HasSchema(name) {
					return nil, b.errorf(-1, types.CodeInvalidSchemaName, "schema %q does not exist", name)
				}
				schemas = append(schemas, b.c.Catalog.SchemaOID(name))
			}
		}
	}
	words := map[string]string{"r": "relation", "S": "sequence", "f": "function", "T": "type", "n": "schema"}
	rights, err := b.rights(n.Action.Privileges, catalog.LetterRights(letter), words[letter])
	if err != nil {
		return nil, err
	}
	to, err := b.grantees(n.Action)
	if err != nil {
		return nil, err
	}
	d.IDs = len(owners) * len(schemas)
	d.Change = func(e *engine.SchemaEdit, g Given) error {
		i := 0
		for _, owner := range owners {
			for _, schema := range schemas {
				if err := catalog.AlterDefaultRights(e, g.IDs[i], owner, schema, letter, to, rights, n.Action.IsGrant, n.Action.GrantOption); err != nil {
					return err
				}
				i++
			}
		}
		return nil
	}
	return d, nil
}
