package catalog

import (
	"context"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for _, name := range []string{"pg_am", "pg_language", "pg_tablespace", "pg_collation", "pg_range"} {
		builtin["pg_catalog."+name] = maker{fixed: rowsOfFacts(name, nil, nil)}
	}
	builtin["pg_catalog.pg_namespace"] = maker{known: knownNamespaces}
	builtin["pg_catalog.pg_database"] = maker{rows: rowsDatabase}
}

func knownNamespaces(s *Snapshot, w *Rows) {
	for _, n := range s.spaces {
		w.Begin()
		w.OID("oid", n.oid)
		w.Text("nspname", n.name)
		rightsColumns(w, s.Roles(), s.SchemaRights(n.name), "nspowner", "nspacl")
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

func rowsDatabase(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	row := func(oid types.OID, name string) {
		w.Begin()
		w.OID("oid", oid)
		w.Text("datname", name)
		rightsColumns(w, s.rolesFor(env), s.DatabaseRights(), "datdba", "datacl")
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
