package function

import (
	"math"
	"math/big"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

func TestSumsOfIntegersAreExactHoweverLargeTheyAre(t *testing.T) {
	edge := int64(1) << shortValue
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SampledFrom([]int{1, 2, 7, 40}).Draw(t, "groups")
		sum, err := ResolveAggregate("", "sum", []types.OID{types.Int8})
		if err != nil {
			t.Fatal(err)
		}
		acc := sum.New(&Call{}).(*sumInt)
		acc.Resize(groups)
		want, counts := make([]big.Int, groups), make([]int64, groups)
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			n := rapid.IntRange(0, 2*shortGroups*groups).Draw(t, "rows")
			if rapid.IntRange(0, 2).Draw(t, "long") == 0 {
				n = rapid.IntRange(shortRows-1, shortRows+2).Draw(t, "many")
			}
			few := rapid.SampledFrom([]int64{1, 1000, edge - 1, -edge, edge, edge << 4, math.MaxInt64, math.MinInt64}).Draw(t, "value")
			odd := rapid.Int64().Draw(t, "odd")
			at := rapid.IntRange(0, max(n-1, 0)).Draw(t, "at")
			values, of := column.New(types.KindOf(types.Int8)), make([]int32, n)
			for i := range n {
				x := few
				if i == at && odd%3 == 0 {
					x = odd
				}
				of[i] = int32((i * i) % groups)
				values.AppendInt(x)
				want[of[i]].Add(&want[of[i]], big.NewInt(x))
				counts[of[i]]++
			}
			if err := acc.Add(nil, n, nil, of, []*column.Vector{values}); err != nil {
				t.Fatal(err)
			}
		}
		for g := range groups {
			var got big.Int
			w := &acc.sums[g]
			got.Lsh(big.NewInt(w.hi), 64).Add(&got, new(big.Int).SetUint64(w.lo))
			if got.Cmp(&want[g]) != 0 || w.count != counts[g] {
				t.Fatalf("group %d: %v of %d values, want %v of %d", g, &got, w.count, &want[g], counts[g])
			}
		}
	})
}
