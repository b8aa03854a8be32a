package nql

import "strconv"

var constants = map[string]Value{
	"null": {Kind: Null}, "undefined": {Kind: Undefined},
	"true": {Kind: Boolean, Bool: true}, "false": {Kind: Boolean},
}

// primary parses literals, paths, calls, and whatever stands in brackets of some kind.
func (p *parser) primary() Expr {
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
		if t.text == "if" {
			p.fail(t.start, "found if, but conditionals are not built yet")
		}
	case tokBuiltin:
		b, ok := LookupBuiltin(t.text)
		if !ok {
			p.fail(t.start, "found @%s, expected a built-in property; an ordinary property of this name is written @p['@%s']", t.text, t.text)
		}
		p.advance()
		path := &Path{Root: b}
		p.steps(path)
		return path.canonical()
	case tokName:
		p.advance()
		if p.sign("(") {
			return p.call(t)
		}
		path := &Path{Steps: []Step{{Kind: Member, Name: t.text}}}
		p.steps(path)
		return path
	case tokSign:
		switch t.text {
		case "(":
			p.advance()
			e := p.expr()
			p.wantSign(")", "")
			return e
		case "[":
			p.advance()
			return &Array{Items: p.list("]")}
		case "{":
			p.advance()
			return p.object()
		case "..":
			p.fail(t.start, "found .., but spreading is not built yet")
		}
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

func (p *parser) steps(path *Path) {
	for {
		switch {
		case p.take(p.sign(".")):
			switch p.tok.kind {
			case tokName, tokKeyword:
				path.Steps = append(path.Steps, Step{Kind: Member, Name: p.anyName("")})
			default:
				p.unexpected("a property's name")
			}
		case p.take(p.sign("[")):
			path.Steps = append(path.Steps, p.bracket())
			p.wantSign("]", "")
		default:
			return
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

// call parses the arguments of a call of name. DateTime of a string is a literal.
func (p *parser) call(name token) Expr {
	p.advance()
	if functionName(name.text) != "datetime" {
		return &Call{Name: functionName(name.text), Args: p.list(")")}
	}
	t := p.tok
	if t.kind != tokString {
		p.unexpected("a date and time in quotes")
	}
	ts, ok := ParseInstant(t.text)
	if !ok {
		p.fail(t.start, "found '%s', expected a date and time such as '2020-07-29T07:10:00.123Z'", t.text)
	}
	p.advance()
	p.wantSign(")", "")
	return &Literal{InstantValue(ts)}
}

func (p *parser) object() Expr {
	o := &Object{}
	if p.take(p.sign("}")) {
		return o
	}
	for {
		if p.sign("..") {
			p.fail(p.tok.start, "found .., but spreading is not built yet")
		}
		name := p.anyName("a member's name")
		p.wantSign(":", " and the member's value")
		o.Members = append(o.Members, Property{name, p.expr()})
		if p.take(p.sign("}")) {
			return o
		}
		if !p.take(p.sign(",")) {
			p.unexpected("an operator, a comma or }")
		}
	}
}
