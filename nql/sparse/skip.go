package sparse

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

func skipSpace(doc []byte, i int) int {
	for i < len(doc) && (doc[i] == ' ' || doc[i] == '\n' || doc[i] == '\r' || doc[i] == '\t') {
		i++
	}
	return i
}

// SkipString returns where the string whose opening quote is at i ends, behind its closing quote; len(doc) where it does not.
func SkipString(doc []byte, i int) int {
	return min(closing(doc, min(i+1, len(doc)))+1, len(doc))
}

// closing returns where the quote stands that closes the string which i is within, not behind an odd number of backslashes; len(doc) where there is none. Names and short
// texts end within a few words of eight bytes, which are looked at here; over longer texts IndexByte jumps.
func closing(doc []byte, i int) int {
	const quotes, backslashes = '"' * ones, '\\' * ones
	for n := 0; n < 4 && len(doc)-i >= 8; n++ {
		w := binary.LittleEndian.Uint64(doc[i:])
		q, b := w^quotes, w^backslashes
		// The lowest bit set is at the first byte that is either: above it a byte one greater than a found one may be marked, too.
		// Bytes of 0x80 and more are marked by neither.
		if found := ((q-ones)&^q | (b-ones)&^b) & highs; found != 0 {
			i += bits.TrailingZeros64(found) >> 3
			if doc[i] == '"' {
				return i
			}
			break
		}
		i += 8
	}
	for {
		n := bytes.IndexByte(doc[i:], '"')
		if n < 0 {
			return len(doc)
		}
		// The quote is escaped when an odd number of backslashes stand before it.
		end := i + n
		if backslashesBefore(doc[i:end])&1 == 0 {
			return end
		}
		i = end + 1
	}
}

// backslashesBefore counts the backslashes at the end of text.
func backslashesBefore(text []byte) int {
	i := len(text)
	for i > 0 && text[i-1] == '\\' {
		i--
	}
	return len(text) - i
}

// endsScalar marks the bytes that end a number or a literal name.
var endsScalar = [256]bool{',': true, '}': true, ']': true, ':': true, '"': true, ' ': true, '\n': true, '\r': true, '\t': true}

// skipValue returns where the value at i ends. Where no value begins it returns i.
func skipValue(doc []byte, i int) int {
	if i >= len(doc) {
		return i
	}
	switch doc[i] {
	case '"':
		return SkipString(doc, i)
	case '{', '[':
		return SkipOut(doc, i+1)
	}
	for i < len(doc) && !endsScalar[doc[i]] {
		i++
	}
	return i
}

// SkipOut returns where the object or array ends that i, outside strings, is within, behind its brace or bracket; len(doc) where it does not. Most end
// within a few bytes, which are looked at here.
func SkipOut(doc []byte, i int) int {
	depth := 1
	for near := min(i+32, len(doc)); i < near; i++ {
		c := doc[i]
		if c == '"' {
			i = SkipString(doc, i) - 1
		} else if depth += int(nesting[c]); depth == 0 {
			return i + 1
		}
	}
	return skipFarOut(doc, i, depth)
}

// skipFarOut goes on within depth objects and arrays.
func skipFarOut(doc []byte, i, depth int) int {
	const some = 256
	var s scan
	var tape [some + slack]uint16
	for ; i < len(doc); i += some {
		text := doc[i:min(i+some, len(doc))]
		for _, at := range tape[:s.structure(tape[:], text, 0)] {
			if depth += int(nesting[text[at]]); depth == 0 {
				return i + int(at) + 1
			}
		}
	}
	return len(doc)
}
