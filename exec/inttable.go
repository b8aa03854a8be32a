package exec

import (
	"hash/maphash"
	"math/bits"
)

// intTable gives distinct 64-bit keys numbers, those that the caller says. It is open addressing in steps of one:
//
//	slots[h(key) …]: │ key i64 │ number+1 i32, 0: empty │
//
// Slots are a power of two, of which at most five eighths are taken.
type intTable struct {
	slots []intSlot
	shift uint // 64 - log2(len(slots))
	n     int
}

type intSlot struct {
	key int64
	id  int32 // the number + 1
}

const intSlotBytes = 16

// Keys are spread by numbers that nobody outside the process knows, so that nobody can choose keys that fall together.
var (
	spreadSeed = maphash.Comparable(maphash.MakeSeed(), 1)
	spreadMul  = maphash.Comparable(maphash.MakeSeed(), 2) | 1
)

func spread(key int64) uint64 {
	hi, lo := bits.Mul64(uint64(key)^spreadSeed, spreadMul)
	return hi ^ lo
}

// number gives the number of a key; one that has none gets next.
func (t *intTable) number(key int64, next int32) int32 {
	if t.n >= len(t.slots)>>3*5 {
		t.grow()
	}
	slots, mask := t.slots, uint64(len(t.slots)-1)
	for at := spread(key) >> (t.shift & 63); ; at++ {
		s := &slots[at&mask]
		if s.id == 0 {
			t.n++
			s.key, s.id = key, next+1
			return next
		}
		if s.key == key {
			return s.id - 1
		}
	}
}

// find gives the number of a key, -1 where it has none.
func (t *intTable) find(key int64) int32 {
	if t.n == 0 {
		return -1
	}
	mask := uint64(len(t.slots) - 1)
	for at := spread(key) >> (t.shift & 63); ; at++ {
		s := &t.slots[at&mask]
		if s.id == 0 || s.key == key {
			return s.id - 1
		}
	}
}

func (t *intTable) grow() {
	old := t.slots
	t.slots = make([]intSlot, slotsFor(t.n+1))
	t.shift = 64 - uint(bits.Len(uint(len(t.slots)-1)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		at := spread(s.key) >> (t.shift & 63)
		for t.slots[at&mask].id != 0 {
			at++
		}
		t.slots[at&mask] = s
	}
}

// slotsFor is how many slots a table of so many keys has.
func slotsFor(keys int) int {
	n := 64
	for keys > n>>3*5 {
		n *= 2
	}
	return n
}

// far reports whether the slots are too many for a core's first cache.
func (t *intTable) far() bool { return len(t.slots) > 1<<11 }

func (t *intTable) bytes() int64 { return intSlotBytes * int64(len(t.slots)) }

// growth is what so many more keys take at most.
func (t *intTable) growth(keys int) int64 { return slotGrowth(len(t.slots), t.n+keys, intSlotBytes) }

// slotGrowth is the size of the slots that replace others, which stay until they are copied, 0 where none do.
func slotGrowth(slots, keys int, size int64) int64 {
	if n := slotsFor(keys); n > slots {
		return size * int64(n)
	}
	return 0
}
