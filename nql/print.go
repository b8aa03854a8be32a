package nql

import (
	"slices"
	"strconv"

	"github.com/flare-pg/flare-pg/event"
)

// How tightly the operators bind, loosest first.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precUnary
	precPrimary
)

var opNames = [...]string{
	And: "and", Or: "or", Not: "not", Eq: "=", Ne: "<>", Lt: "<", Le: "<=", Gt: ">", Ge: ">=",
	Add: "+", Sub: "-", Mul: "*", Div: "/", Mod: "%", Neg: "-",
}

func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "?"
}

func (o Op) prec() int {
	switch o {
	case Or:
		return precOr
	case And:
		return precAnd
	case Not:
		return precNot
	case Add, Sub:
		return precAdd
	case Mul, Div, Mod:
		return precMul
	case Neg:
		return precUnary
	}
	return precCompare
}

// Print gives an expression's text. What it prints parses back to the same expression, provided that it could have been parsed:
// numbers are as NumberValue makes them, strings are UTF-8, names of functions are known, and nothing is spelled in one of two
// ways that say the same where the parser makes the other (@d.x is x, an Access of a Path is a Path).
func Print(e Expr) string {
	p := printer{}
	p.expr(e, 0)
	return string(p.dst)
}

// printer appends text to dst. It knows the parameters of the lambdas around, which hide properties of their names.
type printer struct {
	dst    []byte
	locals []string
}

func (p *printer) text(s string) { p.dst = append(p.dst, s...) }

// precOf gives how tightly an expression's own operator binds; 0 for those that reach as far to the right as they can.
func precOf(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		return e.Op.prec()
	case *Unary:
		return e.Op.prec()
	case *Like, *In, *InArray, *Regex, *Between, *IsNull:
		return precCompare
	case *If, *Lambda:
		return 0
	}
	return precPrimary
}

// expr prints e, in parentheses where it binds less tightly than prec wants.
func (p *printer) expr(e Expr, prec int) {
	own := precOf(e)
	if own < prec {
		p.parens(e)
		return
	}
	switch e := e.(type) {
	case *Path:
		p.path(e)
	case *Literal:
		p.dst = appendValue(p.dst, e.Value)
	case *Param:
		p.dst = strconv.AppendInt(append(p.dst, '$'), int64(e.Index)+1, 10)
	case *Local:
		p.text(e.Name)
	case *Access:
		p.access(e)
	case *Unary:
		p.unary(e)
	case *Binary:
		left, right := own, own+1
		if own == precCompare {
			left = own + 1
		}
		p.expr(e.L, left)
		p.text(" " + e.Op.String() + " ")
		p.expr(e.R, right)
		p.ci(e.CI)
	case *Like:
		p.operand(e.X, e.Not, " like ")
		p.expr(e.Pattern, precAdd)
		p.ci(e.CI)
	case *In:
		p.operand(e.X, e.Not, " in [")
		p.list(e.List)
		p.text("]")
		p.ci(e.CI)
	case *InArray:
		p.operand(e.X, e.Not, " in ")
		p.array(e.Array)
		p.ci(e.CI)
	case *Regex:
		p.expr(e.X, precAdd)
		if e.Not {
			p.text(" <> ")
		} else {
			p.text(" = ")
		}
		p.dst = appendRegex(p.dst, e.Pattern)
		p.ci(e.CI)
	case *Between:
		p.operand(e.X, e.Not, " between ")
		p.expr(e.Low, precAdd)
		p.text(" and ")
		p.expr(e.High, precAdd)
	case *IsNull:
		p.expr(e.X, precAdd)
		if e.Not {
			p.text(" is not null")
		} else {
			p.text(" is null")
		}
	case *If:
		p.text("if ")
		p.expr(e.Cond, 0)
		p.text(" then ")
		p.expr(e.Then, 0)
		p.text(" else ")
		p.expr(e.Else, 0)
	case *Lambda:
		p.text(e.Param + " => ")
		p.locals = append(p.locals, e.Param)
		p.expr(e.Body, 0)
		p.locals = p.locals[:len(p.locals)-1]
	case *Call:
		p.call(e)
	case *Array:
		p.text("[")
		p.list(e.Items)
		p.text("]")
	case *Object:
		p.object(e)
	case *Spread:
		p.text("..")
		p.expr(e.X, 0)
	default:
		p.text("?")
	}
}

func (p *printer) parens(e Expr) {
	p.text("(")
	p.expr(e, 0)
	p.text(")")
}

// operand prints the left side of an operator that may be negated, and the operator.
func (p *printer) operand(x Expr, not bool, op string) {
	p.expr(x, precAdd)
	if not {
		p.text(" not")
	}
	p.text(op)
}

func (p *printer) ci(ci bool) {
	if ci {
		p.text(" ci")
	}
}

func (p *printer) unary(e *Unary) {
	if e.Op == Not {
		p.text("not ")
		p.expr(e.X, precNot)
		return
	}
	p.text("-")
	// A minus right before a number belongs to the number, and two of them begin a comment.
	if u, ok := e.X.(*Unary); isNumber(e.X) || ok && u.Op == Neg {
		p.parens(e.X)
		return
	}
	p.expr(e.X, precUnary)
}

// isNumber reports literals that begin with a digit or a minus.
func isNumber(e Expr) bool {
	l, ok := e.(*Literal)
	if !ok {
		return false
	}
	switch l.Value.Kind {
	case Integer, Float, Number, Duration:
		return true
	}
	return false
}

// array prints the right side of in. What begins with a bracket would be read as a list, which an Array with a Spread is.
func (p *printer) array(e Expr) {
	start := len(p.dst)
	p.expr(e, precAdd)
	if a, ok := e.(*Array); ok && a.spreads() || p.dst[start] != '[' {
		return
	}
	p.dst = append(slices.Insert(p.dst, start, '('), ')')
}

// spreads reports whether an item is a Spread.
func (e *Array) spreads() bool {
	for _, x := range e.Items {
		if _, ok := x.(*Spread); ok {
			return true
		}
	}
	return false
}

// access prints the steps of an Access behind what they start from.
func (p *printer) access(e *Access) {
	switch e.X.(type) {
	case *Path, *Access: // the parser would put the steps together
		p.parens(e.X)
	default:
		if precOf(e.X) < precPrimary || isNumber(e.X) {
			p.parens(e.X)
		} else {
			p.expr(e.X, precPrimary)
		}
	}
	p.steps(e.Steps)
}

func (p *printer) call(e *Call) {
	p.text(e.Name + "(")
	// DateTime of a string alone is a literal.
	if len(e.Args) > 0 && e.Name == "datetime" {
		if l, ok := e.Args[0].(*Literal); ok && l.Value.Kind == String {
			p.parens(l)
			p.text(")")
			return
		}
	}
	p.list(e.Args)
	p.text(")")
}

func (p *printer) object(e *Object) {
	p.text("{")
	for i, m := range e.Members {
		if i > 0 {
			p.text(",")
		}
		p.text(" ")
		if _, ok := m.Value.(*Spread); !ok {
			p.dst = appendName(p.dst, m.Name)
			p.text(": ")
		}
		p.expr(m.Value, 0)
	}
	if len(e.Members) > 0 {
		p.text(" ")
	}
	p.text("}")
}

func (p *printer) list(list []Expr) {
	for i, x := range list {
		if i > 0 {
			p.text(", ")
		}
		p.expr(x, 0)
	}
}

func (p *printer) path(e *Path) {
	steps := e.Steps
	first := ""
	if len(steps) > 0 && steps[0].Kind == Member {
		first = steps[0].Name
	}
	switch {
	case e.Root != NoBuiltin:
		p.text(e.Root.String())
	case plainName(first) && !keywords[functionName(first)] && !slices.Contains(p.locals, first):
		p.text(first)
		steps = steps[1:]
	case len(steps) > 0 && steps[0].Kind == Member && !event.IsBuiltin(first):
		p.text("@p")
	default:
		p.text("@d")
	}
	p.steps(steps)
}

func (p *printer) steps(steps []Step) {
	for i := range steps {
		p.dst = appendStep(p.dst, &steps[i])
	}
}

// appendName prints a name that may be written without quotes where it is plain.
func appendName(dst []byte, name string) []byte {
	if plainName(name) {
		return append(dst, name...)
	}
	return appendString(dst, name)
}

func appendStep(dst []byte, s *Step) []byte {
	switch s.Kind {
	case Element:
		return append(strconv.AppendInt(append(dst, '['), int64(s.Index), 10), ']')
	case AnyOf:
		return append(dst, "[?]"...)
	case AllOf:
		return append(dst, "[*]"...)
	}
	if plainName(s.Name) {
		return append(append(dst, '.'), s.Name...)
	}
	return append(appendString(append(dst, '['), s.Name), ']')
}

// appendRegex prints a pattern between slashes; a slash within it is escaped.
func appendRegex(dst []byte, pattern string) []byte {
	dst = append(dst, '/')
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '/':
			dst = append(dst, '\\', '/')
		case c == '\\' && i+1 < len(pattern):
			i++
			dst = append(dst, c, pattern[i])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '/')
}

// appendValue prints a value as a literal. Floats that are not finite, arrays and objects have no literal and are shown
// as they are.
func appendValue(dst []byte, v Value) []byte {
	switch v.Kind {
	case Undefined:
		return append(dst, "undefined"...)
	case Null:
		return append(dst, "null"...)
	case Boolean:
		return strconv.AppendBool(dst, v.Bool)
	case Integer:
		return strconv.AppendInt(dst, v.Int, 10)
	case Float:
		return appendFloat(dst, v.Float)
	case String:
		return appendString(dst, v.Text)
	case Instant:
		return append(appendInstant(append(dst, "DateTime('"...), v.Int), "')"...)
	case Duration:
		return appendDuration(dst, v.Int)
	}
	return append(dst, v.Text...)
}

// String shows the value as a literal.
func (v Value) String() string { return string(appendValue(nil, v)) }

// String gives the query's text, which parses back to the same query.
func (q *Query) String() string {
	p := printer{}
	p.text("select ")
	if len(q.Select) == 0 {
		p.text("*")
	}
	for i, item := range q.Select {
		if i > 0 {
			p.text(", ")
		}
		p.expr(item.Expr, 0)
		if item.As {
			p.text(" as ")
			p.dst = appendName(p.dst, item.Name)
		}
	}
	p.text(" from ")
	if keywords[functionName(q.Stream)] {
		p.dst = appendString(p.dst, q.Stream)
	} else {
		p.dst = appendName(p.dst, q.Stream)
	}
	if q.Where != nil {
		p.text(" where ")
		p.expr(q.Where, 0)
	}
	switch q.Order {
	case Ascending:
		p.text(" order by @t asc")
	case Descending:
		p.text(" order by @t desc")
	}
	if q.Limit >= 0 {
		p.dst = strconv.AppendInt(append(p.dst, " limit "...), q.Limit, 10)
	}
	return string(p.dst)
}
