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

// skipString returns where the string whose opening quote is at i ends, behind its closing quote. Names and short
// texts end within a few words of eight bytes, which are looked at here; over longer texts IndexByte jumps.
func skipString(doc []byte, i int) int {
	const (
		ones        = 0x0101010101010101
		quotes      = '"' * ones
		backslashes = '\\' * ones
	)
	i++
	for n := 0; n < 4 && len(doc)-i >= 8; n++ {
		w := binary.LittleEndian.Uint64(doc[i:])
		q, b := w^quotes, w^backslashes
		// The lowest bit set is at the first byte that is either: above it a byte one greater than a found one may be marked, too.
		// Bytes of 0x80 and more are marked by neither.
		if found := ((q-ones)&^q | (b-ones)&^b) & (0x80 * ones); found != 0 {
			i += bits.TrailingZeros64(found) >> 3
			if doc[i] == '"' {
				return i + 1
			}
			break
		}
		i += 8
	}
	return skipLongString(doc, i)
}

// skipLongString goes on from i, which is within a string and not behind an odd number of backslashes.
func skipLongString(doc []byte, i int) int {
	for {
		n := bytes.IndexByte(doc[i:], '"')
		if n < 0 {
			return len(doc)
		}
		// The quote is escaped when an odd number of backslashes stand before it.
		end := i + n
		b := end
		for b > i && doc[b-1] == '\\' {
			b--
		}
		i = end + 1
		if (end-b)&1 == 0 {
			return i
		}
	}
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
		return skipString(doc, i)
	case '{', '[':
		return skipOut(doc, i+1)
	}
	for i < len(doc) && !endsScalar[doc[i]] {
		i++
	}
	return i
}

// skipOut returns where the object or array ends that i, outside strings, is within.
func skipOut(doc []byte, i int) int {
	var c cursor
	c.restart(i)
	return c.leave(doc)
}
