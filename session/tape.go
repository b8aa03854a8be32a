package session

import (
	"sort"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/types"
)

// tape remembers the rows that a cursor has read, so that it can go back. Rows are numbered from 1; those up to base
// were not kept. Past its share of the memory, or where there is none left, all of it goes to a temporary file.
type tape struct {
	chunks  []chunk
	ends    []int64 // the number of each chunk's last row
	base    int64
	account column.Account // nil: not accounted
	held    int64          // reserved

	create func() (exec.TempFile, error) // nil: it stays in memory
	file   exec.TempFile                 // once it is there, all chunks are in it
	read   *column.Batch                 // the chunk that was read last, number at
	at     int
	buf    []byte
}

// chunk is a batch of rows, in memory or in the file.
type chunk struct {
	rows  int
	batch *column.Batch
	from  int64 // in the file
	size  int
}

// tapeBytes is how much of a tape stays in memory.
const tapeBytes = 8 << 20

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
	if err := t.room(size); err != nil {
		return err
	}
	c := &column.Batch{Len: n, Cols: make([]*column.Vector, len(b.Cols))}
	for i, v := range b.Cols {
		c.Cols[i] = column.New(v.Kind)
		c.Cols[i].AppendRows(v, rows)
	}
	kept := chunk{rows: n, batch: c}
	if t.file != nil {
		if err := t.write(&kept); err != nil {
			return err
		}
	}
	t.ends = append(t.ends, t.last()+int64(n))
	t.chunks = append(t.chunks, kept)
	return nil
}

// room makes sure that there is room for so many bytes more: in memory, else in the file.
func (t *tape) room(size int64) error {
	if t.file != nil {
		return nil
	}
	var short error
	if t.create == nil || t.held+size <= tapeBytes {
		if t.account == nil {
			t.held += size
			return nil
		}
		if short = t.account.Reserve(size); short == nil {
			t.held += size
			return nil
		}
	}
	if t.create == nil {
		return short
	}
	var err error
	if t.file, err = t.create(); err != nil {
		t.file = nil
		return err
	}
	for i := range t.chunks {
		if err := t.write(&t.chunks[i]); err != nil {
			return err
		}
	}
	t.release()
	return nil
}

// write moves a chunk to the file.
func (t *tape) write(c *chunk) error {
	t.buf = column.AppendBlock(t.buf[:0], c.batch)
	from, err := t.file.Append(t.buf)
	if err != nil {
		return err
	}
	c.from, c.size, c.batch = from, len(t.buf), nil
	return nil
}

// load gives a chunk's rows, which stay until another chunk is loaded.
func (t *tape) load(i int) (*column.Batch, error) {
	c := &t.chunks[i]
	switch {
	case c.batch != nil:
		return c.batch, nil
	case t.read != nil && t.at == i:
		return t.read, nil
	}
	if cap(t.buf) < c.size {
		t.buf = make([]byte, c.size)
	}
	if err := t.file.ReadAt(t.buf[:c.size], c.from); err != nil {
		return nil, err
	}
	b := new(column.Batch)
	if err := b.ReadBlock(t.buf[:c.size]); err != nil {
		return nil, types.Errorf(types.CodeDataCorrupted, "%s", err)
	}
	t.read, t.at = b, i
	return b, nil
}

// release gives back what was reserved.
func (t *tape) release() {
	if t.account != nil && t.held > 0 {
		t.account.Release(t.held)
	}
	t.held = 0
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
func (t *tape) forward(from, max int64, b *column.Batch) (int64, error) {
	i := sort.Search(len(t.ends), func(i int) bool { return t.ends[i] >= from })
	if i == len(t.ends) || from <= t.base {
		return 0, nil
	}
	c, err := t.load(i)
	if err != nil {
		return 0, err
	}
	first := t.ends[i] - int64(c.Len) + 1
	n := min(t.ends[i]-from+1, max)
	show(b, c, int(from-first), int(n), 1)
	return n, nil
}

// backward shows rows from a number down, at most max, the last one first.
func (t *tape) backward(from, max int64, b *column.Batch) (int64, error) {
	i := sort.Search(len(t.ends), func(i int) bool { return t.ends[i] >= from })
	if i == len(t.ends) || from <= t.base {
		return 0, nil
	}
	c, err := t.load(i)
	if err != nil {
		return 0, err
	}
	first := t.ends[i] - int64(c.Len) + 1
	n := min(from-first+1, max)
	show(b, c, int(from-first), int(n), -1)
	return n, nil
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
	t.release()
	if t.file != nil {
		// What is left behind where this fails is deleted at the next start.
		_ = t.file.Close()
	}
	t.file, t.read, t.buf = nil, nil, nil
}
