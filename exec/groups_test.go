package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// Few values of each type, so that they meet again; some are equal and spelled differently.
var keyValues = map[types.OID][]any{
	types.Int8:        {nil, int64(0), int64(1), int64(-1), int64(math.MaxInt64), int64(math.MinInt64)},
	types.Timestamptz: {nil, int64(0), int64(300_000_000), int64(600_000_000)},
	types.Bool:        {nil, false, true},
	types.Float8:      {nil, 0.0, math.Copysign(0, -1), 1.5, math.NaN(), -math.NaN(), math.Inf(1)},
	types.Text:        {nil, "", "a", "A", "ab", "a\x00"},
	types.BPChar:      {nil, "", " ", "a", "a ", "b"},
	types.Numeric:     {nil, "1", "1.0", "1.00", "-1", "NaN"},
	types.JSONB:       {nil, `{"a": 1}`, `{"a": 1.0}`, `[]`, `1`},
}

// keyOf is a value's equality class, as text.
func keyOf(t types.OID, x any) string {
	if x == nil {
		return "null"
	}
	v := column.New(types.KindOf(t))
	put(v, x)
	return fmt.Sprintf("%q", types.AppendKey(nil, t, v, 0))
}

// drawKey makes a vector of one of the forms, and its values.
func drawKey(t *rapid.T, oid types.OID, n int) (*column.Vector, []any) {
	values := rapid.SliceOfN(rapid.SampledFrom(keyValues[oid]), n, n).Draw(t, "values")
	if oid == types.Int8 && rapid.Bool().Draw(t, "many") {
		for i := range values {
			values[i] = rapid.Int64Range(0, 3*int64(n)).Draw(t, "value")
		}
	}
	if rapid.Bool().Draw(t, "no nulls") {
		few := rapid.SliceOfN(rapid.SampledFrom(keyValues[oid][1:]), 1, 3).Draw(t, "few")
		for i := range values {
			values[i] = rapid.SampledFrom(few).Draw(t, "value")
		}
	}
	v := column.New(types.KindOf(oid))
	form := column.Form(rapid.IntRange(0, 2).Draw(t, "form"))
	if form == column.Constant {
		put(v, values[0])
		for i := range values {
			values[i] = values[0]
		}
		return v.Repeat(n), values
	}
	for _, x := range values {
		put(v, x)
	}
	if form == column.Dictionary {
		v = asDictionary(v)
	}
	return v, values
}

func TestGroupsNumberEqualKeysAlikeInOrderOfAppearance(t *testing.T) {
	oids := []types.OID{types.Int8, types.Timestamptz, types.Bool, types.Float8, types.Text, types.BPChar, types.Numeric, types.JSONB}
	rapid.Check(t, func(t *rapid.T) {
		keyTypes := rapid.SliceOfN(rapid.SampledFrom(oids), 1, 4).Draw(t, "types")
		g := newGroups(keyTypes)
		want := map[string]int32{}
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			n := rapid.IntRange(1, 100).Draw(t, "rows")
			var keys []*column.Vector
			model := make([]string, n)
			null := make([]bool, n)
			for _, o := range keyTypes {
				v, values := drawKey(t, o, n)
				keys = append(keys, v)
				for i, x := range values {
					model[i] += keyOf(o, x) + ","
					null[i] = null[i] || x == nil
				}
			}
			var sel column.Selection
			if rapid.Bool().Draw(t, "selected") {
				sel = column.Selection{}
				for i := range n {
					if rapid.Bool().Draw(t, "row") {
						sel = append(sel, int32(i))
					}
				}
			}
			before, room := g.bytes(), g.growth(keys, sel.Count(n))
			out := make([]int32, n)
			if err := g.assign(n, sel, keys, out); err != nil {
				t.Fatal(err)
			}
			if g.bytes() > before+room {
				t.Fatalf("%d bytes after %d and growth of %d at most", g.bytes(), before, room)
			}
			for i := range each(sel, n) {
				id, ok := want[model[i]]
				if !ok {
					id = int32(len(want))
					want[model[i]] = id
					for k, v := range keys {
						if a, b := keyOf(keyTypes[k], get(g.keys[k], int(id))), keyOf(keyTypes[k], get(v, i)); a != b {
							t.Fatalf("group %d has key %s for %s", id, a, b)
						}
					}
				}
				if out[i] != id {
					t.Fatalf("row %d with key %s is in group %d, want %d", i, model[i], out[i], id)
				}
			}
			if g.len() != len(want) {
				t.Fatalf("%d groups, want %d", g.len(), len(want))
			}
			for i := range n {
				id, ok := want[model[i]]
				if !ok || null[i] {
					id = -1
				}
				if found := g.find(keys, i); found != id {
					t.Fatalf("row %d with key %s found in group %d, want %d", i, model[i], found, id)
				}
			}
		}
	})
}

// TestManyIntegersAreNumberedInOrder: as before, with so many that slots are read ahead, with nulls and without, all rows and some.
func TestManyIntegersAreNumberedInOrder(t *testing.T) {
	m := newNumbering(types.Int8)
	want := map[any]int32{}
	for batch := range 8 {
		v := column.New(column.Int64)
		var sel column.Selection
		for i := range column.BatchRows {
			x := (int64(i)*7919 + int64(batch)*31) % 20_011
			if batch%2 == 1 && i%7 == 3 {
				v.AppendNull()
			} else {
				v.AppendInt(x)
			}
			if batch%4 >= 2 && i%3 != 0 {
				sel = append(sel, int32(i))
			}
		}
		out := make([]int32, v.Len)
		m.number(v.Len, sel, v, out)
		for i := range each(sel, v.Len) {
			x := get(v, i)
			id, ok := want[x]
			if !ok {
				id = int32(len(want))
				want[x] = id
			}
			if out[i] != id || get(m.values, int(id)) != x {
				t.Fatalf("batch %d, row %d: %v is number %d, want %d", batch, i, x, out[i], id)
			}
		}
	}
}

// What workers have gathered is merged in memory that was reserved for it: groups that have no room go to files, whatever work_mem would allow.
func TestGroupsOfSeveralWorkersFitIntoThePoolOrGoToFiles(t *testing.T) {
	var rows []row
	for i := range int64(60_000) {
		rows = append(rows, row{i * 7 % 40_000, fmt.Sprint("some text ", i*7%40_000)})
	}
	s := &store{oids: []types.OID{types.Int8, types.Text}, size: 1000, parts: [][]row{rows[:20_000], rows[20_000:40_000], rows[40_000:]}}
	n := groupBy(s.node(nql.Unordered), refOf(types.Text, 1))
	n.Aggs[1].Args = []plan.Expr{refOf(types.Int8, 0)}
	n.Aggs = append(n.Aggs, plan.AggCall{Func: countAny, Args: []plan.Expr{refOf(types.Int8, 0)}, Distinct: true})
	n.Aggs = append(n.Aggs, plan.AggCall{Func: aggregateOf(t, "array_agg", types.Text), Args: []plan.Expr{refOf(types.Text, 1)}})
	n.Cols = append(n.Cols, plan.Column{Type: types.Int8, Typmod: -1}, plan.Column{Type: types.TextArray, Typmod: -1})
	want, err := execute(t, n, s.runtime(1))
	if err != nil || len(want) != 40_000 {
		t.Fatal(len(want), err)
	}
	for _, total := range []int64{256 << 20, 16 << 20, 9 << 20, 6 << 20, 5 << 20} {
		files := new(tempFiles)
		rt := s.runtime(3)
		if total == 5<<20 {
			total, rt.WorkMem, rt.least = 256<<20, 3<<20, 1
		}
		a, err := NewPool(PoolOptions{Total: total}).Admit(t.Context(), leastOfHash)
		if err != nil {
			t.Fatal(err)
		}
		rt.Memory, rt.Temp = a, files.create
		got, err := execute(t, n, rt)
		if err != nil || !sameRows(bag(got), bag(want)) {
			t.Errorf("%d groups of %d in %d bytes, %v", len(got), len(want), total, err)
		}
		if (files.made > 0) != (total < 32<<20 || rt.WorkMem > 0) || files.open > 0 {
			t.Errorf("%d files were made in %d bytes, %d are left", files.made, total, files.open)
		}
		if a.Held() > 0 {
			t.Errorf("%d bytes are still held", a.Held())
		}
		a.Close()
	}
}

// TestGroupsOfCodesAreThoseOfTheValues: keys as dictionaries and constants make the groups that the same keys make one behind the other.
func TestGroupsOfCodesAreThoseOfTheValues(t *testing.T) {
	oids := []types.OID{types.Int8, types.Timestamptz, types.Text, types.Numeric}
	rapid.Check(t, func(t *rapid.T) {
		keyTypes := rapid.SliceOfN(rapid.SampledFrom(oids), 2, 4).Draw(t, "types")
		coded, plain := newGroups(keyTypes), newGroups(keyTypes)
		for range rapid.IntRange(1, 3).Draw(t, "batches") {
			n := rapid.IntRange(1, 30).Draw(t, "combinations") * rowsOfCodes
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			keys, flat := make([]*column.Vector, len(keyTypes)), make([]*column.Vector, len(keyTypes))
			constant := rapid.IntRange(0, len(keyTypes)).Draw(t, "constant")
			for k, oid := range keyTypes {
				few := rapid.SliceOfN(rapid.SampledFrom(keyValues[oid][1:]), 1, 3).Draw(t, "few")
				flat[k] = column.New(types.KindOf(oid))
				for range n {
					x := few[0]
					if k != constant {
						x = few[r.IntN(len(few))]
					}
					put(flat[k], x)
				}
				if keys[k] = asDictionary(flat[k]); k == constant {
					keys[k] = column.New(types.KindOf(oid))
					put(keys[k], few[0])
					keys[k].Repeat(n)
				}
			}
			var sel column.Selection
			if rapid.Bool().Draw(t, "selected") {
				for i := range n {
					if r.IntN(8) > 0 {
						sel = append(sel, int32(i))
					}
				}
			}
			got, want := make([]int32, n), make([]int32, n)
			before, growth := coded.bytes(), coded.growth(keys, sel.Count(n))
			if err := coded.assign(n, sel, keys, got); err != nil {
				t.Fatal(err)
			}
			if coded.bytes() > before+growth {
				t.Fatalf("%d bytes after %d and growth of %d at most", coded.bytes(), before, growth)
			}
			if err := plain.assign(n, sel, flat, want); err != nil {
				t.Fatal(err)
			}
			for i := range each(sel, n) {
				if got[i] != want[i] {
					t.Fatalf("row %d is of group %d, not %d", i, got[i], want[i])
				}
			}
		}
	})
}
