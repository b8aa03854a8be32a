package catalog

import (
	"context"
	"strings"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	for _, which := range []string{"all", "user", "sys"} {
		for _, name := range []string{"pg_stat_" + which + "_tables", "pg_stat_xact_" + which + "_tables", "pg_statio_" + which + "_tables"} {
			builtin["pg_catalog."+name] = maker{rows: rowsTableStatistics(which)}
		}
		for _, name := range []string{"pg_stat_" + which + "_indexes", "pg_statio_" + which + "_indexes"} {
			builtin["pg_catalog."+name] = maker{rows: rowsIndexStatistics(which)}
		}
	}
	builtin["pg_catalog.pg_stat_database"] = maker{rows: rowsDatabaseStatistics}
	// Processes of PostgreSQL's that have no like here: one row each, of things that never happened.
	for _, name := range []string{"pg_stat_bgwriter", "pg_stat_archiver", "pg_stat_wal"} {
		builtin["pg_catalog."+name] = maker{rows: rowsZeros}
	}
}

// zeros sets the counters that have not been set to nothing.
func zeros(w *Rows) {
	for _, c := range w.layout.columns {
		switch c.Type {
		case types.Int8:
			w.Int(c.Name, 0)
		case types.Float8:
			w.Float(c.Name, 0)
		}
	}
}

func rowsZeros(_ context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	w.Begin()
	zeros(w)
	w.End()
	return nil
}

func systemSchema(name string) bool {
	return name == "pg_catalog" || name == "information_schema" || name == "flare"
}

// ofKind reports whether a schema's relations belong to the statistics about all, users' or the system's.
func ofKind(which, schema string) bool {
	return which == "all" || (which == "sys") == systemSchema(schema)
}

// rowsTableStatistics lists tables with how many rows they have. What else PostgreSQL counts is not counted, and 0.
func rowsTableStatistics(which string) func(context.Context, *Snapshot, *types.Env, *Rows) error {
	return func(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
		sizes, _ := s.registry.sizes()
		for _, r := range s.all() {
			if relkind(r) != "r" || !ofKind(which, r.Schema) || !w.MayOID("relid", r.OID) || !w.May("relname", r.Name) {
				continue
			}
			w.Begin()
			w.OID("relid", r.OID)
			w.Text("schemaname", r.Schema)
			w.Text("relname", r.Name)
			if r.Stream != nil && !strings.Contains(w.layout.name, "xact") {
				size := sizes[r.Stream.ID]
				w.Int("n_live_tup", size.Events)
			}
			zeros(w)
			w.End()
		}
		return nil
	}
}

func rowsIndexStatistics(which string) func(context.Context, *Snapshot, *types.Env, *Rows) error {
	return func(_ context.Context, s *Snapshot, _ *types.Env, w *Rows) error {
		for _, x := range s.indexes {
			if !ofKind(which, x.Schema) {
				continue
			}
			w.Begin()
			w.OID("relid", x.Stream.OID)
			w.OID("indexrelid", x.OID)
			w.Text("schemaname", x.Schema)
			w.Text("relname", x.Stream.Name)
			w.Text("indexrelname", x.Name)
			zeros(w)
			w.End()
		}
		return nil
	}
}

func rowsDatabaseStatistics(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	w.Begin()
	w.OID("datid", 0) // what belongs to no database
	zeros(w)
	w.Int("numbackends", 0)
	w.End()
	for _, d := range databases {
		w.Begin()
		w.OID("datid", d.oid)
		w.Text("datname", d.name)
		w.Int("numbackends", 0)
		zeros(w)
		w.End()
	}
	return nil
}
