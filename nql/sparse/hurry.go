package sparse

import (
	"math/bits"
)

// Most members are not wanted, and their names' first eight bytes tell. The loops here go past them, as far as the tape reaches and members are as a
// minified document has them; and of the wanted ones they take those of which the value alone is wanted. What stops them is for the slower
// loops to look at.

// plain gives the first eight bytes of the name between the comma or brace at i and the colon, and reports whether it stands between these without white space.
func plain(doc []byte, i, colon int) (word uint64, ok bool) {
	if i+10 > len(doc) || doc[colon] != ':' || doc[colon-1] != '"' || doc[i+1] != '"' {
		return 0, false
	}
	return first(doc, i+2, colon-i-3), true
}

// behind gives how many offsets of tape it is to behind the comma behind an object or array which the second begins; 0 where there is none.
func behind(text []byte, tape []uint16) int {
	depth := 0
	for i, at := range tape[1:] {
		if depth += int(nesting[text[at]]); depth > 0 {
			continue
		}
		if comma := i + 2; i > 0 && comma < len(tape) && text[tape[comma]] == ',' {
			return comma + 1
		}
		break
	}
	return 0
}

// take gives m the member behind i if the rest of its name, of which the first eight bytes are those of m, is that of m, too, and m wants no more of
// it than its value.
func (r *Reader) take(doc []byte, m *member, i, colon, end int) bool {
	if !m.simple || colon-i-3 != len(m.name) || len(m.name) > 8 && string(doc[i+10:colon-1]) != m.name[8:] ||
		doc[colon+1] <= ' ' || doc[end-1] <= ' ' {
		return false
	}
	r.set(doc, &m.node, colon+1, end)
	r.open -= len(m.node.slots)
	return true
}

// sortedAhead goes ahead in an object of which the members are sorted, as those of n are, from behind i; the next one wanted is number want. It returns the
// comma, or i, behind which it stopped, and what is then wanted next.
func (r *Reader) sortedAhead(doc []byte, n *node, i, want int) (int, int) {
	c := &r.c
	for want < len(n.members) {
		m := &n.members[want]
		i = c.below(doc, i, m.order)
		// The member behind i is the wanted one, or behind that, or for the slower loop.
		tape := c.tape[c.i:c.n]
		if len(tape) < 2 {
			if c.more(doc) {
				continue
			}
			break
		}
		colon, end, used := c.base+int(tape[0]), c.base+int(tape[1]), 2
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) {
			break
		}
		if w = bits.ReverseBytes64(w); w < m.order {
			break
		}
		if w == m.order {
			if doc[end] != ',' {
				if used = behind(doc[c.base:], tape); used == 0 {
					break
				}
				end = c.base + int(tape[used-1])
			}
			if !r.take(doc, m, i, colon, end) {
				break
			}
			c.i += used
			i = end
		}
		want++
	}
	return i, want
}

// headAhead does it among the names that stand before all others, of which at are behind, and words are the first eight bytes, with zeros
// behind them.
func (r *Reader) headAhead(doc []byte, n *node, i, want, at int, words []uint64) (int, int, int) {
	c := &r.c
	for at < len(words) && (c.n-c.i >= 2 || c.more(doc)) {
		tape := c.tape[c.i:c.n]
		if len(tape) < 2 {
			continue
		}
		colon, end, used := c.base+int(tape[0]), c.base+int(tape[1]), 2
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) {
			break
		}
		for at < len(words) && words[at] != w {
			at++
		}
		for want < len(n.members) && n.members[want].rank < at { // it isn't there
			want++
		}
		if want == len(n.members) || at == len(words) {
			break
		}
		if doc[end] != ',' {
			if used = behind(doc[c.base:], tape); used == 0 {
				break
			}
			end = c.base + int(tape[used-1])
		}
		if m := &n.members[want]; m.rank == at {
			if !r.take(doc, m, i, colon, end) {
				break
			}
			want++
		}
		c.i += used
		i = end
		if at++; want == len(n.members) {
			break
		}
	}
	return i, want, at
}

// belowPortable goes past members of which the first eight bytes of the names, the first the highest, are below order, beginning behind i. It returns the comma,
// or i, behind which it stopped.
func (c *cursor) belowPortable(doc []byte, i int, order uint64) int {
	base, tape := c.base, c.tape[c.i:c.n]
	for len(tape) >= 2 {
		colon, end, used := base+int(tape[0]), base+int(tape[1]), 2
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) || bits.ReverseBytes64(w) >= order {
			break
		}
		if doc[end] != ',' {
			if used = behind(doc[base:], tape); used == 0 {
				break
			}
			end = base + int(tape[used-1])
		}
		i, tape = end, tape[used:]
	}
	c.i = c.n - len(tape)
	return i
}

// ahead does it for members in any order. Those in seen have been met.
func (r *Reader) ahead(doc []byte, n *node, i int, seen uint64) (int, uint64) {
	base, tape := r.c.base, r.c.tape[r.c.i:r.c.n]
loop:
	for seen != n.all {
		if len(tape) < 2 {
			if r.c.i = r.c.n - len(tape); r.c.more(doc) {
				tape = r.c.tape[:r.c.n]
				continue
			}
			break
		}
		colon, end, used := base+int(tape[0]), base+int(tape[1]), 2
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) {
			break
		}
		if doc[end] != ',' {
			if used = behind(doc[base:], tape); used == 0 {
				break
			}
			end = base + int(tape[used-1])
		}
		for k, other := range n.words {
			if w == other && seen>>k&1 == 0 {
				if !r.take(doc, &n.members[k], i, colon, end) {
					break loop
				}
				seen |= 1 << k
			}
		}
		i, tape = end, tape[used:]
	}
	r.c.i = r.c.n - len(tape)
	return i, seen
}
