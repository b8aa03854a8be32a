package filter

import "github.com/cespare/xxhash/v2"

// Key is the key of a text: XXH64 of its characters in UTF-8, with seed 0. A number's text is its spelling.
func Key(text []byte) uint64 { return xxhash.Sum64(text) }

// AppendTrigrams appends the keys of all that stands in a text three bytes long, A to Z in lower case: the number that the bytes are, the first the highest. No
// text shorter than that has any.
func AppendTrigrams(keys []uint64, text []byte) []uint64 {
	var k uint64
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if k = (k<<8 | uint64(c)) & 0xffffff; i >= 2 {
			keys = append(keys, k)
		}
	}
	return keys
}

// Integer reports whether a number is spelled as an integer in the one way that it has without an exponent or a fraction.
func Integer(spelling []byte) bool {
	digits := spelling
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || digits[0] == '0' && len(spelling) > 1 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
