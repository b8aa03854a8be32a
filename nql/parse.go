package nql

import (
	"fmt"
	"strconv"
)

// maxNesting limits how deep parentheses, lists, calls and prefix operators may be nested in a text.
const maxNesting = 250

// maxChain limits how many operators may follow one another without parentheses: a and b and c …
const maxChain = 10_000

// Parse parses a query. Errors are *SyntaxError.
func Parse(text string) (*Query, error) {
	var q *Query
	err := parsing(text, func(p *parser) { q = p.query() })
	return q, err
}

// ParseExpr parses an expression. Errors are *SyntaxError.
func ParseExpr(text string) (Expr, error) {
	var e Expr
	err := parsing(text, func(p *parser) { e = p.expr() })
	return e, err
}

// parser descends recursively. Errors travel as panics of *SyntaxError, from fail to parsing.
type parser struct {
	lex lexer
	tok token
	end int // of the token before
	// also is what may stand at alsoAt instead of an expression.
	also   string
	alsoAt int
	depth  int
	// locals are the parameters of the lambdas around, the innermost last.
	locals []string
}

func parsing(text string, f func(*parser)) (err error) {
	p := &parser{lex: lexer{text: text}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *SyntaxError:
			err = r
		default:
			panic(r)
		}
	}()
	p.advance()
	f(p)
	if p.tok.kind != tokEnd {
		p.unexpected("an operator or the end")
	}
	return nil
}

func (p *parser) advance() {
	t, err := p.lex.next()
	if err != nil {
		panic(err)
	}
	p.end, p.tok = p.tok.end, t
}

func (p *parser) fail(offset int, format string, args ...any) {
	panic(errorAt(p.lex.text, offset, format, args...))
}

func (p *parser) unexpected(want string) {
	switch {
	case p.sign("=>"):
		p.fail(p.tok.start, "found =>, expected %s; a lambda (x => …) is an argument of some, every, map or filter, with one name before the arrow", want)
	case p.keyword("if"):
		p.fail(p.tok.start, "found if, expected %s; a conditional that is an operand stands in parentheses", want)
	}
	found := "the end of the text"
	if p.tok.kind != tokEnd {
		found = p.source(p.tok.start, p.tok.end)
	}
	p.fail(p.tok.start, "found %s, expected %s", found, want)
}

func (p *parser) is(kind tokenKind, text string) bool {
	return p.tok.kind == kind && p.tok.text == text
}
func (p *parser) keyword(text string) bool { return p.is(tokKeyword, text) }
func (p *parser) sign(text string) bool    { return p.is(tokSign, text) }

// word reports a name that is a keyword only where it stands now (by, asc, desc).
func (p *parser) word(text string) bool {
	return p.tok.kind == tokName && functionName(p.tok.text) == text
}

// take advances over the token that cond says is there.
func (p *parser) take(cond bool) bool {
	if cond {
		p.advance()
	}
	return cond
}

func (p *parser) wantSign(s, want string) {
	if !p.take(p.sign(s)) {
		p.unexpected(want)
	}
}

// instead notes what may stand here instead of an expression.
func (p *parser) instead(what string) { p.also, p.alsoAt = what, p.tok.start }

func (p *parser) query() *Query {
	q := &Query{Limit: -1}
	want := "from"
	if !p.take(p.keyword("select")) {
		p.unexpected("select, as in: select * from stream")
	}
	p.instead("*")
	if !p.take(p.sign("*")) {
		want = "an operator, a comma, as or from"
		for {
			q.Select = append(q.Select, p.item())
			if !p.take(p.sign(",")) {
				break
			}
		}
	}
	if !p.take(p.keyword("from")) {
		p.unexpected(want)
	}
	if p.tok.kind != tokName && p.tok.kind != tokString {
		p.unexpected("the name of a stream")
	}
	q.Stream = p.tok.text
	p.advance()
	want = "where, order by, limit or the end"
	if p.take(p.keyword("where")) {
		q.Where = p.expr()
		want = "an operator, order by, limit or the end"
	}
	if p.take(p.keyword("order")) {
		q.Order, want = p.order()
	}
	if p.take(p.keyword("limit")) {
		n, err := strconv.ParseInt(p.tok.text, 10, 64)
		if p.tok.kind != tokNumber || err != nil {
			p.unexpected("a number of rows, up to 9223372036854775807")
		}
		q.Limit = n
		p.advance()
		want = "the end"
	}
	if p.tok.kind != tokEnd {
		p.unexpected(want)
	}
	return q
}

func (p *parser) item() Item {
	it := Item{Expr: p.expr()}
	if !p.take(p.keyword("as")) {
		it.Name = itemName(it.Expr)
		return it
	}
	it.Name, it.As = p.anyName("a column's name"), true
	return it
}

// anyName takes a name, which may be a keyword or stand in quotes.
func (p *parser) anyName(want string) string {
	name := p.tok.text
	switch p.tok.kind {
	case tokKeyword: // as spelled
		name = p.lex.text[p.tok.start:p.tok.end]
	case tokName, tokString:
	default:
		p.unexpected(want)
	}
	p.advance()
	return name
}

func (p *parser) order() (o Order, want string) {
	if !p.take(p.word("by")) {
		p.unexpected("by")
	}
	if b, _ := LookupBuiltin(p.tok.text); p.tok.kind != tokBuiltin || b != Timestamp {
		p.unexpected("@t: events can be ordered by time only")
	}
	p.advance()
	switch {
	case p.take(p.word("desc")):
		return Descending, "limit or the end"
	case p.take(p.word("asc")):
		return Ascending, "limit or the end"
	}
	return Ascending, "asc, desc, limit or the end"
}

func (p *parser) expr() Expr {
	p.enter()
	defer p.leave()
	if p.take(p.keyword("if")) {
		return p.conditional()
	}
	left := p.and()
	for n := 0; p.take(p.keyword("or")); n++ {
		p.chain(n)
		left = &Binary{Op: Or, L: left, R: p.and()}
	}
	return left
}

// conditional parses what stands behind if.
func (p *parser) conditional() Expr {
	e := &If{Cond: p.expr()}
	if !p.take(p.keyword("then")) {
		p.unexpected("an operator or then")
	}
	e.Then = p.expr()
	if !p.take(p.keyword("else")) {
		p.unexpected("an operator or else")
	}
	e.Else = p.expr()
	return e
}

// chain limits how many operators of one kind stand in a row: each is a level of the tree.
func (p *parser) chain(n int) {
	if n >= maxChain {
		p.fail(p.tok.start, "more than %d operators in a row", maxChain)
	}
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.tok.start, "nested deeper than %d levels", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) and() Expr {
	left := p.not()
	for n := 0; p.take(p.keyword("and")); n++ {
		p.chain(n)
		left = &Binary{Op: And, L: left, R: p.not()}
	}
	return left
}

func (p *parser) not() Expr {
	if !p.take(p.keyword("not")) {
		return p.comparison()
	}
	p.enter()
	defer p.leave()
	return &Unary{Op: Not, X: p.not()}
}

var comparisons = map[string]Op{"=": Eq, "<>": Ne, "!=": Ne, "<": Lt, "<=": Le, ">": Gt, ">=": Ge}

func (p *parser) comparison() Expr {
	start := p.tok.start
	x := p.sum()
	if op, ok := comparisons[p.tok.text]; ok && p.tok.kind == tokSign {
		end := p.end
		p.advance()
		if p.sign("/") && (op == Eq || op == Ne) {
			r := &Regex{X: x, Pattern: p.regex(), Not: op == Ne}
			r.CI = p.take(p.keyword("ci"))
			return r
		}
		if op == Eq && p.sign("=") {
			p.fail(p.tok.start-1, "found ==, expected =")
		}
		b := &Binary{Op: op, L: x, R: p.against(x, p.sum)}
		if isTime(b.R) {
			p.refuseText(x, start, end)
		}
		b.CI = p.take(p.keyword("ci"))
		return b
	}
	if p.take(p.keyword("is")) {
		n := &IsNull{X: x, Not: p.take(p.keyword("not"))}
		if !p.take(p.keyword("null")) {
			p.unexpected(map[bool]string{true: "null", false: "null or not null"}[n.Not])
		}
		return n
	}
	not := p.take(p.keyword("not"))
	switch {
	case p.take(p.keyword("like")):
		l := &Like{X: x, Pattern: p.sum(), Not: not}
		l.CI = p.take(p.keyword("ci"))
		return l
	case p.take(p.keyword("in")):
		return p.in(x, not)
	case p.take(p.keyword("between")):
		b := &Between{X: x, Low: p.against(x, p.sum), Not: not}
		if !p.take(p.keyword("and")) {
			p.unexpected("an operator or and")
		}
		b.High = p.against(x, p.sum)
		return b
	case not:
		p.unexpected("like, in or between")
	}
	return x
}

// against parses an operand that x is compared with.
func (p *parser) against(x Expr, operand func() Expr) Expr {
	start := p.tok.start
	y := operand()
	if isTime(x) {
		p.refuseText(y, start, p.end)
	}
	return y
}

// refuseText refuses a string, which stands from start to end, as what @t is compared with: it would never be true, and is never meant.
func (p *parser) refuseText(e Expr, start, end int) {
	if l, ok := e.(*Literal); ok && l.Value.Kind == String {
		found := p.source(start, end)
		p.fail(start, "found %s, expected a time, which @t is: DateTime(%s)", found, found)
	}
}

// source gives what stands in the text from start to end, shortened.
func (p *parser) source(start, end int) string {
	const most = 40
	s := []rune(p.lex.text[start:end])
	if len(s) > most {
		return string(s[:most]) + "…"
	}
	return string(s)
}

// in parses what stands behind in: a list, or an expression that gives an array.
func (p *parser) in(x Expr, not bool) Expr {
	if !p.sign("[") {
		start := p.tok.start
		e := &InArray{X: x, Array: p.sum(), Not: not}
		if t := TypeOf(e.Array); t != Undefined && t != ArrayValue {
			p.fail(start, "found %s, expected a list in brackets or what gives an array", p.source(start, p.end))
		}
		e.CI = p.take(p.keyword("ci"))
		return e
	}
	p.advance()
	list := &Array{Items: p.items(func() Expr { return p.against(x, p.expr) })}
	ci := p.take(p.keyword("ci"))
	if list.spreads() {
		return &InArray{X: x, Array: list, Not: not, CI: ci}
	}
	return &In{X: x, List: list.Items, Not: not, CI: ci}
}

func (p *parser) sum() Expr {
	left := p.product()
	for n := 0; ; n++ {
		p.chain(n)
		switch {
		case p.take(p.sign("+")):
			left = &Binary{Op: Add, L: left, R: p.product()}
		case p.take(p.sign("-")):
			left = &Binary{Op: Sub, L: left, R: p.product()}
		default:
			return left
		}
	}
}

func (p *parser) product() Expr {
	left := p.unary()
	for n := 0; ; n++ {
		p.chain(n)
		switch {
		case p.take(p.sign("*")):
			left = &Binary{Op: Mul, L: left, R: p.unary()}
		case p.take(p.sign("/")):
			left = &Binary{Op: Div, L: left, R: p.unary()}
		case p.take(p.sign("%")):
			left = &Binary{Op: Mod, L: left, R: p.unary()}
		default:
			return left
		}
	}
}

func (p *parser) unary() Expr {
	if !p.take(p.sign("-")) {
		return p.primary()
	}
	if p.tok.kind == tokNumber || p.tok.kind == tokDuration {
		return p.number("-")
	}
	p.enter()
	defer p.leave()
	return &Unary{Op: Neg, X: p.unary()}
}

// list takes what item parses, with commas, up to the closing sign.
func (p *parser) list(end string, item func() Expr) []Expr {
	var list []Expr
	if p.take(p.sign(end)) {
		return list
	}
	p.instead(end)
	for {
		list = append(list, item())
		if p.take(p.sign(end)) {
			return list
		}
		if !p.take(p.sign(",")) {
			p.unexpected(fmt.Sprintf("an operator, a comma or %s", end))
		}
	}
}

// items takes the items of an array up to its closing bracket.
func (p *parser) items(item func() Expr) []Expr {
	return p.list("]", func() Expr {
		if p.take(p.sign("..")) {
			return &Spread{p.expr()}
		}
		return item()
	})
}
