package exec

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// TestNarrowingKeepsWhatMayBeAmongTheFirst: the rows that are left out are those that sort behind the last row that is kept, no others.
func TestNarrowingKeepsWhatMayBeAmongTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oid := rapid.SampledFrom([]types.OID{types.Int8, types.Float8, types.Text, types.Timestamptz}).Draw(t, "type")
		value := map[types.OID]*rapid.Generator[any]{
			types.Int8:        rapid.Custom(func(t *rapid.T) any { return rapid.Int64Range(-3, 3).Draw(t, "int") }),
			types.Timestamptz: rapid.Custom(func(t *rapid.T) any { return rapid.Int64Range(-3, 3).Draw(t, "time") }),
			types.Text:        rapid.Custom(func(t *rapid.T) any { return rapid.StringN(0, 2, -1).Draw(t, "text") }),
			types.Float8: rapid.Custom(func(t *rapid.T) any {
				return rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "float")
			}),
		}[oid]
		draw := func(n int, nulls bool) *column.Vector {
			v := column.New(types.KindOf(oid))
			for range n {
				if nulls && rapid.IntRange(0, 3).Draw(t, "null") == 0 {
					put(v, nil)
				} else {
					put(v, value.Draw(t, "value"))
				}
			}
			return v
		}
		keys := []plan.SortKey{{Expr: refOf(oid, 0), Descending: rapid.Bool().Draw(t, "descending"), NullsFirst: rapid.Bool().Draw(t, "nulls first")}}
		w := &narrowing{order: newOrdering(keys)}
		n := rapid.IntRange(1, 50).Draw(t, "rows")
		v := draw(n, rapid.Bool().Draw(t, "nulls"))
		if w.wanted(v, column.Selection{}) != nil {
			t.Fatal("rows are left out before anything is known")
		}
		last := draw(1, true)
		w.set(last, 0)
		var want []int32
		for i := range n {
			if w.order.compare([]*column.Vector{v}, i, []*column.Vector{last}, 0) <= 0 {
				want = append(want, int32(i))
			}
		}
		if rapid.Bool().Draw(t, "dictionary") {
			v = asDictionary(v)
		}
		got := w.wanted(v, column.Selection{})
		if got == nil || len(got) != len(want) {
			t.Fatalf("%v, want %v", got, want)
		}
		for k := range got {
			if got[k] != want[k] {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}
