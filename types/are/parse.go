package are

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxRepeat is the largest number that a quantifier may say.
const maxRepeat = 255

// maxNesting bounds how deep parentheses may nest.
const maxNesting = 1000

type parser struct {
	src    string
	at     int
	flags  Flags
	groups int
	closed map[int]*atom // what groups that are complete match
	looks  int           // how many look-around constraints are around
	depth  int
	err    error
}

func (p *parser) fail(reason string) {
	if p.err == nil {
		p.err = &Error{reason}
	}
	p.at = len(p.src)
}

const (
	badParentheses = "parentheses () not balanced"
	badBrackets    = "brackets [] not balanced"
	badBraces      = "braces {} not balanced"
	badCount       = "invalid repetition count(s)"
	badOperand     = "quantifier operand invalid"
	badEscape      = "invalid escape \\ sequence"
	badRange       = "invalid character range"
	badReference   = "invalid backreference number"
	badOption      = "invalid embedded option"
	badFlags       = "invalid argument to regex function"
	tooComplex     = "regular expression is too complex"
)

func (p *parser) parse() (*node, error) {
	p.closed = map[int]*atom{}
	if f := p.flags; f.Literal && (f.Expanded || f.NewlineStop || f.NewlineAnchors) {
		p.fail(badFlags)
		return nil, p.err
	}
	p.prefixes()
	if p.err == nil && p.flags.Basic {
		p.src, p.at = fromBasic(p.src[p.at:], p.flags.Expanded), 0
	}
	if p.err == nil && p.flags.Literal {
		all := &node{match: &atom{}}
		var list []*atom
		for _, c := range p.src[p.at:] {
			list = append(list, &atom{kind: char, set: oneChar(c, p.flags.Fold)})
		}
		all.match = row(list...)
		return all, nil
	}
	tree := p.alternatives(0)
	if p.err == nil && p.at < len(p.src) {
		p.fail(badParentheses)
	}
	return tree, p.err
}

// advanced is whether what PostgreSQL adds to POSIX's language means something.
func (p *parser) advanced() bool { return !p.flags.Extended && !p.flags.Basic }

// prefixes reads a director (***) and options at the beginning.
func (p *parser) prefixes() {
	if p.flags.Literal {
		return
	}
	if strings.HasPrefix(p.src, "***") {
		switch {
		case strings.HasPrefix(p.src, "***="):
			p.flags.Literal, p.at = true, 4
			return
		case strings.HasPrefix(p.src, "***:"):
			p.at, p.flags.Basic, p.flags.Extended = 4, false, false
		case strings.HasPrefix(p.src, "***?"):
			p.fail("invalid regexp (reg version 0.8)")
			return
		default:
			p.fail(badOperand)
			return
		}
	}
	options, ok := strings.CutPrefix(p.src[p.at:], "(?")
	if first, _ := utf8.DecodeRuneInString(options); !ok || !p.advanced() || !unicode.IsLetter(first) {
		return
	}
	for p.at += 2; p.at < len(p.src) && p.src[p.at]|0x20 >= 'a' && p.src[p.at]|0x20 <= 'z'; p.at++ {
		if !p.flags.option(p.src[p.at]) {
			p.fail(badOption)
			return
		}
	}
	if !strings.HasPrefix(p.src[p.at:], ")") {
		p.fail(badOption)
		return
	}
	p.at++
}

// option sets what a letter says; it is false for one that says nothing.
func (f *Flags) option(c byte) bool {
	switch c {
	case 'b':
		f.Basic, f.Extended, f.Literal = true, false, false
	case 'c':
		f.Fold = false
	case 'e':
		f.Extended, f.Basic, f.Literal = true, false, false
	case 'i':
		f.Fold = true
	case 'm', 'n':
		f.NewlineStop, f.NewlineAnchors = true, true
	case 'p':
		f.NewlineStop, f.NewlineAnchors = true, false
	case 'q':
		f.Literal, f.Basic, f.Extended = true, false, false
	case 's':
		f.NewlineStop, f.NewlineAnchors = false, false
	case 't':
		f.Expanded = false
	case 'w':
		f.NewlineStop, f.NewlineAnchors = false, true
	case 'x':
		f.Expanded = true
	default:
		return false
	}
	return true
}

// Option sets what a letter of a list of flags says, as an embedded option does.
func (f *Flags) Option(c byte) bool { return f.option(c) }

// skip steps over comments, and blanks where these mean nothing.
func (p *parser) skip() {
	for p.at < len(p.src) {
		c := p.src[p.at]
		switch {
		case p.flags.Expanded && (c == ' ' || c >= '\t' && c <= '\r'):
			p.at++
		case p.flags.Expanded && c == '#':
			for p.at < len(p.src) && p.src[p.at] != '\n' {
				p.at++
			}
		case p.advanced() && strings.HasPrefix(p.src[p.at:], "(?#"):
			end := strings.IndexByte(p.src[p.at:], ')')
			if end < 0 {
				p.at = len(p.src)
				return
			}
			p.at += end + 1
		default:
			return
		}
	}
}

// see is the next byte, 0 at the end.
func (p *parser) see() byte {
	p.skip()
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

func (p *parser) ends(stop byte) bool {
	p.skip()
	return p.at >= len(p.src) || p.src[p.at] == '|' || stop != 0 && p.src[p.at] == stop
}

// alternatives reads branches with | between them.
func (p *parser) alternatives(stop byte) *node {
	if p.depth++; p.depth > maxNesting {
		p.fail(tooComplex)
	}
	defer func() { p.depth-- }()
	var branches []*node
	for {
		branches = append(branches, p.branch(stop))
		if p.see() != '|' {
			break
		}
		p.at++
	}
	if len(branches) == 1 {
		return branches[0]
	}
	all := &node{kind: either, choices: branches, traits: traits{prefers: longer}}
	match := &atom{kind: alternatives}
	for _, b := range branches {
		inner := within(all.traits, b.traits)
		inner.prefers = longer
		all.traits = inner
		match.list = append(match.list, b.match)
	}
	if all.match = match; !all.traits.messy() {
		return &node{match: match, traits: all.traits}
	}
	return all
}

// branch reads parts one behind the other. Those that need no dividing are kept together.
func (p *parser) branch(stop byte) *node {
	top := &node{match: &atom{}}
	for !p.ends(stop) && p.err == nil {
		if p.part(stop, top) {
			break
		}
	}
	return top
}

// part reads an atom with its quantifier and adds it to top; it reports whether it has read the rest of the branch, too.
func (p *parser) part(stop byte, top *node) bool {
	n, quantifiable := p.atom()
	if p.err != nil {
		return false
	}
	if !quantifiable {
		top.match = row(top.match, n.match)
		return false
	}
	min, max, prefers := p.quantifier()
	if p.err != nil || min == 0 && max == 0 {
		return false
	}
	own := traits{prefers: prefers}
	sum := within(within(top.traits, own), n.traits)
	for _, t := range []traits{top.traits, own, n.traits} {
		if sum.prefers == noPreference {
			sum.prefers = t.prefers
		}
	}
	sum.mixed = sum.mixed || differ(top.traits.prefers, prefers, n.traits.prefers)
	if n.kind != group && n.kind != backRef && !sum.messy() {
		top.match, top.traits = row(top.match, times(n.match, min, max)), sum
		return false
	}
	first := p.quantified(n, min, max, prefers)
	rest := &node{match: &atom{}}
	if !p.ends(stop) {
		rest = p.branch(stop)
	}
	second := &node{kind: inRow, left: first, right: rest, match: row(first.match, rest.match), traits: combine(first.traits, rest.traits)}
	prefix := *top
	*top = node{kind: inRow, left: &prefix, right: second, match: row(prefix.match, second.match), traits: combine(prefix.traits, second.traits)}
	return true
}

// differ reports whether there are both preferences among some.
func differ(list ...preference) bool {
	var long, short bool
	for _, p := range list {
		long, short = long || p == longer, short || p == shorter
	}
	return long && short
}

// quantified is a part that has to be divided, so many times. Only what its last repetition has in its groups counts, so the ones before
// it are one piece, where there are no back-references to look at them.
func (p *parser) quantified(n *node, min, max int, prefers preference) *node {
	t := combine(traits{prefers: prefers}, n.traits)
	match := times(n.match, min, max)
	switch {
	case n.kind == backRef:
		n.min, n.max, n.traits, n.match = min, max, t, match
		return n
	case min == 1 && max == 1 && (prefers == noPreference || n.traits.prefers == noPreference && !n.traits.mixed || prefers == n.traits.prefers && !n.traits.mixed):
		return n
	case !n.traits.group && !n.traits.ref:
		return &node{match: match, traits: t}
	case min > 0 && !n.traits.ref:
		before := max
		if max != many {
			before = max - 1
		}
		earlier := &node{match: times(n.match, min-1, before), traits: traits{prefers: t.prefers}}
		if min-1 == 0 && before == 0 {
			earlier.match = &atom{}
		}
		return &node{kind: inRow, left: earlier, right: n, match: match, traits: t}
	}
	return &node{kind: repeat, left: n, min: min, max: max, match: match, traits: t}
}

// quantifier reads how often an atom is repeated, once where nothing says so.
func (p *parser) quantifier() (min, max int, prefers preference) {
	lazy := func() preference {
		if p.advanced() && p.see() == '?' {
			p.at++
			return shorter
		}
		return longer
	}
	switch p.see() {
	case '*':
		p.at++
		return 0, many, lazy()
	case '+':
		p.at++
		return 1, many, lazy()
	case '?':
		p.at++
		return 0, 1, lazy()
	case '{':
		if !p.isBound() {
			return 1, 1, noPreference
		}
		p.at++
		min = p.count()
		max = min
		comma := p.at < len(p.src) && p.src[p.at] == ','
		if comma {
			p.at++
			if max = many; p.at < len(p.src) && isDigit(p.src[p.at]) {
				if max = p.count(); max < min {
					p.fail(badCount)
				}
			}
		}
		switch {
		case p.err != nil:
			return 1, 1, noPreference
		case p.at >= len(p.src):
			p.fail(badBraces)
			return 1, 1, noPreference
		case p.src[p.at] != '}':
			p.fail(badCount)
			return 1, 1, noPreference
		}
		p.at++
		if prefers = lazy(); !comma {
			prefers = noPreference
		}
		return min, max, prefers
	}
	return 1, 1, noPreference
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isBound reports whether a brace begins a quantifier: a number follows.
func (p *parser) isBound() bool {
	return p.flags.Basic || p.at+1 < len(p.src) && isDigit(p.src[p.at+1])
}

func (p *parser) count() int {
	n := 0
	if p.at == len(p.src) || !isDigit(p.src[p.at]) { // in a basic expression a brace is always a bound's
		p.fail(badCount)
	}
	for p.at < len(p.src) && isDigit(p.src[p.at]) {
		if n = n*10 + int(p.src[p.at]-'0'); n > maxRepeat {
			p.fail(badCount)
			return 0
		}
		p.at++
	}
	return n
}

func (p *parser) leafOf(s *charSet) *node { return &node{match: &atom{kind: char, set: s.finish()}} }

func constraint(k assertKind) *node { return &node{match: &atom{kind: assertion, assert: k}} }

// atom reads an atom, or a constraint, which can't be quantified.
func (p *parser) atom() (n *node, quantifiable bool) {
	switch c := p.see(); c {
	case '(':
		return p.parentheses()
	case ')':
		if !p.flags.Extended {
			p.fail(badParentheses)
			break
		}
		p.at++ // by the letter of POSIX it stands for itself
		return p.leafOf(oneChar(')', false)), true
	case '*', '+', '?':
		p.fail(badOperand)
	case '{':
		if p.isBound() {
			p.fail(badOperand)
			break
		}
		p.at++
		return p.leafOf(oneChar('{', false)), true
	case '^':
		p.at++
		return constraint(p.line(atStart, lineStart)), false
	case '$':
		p.at++
		return constraint(p.line(atEnd, lineEnd)), false
	case '.':
		p.at++
		return p.leafOf(&charSet{negated: true, noLine: p.flags.NewlineStop}), true
	case '[':
		return p.brackets()
	case '\\':
		return p.escaped()
	default:
		r, w := utf8.DecodeRuneInString(p.src[p.at:])
		p.at += w
		return p.leafOf(oneChar(r, p.flags.Fold)), true
	}
	return nil, false
}

func (p *parser) line(text, line assertKind) assertKind {
	if p.flags.NewlineAnchors {
		return line
	}
	return text
}

// parentheses reads a group, or look-around.
func (p *parser) parentheses() (*node, bool) {
	rest := p.src[p.at:]
	inside := func(n int) *node {
		p.at += n
		inner := p.alternatives(')')
		if p.err == nil && p.see() != ')' {
			p.fail(badParentheses)
		}
		if p.err == nil {
			p.at++
		}
		return inner
	}
	if !p.advanced() {
		rest = "" // nothing but groups
	}
	for _, look := range []struct {
		text    string
		kind    assertKind
		negated bool
	}{{"(?=", lookAhead, false}, {"(?!", lookAhead, true}, {"(?<=", lookBehind, false}, {"(?<!", lookBehind, true}} {
		if strings.HasPrefix(rest, look.text) {
			p.looks++
			inner := inside(len(look.text))
			p.looks--
			if p.err != nil {
				return nil, false
			}
			return &node{match: &atom{kind: assertion, assert: look.kind, negated: look.negated, inner: inner.match}}, false
		}
	}
	switch {
	case strings.HasPrefix(rest, "(?:"):
		return inside(3), true
	case strings.HasPrefix(rest, "(?"):
		p.fail(badOperand)
		return nil, false
	case p.looks > 0: // groups within look-around keep nothing
		return inside(1), true
	}
	p.groups++
	number := p.groups
	inner := inside(1)
	if p.err != nil {
		return nil, false
	}
	p.closed[number] = inner.match
	t := inner.traits
	t.group = true
	return &node{kind: group, number: number, left: inner, match: inner.match, traits: t}, true
}
