package function

import (
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerStatistics: pg_stat_get_… and what is asked of a server in recovery. Nothing is counted by PostgreSQL's counters here: they stand at zero, and
// moments at which something was counted last are null, as in a server whose statistics were just reset. What sessions do is in pg_stat_activity.
func registerStatistics(r *registry) {
	for name, overloads := range r.functions {
		if !strings.HasPrefix(name, "pg_stat_get_") {
			continue
		}
		for _, f := range overloads {
			counter := f.Result == types.Int4 || f.Result == types.Int8 || f.Result == types.Float8
			k := nothing
			if counter && !strings.HasPrefix(name, "pg_stat_get_backend_") {
				k = byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
					filler(out)
					return nil
				})
			}
			if f.Kernel == nil {
				r.define(f, k)
			}
		}
	}
	notInRecovery := byRow(func(*Call, []*column.Vector, int, *column.Vector) error {
		return types.Errorf(types.CodeObjectNotInState, "recovery is not in progress").
			WithHint("Recovery control functions can only be executed during recovery.")
	})
	r.fn("pg_last_xact_replay_timestamp()", nothing)
	r.fn("pg_is_wal_replay_paused()", notInRecovery)
	r.fn("pg_get_wal_replay_pause_state()", notInRecovery)
}
