package are

import (
	"strings"
	"unicode/utf8"
)

// escape is what a backslash and what follows stand for: a character, a set, a constraint or a back-reference.
type escape struct {
	char   rune
	class  func(c rune) bool
	assert assertKind
	kind   byte // 'c' a character, 's' a set, 'a' a constraint, 'r' a back-reference
	number int
}

// escaped reads an escape outside of brackets.
func (p *parser) escaped() (*node, bool) {
	e := p.escape()
	if p.err != nil {
		return nil, false
	}
	switch e.kind {
	case 's':
		return p.leafOf(&charSet{classes: []func(rune) bool{e.class}}), true
	case 'a':
		return constraint(e.assert), false
	case 'r':
		match, ok := p.closed[e.number]
		if !ok || p.looks > 0 {
			p.fail(badReference)
			return nil, false
		}
		return &node{kind: backRef, number: e.number, min: 1, max: 1, match: match.unconstrained(), traits: traits{ref: true}}, true
	}
	return p.leafOf(oneChar(e.char, p.flags.Fold)), true
}

func not(class func(c rune) bool) func(c rune) bool { return func(c rune) bool { return !class(c) } }

func (p *parser) escape() escape {
	p.at++
	if p.at == len(p.src) {
		p.fail(badEscape)
		return escape{}
	}
	c, w := utf8.DecodeRuneInString(p.src[p.at:])
	p.at += w
	char := func(c rune) escape { return escape{kind: 'c', char: c} }
	set := func(name string, negated bool) escape {
		class := classes[name]
		if negated {
			class = not(class)
		}
		return escape{kind: 's', class: class}
	}
	if p.flags.Basic && c >= '1' && c <= '9' {
		return escape{kind: 'r', number: int(c - '0')}
	}
	if c > 127 || !p.advanced() || !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
		return char(c)
	}
	switch c {
	case 'a':
		return char(7)
	case 'A':
		return escape{kind: 'a', assert: atStart}
	case 'b':
		return char('\b')
	case 'B':
		return char('\\')
	case 'c':
		if p.at == len(p.src) {
			p.fail(badEscape)
			return escape{}
		}
		x, w := utf8.DecodeRuneInString(p.src[p.at:])
		p.at += w
		return char(x & 0x1f)
	case 'd', 'D':
		return set("digit", c == 'D')
	case 'e':
		return char(27)
	case 'f':
		return char('\f')
	case 'm':
		return escape{kind: 'a', assert: wordStart}
	case 'M':
		return escape{kind: 'a', assert: wordEnd}
	case 'n':
		return char('\n')
	case 'r':
		return char('\r')
	case 's', 'S':
		return set("space", c == 'S')
	case 't':
		return char('\t')
	case 'u':
		return char(p.digits(16, 4, 4))
	case 'U':
		return char(p.digits(16, 8, 8))
	case 'v':
		return char('\v')
	case 'w', 'W':
		return set("word", c == 'W')
	case 'x':
		return char(p.digits(16, 1, 255))
	case 'y':
		return escape{kind: 'a', assert: wordEdge}
	case 'Y':
		return escape{kind: 'a', assert: notWordEdge}
	case 'Z':
		return escape{kind: 'a', assert: atEnd}
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		// A reference if it has one digit, or if there are so many groups already; else a number in octal.
		start := p.at
		p.at--
		n := int(p.digits(10, 1, 255))
		if p.at == start || n > 0 && n <= p.groups {
			return escape{kind: 'r', number: n}
		}
		p.at = start
		fallthrough
	case '0':
		p.at--
		return char(p.digits(8, 1, 3))
	}
	p.fail(badEscape)
	return escape{}
}

// digits reads a number of so many digits.
func (p *parser) digits(base rune, least, most int) rune {
	var x rune
	n := 0
	for ; n < most && p.at < len(p.src); n++ {
		d := rune(strings.IndexByte("0123456789abcdef", p.src[p.at]|0x20))
		if c := p.src[p.at]; c < 'A' && !isDigit(c) || c <= '9' {
			d = rune(strings.IndexByte("0123456789", c))
		}
		if d < 0 || d >= base {
			break
		}
		if x = x*base + d; x > utf8.MaxRune {
			p.fail(badEscape)
			return 0
		}
		p.at++
	}
	if n < least {
		p.fail(badEscape)
	}
	return x
}

// brackets reads a set of characters, or one of the two constraints that look like one.
func (p *parser) brackets() (*node, bool) {
	for text, kind := range map[string]assertKind{"[[:<:]]": wordStart, "[[:>:]]": wordEnd} {
		if strings.HasPrefix(p.src[p.at:], text) {
			p.at += len(text)
			return constraint(kind), false
		}
	}
	p.at++
	set := &charSet{fold: p.flags.Fold}
	if p.at < len(p.src) && p.src[p.at] == '^' {
		p.at++
		set.negated, set.noLine = true, p.flags.NewlineStop
	}
	for first := true; p.err == nil; first = false {
		if p.at >= len(p.src) {
			p.fail(badBrackets)
			break
		}
		if p.src[p.at] == ']' && !first {
			p.at++
			return p.leafOf(set), true
		}
		p.member(set, first)
	}
	return nil, false
}

// member reads a character, a range or a class within brackets.
func (p *parser) member(set *charSet, first bool) {
	hyphen := p.src[p.at] == '-'
	from, isClass := p.element(set)
	switch {
	case p.err != nil:
		return
	case isClass:
		if p.at+1 < len(p.src) && p.src[p.at] == '-' && p.src[p.at+1] != ']' {
			p.fail(badRange)
		}
		return
	case hyphen && !first && p.at < len(p.src) && p.src[p.at] != ']': // a hyphen stands for itself at the beginning and the end only
		p.fail(badRange)
		return
	}
	to := from
	if p.at+1 < len(p.src) && p.src[p.at] == '-' && p.src[p.at+1] != ']' {
		p.at++
		if to, isClass = p.element(set); isClass || to < from {
			p.fail(badRange)
			return
		}
	}
	set.ranges = append(set.ranges, from, to)
}

// element reads one character, however it is written, or adds a class to the set.
func (p *parser) element(set *charSet) (c rune, class bool) {
	rest := p.src[p.at:]
	named := func(end string) (string, bool) {
		n := strings.Index(rest[2:], end)
		if n < 0 {
			p.fail(badBrackets)
			return "", false
		}
		p.at += n + 4
		return rest[2 : n+2], true
	}
	switch {
	case strings.HasPrefix(rest, "[:"):
		if name, ok := named(":]"); ok {
			if p.flags.Fold && (name == "upper" || name == "lower") {
				name = "alpha" // letters without case, too
			}
			f := classes[name]
			if f == nil {
				p.fail("invalid character class")
				return 0, true
			}
			set.classes = append(set.classes, f)
		}
		return 0, true
	case strings.HasPrefix(rest, "[."), strings.HasPrefix(rest, "[="):
		name, ok := named(string(rest[1]) + "]")
		if !ok {
			return 0, true
		}
		if r, w := utf8.DecodeRuneInString(name); w == len(name) && w > 0 {
			c = r
		} else if r, ok := charNames[name]; ok {
			c = r
		} else {
			p.fail("invalid collating element")
		}
		if rest[1] == '=' {
			set.ranges = append(set.ranges, c, c)
			return 0, true
		}
		return c, false
	case rest[0] == '\\' && p.advanced():
		e := p.escape()
		switch e.kind {
		case 's':
			set.classes = append(set.classes, e.class)
			return 0, true
		case 'c':
			return e.char, false
		}
		p.fail(badEscape)
		return 0, true
	}
	c, w := utf8.DecodeRuneInString(rest)
	p.at += w
	return c, false
}
