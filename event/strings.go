package event

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// escapes says what escapes a string has.
type escapes uint8

const (
	noEscapes    escapes = iota
	shortEscapes         // only such as the normalised form has
	longEscapes          // others: the string must be rewritten
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special gives the position of the first byte from i on that is a quote, a backslash, a control character or not ASCII, or the length of the text.
func (d *Decoder) special(i int) int {
	if m := binary.LittleEndian.Uint64(d.specials[i>>3:]) >> (i & 7); m != 0 {
		return i + bits.TrailingZeros64(m)
	}
	return nextSpecial(d.specials, i>>3+8)
}

// nextSpecial is special from the byte at on of specials. There is a bit, that behind the text.
func nextSpecial(specials []byte, at int) int {
	for {
		if m := binary.LittleEndian.Uint64(specials[at:]); m != 0 {
			return at<<3 + bits.TrailingZeros64(m)
		}
		at += 8
	}
}

// str validates the characters of a string from i on and returns the position of its closing quote, or -1.
func (d *Decoder) str(i int) (end int, e escapes) {
	src := d.src
	for {
		if i = d.special(i); i >= len(src) {
			return d.fail(CodeInvalidText, i, "string without a closing quote"), e
		}
		switch c := src[i]; {
		case c == '"':
			return i, e
		case c == '\\' && i+1 < len(src) && shortEscape[src[i+1]]:
			i += 2
			e = max(e, shortEscapes)
		case c == '\\':
			n, f := d.escape(i)
			if n < 0 {
				return -1, e
			}
			i += n
			e = max(e, f)
		case c < 0x20:
			return d.controlCharacter(i), e
		default:
			if i = skipUTF8(src, i); i < len(src) && src[i] >= utf8.RuneSelf {
				return d.fail(CodeInvalidUTF8, i, "invalid UTF-8: "+d.found(i)), e
			}
		}
	}
}

func (d *Decoder) controlCharacter(i int) int {
	if d.src[i] == '\n' || d.src[i] == '\r' {
		return d.fail(CodeInvalidText, i, "string without a closing quote on its line")
	}
	return d.fail(CodeInvalidText, i, "control character in a string: "+d.found(i)+" must be escaped")
}

// shortEscape marks the letters of the escapes of two characters that the normalised form has.
var shortEscape = [256]bool{'"': true, '\\': true, 'b': true, 'f': true, 'n': true, 'r': true, 't': true}

// escape validates the escape that begins at i, not one of those, and gives its length, or -1.
func (d *Decoder) escape(i int) (n int, e escapes) {
	src := d.src
	if i+1 >= len(src) {
		return d.fail(CodeInvalidText, i, "string without a closing quote"), 0
	}
	switch src[i+1] {
	case '/':
		return 2, longEscapes
	case 'u':
	default:
		return d.fail(CodeInvalidText, i, "invalid escape in a string"), 0
	}
	r, ok := hex4(src, i+2)
	switch {
	case !ok:
		return d.fail(CodeInvalidText, i, `invalid escape in a string: \u wants four hexadecimal digits`), 0
	case r == 0:
		return d.fail(CodeUntranslatable, i, `\u0000 cannot be stored as text`), 0
	case r >= 0xdc00 && r < 0xe000:
		return d.fail(CodeInvalidText, i, "low surrogate without a high one before it"), 0
	case r >= 0xd800 && r < 0xdc00:
		if i+12 > len(src) || src[i+6] != '\\' || src[i+7] != 'u' {
			return d.fail(CodeInvalidText, i, "high surrogate without a low one behind it"), 0
		}
		if low, ok := hex4(src, i+8); !ok || low < 0xdc00 || low >= 0xe000 {
			return d.fail(CodeInvalidText, i, "high surrogate without a low one behind it"), 0
		}
		return 12, longEscapes
	}
	if r < 0x20 && shortForm(byte(r)) == 0 && src[i+5]-'A' > 5 {
		return 6, shortEscapes // the form that we write, too
	}
	return 6, longEscapes
}

// hex4 reads four hexadecimal digits at src[i:].
func hex4(src []byte, i int) (r rune, ok bool) {
	if i+4 > len(src) {
		return 0, false
	}
	for _, c := range src[i : i+4] {
		v, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | v
	}
	return r, true
}

// shortForm gives the letter of a control character's short escape, 0 if it has none.
func shortForm(c byte) byte {
	switch c {
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	return 0
}

// nextEscape gives the position of the first backslash in s from i on, or len(s).
func nextEscape(s []byte, i int) int {
	for i+8 <= len(s) {
		w := binary.LittleEndian.Uint64(s[i:]) ^ ones*'\\'
		if m := (w - ones) &^ w & highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(s) && s[i] != '\\' {
		i++
	}
	return i
}

// unescape reads the escape at s[i], in a valid string, and gives its character and length.
func unescape(s []byte, i int) (r rune, n int) {
	switch c := s[i+1]; c {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, _ = hex4(s, i+2)
		if r >= 0xd800 && r < 0xdc00 {
			low, _ := hex4(s, i+8)
			return 0x10000 + (r-0xd800)<<10 + (low - 0xdc00), 12
		}
		return r, 6
	default:
		return rune(c), 2 // " \ /
	}
}

// appendUnescaped appends the characters of a valid JSON string, given without its quotes.
func appendUnescaped(dst, s []byte) []byte {
	for i := 0; ; {
		j := nextEscape(s, i)
		dst = append(dst, s[i:j]...)
		if j >= len(s) {
			return dst
		}
		r, n := unescape(s, j)
		dst = utf8.AppendRune(dst, r)
		i = j + n
	}
}

// appendNormalised appends a valid JSON string, given without its quotes, with the shortest escapes and quotes.
func appendNormalised(dst, s []byte) []byte {
	dst = append(dst, '"')
	for i := 0; ; {
		j := nextEscape(s, i)
		dst = append(dst, s[i:j]...)
		if j >= len(s) {
			return append(dst, '"')
		}
		r, n := unescape(s, j)
		dst = appendCharacter(dst, r)
		i = j + n
	}
}

// AppendString appends characters as a normalised JSON string, quotes included. s must be UTF-8 without NUL
// for the result to be a normalised event's.
func AppendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = appendCharacter(dst, rune(c))
		from = i + 1
	}
	return append(append(dst, s[from:]...), '"')
}

// appendCharacter appends a character of a string, escaped if it must be.
func appendCharacter(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	switch {
	case r == '"' || r == '\\':
		return append(dst, '\\', byte(r))
	case r >= 0x20:
		return utf8.AppendRune(dst, r)
	}
	if c := shortForm(byte(r)); c != 0 {
		return append(dst, '\\', c)
	}
	return append(dst, '\\', 'u', '0', '0', digits[r>>4], digits[r&15])
}
