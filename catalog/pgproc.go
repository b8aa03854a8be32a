package catalog

import (
	"sync"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// Functions, operators, casts and aggregates are listed from the registry that the binder resolves names in, so that what is listed is what
// can be called.

func init() {
	builtin["pg_catalog.pg_proc"] = maker{fixed: fixedFunctions}
	builtin["pg_catalog.pg_operator"] = maker{fixed: fixedOperators}
	builtin["pg_catalog.pg_cast"] = maker{fixed: rowsOfFacts("pg_cast", castExists, nil)}
	builtin["pg_catalog.pg_aggregate"] = maker{fixed: rowsOfFacts("pg_aggregate", func(_ *facts, line []string) bool { return aggregates()[types.OID(number(line[0]))] }, nil)}
	for name, column := range map[string]string{"pg_opclass": "opcintype", "pg_amop": "amoplefttype", "pg_amproc": "amproclefttype"} {
		builtin["pg_catalog."+name] = maker{fixed: rowsOfFacts(name, func(f *facts, line []string) bool {
			_, ok := types.Lookup(types.OID(number(line[f.column(column)])))
			return ok
		}, nil)}
	}
	builtin["pg_catalog.pg_opfamily"] = maker{fixed: rowsOfFacts("pg_opfamily", func(_ *facts, line []string) bool { return families()[line[0]] }, nil)}
}

// languageInternal is the language of functions that the server itself has.
const languageInternal types.OID = 12

// aggregates are the OIDs of aggregates that are built.
var aggregates = sync.OnceValue(func() map[types.OID]bool {
	out := map[types.OID]bool{}
	for _, a := range function.AllAggregates() {
		out[a.OID] = true
	}
	return out
})

// families are the operator families of types that are there.
var families = sync.OnceValue(func() map[string]bool {
	f := factsOf("pg_opclass")
	family, input, out := f.column("opcfamily"), f.column("opcintype"), map[string]bool{}
	for _, line := range f.lines {
		if _, ok := types.Lookup(types.OID(number(line[input]))); ok {
			out[line[family]] = true
		}
	}
	return out
})

// castExists: a cast is listed where it can be done. Those that every type has through its text are not, as in PostgreSQL.
func castExists(f *facts, line []string) bool {
	_, ok := casts()[[2]types.OID{types.OID(number(line[f.column("castsource")])), types.OID(number(line[f.column("casttarget")]))}]
	return ok
}

var casts = sync.OnceValue(func() map[[2]types.OID]*function.Cast {
	out := map[[2]types.OID]*function.Cast{}
	for _, c := range function.Casts() {
		out[[2]types.OID{c.From, c.To}] = c
	}
	return out
})

// listedFunctions are the OIDs of the functions that pg_proc lists: those that can be called, and those that the rows of other relations name, since they say how
// values of types are read and written, and what operators and aggregates do.
func listedFunctions(r *Registry) map[types.OID]bool {
	out := map[types.OID]bool{}
	for _, f := range function.All() {
		out[f.OID] = true
	}
	for _, f := range function.SetFunctions() {
		out[f.OID] = true
	}
	for _, a := range function.AllAggregates() {
		out[a.OID] = true
	}
	for _, f := range function.AllWindows() {
		out[f.OID] = true
	}
	for relation, columns := range map[string][]string{
		"pg_type":      {"typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typsubscript", "typanalyze"},
		"pg_operator":  {"oprcode", "oprrest", "oprjoin"},
		"pg_aggregate": {"aggtransfn", "aggfinalfn", "aggcombinefn", "aggserialfn", "aggdeserialfn", "aggmtransfn", "aggminvtransfn", "aggmfinalfn"},
		"pg_cast":      {"castfunc"}, "pg_amproc": {"amproc"}, "pg_am": {"amhandler"}, "pg_range": {"rngcanonical", "rngsubdiff"},
	} {
		rel := r.byName[relationKey{"pg_catalog", relation}]
		rows := rel.fixedRows()
		for i, c := range rel.columns {
			for _, name := range columns {
				if c.Name != name {
					continue
				}
				for row := range rows.n {
					out[types.OID(rows.vectors[i].Int(row))] = true
				}
			}
		}
	}
	return out
}

func fixedFunctions(r *Registry, w *Rows) {
	listed := listedFunctions(r)
	rowsOfFacts("pg_proc", func(_ *facts, line []string) bool { return listed[types.OID(number(line[0]))] }, func(w *Rows) {
		w.OID("pronamespace", schemaCatalog)
		w.OID("proowner", bootstrapRole)
	})(r, w)
	known := factsOf("pg_proc")
	for _, f := range function.All() {
		if known.of(f.OID) != nil {
			continue
		}
		w.Begin()
		w.OID("oid", f.OID)
		w.Text("proname", f.Name)
		w.OID("pronamespace", fixedNamespace(f.Schema))
		w.OID("proowner", bootstrapRole)
		if o, ok := pgnames.ByOID(pgnames.Function, f.OID); ok { // information_schema's: what is said first stands
			d := o.Details
			w.OID("prolang", d.Language)
			w.Float("procost", d.Cost)
			w.Text("prosrc", d.Source)
			if d.Names != nil {
				w.Array("proargnames", d.Names...)
			}
		}
		w.OID("prolang", languageInternal)
		w.Float("procost", 1)
		if f.Variadic && len(f.Args) > 0 {
			w.OID("provariadic", f.Args[len(f.Args)-1])
		}
		w.Text("prokind", "f")
		w.Bool("proisstrict", f.Strict)
		w.Text("provolatile", string(rune(f.Volatility)))
		w.Text("proparallel", "s")
		w.Int("pronargs", int64(len(f.Args)))
		w.OID("prorettype", f.Result)
		w.Value("proargtypes", oidList(f.Args))
		w.Text("prosrc", f.Name)
		w.End()
	}
}

func fixedOperators(r *Registry, w *Rows) {
	built := map[types.OID]bool{}
	for _, o := range function.AllOperators() {
		built[o.OID] = true
	}
	rowsOfFacts("pg_operator", func(_ *facts, line []string) bool { return built[types.OID(number(line[0]))] }, func(w *Rows) {
		w.OID("oprnamespace", schemaCatalog)
		w.OID("oprowner", bootstrapRole)
	})(r, w)
}
