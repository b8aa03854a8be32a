package nql

// Conjuncts splits an expression at its outermost ands. nil has none.
func Conjuncts(e Expr) []Expr { return nil }

// Conjoin joins expressions with and; of none it is nil.
func Conjoin(list []Expr) Expr { return nil }

// Paths lists the paths that e touches, each once, in order of first appearance.
func Paths(e Expr) []*Path { return nil }

// TimeBounds takes the bounds of @t out of e: from <= @t < to, in 100 ns since 1970, and what remains of e (nil: nothing).
func TimeBounds(e Expr) (from, to int64, rest Expr) { return MinTime, MaxTime, e }

// MinTime and MaxTime are the bounds of a query that has none.
const (
	MinTime int64 = -1 << 63
	MaxTime int64 = 1<<63 - 1
)

// NumberValue gives the value of a number as spelled in JSON or by PostgreSQL.
func NumberValue(text string) Value { return Value{Kind: Number, Text: text} }
