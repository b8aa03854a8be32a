package function

import (
	"math"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

func TestUpToAThousandDifferentValuesAreCountedExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, times := rapid.IntRange(0, sketchExact).Draw(t, "values"), rapid.IntRange(1, 3).Draw(t, "times")
		first := rapid.Int64().Draw(t, "first")
		var s distinctSketch
		for range times {
			for i := range n {
				s.add(scattered(uint64(first + int64(i))))
			}
		}
		if got := s.estimate(); got != int64(n) {
			t.Fatalf("%d different values, counted %d", n, got)
		}
	})
}

// TestEstimatesOfManyValuesAreWithinTheirError: of estimates over many sets of values the root of the mean square of the relative error is the standard error that is
// stated, whatever the size of the sets, and none is more than five of them off.
func TestEstimatesOfManyValuesAreWithinTheirError(t *testing.T) {
	const stated = 0.0081
	for _, size := range []int{1025, 3000, 10_000, 30_000, 100_000, 1_000_000} {
		runs, next, squares := max(4, min(60, 1_000_000/size)), uint64(0), 0.0
		for range runs {
			var s distinctSketch
			for range size {
				next++
				s.add(scattered(next))
			}
			off := float64(s.estimate())/float64(size) - 1
			if math.Abs(off) > 5*stated {
				t.Errorf("%d values: off by %.4f", size, off)
			}
			squares += off * off
		}
		if rms := math.Sqrt(squares / float64(runs)); rms > 1.8*stated {
			t.Errorf("sets of %d values: the error is %.4f", size, rms)
		}
	}
}

// divided draws a division of n rows among some accumulators.
func divided(t *rapid.T, n int) []column.Selection {
	parts := make([]column.Selection, rapid.IntRange(1, 5).Draw(t, "parts"))
	for i := range n {
		p := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
		parts[p] = append(parts[p], int32(i))
	}
	return parts
}

// TestApproximateAggregatesAreTheSameHoweverRowsAreDivided: merged, they are what one accumulator that was fed all rows is, in any form of vector.
func TestApproximateAggregatesAreTheSameHoweverRowsAreDivided(t *testing.T) {
	env := newTestEnv()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 10, 70, 200, 3000}).Draw(t, "rows")
		spread := rapid.SampledFrom([]int64{3, 100, math.MaxInt64}).Draw(t, "spread")
		v, fraction := column.New(column.Float64), column.New(column.Float64)
		seed := uint64(rapid.Int64().Draw(t, "seed"))
		for i := range n {
			x := int64(scattered(seed+uint64(i))) % spread
			switch {
			case x%7 == 0:
				v.AppendNull()
			case x%11 == 0:
				v.AppendFloat(math.Inf(int(x%2)*2 - 1))
			default:
				v.AppendFloat(float64(x) / 16)
			}
			fraction.AppendFloat(0.75)
		}
		dictionary := coded(v)
		for _, name := range []string{"approx_count_distinct", "approx_percentile"} {
			args, ts := []*column.Vector{v}, []types.OID{types.Float8}
			if name == "approx_percentile" {
				args, ts = append(args, fraction), append(ts, types.Float8)
			}
			agg, err := ResolveAggregate("flare", name, ts)
			if err != nil {
				t.Fatal(err)
			}
			c := &Call{Env: env, Args: ts, Result: agg.Result, Typmod: -1}
			whole, err := accumulate(agg, c, n, nil, nil, 1, args)
			want := finishText(env, agg, c, whole, err)
			merged := agg.New(c)
			merged.Resize(1)
			for _, rows := range divided(t, n) {
				given := slices.Clone(args)
				if rapid.Bool().Draw(t, "dictionary") {
					given[0] = dictionary
				}
				if rows == nil {
					rows = column.Selection{}
				}
				part, err := accumulate(agg, c, n, rows, nil, 1, given)
				if err == nil {
					err = merged.Merge(part, []int32{0})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := finishText(env, agg, c, merged, nil); got != want {
				t.Fatalf("%s of %d rows: merged %s, whole %s", name, n, got, want)
			}
			if merged.Bytes() < 0 || whole.Bytes() < 0 {
				t.Fatal("a negative size")
			}
		}
	})
}

// coded gives a vector's rows by dictionary.
func coded(v *column.Vector) *column.Vector {
	d := column.New(v.Kind)
	d.Form, d.Dict, d.Len = column.Dictionary, column.New(v.Kind), v.Len
	at := map[float64]int32{}
	for i := range v.Len {
		code := int32(0)
		if !v.Null(i) {
			var ok bool
			if code, ok = at[v.Float(i)]; !ok {
				code = int32(d.Dict.Len)
				at[v.Float(i)] = code
				d.Dict.AppendFrom(v, i)
			}
		}
		d.Codes = append(d.Codes, code)
	}
	d.Valid = v.Valid
	if d.Dict.Len == 0 {
		d.Dict.AppendFloat(0)
	}
	return d
}

// TestApproximatePercentilesAreWithinTheirError: against percentile_disc over the same values, of any size and sign.
func TestApproximatePercentilesAreWithinTheirError(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) float64 {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1}).Draw(t, "special")
		case 1:
			return float64(rapid.IntRange(-1000, 1000).Draw(t, "integer"))
		case 2:
			x := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
			if math.Abs(x) < 0x1p-1022 {
				return 0
			}
			return x
		}
		return math.Exp(rapid.Float64Range(-3, 12).Draw(t, "exponent"))
	})
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(number, 1, 80).Draw(t, "values")
		repeat := rapid.IntRange(1, 4).Draw(t, "repeat")
		var keys []int64
		var s quantileSketch
		for range repeat {
			for _, x := range drawn {
				s.add(x)
				if x == 0 {
					x = 0 // not -0
				}
				keys = append(keys, sortableFloat(x))
			}
		}
		slices.Sort(keys)
		fraction := rapid.Float64Range(0, 1).Draw(t, "fraction")
		out := column.New(column.Float64)
		if err := s.pick(out, fraction); err != nil {
			t.Fatal(err)
		}
		want := floatOfSortable(keys[max(int(math.Ceil(fraction*float64(len(keys)))), 1)-1])
		got := out.Float(0)
		if len(keys) <= quantileExact && sortableFloat(got) != sortableFloat(want) {
			t.Fatalf("of %d values: got %v, want %v", len(keys), got, want)
		}
		if !(sortableFloat(got) == sortableFloat(want) || math.Abs(got-want) <= math.Abs(want)/256) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func BenchmarkApproximateAggregates(b *testing.B) {
	env := newTestEnv()
	v := column.New(column.Float64)
	for i := range column.BatchRows {
		v.AppendFloat(float64(scattered(uint64(i))%1_000_000) / 1000)
	}
	half := column.New(column.Float64)
	half.AppendFloat(0.5)
	half.Repeat(v.Len)
	for name, args := range map[string][]*column.Vector{"approx_count_distinct": {v}, "approx_percentile": {v, half}} {
		ts := []types.OID{types.Float8, types.Float8}[:len(args)]
		b.Run(name, func(b *testing.B) {
			agg, err := ResolveAggregate("flare", name, ts)
			if err != nil {
				b.Fatal(err)
			}
			c := &Call{Env: env, Args: ts, Result: agg.Result, Typmod: -1}
			acc := agg.New(c)
			acc.Resize(1)
			for b.Loop() {
				if err := acc.Add(c, v.Len, nil, nil, args); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(v.Len)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
