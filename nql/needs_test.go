package nql

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// TestNeeds: an event of which a predicate is true has each property that the predicate needs.
func TestNeeds(t *testing.T) {
	needed := 0
	rapid.Check(t, func(t *rapid.T) {
		e := searches(t, 2)
		truth, needs := asWritten(t, e), Needs(e)
		for range 40 { // few predicates are true of many events
			ev := shipped(t, e)
			if truth(ev) != yes {
				continue
			}
			for _, names := range needs {
				needed++
				var steps []sparse.Step
				for _, n := range names {
					steps = append(steps, sparse.Step{Name: n})
				}
				if sparse.Get(ev.Document, steps).Kind == sparse.Missing {
					t.Fatalf("%s\nneeds %q, but is true of %s", Print(e), names, ev.Document)
				}
			}
		}
	})
	if needed == 0 {
		t.Error("no property was needed: the generator shows nothing")
	}
	for text, want := range map[string]string{
		"a.b = 1 and not (c <> 2 or d is null)": "[[a b] [c] [d]]",
		"a = 1 or b = 2":                        "[]",
		"a = 1 or a > 5":                        "[[a]]",
		"coalesce(a, 1) = 2 and length(b) > 1":  "[[a] [b]]",
		"Items[?].Sku = 'x' and Tags[*] = 'y'":  "[[Items] [Tags]]",
		"@l = 'x' and Tags[0] = 'y' and has(c)": "[[Tags] [c]]",
	} {
		if got := fmt.Sprint(Needs(mustExpr(t, text))); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
