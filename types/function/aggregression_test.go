package function

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestMergedRegressionsAreNear: sums gathered in two parts and merged are those gathered in one, up to what rounding does to the greatest
// terms.
func TestMergedRegressionsAreNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, cut := rapid.IntRange(0, 40).Draw(t, "pairs"), rapid.IntRange(0, 40).Draw(t, "cut")
		var one, a, b regression
		scale := 1.0
		for i := range n {
			y, x := rapid.Float64Range(-1000, 1000).Draw(t, "y"), rapid.Float64Range(-1000, 1000).Draw(t, "x")
			scale += x*x + y*y
			one.add(y, x)
			if i < cut {
				a.add(y, x)
			} else {
				b.add(y, x)
			}
		}
		a.merge(b)
		for _, p := range [][2]float64{{one.n, a.n}, {one.sx, a.sx}, {one.sy, a.sy}, {one.sxx, a.sxx}, {one.syy, a.syy}, {one.sxy, a.sxy}} {
			if math.Abs(p[0]-p[1]) > 1e-9*scale {
				t.Fatalf("%v in one, %v merged", one, a)
			}
		}
	})
}
