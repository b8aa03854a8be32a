package nql

import (
	"testing"

	"pgregory.net/rapid"
)

// What a select list computes, in kind and as JSON, is what the reference computes.
func TestValuesAreThoseOfTheReference(t *testing.T) {
	seen := map[string]int{}
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
				seen[typeName(want)]++
				if t := TypeOf(it.Expr); t != Undefined && want != nil && !isUndefined(want) && t.String() != typeName(want) {
					seen["a wrong TypeOf: "+Print(it.Expr)]++
				}
			}
		}
	})
	for _, kind := range kindNames {
		if seen[kind] < 5 {
			t.Errorf("only %d values of type %s: the generator shows nothing", seen[kind], kind)
		}
	}
	for s := range seen {
		if len(s) > 20 {
			t.Error(s)
		}
	}
}
