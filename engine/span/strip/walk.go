package strip

import (
	"bytes"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Type is the JSON type of a strip's values.
type Type uint8

// The types. Objects have no strips: their members have.
const (
	Null Type = iota
	Bool
	Number
	String
	JSON // arrays, and documents that are not taken apart
	Rest // what the document has besides what its shape says; see rest.go
	types
)

// An op is a step of the way through a document, in the order of its bytes: a member that is an object begins, the innermost object ends, or a value that
// belongs to a strip.
type op = uint32

const opClose op = 0

func opOpen(node uint32) op { return node<<1 | 1 }
func opValue(strip int) op  { return op(strip+1) << 1 }
func isOpen(o op) bool      { return o&1 != 0 }
func nodeOf(o op) uint32    { return o >> 1 }
func stripOf(o op) int      { return int(o>>1) - 1 }

// node is a member's place in documents: its name, and the object that it is in. Node 0 is the document.
type node struct {
	parent uint32
	name   ref // in Builder.names, as it is spelled

	// Guesses: the member that an object begins with, and the one that follows this one.
	first, next uint32

	strips [types]int32 // -1: there is none yet
	row    int32        // the latest document that had it, to find names that stand twice
	opened int32        // how often it was an object
	rare   bool         // too few documents have it as an object
}

type nodeKey struct {
	parent uint32
	name   string
}

// value is a value of the document at hand.
type value struct {
	strip    int
	from, to uint32
}

// walk takes the document at hand apart, into b.ops, b.places (of the quote that a member's name begins with, or the closing brace) and b.found. It is false for one that is not as package event writes it; then it is kept as it is.
//
// What is not looked at is the structure alone, and that comes back as the ops say, byte for byte: between a name, its colon, its value and what follows
// nothing else may stand.
func (b *Builder) walk(doc []byte, row int32) bool {
	var found sparse.Found
	b.tape, found = sparse.Index(b.tape[:0], doc)
	tape := b.tape
	b.ops, b.found, b.places = b.ops[:0], b.found[:0], b.places[:0]
	if found&(sparse.Spaces|sparse.Controls|sparse.Open) != 0 || len(tape) < 2 || tape[0] != 0 || doc[0] != '{' {
		return false
	}
	if len(tape) == 2 { // {} has no member to make a shape of
		return false
	}
	// A mark behind the last one is no place in the document.
	tape = append(tape, uint32(len(doc)), uint32(len(doc)), uint32(len(doc)), uint32(len(doc)))
	b.tape = tape
	stack := b.stack[:0]
	parent, before := uint32(0), uint32(0)
	k := 1
	last := len(tape) - 4
	for {
		// A member: tape[k] is the quote that its name begins with.
		if k+3 > last {
			return false
		}
		from, to, colon := tape[k], tape[k+1], tape[k+2]
		if doc[from] != '"' || from != tape[k-1]+1 || colon != to+1 || doc[colon] != ':' {
			return false
		}
		k += 3
		n := b.node(parent, before, doc[from+1:to])
		at := &b.nodes[n]
		if at.row == row+1 {
			return false
		}
		at.row = row + 1
		before = n
		b.places = append(b.places, from)
		start := colon + 1
		if int(start) >= len(doc) {
			return false
		}
		var end uint32 // behind the value
		var t Type
		switch c := doc[start]; c {
		case '"':
			if tape[k] != start || k+2 > last {
				return false
			}
			end = tape[k+1] + 1
			k += 2
			b.value(n, String, start+1, end-1)
		case '{':
			if tape[k] != start {
				return false
			}
			at.opened++
			b.ops = append(b.ops, opOpen(n))
			stack = append(stack, parent)
			parent, before = n, 0
			if k+1 < last && doc[tape[k+1]] == '}' && tape[k+1] == start+1 {
				k++
				end = start + 1
				break
			}
			k++
			continue
		case '[':
			if tape[k] != start {
				return false
			}
			k = closing(doc, tape[:last], k)
			if k < 0 {
				return false
			}
			end = tape[k] + 1
			k++
			b.value(n, JSON, start, end)
		default:
			end = tape[k]
			switch text := doc[start:min(int(end), len(doc))]; {
			case c == 't' && string(text) == "true", c == 'f' && string(text) == "false":
				t = Bool
			case c == 'n' && string(text) == "null":
				t = Null
			case c == '-' || c-'0' <= 9:
				t = Number
			default:
				return false
			}
			b.value(n, t, start, end)
		}
		// What follows the value: ends of objects, then a comma or the end of all.
		for {
			if k >= last || tape[k] != end {
				return false
			}
			c := doc[end]
			k++
			if c == ',' {
				break
			}
			if c != '}' {
				return false
			}
			end++
			if len(stack) == 0 {
				b.stack = stack
				return int(end) == len(doc)
			}
			b.ops, b.places = append(b.ops, opClose), append(b.places, end-1)
			before = parent
			parent = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
		}
		b.stack = stack
	}
}

// closing gives the mark of the bracket that closes the one at mark k.
func closing(doc []byte, tape []uint32, k int) int {
	depth := 0
	for ; k < len(tape); k++ {
		switch doc[tape[k]] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				if doc[tape[k]] != ']' {
					return -1
				}
				return k
			}
		}
	}
	return -1
}

func (b *Builder) value(n uint32, t Type, from, to uint32) {
	s := b.nodes[n].strips[t]
	if s < 0 {
		s = int32(b.newStrip(n, t))
	}
	b.ops = append(b.ops, opValue(int(s)))
	b.found = append(b.found, value{int(s), from, to})
}

// node finds the member of an object with this name, before which the member before stands; 0: it is the first.
func (b *Builder) node(parent, before uint32, name []byte) uint32 {
	guess := b.nodes[before].next
	if before == 0 {
		guess = b.nodes[parent].first
	}
	if guess != 0 {
		if g := &b.nodes[guess]; g.parent == parent && int(g.name.to-g.name.from) == len(name) && bytes.Equal(b.names[g.name.from:g.name.to], name) {
			return guess
		}
	}
	n, ok := b.known[nodeKey{parent, string(name)}]
	if !ok {
		from := len(b.names)
		b.names = append(b.names, name...)
		n = b.newNode(parent, ref{uint32(from), uint32(len(b.names))})
		b.known[nodeKey{parent, string(name)}] = n
	}
	if before == 0 {
		b.nodes[parent].first = n
	} else {
		b.nodes[before].next = n
	}
	return n
}

func (b *Builder) newNode(parent uint32, name ref) uint32 {
	n := node{parent: parent, name: name}
	for t := range n.strips {
		n.strips[t] = -1
	}
	b.nodes = append(b.nodes, n)
	return uint32(len(b.nodes) - 1)
}
