package nql

import (
	"testing"

	"pgregory.net/rapid"
)

// What a select list computes, in kind and as JSON, is what the reference computes.
func TestValuesAreThoseOfTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []Item
		for range rapid.IntRange(1, 3).Draw(t, "items") {
			items = append(items, Item{Expr: values(4).Draw(t, "value")})
		}
		p, err := Compile(&Query{Select: items, Limit: -1}, nil)
		if refused(nil, err) {
			t.Skip("refused")
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			ev := events().Draw(t, "event")
			row, _, err := p.Row(ev)
			if err != nil {
				t.Fatal(err)
			}
			ref := newReference(&testing.T{}, ev)
			for i, it := range items {
				want := ref.value(it.Expr)
				if kind, text := typeName(want), asJSON(want); row[i].Kind.String() != kind || string(AppendJSON(nil, row[i])) != text {
					t.Fatalf("%s\nof %s\nis %s %s, want %s %s", Print(it.Expr), ev.Document, row[i].Kind, AppendJSON(nil, row[i]), kind, text)
				}
				if k := TypeOf(it.Expr); k != Undefined && want != nil && !isUndefined(want) && k.String() != typeName(want) {
					t.Fatalf("TypeOf(%s) is %s, its value is %s", Print(it.Expr), k, asJSON(want))
				}
			}
		}
	})
}

// The laws say something only if what is drawn has values of every type and predicates of every truth. Examples are the same in every run.
func TestTheGeneratorsShowEverything(t *testing.T) {
	seen := map[string]int{}
	truths := map[tri]int{}
	for seed := range 2000 {
		ref := newReference(t, events().Example(seed))
		seen[typeName(ref.value(values(4).Example(seed)))]++
		truths[ref.truth(predicates(4).Example(seed))]++
	}
	for _, kind := range kindNames {
		if seen[kind] < 5 {
			t.Errorf("only %d of 2000 values are of type %s", seen[kind], kind)
		}
	}
	for _, truth := range []tri{no, unknown, yes} {
		if truths[truth] < 100 {
			t.Errorf("only %d of 2000 predicates are %v", truths[truth], truth)
		}
	}
}
