package function

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func TestSelectNthIsTheSortedListsElement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.Int64()
		if rapid.Bool().Draw(t, "few values") {
			element = rapid.Int64Range(-3, 3)
		}
		list := rapid.SliceOfN(element, 1, 3000).Draw(t, "list")
		if rapid.Bool().Draw(t, "in order") {
			slices.Sort(list)
		}
		n := rapid.IntRange(0, len(list)-1).Draw(t, "n")
		sorted := slices.Sorted(slices.Values(list))
		if got := selectNth(list, n); got != sorted[n] {
			t.Fatalf("element %d is %d, not %d", n, got, sorted[n])
		}
		if slices.Sort(list); !slices.Equal(list, sorted) {
			t.Fatal("the list has other elements now")
		}
	})
}

func TestSortableFloatsAreOrderedAsPostgreSQLOrdersThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		special := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64})
		f := rapid.OneOf(rapid.Float64(), special)
		v := column.New(column.Float64)
		v.AppendFloat(f.Draw(t, "x"))
		v.AppendFloat(f.Draw(t, "y"))
		x, y := sortableFloat(v.Float(0)), sortableFloat(v.Float(1))
		if c := types.Compare(types.Float8, v, 0, v, 1); c < 0 && x >= y || c > 0 && x <= y {
			t.Fatalf("%v and %v", v.Float(0), v.Float(1))
		}
		if back := floatOfSortable(x); back != v.Float(0) && (back == back || v.Float(0) == v.Float(0)) {
			t.Fatalf("%v became %v", v.Float(0), back)
		}
	})
}

// TestSelectedPercentilesAreThoseOfSortedRows: selection over rows in any order, gathered in two tables, gives what the accumulator over sorted rows gives.
func TestSelectedPercentilesAreThoseOfSortedRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]types.OID{types.Float8, types.Int8}).Draw(t, "type")
		name := "percentile_disc"
		if typ == types.Float8 && rapid.Bool().Draw(t, "cont") {
			name = "percentile_cont"
		}
		f, err := ResolveAggregate("", name, []types.OID{types.Float8, typ})
		if err != nil {
			t.Fatal(err)
		}
		c := &Call{Args: []types.OID{types.Float8, typ}, Result: typ, Typmod: -1}
		desc := rapid.Bool().Draw(t, "descending")
		fraction := rapid.Float64Range(0, 1).Draw(t, "fraction")
		values := rapid.SliceOfN(rapid.Int64Range(-50, 50), 0, 200).Draw(t, "values")
		groups := 3
		feed := func(acc Accumulator, values []int64, of []int32) {
			acc.Resize(groups)
			if len(values) == 0 {
				return
			}
			d, v := column.New(column.Float64), column.New(types.KindOf(typ))
			for _, x := range values {
				d.AppendFloat(fraction)
				if typ == types.Float8 {
					v.AppendFloat(float64(x) / 4)
				} else {
					v.AppendInt(x)
				}
			}
			if err := acc.Add(c, len(values), nil, of, []*column.Vector{d, v}); err != nil {
				t.Fatal(err)
			}
		}
		of := make([]int32, len(values))
		for i := range of {
			of[i] = int32(rapid.IntRange(0, 2).Draw(t, "group"))
		}
		half := len(values) / 2
		a, b := Selecting(f, c, desc, nil), Selecting(f, c, desc, nil)
		like := Selecting(f, c, desc, a)
		feed(a, values[:half], of[:half])
		feed(like, values, of)
		feed(b, values[half:], of[half:])
		if err := a.Merge(b, []int32{0, 1, 2}); err != nil {
			t.Fatal(err)
		}
		order := make([]int, len(values))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(x, y int) int {
			if desc {
				x, y = y, x
			}
			return int(values[x] - values[y])
		})
		sorted, sortedOf := make([]int64, len(values)), make([]int32, len(values))
		for i, at := range order {
			sorted[i], sortedOf[i] = values[at], of[at]
		}
		want := f.New(c)
		feed(want, sorted, sortedOf)
		out := [3]*column.Vector{}
		for i, acc := range []Accumulator{want, a, like} {
			out[i] = column.New(types.KindOf(typ))
			if err := acc.Result(c, groups, out[i]); err != nil {
				t.Fatal(err)
			}
		}
		for g := range groups {
			for _, got := range out[1:] {
				if got.Null(g) != out[0].Null(g) || !got.Null(g) && types.Compare(typ, got, g, out[0], g) != 0 {
					t.Fatalf("group %d", g)
				}
			}
		}
	})
}
