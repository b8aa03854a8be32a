package exec

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

func TestLimitAndOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Ascending)
		n := &plan.Limit{Output: scan.Output, Input: scan}
		want := s.rows()
		if k := rapid.IntRange(-2, 80).Draw(t, "offset"); k >= 0 {
			n.Skip = constOf(types.Int8, int64(k))
			want = want[min(k, len(want)):]
		} else if k == -2 {
			n.Skip = constOf(types.Int8, nil)
		}
		if k := rapid.IntRange(-2, 80).Draw(t, "limit"); k >= 0 {
			n.Count = constOf(types.Int8, int64(k))
			want = want[:min(k, len(want))]
		} else if k == -2 {
			n.Count = constOf(types.Int8, nil)
		}
		got, err := execute(t, n, s.runtime(rapid.IntRange(1, 3).Draw(t, "workers")))
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestNegativeLimitAndOffset(t *testing.T) {
	v := &plan.Values{Rows: [][]plan.Expr{{}}}
	minus := constOf(types.Int8, int64(-1))
	if _, err := execute(t, &plan.Limit{Input: v, Count: minus}, testRuntime()); code(err) != "2201W" {
		t.Error(err)
	}
	if _, err := execute(t, &plan.Limit{Input: v, Skip: minus}, testRuntime()); code(err) != "2201X" {
		t.Error(err)
	}
}

func TestLimitReadsNoFurtherThanItMust(t *testing.T) {
	s := endless(6)
	scan := s.node(nql.Descending)
	n := &plan.Limit{Output: scan.Output, Input: scan, Count: constOf(types.Int8, int64(3))}
	if got, err := execute(t, n, s.runtime(2)); err != nil || len(got) != 3 {
		t.Fatal(len(got), err)
	}
	if k := s.nexts.Load(); k > 30 {
		t.Errorf("%d batches drawn for three rows", k)
	}
}

func TestOrderedScanWithALimitLooksNoFurtherAhead(t *testing.T) {
	s := endless(6)
	scan := s.node(nql.Ascending)
	scan.Limit = 3
	b, err := Open(t.Context(), scan, s.runtime(3))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if got, err := drawAll(b); err != nil || len(got) != 3 {
		t.Fatal(len(got), err)
	}
	if n := b.(*root).input.(*orderedScan).next.Load(); n != 1 {
		t.Errorf("%d fragments begun for three rows", n)
	}
}

func TestValues(t *testing.T) {
	one := func(x any) plan.Expr { return constOf(types.Int8, x) }
	for _, c := range []struct {
		name string
		n    *plan.Values
		want []row
	}{
		{"no rows", &plan.Values{Output: columnsOf(types.Int8)}, nil},
		{"one row of nothing", &plan.Values{Rows: [][]plan.Expr{{}}}, []row{{}}},
		{"computed", &plan.Values{Output: columnsOf(types.Int8), Rows: [][]plan.Expr{{one(int64(1))}, {callOf(plus, one(int64(2)), one(int64(3)))}, {one(nil)}}},
			[]row{{int64(1)}, {int64(5)}, {nil}}},
	} {
		got, err := execute(t, c.n, testRuntime())
		if err != nil || !sameRows(got, c.want) || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

func TestAppendYieldsInputsInTurn(t *testing.T) {
	one := func(x int64) plan.Node {
		return &plan.Values{Output: columnsOf(types.Int8), Rows: [][]plan.Expr{{constOf(types.Int8, x)}}}
	}
	s := &store{oids: []types.OID{types.Int8}, size: 1, parts: [][]row{{{int64(2)}, {int64(3)}}, {{int64(4)}}}}
	n := &plan.Append{Output: columnsOf(types.Int8), Inputs: []plan.Node{one(1), s.node(nql.Ascending), one(5), &plan.Append{}}}
	got, err := execute(t, n, s.runtime(2))
	if want := []row{{int64(1)}, {int64(2)}, {int64(3)}, {int64(4)}, {int64(5)}}; err != nil || !sameRows(got, want) {
		t.Fatal(got, err)
	}
}

// relation is a plan.Source that refuses parameters in filters.
type relation struct{ filters []plan.Expr }

func (r *relation) Columns() []plan.Column { return columnsOf(types.Int8, types.Text).Cols }
func (r *relation) Open(_ context.Context, _ *types.Env, want []int, filters []plan.Expr) (plan.Batches, error) {
	r.filters = filters
	return &relationRows{want: want}, nil
}

type relationRows struct {
	want []int
	done bool
}

func (r *relationRows) Next(_ context.Context, b *column.Batch) (bool, error) {
	if r.done {
		return false, nil
	}
	r.done = true
	var all column.Batch
	fillPlain(&all, []types.OID{types.Int8, types.Text}, []row{{int64(1), "a"}, {int64(2), "b"}})
	b.Len, b.Sel, b.Cols = all.Len, nil, nil
	for _, w := range r.want {
		b.Cols = append(b.Cols, all.Cols[w])
	}
	return true, nil
}
func (r *relationRows) Close() {}

func TestSourceScan(t *testing.T) {
	src := new(relation)
	rt := testRuntime()
	rt.Params = []*column.Vector{constOf(types.Int8, int64(2)).Value}
	param := &plan.Param{Typed: typ(types.Int8)}
	scan := &plan.SourceScan{Output: columnsOf(types.Text), Source: src, Name: "r", Want: []int{1}, Filters: []plan.Expr{callOf(equals, refOf(types.Int8, 0), param)}}
	rt.Stats = NewStats(scan)
	got, err := execute(t, scan, rt)
	if want := []row{{"a"}, {"b"}}; err != nil || !sameRows(got, want) {
		t.Fatal(got, err)
	}
	if plan.HasParams(src.filters[0]) {
		t.Error("the source was given a parameter")
	}
	if s := rt.Stats.Of(scan); s.Rows.Load() != 2 || s.Batches.Load() != 1 {
		t.Errorf("counted %d rows in %d batches", s.Rows.Load(), s.Batches.Load())
	}
}

func TestStatsCountWhatEachNodeYields(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := &store{oids: []types.OID{types.Int8}, size: 2, parts: [][]row{{{int64(1)}, {int64(2)}, {int64(3)}}, {{int64(4)}}, {{int64(5)}}}}
		scan := s.node(nql.Unordered)
		filter := &plan.Filter{Output: scan.Output, Input: scan, Cond: callOf(above, refOf(types.Int8, 0), constOf(types.Int8, int64(2)))}
		agg := &plan.Aggregate{Output: columnsOf(types.Int8), Input: filter, Aggs: []plan.AggCall{{Func: countAll}}}
		rt := s.runtime(workers)
		rt.Stats = NewStats(agg)
		if _, err := execute(t, agg, rt); err != nil {
			t.Fatal(err)
		}
		for n, want := range map[plan.Node]int64{scan: 5, filter: 3, agg: 1} {
			if got := rt.Stats.Of(n).Rows.Load(); got != want {
				t.Errorf("%d workers: %s yielded %d rows, want %d", workers, plan.Title(n), got, want)
			}
		}
		if got := rt.Stats.Of(scan).Fragments.Load(); got != 3 {
			t.Errorf("%d fragments", got)
		}
	}
}

func TestWhatIsNotBuiltSaysSo(t *testing.T) {
	_, err := execute(t, &plan.Values{Output: columnsOf(types.Int8), Rows: [][]plan.Expr{{&plan.Outer{Typed: typ(types.Int8)}}}}, testRuntime())
	if code(err) != types.CodeInternalError {
		t.Error(err)
	}
}

// A caller may use its batch for one plan after another: constants of the plan must survive that.
func TestACallersBatchNeverReachesThePlansMemory(t *testing.T) {
	c := constOf(types.Int8, int64(42))
	p := &plan.Project{Output: columnsOf(types.Int8), Input: &plan.Values{Rows: [][]plan.Expr{{}}}, Exprs: []plan.Expr{c}}
	var batch column.Batch
	for range 2 {
		b, err := Open(context.Background(), p, testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := b.Next(context.Background(), &batch); !ok || err != nil || batch.Cols[0].Int(0) != 42 {
			t.Fatal(ok, err)
		}
		b.Close()
		batch.Cols[0].Reset(column.Int64)
		batch.Cols[0].AppendInt(7)
	}
	if c.Value.Int(0) != 42 {
		t.Error("the plan was changed")
	}
}
