package catalog

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Functions, operators, casts and aggregates are listed from the registry that the binder resolves names in, so that what is listed is what
// can be called.

func init() {
	builtin["pg_catalog.pg_proc"] = maker{fixed: fixedFunctions}
	builtin["pg_catalog.pg_operator"] = maker{fixed: fixedOperators}
	builtin["pg_catalog.pg_cast"] = maker{fixed: rowsOfFacts("pg_cast", castExists, nil)}
	builtin["pg_catalog.pg_aggregate"] = maker{fixed: fixedAggregates}
	for name, column := range map[string]string{"pg_opclass": "opcintype", "pg_amop": "amoplefttype", "pg_amproc": "amproclefttype"} {
		builtin["pg_catalog."+name] = maker{fixed: rowsOfFacts(name, func(f *facts, line []string) bool {
			_, ok := types.Lookup(types.OID(number(line[f.column(column)])))
			return ok
		}, nil)}
	}
	builtin["pg_catalog.pg_opfamily"] = maker{fixed: rowsOfFacts("pg_opfamily", func(_ *facts, line []string) bool { return families()[line[0]] }, nil)}
}

// typeInternal is the pseudo-type of what SQL can't hold.
const typeInternal types.OID = 2281

// aggregates are the OIDs of aggregates that are built.
var aggregates = sync.OnceValue(func() map[types.OID]bool {
	out := map[types.OID]bool{}
	for _, a := range function.AllAggregates() {
		out[a.OID] = true
	}
	for _, a := range function.HypotheticalAggregates() {
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
	maps.Copy(out, aggregates())
	for _, f := range function.AllWindows() {
		out[f.OID] = true
	}
	for relation, columns := range map[string][]string{
		"pg_type":      {"typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typsubscript", "typanalyze"},
		"pg_operator":  {"oprcode", "oprrest", "oprjoin"},
		"pg_aggregate": {"aggtransfn", "aggfinalfn", "aggcombinefn", "aggserialfn", "aggdeserialfn", "aggmtransfn", "aggminvtransfn", "aggmfinalfn"},
		"pg_cast":      {"castfunc"}, "pg_amproc": {"amproc"}, "pg_am": {"amhandler"}, "pg_range": {"rngcanonical", "rngsubdiff"},
		"pg_ts_parser": {"prsstart", "prstoken", "prsend", "prsheadline", "prslextype"}, "pg_ts_template": {"tmplinit", "tmpllexize"},
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
	for _, oid := range slices.Sorted(maps.Keys(listed)) {
		if o, ok := functionObject(oid); ok && known.of(oid) == nil {
			functionRow(w, o)
		}
	}
}

// functionRow adds a function of our own, or of information_schema, whose facts are its object's.
func functionRow(w *Rows, o *types.Object) {
	d := o.Details
	w.Begin()
	w.OID("oid", o.OID)
	w.Text("proname", o.Name)
	w.OID("pronamespace", fixedNamespace(o.Schema))
	w.OID("proowner", bootstrapRole)
	w.OID("prolang", d.Language)
	w.Float("procost", d.Cost)
	w.Float("prorows", d.Rows)
	w.OID("provariadic", d.Variadic)
	w.Text("prokind", string(rune(o.Kind)))
	w.Bool("proisstrict", d.Strict)
	w.Bool("proretset", d.Set)
	w.Text("provolatile", string(rune(d.Volatility)))
	w.Text("proparallel", string(rune(d.Parallel)))
	w.Int("pronargs", int64(len(o.Args)))
	w.Int("pronargdefaults", int64(len(d.Defaults)))
	w.OID("prorettype", o.Result)
	w.Value("proargtypes", oidList(o.Args))
	if d.Modes != "" {
		all := make([]string, len(d.AllArgs))
		for i, t := range d.AllArgs {
			all[i] = strconv.FormatUint(uint64(t), 10)
		}
		w.Array("proallargtypes", all...)
		w.Array("proargmodes", strings.Split(d.Modes, "")...)
	}
	if d.Names != nil {
		w.Array("proargnames", d.Names...)
	}
	w.Text("prosrc", d.Source)
	w.End()
}

// fixedAggregates lists the aggregates that are built. How those of our own get from row to row is no function that can be called.
func fixedAggregates(r *Registry, w *Rows) {
	rowsOfFacts("pg_aggregate", func(_ *facts, line []string) bool { return aggregates()[types.OID(number(line[0]))] }, nil)(r, w)
	known := factsOf("pg_aggregate")
	for _, a := range function.AllAggregates() {
		if known.of(a.OID) != nil {
			continue
		}
		w.Begin()
		w.OID("aggfnoid", a.OID)
		w.Text("aggkind", string(rune(a.Kind)))
		w.Int("aggnumdirectargs", int64(a.Direct))
		w.Text("aggfinalmodify", "r")
		w.Text("aggmfinalmodify", "r")
		w.OID("aggtranstype", typeInternal)
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
