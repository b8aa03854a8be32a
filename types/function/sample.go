package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/types"
)

// sampleBlock is how many events that arrived one after the other TABLESAMPLE SYSTEM takes or leaves together, as a power of two.
const sampleBlock = 10

// Sampled makes the function that says whether TABLESAMPLE keeps an event: of its event_id, how many percent are wanted, and a number (of
// REPEATABLE, or null) that chooses which. One event is kept or not for itself, or, with blocks, together with those that arrived beside it. What it
// chooses hangs on nothing but its arguments, and, without a number, on the statement's time and place: which of the statement's samples it is.
func Sampled(blocks bool, place int) *Function {
	name := "bernoulli"
	if blocks {
		name = "system"
	}
	f := &Function{Name: name, Schema: "pg_catalog", Args: []types.OID{types.Text, types.Float4, types.Float8}, Result: types.Bool, Volatility: Stable}
	f.Kernel = func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		out.Reset(column.Bool)
		return eachRow(c, n, sel, args, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			if a[1].Null(i) {
				return types.Errorf("2202H", "TABLESAMPLE parameter cannot be null")
			}
			percent := a[1].Float(i)
			if !(percent >= 0 && percent <= 100) {
				return types.Errorf("2202H", "sample percentage must be between 0 and 100")
			}
			seed := uint64(place)
			if a[2].Null(i) {
				seed ^= uint64(c.Env.StatementStart.UnixNano())
			} else {
				seed = math.Float64bits(a[2].Float(i))
			}
			ts, arrival, _ := event.ParseID(a[0].Str(i))
			key := uint64(ts)*0x9e3779b97f4a7c15 ^ arrival
			if blocks {
				key = arrival >> sampleBlock
			}
			out.AppendBool(float64(scatter(scatter(seed)^key)>>11)/(1<<53) < percent/100)
			return nil
		})
	}
	return f
}

// scatter is the finalizer of splitmix64: every bit of x has its part in every bit of the result.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
