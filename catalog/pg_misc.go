package catalog

import (
	"context"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for _, name := range []string{"pg_am", "pg_language", "pg_tablespace", "pg_collation"} {
		builtin["pg_catalog."+name] = maker{fixed: rowsOfFacts(name, nil, nil)}
	}
	builtin["pg_catalog.pg_namespace"] = maker{known: knownNamespaces}
	builtin["pg_catalog.pg_database"] = maker{rows: rowsDatabase}
	for _, name := range []string{"pg_roles", "pg_authid", "pg_user", "pg_shadow"} {
		builtin["pg_catalog."+name] = maker{rows: rowsRole}
	}
}

func knownNamespaces(s *Snapshot, w *Rows) {
	for _, n := range s.spaces {
		w.Begin()
		w.OID("oid", n.oid)
		w.Text("nspname", n.name)
		w.OID("nspowner", bootstrapRole)
		w.End()
	}
}

// defaultTablespace is where everything lies.
const defaultTablespace types.OID = 1663

// databases are the names that the one store answers to.
var databases = []struct {
	oid  types.OID
	name string
}{{databaseFlare, "flare"}, {databasePostgres, "postgres"}}

func rowsDatabase(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	row := func(oid types.OID, name string) {
		w.Begin()
		w.OID("oid", oid)
		w.Text("datname", name)
		w.OID("datdba", bootstrapRole)
		w.Int("encoding", 6) // UTF8
		w.Text("datlocprovider", "c")
		w.Bool("datallowconn", true)
		w.Int("datconnlimit", -1)
		w.OID("dattablespace", defaultTablespace)
		w.Text("datcollate", "C")
		w.Text("datctype", "C.UTF-8")
		w.End()
	}
	known := false
	for _, d := range databases {
		row(d.oid, d.name)
		known = known || d.name == database(env)
	}
	if !known { // the one named as the user
		row(databaseUser, database(env))
	}
	return nil
}

// rowsRole fills pg_roles, pg_authid, pg_user and pg_shadow: until there are roles, who asks is the only one, and may do everything.
func rowsRole(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	w.Begin()
	w.OID("oid", bootstrapRole)
	w.Text("rolname", owner(env))
	for _, right := range []string{"rolsuper", "rolinherit", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication", "rolbypassrls"} {
		w.Bool(right, true)
	}
	w.Int("rolconnlimit", -1)
	if w.layout.name == "pg_roles" {
		w.Text("rolpassword", "********")
	}
	w.Text("usename", owner(env))
	w.OID("usesysid", bootstrapRole)
	for _, right := range []string{"usecreatedb", "usesuper", "userepl", "usebypassrls"} {
		w.Bool(right, true)
	}
	if w.layout.name == "pg_user" {
		w.Text("passwd", "********")
	}
	w.End()
	return nil
}
