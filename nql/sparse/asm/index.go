package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// index writes offsets to a tape.
func index(i isa) {
	TEXT("index"+i.name(), NOSPLIT, "func(s *uint64, tape *uint32, text *byte, n int, base uint32) int")
	s := loadState(i, true)
	tape := Mem{Base: Load(Param("tape"), GP64()).(GPVirtual)}
	text := Mem{Base: Load(Param("text"), GP64())}
	n := Load(Param("n"), GP64()).(GPVirtual)
	base := Load(Param("base"), GP32()).(GPVirtual)

	quote, backslash := broadcast(i, '"'), broadcast(i, '\\')
	space, control := broadcast(i, ' '), broadcast(i, ' '-1)
	open, end := broadcast(i, '{'), broadcast(i, '}')
	comma, colon := broadcast(i, ','), broadcast(i, ':')
	flat := newFlattener(i, base)

	eachBlock(i, text, n, func(v []VecVirtual) {
		quotes := i.equal(v, quote)
		backslashes := i.equal(v, backslash)
		ORQ(backslashes, s.backslashes)
		s.see(v)
		s.unescape(quotes, backslashes)
		in := s.within(quotes)

		low := i.atMost(v, control)
		ANDQ(in, low)
		ORQ(low, s.controls)
		low = i.atMost(v, space)
		ANDNQ(low, in, low)
		ORQ(low, s.spaces)

		found := structure(i, v, open, end, space, comma, colon)
		ANDNQ(found, in, found)
		ORQ(quotes, found)
		flat.write(found, tape)
	})
	s.store()
	VZEROUPPER()
	SUBQ(Load(Param("tape"), GP64()), tape.Base)
	SHRQ(U8(2), tape.Base)
	Store(tape.Base, ReturnIndex(0))
	RET()
}

// structure is a mask of { } [ ] : and ,. Brackets and braces differ in the bit that is a space.
func structure(i isa, v []VecVirtual, open, end, space, comma, colon VecVirtual) GPVirtual {
	folded := i.or(v, space)
	if _, ok := i.(avx512); ok {
		k := []OpmaskVirtual{K(), K(), K(), K()}
		VPCMPEQB(open, folded[0], k[0])
		VPCMPEQB(end, folded[0], k[1])
		VPCMPEQB(comma, v[0], k[2])
		VPCMPEQB(colon, v[0], k[3])
		KORQ(k[0], k[1], k[0])
		KORQ(k[2], k[3], k[2])
		KORQ(k[0], k[2], k[0])
		r := GP64()
		KMOVQ(k[0], r)
		return r
	}
	var or []VecVirtual
	for half := range v {
		a, b, c, d := YMM(), YMM(), YMM(), YMM()
		VPCMPEQB(open, folded[half], a)
		VPCMPEQB(end, folded[half], b)
		VPCMPEQB(comma, v[half], c)
		VPCMPEQB(colon, v[half], d)
		VPOR(a, b, a)
		VPOR(c, d, c)
		VPOR(a, c, a)
		or = append(or, a)
	}
	return bits64(or[0], or[1])
}

// flattener turns masks into offsets.
type flattener struct {
	isa  isa
	base GPVirtual // of the block

	// AVX-512: the numbers 0 to 63 as bytes, the base in 16 lanes, and what it grows by.
	identity, bases, step VecVirtual
}

func newFlattener(i isa, base GPVirtual) *flattener {
	f := &flattener{isa: i, base: base}
	if _, ok := i.(avx512); ok {
		f.identity, f.bases, f.step = ZMM(), ZMM(), ZMM()
		VMOVDQU64(numbers(), f.identity)
		VPBROADCASTD(base, f.bases)
		sixtyFour := GP32()
		MOVL(U32(64), sixtyFour)
		VPBROADCASTD(sixtyFour, f.step)
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

func (f *flattener) write(found GPVirtual, tape Mem) {
	count := GP64()
	POPCNTQ(found, count)
	if f.identity != nil {
		k := K()
		KMOVQ(found, k)
		picked, wide := ZMM(), ZMM()
		VPCOMPRESSB_Z(f.identity, k, picked)
		sixteen := func(j int) {
			lane := picked.AsX()
			if j > 0 {
				x := XMM()
				VEXTRACTI32X4(U8(j), picked, x)
				lane = x
			}
			VPMOVZXBD(lane, wide)
			VPADDD(f.bases, wide, wide)
			VMOVDQU32(wide, tape.Offset(64*j))
		}
		// Usually there are more than 16 about as often as not, and hardly ever more than 32.
		sixteen(0)
		sixteen(1)
		CMPQ(count, Imm(32))
		JBE(LabelRef("few"))
		sixteen(2)
		sixteen(3)
		Label("few")
		VPADDD(f.step, f.bases, f.bases)
		LEAQ(Mem{Base: tape.Base, Index: count, Scale: 4}, tape.Base)
		return
	}
	// Eight at a time, whether there are as many or not.
	next := GP64()
	LEAQ(Mem{Base: tape.Base, Index: count, Scale: 4}, next)
	TESTQ(found, found)
	JE(LabelRef("flat"))
	Label("eight")
	for j := range 8 {
		b := GP64()
		TZCNTQ(found, b)
		BLSRQ(found, found)
		ADDL(f.base, b.As32())
		MOVL(b.As32(), tape.Offset(4*j))
	}
	ADDQ(Imm(32), tape.Base)
	TESTQ(found, found)
	JNE(LabelRef("eight"))
	Label("flat")
	MOVQ(next, tape.Base)
	ADDL(Imm(64), f.base)
}
