package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// specials writes a mask for each 64 bytes: a bit for each quote, backslash, control character and byte above ASCII.
func specials(i isa) {
	TEXT("specials"+i.name(), NOSPLIT, "func(to, text *byte, n int)")
	to := Mem{Base: Load(Param("to"), GP64())}
	text := Mem{Base: Load(Param("text"), GP64())}
	n := Load(Param("n"), GP64()).(GPVirtual)
	quote, backslash, space := broadcast(i, '"'), broadcast(i, '\\'), broadcast(i, ' ')
	eachBlock(i, text, n, func(v []VecVirtual) {
		MOVQ(special(i, v, quote, backslash, space), to)
		ADDQ(Imm(8), to.Base)
	})
	VZEROUPPER()
	RET()
}

// special is a mask of the bytes that are a quote, a backslash or, as signed numbers, less than a space.
func special(i isa, v []VecVirtual, quote, backslash, space VecVirtual) GPVirtual {
	if _, ok := i.(avx512); ok {
		k, l, r := K(), K(), GP64()
		VPCMPEQB(quote, v[0], k)
		VPCMPEQB(backslash, v[0], l)
		KORQ(k, l, k)
		VPCMPGTB(v[0], space, l)
		KORQ(k, l, k)
		KMOVQ(k, r)
		return r
	}
	var or []VecVirtual
	for half := range v {
		x, y, z := YMM(), YMM(), YMM()
		VPCMPEQB(quote, v[half], x)
		VPCMPEQB(backslash, v[half], y)
		VPCMPGTB(v[half], space, z)
		VPOR(x, y, x)
		VPOR(x, z, x)
		or = append(or, x)
	}
	return bits64(or[0], or[1])
}
