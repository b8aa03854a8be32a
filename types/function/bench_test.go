package function

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// BenchmarkKernels measures the hot kernels over a batch of plain rows; the reference is a plain loop over the same values.
func BenchmarkKernels(b *testing.B) {
	const n = column.BatchRows
	ints, floats, texts, numerics := column.New(column.Int64), column.New(column.Float64), column.New(column.Text), column.New(column.Decimal)
	groups := make([]int32, n)
	for i := range n {
		ints.AppendInt(int64(i * 7919 % 1000))
		floats.AppendFloat(float64(i*7919%1000) / 8)
		texts.AppendString(fmt.Sprintf("WORKSTATION%d.theshire.local", i*7919%1000))
		numerics.AppendString(fmt.Sprintf("%d.%02d", i*7919%1000, i%100))
		groups[i] = int32(i % 50)
	}
	one := func(k column.Kind, f func(v *column.Vector)) *column.Vector {
		v := column.New(k)
		f(v)
		return v.Repeat(n)
	}
	limit := one(column.Int64, func(v *column.Vector) { v.AppendInt(500) })
	half := one(column.Float64, func(v *column.Vector) { v.AppendFloat(60) })
	host := one(column.Text, func(v *column.Vector) { v.AppendString("WORKSTATION5.theshire.local") })
	pattern := func(s string) *column.Vector {
		return one(column.Text, func(v *column.Vector) { v.AppendString(s) })
	}
	b.Run("reference/int8 loop", func(b *testing.B) {
		count := 0
		for b.Loop() {
			for _, x := range ints.Ints {
				if x > 500 {
					count++
				}
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	})
	b.Run("reference/bytes.Contains", func(b *testing.B) {
		count := 0
		for b.Loop() {
			for i := range n {
				if bytes.Contains(texts.Str(i), []byte("TION5")) {
					count++
				}
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	})
	for _, k := range []struct {
		op          string
		left, right types.OID
		args        []*column.Vector
	}{
		{">", types.Int8, types.Int8, []*column.Vector{ints, limit}},
		{"<", types.Int8, types.Int8, []*column.Vector{ints, ints}},
		{">", types.Float8, types.Float8, []*column.Vector{floats, half}},
		{"=", types.Text, types.Text, []*column.Vector{texts, host}},
		{"<", types.Text, types.Text, []*column.Vector{texts, host}},
		{"+", types.Int8, types.Int8, []*column.Vector{ints, limit}},
		{"*", types.Float8, types.Float8, []*column.Vector{floats, half}},
		{"+", types.Numeric, types.Numeric, []*column.Vector{numerics, numerics}},
		{"~~", types.Text, types.Text, []*column.Vector{texts, pattern("WORKSTATION5%")}},
		{"~~", types.Text, types.Text, []*column.Vector{texts, pattern("%TION5%")}},
		{"~~*", types.Text, types.Text, []*column.Vector{texts, pattern("%tion5%")}},
		{"~", types.Text, types.Text, []*column.Vector{texts, pattern("TION5")}},
	} {
		o, err := ResolveOperator(k.op, k.left, k.right)
		if err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("%s %s", sqlName(k.left), k.op)
		if k.args[1].Kind == column.Text {
			name += " " + string(k.args[1].Str(0))
		}
		b.Run(name, func(b *testing.B) {
			out := column.New(types.KindOf(o.Result))
			c := &Call{Env: newTestEnv(), Args: o.Function.Args, Result: o.Result, Typmod: -1}
			for b.Loop() {
				if err := o.Function.Kernel(c, n, nil, k.args, out); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
	for _, k := range []struct {
		name string
		t    types.OID
		arg  *column.Vector
	}{{"count", types.Text, texts}, {"sum", types.Int8, ints}, {"avg", types.Float8, floats}, {"sum", types.Numeric, numerics}, {"max", types.Text, texts}} {
		a, err := ResolveAggregate("", k.name, []types.OID{k.t})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.name+" "+sqlName(k.t), func(b *testing.B) {
			c := &Call{Env: newTestEnv(), Args: a.Args, Result: a.Result, Typmod: -1}
			acc := a.New(c)
			acc.Resize(50)
			for b.Loop() {
				if err := acc.Add(c, n, nil, groups, []*column.Vector{k.arg}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}
