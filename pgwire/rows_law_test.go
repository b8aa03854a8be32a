package pgwire

import (
	"bytes"
	"encoding/binary"
	"math"
	"net"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// kept is a connection that keeps what is written.
type kept struct {
	net.Conn
	written bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) { return k.written.Write(b) }

// Rows that are laid out at once, by digits or as bytes are those that each value's own encoding gives, whatever the columns are, whichever rows are wanted, and
// whatever was in the buffer.
func TestRowsAreTheirValuesEncoded(t *testing.T) {
	env := types.NewEnv(time.Unix(0, 0))
	oids := []types.OID{types.Int2, types.Int4, types.Int8, types.Float8, types.Timestamptz, types.Timestamp, types.Text, types.Bool, types.Date}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 50).Draw(t, "rows")
		if rapid.IntRange(0, 9).Draw(t, "large") == 0 {
			n = 5000
		}
		var columns []Column
		var formats []int16
		batch := column.Batch{Len: n}
		for range rapid.IntRange(1, 4).Draw(t, "columns") {
			oid := rapid.SampledFrom(oids).Draw(t, "type")
			nulls := rapid.IntRange(0, 3).Draw(t, "nulls") == 0
			v := column.New(types.KindOf(oid))
			some := rapid.SliceOfN(rapid.Int64(), 1, 8).Draw(t, "values")
			for i := range n {
				x := some[i%len(some)]
				switch {
				case nulls && x%3 == 0:
					v.AppendNull()
				case v.Kind == column.Text:
					v.AppendString(time.Duration(x).String())
				case v.Kind == column.Bool:
					v.AppendBool(x%2 == 0)
				case v.Kind == column.Float64:
					v.AppendFloat([]float64{float64(x) / 3, math.NaN(), math.Inf(1), math.Copysign(0, -1)}[uint64(x)%4])
				case v.Kind == column.Timestamp && x%5 == 0:
					v.AppendInt([]int64{math.MinInt64, math.MaxInt64}[uint64(x)%2])
				case oid == types.Int2:
					v.AppendInt(int64(int16(x)))
				case oid == types.Int4, oid == types.Date:
					v.AppendInt(int64(int16(x)) * 100)
				default:
					v.AppendInt(x >> 8) // within what timestamps can be
				}
			}
			columns = append(columns, Column{Type: oid})
			batch.Cols = append(batch.Cols, v)
			formats = append(formats, int16(rapid.IntRange(0, 1).Draw(t, "format")))
		}
		if rapid.IntRange(0, 2).Draw(t, "binary") == 0 {
			formats = []int16{1}
		}
		if rapid.Bool().Draw(t, "selected") {
			batch.Sel = column.Selection{}
			for i := 0; i < n; i += rapid.IntRange(1, 3).Draw(t, "step") {
				batch.Sel = append(batch.Sel, int32(i))
			}
		}
		first := rapid.IntRange(0, batch.Rows()).Draw(t, "first")
		most := rapid.IntRange(-1, batch.Rows()).Draw(t, "most")

		sent := &kept{}
		w := &writer{nc: sent, raw: sent, buf: []byte("before")}
		w.sent = time.Now()
		if err := w.rows(env, columns, formats, &batch, first, most); err != nil {
			t.Fatal(err)
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}

		want := []byte("before")
		end := batch.Rows()
		if most >= 0 {
			end = min(end, first+most)
		}
		for r := first; r < end; r++ {
			i := r
			if batch.Sel != nil {
				i = int(batch.Sel[r])
			}
			row := binary.BigEndian.AppendUint16(nil, uint16(len(columns)))
			for c, v := range batch.Cols {
				var value []byte
				if v.Null(i) {
					row = binary.BigEndian.AppendUint32(row, math.MaxUint32)
					continue
				}
				if format(formats, c) == 0 {
					value = types.AppendText(nil, env, columns[c].Type, v, i)
				} else {
					var err error
					if value, err = types.AppendBinary(nil, env, columns[c].Type, v, i); err != nil {
						t.Fatal(err)
					}
				}
				row = append(binary.BigEndian.AppendUint32(row, uint32(len(value))), value...)
			}
			want = append(want, 'D')
			want = append(binary.BigEndian.AppendUint32(want, uint32(len(row)+4)), row...)
		}
		if !bytes.Equal(sent.written.Bytes(), want) {
			t.Fatalf("%d bytes are sent, which are not the %d of the values", sent.written.Len(), len(want))
		}
	})
}
