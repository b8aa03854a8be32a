package plan

import (
	"github.com/flare-pg/flare-pg/types/function"
)

// Outer is argument Index of the nearest enclosing SubQuery or Apply: what a plan knows of the row that it is opened for. It is constant
// from one opening to the closing. A plan that is nested deeper is given what it needs as arguments of its own, which are Outers
// where it comes from further out. So nothing inside a sub-query's plan depends on how the rows around it are laid out.
type Outer struct {
	Typed
	Index int
	Name  string // for EXPLAIN
}

// SubQuery is a query in an expression.
type SubQuery struct {
	Typed
	Kind SubQueryKind
	Plan Node
	// Args are computed for each row of the expression's own input; inside Plan they are Outers. Without any the answer is the same
	// throughout the statement and found once.
	Args []Expr
	// Left is what ANY, ALL and KeyQuery compare with Plan's rows.
	Left []Expr
	// Test compares for ANY and ALL: over the values of Left and behind them Plan's columns, as Refs. Nil: each of Left equals Plan's
	// column at its place by the type's own equality, the types being the same or held and compared alike (integers, texts); then the rows are hashed.
	Test Expr
	// Volatility is that of Plan and Test (see VolatilityOfPlan).
	Volatility function.Volatility
}

// SubQueryKind says what a sub-query's rows amount to.
type SubQueryKind uint8

const (
	ScalarQuery SubQueryKind = iota // the one value of the one row; null without a row, an error (21000) with several
	ExistsQuery                     // whether there is a row
	AnyQuery                        // whether Test is true for some row: null where it is for none and null for one
	AllQuery                        // whether Test is true for every row: null where it is false for none and null for one
	ArrayQuery                      // the array of the one column's values
	// KeyQuery is whether a row has the values of Left, a null equalling nothing: what EXISTS comes to when all that ties its
	// query to the row is equalities. It is never null.
	KeyQuery
)

// Apply opens Right anew for each row of Left (LATERAL): Args are computed for it and are Outers inside Right. Output: left columns, then
// right columns. Kind is InnerJoin or LeftJoin; Cond, over both sides' columns, may be nil.
type Apply struct {
	Output
	Kind        JoinKind
	Left, Right Node
	Args        []Expr
	Cond        Expr
}

// Children gives both sides.
func (n *Apply) Children() []Node { return []Node{n.Left, n.Right} }

// CTE is a query of WITH whose rows are kept: what a volatile or recursive query, or one that is MATERIALIZED, becomes.
type CTE struct {
	Name string
	Plan Node
	// Writes: Plan is an Insert or Delete. It is run once and to its end, whatever reads its rows.
	Writes bool
}

// With declares CTEs for what is below Input, sub-queries included. The rows of one are found when they are first asked for; one that writes is run before Input where something reads
// it, and behind it else.
type With struct {
	Output
	CTEs  []*CTE
	Input Node
}

// Children gives the queries, then the input.
func (n *With) Children() []Node {
	var out []Node
	for _, c := range n.CTEs {
		out = append(out, c.Plan)
	}
	return append(out, n.Input)
}

// CTEScan yields the rows of a CTE.
type CTEScan struct {
	Output
	CTE *CTE
}

// Children gives none: the query belongs to the With.
func (*CTEScan) Children() []Node { return nil }

// Recursion is the union of WITH RECURSIVE: the rows of Start, then again and again those of Step over the rows that the round before
// added, until one adds none. Distinct drops rows that were there before (UNION).
type Recursion struct {
	Output
	Distinct    bool
	Start, Step Node
	Table       *WorkTable
}

// Children gives the start and the step.
func (n *Recursion) Children() []Node { return []Node{n.Start, n.Step} }

// WorkTable stands for the rows that the last round of a Recursion added.
type WorkTable struct{ Name string }

// WorkScan yields them.
type WorkScan struct {
	Output
	Table *WorkTable
}

// Children gives none.
func (*WorkScan) Children() []Node { return nil }

// SetOp is INTERSECT and EXCEPT: rows are equal as in Distinct, nulls to each other. All counts how often a row occurs.
type SetOp struct {
	Output
	Except      bool // else INTERSECT
	All         bool
	Left, Right Node
}

// Children gives both sides.
func (n *SetOp) Children() []Node { return []Node{n.Left, n.Right} }

// SubQueries lists the sub-queries that the expressions contain, not those inside of other sub-queries' plans.
func SubQueries(exprs ...Expr) []*SubQuery {
	var out []*SubQuery
	for _, e := range exprs {
		Walk(e, func(x Expr) bool {
			if s, ok := x.(*SubQuery); ok {
				out = append(out, s)
			}
			return true
		})
	}
	return out
}

// HasSubQuery reports whether e contains a sub-query.
func HasSubQuery(e Expr) bool {
	return Any(e, func(x Expr) bool { _, ok := x.(*SubQuery); return ok })
}

// VolatilityOfPlan is the most volatile of what a plan computes. No plan is immutable: it reads what is there.
func VolatilityOfPlan(n Node) function.Volatility {
	v := function.Stable
	WalkNodes(n, func(n Node) bool {
		for _, e := range Exprs(n) {
			if IsVolatile(e) {
				v = function.Volatile
			}
		}
		return v != function.Volatile
	})
	return v
}

// ReadsOutside reports whether a plan reads something that is declared around it other than through Outers: the rows of a CTE or work table.
func ReadsOutside(n Node) bool {
	ctes, tables, found := map[*CTE]bool{}, map[*WorkTable]bool{}, false
	WalkNodes(n, func(n Node) bool {
		switch n := n.(type) {
		case *With:
			for _, c := range n.CTEs {
				ctes[c] = true
			}
		case *Recursion:
			tables[n.Table] = true
		case *CTEScan:
			found = found || !ctes[n.CTE]
		case *WorkScan:
			found = found || !tables[n.Table]
		}
		return !found
	})
	return found
}

// RefsOf gives the columns of a row as Refs, the first at index from.
func RefsOf(cols []Column, from int) []Expr {
	out := make([]Expr, len(cols))
	for i, c := range cols {
		out[i] = &Ref{Typed: Typed{OID: c.Type, Mod: c.Typmod}, Index: from + i, Name: c.Name}
	}
	return out
}

// Outers tells which Outers a plan reads itself: not those inside of sub-queries and lateral sides, which have their own.
func Outers(n Node) map[int]bool {
	out := map[int]bool{}
	var visit func(Node)
	visit = func(n Node) {
		for _, e := range Exprs(n) {
			Walk(e, func(x Expr) bool {
				if o, ok := x.(*Outer); ok {
					out[o.Index] = true
				}
				return true
			})
		}
		if a, ok := n.(*Apply); ok {
			visit(a.Left)
			return
		}
		for _, c := range n.Children() {
			visit(c)
		}
	}
	visit(n)
	return out
}
