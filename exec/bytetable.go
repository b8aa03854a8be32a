package exec

import (
	"bytes"
	"hash/maphash"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
)

// byteTable gives distinct byte strings numbers, those that the caller says. The strings themselves are in a vector of the caller's,
// row by number; a slot has a part of the hash, so that few others are compared, and none is hashed again when the table grows.
//
//	slots[hash …]: │ the hash's upper half u32, whose first bits are the place │ number+1 i32, 0: empty │
type byteTable struct {
	slots []byteSlot
	shift uint // 32 - log2(len(slots))
	n     int
}

type byteSlot struct {
	tag uint32
	id  int32 // the number + 1
}

const byteSlotBytes = 8

var byteSeed = maphash.MakeSeed()

// number gives the number of s; one that has none gets next, and the caller makes it row next of keys.
func (t *byteTable) number(keys *column.Vector, s []byte, next int32) int32 {
	if t.n >= len(t.slots)>>3*5 {
		t.grow()
	}
	tag, mask := uint32(maphash.Bytes(byteSeed, s)>>32), uint64(len(t.slots)-1)
	for at := uint64(tag >> (t.shift & 31)); ; at++ {
		slot := &t.slots[at&mask]
		if slot.id == 0 {
			t.n++
			slot.tag, slot.id = tag, next+1
			return next
		}
		if slot.tag == tag && bytes.Equal(keys.Str(int(slot.id-1)), s) {
			return slot.id - 1
		}
	}
}

// find gives the number of s, -1 where it has none.
func (t *byteTable) find(keys *column.Vector, s []byte) int32 {
	if t.n == 0 {
		return -1
	}
	tag, mask := uint32(maphash.Bytes(byteSeed, s)>>32), uint64(len(t.slots)-1)
	for at := uint64(tag >> (t.shift & 31)); ; at++ {
		slot := &t.slots[at&mask]
		if slot.id == 0 || slot.tag == tag && bytes.Equal(keys.Str(int(slot.id-1)), s) {
			return slot.id - 1
		}
	}
}

func (t *byteTable) grow() {
	old := t.slots
	t.slots = make([]byteSlot, slotsFor(t.n+1))
	t.shift = 32 - uint(bits.Len(uint(len(t.slots)-1)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		at := uint64(s.tag >> (t.shift & 31))
		for t.slots[at&mask].id != 0 {
			at++
		}
		t.slots[at&mask] = s
	}
}

func (t *byteTable) bytes() int64 { return byteSlotBytes * int64(len(t.slots)) }

// growth is what so many more keys take at most.
func (t *byteTable) growth(keys int) int64 { return slotGrowth(len(t.slots), t.n+keys, byteSlotBytes) }
