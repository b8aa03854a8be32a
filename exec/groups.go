package exec

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// groups numbers the distinct keys it is shown, from 0 in order of first appearance. Nulls are equal to each
// other. It is the hash table of grouping, DISTINCT and joins.
//
// Each column of a key is numbered by itself, so that a row's key becomes a few small numbers by the means that suit the column's form. The number
// of one column is the group's; those of several are combined two at a time:
//
//	column 0 ─ number ─┐
//	column 1 ─ number ─┴ pair ─ number ─┐
//	column 2 ─ number ──────────────────┴ pair ─ number: the group
type groups struct {
	keys []*column.Vector // the groups' keys: Plain, one row a group

	cols  []*numbering
	pairs []pairTable // one less than cols
	nums  [][]int32   // scratch: by column, the rows' numbers
	left  []int32     // scratch: those of the first columns together

	dicts    []*column.Vector // scratch: the keys that are dictionaries
	combined []int32          // scratch: their codes together
	codes    []int32          // scratch: by these, the group + 1
}

func newGroups(keyTypes []types.OID) *groups {
	g := &groups{}
	for _, t := range keyTypes {
		m := newNumbering(t)
		g.cols = append(g.cols, m)
		if len(keyTypes) == 1 {
			g.keys = append(g.keys, m.values)
		} else {
			g.keys = append(g.keys, column.New(types.KindOf(t)))
		}
	}
	if n := len(keyTypes); n > 1 {
		g.pairs, g.nums = make([]pairTable, n-1), make([][]int32, n)
	}
	return g
}

// len is the number of groups.
func (g *groups) len() int {
	if len(g.cols) == 0 {
		return 0
	}
	return g.keys[0].Len
}

// bytes is the memory held.
func (g *groups) bytes() int64 {
	var n int64
	for _, m := range g.cols {
		n += m.bytes()
	}
	if len(g.cols) > 1 {
		n += bytesOf(g.keys)
		for i := range g.pairs {
			n += g.pairs[i].bytes()
		}
		n += 4*int64(len(g.nums)+1)*int64(cap(g.nums[0])) + 4*int64(cap(g.codes)+cap(g.combined))
	}
	return n
}

// growth estimates what so many rows of these keys add at most.
func (g *groups) growth(keys []*column.Vector, rows int) int64 {
	var n int64
	left := 0 // numbers of the columns so far
	for k, m := range g.cols {
		n += m.growth(keys[k], rows)
		most := m.values.Len + news(keys[k], rows)
		if k == 0 {
			left = most
		} else {
			// Numbers that are old already make new pairs, too.
			t := &g.pairs[k-1]
			n += t.growth(rows, left, most)
			left = t.n + rows
		}
	}
	if len(g.cols) > 1 {
		for k, v := range g.keys {
			n += appendGrowth(v, rows, payload(keys[k:k+1], rows))
		}
		n += 4 * int64(len(keys)+3) * int64(keys[0].Len)
	}
	return n
}

// assign puts the group of each selected row of n into out, making the groups that don't exist yet.
func (g *groups) assign(n int, sel column.Selection, keys []*column.Vector, out []int32) error {
	for _, k := range g.keys {
		if len(k.Bytes) > math.MaxInt32/2 {
			return types.Errorf(types.CodeProgramLimitExceeded, "the keys of all groups together exceed 1 GiB")
		}
	}
	if len(g.cols) == 1 {
		g.cols[0].number(n, sel, keys[0], out)
		return nil
	}
	var ok bool
	if g.dicts, ok = dictionaries(g.dicts[:0], sel.Count(n), keys); ok {
		g.assignCodes(n, sel, keys, g.dicts, out)
	} else {
		g.assignEach(n, sel, keys, out)
	}
	return nil
}

// assignEach is assign by numbers of each column's own.
func (g *groups) assignEach(n int, sel column.Selection, keys []*column.Vector, out []int32) {
	for k, m := range g.cols {
		if cap(g.nums[k]) < n {
			g.nums[k] = make([]int32, n)
		}
		g.nums[k] = g.nums[k][:n]
		m.number(n, sel, keys[k], g.nums[k])
	}
	left, lefts, last := g.nums[0], g.cols[0].values.Len, len(g.pairs)-1
	for p := range g.pairs[:last] {
		if cap(g.left) < n {
			g.left = make([]int32, n)
		}
		t := &g.pairs[p]
		t.pairUp(sel, left, g.nums[p+1], lefts, g.cols[p+1].values.Len, g.left[:n], nil)
		left, lefts = g.left[:n], t.n
	}
	g.pairs[last].pairUp(sel, left, g.nums[last+1], lefts, g.cols[last+1].values.Len, out[:n], func(i int) {
		for k, v := range keys {
			g.keys[k].AppendFrom(v, i)
		}
	})
}

// find gives the group of one row without making one; -1 none. A null in the key finds nothing. Several goroutines may call it at once.
func (g *groups) find(keys []*column.Vector, i int) int32 {
	id := int32(-1)
	for k, m := range g.cols {
		if keys[k].Null(i) {
			return -1
		}
		num := m.find(keys[k], i)
		if num < 0 {
			return -1
		}
		if k == 0 {
			id = num
		} else if id = g.pairs[k-1].find(id, num); id < 0 {
			return -1
		}
	}
	return id
}
