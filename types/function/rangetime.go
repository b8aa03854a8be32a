package function

import (
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// The ends of a range of time as bounds of a scan, which reads from the first instant to the last one, both included. They are no functions of
// SQL's: a binder makes calls of them.

// FirstInstant is the first microsecond of a tstzrange, or of all of a tstzmultirange's: -infinity where it has no beginning, null where it is
// empty. LastInstant is the last one.
var (
	FirstInstant = sync.OnceValue(func() *Function {
		return instantOf("first_instant", func(r types.Range) (types.Bound, int64, int64) { return r.Lower, types.NegInfinity, 1 })
	})
	LastInstant = sync.OnceValue(func() *Function {
		return instantOf("last_instant", func(r types.Range) (types.Bound, int64, int64) { return r.Upper, types.Infinity, -1 })
	})
)

// instantOf makes the function of one end: its bound, what stands for no bound, and the way from a bound that is not in the range to the next
// instant that is.
func instantOf(name string, end func(r types.Range) (b types.Bound, none, inward int64)) *Function {
	f := &Function{Name: name, Schema: "pg_catalog", Args: []types.OID{types.AnyElement}, Result: types.Timestamptz, Strict: true, Total: true, Volatility: Immutable}
	f.Kernel = lift(f, byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		r := types.Span(rangesArg(c, a, 0, i))
		b, none, inward := end(r)
		switch {
		case r.Empty:
			out.AppendNull()
		case b.Infinite:
			out.AppendInt(none)
		case b.Inclusive || types.Infinite(b.Int):
			out.AppendInt(b.Int)
		default:
			out.AppendInt(b.Int + inward)
		}
		return nil
	}))
	return f
}
