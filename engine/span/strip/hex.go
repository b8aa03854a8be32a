package strip

import "encoding/binary"

// Texts of one length in which each place holds either the same character everywhere, or a hexadecimal digit: hashes, trace ids, UUIDs with or without braces.
//
//	u length
//	1 digits; 0: 0-9a-f, 1: 0-9A-F
//	n the text with a zero byte where a digit stands
//	  for each text its digits, two a byte, the first in the upper half; a last half is 0
const maxHexText = 128

const lowerDigits, upperDigits = "0123456789abcdef", "0123456789ABCDEF"

// What a byte can be among hexadecimal digits.
const (
	isDigit = 1 << iota
	isLower
	isUpper
)

var hexClass, hexValue = hexTables()

func hexTables() (class, value [256]uint8) {
	for i := range 16 {
		l, u := lowerDigits[i], upperDigits[i]
		value[l], value[u] = uint8(i), uint8(i)
		if i < 10 {
			class[l] = isDigit
		} else {
			class[l], class[u] = isLower, isUpper
		}
	}
	return class, value
}

// appendHex appends t where it is of that kind.
func (b *Builder) appendHex(dst []byte, t texts) ([]byte, bool) {
	first := t.at(0)
	n := len(first)
	if n == 0 || n > maxHexText {
		return dst, false
	}
	for _, r := range t.refs {
		if int(r.to-r.from) != n {
			return dst, false
		}
	}
	var pattern [maxHexText]byte
	copy(pattern[:], first)
	var classes, digits uint8
	for p, c := range first {
		var all uint8
		same := true
		for i := range t.refs {
			d := t.of[int(t.refs[i].from)+p]
			same = same && d == c
			class := hexClass[d]
			if all |= class; !same && class == 0 {
				return dst, false
			}
		}
		if !same {
			// A byte that is no digit may have stood there before the first that differs.
			if hexClass[c] == 0 {
				return dst, false
			}
			pattern[p] = 0
			classes |= all
			digits++
		} else if c == 0 {
			return dst, false
		}
	}
	// Digits up to 9 alone are numbers, which a template stores in fewer bits.
	if classes&(isLower|isUpper) == isLower|isUpper || classes&(isLower|isUpper) == 0 {
		return dst, false
	}
	dst = binary.AppendUvarint(append(dst, textHex), uint64(n))
	dst = append(dst, (classes&isUpper)>>2)
	dst = append(dst, pattern[:n]...)
	for i := range t.refs {
		v := t.at(i)
		half, have := byte(0), false
		for p, c := range v {
			if pattern[p] != 0 {
				continue
			}
			if have {
				dst = append(dst, half<<4|hexValue[c])
			} else {
				half = hexValue[c]
			}
			have = !have
		}
		if have {
			dst = append(dst, half<<4)
		}
	}
	return dst, true
}

// hexTexts are such texts as they are stored.
type hexTexts struct {
	pattern []byte
	runs    []ref // of digits in the pattern
	digits  int   // of each text
	size    int   // bytes of each
	pairs   *[256][2]byte
	data    []byte
}

var lowerPairs, upperPairs = pairsOf(lowerDigits), pairsOf(upperDigits)

func pairsOf(digits string) (p [256][2]byte) {
	for i := range p {
		p[i] = [2]byte{digits[i>>4], digits[i&15]}
	}
	return p
}

func (in *input) hex(n int) *hexTexts {
	h := &hexTexts{}
	length := in.count(maxHexText)
	switch in.byte() {
	case 0:
		h.pairs = &lowerPairs
	case 1:
		h.pairs = &upperPairs
	default:
		in.fail()
	}
	h.pattern = in.take(length)
	for i, c := range h.pattern {
		if c != 0 {
			continue
		}
		if h.digits++; i > 0 && h.pattern[i-1] == 0 {
			h.runs[len(h.runs)-1].to++
		} else {
			h.runs = append(h.runs, ref{uint32(i), uint32(i) + 1})
		}
	}
	h.size = (h.digits + 1) / 2
	h.data = in.take(n * h.size)
	return h
}

func (h *hexTexts) append(dst []byte, i int) []byte {
	var digits [maxHexText]byte
	for k, c := range h.data[i*h.size : (i+1)*h.size] {
		p := &h.pairs[c]
		digits[2*k], digits[2*k+1] = p[0], p[1]
	}
	dst = append(dst, h.pattern...)
	text, next := dst[len(dst)-len(h.pattern):], 0
	for _, run := range h.runs {
		next += copy(text[run.from:run.to], digits[next:])
	}
	return dst
}

// digitsOf gives the digits of a text as they are stored; false where it is no such text.
func (h *hexTexts) digitsOf(dst, text []byte) ([]byte, bool) {
	if len(text) != len(h.pattern) {
		return nil, false
	}
	n := 0
	for i, p := range h.pattern {
		c := text[i]
		if p != 0 {
			if c != p {
				return nil, false
			}
			continue
		}
		v := hexValue[c]
		if pair := h.pairs[v]; pair[1] != c { // of the other case, or none
			return nil, false
		}
		if n%2 == 0 {
			dst = append(dst, v<<4)
		} else {
			dst[len(dst)-1] |= v
		}
		n++
	}
	return dst, true
}
