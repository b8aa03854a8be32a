package sparse

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The portable twins of the kernels in assembly: the same results from words of eight bytes.

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// equal sets the high bit of each byte of w that is c.
func equal(w uint64, c byte) uint64 {
	x := w ^ uint64(c)*ones
	return ^(x&^highs + (highs - ones) | x) & highs
}

// below sets the high bit of each byte of w that is less than c, which is 0x80 at most.
func below(w uint64, c byte) uint64 {
	return ^(w&^highs + (0x80-uint64(c))*ones | w) & highs
}

// gather makes a mask of eight bits of the high bits of eight bytes.
func gather(w uint64) uint64 {
	return w >> 7 * 0x0102040810204080 >> 56
}

// next reads a block of 64 bytes: masks of structural characters outside strings, and of quotes that open or close one.
func (s *scan) next(text *[64]byte) (marks, quotes uint64) {
	var backslashes, controls, spaces uint64
	for i := 0; i < 64; i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		s.high |= w & highs
		folded := w | 0x20*ones // brackets and braces differ in this bit alone
		quotes |= gather(equal(w, '"')) << i
		backslashes |= gather(equal(w, '\\')) << i
		marks |= gather(equal(folded, '{')|equal(folded, '}')|equal(w, ',')|equal(w, ':')) << i
		controls |= gather(below(w, ' ')) << i
		spaces |= gather(below(w, ' '+1)) << i
	}
	quotes = s.unescaped(quotes, backslashes)
	in := s.within(quotes)
	s.backslashes |= backslashes
	s.controls |= controls & in
	s.spaces |= spaces &^ in
	return marks &^ in, quotes
}

// padded is what remains of a text, fewer than 64 bytes, with bytes behind it that no mask marks.
func padded(rest []byte) (text [64]byte) {
	for i := copy(text[:], rest); i < len(text); i++ {
		text[i] = 'x'
	}
	return text
}

func (s *scan) indexPortable(tape []uint32, text []byte, base uint32) int {
	n := 0
	for ; len(text) >= 64; text = text[64:] {
		marks, quotes := s.next((*[64]byte)(text))
		n += flatten(tape[n:], marks|quotes, base)
		base += 64
	}
	if len(text) > 0 {
		rest := padded(text)
		marks, quotes := s.next(&rest)
		n += flatten(tape[n:], marks|quotes, base)
	}
	return n
}

// structurePortable goes from string to string: most bytes are in one, and to find its end less is to be looked at than masks would take.
func (s *scan) structurePortable(tape []uint16, text []byte, base uint16) int {
	n, i := 0, 0
	in := s.inString != 0
	if s.escaped != 0 && len(text) > 0 && (in || text[0] == '"' || text[0] == '\\') {
		i = 1
	}
	s.inString, s.escaped = 0, 0
	for {
		if in {
			end := closing(text, i)
			if end == len(text) {
				s.inString, s.escaped = math.MaxUint64, uint64(backslashesBefore(text[i:])&1)
				return n
			}
			in, i = false, end+1
		}
		for i < len(text) && !outside[text[i]] {
			i++
		}
		if i == len(text) {
			return n
		}
		switch text[i] {
		case '"':
			in = true
		case '\\':
			if i+1 == len(text) {
				s.escaped = 1
			} else if c := text[i+1]; c == '"' || c == '\\' {
				i++
			}
		default:
			tape[n] = base + uint16(i)
			n++
		}
		i++
	}
}

// outside marks the bytes that mean something outside strings.
var outside = [256]bool{'{': true, '}': true, '[': true, ']': true, ':': true, ',': true, '"': true, '\\': true}

// flatten writes the offset of each bit that is set.
func flatten(tape []uint32, m uint64, base uint32) int {
	n := 0
	for ; m != 0; m &= m - 1 {
		tape[n] = base + uint32(bits.TrailingZeros64(m))
		n++
	}
	return n
}

func (n *Needle) probePortable(text []byte, places int) int {
	for i := range places {
		if text[i+n.at[0]]|n.folds[0] == n.bytes[0] && text[i+n.at[1]]|n.folds[1] == n.bytes[1] && text[i+n.at[2]]|n.folds[2] == n.bytes[2] {
			return i
		}
	}
	return places
}
