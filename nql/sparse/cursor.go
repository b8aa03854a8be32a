package sparse

import "math"

// cursor goes over a document's structure, { } [ ] : , outside strings, without looking at what lies between. It reads ahead a
// stretch at a time, so what lies behind the last thing wanted is never looked at.
//
// It doesn't hold the document, which is handed to each method: as parts of that end up in a caller's slice it would be taken to outlive the pass.
type cursor struct {
	scan scan
	base int // what the tape's offsets are counted from
	upto int // where what is not yet read begins
	i, n int // of tape, what lies ahead

	tape [remnant + stretch + slack]uint16
}

// remnant is how many offsets are kept at most when the tape is written anew.
const remnant = 32

// stretch is how many bytes are read at a time, a multiple of 64. Longer ones save calls, shorter ones reading in vain and the clearing of the tape.
const stretch = 512

// restart goes to pos, which is outside strings.
func (c *cursor) restart(pos int) {
	c.scan, c.i, c.n, c.upto = scan{}, 0, 0, pos
}

// end goes to the end: nothing is ahead.
func (c *cursor) end(doc []byte) int {
	c.i, c.n, c.upto = 0, 0, len(doc)
	return len(doc)
}

// next returns where the next structural character stands and goes past it; len(doc) where there is none.
func (c *cursor) next(doc []byte) int {
	if c.i >= c.n && !c.refill(doc) {
		return len(doc)
	}
	p := c.base + int(c.tape[c.i])
	c.i++
	return p
}

// peek is next without going past it.
func (c *cursor) peek(doc []byte) int {
	if c.i >= c.n && !c.refill(doc) {
		return len(doc)
	}
	return c.base + int(c.tape[c.i])
}

// refill reads stretches until there is something ahead, and reports whether there is.
func (c *cursor) refill(doc []byte) bool {
	for c.upto < len(doc) {
		text := doc[c.upto:min(c.upto+stretch, len(doc))]
		c.base = c.upto
		c.upto += len(text)
		c.i, c.n = 0, c.scan.structure(c.tape[:], text, 0)
		if c.n > 0 {
			return true
		}
	}
	return false
}

// more reads another stretch without losing the few offsets that are ahead, and reports whether it could.
func (c *cursor) more(doc []byte) bool {
	left := c.n - c.i
	if c.upto >= len(doc) || left > remnant || c.upto-c.base > math.MaxUint16-stretch {
		return false
	}
	text := doc[c.upto:min(c.upto+stretch, len(doc))]
	copy(c.tape[:left], c.tape[c.i:c.n])
	c.i, c.n = 0, left+c.scan.structure(c.tape[left:], text, c.upto-c.base)
	c.upto += len(text)
	return true
}

// leave goes past the end of the object or array that the cursor is within, and returns where that is: behind its brace.
func (c *cursor) leave(doc []byte) int {
	for depth := 1; ; {
		rest := doc[min(c.base, len(doc)):]
		for i, at := range c.tape[c.i:c.n] {
			if depth += int(nesting[rest[at]]); depth == 0 {
				c.i += i + 1
				return c.base + int(at) + 1
			}
		}
		if c.i = c.n; !c.refill(doc) {
			return len(doc)
		}
	}
}

// nesting is how much deeper one is behind a character.
var nesting = [256]int8{'{': 1, '[': 1, '}': -1, ']': -1}

// pass goes past the value that the cursor is before, and past the structural character behind it; it returns where that stands.
func (c *cursor) pass(doc []byte) int {
	i := c.next(doc)
	if i < len(doc) && doc[i]&^0x20 == '[' { // or {
		c.leave(doc)
		i = c.next(doc)
	}
	return i
}
