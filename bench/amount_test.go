package main

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAmounts(t *testing.T) {
	for text, want := range map[string]int64{"7": 7, "100K": 100_000, "1m": 1_000_000, "10M": 10_000_000, "0": 0} {
		var a amount
		if err := a.Set(text); err != nil || int64(a) != want {
			t.Errorf("%s: %d, %v", text, a, err)
		}
	}
	for _, text := range []string{"", "K", "1G", "-1", "1.5M", "1KK", "9223372036854775807K"} {
		var a amount
		if err := a.Set(text); err == nil {
			t.Errorf("%q is taken for %d", text, a)
		}
	}
}

func TestAmountsReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amount(rapid.Int64Min(0).Draw(t, "n") / rapid.SampledFrom([]int64{1, 1e3, 1e6}).Draw(t, "unit"))
		var b amount
		if err := b.Set(a.String()); err != nil || a != b {
			t.Fatalf("%d is written %s and read %d, %v", a, a.String(), b, err)
		}
	})
}
