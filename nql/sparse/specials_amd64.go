//go:build !purego

package sparse

// The kernels are in kernels_amd64.s, which the module in asm writes. The one for AVX-512 takes texts of any length and reads nothing behind them; that
// for AVX2 takes multiples of 64 bytes.

//go:noescape
func specialsAVX512(to *uint64, text *byte, n int)

//go:noescape
func specialsAVX2(to *uint64, text *byte, n int)

func specials(masks []uint64, text []byte) {
	whole := len(text) &^ 63
	switch {
	case len(text) == 0:
		return
	case best == portable:
		specialsPortable(masks, text)
		return
	case best == vector512:
		_ = masks[(len(text)-1)>>6]
		specialsAVX512(&masks[0], &text[0], len(text))
		return
	case whole > 0:
		_ = masks[whole>>6-1]
		specialsAVX2(&masks[0], &text[0], whole)
	}
	if rest := len(text) - whole; rest > 0 && whole > 0 {
		// The last 64 bytes once more, of which the first ones are done.
		var last [1]uint64
		specialsAVX2(&last[0], &text[len(text)-64], 64)
		masks[whole>>6] = last[0] >> (64 - rest)
	} else if rest > 0 {
		specialsPortable(masks, text)
	}
}
