package textsearch

import (
	"bytes"
	"unicode/utf8"
)

// A Parser cuts a text into tokens, as PostgreSQL's default parser does. Every byte of the text is in a token; a URL and a hyphenated word
// are followed by their parts.
//
// The automaton (rules.go) tries, and comes back where it has tried in vain. Texts that make it try the same again and again are told by the
// number of its steps; from then on it notes what was in vain, so that time grows with the text alone.
type Parser struct {
	text     []byte
	pos      int   // where the next token begins
	state    state // and in which state
	ignore   bool
	wantHost bool

	frames []frame
	trail  []visit // states passed since the oldest try that is open
	vain   []uint64
	steps  int
	budget int // steps after which the vain ones are noted
}

// frame is a place in the text with the state there; a try adds one on top.
type frame struct {
	pos, length int // length is that of the token so far
	state       state
	rule        uint8 // where a try goes on that was in vain
	trail       int   // how long the trail was when it began
}

type visit struct {
	pos   int
	state state
}

// NewParser begins to parse a text of UTF-8, which must stay as it is.
func NewParser(text []byte) *Parser {
	p := new(Parser)
	p.Reset(text)
	return p
}

// Reset begins with another text, with the same memory.
func (p *Parser) Reset(text []byte) {
	if cap(p.trail) > 1<<16 {
		p.trail = nil
	}
	*p = Parser{text: text, frames: p.frames[:0], trail: p.trail[:0], budget: 16*len(text) + 1024}
}

// longestNoted is how long a text may be for which the vain ones are noted: that takes ten bytes for each of the text's.
const longestNoted = 16 << 20

// Steps is how many steps were taken, which bounds the time.
func (p *Parser) Steps() int { return p.steps }

// Next gives the next token, a piece of the text; ok is false where there is none.
func (p *Parser) Next() (kind TokenType, token []byte, ok bool) {
	if p.pos >= len(p.text) {
		return 0, nil, false
	}
	start := p.pos
	p.frames = append(p.frames[:0], frame{pos: start, state: p.state})
	p.trail = p.trail[:0]
	from := 0 // the first rule to look at
	for {
		p.steps++
		f := &p.frames[len(p.frames)-1]
		c, width, k := p.at(f.pos)
		end := width == 0
		if len(p.frames) > 1 && from == 0 {
			p.trail = append(p.trail, visit{f.pos, f.state})
		}
		r := p.choose(f, start, from, c, k, end)
		from = 0
		switch r.special {
		case script:
			p.tagged(p.text[start : start+f.length])
		case restart:
			f.pos, f.length = f.pos-f.length, 0
		case again:
			p.wantHost = true
			f.pos -= f.length
		case rewind:
			f.pos -= f.length
		}
		switch r.verb {
		case emit:
			p.pos, p.state = f.pos, r.to
			return r.token, p.text[start : start+f.length], true
		case fail:
			from = p.fail()
			continue
		case back:
			f.state = r.to
			continue
		case try:
			if p.inVain(r.to, f.pos+width) {
				from = p.index(f.state, r) + 1
				continue
			}
			f.rule = uint8(p.index(f.state, r) + 1)
			p.frames = append(p.frames, frame{pos: f.pos, length: f.length, state: r.to, trail: len(p.trail)})
		case keep:
			n := len(p.frames)
			p.frames[n-2] = p.frames[n-1]
			p.frames = p.frames[:n-1]
			p.frames[n-2].state = r.to
		case join:
			n := len(p.frames)
			pos, length := f.pos, f.length
			p.trail = p.trail[:f.trail]
			p.frames = p.frames[:n-1]
			f = &p.frames[n-2]
			f.pos, f.length = pos, length
			from = int(f.rule) // as after a try in vain: PostgreSQL takes a second backslash, and the end, for a character like others
		default:
			if len(p.frames) > 1 && p.inVain(r.to, f.pos+width) {
				from = p.fail()
				continue
			}
			f.state = r.to
		}
		if end {
			p.pos = len(p.text)
			return 0, nil, false
		}
		f = &p.frames[len(p.frames)-1]
		f.pos += width
		f.length += width
	}
}

// at is the character at a place, its width in bytes, 0 at the text's end, and its class.
func (p *Parser) at(pos int) (c rune, width int, k charClass) {
	if pos >= len(p.text) {
		return 0, 0, 0
	}
	if b := p.text[pos]; b < utf8.RuneSelf {
		return rune(b), 1, asciiClasses[b]
	}
	c, width = utf8.DecodeRune(p.text[pos:])
	return c, width, classOf(c)
}

// choose is the rule that decides. Tests may move f on.
func (p *Parser) choose(f *frame, start, from int, c rune, k charClass, end bool) *rule {
	rules := machine.rules[f.state]
	if from == 0 {
		i := unknown
		switch {
		case end:
			i = int(machine.first[f.state][128])
		case c < 128:
			i = int(machine.first[f.state][c])
		}
		if i != unknown {
			return &rules[i]
		}
	}
	for i := from; ; i++ {
		r := &rules[i]
		if r.passes(c, k, end) {
			return r
		}
		switch r.test {
		case isIgnored:
			if p.ignore {
				return r
			}
		case isStop:
			if p.wantHost {
				p.wantHost = false
				return r
			}
		case isHost:
			if p.host(f) {
				return r
			}
		case isPath:
			if p.path(f) {
				return r
			}
		}
	}
}

// index is a rule's place among those of its state.
func (p *Parser) index(s state, r *rule) int {
	rules := machine.rules[s]
	for i := range rules {
		if &rules[i] == r {
			return i
		}
	}
	return len(rules)
}

// fail drops the last try, and gives the rule at which the frame below goes on.
func (p *Parser) fail() int {
	n := len(p.frames)
	if p.steps > p.budget && !p.wantHost && len(p.text) <= longestNoted {
		if p.vain == nil {
			p.vain = make([]uint64, (len(machine.rules)*(len(p.text)+1)+63)/64)
		}
		for _, v := range p.trail[p.frames[n-1].trail:] {
			bit := v.pos*len(machine.rules) + int(v.state)
			p.vain[bit>>6] |= 1 << (bit & 63)
		}
	}
	p.trail = p.trail[:p.frames[n-1].trail]
	p.frames = p.frames[:n-1]
	return int(p.frames[n-2].rule)
}

// inVain reports whether a state at a place is known to fail.
func (p *Parser) inVain(s state, pos int) bool {
	if p.vain == nil || p.wantHost || pos > len(p.text) {
		return false
	}
	bit := pos*len(machine.rules) + int(s)
	return p.vain[bit>>6]>>(bit&63)&1 != 0
}

// host passes over a host.
func (p *Parser) host(f *frame) bool {
	inner := Parser{text: p.text, pos: f.pos, wantHost: true, budget: len(p.text)*1000 + 1000}
	kind, token, ok := inner.Next()
	p.steps += inner.steps
	if !ok || kind != Host {
		return false
	}
	f.pos += len(token)
	f.length += len(token)
	return true
}

// path passes over the path of a URL.
func (p *Parser) path(f *frame) bool {
	n := 0
	for f.pos+n < len(p.text) && p.text[f.pos+n] < utf8.RuneSelf && asciiClasses[p.text[f.pos+n]]&urlChar != 0 {
		n++
	}
	f.pos += n
	f.length += n
	return n > 0
}

// tagged notes that a script or a style sheet begins or ends with a tag.
func (p *Parser) tagged(tag []byte) {
	is := func(s string) bool { return len(tag) == len(s) && bytes.EqualFold(tag, []byte(s)) }
	switch {
	case is("</script") || is("</style"):
		p.ignore = false
	case is("<script") || is("<style"):
		p.ignore = true
	}
}
