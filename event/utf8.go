package event

import (
	"encoding/binary"
	"unicode/utf8"
)

// skipUTF8 returns the position behind the characters above ASCII that stand at i, as far as they are well-formed. Those of two bytes are looked at by fours, most of
// those of three by twos: writing is of one or the other for a word or a line.
func skipUTF8(src []byte, i int) int {
	for i < len(src) && src[i] >= utf8.RuneSelf {
		for i+8 <= len(src) {
			w := binary.LittleEndian.Uint64(src[i:])
			if w&0xc0e0c0e0c0e0c0e0 == 0x80c080c080c080c0 && longerThanOne(w) {
				i += 8
				continue
			}
			if w&0xc0c0f0c0c0f0 == 0x8080e08080e0 && ordinary(w) && ordinary(w>>24) {
				i += 6
				continue
			}
			break
		}
		if i >= len(src) || src[i] < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// longerThanOne reports whether none of four characters of two bytes would have had room in one: their first bytes are neither 0xc0 nor 0xc1.
func longerThanOne(w uint64) bool {
	const low = 0x007f007f007f007f
	return (w&0x001e001e001e001e+low)&^low == 0x0080008000800080 // each sum has this bit set where not all of 0x1e are zero
}

// ordinary reports whether a character of three bytes begins with none of the bytes 0xe0 and 0xed, of which not all that may follow is well-formed.
func ordinary(w uint64) bool { return w&0xf != 0 && w&0xf != 0xd }
