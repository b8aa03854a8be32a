package are

import "unicode/utf8"

// maxProgram bounds the instructions of an expression: repetitions are written out.
const maxProgram = 100_000

type opcode byte

const (
	opChar opcode = iota
	opSplit
	opAssert
	opMatch
)

// instruction of an automaton; next and other are where it goes on.
type instruction struct {
	op          opcode
	set         *charSet
	assert      assertKind
	negated     bool
	inner       *program
	next, other int32
}

// program is an automaton.
type program struct {
	code  []instruction
	start int32
}

type compiler struct {
	re    *Regexp
	total int
}

// tree compiles what each part of an expression matches.
func (c *compiler) tree(n *node) error {
	p, err := c.program(n.match)
	if err != nil {
		return err
	}
	n.prog = p
	children := n.choices
	for _, child := range append([]*node{n.left, n.right}, children...) {
		if child != nil {
			if err := c.tree(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *compiler) program(a *atom) (*program, error) {
	p := &program{}
	end := c.emit(p, instruction{op: opMatch})
	start, err := c.atom(p, a, end)
	p.start = start
	return p, err
}

func (c *compiler) emit(p *program, i instruction) int32 {
	p.code = append(p.code, i)
	c.total++
	return int32(len(p.code) - 1)
}

// atom compiles an atom that goes on at next; it gives where it begins.
func (c *compiler) atom(p *program, a *atom, next int32) (int32, error) {
	if c.total > maxProgram {
		return 0, &Error{tooComplex}
	}
	var err error
	switch a.kind {
	case char:
		return c.emit(p, instruction{op: opChar, set: a.set, next: next}), nil
	case sequence:
		for i := len(a.list) - 1; i >= 0 && err == nil; i-- {
			next, err = c.atom(p, a.list[i], next)
		}
		return next, err
	case alternatives:
		start := int32(-1)
		for i := len(a.list) - 1; i >= 0; i-- {
			branch, err := c.atom(p, a.list[i], next)
			if err != nil {
				return 0, err
			}
			if start < 0 {
				start = branch
			} else {
				start = c.emit(p, instruction{op: opSplit, next: branch, other: start})
			}
		}
		return start, nil
	case repeated:
		return c.repeat(p, a, next)
	case assertion:
		i := instruction{op: opAssert, assert: a.assert, negated: a.negated, next: next}
		c.re.Around = c.re.Around || a.assert != atEnd && a.assert != lineEnd && a.assert != lookAhead
		if a.inner != nil {
			if i.inner, err = c.program(a.inner); err != nil {
				return 0, err
			}
		}
		return c.emit(p, i), nil
	}
	return next, nil
}

func (c *compiler) repeat(p *program, a *atom, next int32) (int32, error) {
	if a.max == many {
		loop := c.emit(p, instruction{op: opSplit, other: next})
		body, err := c.atom(p, a.list[0], loop)
		if err != nil {
			return 0, err
		}
		p.code[loop].next = body
		next = loop
	} else {
		end := next
		for range a.max - a.min {
			body, err := c.atom(p, a.list[0], next)
			if err != nil {
				return 0, err
			}
			next = c.emit(p, instruction{op: opSplit, next: body, other: end})
		}
	}
	for range a.min {
		var err error
		if next, err = c.atom(p, a.list[0], next); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// threads are states of an automaton at one place of the text, each with the place where it began, in order of these.
type threads struct {
	list   []thread
	marked []uint32 // by state: the turn in which it was added
	turn   uint32
}

type thread struct {
	state int32
	start int
}

func (t *threads) reset(n int) {
	if len(t.marked) < n {
		t.marked, t.turn = make([]uint32, n), 0
	}
	t.turn++
	t.list = t.list[:0]
}

// machine is a search in one text.
type machine struct {
	re   *Regexp
	s    []byte
	most *Limit
	over bool // the steps are used up

	pools   []*threads
	found   map[endsKey][]int
	limit   int // of found: the end of the match that is divided
	ahead   map[lookKey]bool
	behind  map[*program][]bool
	groups  []int
	matched bool
}

type endsKey struct {
	p     *program
	begin int
}

type lookKey struct {
	p  *program
	at int
}

func (m *machine) take(n int) bool {
	l := m.most
	if l.Steps -= n; l.Steps < 0 {
		m.over = true
	} else if l.Ended != nil && (l.look == 0 || l.Steps < l.look) {
		l.look = max(l.Steps-askedSteps, 1)
		m.over = m.over || l.Ended()
	}
	return !m.over
}

func (m *machine) borrow() *threads {
	if n := len(m.pools); n > 0 {
		t := m.pools[n-1]
		m.pools = m.pools[:n-1]
		return t
	}
	return &threads{}
}

// add puts a state and what it leads to without reading into t; it reports whether the end is among them.
func (m *machine) add(p *program, t *threads, state int32, start, at int) (end bool) {
	stack := []int32{state}
	for len(stack) > 0 {
		state = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if t.marked[state] == t.turn || !m.take(1) {
			continue
		}
		t.marked[state] = t.turn
		switch i := &p.code[state]; i.op {
		case opSplit:
			stack = append(stack, i.other, i.next)
		case opAssert:
			if m.holds(i, at) != i.negated {
				stack = append(stack, i.next)
			}
		case opMatch:
			end = true
		default:
			t.list = append(t.list, thread{state, start})
		}
	}
	return end
}

// run simulates p. New threads begin at each place from which seed says so; visit is told of each place where the automaton is at its end,
// with the earliest start of what ends there, and says whether to go on. drop, where it is not negative, is the start from which on threads are of no interest.
func (m *machine) run(p *program, from, limit int, seed func(at int) bool, visit func(start, at int) (goOn bool, drop int)) {
	now, next := m.borrow(), m.borrow()
	defer func() { m.pools = append(m.pools, now, next) }()
	now.reset(len(p.code))
	at, drop := from, -1
	ended, endStart := false, 0
	for {
		if seed(at) && drop < 0 {
			if m.add(p, now, p.start, at, at) && !ended {
				ended, endStart = true, at
			}
		}
		if ended && !m.over {
			goOn, d := visit(endStart, at)
			if !goOn {
				return
			}
			drop = d
		}
		if m.over || at >= limit || len(now.list) == 0 && (drop >= 0 || !seed(at+1)) {
			return
		}
		c, w := rune(m.s[at]), 1
		if c >= utf8.RuneSelf {
			c, w = utf8.DecodeRune(m.s[at:])
		}
		if at += w; at > limit {
			return
		}
		next.reset(len(p.code))
		ended = false
		for _, t := range now.list {
			if drop >= 0 && t.start >= drop {
				break
			}
			if i := &p.code[t.state]; i.set.has(c) && m.add(p, next, i.next, t.start, at) && !ended {
				ended, endStart = true, t.start
			}
		}
		now, next = next, now
	}
}

// holds evaluates a constraint at a place.
func (m *machine) holds(i *instruction, at int) bool {
	before := func() (rune, bool) { c, w := utf8.DecodeLastRune(m.s[:at]); return c, w > 0 }
	after := func() (rune, bool) { c, w := utf8.DecodeRune(m.s[at:]); return c, w > 0 }
	wordAt := func(c rune, ok bool) bool { return ok && isWord(c) }
	switch i.assert {
	case atStart:
		return at == 0
	case atEnd:
		return at == len(m.s)
	case lineStart:
		return at == 0 || m.s[at-1] == '\n'
	case lineEnd:
		return at == len(m.s) || m.s[at] == '\n'
	case wordStart:
		return !wordAt(before()) && wordAt(after())
	case wordEnd:
		return wordAt(before()) && !wordAt(after())
	case wordEdge:
		return wordAt(before()) != wordAt(after())
	case notWordEdge:
		return wordAt(before()) == wordAt(after())
	case lookAhead:
		key := lookKey{i.inner, at}
		yes, known := m.ahead[key]
		if !known {
			m.run(i.inner, at, len(m.s), func(k int) bool { return k == at }, func(int, int) (bool, int) { yes = true; return false, -1 })
			if m.ahead == nil {
				m.ahead = map[lookKey]bool{}
			}
			m.ahead[key] = yes
		}
		return yes
	}
	ends := m.behind[i.inner]
	if ends == nil { // all places at which something of the kind ends
		ends = make([]bool, len(m.s)+1)
		if m.behind == nil {
			m.behind = map[*program][]bool{}
		}
		m.behind[i.inner] = ends
		m.run(i.inner, 0, len(m.s), func(int) bool { return true }, func(_, at int) (bool, int) { ends[at] = true; return true, -1 })
	}
	return ends[at]
}
