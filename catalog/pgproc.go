package catalog

import (
	"context"
	"fmt"

	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Functions, operators, casts and aggregates are listed from the registry that the binder resolves names in, so that what is listed is what
// can be called.

func init() {
	builtin["pg_catalog.pg_proc"] = maker{rows: rowsProc}
	builtin["pg_catalog.pg_operator"] = maker{rows: rowsOperator}
	builtin["pg_catalog.pg_cast"] = maker{rows: rowsCast}
	builtin["pg_catalog.pg_aggregate"] = maker{rows: rowsAggregate}
}

// OIDs of PostgreSQL's that rows refer to.
const (
	languageInternal types.OID = 12
	firstCastOID     types.OID = 10000
)

func functionSchema(name string) types.OID {
	if name == "flare" {
		return schemaFlare
	}
	return schemaCatalog
}

func rowsProc(ctx context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	for _, f := range function.All() {
		w.Begin()
		w.OID("oid", f.OID)
		w.Text("proname", f.Name)
		w.OID("pronamespace", functionSchema(f.Schema))
		w.OID("proowner", bootstrapRole)
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
		w.Text("proargtypes", oidList(f.Args))
		w.Text("prosrc", f.Name)
		w.End()
	}
	for _, a := range function.AllAggregates() {
		w.Begin()
		w.OID("oid", a.OID)
		w.Text("proname", a.Name)
		w.OID("pronamespace", schemaCatalog)
		w.OID("proowner", bootstrapRole)
		w.OID("prolang", languageInternal)
		w.Float("procost", 1)
		w.Text("prokind", "a")
		w.Text("provolatile", "i")
		w.Text("proparallel", "s")
		w.Int("pronargs", int64(len(a.Args)))
		w.OID("prorettype", a.Result)
		w.Text("proargtypes", oidList(a.Args))
		w.Text("prosrc", "aggregate_dummy")
		w.End()
	}
	return ctx.Err()
}

func rowsOperator(_ context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	all := function.AllOperators()
	find := map[string]types.OID{}
	key := func(name string, left, right types.OID) string { return fmt.Sprintf("%s %d %d", name, left, right) }
	for _, o := range all {
		find[key(o.Name, o.Left, o.Right)] = o.OID
	}
	for _, o := range all {
		w.Begin()
		w.OID("oid", o.OID)
		w.Text("oprname", o.Name)
		w.OID("oprnamespace", schemaCatalog)
		w.OID("oprowner", bootstrapRole)
		w.Text("oprkind", map[bool]string{true: "l", false: "b"}[o.Left == 0])
		equality := o.Name == "=" && o.Left == o.Right
		w.Bool("oprcanmerge", equality)
		w.Bool("oprcanhash", equality)
		w.OID("oprleft", o.Left)
		w.OID("oprright", o.Right)
		w.OID("oprresult", o.Result)
		if o.Commutator != "" {
			w.OID("oprcom", find[key(o.Commutator, o.Right, o.Left)])
		}
		if o.Negator != "" {
			w.OID("oprnegate", find[key(o.Negator, o.Left, o.Right)])
		}
		w.OID("oprcode", o.Function.OID)
		w.End()
	}
	return nil
}

// rowsCast lists what can be cast by a cast of its own; casts that every type has through its text are none, as in PostgreSQL.
func rowsCast(ctx context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	oid := firstCastOID
	for _, from := range types.All() {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		for _, to := range types.All() {
			if from.Elem != 0 || to.Elem != 0 || from.Category == 'P' || to.Category == 'P' {
				continue
			}
			if from.OID == to.OID {
				continue
			}
			if from.Category != 'S' && to.Category == 'S' && !function.CanCast(from.OID, to.OID, function.CastImplicit) {
				continue
			}
			if from.Category == 'S' && to.Category != 'S' && !function.CanCast(from.OID, to.OID, function.CastAssignment) {
				continue
			}
			c, ok := function.CastFor(from.OID, to.OID)
			if !ok {
				continue
			}
			w.Begin()
			w.OID("oid", oid)
			oid++
			w.OID("castsource", from.OID)
			w.OID("casttarget", to.OID)
			method := "b"
			if c.Function != nil {
				method = "f"
				if c.Function.OID == 0 || c.Function.OID >= 90000 {
					method = "i"
				} else {
					w.OID("castfunc", c.Function.OID)
				}
			}
			w.Text("castcontext", string(rune(c.Context)))
			w.Text("castmethod", method)
			w.End()
		}
	}
	return nil
}

func rowsAggregate(_ context.Context, _ *Snapshot, _ *types.Env, w *Rows) error {
	for _, a := range function.AllAggregates() {
		w.Begin()
		w.OID("aggfnoid", a.OID)
		w.Text("aggkind", "n")
		w.Text("aggfinalmodify", "r")
		w.Text("aggmfinalmodify", "r")
		w.End()
	}
	return nil
}
