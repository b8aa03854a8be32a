package column

import "math/bits"

// Bitmap is a sequence of bits, bit i in word i/64 at position i%64 (on little-endian machines the
// bytes are Arrow's). A nil Bitmap used as a validity bitmap means "all valid".
type Bitmap []uint64

// NewBitmap returns a bitmap of n zero bits.
func NewBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

// Get reports bit i.
func (b Bitmap) Get(i int) bool { return b[i>>6]>>(uint(i)&63)&1 != 0 }

// Set sets bit i.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Clear clears bit i.
func (b Bitmap) Clear(i int) { b[i>>6] &^= 1 << (uint(i) & 63) }

// Put sets bit i to v.
func (b Bitmap) Put(i int, v bool) {
	if v {
		b.Set(i)
	} else {
		b.Clear(i)
	}
}

// Fill sets the first n bits to v; all bits behind them become zero.
func (b Bitmap) Fill(n int, v bool) {
	clear(b)
	if !v {
		return
	}
	full := n >> 6
	for i := range b[:full] {
		b[i] = ^uint64(0)
	}
	if r := uint(n) & 63; r != 0 {
		b[full] = 1<<r - 1
	}
}

// Count counts the set bits among the first n.
func (b Bitmap) Count(n int) int {
	c, full := 0, n>>6
	for _, w := range b[:full] {
		c += bits.OnesCount64(w)
	}
	if r := uint(n) & 63; r != 0 {
		c += bits.OnesCount64(b[full] & (1<<r - 1))
	}
	return c
}

// Resize returns b with room for n bits, old bits kept, new words zero.
func (b Bitmap) Resize(n int) Bitmap {
	w := (n + 63) / 64
	if w <= len(b) {
		return b[:w]
	}
	if w <= cap(b) {
		old := len(b)
		b = b[:w]
		clear(b[old:])
		return b
	}
	c := make(Bitmap, w, max(w, 2*cap(b)))
	copy(c, b)
	return c
}
