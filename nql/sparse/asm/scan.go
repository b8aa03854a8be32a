package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// filler stands behind a text's end: a byte that no mask marks.
const filler = 'x'

// state is sparse.scan in registers.
type state struct {
	isa                           isa
	inString, escaped             GPVirtual
	backslashes, controls, spaces GPVirtual
	high                          VecVirtual // all bytes, or-ed; nil where nobody asks what else there is
	allOnes                       VecVirtual
}

func loadState(i isa, found bool) *state {
	s := &state{isa: i, inString: GP64(), escaped: GP64(), allOnes: XMM()}
	at := Mem{Base: Load(Param("s"), GP64())}
	MOVQ(at, s.inString)
	MOVQ(at.Offset(8), s.escaped)
	VPCMPEQB(s.allOnes, s.allOnes, s.allOnes)
	if found {
		s.backslashes, s.controls, s.spaces, s.high = GP64(), GP64(), GP64(), i.vector()
		MOVQ(at.Offset(16), s.backslashes)
		MOVQ(at.Offset(24), s.controls)
		MOVQ(at.Offset(32), s.spaces)
		i.clear(s.high)
	}
	return s
}

// see notes what bytes there are.
func (s *state) see(v []VecVirtual) {
	for _, x := range v {
		s.isa.orInto(x, s.high)
	}
}

func (s *state) store() {
	at := Mem{Base: Load(Param("s"), GP64())}
	MOVQ(s.inString, at)
	MOVQ(s.escaped, at.Offset(8))
	if s.high != nil {
		MOVQ(s.backslashes, at.Offset(16))
		MOVQ(s.controls, at.Offset(24))
		MOVQ(s.spaces, at.Offset(32))
		ORQ(s.isa.highs(s.high), at.Offset(40))
	}
}

var oddData *Mem

// odd is a word with the bits of odd positions set.
func odd() Mem {
	if oddData == nil {
		m := GLOBL("odd", RODATA|NOPTR)
		DATA(0, U64(0xaaaaaaaaaaaaaaaa))
		oddData = &m
	}
	return *oddData
}

// unescape takes the escaped quotes out, as scan.unescaped does, without a branch.
func (s *state) unescape(quotes, backslashes GPVirtual) {
	begins, code, all := GP64(), GP64(), GP64()
	ANDNQ(backslashes, s.escaped, begins) // ^escaped & backslashes
	LEAQ(Mem{Base: begins, Index: begins, Scale: 1}, code)
	ORQ(odd(), code)
	SUBQ(begins, code)
	XORQ(odd(), code)
	MOVQ(backslashes, all)
	ORQ(s.escaped, all)
	XORQ(code, all)            // what is escaped
	ANDNQ(quotes, all, quotes) // quotes &^ escaped
	ANDQ(backslashes, code)    // backslashes that escape
	SHRQ(U8(63), code)         // one at the end escapes the next block's first byte
	MOVQ(code, s.escaped)
}

// within gives the bytes in strings: a carry-less product with all ones is the exclusive or of all lower bits.
func (s *state) within(quotes GPVirtual) GPVirtual {
	x, in := XMM(), GP64()
	VMOVQ(quotes, x)
	VPCLMULQDQ(U8(0), s.allOnes, x, x)
	VMOVQ(x, in)
	XORQ(s.inString, in)
	MOVQ(in, s.inString)
	SARQ(U8(63), s.inString)
	return in
}

// eachBlock makes a loop over the n bytes at text. Behind it both have changed.
func eachBlock(i isa, text Mem, n GPVirtual, body func(v []VecVirtual)) {
	v := i.text()
	_, tails := i.(avx512)
	var fill VecVirtual
	if tails {
		fill = broadcast(i, filler)
	}
	Label("loop")
	CMPQ(n, Imm(64))
	JB(LabelRef("tail"))
	i.load(text, v)
	Label("block")
	body(v)
	ADDQ(Imm(64), text.Base)
	SUBQ(Imm(64), n)
	JA(LabelRef("loop"))
	if tails {
		JMP(LabelRef("done"))
	}
	Label("tail")
	if tails {
		TESTQ(n, n)
		JE(LabelRef("done"))
		i.loadTail(text, n, fill, v)
		JMP(LabelRef("block"))
		Label("done")
	}
}
