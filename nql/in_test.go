package nql

import (
	"testing"

	"pgregory.net/rapid"
)

// TestAListIsItsComparisons: x in [a, b, …] of constants, which are looked up, is what x = a or x = b or … is, also in what is unknown.
func TestAListIsItsComparisons(t *testing.T) {
	constants := rapid.Custom(func(t *rapid.T) Value {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0, 1:
			return StringValue(rapid.SampledFrom(tameTexts).Draw(t, "text"))
		case 2:
			return IntegerValue(rapid.SampledFrom([]int64{0, 1, -3, 100, 1 << 53, 1<<53 + 1, 1<<63 - 1, -1 << 63}).Draw(t, "integer"))
		}
		return literals().Draw(t, "any")
	})
	read := rapid.SampledFrom([]string{"", "text", "integer", "number", "float"})
	values := rapid.OneOf(rapid.SampledFrom(numbers), rapid.SampledFrom([]string{`null`, `true`, `"1"`, `"abc"`, `"a%b"`, `"it's"`, `[1]`, `{"a":1}`, `"9007199254740993"`}))
	rapid.Check(t, func(t *rapid.T) {
		var x Expr = PropertyPath("x")
		if name := read.Draw(t, "read as"); name != "" {
			x = &Call{name, []Expr{x}}
		}
		in := &In{X: x, Not: rapid.Bool().Draw(t, "not")}
		var any Expr
		for _, v := range rapid.SliceOfN(constants, 1, 12).Draw(t, "list") {
			in.List = append(in.List, &Literal{v})
			is := &Binary{Op: Eq, L: x, R: &Literal{v}}
			if any == nil {
				any = is
			} else {
				any = &Binary{Op: Or, L: any, R: is}
			}
		}
		if in.Not {
			any = &Unary{Op: Not, X: any}
		}
		listed, compared := asWritten(t, in), asWritten(t, any)
		doc := `{"@t":"2024-01-01T00:00:00Z","x":` + values.Draw(t, "value") + `}`
		ev := &Event{Document: []byte(doc)}
		if got, want := listed(ev), compared(ev); got != want {
			t.Fatalf("%s is %v, %s is %v, of %s", Print(in), got, Print(any), want, doc)
		}
	})
}
