package plan

import "github.com/flare-pg/flare-pg/types/function"

// AnyAll is x op ANY (array) and x op ALL (array): Func compares X with an element.
type AnyAll struct {
	Typed
	X, Array Expr
	Func     *function.Function
	Op       string
	All      bool
}

func (d *deparser) anyAll(e *AnyAll) {
	d.write("(")
	d.expr(e.X)
	word := "ANY"
	if e.All {
		word = "ALL"
	}
	d.write(" ", e.Op, " ", word, " (")
	d.expr(e.Array)
	d.write("))")
}

// syntax prints the calls that are no function calls in SQL: ARRAY[…], x[…]; false for all others.
func (d *deparser) syntax(e *Call) bool {
	if e.Func.Schema != "flare" {
		return false
	}
	switch e.Func.Name {
	case "array":
		d.write("ARRAY[")
		d.list(e.Args)
		d.write("]")
	case "array_element":
		d.subscripted(e.Args[0])
		for _, a := range e.Args[1:] {
			d.write("[")
			d.expr(a)
			d.write("]")
		}
	case "array_slice":
		d.subscripted(e.Args[0])
		given, ok := e.Args[1].(*Const)
		if !ok {
			return false
		}
		next := 2
		for i, g := range given.Value.Str(0) {
			d.write([]string{"[", ":"}[i%2])
			if g == '+' {
				d.expr(e.Args[next])
				next++
			}
			if i%2 == 1 {
				d.write("]")
			}
		}
	case "row":
		d.write("ROW(")
		d.list(e.Args[1:])
		d.write(")")
	case "field":
		d.write("(")
		d.expr(e.Args[0])
		d.write(").")
		d.write(QuoteIdent(e.Op))
	default:
		return false
	}
	return true
}

func (d *deparser) subscripted(e Expr) {
	if _, ok := e.(*Ref); ok {
		d.expr(e)
		return
	}
	d.write("(")
	d.expr(e)
	d.write(")")
}
