package textsearch

import (
	"bytes"
	"strconv"
)

// AppendText appends a query's text form.
func (q Query) AppendText(dst []byte) []byte {
	n := q.Tree()
	if n == nil {
		return dst
	}
	return n.appendText(dst, -1, false)
}

// appendText appends a node below an operator of a priority; right tells that it is the right operand of a phrase, whose order counts.
func (n *Node) appendText(dst []byte, priority int, right bool) []byte {
	if n.Op == Operand {
		dst = appendQuoted(dst, n.Text)
		if n.Weights == 0 && !n.Prefix {
			return dst
		}
		dst = append(dst, ':')
		if n.Prefix {
			dst = append(dst, '*')
		}
		for w := 3; w >= 0; w-- {
			if n.Weights>>w&1 != 0 {
				dst = append(dst, "DCBA"[w])
			}
		}
		return dst
	}
	own := n.Op.priority()
	brackets := own < priority || n.Op == Phrase && right
	if brackets {
		dst = append(dst, "( "...)
	}
	if n.Op == Not {
		dst = n.Right.appendText(append(dst, '!'), own, false)
	} else {
		dst = n.Left.appendText(dst, own, false)
		switch {
		case n.Op == And:
			dst = append(dst, " & "...)
		case n.Op == Or:
			dst = append(dst, " | "...)
		case n.Distance == 1:
			dst = append(dst, " <-> "...)
		default:
			dst = append(strconv.AppendInt(append(dst, " <"...), int64(n.Distance), 10), "> "...)
		}
		dst = n.Right.appendText(dst, own, n.Op == Phrase)
	}
	if brackets {
		dst = append(dst, " )"...)
	}
	return dst
}

// ParseQuery reads a query's text form, 'a':*A & !( b | c ) <-> d, and appends it. The notice, where not "", is for the user.
func ParseQuery(dst, s []byte) (_ []byte, notice string, err error) {
	n, notice, err := parseQuery(s, syntax{}, func(word []byte, weights uint8, prefix bool) (*Node, error) {
		return operand(s, word, weights, prefix)
	})
	if err != nil {
		return dst, "", err
	}
	return AppendQuery(dst, n), notice, nil
}

// operand is a lexeme of the query that is written s.
func operand(s, word []byte, weights uint8, prefix bool) (*Node, error) {
	if len(word) > MaxLexeme {
		return nil, errorf(limitExceeded, "word is too long in tsquery: \"%s\"", s)
	}
	return &Node{Text: word, Weights: weights, Prefix: prefix}, nil
}

// syntax is how queries are written.
type syntax struct {
	plain bool // the text is one operand
	web   bool // as in the field of a search engine: words, "phrases", or, -
}

// parseQuery reads a query, of whose words operand makes nodes; a nil one is a word that is left out. nil is the empty query.
func parseQuery(s []byte, how syntax, operand func(word []byte, weights uint8, prefix bool) (*Node, error)) (n *Node, notice string, err error) {
	p := queryParser{lexer: lexer{text: s, query: true, web: how.web}, operand: operand}
	if how.plain {
		if len(s) > 0 {
			err = p.push(s, 0, false)
		}
	} else {
		err = p.parse()
	}
	if err != nil {
		return nil, "", err
	}
	if len(p.done) == 0 {
		return nil, "text-search query doesn't contain lexemes: \"" + string(s) + "\"", nil
	}
	root := p.done[0]
	if err := checkQuery(root); err != nil {
		return nil, "", err
	}
	if !p.stops {
		return root, "", nil
	}
	if root, _, _ = withoutStops(root); root == nil {
		return nil, "text-search query contains only stop words or doesn't contain lexemes, ignored", nil
	}
	return root, "", nil
}

// queryParser orders operators by their priorities, with a stack of those that wait and one of operands.
type queryParser struct {
	lexer
	operand func(word []byte, weights uint8, prefix bool) (*Node, error)
	waiting []waiting
	done    []*Node
	stops   bool
}

type waiting struct {
	op       Operator // Operand: a parenthesis
	distance int
}

// push adds what stands for a word.
func (p *queryParser) push(word []byte, weights uint8, prefix bool) error {
	n, err := p.operand(word, weights, prefix)
	if err != nil {
		return err
	}
	if n == nil {
		n = &Node{Op: stopWord}
	}
	p.stops = p.stops || n.hasStop()
	p.done = append(p.done, n)
	return nil
}

func (n *Node) hasStop() bool {
	return n != nil && (n.Op == stopWord || n.Left.hasStop() || n.Right.hasStop())
}

// apply makes nodes of the operators that wait and bind at least as strongly as op.
func (p *queryParser) apply(op Operator) {
	for len(p.waiting) > 0 {
		w := p.waiting[len(p.waiting)-1]
		if w.op == Operand || op == Not || op.priority() > w.op.priority() {
			return
		}
		p.waiting = p.waiting[:len(p.waiting)-1]
		n := &Node{Op: w.op, Distance: w.distance}
		last := len(p.done) - 1
		n.Right, p.done = p.done[last], p.done[:last]
		if w.op != Not {
			n.Left, p.done = p.done[last-1], p.done[:last-1]
		}
		p.done = append(p.done, n)
	}
}

func (p *queryParser) operator(op Operator, distance int) {
	p.apply(op)
	p.waiting = append(p.waiting, waiting{op, distance})
}

func (p *queryParser) parse() error {
	read, wantOperand, first, depth := p.standard, true, true, 0
	if p.web {
		read = p.search
	}
	for {
		c, w := p.char()
		for w > 0 && isSpace(c) {
			p.at += w
			c, w = p.char()
		}
		more, err := read(c, w, &wantOperand, &first, &depth)
		if err != nil {
			return err
		}
		if !more {
			p.apply(Or)
			return nil
		}
	}
}

// standard reads one thing of the text form.
func (p *queryParser) standard(c rune, w int, wantOperand, first *bool, depth *int) (more bool, err error) {
	if *wantOperand {
		switch {
		case c == '!':
			p.at++
			p.operator(Not, 0)
			*first = false
		case c == '(':
			p.at++
			p.waiting = append(p.waiting, waiting{op: Operand})
			*depth++
			*first = false
		case c == ':':
			return false, p.syntaxError()
		default:
			word, _, ok, err := p.next()
			switch {
			case err != nil:
				return false, err
			case !ok && *first:
				return false, nil
			case !ok:
				return false, errorf(syntaxError, "no operand in tsquery: \"%s\"", p.text)
			}
			weights, prefix := p.modifiers()
			*wantOperand, *first = false, false
			return true, p.push(word, weights, prefix)
		}
		return true, nil
	}
	switch {
	case w == 0:
		if *depth > 0 {
			return false, p.syntaxError()
		}
		return false, nil
	case c == '&':
		p.at++
		p.operator(And, 0)
		*wantOperand = true
	case c == '|':
		p.at++
		p.operator(Or, 0)
		*wantOperand = true
	case c == '<':
		distance, err := p.distance()
		if err != nil {
			return false, err
		}
		p.operator(Phrase, distance)
		*wantOperand = true
	case c == ')':
		p.at++
		if *depth--; *depth < 0 {
			return false, p.syntaxError()
		}
		p.apply(Or)
		p.waiting = p.waiting[:len(p.waiting)-1] // the parenthesis
	default:
		return false, p.syntaxError()
	}
	return true, nil
}

// modifiers reads :*A behind a word.
func (p *queryParser) modifiers() (weights uint8, prefix bool) {
	if c, _ := p.char(); c != ':' {
		return 0, false
	}
	for p.at++; ; p.at++ {
		switch c, _ := p.char(); c {
		case 'a', 'A':
			weights |= 8
		case 'b', 'B':
			weights |= 4
		case 'c', 'C':
			weights |= 2
		case 'd', 'D':
			weights |= 1
		case '*':
			prefix = true
		default:
			return weights, prefix
		}
	}
}

// distance reads <-> or <N>.
func (p *queryParser) distance() (int, error) {
	end := bytes.IndexByte(p.text[p.at:], '>')
	if end < 0 {
		end = len(p.text) - p.at
	}
	inside := p.text[p.at+1 : max(p.at+end, p.at+1)]
	digits := 0
	for digits < len(inside) && inside[digits] >= '0' && inside[digits] <= '9' {
		digits++
	}
	n := 1
	switch {
	case string(inside) == "-":
	case digits > 0:
		var err error
		if n, err = strconv.Atoi(string(inside[:digits])); err != nil || n > MaxDistance {
			return 0, errorf(invalidParameter, "distance in phrase operator must be an integer value between zero and %d inclusive", MaxDistance)
		}
		if digits < len(inside) {
			return 0, p.syntaxError()
		}
	default:
		return 0, p.syntaxError()
	}
	if p.at += end; p.at >= len(p.text)-1 { // nothing behind it, or no end
		return 0, p.syntaxError()
	}
	p.at++
	return n, nil
}
