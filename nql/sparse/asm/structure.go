package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// structure writes the offsets that a reader goes by to a tape of 16 bits each.
func structure(i isa) {
	TEXT("structure"+i.name(), NOSPLIT, "func(s *uint64, tape *uint16, text *byte, n int, base uint32) int")
	s := loadState(i, false)
	tape := Mem{Base: Load(Param("tape"), GP64()).(GPVirtual)}
	text := Mem{Base: Load(Param("text"), GP64()).(GPVirtual)}
	n := Load(Param("n"), GP64()).(GPVirtual)
	base := Load(Param("base"), GP32()).(GPVirtual)

	quote, backslash, control := broadcast(i, '"'), broadcast(i, '\\'), broadcast(i, ' '-1)
	m := newMarks(i)
	flat := newFlattener(i, base, 2)

	eachBlock(i, text, n, func(v []VecVirtual) {
		quotes := i.equal(v, quote)
		backslashes := i.equal(v, backslash)
		s.skipWithin(quotes, backslashes, flat)
		s.unescape(quotes, backslashes)
		in := s.within(quotes)
		ORQ(i.atMost(v, control), in)
		found := m.find(v, in)
		flat.write(found, tape)
		Label("next")
	})
	s.store()
	VZEROUPPER()
	flat.storeLength(tape)
	RET()
}

// skipWithin leaves a block out that lies within a string: without quotes, there is nothing in it but what a backslash at its end does.
func (s *state) skipWithin(quotes, backslashes GPVirtual, flat *flattener) {
	TESTQ(quotes, quotes)
	JNE(LabelRef("look"))
	TESTQ(s.inString, s.inString)
	JE(LabelRef("look"))
	TESTQ(backslashes, backslashes)
	JS(LabelRef("look"))
	XORL(s.escaped.As32(), s.escaped.As32())
	flat.next()
	JMP(LabelRef("next"))
	Label("look")
}

// marks finds { } [ ] : and ,.
type marks struct {
	isa          isa
	table, space VecVirtual
}

func newMarks(i isa) *marks {
	m := &marks{i, i.vector(), broadcast(i, ' ')}
	i.repeat(marksTable(), m.table)
	return m
}

var marksData *Mem

// marksTable has each of them at the index that is its lower half, braces in place of brackets, which differ in the bit that a space is. 0, at the other indexes, is
// no byte with that bit.
func marksTable() Mem {
	if marksData == nil {
		m := GLOBL("marks", RODATA|NOPTR)
		var table [16]byte
		for _, c := range []byte(":{,}") {
			table[c&15] = c
		}
		for i, c := range table {
			DATA(i, U8(c))
		}
		marksData = &m
	}
	return *marksData
}

// find makes a mask of them but for those in out, where bytes below a space have to be: two of them look like a colon and a comma.
func (m *marks) find(v []VecVirtual, out GPVirtual) GPVirtual {
	folded := m.isa.or(v, m.space)
	var same []VecVirtual
	for i := range v {
		x := m.isa.vector()
		VPSHUFB(v[i], m.table, x) // 0 for bytes of 0x80 and more
		same = append(same, x)
	}
	found := m.isa.equals(folded, same)
	ANDNQ(found, out, found)
	return found
}
