package catalog

import (
	"sync"

	"github.com/flare-pg/flare-pg/types"
)

func init() {
	builtin["pg_catalog.pg_type"] = maker{fixed: fixedTypes, known: knownTypes}
}

// physics is what PostgreSQL says of how a type's values are kept.
type physics struct {
	length         int64
	byValue        bool
	align, storage string
	collation      types.OID
}

var typePhysics = sync.OnceValue(func() map[types.OID]physics {
	f := factsOf("pg_type")
	out := make(map[types.OID]physics, len(f.lines))
	length, byValue, align, storage, collation := f.column("typlen"), f.column("typbyval"), f.column("typalign"), f.column("typstorage"), f.column("typcollation")
	for _, line := range f.lines {
		out[types.OID(number(line[0]))] = physics{number(line[length]), line[byValue] == "t", line[align], line[storage], types.OID(number(line[collation]))}
	}
	return out
})

// physicsOf gives a type's physics; of one that PostgreSQL lacks, what any variable-width type has.
func physicsOf(oid types.OID) physics {
	if p, ok := typePhysics()[oid]; ok {
		return p
	}
	return physics{length: -1, align: "i", storage: "x"}
}

// fixedTypes lists the types that the binder knows.
func fixedTypes(r *Registry, w *Rows) {
	rowsOfFacts("pg_type", func(_ *facts, line []string) bool {
		_, ok := types.Lookup(types.OID(number(line[0])))
		return ok
	}, func(w *Rows) {
		w.OID("typnamespace", schemaCatalog)
		w.OID("typowner", bootstrapRole)
		w.Bool("typisdefined", true)
		w.Int("typtypmod", -1)
	})(r, w)
}

// PostgreSQL's functions for values of composite types.
const (
	recordIn, recordOut, recordReceive, recordSend types.OID = 2290, 2291, 2402, 2403
	arrayIn, arrayOut, arrayReceive, arraySend     types.OID = 750, 751, 2400, 2401
	arrayAnalyze, arraySubscript                   types.OID = 3816, 6179
)

// knownTypes lists the row types of streams and views, and the array types of those.
func knownTypes(s *Snapshot, w *Rows) {
	for _, r := range s.own {
		both := func(oid types.OID, name string) {
			w.Begin()
			w.OID("oid", oid)
			w.Text("typname", name)
			w.OID("typnamespace", s.namespaceOID(r.Schema))
			w.OID("typowner", bootstrapRole)
			w.Int("typlen", -1)
			w.Bool("typisdefined", true)
			w.Text("typdelim", ",")
			w.Text("typalign", "d")
			w.Text("typstorage", "x")
			w.Int("typtypmod", -1)
		}
		both(rowTypeOIDs+r.OID, r.Name)
		w.Text("typtype", "c")
		w.Text("typcategory", "C")
		w.OID("typrelid", r.OID)
		w.OID("typarray", rowArrayOIDs+r.OID)
		w.OID("typinput", recordIn)
		w.OID("typoutput", recordOut)
		w.OID("typreceive", recordReceive)
		w.OID("typsend", recordSend)
		w.End()
		both(rowArrayOIDs+r.OID, "_"+r.Name)
		w.Text("typtype", "b")
		w.Text("typcategory", "A")
		w.OID("typelem", rowTypeOIDs+r.OID)
		w.OID("typsubscript", arraySubscript)
		w.OID("typinput", arrayIn)
		w.OID("typoutput", arrayOut)
		w.OID("typreceive", arrayReceive)
		w.OID("typsend", arraySend)
		w.OID("typanalyze", arrayAnalyze)
		w.End()
	}
}
