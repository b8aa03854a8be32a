package types

import (
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/types/are"
)

// ParseJSONPath reads a path. Errors are PostgreSQL's.
func ParseJSONPath(s []byte) (*JSONPath, error) {
	p := &pathParser{lex: pathLexer{src: string(s)}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == 0 {
		return nil, badSyntax(JSONPathOID, s)
	}
	path := &JSONPath{}
	switch {
	case p.keyword("strict"):
		path.Strict = true
		p.step()
	case p.keyword("lax"):
		p.step()
	}
	path.Root = p.or()
	if p.err == nil && p.tok.kind != 0 {
		p.syntax()
	}
	if p.err != nil {
		return nil, p.err
	}
	if err := path.Root.check(0, false); err != nil {
		return nil, err
	}
	return path, nil
}

// pathParser reads a path by recursive descent. After an error it reads nothing more.
type pathParser struct {
	lex   pathLexer
	tok   pathToken
	depth int
	err   error
}

// maxPathDepth is how deep parentheses may nest.
const maxPathDepth = 1000

func (p *pathParser) advance() error {
	var err error
	p.tok, err = p.lex.next()
	return err
}

func (p *pathParser) step() {
	if p.err == nil {
		if err := p.advance(); err != nil {
			p.fail(err)
		}
	}
}

func (p *pathParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.tok = pathToken{}
}

func (p *pathParser) syntax() { p.fail(pathError("syntax error", p.tok.near)) }

func (p *pathParser) mark(m string) bool { return p.err == nil && p.tok.kind == 'm' && p.tok.mark == m }

// keyword reports whether the token is an unquoted word; true, false and null only in lower case.
func (p *pathParser) keyword(w string) bool {
	if p.err != nil || p.tok.kind != 'w' || !p.tok.bare {
		return false
	}
	if w == "true" || w == "false" || w == "null" {
		return p.tok.text == w
	}
	return strings.EqualFold(p.tok.text, w)
}

func (p *pathParser) expect(m string) {
	if !p.mark(m) {
		p.syntax()
		return
	}
	p.step()
}

// want fails unless an item is a predicate, or is a value.
func (p *pathParser) want(i *PathItem, predicate bool) {
	if p.err == nil && i.predicate() != predicate {
		p.syntax()
	}
}

func (p *pathParser) or() *PathItem {
	if p.depth++; p.depth > maxPathDepth {
		p.fail(Errorf(CodeStatementTooComplex, "stack depth limit exceeded"))
	}
	defer func() { p.depth-- }()
	left := p.and()
	for p.mark("||") {
		p.want(left, true)
		p.step()
		right := p.and()
		p.want(right, true)
		left = &PathItem{Kind: PathOr, Left: left, Right: right}
	}
	return left
}

func (p *pathParser) and() *PathItem {
	left := p.not()
	for p.mark("&&") {
		p.want(left, true)
		p.step()
		right := p.not()
		p.want(right, true)
		left = &PathItem{Kind: PathAnd, Left: left, Right: right}
	}
	return left
}

func (p *pathParser) not() *PathItem {
	if !p.mark("!") {
		return p.comparison()
	}
	p.step()
	if p.keyword("exists") {
		return &PathItem{Kind: PathNot, Left: p.exists()}
	}
	p.expect("(")
	arg := p.or()
	p.want(arg, true)
	p.expect(")")
	return &PathItem{Kind: PathNot, Left: arg}
}

func (p *pathParser) exists() *PathItem {
	p.step()
	p.expect("(")
	arg := p.sum()
	p.want(arg, false)
	p.expect(")")
	return &PathItem{Kind: PathExists, Left: arg}
}

var pathComparisons = map[string]PathKind{"==": PathEqual, "!=": PathNotEqual, "<": PathLess, "<=": PathLessEqual, ">": PathGreater, ">=": PathGreaterEqual}

func (p *pathParser) comparison() *PathItem {
	if p.keyword("exists") {
		return p.exists()
	}
	bracketed := p.mark("(")
	left := p.sum()
	if p.err != nil {
		return left
	}
	if kind, ok := pathComparisons[p.tok.mark]; ok && p.tok.kind == 'm' {
		p.want(left, false)
		p.step()
		right := p.sum()
		p.want(right, false)
		return &PathItem{Kind: kind, Left: left, Right: right}
	}
	switch {
	case bracketed && left.predicate() && p.keyword("is"):
		if p.step(); !p.keyword("unknown") {
			p.syntax()
			return left
		}
		p.step()
		return &PathItem{Kind: PathIsUnknown, Left: left}
	case p.keyword("starts"):
		p.want(left, false)
		if p.step(); !p.keyword("with") {
			p.syntax()
			return left
		}
		p.step()
		initial := &PathItem{Kind: PathString, Text: p.tok.text}
		switch p.tok.kind {
		case 's':
		case 'v':
			initial.Kind = PathVariable
		default:
			p.syntax()
		}
		p.step()
		return &PathItem{Kind: PathStartsWith, Left: left, Right: initial}
	case p.keyword("like_regex"):
		p.want(left, false)
		return p.likeRegex(left)
	}
	return left
}

func (p *pathParser) likeRegex(left *PathItem) *PathItem {
	i := &PathItem{Kind: PathLikeRegex, Left: left}
	if p.step(); p.tok.kind != 's' {
		p.syntax()
		return i
	}
	i.Text = p.tok.text
	p.step()
	flags := ""
	if p.keyword("flag") {
		if p.step(); p.tok.kind != 's' {
			p.syntax()
			return i
		}
		flags = p.tok.text
		p.step()
	}
	for k, c := range flags {
		if !strings.ContainsRune("ismxq", c) {
			p.fail(Errorf(CodeSyntaxError, "invalid input syntax for type %s", "jsonpath").
				WithDetail("Unrecognized flag character \"%s\" in LIKE_REGEX predicate.", string([]rune(flags[k:])[:1])))
			return i
		}
	}
	for _, c := range "ismxq" { // each once, in this order
		if strings.ContainsRune(flags, c) {
			i.Flags += string(c)
		}
	}
	if strings.Contains(i.Flags, "x") && !strings.Contains(i.Flags, "q") {
		p.fail(Errorf(CodeFeatureNotSupported, "XQuery \"x\" flag (expanded regular expressions) is not implemented"))
	}
	if _, err := are.Compile(i.Text, i.RegexFlags()); err != nil && p.err == nil {
		p.fail(Errorf("2201B", "invalid regular expression: %s", err))
	}
	return i
}

func (p *pathParser) sum() *PathItem {
	left := p.product()
	for p.mark("+") || p.mark("-") {
		kind := PathAdd
		if p.tok.mark == "-" {
			kind = PathSub
		}
		p.want(left, false)
		p.step()
		right := p.product()
		p.want(right, false)
		left = &PathItem{Kind: kind, Left: left, Right: right}
	}
	return left
}

func (p *pathParser) product() *PathItem {
	left := p.unary()
	for p.mark("*") || p.mark("/") || p.mark("%") {
		kind := map[string]PathKind{"*": PathMul, "/": PathDiv, "%": PathMod}[p.tok.mark]
		p.want(left, false)
		p.step()
		right := p.unary()
		p.want(right, false)
		left = &PathItem{Kind: kind, Left: left, Right: right}
	}
	return left
}

func (p *pathParser) unary() *PathItem {
	if !p.mark("+") && !p.mark("-") {
		return p.accessors()
	}
	if p.depth++; p.depth > maxPathDepth {
		p.fail(Errorf(CodeStatementTooComplex, "stack depth limit exceeded"))
		return &PathItem{}
	}
	defer func() { p.depth-- }()
	kind := PathPlus
	if p.tok.mark == "-" {
		kind = PathMinus
	}
	p.step()
	arg := p.unary()
	p.want(arg, false)
	return arg.signed(kind)
}

// accessors reads a value and the steps behind it.
func (p *pathParser) accessors() *PathItem {
	head := p.primary()
	if p.err != nil {
		return head
	}
	end := &head.Next
	for *end != nil {
		end = &(*end).Next
	}
	for p.err == nil {
		next := p.accessor()
		if next == nil {
			break
		}
		*end = next
		end = &next.Next
	}
	return head
}

func (p *pathParser) primary() *PathItem {
	i := &PathItem{Text: p.tok.text}
	switch {
	case p.err != nil:
		return i
	case p.mark("("):
		p.step()
		inner := p.or()
		p.expect(")")
		return inner
	case p.mark("$"):
		i.Kind = PathRoot
	case p.mark("@"):
		i.Kind = PathCurrent
	case p.tok.kind == 's':
		i.Kind = PathString
	case p.tok.kind == 'v':
		i.Kind = PathVariable
	case p.tok.kind == 'i' || p.tok.kind == 'n':
		i.Kind, i.Number = PathNumber, p.tok.text
	case p.keyword("null"):
		i.Kind = PathNull
	case p.keyword("true"), p.keyword("false"):
		i.Kind, i.Bool = PathBool, p.tok.text == "true"
	case p.keyword("last"):
		i.Kind = PathLast
	default:
		p.syntax()
	}
	p.step()
	return i
}

// accessor reads one step, nil where none follows.
func (p *pathParser) accessor() *PathItem {
	switch {
	case p.mark("["):
		return p.brackets()
	case p.mark("?"):
		p.step()
		p.expect("(")
		arg := p.or()
		p.want(arg, true)
		p.expect(")")
		return &PathItem{Kind: PathFilter, Left: arg}
	case !p.mark("."):
		return nil
	}
	p.step()
	switch {
	case p.mark("*"):
		p.step()
		return &PathItem{Kind: PathAnyKey}
	case p.mark("**"):
		return p.levels()
	case p.tok.kind != 'w' && p.tok.kind != 's':
		p.syntax()
		return nil
	}
	name := p.tok
	p.step()
	if name.kind != 'w' || !name.bare || !p.mark("(") {
		return &PathItem{Kind: PathKey, Text: name.text}
	}
	method := strings.ToLower(name.text)
	i := &PathItem{Kind: PathMethod, Text: method}
	switch method {
	case "abs", "size", "type", "floor", "double", "ceiling", "keyvalue":
		p.step()
	case "datetime":
		if p.step(); p.tok.kind == 's' {
			i.Left = &PathItem{Kind: PathString, Text: p.tok.text}
			p.step()
		}
	default:
		p.syntax()
		return nil
	}
	p.expect(")")
	return i
}

func (p *pathParser) brackets() *PathItem {
	p.step()
	if p.mark("*") {
		p.step()
		p.expect("]")
		return &PathItem{Kind: PathAnyArray}
	}
	i := &PathItem{Kind: PathSubscripts}
	for p.err == nil {
		s := PathSubscript{From: p.sum()}
		p.want(s.From, false)
		if p.keyword("to") {
			p.step()
			s.To = p.sum()
			p.want(s.To, false)
		}
		i.Subscripts = append(i.Subscripts, s)
		if !p.mark(",") {
			break
		}
		p.step()
	}
	p.expect("]")
	return i
}

// levels reads **, and which levels it means.
func (p *pathParser) levels() *PathItem {
	i := &PathItem{Kind: PathAny, Last: PathLevels}
	if p.step(); !p.mark("{") {
		return i
	}
	p.step()
	level := func() uint32 {
		switch {
		case p.keyword("last"):
			p.step()
			return PathLevels
		case p.err == nil && p.tok.kind == 'i':
			n, err := strconv.ParseInt(p.tok.text, 10, 64)
			if err != nil || n > 1<<31-1 {
				n = 1<<31 - 1
			}
			p.step()
			return uint32(n)
		}
		p.syntax()
		return 0
	}
	i.First = level()
	i.Last = i.First
	if p.keyword("to") {
		p.step()
		i.Last = level()
	}
	p.expect("}")
	return i
}

// check refuses @ outside of filters, and last outside of subscripts.
func (i *PathItem) check(filters int, subscript bool) error {
	for ; i != nil; i = i.Next {
		switch i.Kind {
		case PathCurrent:
			if filters == 0 {
				return Errorf(CodeSyntaxError, "@ is not allowed in root expressions")
			}
		case PathLast:
			if !subscript {
				return Errorf(CodeSyntaxError, "LAST is allowed only in array subscripts")
			}
		}
		inner := filters
		if i.Kind == PathFilter {
			inner++
		}
		for _, o := range []*PathItem{i.Left, i.Right} {
			if o != nil {
				if err := o.check(inner, subscript); err != nil {
					return err
				}
			}
		}
		for _, s := range i.Subscripts {
			for _, o := range []*PathItem{s.From, s.To} {
				if o != nil {
					if err := o.check(filters, true); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
