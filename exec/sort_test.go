package exec

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// drawKeys draws sort keys over the test columns.
func drawKeys(t *rapid.T) []plan.SortKey {
	var keys []plan.SortKey
	for _, c := range rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 1, 3, rapid.ID[int]).Draw(t, "keys") {
		k := plan.SortKey{Expr: refOf(testTypes[c], c), Descending: rapid.Bool().Draw(t, "desc"), NullsFirst: rapid.Bool().Draw(t, "nulls first")}
		if c == 1 && rapid.Bool().Draw(t, "computed") {
			k.Expr = callOf(plus, k.Expr, constOf(types.Int8, int64(1)))
		}
		keys = append(keys, k)
	}
	return keys
}

// modelSort sorts rows as the keys say.
func modelSort(rows []row, keys []plan.SortKey) []row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b row) int {
		for _, k := range keys {
			x, _ := interpret(k.Expr, a)
			y, _ := interpret(k.Expr, b)
			c := compareAny(x, y) // nulls last
			if x == nil || y == nil {
				if k.NullsFirst {
					c = -c
				}
			} else if k.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func TestSortIsStableAndTopNIsItsBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Ascending)
		n := &plan.Sort{Output: scan.Output, Input: scan, Keys: drawKeys(t), Limit: -1}
		want := modelSort(s.rows(), n.Keys)
		if rapid.Bool().Draw(t, "top") {
			n.Limit = rapid.Int64Range(0, 30).Draw(t, "limit")
			want = want[:min(len(want), int(n.Limit))]
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

// Enough rows for several runs, and for a top-N that cuts back many times.
func TestSortOfManyRuns(t *testing.T) {
	var rows []row
	x := uint32(1)
	for i := range int64(100_000) {
		x = x*1664525 + 1013904223
		rows = append(rows, row{int64(x >> 20), i})
	}
	s := &store{oids: testTypes[:2], size: 3000, parts: [][]row{rows}}
	keys := []plan.SortKey{{Expr: refOf(types.Int8, 0), Descending: true}}
	want := modelSort(rows, keys)
	for _, limit := range []int64{-1, 0, 1, 5, topRows, topRows + 1, 99_999} {
		scan := s.node(nql.Ascending)
		got, err := execute(t, &plan.Sort{Output: scan.Output, Input: scan, Keys: keys, Limit: limit}, s.runtime(1))
		if err != nil {
			t.Fatal(err)
		}
		w := want
		if limit >= 0 {
			w = w[:limit]
		}
		if !sameRows(got, w) {
			t.Errorf("limit %d: %d rows are not the first %d", limit, len(got), len(w))
		}
	}
}

func TestTopNHoldsLittle(t *testing.T) {
	s := &store{oids: []types.OID{types.Int8}, size: 4096, parts: [][]row{manyRows, manyRows, manyRows}}
	scan := s.node(nql.Ascending)
	rt := s.runtime(1)
	l := new(ledger)
	rt.Memory = l
	n := &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: refOf(types.Int8, 0), Descending: true}}, Limit: 10}
	b, err := Open(t.Context(), n, rt)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if got, err := drawAll(b); err != nil || len(got) != 10 {
		t.Fatal(len(got), err)
	}
	if held := l.held.Load(); held > 2<<20 {
		t.Errorf("%d bytes for ten rows", held)
	}
}

func TestPrefixesNeverContradictTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oid := rapid.SampledFrom([]types.OID{types.Int8, types.Float8, types.Text, types.Bool, types.Timestamptz}).Draw(t, "type")
		value := func() any {
			if rapid.IntRange(0, 5).Draw(t, "null") == 0 {
				return nil
			}
			switch oid {
			case types.Float8:
				return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, "float")
			case types.Text:
				return rapid.SampledFrom([]string{"", "same beginning", "same beg"}).Draw(t, "head") + rapid.StringN(0, 3, -1).Draw(t, "tail")
			case types.Bool:
				return rapid.Bool().Draw(t, "bool")
			}
			return rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "int")
		}
		v := column.New(types.KindOf(oid))
		put(v, value())
		put(v, value())
		key := plan.SortKey{Expr: refOf(oid, 0), Descending: rapid.Bool().Draw(t, "desc"), NullsFirst: rapid.Bool().Draw(t, "nulls first")}
		o := newOrdering([]plan.SortKey{key})
		keys := []*column.Vector{v}
		x, y := o.prefix(keys, 0), o.prefix(keys, 1)
		if c := o.compare(keys, 0, keys, 1); x != y && (x < y) != (c < 0) || c == 0 && x != y {
			t.Fatalf("%v and %v: prefixes %x and %x, compared %d", get(v, 0), get(v, 1), x, y, c)
		}
	})
}
