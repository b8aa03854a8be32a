package sparse

func (s *scan) index(tape []uint32, text []byte, base uint32) int {
	return s.indexPortable(tape, text, base)
}
