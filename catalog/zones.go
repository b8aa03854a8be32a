package catalog

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func init() {
	builtin["pg_catalog.pg_timezone_names"] = maker{rows: rowsZones}
	builtin["pg_catalog.pg_timezone_abbrevs"] = maker{rows: rowsZoneAbbreviations}
}

// moment is that of the transaction.
func moment(env *types.Env) time.Time {
	if env != nil && !env.TransactionStart.IsZero() {
		return env.TransactionStart
	}
	return time.Now()
}

// rowsZones lists the zones with their offsets at the moment of the transaction. One that the machine's database lacks is left out.
func rowsZones(ctx context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	for _, name := range types.ZoneNames() {
		if !w.May("name", name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		z, ok := types.ZoneAt(name, moment(env))
		if !ok {
			continue
		}
		w.Begin()
		w.Text("name", name)
		w.zone(z)
		w.End()
	}
	return nil
}

func rowsZoneAbbreviations(_ context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	for _, z := range types.ZoneAbbreviations(moment(env)) {
		w.Begin()
		w.zone(z)
		w.End()
	}
	return nil
}

func (w *Rows) zone(z types.ZoneInfo) {
	w.Text("abbrev", z.Abbrev)
	if v := w.at("utc_offset"); v != nil {
		v.AppendSpan(column.Span{Micros: z.Offset})
	}
	w.Bool("is_dst", z.DST)
}
