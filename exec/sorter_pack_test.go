package exec

import (
	"context"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// TestPackedKeysNeverContradictTheOrder: rows of runs that were packed together have numbers in the rows' order, and equal ones only where it says so: also where texts were numbered in
// some runs and were too many then.
func TestPackedKeysNeverContradictTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		oids := []types.OID{types.Int8, types.Text, types.Float8, types.Timestamptz, types.Text, types.Bytea, types.Bool}
		columns := rapid.SliceOfN(rapid.SampledFrom(oids), 1, 3).Draw(t, "types")
		nulls := rapid.SampledFrom([]int{0, 4}).Draw(t, "nulls")
		few := rapid.Bool().Draw(t, "few")
		value := func(oid types.OID) any {
			if nulls > 0 && rapid.IntRange(0, nulls).Draw(t, "null") == 0 {
				return nil
			}
			switch oid {
			case types.Float8:
				return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1, 1.5})).Draw(t, "float")
			case types.Text, types.Bytea:
				if few {
					return rapid.SampledFrom([]string{"", "a", "ab", "Shop", "Checkout"}).Draw(t, "text")
				}
				tail := rapid.SampledFrom([]string{"", "\x01", "z", "zzzzzzzz", "zzzzzzzzz"}).Draw(t, "tail")
				if oid == types.Bytea {
					tail += rapid.SampledFrom([]string{"", "\x00"}).Draw(t, "zero")
				}
				return rapid.SampledFrom([]string{"", "/api/orders/", "/api/"}).Draw(t, "head") + tail
			case types.Bool:
				return rapid.Bool().Draw(t, "bool")
			}
			return rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 9), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "int")
		}
		var keys []plan.SortKey
		for i, oid := range columns {
			keys = append(keys, plan.SortKey{Expr: refOf(oid, i), Descending: rapid.Bool().Draw(t, "desc"), NullsFirst: rapid.Bool().Draw(t, "nulls first")})
		}
		s, err := newSorter(&Runtime{}, keys, -1)
		if err != nil {
			t.Fatal(err)
		}
		number := rapid.Bool().Draw(t, "number texts")
		var runs []*run
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			b := column.Batch{Len: rapid.IntRange(1, 12).Draw(t, "rows")}
			for _, oid := range columns {
				v := column.New(types.KindOf(oid))
				for range b.Len {
					put(v, value(oid))
				}
				b.Cols = append(b.Cols, v)
			}
			if number { // as if there were enough rows
				for k, d := range s.texts {
					if d != nil && d.values.Len == 0 {
						d.number(nil, b.Cols[k])
					}
				}
			}
			if err := s.add(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			runs = append(runs, s.cur)
			s.seal()
			if number && rapid.IntRange(0, 4).Draw(t, "too many") == 0 {
				for _, d := range s.texts {
					for d != nil && d.values.Len < maxSortTexts {
						d.table.number(d.values, []byte(strconv.Itoa(d.values.Len)), int32(d.values.Len))
						d.values.AppendBytes([]byte(strconv.Itoa(d.values.Len)))
					}
				}
			}
		}
		exact := s.pack(runs)
		parts, _ := s.packing()
		alone := packRow(parts)
		for _, r := range runs {
			for _, it := range r.order {
				if n := alone(r.keys, int(it.row)); n != it.prefix {
					t.Fatalf("%v: a row is packed as %x within its run, %x alone", columns, it.prefix, n)
				}
			}
		}
		for _, a := range runs {
			for _, b := range runs {
				for _, x := range a.order {
					for _, y := range b.order {
						c := s.order.compare(a.keys, int(x.row), b.keys, int(y.row))
						if x.prefix != y.prefix && (x.prefix < y.prefix) != (c < 0) || c == 0 && x.prefix != y.prefix || exact && c != 0 && x.prefix == y.prefix {
							t.Fatalf("%v: packed %x and %x, exact %v, compared %d", columns, x.prefix, y.prefix, exact, c)
						}
					}
				}
			}
		}
	})
}
