package sparse

import (
	"encoding/binary"
	"math/bits"
)

// Most members are not wanted, and their names' first eight bytes tell. These loops go past them, as far as the tape reaches and members are as
// a minified document has them, with values that are no objects or arrays. What stops them is for the slower loops to look at.

// plain gives the first eight bytes of the name behind the comma or brace at i, and reports whether the member is of that kind: its colon and the comma
// behind it are the two offsets of tape that are next.
func plain(doc []byte, i, colon, end int) (word uint64, ok bool) {
	n := colon - i - 3
	if n < 0 || doc[colon] != ':' || doc[end] != ',' || doc[colon-1] != '"' || len(doc)-i < 10 || doc[i+1] != '"' {
		return 0, false
	}
	return binary.LittleEndian.Uint64(doc[i+2:]) & lowest[min(n, 8)], true
}

// before goes past members with names below one of which word is the first eight bytes, beginning behind i. It returns the comma, or i, behind which
// the first other member stands.
func (c *cursor) before(doc []byte, word uint64, i int) int {
	word = bits.ReverseBytes64(word)
	base, tape := c.base, c.tape[c.i:c.n]
	for len(tape) >= 2 {
		end := base + int(tape[1])
		w, ok := plain(doc, i, base+int(tape[0]), end)
		if !ok || bits.ReverseBytes64(w) >= word || escaped(w) {
			break
		}
		i, tape = end, tape[2:]
	}
	c.i = c.n - len(tape)
	return i
}

// without goes past members with names that begin with none of words.
func (c *cursor) without(doc []byte, words []uint64, i int) int {
	base, tape := c.base, c.tape[c.i:c.n]
loop:
	for len(tape) >= 2 {
		end := base + int(tape[1])
		w, ok := plain(doc, i, base+int(tape[0]), end)
		if !ok || escaped(w) {
			break
		}
		for _, other := range words {
			if w == other {
				break loop
			}
		}
		i, tape = end, tape[2:]
	}
	c.i = c.n - len(tape)
	return i
}
