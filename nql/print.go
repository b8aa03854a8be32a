package nql

import (
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

// Print gives an expression's text. What it prints parses back to the same expression, provided that numbers are as
// NumberValue makes them, strings are UTF-8, and no path is spelled @d.x where x says the same.
func Print(e Expr) string { return string(appendExpr(nil, e, 0)) }

// appendExpr prints e, in parentheses where it binds less tightly than prec wants.
func appendExpr(dst []byte, e Expr, prec int) []byte {
	own := precPrimary
	switch e := e.(type) {
	case *Binary:
		own = e.Op.prec()
	case *Unary:
		own = e.Op.prec()
	case *Like, *In, *Between, *IsNull:
		own = precCompare
	}
	if own < prec {
		return append(appendExpr(append(dst, '('), e, 0), ')')
	}
	switch e := e.(type) {
	case *Path:
		return appendPath(dst, e)
	case *Literal:
		return appendValue(dst, e.Value)
	case *Param:
		return strconv.AppendInt(append(dst, '$'), int64(e.Index)+1, 10)
	case *Unary:
		return appendUnary(dst, e)
	case *Binary:
		left, right := own, own+1
		if own == precCompare {
			left = own + 1
		}
		dst = append(appendExpr(dst, e.L, left), ' ')
		dst = append(append(dst, e.Op.String()...), ' ')
		return appendCI(appendExpr(dst, e.R, right), e.CI)
	case *Like:
		dst = appendNot(appendExpr(dst, e.X, precAdd), e.Not)
		return appendCI(appendExpr(append(dst, " like "...), e.Pattern, precAdd), e.CI)
	case *In:
		dst = appendNot(appendExpr(dst, e.X, precAdd), e.Not)
		dst = append(appendList(append(dst, " in ["...), e.List), ']')
		return appendCI(dst, e.CI)
	case *Between:
		dst = appendNot(appendExpr(dst, e.X, precAdd), e.Not)
		dst = appendExpr(append(dst, " between "...), e.Low, precAdd)
		return appendExpr(append(dst, " and "...), e.High, precAdd)
	case *IsNull:
		dst = append(appendExpr(dst, e.X, precAdd), " is "...)
		if e.Not {
			dst = append(dst, "not "...)
		}
		return append(dst, "null"...)
	case *Call:
		return append(appendList(append(append(dst, e.Name...), '('), e.Args), ')')
	case *Array:
		return append(appendList(append(dst, '['), e.Items), ']')
	case *Object:
		dst = append(dst, '{')
		for i, m := range e.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendName(append(dst, ' '), m.Name), ": "...)
			dst = appendExpr(dst, m.Value, 0)
		}
		if len(e.Members) > 0 {
			dst = append(dst, ' ')
		}
		return append(dst, '}')
	}
	return append(dst, "?"...)
}

func appendUnary(dst []byte, e *Unary) []byte {
	if e.Op == Not {
		return appendExpr(append(dst, "not "...), e.X, precNot)
	}
	dst = append(dst, '-')
	// A minus right before a number belongs to the number.
	if l, ok := e.X.(*Literal); ok {
		switch l.Value.Kind {
		case Integer, Float, Number, Duration:
			return append(appendExpr(append(dst, '('), l, 0), ')')
		}
	}
	return appendExpr(dst, e.X, precUnary)
}

func appendNot(dst []byte, not bool) []byte {
	if not {
		return append(dst, " not"...)
	}
	return dst
}

func appendCI(dst []byte, ci bool) []byte {
	if ci {
		return append(dst, " ci"...)
	}
	return dst
}

func appendList(dst []byte, list []Expr) []byte {
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendExpr(dst, x, 0)
	}
	return dst
}

// appendName prints a name that may be written without quotes where it is plain.
func appendName(dst []byte, name string) []byte {
	if plainName(name) {
		return append(dst, name...)
	}
	return appendString(dst, name)
}

func appendPath(dst []byte, p *Path) []byte {
	steps := p.Steps
	switch {
	case p.Root != NoBuiltin:
		dst = append(dst, p.Root.String()...)
	case len(steps) > 0 && steps[0].Kind == Member && plainName(steps[0].Name) && !keywords[functionName(steps[0].Name)]:
		dst = append(dst, steps[0].Name...)
		steps = steps[1:]
	case len(steps) > 0 && steps[0].Kind == Member && !event.IsBuiltin(steps[0].Name):
		dst = append(dst, "@p"...)
	default:
		dst = append(dst, "@d"...)
	}
	for i := range steps {
		dst = appendStep(dst, &steps[i])
	}
	return dst
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
	dst := []byte("select ")
	if len(q.Select) == 0 {
		dst = append(dst, '*')
	}
	for i, item := range q.Select {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendExpr(dst, item.Expr, 0)
		if item.As {
			dst = appendName(append(dst, " as "...), item.Name)
		}
	}
	dst = append(dst, " from "...)
	if keywords[functionName(q.Stream)] {
		dst = appendString(dst, q.Stream)
	} else {
		dst = appendName(dst, q.Stream)
	}
	if q.Where != nil {
		dst = appendExpr(append(dst, " where "...), q.Where, 0)
	}
	switch q.Order {
	case Ascending:
		dst = append(dst, " order by @t asc"...)
	case Descending:
		dst = append(dst, " order by @t desc"...)
	}
	if q.Limit >= 0 {
		dst = strconv.AppendInt(append(dst, " limit "...), q.Limit, 10)
	}
	return string(dst)
}
