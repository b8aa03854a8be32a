package plan

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

func typ(oid types.OID) Typed { return Typed{OID: oid, Mod: -1} }

func textConst(s string) *Const {
	v := column.New(column.Text)
	v.AppendString(s)
	return &Const{Typed: typ(types.Text), Value: v}
}

func intConst(x int64) *Const {
	v := column.New(column.Int64)
	v.AppendInt(x)
	return &Const{Typed: typ(types.Int4), Value: v}
}

func timeConst(micros int64) *Const {
	v := column.New(column.Timestamp)
	v.AppendInt(micros)
	return &Const{Typed: typ(types.Timestamptz), Value: v}
}

var (
	immutable = &function.Function{Name: "f", Schema: "pg_catalog", Volatility: function.Immutable}
	stable    = &function.Function{Name: "now", Schema: "pg_catalog", Volatility: function.Stable}
	random    = &function.Function{Name: "random", Schema: "pg_catalog", Volatility: function.Volatile}
)

// drawExpr draws an expression with every kind of node; types don't matter to what is tested here.
func drawExpr(t *rapid.T, depth int) Expr {
	if depth == 0 {
		switch rapid.IntRange(0, 3).Draw(t, "leaf") {
		case 0:
			return intConst(rapid.Int64Range(0, 2).Draw(t, "const"))
		case 1:
			return &Param{Typed: typ(types.Int4), Index: rapid.IntRange(0, 1).Draw(t, "param")}
		case 2:
			return &Outer{Typed: typ(types.Int4), Index: 1}
		}
		return &Ref{Typed: typ(types.Int4), Index: rapid.IntRange(0, 5).Draw(t, "ref"), Name: "x"}
	}
	sub := func() Expr { return drawExpr(t, depth-1) }
	list := func() []Expr {
		out := make([]Expr, rapid.IntRange(1, 3).Draw(t, "n"))
		for i := range out {
			out[i] = sub()
		}
		return out
	}
	not := rapid.Bool().Draw(t, "not")
	switch rapid.IntRange(0, 9).Draw(t, "node") {
	case 0:
		return &And{Typed: typ(types.Bool), Args: list()}
	case 1:
		return &Or{Typed: typ(types.Bool), Args: list()}
	case 2:
		return &Not{Typed: typ(types.Bool), Arg: sub()}
	case 3:
		return &IsNull{Typed: typ(types.Bool), Arg: sub(), Not: not}
	case 4:
		return &IsBool{Typed: typ(types.Bool), Arg: sub(), Want: IsFalse, Not: not}
	case 5:
		return &IsDistinct{Typed: typ(types.Bool), L: sub(), R: sub(), Not: not}
	case 6:
		c := &Case{Typed: typ(types.Int4), Whens: []When{{Cond: sub(), Then: sub()}}}
		if not {
			c.Else = sub()
		}
		return c
	case 7:
		return &Coalesce{Typed: typ(types.Int4), Args: list()}
	case 8:
		return &InList{Typed: typ(types.Bool), X: sub(), List: list(), Eq: immutable, Not: not}
	}
	return &Call{Typed: typ(types.Int4), Func: rapid.SampledFrom([]*function.Function{immutable, stable, random}).Draw(t, "f"), Args: list()}
}

func TestTransformByNothingSharesEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, 4)
		if Transform(e, func(x Expr) Expr { return x }) != e {
			t.Fatal("a copy was made")
		}
	})
}

func TestTransformReplacesEveryLeafAndLeavesTheOriginal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, 4)
		before := Deparse(e, ExplainOptions{})
		refs := Refs(e)
		moved := MapRefs(e, func(i int) int { return i + 10 })
		want := make([]int, 0, len(refs))
		for _, r := range refs {
			want = append(want, r+10)
		}
		if got := Refs(moved); !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("refs %v, want %v", got, want)
		}
		if Deparse(e, ExplainOptions{}) != before || !slices.Equal(Refs(e), refs) {
			t.Fatal("the original changed")
		}
		back := MapRefs(moved, func(i int) int { return i - 10 })
		if Equal(e, back) == IsVolatile(e) {
			t.Fatalf("equal: %t, volatile: %t", Equal(e, back), IsVolatile(e))
		}
		if len(refs) > 0 && !IsVolatile(e) && Equal(e, moved) {
			t.Fatal("equal to another")
		}
	})
}

func TestTraitsAreThoseOfSomeNode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, 3)
		refs, params, outer, worst := false, false, false, function.Immutable
		var visit func(Expr)
		visit = func(x Expr) {
			switch x := x.(type) {
			case *Ref:
				refs = true
			case *Param:
				params = true
			case *Outer:
				outer = true
			case *Call:
				if x.Func == random || x.Func == stable && worst == function.Immutable {
					worst = x.Func.Volatility
				}
			}
			for _, o := range Operands(x) {
				visit(o)
			}
		}
		visit(e)
		if HasRefs(e) != refs || HasParams(e) != params || HasOuter(e) != outer || VolatilityOf(e) != worst {
			t.Fatalf("refs %t params %t outer %t volatility %c", HasRefs(e), HasParams(e), HasOuter(e), VolatilityOf(e))
		}
		if IsStable(e) != (!refs && worst != function.Volatile) || IsImmutable(e) != (!refs && !outer && !params && worst == function.Immutable) {
			t.Fatal("stable or immutable is wrong")
		}
	})
}

func TestConjunctsAndConjunction(t *testing.T) {
	a, b, c := textConst("a"), textConst("b"), textConst("c")
	nested := &And{Args: []Expr{a, &And{Args: []Expr{b, c}}}}
	if got := Conjuncts(nested); !slices.Equal(got, []Expr{a, b, c}) {
		t.Errorf("%v", got)
	}
	if Conjunction(nil) != nil || Conjuncts(nil) != nil || Conjunction([]Expr{a}) != Expr(a) {
		t.Error("none and one")
	}
	if got := Conjuncts(Conjunction([]Expr{a, b})); !slices.Equal(got, []Expr{a, b}) {
		t.Errorf("%v", got)
	}
}
