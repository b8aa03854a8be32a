package event

import (
	"encoding/binary"
	"math/bits"
)

// plainMembers reads members as long as each is as most are: of the name that is expected, without white space, its value a string without escapes or
// characters above ASCII, a short number or a literal name. The first begins at i; prev and guess are as in object. It returns where the first member begins that is
// anything else, and prev and guess for it; or, with end set, the position of the brace behind the last member.
//
// All that it does could be left to object. It makes no call, so that what it works with stays in registers.
func (d *Decoder) plainMembers(i int, prev, guess uint32) (next int, prev2, guess2 uint32, end bool) {
	// Behind a name as many bytes must follow as are looked at without checking.
	const room = longestPlain
	src, specials, names := d.src, d.specials, d.names.all
	m := len(d.nodes)
	nodes, sig, traits := d.nodes[:cap(d.nodes)], d.sig, d.traits
members:
	for m < len(nodes) {
		k := &names[guess]
		v := i + int(k.size)
		if v+room > len(src) || !k.plain ||
			binary.LittleEndian.Uint64(src[i:])&k.mask != k.head || binary.LittleEndian.Uint64(src[i+int(k.tailAt):])&k.mask != k.tail ||
			k.size > 16 && binary.LittleEndian.Uint64(src[i+8:]) != k.middle {
			break
		}
		stop := v
		var kind nodeKind
		var class class
		var t numberTraits
		switch c := src[v]; {
		case c == '"':
			stop++
			marks := binary.LittleEndian.Uint64(specials[stop>>3:]) >> (stop & 7)
			if marks == 0 {
				stop &^= 7
				for marks == 0 {
					stop += 64
					marks = binary.LittleEndian.Uint64(specials[stop>>3:])
				}
			}
			stop += bits.TrailingZeros64(marks)
			if stop+1 >= len(src) || src[stop] != '"' {
				break members
			}
			stop++
			kind, class = nodeString, classText
		case c-'1' <= 8:
			// Up to seven digits, and as many behind a point.
			n := digitsIn(binary.LittleEndian.Uint64(src[v:]))
			stop += n
			if n < 8 && src[stop] == '.' {
				n = digitsIn(binary.LittleEndian.Uint64(src[stop+1:]))
				stop += 1 + n
				t = seenFraction
			}
			if n == 0 || n > 7 {
				break members
			}
			kind, class = nodeNumber, classNumber
		case binary.LittleEndian.Uint32(src[v:]) == wordTrue:
			stop += 4
			kind, class = nodeTrue, classBool
		case binary.LittleEndian.Uint32(src[v:]) == wordNull:
			stop += 4
			kind, class = nodeNull, classNull
		case c == 'f' && binary.LittleEndian.Uint32(src[v+1:]) == wordAlse:
			stop += 5
			kind, class = nodeFalse, classBool
		default:
			break members
		}
		c := src[stop]
		if c != ',' && c != '}' {
			break
		}
		p := &nodes[m] // field by field: put together elsewhere and copied, it would have to wait for its parts to be stored
		p.start, p.val, p.valEnd, p.next = uint32(i), uint32(v), uint32(stop), uint32(m+1)
		p.from, p.to, p.name, p.kind, p.flags = 0, 0, guess, kind, 0
		binary.LittleEndian.PutUint16(sig[2*m:], uint16(guess<<3)|uint16(class))
		traits[m] = byte(t)
		m++
		prev, guess = guess, k.next
		i = stop + 1
		if c == '}' {
			i, end = stop, true
			break
		}
	}
	d.nodes = d.nodes[:m]
	return i, prev, guess, end
}

// The literal names as numbers.
const (
	wordTrue = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	wordNull = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	wordAlse = 'a' | 'l'<<8 | 's'<<16 | 'e'<<24
)

// digitsIn counts the digits that the eight characters in w begin with.
func digitsIn(w uint64) int {
	w ^= ones * '0'
	// Digits are 0 to 9 now. The carry out of a byte that is none can mark only bytes behind it.
	return bits.TrailingZeros64((w|(w+ones*(0x80-10)))&highs) >> 3
}
