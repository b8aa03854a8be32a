package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// flattener turns masks into offsets.
type flattener struct {
	size int       // bytes of an offset: 2 or 4
	base GPVirtual // offset of the block

	// With AVX-512 instead: the numbers 0 to 63 as bytes, the base in each lane, and what it grows by.
	identity, bases, step VecVirtual
}

func newFlattener(i isa, base GPVirtual, size int) *flattener {
	f := &flattener{size: size, base: base}
	if _, ok := i.(avx512); ok {
		f.identity, f.bases, f.step = ZMM(), ZMM(), ZMM()
		sixtyFour := GP32()
		MOVL(U32(64), sixtyFour)
		VMOVDQU64(numbers(), f.identity)
		if size == 2 {
			VPBROADCASTW(base, f.bases)
			VPBROADCASTW(sixtyFour, f.step)
		} else {
			VPBROADCASTD(base, f.bases)
			VPBROADCASTD(sixtyFour, f.step)
		}
	}
	return f
}

var numbersData *Mem

func numbers() Mem {
	if numbersData == nil {
		m := GLOBL("numbers", RODATA|NOPTR)
		for i := range 64 {
			DATA(i, U8(uint8(i)))
		}
		numbersData = &m
	}
	return *numbersData
}

// write writes the offsets of the bits of a mask, and nonsense behind them, and moves tape behind them.
func (f *flattener) write(found GPVirtual, tape Mem) {
	count := GP64()
	POPCNTQ(found, count)
	next := Mem{Base: tape.Base, Index: count, Scale: uint8(f.size)}
	if f.identity != nil {
		f.compress(found, count, tape)
		LEAQ(next, tape.Base)
		return
	}
	behind := GP64()
	LEAQ(next, behind)
	TESTQ(found, found)
	JE(LabelRef("flat"))
	// Eight at a time, whether there are as many or not.
	Label("eight")
	for j := range 8 {
		b := GP64()
		TZCNTQ(found, b)
		BLSRQ(found, found)
		ADDL(f.base, b.As32())
		if f.size == 2 {
			MOVW(b.As16(), tape.Offset(2*j))
		} else {
			MOVL(b.As32(), tape.Offset(4*j))
		}
	}
	ADDQ(Imm(uint64(8*f.size)), tape.Base)
	TESTQ(found, found)
	JNE(LabelRef("eight"))
	Label("flat")
	MOVQ(behind, tape.Base)
	f.next()
}

// compress does it for AVX-512. There are often more than 16 offsets in a block, hardly ever more than 32: so the branch is there.
func (f *flattener) compress(found, count GPVirtual, tape Mem) {
	k := K()
	KMOVQ(found, k)
	picked, wide := ZMM(), ZMM()
	VPCOMPRESSB_Z(f.identity, k, picked)
	store := func(j int) {
		if f.size == 2 {
			half := picked.AsY()
			if j > 0 {
				y := YMM()
				VEXTRACTI64X4(U8(j), picked, y)
				half = y
			}
			VPMOVZXBW(half, wide)
			VPADDW(f.bases, wide, wide)
			VMOVDQU16(wide, tape.Offset(64*j))
			return
		}
		quarter := picked.AsX()
		if j > 0 {
			x := XMM()
			VEXTRACTI32X4(U8(j), picked, x)
			quarter = x
		}
		VPMOVZXBD(quarter, wide)
		VPADDD(f.bases, wide, wide)
		VMOVDQU32(wide, tape.Offset(64*j))
	}
	if f.size == 4 {
		store(0)
	}
	store(f.size/2 - 1)
	CMPQ(count, Imm(32))
	JBE(LabelRef("few"))
	for j := f.size / 2; j < f.size; j++ {
		store(j)
	}
	Label("few")
	f.next()
}

// next goes to the next block.
func (f *flattener) next() {
	switch {
	case f.identity == nil:
		ADDL(Imm(64), f.base)
	case f.size == 2:
		VPADDW(f.step, f.bases, f.bases)
	default:
		VPADDD(f.step, f.bases, f.bases)
	}
}

// storeLength returns how many offsets were written.
func (f *flattener) storeLength(tape Mem) {
	SUBQ(Load(Param("tape"), GP64()), tape.Base)
	SHRQ(U8(f.size/2), tape.Base)
	Store(tape.Base, ReturnIndex(0))
}
