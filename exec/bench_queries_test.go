package exec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// played is a fragment that shows batches which are there already.
type played struct {
	batches []column.Batch
	at      int
}

func (f *played) Next(_ context.Context, b *column.Batch) (bool, error) {
	if f.at == len(f.batches) {
		return false, nil
	}
	*b = f.batches[f.at]
	f.at++
	return true, nil
}
func (f *played) Bounds() (int64, int64) { return 0, 1 }
func (f *played) Close()                 {}

// pagesOfEvents makes a million events as pages by column would yield them: times in order, texts as dictionaries of each page.
func pagesOfEvents() []column.Batch {
	r := rand.New(rand.NewPCG(1, 2))
	levels := []string{"Information", "Information", "Information", "Warning", "Error", "Debug"}
	now := int64(1_700_000_000_000_000)
	out := make([]column.Batch, 250)
	dictionary := func(choose func() string) *column.Vector {
		v := column.New(column.Text)
		for range column.BatchRows {
			v.AppendString(choose())
		}
		return asDictionary(v)
	}
	for p := range out {
		b := &out[p]
		ts, elapsed, user, latency, status := column.New(column.Timestamp), column.New(column.Float64), column.New(column.Int64), column.New(column.Int64), column.New(column.Int64)
		for range column.BatchRows {
			now += r.Int64N(100_000)
			ts.AppendInt(now)
			elapsed.AppendFloat(r.ExpFloat64() * 50)
			user.AppendInt(r.Int64N(100_000))
			status.AppendInt(200 + 100*r.Int64N(4) + r.Int64N(5))
			if r.IntN(10) == 0 {
				latency.AppendInt(r.Int64N(1000))
			} else {
				latency.AppendNull()
			}
		}
		app := dictionary(func() string { return fmt.Sprintf("Shop.Service%d", r.IntN(12)) })
		machine := dictionary(func() string { return fmt.Sprintf("WORKSTATION%d", r.IntN(20)) })
		level := dictionary(func() string { return levels[r.IntN(len(levels))] })
		*b = column.Batch{Len: column.BatchRows, Cols: []*column.Vector{ts, app, level, machine, elapsed, user, latency, status}}
	}
	return out
}

// BenchmarkQueries measures what the executor adds to the scan of the questions that bench/queries.go asks, over a million rows.
func BenchmarkQueries(b *testing.B) {
	pages := pagesOfEvents()
	oids := []types.OID{types.Timestamptz, types.Text, types.Text, types.Text, types.Float8, types.Int8, types.Int8, types.Int8}
	ts, app, level, machine := refOf(oids[0], 0), refOf(oids[1], 1), refOf(oids[2], 2), refOf(oids[3], 3)
	elapsed, user, latency, status := refOf(oids[4], 4), refOf(oids[5], 5), refOf(oids[6], 6), refOf(oids[7], 7)
	agg := func(name string, args ...plan.Expr) plan.AggCall {
		var argTypes []types.OID
		for _, a := range args {
			argTypes = append(argTypes, a.Type())
		}
		a, err := function.ResolveAggregate("", name, argTypes)
		if err != nil {
			b.Fatal(err)
		}
		return plan.AggCall{Func: a, Args: args}
	}
	call := func(name string, args ...plan.Expr) plan.Expr {
		var argTypes []types.OID
		for _, a := range args {
			argTypes = append(argTypes, a.Type())
		}
		f, err := function.ResolveFunction("", name, argTypes)
		if err != nil {
			b.Fatal(err)
		}
		return callOf(f, args...)
	}
	scan := &plan.Scan{Output: columnsOf(oids...), Limit: -1}
	group := func(keys []plan.Expr, aggs ...plan.AggCall) plan.Node {
		var out []types.OID
		for _, k := range keys {
			out = append(out, k.Type())
		}
		for _, a := range aggs {
			out = append(out, a.Func.Result)
		}
		return &plan.Aggregate{Output: columnsOf(out...), Input: scan, Keys: keys, Aggs: aggs}
	}
	stride := column.New(column.Interval)
	stride.AppendSpan(column.Span{Micros: 300_000_000})
	bin := call("date_bin", &plan.Const{Typed: typ(types.Interval), Value: stride}, ts, constOf(types.Timestamptz, int64(946_684_800_000_000)))
	p95 := agg("percentile_cont", constOf(types.Float8, 0.95), elapsed)
	p95.OrderBy = []plan.SortKey{{Expr: elapsed}}
	users := agg("count", user)
	users.Distinct = true
	apart := agg("count", call("hashint8", user))
	apart.Distinct = true
	for _, q := range []struct {
		name string
		n    plan.Node
	}{
		{"Q1_count", group(nil, agg("count"))},
		{"Q2_by_level", group([]plan.Expr{level}, agg("count"))},
		{"Q6_bins_by_application", group([]plan.Expr{bin, app}, agg("count"), agg("avg", elapsed))},
		{"Q7_percentile", group([]plan.Expr{app}, p95)},
		{"Q9_distinct", group(nil, users)},
		{"distinct_far_apart", group(nil, apart)},
		{"Q9_distinct_by_level", group([]plan.Expr{level}, users)},
		{"Q10_by_status", group([]plan.Expr{status}, agg("count"))},
		{"Q11_avg_by_machine", group([]plan.Expr{machine}, agg("avg", latency))},
		{"top100", &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: elapsed, Descending: true}}, Limit: 100}},
		{"distinct_users", &plan.Distinct{Output: columnsOf(types.Int8), Input: &plan.Project{Output: columnsOf(types.Int8), Input: scan, Exprs: []plan.Expr{user}}}},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%d", q.name, workers), func(b *testing.B) {
				cpu := cpuTime()
				for b.Loop() {
					rt := &Runtime{Env: types.NewEnv(time.Unix(0, 0)), Workers: workers, Memory: &ledger{}}
					rt.scan = func(engine.Spec) ([]engine.Fragment, error) {
						var out []engine.Fragment
						for i := range 10 {
							out = append(out, &played{batches: pages[25*i : 25*i+25]})
						}
						return out, nil
					}
					rows, err := Open(context.Background(), q.n, rt)
					if err != nil {
						b.Fatal(err)
					}
					var out column.Batch
					for ok := true; ok; {
						if ok, err = rows.Next(context.Background(), &out); err != nil {
							b.Fatal(err)
						}
					}
					rows.Close()
				}
				rows := float64(b.N) * float64(len(pages)*column.BatchRows)
				b.ReportMetric(b.Elapsed().Seconds()*1e9/rows, "ns/row")
				b.ReportMetric(float64(cpuTime()-cpu)/rows, "cpu-ns/row") // which what else runs disturbs less
			})
		}
	}
}
