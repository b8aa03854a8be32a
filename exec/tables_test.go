package exec

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawInts draws integers of which many come again, and some are special.
func drawInts(t *rapid.T) []int64 {
	x := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, 5000), rapid.Int64Range(-70, 70), rapid.Int64(),
		rapid.SampledFrom([]int64{0, -1, math.MinInt64, math.MaxInt64}))
	return rapid.SliceOfN(x, 0, 500).Draw(t, "integers")
}

// drawIntSet draws a set and what is in it.
func drawIntSet(t *rapid.T) (s *intSet, model map[int64]bool) {
	s, model = new(intSet), map[int64]bool{}
	around := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, "around")
	for range rapid.IntRange(1, 8).Draw(t, "times") {
		xs := drawInts(t)
		for i := range xs {
			xs[i] += around // which may wrap
		}
		before, growth := s.bytes(), s.growth(len(xs))
		s.addAll(xs)
		if s.bytes() > before+growth {
			t.Fatalf("%d bytes after %d and growth of %d at most", s.bytes(), before, growth)
		}
		for _, x := range xs {
			model[x] = true
		}
		s.mustHave(t, model)
	}
	return s, model
}

func (s *intSet) mustHave(t *rapid.T, model map[int64]bool) {
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

func TestIntSetHasWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { drawIntSet(t) })
}

func TestIntSetsLaidOverOneAnotherAreTheirUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, model := drawIntSet(t)
		b, others := drawIntSet(t)
		rest := b.each
		if lo, hi, ok := a.span(b); ok {
			before := a.bytes()
			a.overlay(b)
			if a.bytes() > before+8*(hi-lo) {
				t.Fatalf("%d bytes after %d and a window of %d words", a.bytes(), before, hi-lo)
			}
			rest = b.eachFar
		}
		for xs := range rest {
			a.addAll(xs)
		}
		maps.Copy(model, others)
		a.mustHave(t, model)
		b.mustHave(t, others)
	})
}

func TestIntegersThatLieCloseTogetherAreBits(t *testing.T) {
	dense := func(at int64, n int, outliers int) int64 {
		var s intSet
		r := rand.New(rand.NewPCG(3, 4))
		for i := range outliers {
			s.addAll([]int64{int64(i) << 40})
		}
		xs := make([]int64, 4096)
		for range n / 1000 {
			for i := range xs {
				xs[i] = at + r.Int64N(int64(n))
			}
			s.addAll(xs)
		}
		return s.bytes()
	}
	for _, at := range []int64{0, -50_000, math.MinInt64, math.MaxInt64 - 100_000} {
		for _, outliers := range []int{0, 10} {
			if got := dense(at, 100_000, outliers); got > 100_000/8*2+8*64*4 {
				t.Errorf("100,000 integers from %d on and %d far ones take %d bytes", at, outliers, got)
			}
		}
	}
	var rising intSet
	for i := range int64(1_000_000) {
		rising.addAll([]int64{i})
	}
	if got := rising.bytes(); got > 1_000_000/8*2+8*64*4 {
		t.Errorf("a million integers in a row take %d bytes", got)
	}
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
		groups := 1
		for range rapid.IntRange(1, 8).Draw(t, "times") {
			groups += rapid.SampledFrom([]int{0, 0, 1, 3, 100}).Draw(t, "more groups")
			xs := drawInts(t)
			of := make([]int32, len(xs))
			for i := range of {
				of[i] = int32(rapid.IntRange(0, groups-1).Draw(t, "group"))
				model[member{of[i], xs[i]}] = true
			}
			before, growth := s.bytes(), s.growth(len(xs), groups)
			s.addAll(of, xs, groups)
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
			if len(seen) != len(model) || s.len() != len(model) {
				t.Fatalf("%d members, %d counted, want %d", len(seen), s.len(), len(model))
			}
		}
	})
}

func TestWhatOneTableYieldsFillsAnotherEvenly(t *testing.T) {
	var from, to intSlots
	r := rand.New(rand.NewPCG(1, 2))
	for range 1 << 17 {
		from.add(int64(r.Uint64()))
	}
	// distance is how far from where they belong integers of a table lie in the mean.
	distance := func(s *intSlots) float64 {
		sum, mask := uint64(0), uint64(len(s.slots)-1)
		for at, x := range s.slots {
			if x != 0 {
				sum += (uint64(at) - spread(x)>>(s.shift&63)) & mask
			}
		}
		return float64(sum) / float64(s.n)
	}
	for x := range from.each {
		to.add(x)
		if to.n%10_000 == 0 {
			if d := distance(&to); d > 4 {
				t.Fatalf("%d integers lie %.1f slots from where they belong", to.n, d)
			}
		}
	}
	for n := 1; n <= 1<<12; n *= 2 {
		seen := make([]bool, n)
		for at := range scattered(n) {
			if seen[at] {
				t.Fatalf("of %d places %d comes twice", n, at)
			}
			seen[at] = true
		}
	}
}
