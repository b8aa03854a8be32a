package plan

import (
	"bytes"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// HasRefs reports whether e reads a column of its input.
func HasRefs(e Expr) bool {
	return Any(e, func(x Expr) bool { _, ok := x.(*Ref); return ok })
}

// HasOuter reports whether e reads an argument of the sub-query that it is part of.
func HasOuter(e Expr) bool {
	return Any(e, func(x Expr) bool { _, ok := x.(*Outer); return ok })
}

// HasParams reports whether e reads a parameter of the statement.
func HasParams(e Expr) bool {
	return Any(e, func(x Expr) bool { _, ok := x.(*Param); return ok })
}

// VolatilityOf is the most volatile of the functions that e calls: a volatile one must be called for
// each row, a stable one gives the same all through a statement.
func VolatilityOf(e Expr) function.Volatility {
	v := function.Immutable
	raise := func(f *function.Function) {
		switch {
		case f == nil:
		case f.Volatility == function.Volatile:
			v = function.Volatile
		case f.Volatility == function.Stable && v == function.Immutable:
			v = function.Stable
		}
	}
	Walk(e, func(x Expr) bool {
		switch x := x.(type) {
		case *Call:
			raise(x.Func)
		case *AnyAll:
			raise(x.Func)
		case *InList:
			raise(x.Eq)
		case *SubQuery:
			switch {
			case x.Volatility == function.Volatile:
				v = function.Volatile
			case v == function.Immutable:
				v = function.Stable // it reads what is there
			}
		}
		return true
	})
	return v
}

// IsVolatile reports whether e calls a volatile function.
func IsVolatile(e Expr) bool { return VolatilityOf(e) == function.Volatile }

// IsStable reports whether e has one value while the plan that it is part of is open: it reads no column and calls nothing
// volatile. It may read parameters, the clock of the statement, and Outers.
func IsStable(e Expr) bool { return !HasRefs(e) && !IsVolatile(e) }

// IsImmutable reports whether e has one value for ever, so that it can be computed when it is bound.
func IsImmutable(e Expr) bool {
	return !HasRefs(e) && !HasOuter(e) && !HasParams(e) && VolatilityOf(e) == function.Immutable
}

// Refs lists the input columns that the expressions read, ascending, each once.
func Refs(exprs ...Expr) []int {
	var out []int
	for _, e := range exprs {
		Walk(e, func(x Expr) bool {
			if r, ok := x.(*Ref); ok {
				out = append(out, r.Index)
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MapRefs returns e with the index of each Ref replaced by f(index).
func MapRefs(e Expr, f func(int) int) Expr {
	return Transform(e, func(x Expr) Expr {
		r, ok := x.(*Ref)
		if !ok {
			return x
		}
		i := f(r.Index)
		if i == r.Index {
			return x
		}
		return &Ref{Typed: r.Typed, Index: i, Name: r.Name}
	})
}

// Conjuncts splits e at its outermost ANDs. A nil e has none.
func Conjuncts(e Expr) []Expr {
	if e == nil {
		return nil
	}
	a, ok := e.(*And)
	if !ok {
		return []Expr{e}
	}
	var out []Expr
	for _, x := range a.Args {
		out = append(out, Conjuncts(x)...)
	}
	return out
}

// Conjunction is the AND of list: nil of none, the expression itself of one.
func Conjunction(list []Expr) Expr {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return &And{Typed: Typed{OID: types.Bool, Mod: -1}, Args: list}
}

// Equal reports whether a and b are the same expression, node by node. Two calls of a volatile function are not.
func Equal(a, b Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return !IsVolatile(a) && equal(a, b)
}

func equal(a, b Expr) bool {
	if a.Type() != b.Type() || a.Typmod() != b.Typmod() || !sameNode(a, b) {
		return false
	}
	return slices.EqualFunc(Operands(a), Operands(b), equal)
}

// sameNode compares two nodes without their operands.
func sameNode(a, b Expr) bool {
	switch a := a.(type) {
	case *Ref:
		b, ok := b.(*Ref)
		return ok && a.Index == b.Index
	case *Outer:
		b, ok := b.(*Outer)
		return ok && a.Index == b.Index
	case *Const:
		b, ok := b.(*Const)
		return ok && sameValue(a.Value, b.Value)
	case *Param:
		b, ok := b.(*Param)
		return ok && a.Index == b.Index
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Func == b.Func
	case *And:
		_, ok := b.(*And)
		return ok
	case *Or:
		_, ok := b.(*Or)
		return ok
	case *Not:
		_, ok := b.(*Not)
		return ok
	case *IsNull:
		b, ok := b.(*IsNull)
		return ok && a.Not == b.Not
	case *IsBool:
		b, ok := b.(*IsBool)
		return ok && a.Want == b.Want && a.Not == b.Not
	case *IsDistinct:
		b, ok := b.(*IsDistinct)
		return ok && a.Not == b.Not
	case *AnyAll:
		b, ok := b.(*AnyAll)
		return ok && a.Func == b.Func && a.All == b.All
	case *Case:
		b, ok := b.(*Case)
		return ok && len(a.Whens) == len(b.Whens) && (a.Else == nil) == (b.Else == nil)
	case *Coalesce:
		_, ok := b.(*Coalesce)
		return ok
	case *InList:
		b, ok := b.(*InList)
		return ok && a.Eq == b.Eq && a.Not == b.Not
	case *SubQuery:
		b, ok := b.(*SubQuery) // two that are written apart are not compared
		return ok && a.Plan == b.Plan && a.Kind == b.Kind && a.Test == b.Test && len(a.Left) == len(b.Left)
	}
	return a == b
}

// sameValue reports whether two one-row vectors hold the same physical value.
func sameValue(a, b *column.Vector) bool {
	if a.Kind != b.Kind || a.Null(0) != b.Null(0) {
		return false
	}
	if a.Null(0) {
		return true
	}
	switch a.Kind {
	case column.Bool:
		return a.Bool(0) == b.Bool(0)
	case column.Int64, column.Timestamp:
		return a.Int(0) == b.Int(0)
	case column.Float64:
		return a.Float(0) == b.Float(0)
	case column.Interval:
		return a.Span(0) == b.Span(0)
	}
	return bytes.Equal(a.Str(0), b.Str(0))
}
