package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// passBelow goes past members of an object with names below a word. It needs no vectors: it is here because it is the loop that reading spends its time in, and Go makes
// three times as many instructions of it, mostly for bounds that follow from where the offsets come from.
func passBelow() {
	TEXT("passBelow", NOSPLIT, "func(doc *byte, size int, tape *uint16, n, base, at int, word uint64) (behind, used int)")
	// All but the tape is counted from where the stretch begins.
	base := Load(Param("base"), GP64()).(GPVirtual)
	doc := Load(Param("doc"), GP64()).(GPVirtual)
	ADDQ(base, doc)
	last := Load(Param("size"), GP64()).(GPVirtual) // the last place with as many bytes behind it as are looked at
	SUBQ(base, last)
	SUBQ(Imm(10), last)
	at := Load(Param("at"), GP64()).(GPVirtual)
	SUBQ(base, at)
	tape := Load(Param("tape"), GP64()).(GPVirtual)
	n := Load(Param("n"), GP64()).(GPVirtual)
	LEAQ(Mem{Base: tape, Index: n, Scale: 2}, n) // the end of the tape
	word := Load(Param("word"), GP64()).(GPVirtual)
	all, ones := GP64(), GP64()
	MOVQ(I32(64), all)
	MOVQ(U64(0x0101010101010101), ones)

	colon, end, length, name, x := GP64(), GP64(), GP64(), GP64(), GP64()
	Label("member")
	LEAQ(Mem{Base: tape, Disp: 4}, x)
	CMPQ(x, n)
	JA(LabelRef("out"))
	CMPQ(at, last)
	JG(LabelRef("out"))
	MOVWQZX(Mem{Base: tape}, colon)
	MOVWQZX(Mem{Base: tape, Disp: 2}, end)
	CMPW(Mem{Base: doc, Index: colon, Scale: 1, Disp: -1}, U16('"'|':'<<8))
	JNE(LabelRef("out"))
	CMPB(Mem{Base: doc, Index: at, Scale: 1, Disp: 1}, U8('"'))
	JNE(LabelRef("out"))

	Comment("The first eight bytes of the name, or those and zeros.")
	MOVQ(Mem{Base: doc, Index: at, Scale: 1, Disp: 2}, name)
	LEAQ(Mem{Base: colon, Disp: -3}, length)
	SUBQ(at, length)
	SHLQ(U8(3), length)
	CMPQ(length, all)
	CMOVQHI(all, length)
	BZHIQ(length, name, name)

	Comment("A backslash: a byte of x is zero.")
	MOVQ(U64(0x5c5c5c5c5c5c5c5c), x)
	XORQ(name, x)
	MOVQ(x, length)
	SUBQ(ones, length)
	ANDNQ(length, x, x)
	MOVQ(U64(0x8080808080808080), length)
	TESTQ(length, x)
	JNE(LabelRef("out"))

	BSWAPQ(name)
	CMPQ(name, word)
	JAE(LabelRef("out"))
	CMPB(Mem{Base: doc, Index: end, Scale: 1}, U8(','))
	JNE(LabelRef("nested"))
	ADDQ(Imm(4), tape)
	MOVQ(end, at)
	JMP(LabelRef("member"))

	Label("nested")
	c, depth, k := GP64(), GP64(), GP64()
	MOVBQZX(Mem{Base: doc, Index: end, Scale: 1}, c)
	ANDL(U32(0xdf), c.As32())
	CMPL(c.As32(), U8('['))
	JNE(LabelRef("out"))
	MOVQ(U32(1), depth)
	LEAQ(Mem{Base: tape, Disp: 4}, k)
	change := GP64()
	table := GP64()
	LEAQ(nesting(), table)
	Label("within")
	CMPQ(k, n)
	JAE(LabelRef("out"))
	MOVWQZX(Mem{Base: k}, c)
	ADDQ(Imm(2), k)
	MOVBQZX(Mem{Base: doc, Index: c, Scale: 1}, c)
	MOVBQSX(Mem{Base: table, Index: c, Scale: 1}, change)
	ADDQ(change, depth)
	JNE(LabelRef("within"))
	CMPQ(k, n)
	JAE(LabelRef("out"))
	MOVWQZX(Mem{Base: k}, end)
	CMPB(Mem{Base: doc, Index: end, Scale: 1}, U8(','))
	JNE(LabelRef("out"))
	LEAQ(Mem{Base: k, Disp: 2}, tape)
	MOVQ(end, at)
	JMP(LabelRef("member"))

	Label("out")
	ADDQ(Load(Param("base"), GP64()), at)
	Store(at, ReturnIndex(0))
	SUBQ(Load(Param("tape"), GP64()), tape)
	SHRQ(U8(1), tape)
	Store(tape, ReturnIndex(1))
	RET()
}

// nesting is how much deeper one is behind a character.
func nesting() Mem {
	m := GLOBL("nestings", RODATA|NOPTR)
	for c := range 256 {
		var d int8
		switch c {
		case '{', '[':
			d = 1
		case '}', ']':
			d = -1
		}
		DATA(c, I8(d))
	}
	return m
}
