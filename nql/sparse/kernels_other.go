//go:build !amd64 || purego

package sparse

func detect() kernel { return portable }

func (s *scan) index(tape []uint32, text []byte, base uint32) int {
	return s.indexPortable(tape, text, base)
}

func (s *scan) structure(tape []uint16, text []byte, base int) int {
	return s.structurePortable(tape, text, uint16(base))
}

func (n *Needle) probe(text []byte, places int) int {
	return n.probePortable(text, places)
}

func (c *cursor) below(doc []byte, i int, order uint64) int {
	return c.belowPortable(doc, i, order)
}
