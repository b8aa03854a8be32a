package exec

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// repeated is a fragment that shows the same batch again and again.
type repeated struct {
	batch column.Batch
	left  int
}

func (f *repeated) Next(_ context.Context, b *column.Batch) (bool, error) {
	f.left--
	*b = f.batch
	return f.left >= 0, nil
}
func (f *repeated) Bounds() (int64, int64) { return 0, 1 }
func (f *repeated) Close()                 {}

// BenchmarkRows measures operators over a million rows; the first line, a bare scan, is the reference.
func BenchmarkRows(b *testing.B) {
	const batches = 250
	oids := []types.OID{types.Int8, types.Text, types.Float8}
	var batch column.Batch
	batch.Reset(kindsOf(oids))
	for i := range column.BatchRows {
		batch.Cols[0].AppendInt(int64(i * 7919 % 1000))
		batch.Cols[1].AppendString(fmt.Sprintf("WORKSTATION%d", i%5))
		batch.Cols[2].AppendFloat(float64(i) / 3)
	}
	batch.Len = column.BatchRows
	dict := batch
	dict.Cols = []*column.Vector{batch.Cols[0], asDictionary(batch.Cols[1]), batch.Cols[2]}

	op := func(name string, l, r types.OID) *function.Function {
		o, err := function.ResolveOperator(name, l, r)
		if err != nil {
			b.Fatal(err)
		}
		return o.Function
	}
	agg := func(name string, args ...types.OID) *function.Aggregate {
		a, err := function.ResolveAggregate("", name, args)
		if err != nil {
			b.Fatal(err)
		}
		return a
	}
	scan := &plan.Scan{Output: columnsOf(oids...), Limit: -1}
	above500 := &plan.Filter{Output: scan.Output, Input: scan, Cond: callOf(op(">", types.Int8, types.Int8), refOf(types.Int8, 0), constOf(types.Int8, int64(500)))}
	likeB := &plan.Filter{Output: scan.Output, Input: scan, Cond: callOf(op("~~", types.Text, types.Text), refOf(types.Text, 1), constOf(types.Text, "%TION3"))}
	count := []plan.AggCall{{Func: agg("count")}}
	group := func(in plan.Node, keys []plan.Expr, aggs []plan.AggCall) plan.Node {
		out := make([]types.OID, 0, 4)
		for _, k := range keys {
			out = append(out, k.Type())
		}
		for _, a := range aggs {
			out = append(out, a.Func.Result)
		}
		return &plan.Aggregate{Output: columnsOf(out...), Input: in, Keys: keys, Aggs: aggs}
	}
	sums := []plan.AggCall{{Func: agg("sum", types.Int8), Args: []plan.Expr{refOf(types.Int8, 0)}}, {Func: agg("avg", types.Float8), Args: []plan.Expr{refOf(types.Float8, 2)}}}
	byInt, byText := []plan.Expr{refOf(types.Int8, 0)}, []plan.Expr{refOf(types.Text, 1)}
	for _, c := range []struct {
		name string
		n    plan.Node
		b    column.Batch
	}{
		{"scan", scan, batch},
		{"filter", above500, batch},
		{"like", likeB, batch},
		{"like_dict", likeB, dict},
		{"count", group(scan, nil, count), batch},
		{"sums", group(scan, nil, sums), batch},
		{"group_int", group(scan, byInt, count), batch},
		{"group_text", group(scan, byText, count), batch},
		{"group_dict", group(scan, byText, count), dict},
		{"group_two", group(scan, append(byInt[:1:1], byText...), count), batch},
		{"filter_group", group(above500, byText, append(count[:1:1], sums...)), dict},
		{"top10", &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: byInt[0], Descending: true}}, Limit: 10}, batch},
		{"sort", &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: byInt[0]}}, Limit: -1}, batch},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%d", c.name, workers), func(b *testing.B) {
				for b.Loop() {
					rt := &Runtime{Env: types.NewEnv(time.Unix(0, 0)), Workers: workers, Memory: &ledger{}}
					rt.scan = func(engine.Spec) ([]engine.Fragment, error) {
						var out []engine.Fragment
						for range workers {
							out = append(out, &repeated{batch: c.b, left: batches / workers})
						}
						return out, nil
					}
					rows, err := Open(context.Background(), c.n, rt)
					if err != nil {
						b.Fatal(err)
					}
					var out column.Batch
					for {
						ok, err := rows.Next(context.Background(), &out)
						if err != nil {
							b.Fatal(err)
						}
						if !ok {
							break
						}
					}
					rows.Close()
				}
				b.ReportMetric(float64(batches*column.BatchRows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
			})
		}
	}
}
