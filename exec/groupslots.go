package exec

import "math/bits"

// groupSlots is a hash table of the distinct integers of each of many groups. It is open addressing in steps of one:
//
//	slots[h(group, x) …]: │ x i64 │ group+1 i32, 0: empty │
type groupSlots struct {
	slots []groupSlot
	shift uint // 64 - log2(len(slots))
	n     int
}

type groupSlot struct {
	x     int64
	group int32 // + 1
}

const groupSlotBytes = 16

// spreadIn spreads an integer of a group.
func spreadIn(group int32, x int64) uint64 {
	return spread(x + int64(uint64(group)*0x9e3779b97f4a7c15))
}

// addAll puts integers in, of[i] being that of xs[i]'s group. As with intSlots, slots are read many at a time.
func (s *groupSlots) addAll(of []int32, xs []int64) {
	var first [readTogether]groupSlot
	for len(xs) > 0 {
		block, groups := xs[:min(len(xs), readTogether)], of[:min(len(xs), readTogether)]
		if len(s.slots) > 0 {
			slots, mask := s.slots, uint64(len(s.slots)-1)
			for i, x := range block {
				first[i] = slots[spreadIn(groups[i], x)>>(s.shift&63)&mask]
			}
		}
		for i, x := range block {
			if first[i].x != x || first[i].group != groups[i]+1 {
				s.add(groups[i], x)
			}
		}
		xs, of = xs[len(block):], of[len(block):]
	}
}

func (s *groupSlots) add(group int32, x int64) {
	if s.n >= len(s.slots)>>3*5 {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1)
	for at := spreadIn(group, x) >> (s.shift & 63); ; at++ {
		slot := &s.slots[at&mask]
		if slot.group == 0 {
			*slot = groupSlot{x, group + 1}
			s.n++
			return
		}
		if slot.x == x && slot.group == group+1 {
			return
		}
	}
}

func (s *groupSlots) grow() {
	old := s.slots
	s.slots = make([]groupSlot, slotsFor(s.n+1))
	s.shift = 64 - uint(bits.Len(uint(len(s.slots)-1)))
	mask := uint64(len(s.slots) - 1)
	for _, o := range old {
		if o.group == 0 {
			continue
		}
		at := spreadIn(o.group-1, o.x) >> (s.shift & 63)
		for s.slots[at&mask].group != 0 {
			at++
		}
		s.slots[at&mask] = o
	}
}

// each yields groups and their integers, in no order, many at a time; the slices are used anew.
func (s *groupSlots) each(yield func(of []int32, xs []int64) bool) {
	of, xs := make([]int32, 0, 4096), make([]int64, 0, 4096)
	for at := range scattered(len(s.slots)) {
		slot := &s.slots[at]
		if slot.group == 0 {
			continue
		}
		if len(xs) == cap(xs) {
			if !yield(of, xs) {
				return
			}
			of, xs = of[:0], xs[:0]
		}
		of, xs = append(of, slot.group-1), append(xs, slot.x)
	}
	if len(xs) > 0 {
		yield(of, xs)
	}
}

func (s *groupSlots) bytes() int64 { return groupSlotBytes * int64(len(s.slots)) }

// growth is what so many more integers take at most.
func (s *groupSlots) growth(more int) int64 {
	return slotGrowth(len(s.slots), s.n+more, groupSlotBytes)
}
