package plan

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// SEAM: bound expressions. They are immutable after binding and shared by goroutines.

// Expr is a bound, typed expression over the columns of one input.
type Expr interface {
	Type() types.OID
	Typmod() int32
}

// Typed carries an expression's type; embedded by every node.
type Typed struct {
	OID types.OID
	Mod int32 // -1: none
}

func (t Typed) Type() types.OID { return t.OID }
func (t Typed) Typmod() int32   { return t.Mod }

// Ref is column Index of the input.
type Ref struct {
	Typed
	Index int
	Name  string // for EXPLAIN
}

// Const is a constant: a vector with one row.
type Const struct {
	Typed
	Value *column.Vector
}

// Param is a parameter of the statement; the first is 0.
type Param struct {
	Typed
	Index int
}

// Call calls a function with arguments already cast to its argument types.
type Call struct {
	Typed
	Func *function.Function
	Args []Expr
	Op   string // the operator it was written as, "" a function call, "::" a cast: for EXPLAIN
}

// And, Or and Not are SQL's three-valued logic. And and Or evaluate later operands only for rows that the earlier ones leave open.
type And struct {
	Typed
	Args []Expr
}
type Or struct {
	Typed
	Args []Expr
}
type Not struct {
	Typed
	Arg Expr
}

// IsNull is x IS [NOT] NULL; IsBool is x IS [NOT] TRUE / FALSE / UNKNOWN.
type IsNull struct {
	Typed
	Arg Expr
	Not bool
}
type IsBool struct {
	Typed
	Arg  Expr
	Want BoolTest
	Not  bool
}

// BoolTest is what IsBool tests for.
type BoolTest uint8

const (
	IsTrue BoolTest = iota
	IsFalse
	IsUnknown
)

// IsDistinct is x IS [NOT] DISTINCT FROM y; both of the same type.
type IsDistinct struct {
	Typed
	L, R Expr
	Not  bool
}

// Case is CASE WHEN … THEN … ELSE … END (a simple CASE is bound to comparisons). Else may be nil.
type Case struct {
	Typed
	Whens []When
	Else  Expr
}

// When is one arm of a Case.
type When struct{ Cond, Then Expr }

// Coalesce gives the first argument that is not null; later ones are evaluated only where needed.
type Coalesce struct {
	Typed
	Args []Expr
}

// InList is x [NOT] IN (a, b, …): Eq compares X with a member.
type InList struct {
	Typed
	X    Expr
	List []Expr
	Eq   *function.Function
	Not  bool
}
