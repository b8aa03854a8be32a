package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// TestPercentilesOfLargeGroupsAreElementsOfTheSortedValues: groups that several goroutines select in, and small ones beside them.
func TestPercentilesOfLargeGroupsAreElementsOfTheSortedValues(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	sizes := []int{20_000, 3, 9000, 5000, 1}
	values := make([][]int64, len(sizes))
	var rows []row
	for g, n := range sizes {
		for range n {
			x := r.Int64N(7000) - 100
			values[g] = append(values[g], x)
			rows = append(rows, row{int64(g), x})
		}
		slices.Sort(values[g])
	}
	r.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	s := &store{oids: []types.OID{types.Int8, types.Int8}, size: 1000, parts: [][]row{rows[:9000], rows[9000:21_000], rows[21_000:]}}
	call := func(fraction float64) plan.AggCall {
		return plan.AggCall{
			Func: aggregateOf(t, "percentile_disc", types.Float8, types.Int8), Args: []plan.Expr{constOf(types.Float8, fraction), refOf(types.Int8, 1)},
			OrderBy: []plan.SortKey{{Expr: refOf(types.Int8, 1)}},
		}
	}
	n := &plan.Aggregate{
		Output: columnsOf(types.Int8, types.Int8, types.Int8), Input: s.node(nql.Unordered), Keys: []plan.Expr{refOf(types.Int8, 0)},
		Aggs: []plan.AggCall{call(0.95), call(0.5)},
	}
	var want []row
	for g, v := range values {
		at := func(percent int) int64 { return v[(percent*len(v)+99)/100-1] }
		want = append(want, row{int64(g), at(95), at(50)})
	}
	for _, workers := range []int{1, 3} {
		got, err := execute(t, n, s.runtime(workers))
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(bag(got), bag(want)) {
			t.Errorf("%d workers: %s, want %s", workers, fmt.Sprint(bag(got)), fmt.Sprint(bag(want)))
		}
	}
}
