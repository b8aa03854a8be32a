package exec

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// modelGroups groups rows by the columns of keys, in order of first appearance.
func modelGroups(rows []row, keys []int) [][]row {
	var out [][]row
	var seen []row
	for _, r := range rows {
		var k row
		for _, c := range keys {
			k = append(k, r[c])
		}
		i := slices.IndexFunc(seen, func(o row) bool { return compareRows(o, k) == 0 })
		if i < 0 {
			i = len(seen)
			seen, out = append(seen, k), append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

func TestAggregateSaysWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Order(rapid.IntRange(0, 1).Draw(t, "order")))
		keys := rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 0, 3, rapid.ID[int]).Draw(t, "keys")
		n := &plan.Aggregate{Input: scan}
		var oids []types.OID
		for _, k := range keys {
			n.Keys = append(n.Keys, refOf(testTypes[k], k))
			oids = append(oids, testTypes[k])
		}
		isTrue := refOf(types.Bool, 3)
		n.Aggs = []plan.AggCall{
			{Func: countAll},
			{Func: sumInts, Args: []plan.Expr{refOf(types.Int8, 0)}},
			{Func: countAll, Filter: isTrue},
		}
		oids = append(oids, types.Int8, types.Int8, types.Int8)
		if rapid.Bool().Draw(t, "distinct") {
			n.Aggs = append(n.Aggs, plan.AggCall{Func: sumInts, Args: []plan.Expr{refOf(types.Int8, 0)}, Distinct: true, Filter: isTrue})
			oids = append(oids, types.Int8)
		}
		distinct := len(n.Aggs) > 3
		special := rapid.Bool().Draw(t, "ordered")
		if special {
			n.Aggs = append(n.Aggs,
				plan.AggCall{Func: stringAgg, Args: []plan.Expr{refOf(types.Text, 2)}, OrderBy: []plan.SortKey{{Expr: refOf(types.Int8, 1), Descending: true}, {Expr: refOf(types.Text, 2)}}},
				plan.AggCall{Func: stringAgg, Args: []plan.Expr{refOf(types.Text, 2)}, Distinct: true},
			)
			oids = append(oids, types.Text, types.Text)
		}
		n.Output = columnsOf(oids...)

		groups := modelGroups(s.rows(), keys)
		if len(keys) == 0 {
			groups = [][]row{s.rows()}
		}
		var want []row
		for _, g := range groups {
			var r row
			for _, k := range keys {
				r = append(r, g[0][k])
			}
			want = append(want, append(r, modelAggregates(g, distinct, special)...))
		}
		rt := s.runtime(rapid.IntRange(1, 4).Draw(t, "workers"))
		if rapid.Bool().Draw(t, "little memory") {
			files := tight(t, rt)
			defer func() {
				if files.open != 0 {
					t.Fatalf("%d files are left", files.open)
				}
			}()
		}
		got, err := execute(t, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(bag(got), bag(want)) {
			t.Fatalf("%v, want %v", bag(got), bag(want))
		}
	})
}

// TestGroupingSetsAreTheGroupsOfEachSet: however many workers there are, grouping sets give what aggregates over each set give one behind the other.
func TestGroupingSetsAreTheGroupsOfEachSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Unordered)
		keys := []plan.Expr{refOf(testTypes[0], 0), refOf(testTypes[2], 2), refOf(testTypes[3], 3)}
		x := &plan.Expand{Input: scan, Keys: keys}
		n := &plan.Aggregate{Input: x, Aggs: []plan.AggCall{{Func: countAll}, {Func: sumInts, Args: []plan.Expr{refOf(types.Int8, 0)}}}}
		oids := append([]types.OID(nil), testTypes...)
		for i, k := range keys {
			oids = append(oids, k.Type())
			n.Keys = append(n.Keys, refOf(k.Type(), len(testTypes)+i))
		}
		oids = append(oids, types.Int8)
		x.Output = columnsOf(oids...)
		n.Keys = append(n.Keys, refOf(types.Int8, len(oids)-1))
		n.Output = columnsOf(testTypes[0], testTypes[2], testTypes[3], types.Int8, types.Int8, types.Int8)

		var want []row
		for set := range rapid.IntRange(1, 3).Draw(t, "sets") {
			in := rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 3, rapid.ID[int]).Draw(t, "set")
			x.Sets = append(x.Sets, in)
			var cols []int
			for _, k := range in {
				cols = append(cols, []int{0, 2, 3}[k])
			}
			for _, g := range modelGroups(s.rows(), cols) {
				r := row{nil, nil, nil, int64(set)}
				for i, k := range in {
					r[k] = g[0][cols[i]]
				}
				want = append(want, append(r, modelAggregates(g, false, false)[:2]...))
			}
		}
		rt := s.runtime(rapid.IntRange(1, 4).Draw(t, "workers"))
		if rapid.Bool().Draw(t, "little memory") {
			tight(t, rt)
		}
		got, err := execute(t, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(bag(got), bag(want)) {
			t.Fatalf("%v, want %v", bag(got), bag(want))
		}
	})
}

func modelAggregates(g []row, distinct, special bool) row {
	var sum, sumDistinct any
	var trues int64
	var seen, texts []any
	for _, r := range g {
		sum = addInts(sum, r[0])
		if r[3] == true {
			trues++
			if r[0] != nil && !slices.Contains(seen, r[0]) {
				seen = append(seen, r[0])
				sumDistinct = addInts(sumDistinct, r[0])
			}
		}
		if r[2] != nil && !slices.Contains(texts, r[2]) {
			texts = append(texts, r[2])
		}
	}
	out := row{int64(len(g)), sum, trues}
	if distinct {
		out = append(out, sumDistinct)
	}
	if !special {
		return out
	}
	byKey := slices.Clone(g)
	slices.SortStableFunc(byKey, func(a, b row) int {
		if c := -compareAny(a[1], b[1]); c != 0 {
			return c
		}
		return compareAny(a[2], b[2])
	})
	var agg, distinctAgg any
	for _, r := range byKey {
		agg = joinTexts(agg, r[2])
	}
	slices.SortFunc(texts, compareAny)
	for _, x := range texts {
		distinctAgg = joinTexts(distinctAgg, x)
	}
	return append(out, agg, distinctAgg)
}

func TestDistinctKeepsFirstRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Ascending)
		n := &plan.Distinct{Output: scan.Output, Input: scan}
		keys := []int{0, 1, 2, 3}
		if rapid.Bool().Draw(t, "on") {
			keys = rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 1, 3, rapid.ID[int]).Draw(t, "keys")
			for _, k := range keys {
				n.On = append(n.On, refOf(testTypes[k], k))
			}
		}
		var want []row
		for _, g := range modelGroups(s.rows(), keys) {
			want = append(want, g[0])
		}
		got, err := execute(t, n, s.runtime(2))
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestManyGroupsComeInBatches(t *testing.T) {
	var rows []row
	for i := range int64(10_000) {
		rows = append(rows, row{i % 9001})
	}
	s := &store{oids: []types.OID{types.Int8}, size: 1000, parts: [][]row{rows[:3000], rows[3000:]}}
	n := &plan.Aggregate{Output: columnsOf(types.Int8, types.Int8), Input: s.node(nql.Unordered), Keys: []plan.Expr{refOf(types.Int8, 0)}, Aggs: []plan.AggCall{{Func: countAll}}}
	got, err := execute(t, n, s.runtime(2))
	if err != nil || len(got) != 9001 {
		t.Fatalf("%d groups, %v", len(got), err)
	}
	var total int64
	for _, r := range got {
		total += r[1].(int64)
	}
	if total != 10_000 {
		t.Errorf("%d rows in all", total)
	}
}

func TestMemoryRefusedIsAnErrorAndNothingStaysReserved(t *testing.T) {
	var rows []row
	for i := range int64(50_000) {
		rows = append(rows, row{i, i, strings.Repeat("x", 20), true})
	}
	for name, n := range plansOver(&store{oids: testTypes}, nql.Unordered) {
		if name == "scan" || name == "filter" || name == "top" {
			continue
		}
		for _, workers := range []int{1, 3} {
			s := &store{oids: testTypes, size: 4096, parts: [][]row{rows[:20_000], rows[20_000:40_000], rows[40_000:]}}
			rt := s.runtime(workers)
			rt.Memory = &ledger{most: 2 << 20}
			if _, err := execute(t, n, rt); code(err) != types.CodeOutOfMemory {
				t.Errorf("%s, %d workers: error %v", name, workers, err)
			}
		}
	}
}
