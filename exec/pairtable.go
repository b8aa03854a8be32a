package exec

import (
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
)

// pairTable numbers pairs of small numbers, from 0 in order of first appearance. While all pairs that there may be are few it is a table of them:
//
//	cells[a<<wide | b]: the number + 1, 0 none yet
//
// and with more numbers a hash table of the pairs that are there.
type pairTable struct {
	n     int
	cells []int32
	wide  uint
	ints  intTable // once cells would be too many: a<<32 | b
	hash  bool
}

// mostCells is 256 KiB of them: they stay in a core's own cache.
const mostCells = 1 << 16

// width is how many bits numbers less than n take.
func width(n int) uint { return uint(bits.Len(uint(max(n, 1) - 1))) }

// cellsFor is how many cells there are for so many numbers on both sides, some more than that so that they aren't laid out anew each time.
func cellsFor(as, bs int) int { return 1 << (width(as) + width(bs)) }

func pairOf(a, b int32) int64 { return int64(a)<<32 | int64(b) }

// fit makes room for pairs of numbers less than as and bs.
func (t *pairTable) fit(as, bs int) {
	if t.hash || bs <= 1<<t.wide && as<<t.wide <= len(t.cells) {
		return
	}
	old, wide := t.cells, t.wide
	t.cells, t.wide = nil, max(width(bs), wide)
	if cells := cellsFor(as, 1<<t.wide); cells <= mostCells {
		t.cells = make([]int32, max(cells, len(old)))
	} else {
		t.hash = true
	}
	for at, id := range old {
		if id == 0 {
			continue
		}
		a, b := int32(at>>wide), int32(at&(1<<wide-1))
		if t.hash {
			t.ints.number(pairOf(a, b), id-1)
		} else {
			t.cells[int(a)<<t.wide|int(b)] = id
		}
	}
}

// number gives the number of a pair, for which there is room.
func (t *pairTable) number(a, b int32) (id int32, fresh bool) {
	next := int32(t.n)
	if t.hash {
		id = t.ints.number(pairOf(a, b), next)
	} else {
		cell := &t.cells[int(a)<<(t.wide&31)|int(b)]
		if *cell == 0 {
			*cell = next + 1
		}
		id = *cell - 1
	}
	if id == next {
		t.n++
		return id, true
	}
	return id, false
}

// pairUp puts the numbers of the selected rows' pairs into out; a and b have numbers less than as and bs. fresh, where not nil, is told of the
// rows with a new pair.
func (t *pairTable) pairUp(sel column.Selection, a, b []int32, as, bs int, out []int32, fresh func(i int)) {
	t.fit(as, bs)
	one := func(i int) {
		id, isNew := t.number(a[i], b[i])
		if isNew && fresh != nil {
			fresh(i)
		}
		out[i] = id
	}
	switch {
	case sel != nil:
		for _, i := range sel {
			one(int(i))
		}
	case t.hash:
		last, id := int64(-1), int32(0)
		for i, x := range a {
			if pair := pairOf(x, b[i]); pair != last {
				one(i)
				last, id = pair, out[i]
			}
			out[i] = id
		}
	default:
		cells, wide, b, out := t.cells, t.wide&31, b[:len(a)], out[:len(a)]
		for i, x := range a {
			if id := cells[int(x)<<wide|int(b[i])]; id != 0 {
				out[i] = id - 1
			} else {
				one(i)
			}
		}
	}
}

// find gives the number of a pair, -1 where it has none.
func (t *pairTable) find(a, b int32) int32 {
	switch {
	case t.hash:
		return t.ints.find(pairOf(a, b))
	case int(b) >= 1<<t.wide || int(a)<<t.wide >= len(t.cells):
		return -1
	}
	return t.cells[int(a)<<t.wide|int(b)] - 1
}

func (t *pairTable) bytes() int64 { return 4*int64(cap(t.cells)) + t.ints.bytes() }

// growth is what so many more pairs, of numbers less than as and bs, take at most.
func (t *pairTable) growth(pairs, as, bs int) int64 {
	if t.hash {
		return t.ints.growth(pairs)
	}
	if cells := cellsFor(as, max(bs, 1<<t.wide)); cells <= mostCells {
		if cells > len(t.cells) {
			return 4 * int64(cells)
		}
		return 0
	}
	return intSlotBytes * int64(slotsFor(t.n+pairs))
}
