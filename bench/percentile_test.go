package main

import (
	"testing"
	"time"
)

func TestPercentileIsTheNearestRank(t *testing.T) {
	upTo := func(n int) []time.Duration {
		var out []time.Duration
		for i := range n {
			out = append(out, time.Duration(i+1))
		}
		return out
	}
	for _, c := range []struct {
		n    int
		q    float64
		want time.Duration
	}{
		{0, 0.5, 0}, {1, 0, 1}, {1, 0.5, 1}, {1, 1, 1}, {2, 0.5, 1}, {3, 0.5, 2}, {4, 0.5, 2},
		{100, 0.99, 99}, {100, 0.999, 100}, {101, 0.99, 100}, {1000, 0.999, 999}, {1000, 0.99, 990}, {10_000, 0.999, 9990}, {1000, 1, 1000},
	} {
		if got := percentile(upTo(c.n), c.q); got != c.want {
			t.Errorf("percentile %v of 1…%d is %d, want %d", c.q, c.n, got, c.want)
		}
	}
}

func TestMedianNeedsNoOrderAndLeavesItsValuesAlone(t *testing.T) {
	odd, even := []time.Duration{9, 1, 5}, []time.Duration{8, 2, 6, 4}
	if m := median(odd); m != 5 || odd[0] != 9 {
		t.Errorf("median %d of %v", m, odd)
	}
	if m := median(even); m != 5 {
		t.Errorf("median %d of %v", m, even)
	}
	if m := median(nil); m != 0 {
		t.Errorf("median %d of nothing", m)
	}
}

func TestSpreadOfIsInMilliseconds(t *testing.T) {
	s := spreadOf([]time.Duration{3 * time.Millisecond, time.Millisecond, 1500 * time.Microsecond})
	if want := (spread{3, 1.5, 3, 3, 3, 3}); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}
