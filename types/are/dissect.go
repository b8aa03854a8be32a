package are

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// find looks for the first match from a place on.
func (m *machine) find(from int) ([]int, error) {
	m.groups = make([]int, 2*(m.re.groups+1))
	for from <= len(m.s) {
		begin := m.earliest(from)
		if begin < 0 || m.over || m.matchFrom(begin) || m.over {
			break
		}
		// With back-references there may be no match where the automaton, which knows only what the groups could hold, sees one.
		_, w := utf8.DecodeRune(m.s[begin:])
		from = begin + max(w, 1)
	}
	switch {
	case m.over:
		return nil, ErrSteps
	case !m.matched:
		return nil, nil
	}
	return m.groups, nil
}

// earliest is where the match that begins first begins, -1 if there is none.
func (m *machine) earliest(from int) int {
	best := -1
	m.run(m.re.tree.prog, from, len(m.s), func(int) bool { return best < 0 }, func(start, _ int) (bool, int) {
		if best < 0 || start < best {
			best = start
		}
		return true, best
	})
	return best
}

// matchFrom finds the match that begins at a place and divides it.
func (m *machine) matchFrom(begin int) bool {
	tree := m.re.tree
	m.limit = len(m.s)
	var ends []int
	first := func(at int) bool { return at == begin }
	switch {
	case tree.traits.ref:
		ends = m.ends(tree, begin)
		if tree.traits.prefers != shorter {
			ends = slices.Clone(ends)
			slices.Reverse(ends)
		}
	case tree.traits.prefers == shorter:
		m.run(tree.prog, begin, len(m.s), first, func(_, at int) (bool, int) { ends = []int{at}; return false, -1 })
	default:
		m.run(tree.prog, begin, len(m.s), first, func(_, at int) (bool, int) { ends = append(ends[:0], at); return true, -1 })
	}
	for _, end := range ends {
		for i := range m.groups {
			m.groups[i] = -1
		}
		m.groups[0], m.groups[1] = begin, end
		if m.limit != end {
			m.limit, m.found = end, nil
		}
		if m.dissect(tree, begin, end) {
			m.matched = true
			return true
		}
		if m.over {
			return false
		}
		m.limit = len(m.s)
		m.found = nil
	}
	return false
}

// ends are the places, in order, where a part may end that begins at a place; none is behind the end of the whole match.
func (m *machine) ends(n *node, begin int) []int {
	key := endsKey{n.prog, begin}
	ends, known := m.found[key]
	if !known {
		m.run(n.prog, begin, m.limit, func(at int) bool { return at == begin }, func(_, at int) (bool, int) {
			ends = append(ends, at)
			return true, -1
		})
		if m.found == nil {
			m.found = map[endsKey][]int{}
		}
		m.found[key] = ends
	}
	return ends
}

func (m *machine) exactly(n *node, begin, end int) bool {
	_, ok := slices.BinarySearch(m.ends(n, begin), end)
	return ok
}

// forget takes back what a part's groups hold.
func (m *machine) forget(n *node) {
	if n == nil || !n.traits.group || !m.take(1) {
		return
	}
	if n.kind == group {
		m.groups[2*n.number], m.groups[2*n.number+1] = -1, -1
	}
	m.forget(n.left)
	m.forget(n.right)
	for _, c := range n.choices {
		m.forget(c)
	}
}

// dissect divides what a part matches, from begin to end, among its own parts. A back-reference may not be as its group was divided; then
// another division is tried, though not all there could be: each part divides itself the first way it can.
func (m *machine) dissect(n *node, begin, end int) bool {
	if !m.take(1) {
		return false
	}
	switch n.kind {
	case inRow:
		ends := m.ends(n.left, begin)
		for i := range ends {
			mid := ends[i]
			if n.left.traits.prefers != shorter {
				mid = ends[len(ends)-1-i]
			}
			if !m.take(1) || mid > end || !m.exactly(n.right, mid, end) {
				continue
			}
			if m.dissect(n.left, begin, mid) && m.dissect(n.right, mid, end) {
				return true
			}
			if m.over {
				return false
			}
			m.forget(n.left)
			m.forget(n.right)
		}
		return false
	case either:
		for _, c := range n.choices {
			if m.take(1) && m.exactly(c, begin, end) && m.dissect(c, begin, end) {
				return true
			}
			m.forget(c)
		}
		return false
	case repeat:
		return m.repeated(n, begin, end)
	case group:
		if !m.dissect(n.left, begin, end) {
			return false
		}
		m.groups[2*n.number], m.groups[2*n.number+1] = begin, end
		return true
	case backRef:
		return m.refers(n, begin, end)
	}
	return true
}

// refers reports whether a text is what a group holds, repeated.
func (m *machine) refers(n *node, begin, end int) bool {
	from, to := m.groups[2*n.number], m.groups[2*n.number+1]
	if from < 0 {
		return false
	}
	held, text := m.s[from:to], m.s[begin:end]
	if len(held) == 0 {
		return len(text) == 0
	}
	if len(text) == 0 {
		return n.min == 0
	}
	count := 0
	for len(text) > 0 {
		k := len(held)
		if m.re.fold {
			k = foldedPrefix(text, held)
		} else if !bytes.HasPrefix(text, held) {
			k = -1
		}
		if k < 0 {
			return false
		}
		text = text[k:]
		count++
	}
	return count >= n.min && (n.max == many || count <= n.max)
}

// foldedPrefix is how many bytes of text are held but for letters' case, -1 for none.
func foldedPrefix(text, held []byte) int {
	rest := text
	for len(held) > 0 {
		a, wa := utf8.DecodeRune(held)
		b, wb := utf8.DecodeRune(rest)
		if wb == 0 || a != b && unicode.ToLower(a) != unicode.ToLower(b) && unicode.ToUpper(a) != unicode.ToUpper(b) {
			return -1
		}
		held, rest = held[wa:], rest[wb:]
	}
	return len(text) - len(rest)
}

// repeated divides a text among repetitions of a part.
func (m *machine) repeated(n *node, begin, end int) bool {
	if n.min == 0 && begin == end && n.left.traits.prefers == shorter {
		return true
	}
	r := repetition{m: m, n: n, begin: begin, end: end, min: max(n.min, 1), failed: map[[2]int]bool{}}
	r.max = end - begin
	if n.max != many {
		r.max = min(r.max, n.max)
	}
	r.max = max(r.max, r.min)
	if r.from(1, begin) == done {
		return true
	}
	m.forget(n.left)
	return !m.over && n.min == 0 && begin == end // none at all
}

// repetition tries divisions of a text, by the preference of the part that is repeated. Empty ones are for when they are needed to make up
// the number.
type repetition struct {
	m          *machine
	n          *node
	begin, end int
	min, max   int
	ends       []int           // where the repetitions end
	failed     map[[2]int]bool // how many there are, up to the number needed, and where the next begins
}

const (
	done = -1
	none = 0 // otherwise the number of the repetition that could not be divided itself
)

// from chooses the end of repetition k and of those behind it.
func (r *repetition) from(k, at int) int {
	if !r.m.take(1) {
		return none
	}
	key := [2]int{k, at}
	if r.n.max == many {
		key[0] = min(k, r.min)
	}
	if r.failed[key] {
		return none
	}
	ends := r.m.ends(r.n.left, at)
	for i := range ends {
		e := ends[i]
		if r.n.left.traits.prefers != shorter {
			e = ends[len(ends)-1-i]
		}
		if !r.m.take(1) || e > r.end || e == at && e != r.end && (k >= r.min || r.min-k < r.end-e) || e == at && e == r.end && k > r.min {
			continue
		}
		r.ends = append(r.ends[:k-1], e)
		switch {
		case e == r.end && k >= r.min:
			bad := r.verify()
			if bad == done || bad < k || r.m.over {
				return bad
			}
		case e == r.end, k >= r.max:
		default:
			if bad := r.from(k+1, e); bad == done || bad != none && bad < k {
				return bad
			}
		}
		if r.m.over {
			return none
		}
	}
	if !r.n.traits.ref {
		r.failed[key] = true
	}
	return none
}

// verify divides each repetition itself; it is the number of the first that can't be, or done.
func (r *repetition) verify() int {
	at := r.begin
	for i, e := range r.ends {
		r.m.forget(r.n.left)
		if !r.m.dissect(r.n.left, at, e) {
			return i + 1
		}
		at = e
	}
	return done
}
