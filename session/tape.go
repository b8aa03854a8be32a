package session

import (
	"sort"

	"github.com/flare-pg/flare-pg/column"
)

// tape remembers the rows that a cursor has read, so that it can go back. Rows are numbered from 1; those up to base
// were not kept.
type tape struct {
	chunks  []*column.Batch
	ends    []int64 // the number of each chunk's last row
	base    int64
	account column.Account // nil: not accounted
	held    int64          // reserved
}

// last is the number of the last row.
func (t *tape) last() int64 {
	if n := len(t.ends); n > 0 {
		return t.ends[n-1]
	}
	return t.base
}

// add copies rows first … of a batch's selection. The memory is reserved first.
func (t *tape) add(b *column.Batch, first int) error {
	n := b.Rows() - first
	if n <= 0 {
		return nil
	}
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(first + i)
		if b.Sel != nil {
			rows[i] = b.Sel[first+i]
		}
	}
	size := int64(64 * len(b.Cols))
	for _, v := range b.Cols {
		size += sizeOfRows(v, rows)
	}
	if t.account != nil {
		if err := t.account.Reserve(size); err != nil {
			return err
		}
		t.held += size
	}
	c := &column.Batch{Len: n, Cols: make([]*column.Vector, len(b.Cols))}
	for i, v := range b.Cols {
		c.Cols[i] = column.New(v.Kind)
		c.Cols[i].AppendRows(v, rows)
	}
	t.ends = append(t.ends, t.last()+int64(n))
	t.chunks = append(t.chunks, c)
	return nil
}

// sizeOfRows is what copies of some of a vector's rows take, at most about.
func sizeOfRows(v *column.Vector, rows []int32) int64 {
	if v.Kind.Fixed() {
		return 17 * int64(len(rows))
	}
	size := 6 * int64(len(rows))
	for _, r := range rows {
		if !v.Null(int(r)) {
			size += int64(len(v.Str(int(r))))
		}
	}
	return size + size/4
}

// forward shows rows from a number on, at most max, in the order in which they were read; as many as lie together.
func (t *tape) forward(from, max int64, b *column.Batch) int64 {
	i := sort.Search(len(t.ends), func(i int) bool { return t.ends[i] >= from })
	if i == len(t.ends) || from <= t.base {
		return 0
	}
	c := t.chunks[i]
	first := t.ends[i] - int64(c.Len) + 1
	n := min(t.ends[i]-from+1, max)
	show(b, c, int(from-first), int(n), 1)
	return n
}

// backward shows rows from a number down, at most max, the last one first.
func (t *tape) backward(from, max int64, b *column.Batch) int64 {
	i := sort.Search(len(t.ends), func(i int) bool { return t.ends[i] >= from })
	if i == len(t.ends) || from <= t.base {
		return 0
	}
	c := t.chunks[i]
	first := t.ends[i] - int64(c.Len) + 1
	n := min(from-first+1, max)
	show(b, c, int(from-first), int(n), -1)
	return n
}

// show makes b a view of n rows of c's selection, from one on in steps of 1 or -1.
func show(b, c *column.Batch, from, n, step int) {
	b.Cols, b.Len = append(b.Cols[:0], c.Cols...), c.Len
	if step == 1 && from == 0 && n == c.Rows() {
		b.Sel = c.Sel
		return
	}
	sel := make(column.Selection, n)
	for k := range sel {
		sel[k] = int32(from + k*step)
		if c.Sel != nil {
			sel[k] = c.Sel[from+k*step]
		}
	}
	b.Sel = sel
}

// forget drops all rows: only those after the last one will be there.
func (t *tape) forget() {
	t.base = t.last()
	t.chunks, t.ends = nil, nil
	if t.account != nil && t.held > 0 {
		t.account.Release(t.held)
	}
	t.held = 0
}
