package pgwire

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// A binary DataRow of columns whose values take the same number of bytes whatever they are is the same in every row but for the values:
//
//	'D' · length (4) · columns (2) · [ size (4) · value (size) ] …
//
// Where no value of a batch is null its rows are laid out at once, and the values put into their places column by column.

// width is the kind of values of such a column.
type width uint8

const (
	noWidth width = iota
	two           // an integer's two bytes
	four          // an integer's four
	eight         // an integer's eight
	instant       // a timestamp's eight
	double        // a float's eight
)

// micros2000 is PostgreSQL's epoch in microseconds since 1970.
const micros2000 = 946_684_800_000_000

// widthOf says of which kind a column of a batch is.
func widthOf(c *cell) width {
	v := c.v
	if c.format != 1 || v.Form != column.Plain || v.Valid != nil {
		return noWidth
	}
	switch c.typ {
	case types.Int2:
		return two
	case types.Int4:
		return four
	case types.Int8:
		return eight
	case types.Timestamp, types.Timestamptz:
		return instant
	case types.Float8:
		return double
	}
	return noWidth
}

func (x width) bytes() int {
	switch x {
	case two:
		return 2
	case four:
		return 4
	}
	return 8
}

// layout makes the row that all rows of a batch are like, in w.row; false: they are not alike.
func (w *writer) layout(cells []cell) bool {
	w.row = append(w.row[:0], 'D', 0, 0, 0, 0)
	w.row = binary.BigEndian.AppendUint16(w.row, uint16(len(cells)))
	for i := range cells {
		c := &cells[i]
		if c.width = widthOf(c); c.width == noWidth {
			return false
		}
		n := c.width.bytes()
		w.row = binary.BigEndian.AppendUint32(w.row, uint32(n))
		c.at = len(w.row)
		w.row = append(w.row, "\x00\x00\x00\x00\x00\x00\x00\x00"[:n]...)
	}
	binary.BigEndian.PutUint32(w.row[1:], uint32(len(w.row)-1))
	return true
}

// fixedRows appends rows first … before end of a batch's selection, as w.row lays them out.
func (w *writer) fixedRows(cells []cell, sel column.Selection, first, end int) error {
	size := len(w.row)
	for first < end {
		n := min(end-first, max(1, (flushBytes-len(w.buf)+size-1)/size))
		from := len(w.buf)
		w.buf = slices.Grow(w.buf, n*size)
		for range n {
			w.buf = append(w.buf, w.row...)
		}
		for i := range cells {
			cells[i].fill(w.buf[from:], size, sel, first, n)
		}
		first += n
		if err := w.full(); err != nil {
			return err
		}
	}
	return nil
}

// fill puts a column's values of n rows from first on into b, whose rows have so many bytes each.
func (c *cell) fill(b []byte, size int, sel column.Selection, first, n int) {
	be, at := binary.BigEndian, c.at
	row := func(k int) int {
		if sel != nil {
			return int(sel[first+k])
		}
		return first + k
	}
	switch c.width {
	case two:
		for k := range n {
			be.PutUint16(b[at:], uint16(c.v.Ints[row(k)]))
			at += size
		}
	case four:
		for k := range n {
			be.PutUint32(b[at:], uint32(c.v.Ints[row(k)]))
			at += size
		}
	case eight:
		for k := range n {
			be.PutUint64(b[at:], uint64(c.v.Ints[row(k)]))
			at += size
		}
	case instant:
		for k := range n {
			x := c.v.Ints[row(k)]
			if !types.Infinite(x) {
				x -= micros2000
			}
			be.PutUint64(b[at:], uint64(x))
			at += size
		}
	case double:
		for k := range n {
			bits := math.Float64bits(c.v.Floats[row(k)])
			if math.IsNaN(c.v.Floats[row(k)]) {
				bits = 0x7ff8000000000000 // C's NaN, not Go's
			}
			be.PutUint64(b[at:], bits)
			at += size
		}
	}
}
