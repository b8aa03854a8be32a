package function

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/pgnames"
)

// registerStatistics: pg_stat_get_… and what is asked of a server in recovery. Nothing is counted by PostgreSQL's counters here: they stand at zero, and
// moments at which something was counted last are null, as in a server whose statistics were just reset. What sessions do is in pg_stat_activity.
func registerStatistics(r *registry) {
	for _, o := range pgnames.All(pgnames.Function) {
		known := slices.Clone(o.Args)
		if !strings.HasPrefix(o.Name, "pg_stat_get_") || o.Kind != 'f' || o.Details.Set || r.has(o) ||
			slices.ContainsFunc(append(known, o.Result), func(t types.OID) bool { return types.KindOf(t) == column.Invalid }) {
			continue
		}
		counter := o.Result == types.Int4 || o.Result == types.Int8 || o.Result == types.Float8
		k := nothing
		if counter && !strings.HasPrefix(o.Name, "pg_stat_get_backend_") {
			k = byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
				filler(out)
				return nil
			})
		}
		r.builtin(o, k)
	}
	notInRecovery := byRow(func(*Call, []*column.Vector, int, *column.Vector) error {
		return types.Errorf(types.CodeObjectNotInState, "recovery is not in progress").
			WithHint("Recovery control functions can only be executed during recovery.")
	})
	for name, k := range map[string]Kernel{
		"pg_last_xact_replay_timestamp": nothing, "pg_is_wal_replay_paused": notInRecovery, "pg_get_wal_replay_pause_state": notInRecovery,
	} {
		for _, o := range pgnames.Find(pgnames.Function, "pg_catalog", name) {
			r.builtin(o, k)
		}
	}
}

// has reports whether the registry knows an overload.
func (r *registry) has(o *types.Object) bool {
	return slices.ContainsFunc(r.functions[o.Name], func(f *Function) bool { return f.OID == o.OID })
}

// builtin adds one of PostgreSQL's functions that pg15.txt leaves out, with a kernel.
func (r *registry) builtin(o *types.Object, k Kernel) {
	d := o.Details
	f := &Function{OID: o.OID, Name: o.Name, Schema: o.Schema, Args: o.Args, Variadic: d.Variadic != 0, Result: o.Result, Strict: d.Strict,
		Volatility: Volatility(d.Volatility)}
	r.functions[o.Name] = append(r.functions[o.Name], f)
	r.define(f, k)
}
