//go:build !purego

package sparse

import "encoding/binary"

// The kernels are in kernels_amd64.s, which the module in asm writes: eight bytes of marks for each 64 bytes of text. The one for AVX-512 takes texts of any
// length and reads nothing behind them; that for AVX2 takes multiples of 64 bytes.

//go:noescape
func specialsAVX512(to, text *byte, n int)

//go:noescape
func specialsAVX2(to, text *byte, n int)

// specials writes the marks of all of text; those of a last block that is not full are followed by nonsense or none.
func specials(marks, text []byte) {
	whole := len(text) &^ 63
	switch {
	case best == portable || len(text) < 64 && best == vector256:
		specialsPortable(marks, text)
		return
	case len(text) == 0:
		return
	case best == vector512:
		_ = marks[(len(text)-1)>>6<<3+7]
		specialsAVX512(&marks[0], &text[0], len(text))
		return
	}
	_ = marks[whole>>3-1]
	specialsAVX2(&marks[0], &text[0], whole)
	if rest := len(text) - whole; rest > 0 {
		// The last 64 bytes once more, of which the first ones are done.
		var last [8]byte
		specialsAVX2(&last[0], &text[len(text)-64], 64)
		binary.LittleEndian.PutUint64(marks[whole>>3:], binary.LittleEndian.Uint64(last[:])>>(64-rest))
	}
}
