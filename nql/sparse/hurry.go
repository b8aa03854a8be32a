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
	for j, at := range tape[1:] {
		c := text[at]
		if c == ',' && depth == 0 {
			return j + 2
		}
		if depth += int(nesting[c]); depth < 0 {
			break
		}
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
	base, tape := r.c.base, r.c.tape[r.c.i:r.c.n]
	next := bits.ReverseBytes64(n.members[want].word)
	for len(tape) >= 2 {
		colon, end := base+int(tape[0]), base+int(tape[1])
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) {
			break
		}
		used := 2
		if doc[end] != ',' {
			if used = behind(doc[base:], tape); used == 0 {
				break
			}
			end = base + int(tape[used-1])
		}
		if w = bits.ReverseBytes64(w); w >= next {
			if w == next && !r.take(doc, &n.members[want], i, colon, end) {
				break
			}
			taken := w == next
			if want++; want == len(n.members) {
				if taken {
					i, tape = end, tape[used:]
				}
				break
			}
			next = bits.ReverseBytes64(n.members[want].word)
			if !taken {
				continue
			}
		}
		i, tape = end, tape[used:]
	}
	r.c.i = r.c.n - len(tape)
	return i, want
}

// ahead does it for members in any order. Those in seen have been met.
func (r *Reader) ahead(doc []byte, n *node, i int, seen uint64) (int, uint64) {
	base, tape := r.c.base, r.c.tape[r.c.i:r.c.n]
loop:
	for len(tape) >= 2 && seen != n.all {
		colon, end := base+int(tape[0]), base+int(tape[1])
		w, ok := plain(doc, i, colon)
		if !ok || escaped(w) {
			break
		}
		used := 2
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
