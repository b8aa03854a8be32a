package nql

import (
	"slices"
	"strconv"
)

var constants = map[string]Value{
	"null": {Kind: Null}, "undefined": {Kind: Undefined},
	"true": {Kind: Boolean, Bool: true}, "false": {Kind: Boolean},
}

// primary parses an operand and the steps behind it.
func (p *parser) primary() Expr { return access(p.operand(), p.steps()) }

// operand parses literals, names, calls, and whatever stands in brackets of some kind.
func (p *parser) operand() Expr {
	t := p.tok
	switch t.kind {
	case tokNumber, tokDuration:
		return p.number("")
	case tokString:
		p.advance()
		return &Literal{StringValue(t.text)}
	case tokParam:
		n, err := strconv.ParseUint(t.text, 10, 16)
		if err != nil || n == 0 {
			p.fail(t.start, "found $%s, expected a parameter from $1 to $65535", t.text)
		}
		p.advance()
		return &Param{Index: int(n) - 1}
	case tokKeyword:
		if v, ok := constants[t.text]; ok {
			p.advance()
			return &Literal{v}
		}
	case tokBuiltin:
		b, ok := LookupBuiltin(t.text)
		if !ok {
			p.fail(t.start, "found @%s, expected a built-in property; an ordinary property of this name is written @p['@%s']", t.text, t.text)
		}
		p.advance()
		return &Path{Root: b}
	case tokName:
		p.advance()
		if p.sign("(") {
			return p.call(t)
		}
		if slices.Contains(p.locals, t.text) {
			return &Local{t.text}
		}
		return PropertyPath(t.text)
	case tokSign:
		switch t.text {
		case "(":
			p.advance()
			e := p.expr()
			p.wantSign(")", "an operator or )")
			return e
		case "[":
			p.advance()
			return &Array{Items: p.items(p.expr)}
		case "{":
			p.advance()
			return p.object()
		}
	}
	if p.also != "" && p.alsoAt == t.start {
		p.unexpected("an expression or " + p.also)
	}
	p.unexpected("an expression")
	return nil
}

func (p *parser) number(sign string) Expr {
	t := p.tok
	p.advance()
	if t.kind == tokDuration {
		d, problem := parseDuration(t.text, sign != "")
		if problem != "" {
			p.fail(t.start, "found %s, %s", t.text, problem)
		}
		return &Literal{DurationValue(d)}
	}
	return &Literal{NumberValue(sign + t.text)}
}

// steps takes the steps that stand behind an operand.
func (p *parser) steps() (steps []Step) {
	for {
		switch {
		case p.take(p.sign(".")):
			switch p.tok.kind {
			case tokName, tokKeyword:
				steps = append(steps, Step{Kind: Member, Name: p.anyName("")})
			default:
				p.unexpected("a property's name")
			}
		case p.take(p.sign("[")):
			steps = append(steps, p.bracket())
			p.wantSign("]", "]")
		default:
			return steps
		}
	}
}

func (p *parser) bracket() Step {
	switch {
	case p.tok.kind == tokString:
		return Step{Kind: Member, Name: p.anyName("")}
	case p.take(p.sign("?")):
		return Step{Kind: AnyOf}
	case p.take(p.sign("*")):
		return Step{Kind: AllOf}
	}
	sign := ""
	if p.take(p.sign("-")) {
		sign = "-"
	}
	n, err := strconv.ParseInt(sign+p.tok.text, 10, 32)
	if p.tok.kind != tokNumber || err != nil {
		p.unexpected("a name in quotes, an index, ? or *")
	}
	p.advance()
	return Step{Kind: Element, Index: int(n)}
}

// call parses the arguments of a call of name. DateTime of a string alone is a literal.
func (p *parser) call(name token) Expr {
	p.advance()
	call := &Call{Name: functionName(name.text)}
	if t := p.tok; call.Name == "datetime" && t.kind == tokString && p.next(")") {
		ts, ok := ParseInstant(t.text)
		if !ok {
			p.fail(t.start, "found '%s', expected a date and time such as '2020-07-29T07:10:00.123Z'", t.text)
		}
		p.advance()
		p.advance()
		return &Literal{InstantValue(ts)}
	}
	var places []int
	call.Args = p.list(")", func() Expr {
		places = append(places, p.tok.start)
		return p.argument()
	})
	if i, problem := registry[call.Name].check(call); i < 0 {
		p.fail(name.start, "%s", problem)
	} else if problem != "" {
		p.fail(places[i], "%s", problem)
	}
	return call
}

// next reports whether a sign follows the current token.
func (p *parser) next(sign string) bool {
	ahead := p.lex
	t, err := ahead.next()
	return err == nil && t.kind == tokSign && t.text == sign
}

// argument parses an argument of a call, which may be a lambda.
func (p *parser) argument() Expr {
	if p.tok.kind != tokName || !p.next("=>") {
		return p.expr()
	}
	l := &Lambda{Param: p.tok.text}
	p.advance()
	p.advance()
	p.locals = append(p.locals, l.Param)
	l.Body = p.expr()
	p.locals = p.locals[:len(p.locals)-1]
	return l
}

// object parses an object literal behind its opening brace.
func (p *parser) object() Expr {
	o := &Object{}
	if p.take(p.sign("}")) {
		return o
	}
	for {
		if p.take(p.sign("..")) {
			o.Members = append(o.Members, Property{Value: &Spread{p.expr()}})
		} else {
			want := "a member's name or .."
			if len(o.Members) == 0 {
				want = "a member's name, .. or }"
			}
			name := p.anyName(want)
			p.wantSign(":", ": and the member's value")
			o.Members = append(o.Members, Property{name, p.expr()})
		}
		if p.take(p.sign("}")) {
			return o
		}
		if !p.take(p.sign(",")) {
			p.unexpected("an operator, a comma or }")
		}
	}
}

// regex takes a regular expression whose opening slash is the current token.
func (p *parser) regex() string {
	pattern, err := p.lex.regex(p.tok.start)
	if err != nil {
		panic(err)
	}
	p.advance()
	return pattern
}
