//go:build !purego

package sparse

import "github.com/klauspost/cpuid/v2"

// The kernels are in kernels_amd64.s, which the module in asm writes. Those for AVX-512 take texts of any length and read nothing behind
// them; those for AVX2 take multiples of 64 bytes. Each goes on from s and leaves there what the next text continues with.

//go:noescape
func indexAVX512(s *scan, tape *uint32, text *byte, n int, base uint32) int

//go:noescape
func indexAVX2(s *scan, tape *uint32, text *byte, n int, base uint32) int

//go:noescape
func structureAVX512(s *scan, tape *uint16, text *byte, n int, base uint32) int

//go:noescape
func structureAVX2(s *scan, tape *uint16, text *byte, n int, base uint32) int

// The probes look at as many places as n says; those for AVX2 take multiples of 64.

//go:noescape
func probeAVX512(p *probes, text *byte, n int) int

//go:noescape
func probeFoldAVX512(p *probes, text *byte, n int) int

//go:noescape
func probeAVX2(p *probes, text *byte, n int) int

//go:noescape
func probeFoldAVX2(p *probes, text *byte, n int) int

//go:noescape
func passBelow(doc *byte, size int, tape *uint16, n, base, at int, word uint64) (behind, used int)

func detect() kernel {
	cpu := &cpuid.CPU
	switch {
	case !cpu.Supports(cpuid.AVX2, cpuid.BMI1, cpuid.BMI2, cpuid.POPCNT, cpuid.CLMUL):
		return portable
	case !cpu.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.AVX512VBMI2):
		return vector256
	}
	return vector512
}

// index writes the offsets of what matters in text, plus base, to tape, which has room for all of it and slack, and says how many they are. Texts but
// the last are multiples of 64 bytes.
func (s *scan) index(tape []uint32, text []byte, base uint32) int {
	switch {
	case best == portable:
		return s.indexPortable(tape, text, base)
	case best == vector512 && len(text) > 0:
		return indexAVX512(s, &tape[0], &text[0], len(text), base)
	}
	n, whole := 0, len(text)&^63
	if whole > 0 {
		n = indexAVX2(s, &tape[0], &text[0], whole, base)
	}
	if whole < len(text) {
		rest := padded(text[whole:])
		n += indexAVX2(s, &tape[n], &rest[0], len(rest), base+uint32(whole))
	}
	return n
}

// structure writes the offsets of structural characters outside strings, plus base, to tape, which has room for all of them and slack, and says how many
// they are. Texts but the last are multiples of 64 bytes, and with base nothing goes beyond 64 KiB.
func (s *scan) structure(tape []uint16, text []byte, base int) int {
	switch {
	case best == portable:
		return s.structurePortable(tape, text, uint16(base))
	case best == vector512 && len(text) > 0:
		return structureAVX512(s, &tape[0], &text[0], len(text), uint32(base))
	}
	n, whole := 0, len(text)&^63
	if whole > 0 {
		n = structureAVX2(s, &tape[0], &text[0], whole, uint32(base))
	}
	if whole < len(text) {
		rest := padded(text[whole:])
		n += structureAVX2(s, &tape[n], &rest[0], len(rest), uint32(base+whole))
	}
	return n
}

// probe returns the first of so many places in text where all three bytes stand that are looked for; places where there is none.
func (n *Needle) probe(text []byte, places int) int {
	_ = text[places+len(n.text)-2]
	if best == vector512 {
		if n.fold {
			return probeFoldAVX512(&n.probes, &text[0], places)
		}
		return probeAVX512(&n.probes, &text[0], places)
	}
	whole, at := places&^63, 0
	if n.fold {
		at = probeFoldAVX2(&n.probes, &text[0], whole)
	} else {
		at = probeAVX2(&n.probes, &text[0], whole)
	}
	if at == whole {
		at += n.probePortable(text[whole:], places-whole)
	}
	return at
}

// below is belowPortable.
func (c *cursor) below(doc []byte, i int, order uint64) int {
	if best == portable || c.i == c.n {
		return c.belowPortable(doc, i, order)
	}
	tape := c.tape[c.i:c.n]
	i, used := passBelow(&doc[0], len(doc), &tape[0], len(tape), c.base, i, order)
	c.i += used
	return i
}
