package translate

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// handKeys has scans told of values that are known by the time they begin, of columns that are compared with them above:
//
//	Filter: x = ANY ($1)                 Filter: x IN (sub-query)              Hash Join: x = y
//	  Scan: x  ◀── the array's elements    Scan: x  ◀── the sub-query's rows     Scan: x  ◀── the keys of the right side
//	                                                                             anything: y
//
// What is above still decides; the scan only leaves out rows that it would not let through. n is the plan of a statement, whose nodes are
// its own, before weigh.
func (b *binder) handKeys(n plan.Node) {
	if b.c.NoPushdown {
		return
	}
	plan.WalkNodes(n, func(n plan.Node) bool {
		switch n := n.(type) {
		case *plan.Filter:
			for _, c := range plan.Conjuncts(n.Cond) {
				handKnown(n.Input, c)
			}
		case *plan.Join:
			handJoined(n)
		}
		return true
	})
}

// handKnown hands on what a condition compares a column with.
func handKnown(input plan.Node, cond plan.Expr) {
	switch c := cond.(type) {
	case *plan.AnyAll:
		if c.Op == "=" && !c.All && plan.IsStable(c.Array) && keysAlike(c.X.Type(), types.ElemOf(c.Array.Type())) {
			handTo(input, c.X, column.Invalid, func(k *plan.ScanKeys) { k.Array = c.Array })
		}
	case *plan.SubQuery:
		some := c.Kind == plan.KeyQuery || c.Kind == plan.AnyQuery && c.Test == nil
		if !some || len(c.Args) > 0 || plan.IsVolatile(c) {
			return
		}
		for i, x := range c.Left {
			if keysAlike(x.Type(), c.Plan.Columns()[i].Type) {
				handTo(input, x, column.Invalid, func(k *plan.ScanKeys) { k.Query, k.Column = c, i })
			}
		}
	}
}

// handJoined hands the right side's keys to the left one. Left rows that find none must not be wanted.
func handJoined(n *plan.Join) {
	if n.Kind != plan.InnerJoin && n.Kind != plan.RightJoin {
		return
	}
	for i, x := range n.LeftKeys {
		if keysAlike(x.Type(), n.RightKeys[i].Type()) {
			handTo(n.Left, x, column.Invalid, func(k *plan.ScanKeys) { n.Hands = append(n.Hands, plan.Handing{Key: i, To: k}) })
		}
	}
}

// keysAlike tells types whose values are equal where the store says so.
func keysAlike(a, b types.OID) bool {
	class := func(t types.OID) int {
		switch t {
		case types.Text, types.Varchar:
			return 1
		case types.Int2, types.Int4, types.Int8:
			return 2
		case types.Numeric:
			return 3
		}
		return 0
	}
	return class(a) != 0 && class(a) == class(b)
}

// handTo finds the scans that yield the column x of n, where a row of theirs without a value that is wanted changes nothing but that it is missing.
// shown is how the values are read where x is what a declared column makes of a member; Invalid: as the scan reads it.
func handTo(n plan.Node, x plan.Expr, shown column.Kind, fill func(k *plan.ScanKeys)) {
	if c, ok := x.(*plan.Call); ok && len(c.Args) > 0 {
		switch {
		case c.Func == function.Unless:
			x, shown = c.Args[0], column.Text
		case c.Op == "::" && integerRank(c.OID) > 0 && c.Func == function.Stored(c.OID):
			x, shown = c.Args[0], column.Int64
		}
	}
	ref, ok := x.(*plan.Ref)
	if !ok {
		return
	}
	at := func(i int) *plan.Ref { return &plan.Ref{Typed: ref.Typed, Index: i, Name: ref.Name} }
	switch n := n.(type) {
	case *plan.Scan:
		if n.Limit >= 0 || ref.Index >= len(n.Reads) || n.Reads[ref.Index].Path == nil {
			return
		}
		if shown == column.Invalid {
			shown = n.Reads[ref.Index].Kind
		}
		switch shown {
		case column.Text, column.Int64, column.Decimal:
			k := &plan.ScanKeys{Read: ref.Index, Kind: shown}
			fill(k)
			n.Keys = append(n.Keys, k)
		}
	case *plan.Filter:
		handTo(n.Input, ref, shown, fill)
	case *plan.Project:
		handTo(n.Input, n.Exprs[ref.Index], shown, fill)
	case *plan.Distinct:
		if n.On == nil {
			handTo(n.Input, ref, shown, fill)
		}
	case *plan.Sort:
		if n.Limit < 0 {
			handTo(n.Input, ref, shown, fill)
		}
	case *plan.Aggregate:
		if ref.Index < len(n.Keys) {
			handTo(n.Input, n.Keys[ref.Index], shown, fill)
		}
	case *plan.Append:
		for _, in := range n.Inputs {
			handTo(in, ref, shown, fill)
		}
	case *plan.Join:
		// A row that a left join makes of no pair has nulls on the right, and a null equals no key: so rows may be missing there, too.
		switch left := len(n.Left.Columns()); {
		case ref.Index < left && (n.Kind == plan.InnerJoin || n.Kind == plan.LeftJoin):
			handTo(n.Left, ref, shown, fill)
		case ref.Index >= left && n.Kind != plan.FullJoin:
			handTo(n.Right, at(ref.Index-left), shown, fill)
		}
	}
}
