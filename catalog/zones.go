package catalog

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// zoneNames are the names of the tz database's zones, which can be had one by one but not listed.
//
//go:embed zones.txt
var zoneNames string

func init() {
	builtin["pg_catalog.pg_timezone_names"] = maker{rows: rowsZones}
}

// rowsZones lists the zones with their offsets at the moment of the transaction. One that the machine's database lacks is left out.
func rowsZones(ctx context.Context, _ *Snapshot, env *types.Env, w *Rows) error {
	at := time.Now()
	if env != nil && !env.TransactionStart.IsZero() {
		at = env.TransactionStart
	}
	for name := range strings.FieldsSeq(zoneNames) {
		if !w.May("name", name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		zone, err := types.ParseZone(name)
		if err != nil {
			continue
		}
		local := at.In(zone)
		abbreviation, offset := local.Zone()
		w.Begin()
		w.Text("name", name)
		w.Text("abbrev", abbreviation)
		if v := w.at("utc_offset"); v != nil {
			v.AppendSpan(column.Span{Micros: int64(offset) * 1e6})
		}
		w.Bool("is_dst", local.IsDST())
		w.End()
	}
	return nil
}
