package nql

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The bounds and the rest together say what the expression said.
func TestTimeBoundsAndRestAreTheWhole(t *testing.T) {
	instants := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64 + 1}))
	bounds := rapid.Custom(func(t *rapid.T) Expr {
		at := &Path{Root: Timestamp}
		lit := func() Expr { return &Literal{InstantValue(instants.Draw(t, "instant"))} }
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			return &Between{X: at, Low: lit(), High: lit(), Not: rapid.Bool().Draw(t, "not")}
		case 1:
			return predicates(1).Draw(t, "other")
		}
		b := &Binary{Op: rapid.SampledFrom([]Op{Eq, Ne, Lt, Le, Gt, Ge}).Draw(t, "op"), L: at, R: lit()}
		if rapid.Bool().Draw(t, "mirrored") {
			b.L, b.R = b.R, b.L
		}
		return b
	})
	rapid.Check(t, func(t *rapid.T) {
		e := Conjoin(rapid.SliceOfN(bounds, 0, 4).Draw(t, "conjuncts"))
		from, to, rest := TimeBounds(e)
		ev := &Event{Timestamp: instants.Draw(t, "timestamp"), Document: documents().Draw(t, "document")}
		ref := newReference(&testing.T{}, ev)
		want := e == nil || ref.truth(e) == yes
		got := from <= ev.Timestamp && (ev.Timestamp < to || to == MaxTime) && (rest == nil || ref.truth(rest) == yes)
		if got != want {
			t.Fatalf("%s at %d: %d <= @t < %d and %s", Print(e), ev.Timestamp, from, to, Print(rest))
		}
	})
}

func TestTimeBoundsTakeOutWhatTheyCover(t *testing.T) {
	e := mustExpr(t, "a = 1 and @t >= DateTime('2020-01-01') and DateTime('2020-01-02') > @t and (b = 2 or @t = DateTime('2020-01-01'))")
	from, to, rest := TimeBounds(e)
	if to-from != 864_000_000_000 {
		t.Errorf("%d to %d", from, to)
	}
	if got := Print(rest); got != "a = 1 and (b = 2 or @t = DateTime('2020-01-01T00:00:00Z'))" {
		t.Error(got)
	}
	if _, _, rest := TimeBounds(mustExpr(t, "@t < DateTime('2020-01-01')")); rest != nil {
		t.Errorf("left over: %s", Print(rest))
	}
}

func TestPathsAreListedOnce(t *testing.T) {
	list := Paths(mustExpr(t, "a.b = 1 and (Items[?].x in [a.b, @t] or not has(c)) and @d.c like 'x'"))
	var got []string
	for _, p := range list {
		got = append(got, Print(p))
	}
	want := []string{"a.b", "Items[?].x", "@t", "c"}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Error(got)
		}
	}
}
