package textsearch

import "unicode"

// charClass says what the parser asks of a character.
type charClass uint8

const (
	letter charClass = 1 << iota
	digit            // 0 to 9
	hexDigit
	space
	mark // has no width of its own, or is a sign that goes with a letter: goes on with a word, and begins none
	urlChar
	ascii
)

var asciiClasses = func() (t [128]charClass) {
	for c := range rune(128) {
		k := ascii
		switch {
		case c >= '0' && c <= '9':
			k |= digit | hexDigit
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			k |= letter
			if c|0x20 <= 'f' {
				k |= hexDigit
			}
		case c == ' ' || c >= '\t' && c <= '\r':
			k |= space
		}
		if c > ' ' && c < 0x7f {
			switch c {
			case '"', '<', '>', '\\', '^', '`', '{', '|', '}':
			default:
				k |= urlChar
			}
		}
		t[c] = k
	}
	return t
}()

// signs are spacing marks that are no letters to Unicode, and go on with a word all the same.
var signs = map[rune]bool{0xf3e: true, 0xf3f: true, 0x1b44: true, 0x1baa: true, 0xa953: true}

func classOf(c rune) charClass {
	switch {
	case c < 128:
		return asciiClasses[c]
	case unicode.IsLetter(c) || unicode.In(c, unicode.Nd, unicode.Nl, unicode.Other_Alphabetic):
		return letter
	case signs[c] || unicode.In(c, unicode.Mn, unicode.Me):
		return mark
	case isSpace(c):
		return space
	}
	return 0
}

// isSpace is iswspace of glibc: no blank that forbids a line's end.
func isSpace(c rune) bool {
	switch {
	case c < 128:
		return asciiClasses[c]&space != 0
	case c == 0xa0 || c == 0x2007 || c == 0x202f:
		return false
	}
	return unicode.Is(unicode.Z, c)
}
