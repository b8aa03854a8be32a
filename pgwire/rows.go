package pgwire

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// maxRow bounds a DataRow in bytes: PostgreSQL's own limit of a message.
const maxRow = 1<<30 - 1

// rows appends DataRow messages for rows first … of the batch's selection, at most max (max < 0: all).
func (w *writer) rows(env *types.Env, columns []Column, formats []int16, b *column.Batch, first, max int) error {
	n := b.Rows()
	if max >= 0 && first+max < n {
		n = first + max
	}
	if w.count != nil && n > first {
		w.count.Add(int64(n - first))
	}
	cells := w.cellsOf(columns, formats, b)
	defer clear(cells) // an idle connection holds no batch
	if w.layout(cells) {
		if err := w.fixedRows(cells, b.Sel, first, n); err != nil {
			return err
		}
		first = n
	}
	for r := first; r < n; r++ {
		i := r
		if b.Sel != nil {
			i = int(b.Sel[r])
		}
		w.begin('D')
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(len(columns)))
		for c := range cells {
			if err := w.cell(env, &cells[c], i); err != nil {
				w.abandon()
				return err
			}
			if len(w.buf)-w.open > maxRow {
				w.abandon()
				return types.Errorf(types.CodeProgramLimitExceeded, "a result row is larger than %d bytes", maxRow)
			}
		}
		w.end()
		if len(w.buf) >= flushBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	if w.err != nil {
		return w.err
	}
	if len(w.buf) > 0 && time.Since(w.sent) > flushAfter {
		return w.flush()
	}
	return nil
}

// cell is a column of a batch that is written row by row, with what is the same for all its rows found out before.
type cell struct {
	how    writing
	v      *column.Vector
	plain  []int64 // asDigits, asEight: the values, where row i's is the i-th and not null
	typ    types.OID
	format int16

	width width // where all values take the same bytes
	at    int   // where the value lies in its row then
}

type writing uint8

const (
	asValue  writing = iota // by types.AppendText or AppendBinary
	asDigits                // an integer's text
	asEight                 // an integer's eight bytes
	asBytes                 // bytes as they are
)

// cellsOf looks at a batch's columns before its rows are written.
func (w *writer) cellsOf(columns []Column, formats []int16, b *column.Batch) []cell {
	w.cells = w.cells[:0]
	for c := range columns {
		x := cell{v: b.Cols[c], typ: columns[c].Type, format: format(formats, c)}
		switch x.typ {
		case types.Int2, types.Int4, types.Int8, types.Oid:
			if x.format == 0 {
				x.how = asDigits
			} else if x.typ == types.Int8 {
				x.how = asEight
			}
		case types.Text, types.Varchar, types.Name, types.JSON:
			x.how = asBytes
		}
		if x.v.Form == column.Plain && x.v.Valid == nil {
			x.plain = x.v.Ints
		}
		w.cells = append(w.cells, x)
	}
	return w.cells
}

// cell appends one value: length (4), bytes; length -1 for null.
func (w *writer) cell(env *types.Env, c *cell, i int) error {
	if c.plain == nil && c.v.Null(i) {
		w.buf = binary.BigEndian.AppendUint32(w.buf, math.MaxUint32)
		return nil
	}
	switch c.how {
	case asDigits, asEight:
		var x int64
		if c.plain != nil {
			x = c.plain[i]
		} else {
			x = c.v.Int(i)
		}
		if c.how == asEight {
			w.buf = binary.BigEndian.AppendUint64(append(w.buf, 0, 0, 0, 8), uint64(x))
			return nil
		}
		at := len(w.buf)
		w.buf = strconv.AppendInt(append(w.buf, 0, 0, 0, 0), x, 10)
		w.buf[at+3] = byte(len(w.buf) - at - 4) // twenty at most
		return nil
	case asBytes:
		s := c.v.Str(i)
		w.buf = append(binary.BigEndian.AppendUint32(w.buf, uint32(len(s))), s...)
		return nil
	}
	return w.value(env, c, i)
}

// value is cell for values of any type that are not null.
func (w *writer) value(env *types.Env, c *cell, i int) error {
	at := len(w.buf)
	w.buf = append(w.buf, 0, 0, 0, 0)
	if c.format == 1 {
		b, err := types.AppendBinary(w.buf, env, c.typ, c.v, i)
		if err != nil {
			return err
		}
		w.buf = b
	} else {
		w.buf = types.AppendText(w.buf, env, c.typ, c.v, i)
	}
	binary.BigEndian.PutUint32(w.buf[at:], uint32(len(w.buf)-at-4))
	return nil
}

// format gives column c's format code: none means all text, one means all alike.
func format(formats []int16, c int) int16 {
	switch {
	case len(formats) == 0:
		return 0
	case len(formats) == 1:
		return formats[0]
	case c < len(formats):
		return formats[c]
	}
	return 0
}

// describe appends a RowDescription.
func (w *writer) describe(columns []Column, formats []int16) error {
	m := pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(columns))}
	for i, c := range columns {
		size := int16(-1)
		if t, ok := types.Lookup(c.Type); ok {
			size = t.Len
		}
		m.Fields[i] = pgproto3.FieldDescription{
			Name: []byte(c.Name), TableOID: c.Table, TableAttributeNumber: uint16(c.Attr),
			DataTypeOID: c.Type, DataTypeSize: size, TypeModifier: c.Typmod, Format: format(formats, i),
		}
	}
	return w.send(&m)
}
