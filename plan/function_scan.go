package plan

import "github.com/flare-pg/flare-pg/types/function"

// FunctionScan yields the rows of functions, side by side: the shorter ones are filled up with nulls. With an Input it does so for each row
// of that, whose columns come first; the arguments are expressions over them. Without one, they have no Refs. With Ordinality the last
// column numbers the rows, for each input row from 1.
type FunctionScan struct {
	Output
	Input      Node // may be nil
	Calls      []SetCall
	Ordinality bool
	Name       string // alias, for EXPLAIN; "" in a select list
}

// SetCall is one of the functions of a FunctionScan: Func with its arguments and the columns of its rows, or, where Func is nil, the one row of Scalar's value.
type SetCall struct {
	Func    *function.SetFunction
	Args    []Expr
	Columns []function.SetColumn
	Scalar  Expr
}

// Children gives the input, if there is one.
func (n *FunctionScan) Children() []Node {
	if n.Input == nil {
		return nil
	}
	return []Node{n.Input}
}

// Width is the number of columns of a call's rows.
func (c *SetCall) Width() int {
	if c.Func == nil {
		return 1
	}
	return len(c.Columns)
}

// Exprs lists what a call evaluates.
func (c *SetCall) Exprs() []Expr {
	if c.Func == nil {
		return []Expr{c.Scalar}
	}
	return c.Args
}
