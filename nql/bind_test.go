package nql

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// Taking literals out as parameters and binding them gives the expression back, and both answer the same.
func TestParametersAreTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := predicates(3).Draw(t, "predicate")
		var params []Value
		taken := rewrite(e, func(x Expr) Expr {
			if l, ok := x.(*Literal); ok {
				params = append(params, l.Value)
				return &Param{len(params) - 1}
			}
			return x
		})
		if back := Bind(taken, params); !reflect.DeepEqual(back, e) {
			t.Fatalf("%s with %v is %s, not %s", Print(taken), params, Print(back), Print(e))
		}
		one, err := CompileRows(e, nil, nil)
		if refused(e, err) {
			t.Skip("refused")
		}
		other, err2 := CompileRows(taken, params, nil)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		ev := events().Draw(t, "event")
		a, _ := one.Match(ev)
		b, _ := other.Match(ev)
		if a != b {
			t.Fatalf("%s is %v, %s is %v", Print(e), a, Print(taken), b)
		}
	})
}
