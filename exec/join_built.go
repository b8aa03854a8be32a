package exec

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// built is the right rows of a join, with those of equal keys chained to each other:
//
//	key ─ hash ─▶ group ─ first ─▶ row ─ chain ─▶ row ─ chain ─▶ -1
type built struct {
	rows    int
	cols    []*column.Vector // Plain: the input's and the keys that are computed
	hash    *groups          // nil: every pair
	first   []int32          // by group: its first row
	last    []int32
	chain   []int32       // by row: the next row of the same group, -1 none
	matched column.Bitmap // rows that were in a pair; only for right and full joins

	of    []int32
	keyed []int32
	entry []int32 // of the left batch at work, where its only key is a dictionary: by code its first row, notLookedUp before that is known
}

func newBuilt(kinds []column.Kind, keyTypes []types.OID) *built {
	t := new(built)
	for _, k := range kinds {
		t.cols = append(t.cols, column.New(k))
	}
	if len(keyTypes) > 0 {
		t.hash = newGroups(keyTypes)
	}
	return t
}

// bytes is the memory held.
func (t *built) bytes() int64 {
	n := bytesOf(t.cols) + 4*int64(cap(t.first)+cap(t.last)+cap(t.chain)+cap(t.of)+cap(t.keyed)) + int64(t.rows)/8
	if t.hash != nil {
		n += t.hash.bytes()
	}
	return n
}

// growth is what so many rows more take at most, about; of a row's 24 bytes some are for its hash, when all rows must leave.
func (t *built) growth(cols, keys []*column.Vector, rows int) int64 {
	n := 2*payload(cols, rows) + 24*int64(rows)
	if t.hash != nil {
		n += t.hash.growth(keys, rows)
	}
	return n
}

// width is how many bytes a row has, about.
func (t *built) width() int64 {
	if t.rows == 0 {
		return 0
	}
	return stride(t.cols) / int64(t.rows)
}

// add takes rows sel of n in.
func (t *built) add(n int, sel column.Selection, cols, keys []*column.Vector) error {
	for i, v := range cols {
		if len(t.cols[i].Bytes) > math.MaxInt32/2 {
			return types.Errorf(types.CodeProgramLimitExceeded, "the right side of a join exceeds 1 GiB in one column")
		}
		appendRows(t.cols[i], v, sel)
	}
	rows := sel.Count(n)
	for range rows {
		t.chain = append(t.chain, -1)
	}
	if t.hash != nil {
		if cap(t.of) < n {
			t.of = make([]int32, n)
		}
		of := t.of[:n]
		t.keyed = room(t.keyed, n)
		for i := range each(sel, n) {
			if !anyNull(keys, i) { // a null equals nothing
				t.keyed = append(t.keyed, int32(i))
			}
		}
		if err := t.hash.assign(n, t.keyed, keys, of); err != nil {
			return err
		}
		row := t.rows
		for i := range each(sel, n) {
			if !anyNull(keys, i) {
				t.link(int(of[i]), int32(row))
			}
			row++
		}
	}
	t.rows += rows
	return nil
}

// link puts a row at the end of its group's chain. Groups are numbered as they appear, so a new one is the next.
func (t *built) link(group int, row int32) {
	if group == len(t.first) {
		t.first, t.last = append(t.first, row), append(t.last, row)
		return
	}
	t.chain[t.last[group]] = row
	t.last[group] = row
}

// firstPair is the first row for row i of the left batch with these keys, -1 none.
func (t *built) firstPair(keys []*column.Vector, i int) int32 {
	if t.hash == nil {
		if t.rows == 0 {
			return -1
		}
		return 0
	}
	if len(t.entry) > 0 && !keys[0].Null(i) {
		e := &t.entry[keys[0].Codes[i]]
		if *e == notLookedUp {
			*e = t.pairOf(keys, i)
		}
		return *e
	}
	return t.pairOf(keys, i)
}

func (t *built) pairOf(keys []*column.Vector, i int) int32 {
	if g := t.hash.find(keys, i); g >= 0 {
		return t.first[g]
	}
	return -1
}

// look prepares for the keys of a left batch.
func (t *built) look(keys []*column.Vector) {
	t.entry = t.entry[:0]
	if len(keys) != 1 || keys[0].Form != column.Dictionary || keys[0].Dict.Len > keys[0].Len {
		return
	}
	for range keys[0].Dict.Len {
		t.entry = append(t.entry, notLookedUp)
	}
}

func (t *built) nextPair(row int32) int32 {
	if t.hash != nil {
		return t.chain[row]
	}
	if int(row)+1 < t.rows {
		return row + 1
	}
	return -1
}
