package exec

import (
	"math/bits"
	"slices"
)

// intSlots is a hash table of 64-bit integers, half the size of a table that numbers them. It is open addressing in steps of one:
//
//	slots[h(x) …]: │ x i64, 0: empty │        0 itself is kept apart
type intSlots struct {
	slots []int64
	shift uint // 64 - log2(len(slots))
	n     int  // without 0
	zero  bool
}

func (s *intSlots) len() int {
	if s.zero {
		return s.n + 1
	}
	return s.n
}

// addAll puts integers in. Their first slots are read some at a time before anything depends on them, so that the reads wait together for
// memory that is far away.
func (s *intSlots) addAll(xs []int64) {
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

func (s *intSlots) add(x int64) {
	if x == 0 {
		s.zero = true
		return
	}
	if s.n >= len(s.slots)>>3*5 {
		s.grow(s.n + 1)
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

// scattered yields the places of a table of n slots, a power of two, each once, neighbours far apart. What is put into another table of the same hash in the order of the
// slots fills that from one end, where each value then goes past all others.
func scattered(n int) func(yield func(int) bool) {
	step := n/1000*618 | 1
	return func(yield func(int) bool) {
		for i, at := 0, 0; i < n; i++ {
			if !yield(at) {
				return
			}
			at = (at + step) & (n - 1)
		}
	}
}

// full reports whether so many more integers may need other slots.
func (s *intSlots) full(more int) bool { return s.n+more > len(s.slots)>>3*5 }

// grow makes the slots as many as so many integers need.
func (s *intSlots) grow(integers int) {
	old := s.slots
	s.slots = make([]int64, slotsFor(integers))
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

// each yields the integers, in no order, one at a time.
func (s *intSlots) each(yield func(int64) bool) {
	if s.zero && !yield(0) {
		return
	}
	for at := range scattered(len(s.slots)) {
		x := s.slots[at]
		if x != 0 && !yield(x) {
			return
		}
	}
}

// middle is about the median of the integers, 0 where there are none: that of some of them, as they lie in no order.
func (s *intSlots) middle() int64 {
	some := make([]int64, 0, 63)
	for x := range s.each {
		if some = append(some, x); len(some) == cap(some) {
			break
		}
	}
	if len(some) == 0 {
		return 0
	}
	slices.Sort(some)
	return some[len(some)/2]
}

func (s *intSlots) bytes() int64 { return 8 * int64(len(s.slots)) }

// growth is what so many more integers take at most.
func (s *intSlots) growth(more int) int64 { return slotGrowth(len(s.slots), s.n+more, 8) }
