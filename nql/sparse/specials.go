package sparse

import (
	"encoding/binary"
	"slices"
)

// Specials puts one bit for each byte of text into masks, lowest first, and returns them. It is set for the bytes that a JSON string does not hold
// as such or that take a closer look: a quote, a backslash, a control character (below 0x20), and a byte above ASCII. The bit behind the
// last byte's is set as well, those behind it are not. What masks held is lost.
func Specials(masks []uint64, text []byte) []uint64 {
	words := len(text)/64 + 1
	masks = slices.Grow(masks[:0], words)[:words]
	masks[words-1] = 0
	specials(masks, text)
	masks[words-1] |= 1 << (len(text) & 63)
	return masks
}

// specialsPortable is the twin of the kernels.
func specialsPortable(masks []uint64, text []byte) {
	for i := 0; len(text) > 0; i++ {
		if len(text) < 64 {
			rest := padded(text)
			masks[i] = specialsOf(&rest)
			return
		}
		masks[i] = specialsOf((*[64]byte)(text))
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
