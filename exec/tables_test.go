package exec

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawInts draws integers of which many come again, and some are special.
func drawInts(t *rapid.T) []int64 {
	x := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, 5000), rapid.Int64(),
		rapid.SampledFrom([]int64{0, -1, math.MinInt64, math.MaxInt64}))
	return rapid.SliceOfN(x, 0, 500).Draw(t, "integers")
}

func TestIntSetHasWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s intSet
		model := map[int64]bool{}
		for range rapid.IntRange(1, 8).Draw(t, "times") {
			xs := drawInts(t)
			before, growth := s.bytes(), s.growth(len(xs))
			s.addAll(xs)
			if s.bytes() > before+growth {
				t.Fatalf("%d bytes after %d and growth of %d at most", s.bytes(), before, growth)
			}
			for _, x := range xs {
				model[x] = true
			}
			var got, want []int64
			for xs := range s.each {
				got = append(got, xs...)
			}
			for x := range model {
				want = append(want, x)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || s.len() != len(want) {
				t.Fatalf("%v (%d), want %v", got, s.len(), want)
			}
		}
	})
}

func TestPairTableNumbersPairsInOrderOfAppearance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pairTable
		model := map[[2]int32]int32{}
		as, bs := 0, 0
		for range rapid.IntRange(1, 5).Draw(t, "batches") {
			as += rapid.IntRange(1, 300).Draw(t, "more on the left")
			bs += rapid.SampledFrom([]int{0, 1, 7, 200}).Draw(t, "more on the right")
			bs = max(bs, 1)
			n := rapid.IntRange(1, 200).Draw(t, "rows")
			a, b, out := make([]int32, n), make([]int32, n), make([]int32, n)
			for i := range n {
				a[i], b[i] = int32(rapid.IntRange(0, as-1).Draw(t, "a")), int32(rapid.IntRange(0, bs-1).Draw(t, "b"))
			}
			before, growth := p.bytes(), p.growth(n, as, bs)
			var fresh []int
			p.pairUp(nil, a, b, as, bs, out, func(i int) { fresh = append(fresh, i) })
			if p.bytes() > before+growth {
				t.Fatalf("%d bytes after %d and growth of %d at most", p.bytes(), before, growth)
			}
			for i := range n {
				pair := [2]int32{a[i], b[i]}
				if _, ok := model[pair]; !ok {
					model[pair] = int32(len(model))
					if len(fresh) == 0 || fresh[0] != i {
						t.Fatalf("row %d is not told to be new, but %v", i, fresh)
					}
					fresh = fresh[1:]
				}
				if out[i] != model[pair] || p.find(a[i], b[i]) != out[i] {
					t.Fatalf("pair %v is %d (found as %d), want %d", pair, out[i], p.find(a[i], b[i]), model[pair])
				}
			}
			if len(fresh) > 0 || p.n != len(model) || p.find(int32(as), 0) >= 0 || p.find(0, int32(bs)) >= 0 {
				t.Fatalf("%d pairs of %d; told of %v besides", p.n, len(model), fresh)
			}
		}
	})
}

func TestGroupSetHasWhatWasPutIn(t *testing.T) {
	type member struct {
		group int32
		x     int64
	}
	rapid.Check(t, func(t *rapid.T) {
		var s groupSet
		model := map[member]bool{}
		for range rapid.IntRange(1, 8).Draw(t, "times") {
			xs := drawInts(t)
			of := make([]int32, len(xs))
			for i := range of {
				of[i] = int32(rapid.IntRange(0, 3).Draw(t, "group"))
				model[member{of[i], xs[i]}] = true
			}
			before, growth := s.bytes(), s.growth(len(xs))
			s.addAll(of, xs)
			if s.bytes() > before+growth {
				t.Fatalf("%d bytes after %d and growth of %d at most", s.bytes(), before, growth)
			}
			seen := map[member]bool{}
			for of, xs := range s.each {
				for i, x := range xs {
					m := member{of[i], x}
					if seen[m] || !model[m] {
						t.Fatalf("%v is there, again: %v", m, seen[m])
					}
					seen[m] = true
				}
			}
			if len(seen) != len(model) || s.n != len(model) {
				t.Fatalf("%d members, %d counted, want %d", len(seen), s.n, len(model))
			}
		}
	})
}
