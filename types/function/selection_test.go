package function

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// lists of more than mostBetween keys, as generators of unlucky ones.
var longLists = map[string]func(i, n int, r *rand.Rand) int64{
	"any":             func(_, _ int, r *rand.Rand) int64 { return int64(r.Uint64()) },
	"in order":        func(i, _ int, _ *rand.Rand) int64 { return int64(i) },
	"falling":         func(i, n int, _ *rand.Rand) int64 { return int64(n - i) },
	"all equal":       func(_, _ int, _ *rand.Rand) int64 { return 7 },
	"few values":      func(_, _ int, r *rand.Rand) int64 { return r.Int64N(3) },
	"the ends":        func(_, _ int, r *rand.Rand) int64 { return []int64{math.MinInt64, math.MaxInt64, 0}[r.IntN(3)] },
	"mostly one":      func(_, _ int, r *rand.Rand) int64 { return max(0, r.Int64N(100)-90) },
	"a comb":          func(i, _ int, r *rand.Rand) int64 { return int64(i%64)<<32 + r.Int64N(100) },
	"as doubles are":  func(_, _ int, r *rand.Rand) int64 { return sortableFloat(r.ExpFloat64()) },
	"one far outside": func(i, _ int, _ *rand.Rand) int64 { return int64(i/100_000) << 62 },
}

func TestElementsOfLongListsAreThoseOfTheSortedOnes(t *testing.T) {
	for name, key := range longLists {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			n := 3*mostBetween + 17
			var c chunked
			all := make([]int64, n)
			for i := range all {
				all[i] = key(i, n, r)
				c.add(all[i])
			}
			slices.Sort(all)
			var s selector
			for _, at := range []int{0, 1, n / 100, n / 3, n / 2, n/2 + 1, n * 95 / 100, n - 2} {
				x, y := s.pair(&c, at, true)
				if x != all[at] || y != all[at+1] {
					t.Errorf("elements %d and the next of %d are %d and %d, not %d and %d", at, n, x, y, all[at], all[at+1])
				}
			}
			if x, y := s.pair(&c, n-1, false); x != all[n-1] || y != x {
				t.Errorf("the last is %d, not %d", x, all[n-1])
			}
		})
	}
}

func TestElementsOfPiecesAreThoseOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole []int64
		var c chunked
		var taken int64
		for range rapid.IntRange(1, 4).Draw(t, "lists") {
			var o chunked
			list := rapid.SliceOfN(rapid.Int64Range(-20, 20), 0, 100).Draw(t, "list")
			one := rapid.IntRange(0, len(list)).Draw(t, "one at a time")
			for _, x := range list[:one] {
				taken += o.add(x)
			}
			taken += o.addAll(list[one:])
			whole = append(whole, list...)
			c.take(&o)
		}
		if c.len() != len(whole) || taken < 8*int64(len(whole)) {
			t.Fatalf("%d keys of %d, %d bytes", c.len(), len(whole), taken)
		}
		if c.len() == 0 {
			return
		}
		slices.Sort(whole)
		at := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
		both := at+1 < len(whole)
		var s selector
		x, y := s.pair(&c, at, both)
		if x != whole[at] || both && y != whole[at+1] {
			t.Fatalf("elements from %d of %v are %d, %d", at, whole, x, y)
		}
	})
}
