package sparse

import "slices"

// Found says what a text that was indexed holds besides structure. It is about bytes: whether the text is JSON is for the caller to see.
type Found uint8

const (
	Escapes  Found = 1 << iota // a backslash
	Controls                   // a byte below 0x20 inside a string
	Spaces                     // a byte up to 0x20 outside strings: white space, where the text is JSON
	High                       // a byte of 0x80 or more
	Open                       // the text ends inside a string
)

// Index appends to tape the offset of every structural character ({ } [ ] : ,) outside strings and of every quote that opens or
// closes a string, in ascending order, and says what else the text holds. A backslash escapes the byte behind it wherever
// it stands. The text is shorter than 4 GiB.
func Index(tape []uint32, text []byte) ([]uint32, Found) {
	// The kernels write without looking at the room that is left, so there is always room for the worst. In parts, lest
	// the tape of a large text be made four times as large as the text.
	const part = 8 << 10
	var s scan
	for at := 0; at < len(text); at += part {
		in := text[at:min(at+part, len(text))]
		tape = slices.Grow(tape, len(in)+slack)
		n := s.index(tape[len(tape):cap(tape)], in, uint32(at))
		tape = tape[:len(tape)+n]
	}
	return tape, s.found()
}

// slack is how many entries of a tape behind the last one a kernel may write nonsense to.
const slack = 64

// scan is what a pass over a text in blocks of 64 bytes carries from block to block. The assembly knows its layout.
type scan struct {
	inString uint64 // all bits set: the next block begins inside a string
	escaped  uint64 // 1: its first byte is escaped

	// Not zero when there was any.
	backslashes, controls, spaces, high uint64
}

func (s *scan) found() Found {
	var f Found
	if s.backslashes != 0 {
		f |= Escapes
	}
	if s.controls != 0 {
		f |= Controls
	}
	if s.spaces != 0 {
		f |= Spaces
	}
	if s.high != 0 {
		f |= High
	}
	if s.inString != 0 {
		f |= Open
	}
	return f
}

// unescaped gives of the quotes of a block those that nothing escapes.
func (s *scan) unescaped(quotes, backslashes uint64) uint64 {
	if backslashes == 0 {
		quotes &^= s.escaped
		s.escaped = 0
		return quotes
	}
	// A run of backslashes escapes each other byte, beginning with its second. With the bits of odd positions set, subtracting the
	// run from itself moved up by one carries through it and leaves a pattern that depends on where the run begins.
	const odd = 0xaaaaaaaaaaaaaaaa
	begins := backslashes &^ s.escaped
	code := ((begins<<1 | odd) - begins) ^ odd
	escaped := code ^ (backslashes | s.escaped)
	s.escaped = code & backslashes >> 63
	return quotes &^ escaped
}

// within gives the bytes of a block that are in a string: from each opening quote to before its closing quote.
func (s *scan) within(quotes uint64) uint64 {
	for shift := 1; shift < 64; shift <<= 1 {
		quotes ^= quotes << shift
	}
	in := quotes ^ s.inString
	s.inString = uint64(int64(in) >> 63)
	return in
}
