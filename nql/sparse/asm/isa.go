package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is how a set of instructions does what kernels are made of, on 64 bytes of text.
type isa interface {
	name() string
	// vector is a register, of which width() bytes are used.
	vector() VecVirtual
	width() int
	// text is registers that take 64 bytes.
	text() []VecVirtual
	load(from Mem, to []VecVirtual)
	// loadTail loads n bytes, fewer than 64, and fills up with the filler; nil where a kernel is given multiples of 64 bytes only.
	loadTail(from Mem, n GPVirtual, filler VecVirtual, to []VecVirtual)
	or(a []VecVirtual, b VecVirtual) []VecVirtual
	// repeat fills a vector with 16 bytes over and over.
	repeat(from Mem, to VecVirtual)
	// equals is a mask of the bytes that are equal; equal, atMost are masks of the bytes that are equal to, or not above, those of c.
	equals(a, b []VecVirtual) GPVirtual
	equal(a []VecVirtual, c VecVirtual) GPVirtual
	atMost(a []VecVirtual, c VecVirtual) GPVirtual
	// highs is a mask of the high bits of bytes.
	highs(a VecVirtual) GPVirtual
	clear(a VecVirtual)
	orInto(a, to VecVirtual)
}

// broadcast fills a vector with c.
func broadcast(i isa, c byte) VecVirtual {
	r := GP32()
	MOVL(U32(uint32(c)*0x01010101), r)
	x := XMM()
	VMOVD(r, x)
	v := i.vector()
	VPBROADCASTD(x, v)
	return v
}

type avx512 struct{}

func (avx512) name() string       { return "AVX512" }
func (avx512) vector() VecVirtual { return ZMM() }
func (avx512) width() int         { return 64 }
func (avx512) text() []VecVirtual { return []VecVirtual{ZMM()} }

func (avx512) load(from Mem, to []VecVirtual) { VMOVDQU64(from, to[0]) }

func (avx512) loadTail(from Mem, n GPVirtual, filler VecVirtual, to []VecVirtual) {
	valid, k := GP64(), K()
	MOVQ(I32(-1), valid)
	BZHIQ(n, valid, valid)
	KMOVQ(valid, k)
	VMOVDQA64(filler, to[0])
	VMOVDQU8(from, k, to[0]) // bytes that k leaves out are not read
}

func (avx512) or(a []VecVirtual, b VecVirtual) []VecVirtual {
	to := ZMM()
	VPORQ(b, a[0], to)
	return []VecVirtual{to}
}

func (avx512) repeat(from Mem, to VecVirtual) { VBROADCASTI32X4(from, to) }

func (avx512) equals(a, b []VecVirtual) GPVirtual {
	k, r := K(), GP64()
	VPCMPEQB(b[0], a[0], k)
	KMOVQ(k, r)
	return r
}

func (i avx512) equal(a []VecVirtual, c VecVirtual) GPVirtual { return i.equals(a, []VecVirtual{c}) }

func (avx512) atMost(a []VecVirtual, c VecVirtual) GPVirtual {
	k, r := K(), GP64()
	VPCMPUB(U8(2), c, a[0], k)
	KMOVQ(k, r)
	return r
}

func (avx512) highs(a VecVirtual) GPVirtual {
	k, r := K(), GP64()
	VPMOVB2M(a, k)
	KMOVQ(k, r)
	return r
}

func (avx512) clear(a VecVirtual)      { VPXORQ(a, a, a) }
func (avx512) orInto(a, to VecVirtual) { VPORQ(a, to, to) }

type avx2 struct{}

func (avx2) name() string       { return "AVX2" }
func (avx2) vector() VecVirtual { return YMM() }
func (avx2) width() int         { return 32 }
func (avx2) text() []VecVirtual { return []VecVirtual{YMM(), YMM()} }

func (avx2) load(from Mem, to []VecVirtual) {
	VMOVDQU(from, to[0])
	VMOVDQU(from.Offset(32), to[1])
}

func (avx2) loadTail(Mem, GPVirtual, VecVirtual, []VecVirtual) {}

func (avx2) or(a []VecVirtual, b VecVirtual) []VecVirtual {
	to := []VecVirtual{YMM(), YMM()}
	VPOR(b, a[0], to[0])
	VPOR(b, a[1], to[1])
	return to
}

// bits64 makes one mask of the high bits of two vectors.
func bits64(low, high VecVirtual) GPVirtual {
	l, h := GP64(), GP64()
	VPMOVMSKB(low, l.As32())
	VPMOVMSKB(high, h.As32())
	SHLQ(U8(32), h)
	ORQ(h, l)
	return l
}

func (avx2) repeat(from Mem, to VecVirtual) { VBROADCASTI128(from, to) }

func (avx2) equals(a, b []VecVirtual) GPVirtual {
	x, y := YMM(), YMM()
	VPCMPEQB(b[0], a[0], x)
	VPCMPEQB(b[1], a[1], y)
	return bits64(x, y)
}

func (i avx2) equal(a []VecVirtual, c VecVirtual) GPVirtual { return i.equals(a, []VecVirtual{c, c}) }

func (avx2) atMost(a []VecVirtual, c VecVirtual) GPVirtual {
	x, y := YMM(), YMM()
	VPMAXUB(c, a[0], x)
	VPMAXUB(c, a[1], y)
	VPCMPEQB(c, x, x)
	VPCMPEQB(c, y, y)
	return bits64(x, y)
}

func (avx2) highs(a VecVirtual) GPVirtual {
	r := GP64()
	VPMOVMSKB(a, r.As32())
	return r
}

func (avx2) clear(a VecVirtual)      { VPXOR(a, a, a) }
func (avx2) orInto(a, to VecVirtual) { VPOR(a, to, to) }
