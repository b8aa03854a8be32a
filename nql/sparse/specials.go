package sparse

import (
	"encoding/binary"
	"slices"
)

// Specials puts one bit for each byte of text into marks, the lowest bit of a byte first, and returns them. It is set for the bytes that a JSON
// string does not hold as such or that take a closer look: a quote, a backslash, a control character (below 0x20), and a byte above ASCII.
// The bit behind the last byte's is set as well, and none behind it. Behind the byte of marks that holds it there are 8 more at least, so
// that eight can be looked at from there, too. What marks held is lost.
func Specials(marks, text []byte) []byte {
	words := len(text)/64 + 2
	marks = slices.Grow(marks[:0], 8*words)[:8*words]
	specials(marks, text)
	end := marks[len(text)/64*8:]
	var last uint64
	if rest := len(text) & 63; rest > 0 {
		last = binary.LittleEndian.Uint64(end)
	}
	binary.LittleEndian.PutUint64(end, last|1<<(len(text)&63))
	binary.LittleEndian.PutUint64(end[8:], 0)
	return marks
}

// specialsPortable is the twin of the kernels.
func specialsPortable(marks, text []byte) {
	for ; len(text) > 0; marks = marks[8:] {
		if len(text) < 64 {
			rest := padded(text)
			binary.LittleEndian.PutUint64(marks, specialsOf(&rest))
			return
		}
		binary.LittleEndian.PutUint64(marks, specialsOf((*[64]byte)(text)))
		text = text[64:]
	}
}

func specialsOf(text *[64]byte) (m uint64) {
	const low = highs - ones // 0x7f
	for i := 0; i < 64; i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		x := w &^ highs
		// Each sum has a byte's high bit set when the byte is not what is looked for.
		plain := (x + 0x60*ones) & ((x ^ '"'*ones) + low) & ((x ^ '\\'*ones) + low)
		m |= gather((w|^plain)&highs) << i
	}
	return m
}
