package exec

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// request is what the events of TestOverTheRealStore say.
type request struct {
	at      time.Time
	method  string
	elapsed any // int64 or nil
}

// requests makes events over a day, two a minute.
func requests() []request {
	var out []request
	for i := range 2880 {
		r := request{at: time.Unix(1772323200, 0).Add(time.Duration(i) * 30 * time.Second), method: []string{"GET", "PUT", "POST"}[i%3]}
		if i%7 != 0 {
			r.elapsed = int64(i * 37 % 500)
		}
		out = append(out, r)
	}
	return out
}

// realStore opens a store in memory and commits all but the last hundred requests, which stay in the stage.
func realStore(t *testing.T, rs []request) (*engine.ReadTx, *engine.Stage) {
	t.Helper()
	s, err := engine.Open("data", engine.Options{FS: vfs.NewMem(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	put := func(st *engine.Stage, rs []request) {
		for _, r := range rs {
			doc := fmt.Sprintf(`{"@t":%q,"Method":%q}`, r.at.UTC().Format(time.RFC3339), r.method)
			if r.elapsed != nil {
				doc = fmt.Sprintf(`{"@t":%q,"Elapsed":%d,"Method":%q}`, r.at.UTC().Format(time.RFC3339), r.elapsed, r.method)
			}
			if err := st.Append(1, r.at.UnixNano()/100, []byte(doc)); err != nil {
				t.Fatal(err)
			}
		}
	}
	st := s.NewStage()
	put(st, rs[:len(rs)-100])
	if err := s.Commit(context.Background(), st, engine.Async); err != nil {
		t.Fatal(err)
	}
	st = s.NewStage()
	put(st, rs[len(rs)-100:])
	t.Cleanup(st.Discard)
	tx := s.Read()
	t.Cleanup(tx.Close)
	return tx, st
}

func operatorOf(t *testing.T, name string, l, r types.OID) *function.Function {
	t.Helper()
	op, err := function.ResolveOperator(name, l, r)
	if err != nil {
		t.Fatal(err)
	}
	return op.Function
}

func aggregateOf(t interface {
	Helper()
	Fatal(...any)
}, name string, args ...types.OID) *function.Aggregate {
	t.Helper()
	a, err := function.ResolveAggregate("", name, args)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func member(name string) *nql.Path {
	return &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: name}}}
}

// select Method, count(*), sum(Elapsed), min(timestamp) … where Method <> 'POST' (in the store) and Elapsed > 100 (above it)
// and six hours, group by Method; and the last rows of all.
func TestOverTheRealStore(t *testing.T) {
	rs := requests()
	tx, stage := realStore(t, rs)
	micros := func(i int) int64 { return rs[i].at.UnixMicro() }
	from, to := 2000, 2850 // half committed, half staged in the end
	scan := &plan.Scan{
		Output: columnsOf(types.Text, types.Int8, types.Timestamptz), Stream: 1, StreamName: "stream", Limit: -1,
		Where:  &nql.Binary{Op: nql.Ne, L: member("Method"), R: &nql.Param{}},
		Params: []plan.Expr{&plan.Param{Typed: typ(types.Text)}},
		Bounds: []plan.Bound{{Op: nql.Ge, X: constOf(types.Timestamptz, micros(from))}, {Op: nql.Lt, X: constOf(types.Timestamptz, micros(to))}},
		Reads: []nql.Column{
			{Path: member("Method"), Kind: column.Text}, {Path: member("Elapsed"), Kind: column.Int64},
			{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp},
		},
	}
	slow := &plan.Filter{Output: scan.Output, Input: scan,
		Cond: callOf(operatorOf(t, ">", types.Int8, types.Int8), refOf(types.Int8, 1), constOf(types.Int8, int64(100)))}
	agg := &plan.Aggregate{Output: columnsOf(types.Text, types.Int8, types.Numeric, types.Timestamptz), Input: slow,
		Keys: []plan.Expr{refOf(types.Text, 0)},
		Aggs: []plan.AggCall{
			{Func: aggregateOf(t, "count")},
			{Func: aggregateOf(t, "sum", types.Int8), Args: []plan.Expr{refOf(types.Int8, 1)}},
			{Func: aggregateOf(t, "min", types.Timestamptz), Args: []plan.Expr{refOf(types.Timestamptz, 2)}},
		}}
	sorted := &plan.Sort{Output: agg.Output, Input: agg, Keys: []plan.SortKey{{Expr: refOf(types.Text, 0)}}, Limit: -1}

	want := []row{}
	for _, m := range []string{"GET", "PUT"} {
		var count, sum int64
		var first any
		for _, r := range rs[from:to] {
			if e, ok := r.elapsed.(int64); ok && e > 100 && r.method == m {
				if first == nil {
					first = r.at.UnixMicro()
				}
				count, sum = count+1, sum+e
			}
		}
		want = append(want, row{m, count, fmt.Sprint(sum), first})
	}
	for _, workers := range []int{1, 2, 4} {
		rt := &Runtime{Env: types.NewEnv(time.Now()), Tx: tx, Stage: stage, Workers: workers, Params: []*column.Vector{constOf(types.Text, "POST").Value}}
		got, err := execute(t, sorted, rt)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(got, want) {
			t.Errorf("%d workers: %v, want %v", workers, got, want)
		}

		last := *scan
		last.Where, last.Params, last.Bounds, last.Order, last.Limit = nil, nil, nil, nql.Descending, 150
		got, err = execute(t, &last, rt)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 150 {
			t.Fatalf("%d rows, want 150", len(got))
		}
		for i, r := range got {
			if w := rs[len(rs)-1-i]; compareRows(r, row{w.method, w.elapsed, w.at.UnixMicro()}) != 0 {
				t.Fatalf("row %d: %v, want %v", i, r, w)
			}
		}
	}
}
