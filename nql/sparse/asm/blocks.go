package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// blocks writes the masks of a reader: three words for each 64 bytes.
func blocks(i isa) {
	TEXT("blocks"+i.name(), NOSPLIT, "func(s, to *uint64, text *byte, n int)")
	s := loadState(i, false)
	to := Mem{Base: Load(Param("to"), GP64())}
	text := Mem{Base: Load(Param("text"), GP64())}
	n := Load(Param("n"), GP64()).(GPVirtual)

	quote, backslash := broadcast(i, '"'), broadcast(i, '\\')
	open, end := broadcast(i, '{'), broadcast(i, '}')
	comma, colon := broadcast(i, ','), broadcast(i, ':')
	space := broadcast(i, ' ')

	eachBlock(i, text, n, func(v []VecVirtual) {
		quotes := i.equal(v, quote)
		s.unescape(quotes, i.equal(v, backslash))
		in := s.within(quotes)
		folded := i.or(v, space)
		opens := i.equal(folded, open)
		ANDNQ(opens, in, opens)
		MOVQ(opens, to)
		closes := i.equal(folded, end)
		ANDNQ(closes, in, closes)
		MOVQ(closes, to.Offset(8))
		others := either(i, v, comma, colon)
		ANDNQ(others, in, others)
		MOVQ(others, to.Offset(16))
		ADDQ(Imm(24), to.Base)
	})
	VZEROUPPER()
	s.store()
	RET()
}

// either is a mask of the bytes that are a or b.
func either(i isa, v []VecVirtual, a, b VecVirtual) GPVirtual {
	if _, ok := i.(avx512); ok {
		k, l, r := K(), K(), GP64()
		VPCMPEQB(a, v[0], k)
		VPCMPEQB(b, v[0], l)
		KORQ(k, l, k)
		KMOVQ(k, r)
		return r
	}
	var or []VecVirtual
	for half := range v {
		x, y := YMM(), YMM()
		VPCMPEQB(a, v[half], x)
		VPCMPEQB(b, v[half], y)
		VPOR(x, y, x)
		or = append(or, x)
	}
	return bits64(or[0], or[1])
}
