package textsearch

import (
	"bytes"
	"unicode/utf8"
)

// search reads one thing of a query as people type it into the field of a search engine. Nothing is wrong there.
func (p *queryParser) search(c rune, w int, wantOperand, first *bool, _ *int) (more bool, err error) {
	if *wantOperand {
		switch {
		case c == '-':
			p.at++
			p.operator(Not, 0)
			*first = false
		case c == '"':
			p.at++
			phrase := p.text[p.at:]
			if end := bytes.IndexByte(phrase, '"'); end >= 0 {
				phrase = phrase[:end]
				p.at++
			}
			p.at += len(phrase)
			*wantOperand, *first = false, false
			return true, p.push(phrase, 0, false)
		case p.lexer.operator(c):
			p.at++
			*first = false
		default:
			word, _, ok, err := p.next()
			if err != nil {
				return false, err
			}
			if !ok {
				if !*first {
					p.stops = true
					p.done = append(p.done, &Node{Op: stopWord})
				}
				return false, nil
			}
			*wantOperand, *first = false, false
			return true, p.push(word, 0, false)
		}
		return true, nil
	}
	switch {
	case w == 0:
		return false, nil
	case p.or():
		p.operator(Or, 0)
		*wantOperand = true
	case p.lexer.operator(c):
		p.at++
	default:
		p.operator(And, 0)
		*wantOperand = true
	}
	return true, nil
}

// or passes over the word or where an operand seems to follow.
func (p *queryParser) or() bool {
	rest := p.text[p.at:]
	if len(rest) < 3 || !bytes.EqualFold(rest[:2], []byte("or")) {
		return false
	}
	c, w := utf8.DecodeRune(rest[2:])
	if c == '-' || c == '_' || classOf(c)&(letter|digit) != 0 {
		return false
	}
	for rest = rest[2+w:]; len(rest) > 0; rest = rest[w:] {
		if c, w = utf8.DecodeRune(rest); !isSpace(c) {
			p.at += 2
			return true
		}
	}
	return false
}
