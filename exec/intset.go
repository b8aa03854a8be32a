package exec

import "math/bits"

// intSet is a set of 64-bit integers, half the size of a table that numbers them. It is open addressing in steps of one:
//
//	slots[h(x) …]: │ x i64, 0: empty │        0 itself is kept apart
type intSet struct {
	slots []int64
	shift uint // 64 - log2(len(slots))
	n     int  // without 0
	zero  bool
}

func (s *intSet) len() int {
	if s.zero {
		return s.n + 1
	}
	return s.n
}

// addAll puts integers in. Their first slots are read some at a time before anything depends on them, so that the reads wait together for
// memory that is far away.
func (s *intSet) addAll(xs []int64) {
	var first [readTogether]int64
	for len(xs) > 0 {
		block := xs[:min(len(xs), readTogether)]
		xs = xs[len(block):]
		if len(s.slots) > 0 {
			slots, mask := s.slots, uint64(len(s.slots)-1)
			for i, x := range block {
				first[i] = slots[spread(x)>>(s.shift&63)&mask]
			}
		}
		for i, x := range block {
			if first[i] != x || x == 0 {
				s.add(x)
			}
		}
	}
}

// readTogether is how many slots are read before one is used.
const readTogether = 64

func (s *intSet) add(x int64) {
	if x == 0 {
		s.zero = true
		return
	}
	if s.n >= len(s.slots)>>3*5 {
		s.grow()
	}
	slots, mask := s.slots, uint64(len(s.slots)-1)
	for at := spread(x) >> (s.shift & 63); ; at++ {
		switch slots[at&mask] {
		case x:
			return
		case 0:
			slots[at&mask] = x
			s.n++
			return
		}
	}
}

func (s *intSet) grow() {
	old := s.slots
	s.slots = make([]int64, slotsFor(s.n+1))
	s.shift = 64 - uint(bits.Len(uint(len(s.slots)-1)))
	mask := uint64(len(s.slots) - 1)
	for _, x := range old {
		if x == 0 {
			continue
		}
		at := spread(x) >> (s.shift & 63)
		for s.slots[at&mask] != 0 {
			at++
		}
		s.slots[at&mask] = x
	}
}

// each yields the integers in the set, in no order, many at a time; the slice is used anew.
func (s *intSet) each(yield func([]int64) bool) {
	buf := make([]int64, 0, 4096)
	if s.zero {
		buf = append(buf, 0)
	}
	for _, x := range s.slots {
		if x == 0 {
			continue
		}
		if len(buf) == cap(buf) {
			if !yield(buf) {
				return
			}
			buf = buf[:0]
		}
		buf = append(buf, x)
	}
	if len(buf) > 0 {
		yield(buf)
	}
}

func (s *intSet) bytes() int64 { return 8 * int64(len(s.slots)) }

// growth is what so many more integers take at most.
func (s *intSet) growth(more int) int64 { return slotGrowth(len(s.slots), s.n+more, 8) }
