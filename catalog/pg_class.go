package catalog

import (
	"context"
	"slices"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/types"
)

func init() {
	builtin["pg_catalog.pg_class"] = maker{fixed: fixedClass, rows: rowsClass}
}

// pageBytes is what pg_class.relpages counts in.
const pageBytes = 8192

// fixedClass lists the system relations.
func fixedClass(r *Registry, w *Rows) {
	for _, rel := range r.relations() {
		w.Begin()
		class(w, rel.oid, rel.name, fixedNamespace(rel.schema), string(rel.kind))
		if rel.schema != "flare" && rel.kind == 'r' {
			w.Text("relreplident", "n")
		}
		w.Float("reltuples", -1) // never counted
		w.Int("relnatts", int64(len(rel.columns)))
		w.Bool("relisshared", slices.Contains(sharedRelations, rel.oid))
		w.End()
	}
}

// sharedRelations are those that PostgreSQL has once for all databases.
var sharedRelations = []types.OID{1213, 1214, 1260, 1261, 1262, 2396, 2964, 3592, 6000, 6100, 6243}

// class gives the columns that all relations fill alike. What is not set after it is set to what holds for most.
func class(w *Rows, oid types.OID, name string, namespace types.OID, kind string) {
	w.OID("oid", oid)
	w.Text("relname", name)
	w.OID("relnamespace", namespace)
	w.OID("relowner", bootstrapRole)
	switch kind {
	case "r":
		w.OID("relam", heapMethod)
		w.OID("relfilenode", oid)
	case "i":
		w.OID("relam", btreeMethod)
		w.OID("relfilenode", oid)
	}
	w.Text("relpersistence", "p")
	w.Text("relkind", kind)
	w.Bool("relispopulated", true)
	w.Bool("relhasrules", kind == "v")
}

// rowsClass lists streams, views and indexes.
func rowsClass(_ context.Context, s *Snapshot, env *types.Env, w *Rows) error {
	roles := s.rolesFor(env)
	var sizes map[engine.StreamID]Size
	counted := false
	if w.Wants("reltuples") || w.Wants("relpages") {
		sizes, counted = s.registry.sizes()
	}
	for _, r := range s.own {
		if !w.MayOID("oid", r.OID) || !w.May("relname", r.Name) {
			continue
		}
		kind := relkind(r)
		w.Begin()
		rightsColumns(w, roles, s.RelationRights(r), "relowner", "relacl")
		if TempSchema(r.Schema) {
			w.Text("relpersistence", "t")
		}
		class(w, r.OID, r.Name, s.namespaceOID(r.Schema), kind)
		w.OID("reltype", rowTypeOIDs+r.OID)
		if w.Wants("relnatts") {
			n := 0
			for _, c := range tableColumns(r) {
				n = max(n, int(c.attr)) // numbers between are of columns that are no more
			}
			w.Int("relnatts", int64(n))
		}
		switch {
		case r.Stream == nil:
			w.Text("relreplident", "n")
			w.Float("reltuples", -1)
		case counted:
			size := sizes[r.Stream.ID]
			w.Float("reltuples", float64(size.Events))
			w.Int("relpages", (size.Bytes+pageBytes-1)/pageBytes)
		default:
			w.Float("reltuples", -1)
		}
		if r.Stream != nil {
			w.Bool("relhasindex", s.indexed(r.Stream))
			if len(r.Stream.Table.Options) > 0 {
				w.Value("reloptions", r.Stream.Table.options())
			}
		}
		w.Text("relreplident", "d")
		w.End()
	}
	for _, x := range s.indexes {
		if !w.MayOID("oid", x.OID) || !w.May("relname", x.Name) {
			continue
		}
		w.Begin()
		w.OID("relowner", rightsOf(s.schema, RelationClass, x.Stream.OID).Owner)
		class(w, x.OID, x.Name, s.namespaceOID(x.Schema), "i")
		w.Float("reltuples", -1)
		w.Int("relnatts", 1)
		w.Text("relreplident", "n")
		w.End()
	}
	return nil
}
