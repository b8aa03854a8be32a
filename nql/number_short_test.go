package nql

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCompareShortIsTheOrderOfTheNumbers, and it takes all plain spellings.
func TestCompareShortIsTheOrderOfTheNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64()).Draw(t, "k")
		whole := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999), rapid.Just(k)).Draw(t, "whole")
		s := fmt.Sprint(whole) + rapid.SampledFrom([]string{"", ".0", ".5", ".000", ".0001", ".9999999999999999999999", "e0", "e2", ".5E-3"}).Draw(t, "more")
		if whole == 0 && rapid.Bool().Draw(t, "below") {
			s = "-" + s
		}
		got, ok := compareShort([]byte(s), k)
		r, _ := new(big.Rat).SetString(s)
		if want := r.Cmp(new(big.Rat).SetInt64(k)); ok && got != want {
			t.Fatalf("%s and %d: %d, want %d", s, k, got, want)
		}
		digits := strings.TrimLeft(s, "-")
		digits, _, _ = strings.Cut(digits, ".")
		if plain := len(digits) <= 18 && !strings.ContainsAny(s, "eE"); ok != plain {
			t.Fatalf("%s is taken: %v", s, ok)
		}
	})
}
