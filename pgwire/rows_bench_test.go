package pgwire

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// sink is a connection that takes everything.
type sink struct {
	net.Conn
	n int
}

func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }

// BenchmarkRows measures the encoding of rows, without sending them.
func BenchmarkRows(b *testing.B) {
	ints, floats, texts, times, numerics := column.New(column.Int64), column.New(column.Float64), column.New(column.Text), column.New(column.Timestamp), column.New(column.Decimal)
	for i := range column.BatchRows {
		ints.AppendInt(int64(i * 7919 % 100_000))
		floats.AppendFloat(float64(i) / 7)
		texts.AppendString(fmt.Sprintf("WORKSTATION%d.theshire.local", i%100))
		times.AppendInt(1_700_000_000_000_000 + int64(i)*123_457)
		numerics.AppendString(fmt.Sprintf("%d.25", i))
	}
	dictionary := &column.Vector{Kind: column.Text, Form: column.Dictionary, Len: column.BatchRows, Dict: texts, Codes: make([]int32, column.BatchRows)}
	for i := range dictionary.Codes {
		dictionary.Codes[i] = int32(i * 31 % 100)
	}
	env := types.NewEnv(time.Unix(0, 0))
	for _, c := range []struct {
		name string
		cols []*column.Vector
		oids []types.OID
	}{
		{"int8", []*column.Vector{ints}, []types.OID{types.Int8}},
		{"text", []*column.Vector{texts}, []types.OID{types.Text}},
		{"dictionary", []*column.Vector{dictionary}, []types.OID{types.Text}},
		{"timestamptz", []*column.Vector{times}, []types.OID{types.Timestamptz}},
		{"float8", []*column.Vector{floats}, []types.OID{types.Float8}},
		{"five", []*column.Vector{times, dictionary, ints, floats, numerics}, []types.OID{types.Timestamptz, types.Text, types.Int8, types.Float8, types.Numeric}},
	} {
		for format, name := range []string{"text", "binary"} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				w := &writer{nc: &sink{}}
				var columns []Column
				for _, o := range c.oids {
					columns = append(columns, Column{Type: o})
				}
				batch := column.Batch{Len: column.BatchRows, Cols: c.cols}
				for b.Loop() {
					if err := w.rows(env, columns, []int16{int16(format)}, &batch, 0, -1); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/column.BatchRows, "ns/row")
			})
		}
	}
}
