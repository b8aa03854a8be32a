package sparse

import (
	"math/bits"
	"strings"
)

// node is a place in the tree of wanted paths.
type node struct {
	slots    []int // paths that end here
	wants    int   // paths that end here or below
	members  []member
	words    []uint64 // theirs; nil where those don't tell, or there are more than 64
	all      uint64   // a bit for each
	elements []element
	fromEnd  bool // an element is counted from the end
}

type member struct {
	name   string
	fold   bool
	word   uint64 // its first eight bytes, the first the lowest
	order  uint64 // the same, the first the highest
	simple bool   // the value alone is wanted, nothing of what is in it
	odd    bool   // it may be spelled in no way but with an escape
	rank   int    // where documents are sorted: the index in Wanted.head, else the length of that; 0 further down
	node   node
}

type element struct {
	index int
	node  node
}

func (n *node) leaf() bool { return len(n.slots) > 0 }

func (n *node) add(path []Step, slot int) {
	n.wants++
	if len(path) == 0 {
		n.slots = append(n.slots, slot)
		return
	}
	s := path[0]
	if s.Element {
		for i := range n.elements {
			if n.elements[i].index == s.Index {
				n.elements[i].node.add(path[1:], slot)
				return
			}
		}
		n.fromEnd = n.fromEnd || s.Index < 0
		n.elements = append(n.elements, element{index: s.Index})
		n.elements[len(n.elements)-1].node.add(path[1:], slot)
		return
	}
	for i := range n.members {
		if n.members[i].name == s.Name && n.members[i].fold == s.Fold {
			n.members[i].node.add(path[1:], slot)
			return
		}
	}
	n.members = append(n.members, member{name: s.Name, fold: s.Fold, odd: mustEscape(s.Name)})
	n.members[len(n.members)-1].node.add(path[1:], slot)
}

// prepare sets what is derived from the names, here and below.
func (n *node) prepare() {
	tell := true
	n.words = nil
	for i := range n.members {
		m := &n.members[i]
		m.node.prepare()
		m.simple = len(m.node.members) == 0 && len(m.node.elements) == 0 && !m.fold && !m.odd
		tell = tell && !m.fold && !m.odd
		m.word = wordOf(m.name)
		m.order = bits.ReverseBytes64(m.word)
		n.words = append(n.words, m.word)
	}
	if !tell || len(n.members) > 64 {
		n.words = nil
	}
	n.all = 1<<len(n.members) - 1
	for i := range n.elements {
		n.elements[i].node.prepare()
	}
}

// mustEscape reports whether a name has characters that stand in no JSON text as they are.
func mustEscape(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
}

func (n *node) wide() bool {
	if len(n.members) > 64 {
		return true
	}
	for i := range n.members {
		if n.members[i].node.wide() {
			return true
		}
	}
	for i := range n.elements {
		if n.elements[i].node.wide() {
			return true
		}
	}
	return false
}

// Reader reads document after document. Wanted.Read makes one for each, which costs as much as looking at some 300 bytes.
// The zero Reader is ready; it is for one goroutine at a time.
type Reader struct {
	out  []Value
	open int // wanted values not yet met

	inOrder bool // members are sorted

	c cursor
}

func (r *Reader) set(doc []byte, n *node, start, end int) {
	if start >= end {
		return
	}
	v := Value{kindOf[doc[start]], doc[start:end:end]}
	if v.Kind == Missing {
		return
	}
	for _, slot := range n.slots {
		r.out[slot] = v
	}
}

// value reads what n wants of the value at i, which the cursor is before, and returns where the value ends; the cursor is there then. Once nothing is
// open any more the end is not looked for unless some enclosing value is wanted, which then is open itself.
func (r *Reader) value(doc []byte, n *node, i int) int {
	if i >= len(doc) {
		return i
	}
	before := r.open
	end := 0
	switch c := doc[i]; {
	case c != '{' && c != '[':
		end = r.c.peek(doc)
		for end > i && doc[end-1] <= ' ' {
			end--
		}
	case r.c.next(doc) != i: // not JSON
		return r.c.end(doc)
	case c == '{' && len(n.members) > 0 && r.inOrder:
		end = r.sorted(doc, n, i, head{})
	case c == '{' && len(n.members) > 0:
		end = r.object(doc, n, i)
	case c == '[' && len(n.elements) > 0:
		end = r.array(doc, n, i)
	default:
		end = r.c.leave(doc)
	}
	// What was not found here can't be found elsewhere.
	r.open = before - n.wants + len(n.slots)
	return end
}

// found reads member or element node n at i and gives it to its slots.
func (r *Reader) found(doc []byte, n *node, i int) {
	end := r.value(doc, n, i)
	if n.leaf() {
		r.set(doc, n, i, end)
		r.open -= len(n.slots)
	}
}

// object reads the members of the object at i, whose brace the cursor has passed.
func (r *Reader) object(doc []byte, n *node, i int) int {
	var seen uint64                            // members met; where there are more than 64, the first 64
	outer := r.open - (n.wants - len(n.slots)) // wanted elsewhere, or n itself
	for {
		if n.words != nil {
			if i, seen = r.ahead(doc, n, i, seen); seen == n.all {
				return r.leave(doc, outer)
			}
		}
		colon := r.c.next(doc)
		if colon == len(doc) || doc[colon] != ':' {
			return r.closed(doc, colon)
		}
		spelled, word := keyAt(doc, i+1, colon)
		hit := false
		for m := range n.members {
			mem := &n.members[m]
			if !mem.named(spelled, word) || seen>>m&1 != 0 {
				continue
			}
			start := skipSpace(doc, colon+1)
			if hit { // by a folded name, too
				r.c.restart(start)
			}
			hit = true
			r.found(doc, &mem.node, start)
			if seen |= 1 << m; seen == n.all && len(n.members) <= 64 {
				return r.leave(doc, outer)
			}
		}
		if i = r.c.pass(doc); i == len(doc) || doc[i] != ',' {
			return r.closed(doc, i)
		}
	}
}

// closed returns where the object or array ends that the character at i, which the cursor has passed, closes, and gives up where it doesn't close one.
func (r *Reader) closed(doc []byte, i int) int {
	if i < len(doc) && doc[i]&^0x20 == ']' { // or }
		return i + 1
	}
	return r.c.end(doc)
}

// array reads the elements of the array at i, whose bracket the cursor has passed.
func (r *Reader) array(doc []byte, n *node, i int) int {
	count := 0
	if n.fromEnd {
		count = r.count(doc, i)
		r.c.restart(i + 1)
	}
	for at := 0; ; at++ {
		start := skipSpace(doc, i+1)
		hit := false
		for e := range n.elements {
			el := &n.elements[e]
			if el.index == at || el.index < 0 && el.index+count == at {
				if hit { // counted from the end, too
					r.c.restart(start)
				}
				hit = true
				r.found(doc, &el.node, start)
				if r.open <= 0 {
					return len(doc)
				}
			}
		}
		if i = r.c.pass(doc); i == len(doc) || doc[i] != ',' {
			return r.closed(doc, i)
		}
	}
}

// count counts the elements of the array at i, whose bracket the cursor has passed.
func (r *Reader) count(doc []byte, i int) int {
	if i = skipSpace(doc, i+1); i < len(doc) && doc[i] == ']' {
		return 0
	}
	for n := 1; ; n++ {
		if i = r.c.pass(doc); i == len(doc) || doc[i] != ',' {
			return n
		}
	}
}
