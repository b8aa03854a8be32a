package pgwire

import (
	"encoding/binary"
	"math"
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
	for r := first; r < n; r++ {
		i := r
		if b.Sel != nil {
			i = int(b.Sel[r])
		}
		w.begin('D')
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(len(columns)))
		for c := range columns {
			if err := w.value(env, columns[c].Type, format(formats, c), b.Cols[c], i); err != nil {
				w.abandon()
				return err
			}
			if len(w.buf)-w.open > maxRow {
				w.abandon()
				return types.Errorf(types.CodeProgramLimitExceeded, "a result row is larger than %d bytes", maxRow)
			}
		}
		w.end()
		if err := w.full(); err != nil {
			return err
		}
	}
	if len(w.buf) > 0 && time.Since(w.sent) > flushAfter {
		return w.flush()
	}
	return nil
}

// value appends one value: length (4), bytes; length -1 for null.
func (w *writer) value(env *types.Env, t types.OID, format int16, v *column.Vector, i int) error {
	if v.Null(i) {
		w.buf = binary.BigEndian.AppendUint32(w.buf, math.MaxUint32)
		return nil
	}
	at := len(w.buf)
	w.buf = append(w.buf, 0, 0, 0, 0)
	if format == 1 {
		b, err := types.AppendBinary(w.buf, env, t, v, i)
		if err != nil {
			return err
		}
		w.buf = b
	} else {
		w.buf = types.AppendText(w.buf, env, t, v, i)
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
