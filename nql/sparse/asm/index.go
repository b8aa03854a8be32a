package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// index writes offsets of structure and of quotes to a tape of 32 bits each, and notes what else there is.
func index(i isa) {
	TEXT("index"+i.name(), NOSPLIT, "func(s *uint64, tape *uint32, text *byte, n int, base uint32) int")
	s := loadState(i, true)
	tape := Mem{Base: Load(Param("tape"), GP64()).(GPVirtual)}
	text := Mem{Base: Load(Param("text"), GP64()).(GPVirtual)}
	n := Load(Param("n"), GP64()).(GPVirtual)
	base := Load(Param("base"), GP32()).(GPVirtual)

	quote, backslash, control := broadcast(i, '"'), broadcast(i, '\\'), broadcast(i, ' '-1)
	m := newMarks(i)
	flat := newFlattener(i, base, 4)

	eachBlock(i, text, n, func(v []VecVirtual) {
		quotes := i.equal(v, quote)
		backslashes := i.equal(v, backslash)
		ORQ(backslashes, s.backslashes)
		s.see(v)
		s.unescape(quotes, backslashes)
		in := s.within(quotes)

		low := i.atMost(v, control)
		out := GP64()
		MOVQ(low, out)
		ORQ(in, out)
		ANDQ(in, low)
		ORQ(low, s.controls)
		blank := i.atMost(v, m.space)
		ANDNQ(blank, in, blank)
		ORQ(blank, s.spaces)

		found := m.find(v, out)
		ORQ(quotes, found)
		flat.write(found, tape)
	})
	s.store()
	VZEROUPPER()
	flat.storeLength(tape)
	RET()
}
