package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// structure writes the offsets that a reader goes by to a tape of 16 bits each.
func structure(i isa) {
	TEXT("structure"+i.name(), NOSPLIT, "func(s *uint64, tape *uint16, text *byte, n int) int")
	s := loadState(i, false)
	tape := Mem{Base: Load(Param("tape"), GP64()).(GPVirtual)}
	text := Mem{Base: Load(Param("text"), GP64()).(GPVirtual)}
	n := Load(Param("n"), GP64()).(GPVirtual)
	base := GP32()
	XORL(base, base)

	quote, backslash := broadcast(i, '"'), broadcast(i, '\\')
	m := newMarks(i)
	flat := newFlattener(i, base, 2)

	eachBlock(i, text, n, func(v []VecVirtual) {
		quotes := i.equal(v, quote)
		s.unescape(quotes, i.equal(v, backslash))
		in := s.within(quotes)
		found := m.find(v)
		ANDNQ(found, in, found)
		flat.write(found, tape)
	})
	s.store()
	VZEROUPPER()
	flat.storeLength(tape)
	RET()
}

// marks is the characters { } [ ] : and , in vectors.
type marks struct {
	isa                              isa
	open, close, space, comma, colon VecVirtual
}

func newMarks(i isa) *marks {
	return &marks{i, broadcast(i, '{'), broadcast(i, '}'), broadcast(i, ' '), broadcast(i, ','), broadcast(i, ':')}
}

// find makes a mask of them. Brackets and braces differ in the bit that a space is.
func (m *marks) find(v []VecVirtual) GPVirtual {
	folded := m.isa.or(v, m.space)
	if _, ok := m.isa.(avx512); ok {
		k := []OpmaskVirtual{K(), K(), K(), K()}
		VPCMPEQB(m.open, folded[0], k[0])
		VPCMPEQB(m.close, folded[0], k[1])
		VPCMPEQB(m.comma, v[0], k[2])
		VPCMPEQB(m.colon, v[0], k[3])
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
		VPCMPEQB(m.open, folded[half], a)
		VPCMPEQB(m.close, folded[half], b)
		VPCMPEQB(m.comma, v[half], c)
		VPCMPEQB(m.colon, v[half], d)
		VPOR(a, b, a)
		VPOR(c, d, c)
		VPOR(a, c, a)
		or = append(or, a)
	}
	return bits64(or[0], or[1])
}
