package types

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearestNames(t *testing.T) {
	names := []string{"StatusCode", "Method", "timestamp", "id"}
	for in, want := range map[string]string{"statuscod": "StatusCode", "metod": "Method", "tiemstamp": "timestamp", "xyz": "", "i": "", "": "", "StatusCodes": "StatusCode"} {
		if got := Nearest(in, names); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestDistanceIsCutOffAtItsLimit against the plain recursive definition.
func TestDistanceIsCutOffAtItsLimit(t *testing.T) {
	var plain func(a, b []rune) int
	plain = func(a, b []rune) int {
		if len(a) == 0 || len(b) == 0 {
			return len(a) + len(b)
		}
		cost := 1
		if a[0] == b[0] {
			cost = 0
		}
		d := min(plain(a[1:], b[1:])+cost, plain(a[1:], b)+1, plain(a, b[1:])+1)
		if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
			d = min(d, plain(a[2:], b[2:])+1)
		}
		return d
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abä")), 0, 6, -1)
		a, b := []rune(word.Draw(t, "a")), []rune(word.Draw(t, "b"))
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		if got, want := distance(a, b, limit), min(plain(a, b), limit); got != want {
			t.Fatalf("%q %q: %d, want %d", string(a), string(b), got, want)
		}
	})
}
