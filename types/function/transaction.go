package function

import (
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerTransactions: transactions' numbers, and what a snapshot sees. A transaction has no number before it commits; the moment at which it began tells it
// from others as well, and grows.
func registerTransactions(r *registry) {
	began := byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendInt(transactionNumber(c.Env))
		return nil
	})
	now := byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		x := uint64(transactionNumber(c.Env))
		out.AppendFunc(func(dst []byte) []byte { return types.AppendSnapshot(dst, types.Snapshot{Min: x, Max: x}) })
		return nil
	})
	of := func(number func(types.Snapshot) uint64) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s, _ := types.ReadSnapshot(a[0].Str(i))
			out.AppendInt(int64(number(s)))
			return nil
		})
	}
	sees := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, _ := types.ReadSnapshot(a[1].Str(i))
		out.AppendBool(s.Sees(uint64(a[0].Int(i))))
		return nil
	})
	first, end := of(func(s types.Snapshot) uint64 { return s.Min }), of(func(s types.Snapshot) uint64 { return s.Max })
	for _, f := range []struct {
		signature string
		k         Kernel
	}{
		{"txid_current()", began}, {"pg_current_xact_id()", began}, {"txid_current_if_assigned()", nothing}, {"pg_current_xact_id_if_assigned()", nothing},
		{"txid_current_snapshot()", now}, {"pg_current_snapshot()", now}, {"txid_snapshot_xmin(txid_snapshot)", first}, {"pg_snapshot_xmin(pg_snapshot)", first},
		{"txid_snapshot_xmax(txid_snapshot)", end}, {"pg_snapshot_xmax(pg_snapshot)", end}, {"txid_visible_in_snapshot(int8,txid_snapshot)", sees},
		{"pg_visible_in_snapshot(xid8,pg_snapshot)", sees}, {"txid_status(int8)", byRow(transactionStatus)}, {"pg_xact_status(xid8)", byRow(transactionStatus)},
	} {
		r.fn(f.signature, f.k)
	}
	r.fn("age(xid)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		x := uint32(a[0].Int(i))
		if x < 3 { // those that are older than all others
			out.AppendInt(1<<31 - 1)
			return nil
		}
		out.AppendInt(int64(int32(uint32(transactionNumber(c.Env)) - x)))
		return nil
	}))
}

// transactionNumber is the number that the running transaction shows.
func transactionNumber(env *types.Env) int64 { return env.TransactionStart.UnixMicro() }

// transactionStatus knows of the running transaction alone; what became of those before isn't kept.
func transactionStatus(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	x, own := a[0].Int(i), transactionNumber(c.Env)
	switch {
	case x == own:
		out.AppendString("in progress")
	case uint64(x) > uint64(max(own, time.Now().UnixMicro())):
		return types.Errorf(types.CodeInvalidParameterValue, "transaction ID %d is in the future", uint64(x))
	default:
		out.AppendNull()
	}
	return nil
}

// registerSnapshotSets: the transactions that a snapshot leaves out, a row each.
func registerSnapshotSets(s *setFunctions) {
	running := func(c *SetCall) (Rows, error) {
		r := &listRows{}
		snapshot, _ := types.ReadSnapshot(c.Args[0].Str(0))
		for _, x := range snapshot.Running {
			r.rows = append(r.rows, func(out []*column.Vector) { out[0].AppendInt(int64(x)) })
		}
		return r, nil
	}
	s.define("pg_snapshot_xip(pg_snapshot)", running)
	s.define("txid_snapshot_xip(txid_snapshot)", running)
}
