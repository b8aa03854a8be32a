package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// need is a right that a statement wants, of a role: the one who asks, or the owner of the view that wants it.
type need struct {
	rel   catalog.Relation
	right catalog.Right
	role  types.OID
}

// role is in whose name relations are used at this place of the statement.
func (b *binder) role() types.OID {
	if n := len(b.owners); n > 0 {
		return b.owners[n-1]
	}
	if b.c.Role == 0 {
		return catalog.BootstrapRole
	}
	return b.c.Role
}

// wants notes that the statement uses a relation. All that is noted is checked when the statement is bound, as PostgreSQL does:
// names that don't exist are told first.
func (b *binder) wants(rel catalog.Relation, right catalog.Right) {
	b.needs = append(b.needs, need{rel, right, b.role()})
}

// wantsOf is wants for a stream.
func (b *binder) wantsOf(st *catalog.Stream, right catalog.Right) {
	if rel, ok := b.c.Catalog.RelationByOID(st.OID); ok {
		b.wants(rel, right)
	}
}

// allowed checks what was noted, and, so that no road leads round it, that each stream which a plan reads was noted at all.
func (b *binder) allowed(s Bound) error {
	roles := b.c.Catalog.Roles()
	read := map[engine.StreamID]bool{}
	for _, n := range b.needs {
		if n.rel.Stream != nil && n.right&(catalog.Select|catalog.Delete) != 0 {
			read[n.rel.Stream.ID] = true
		}
		if err := b.denied(roles, n); err != nil {
			return err
		}
	}
	for _, p := range plansOf(s) {
		var err error
		plan.WalkNodes(p, func(node plan.Node) bool {
			scan, ok := node.(*plan.Scan)
			if !ok || err != nil || read[scan.Stream] {
				return err == nil
			}
			for _, st := range b.c.Catalog.Streams() {
				if st.ID == scan.Stream {
					rel, _ := b.c.Catalog.RelationByOID(st.OID)
					err = b.denied(roles, need{rel, catalog.Select, b.role()})
				}
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// denied is the error where a role lacks a right.
func (b *binder) denied(roles *catalog.Roles, n need) error {
	if roles.Superuser(n.role) || roles.Allowed(n.role, catalog.RelationClass, b.c.Catalog.RelationRights(n.rel), n.right) {
		return nil
	}
	return b.errorf(-1, types.CodeInsufficientPrivilege, "permission denied for %s %s", kindWord(n.rel), n.rel.Name)
}

// kindWord is what PostgreSQL's messages call a relation.
func kindWord(rel catalog.Relation) string {
	if rel.View != nil {
		return "view"
	}
	if k, ok := rel.Source.(interface{ Kind() byte }); ok && k.Kind() == 'v' {
		return "view"
	}
	return "table"
}

// plansOf gives the plans of a statement.
func plansOf(s Bound) []plan.Node {
	switch s := s.(type) {
	case *Query:
		return []plan.Node{s.Plan}
	case *Modify:
		return []plan.Node{s.Plan}
	case *Copy:
		if s.Plan != nil {
			return []plan.Node{s.Plan}
		}
	case *CreateTableAs:
		return plansOf(s.Source)
	case *DeclareCursor:
		return []plan.Node{s.Query.Plan}
	case *Explain:
		return plansOf(s.Statement)
	}
	return nil
}

// owns is the error where the role that asks is not an owner of a relation; word is what the message calls it.
func (b *binder) owns(rel catalog.Relation, word string) error {
	roles := b.c.Catalog.Roles()
	if roles.Owns(b.role(), b.c.Catalog.RelationRights(rel)) {
		return nil
	}
	return b.errorf(-1, types.CodeInsufficientPrivilege, "must be owner of %s %s", word, rel.Name)
}

// ownsSchema is owns for a schema.
func (b *binder) ownsSchema(name string) error {
	if b.c.Catalog.Roles().Owns(b.role(), b.c.Catalog.SchemaRights(name)) {
		return nil
	}
	return b.errorf(-1, types.CodeInsufficientPrivilege, "must be owner of schema %s", name)
}

// mayUseSchema is the error where a role must not look into a schema, or with catalog.Create make something in it.
func (b *binder) mayUseSchema(name string, right catalog.Right, at int32) error {
	if !b.c.Catalog.HasSchema(name) || b.c.Catalog.Roles().Allowed(b.role(), catalog.SchemaClass, b.c.Catalog.SchemaRights(name), right) {
		return nil
	}
	return b.errorf(at, types.CodeInsufficientPrivilege, "permission denied for schema %s", name)
}

// superuser reports whether who asks may do everything.
func (b *binder) superuser() bool { return b.c.Catalog.Roles().Superuser(b.role()) }

// roleNamed finds the role that a statement names; 0 with ok is PUBLIC.
func (b *binder) roleNamed(n *pg.RoleSpec) (oid types.OID, name string, err error) {
	roles := b.c.Catalog.Roles().For(b.c.Env.SessionUser)
	switch n.GetRoletype() {
	case pg.RoleSpecType_ROLESPEC_CURRENT_USER, pg.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return b.role(), roles.Name(b.role()), nil
	case pg.RoleSpecType_ROLESPEC_SESSION_USER:
		oid = b.c.SessionRole
		if oid == 0 {
			oid = catalog.BootstrapRole
		}
		return oid, roles.Name(oid), nil
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		return 0, "public", nil
	}
	x, ok := roles.Named(n.GetRolename())
	if !ok {
		return 0, "", b.errorf(-1, types.CodeUndefinedObject, "role %q does not exist", n.GetRolename())
	}
	return x.OID, x.Name, nil
}
