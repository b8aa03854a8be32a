package exec

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// valuesOf makes a Values node of rows of bigints.
func valuesOf(width int, rows ...row) *plan.Values {
	oids := make([]types.OID, width)
	for i := range oids {
		oids[i] = types.Int8
	}
	v := &plan.Values{Output: columnsOf(oids...)}
	for _, r := range rows {
		var exprs []plan.Expr
		for _, x := range r {
			exprs = append(exprs, constOf(types.Int8, x))
		}
		v.Rows = append(v.Rows, exprs)
	}
	return v
}

func outerOf(i int) *plan.Outer { return &plan.Outer{Typed: typ(types.Int8), Index: i} }

func filterOf(in plan.Node, cond plan.Expr) *plan.Filter {
	return &plan.Filter{Output: plan.Output{Cols: in.Columns()}, Input: in, Cond: cond}
}

func projectOf(in plan.Node, exprs ...plan.Expr) *plan.Project {
	var oids []types.OID
	for _, e := range exprs {
		oids = append(oids, e.Type())
	}
	return &plan.Project{Output: columnsOf(oids...), Input: in, Exprs: exprs}
}

func drawInt(t *rapid.T, label string) any {
	if x := rapid.IntRange(-1, 4).Draw(t, label); x >= 0 {
		return int64(x)
	}
	return nil
}

func drawRows(t *rapid.T, label string, width, most int) []row {
	var out []row
	for range rapid.IntRange(0, most).Draw(t, label) {
		r := row{}
		for range width {
			r = append(r, drawInt(t, "value"))
		}
		out = append(out, r)
	}
	return out
}

// Hashing decides as the comparison with each row does.
func TestHashedEqualityIsTheTestOfEachRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 2).Draw(t, "width")
		outer, inner := valuesOf(width, drawRows(t, "outer", width, 6)...), valuesOf(width, drawRows(t, "inner", width, 6)...)
		var left, parts []plan.Expr
		for i := range width {
			left = append(left, refOf(types.Int8, i))
			parts = append(parts, callOf(equals, refOf(types.Int8, i), refOf(types.Int8, width+i)))
		}
		hashed := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AnyQuery, Plan: inner, Left: left}
		tested := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AnyQuery, Plan: inner, Left: left, Test: plan.Conjunction(parts)}
		keyed := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.KeyQuery, Plan: inner, Left: left}
		got, err := execute(t, projectOf(outer, hashed, tested, keyed), testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			if r[0] != r[1] || (r[0] == true) != r[2].(bool) {
				t.Fatalf("hashed %v, tested %v, keyed %v", r[0], r[1], r[2])
			}
		}
	})
}

// What a sub-query says of a row is what a loop over both sides says.
func TestCorrelatedSubQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outerRows, innerRows := drawRows(t, "outer", 1, 8), drawRows(t, "inner", 2, 8)
		cond := callOf(equals, refOf(types.Int8, 0), outerOf(0))
		inner := projectOf(filterOf(valuesOf(2, innerRows...), cond), refOf(types.Int8, 1))
		args := []plan.Expr{refOf(types.Int8, 0)}
		exists := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.ExistsQuery, Plan: inner, Args: args}
		least := &plan.Sort{Output: inner.Output, Input: inner, Keys: []plan.SortKey{{Expr: refOf(types.Int8, 0)}}, Limit: 1}
		first := &plan.Limit{Output: inner.Output, Input: least, Count: constOf(types.Int8, int64(1))}
		scalar := &plan.SubQuery{Typed: typ(types.Int8), Kind: plan.ScalarQuery, Plan: first, Args: args}
		all := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AllQuery, Plan: inner, Args: args, Left: []plan.Expr{constOf(types.Int8, int64(2))},
			Test: callOf(above, refOf(types.Int8, 0), refOf(types.Int8, 1))}
		got, err := execute(t, projectOf(valuesOf(1, outerRows...), exists, scalar, all), testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range outerRows {
			var match []any
			for _, r := range innerRows {
				if o[0] != nil && r[0] == o[0] {
					match = append(match, r[1])
				}
			}
			slices.SortFunc(match, compareAny)
			want := row{len(match) > 0, nil, true}
			if len(match) > 0 {
				want[1] = match[0]
			}
			for _, m := range match {
				switch {
				case m == nil && want[2] == true:
					want[2] = nil
				case m != nil && m.(int64) >= 2:
					want[2] = false
				}
			}
			if !slices.Equal(got[i], want) {
				t.Fatalf("row %d of %v with %v: %v, want %v", i, outerRows, innerRows, got[i], want)
			}
		}
	})
}

func TestAScalarSubQueryHasOneRow(t *testing.T) {
	two := valuesOf(1, row{int64(1)}, row{int64(2)})
	for _, args := range [][]plan.Expr{nil, {refOf(types.Int8, 0)}} {
		sub := &plan.SubQuery{Typed: typ(types.Int8), Kind: plan.ScalarQuery, Plan: two, Args: args}
		if _, err := execute(t, projectOf(valuesOf(1, row{int64(1)}), sub), testRuntime()); code(err) != codeCardinality {
			t.Error(err)
		}
		// where no row asks, nothing fails
		if _, err := execute(t, projectOf(valuesOf(1), sub), testRuntime()); err != nil {
			t.Error(err)
		}
	}
}

// A sub-query two levels down reads the outermost row through the arguments of the level between.
func TestArgumentsAreHandedDown(t *testing.T) {
	inner := projectOf(valuesOf(0, row{}), callOf(plus, outerOf(0), outerOf(1)))
	between := projectOf(valuesOf(1, row{int64(10)}), &plan.SubQuery{Typed: typ(types.Int8), Plan: inner, Args: []plan.Expr{refOf(types.Int8, 0), outerOf(0)}})
	top := projectOf(valuesOf(1, row{int64(1)}, row{int64(2)}), &plan.SubQuery{Typed: typ(types.Int8), Plan: between, Args: []plan.Expr{refOf(types.Int8, 0)}})
	got, err := execute(t, top, testRuntime())
	if err != nil || len(got) != 2 || got[0][0] != int64(11) || got[1][0] != int64(12) {
		t.Error(got, err)
	}
}

func TestApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leftRows, rightRows := drawRows(t, "left", 1, 6), drawRows(t, "right", 1, 6)
		kind := plan.InnerJoin
		if rapid.Bool().Draw(t, "outer") {
			kind = plan.LeftJoin
		}
		right := filterOf(valuesOf(1, rightRows...), callOf(above, refOf(types.Int8, 0), outerOf(0)))
		n := &plan.Apply{Output: columnsOf(types.Int8, types.Int8), Kind: kind, Left: valuesOf(1, leftRows...), Right: right, Args: []plan.Expr{refOf(types.Int8, 0)}}
		joined := &plan.Join{Output: n.Output, Kind: kind, Left: n.Left, Right: valuesOf(1, rightRows...), Cond: callOf(above, refOf(types.Int8, 1), refOf(types.Int8, 0))}
		got, err := execute(t, n, testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		want, err := execute(t, joined, testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(bag(got), bag(want), func(a, b row) bool { return slices.Equal(a, b) }) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// numbers is WITH RECURSIVE n AS (SELECT 0 UNION … SELECT (n+1) …) up to a number; where it is distinct, over and over the same ones.
func numbers(most int64, distinct bool) *plan.Recursion {
	table := &plan.WorkTable{Name: "n"}
	scan := &plan.WorkScan{Output: columnsOf(types.Int8), Table: table}
	step := projectOf(filterOf(scan, callOf(above, constOf(types.Int8, most), refOf(types.Int8, 0))), callOf(plus, refOf(types.Int8, 0), constOf(types.Int8, int64(1))))
	if distinct {
		step = projectOf(scan, callOf(divide, refOf(types.Int8, 0), constOf(types.Int8, int64(2))))
	}
	start := valuesOf(1, row{int64(0)})
	if distinct {
		start = valuesOf(1, row{most})
	}
	return &plan.Recursion{Output: columnsOf(types.Int8), Distinct: distinct, Start: start, Step: step, Table: table}
}

func TestRecursion(t *testing.T) {
	got, err := execute(t, numbers(9000, false), testRuntime())
	if err != nil || len(got) != 9001 || got[9000][0] != int64(9000) {
		t.Error(len(got), err)
	}
	got, err = execute(t, numbers(9, true), testRuntime())
	if err != nil || !slices.EqualFunc(got, []row{{int64(9)}, {int64(4)}, {int64(2)}, {int64(1)}, {int64(0)}}, func(a, b row) bool { return slices.Equal(a, b) }) {
		t.Error(got, err)
	}
}

func TestACTEIsFoundOnce(t *testing.T) {
	cte := &plan.CTE{Name: "c", Plan: numbers(5000, false)}
	scan := func() plan.Node { return &plan.CTEScan{Output: columnsOf(types.Int8), CTE: cte} }
	rt := testRuntime()
	n := &plan.With{Output: columnsOf(types.Int8), CTEs: []*plan.CTE{cte}, Input: &plan.Append{Output: columnsOf(types.Int8), Inputs: []plan.Node{scan(), scan()}}}
	rt.Stats = NewStats(n)
	got, err := execute(t, n, rt)
	if err != nil || len(got) != 10002 || rt.Stats.Of(cte.Plan).Rows.Load() != 5001 {
		t.Error(len(got), err, rt.Stats.Of(cte.Plan).Rows.Load())
	}
}

func TestSetOperationsCountRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := drawRows(t, "left", 1, 8), drawRows(t, "right", 1, 8)
		n := &plan.SetOp{Output: columnsOf(types.Int8), Except: rapid.Bool().Draw(t, "except"), All: rapid.Bool().Draw(t, "all"), Left: valuesOf(1, left...), Right: valuesOf(1, right...)}
		got, err := execute(t, n, testRuntime())
		if err != nil {
			t.Fatal(err)
		}
		count := func(rows []row, x any) (k int) {
			for _, r := range rows {
				if r[0] == x {
					k++
				}
			}
			return k
		}
		for x := range 6 {
			var v any
			if x > 0 {
				v = int64(x - 1)
			}
			l, r := count(left, v), count(right, v)
			want := min(l, r)
			if n.Except {
				want = max(0, l-r)
				if !n.All && r > 0 {
					want = 0
				}
			}
			if !n.All {
				want = min(want, 1)
			}
			if count(got, v) != want {
				t.Fatalf("%v %v: %v; %v occurs %d times, want %d", left, right, got, v, count(got, v), want)
			}
		}
	})
}

// endlessLoop is a correlated loop that goes on for ever: each answer takes a recursion.
func endlessLoop() plan.Node {
	sub := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.ExistsQuery, Args: []plan.Expr{refOf(types.Int8, 0)},
		Plan: filterOf(numbers(50_000, false), callOf(above, outerOf(0), constOf(types.Int8, int64(1<<40))))}
	return filterOf(numbers(1<<40, false), sub)
}

func TestACancelStopsACorrelatedLoop(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	rt := testRuntime()
	rt.Env.Context = ctx
	b, err := Open(ctx, endlessLoop(), rt)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var at time.Time
	time.AfterFunc(50*time.Millisecond, func() { at = time.Now(); cancel(stop) })
	if _, err := drawAll(b); !errors.Is(err, stop) {
		t.Error(err)
	}
	if late := time.Since(at); late > 100*time.Millisecond {
		t.Errorf("it stopped after %v", late)
	}
}

func TestWhatIsKeptIsAccounted(t *testing.T) {
	cte := &plan.CTE{Name: "c", Plan: numbers(1<<40, false)}
	for name, n := range map[string]plan.Node{
		"CTE":   &plan.With{Output: columnsOf(types.Int8), CTEs: []*plan.CTE{cte}, Input: &plan.CTEScan{Output: columnsOf(types.Int8), CTE: cte}},
		"IN":    projectOf(valuesOf(1, row{int64(1)}), &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AnyQuery, Plan: numbers(1<<40, false), Left: []plan.Expr{refOf(types.Int8, 0)}}),
		"union": &plan.Recursion{Output: columnsOf(types.Int8), Distinct: true, Start: numbers(1<<40, false), Step: valuesOf(1), Table: &plan.WorkTable{}},
	} {
		rt := testRuntime()
		rt.Memory = &ledger{most: 1 << 20}
		if _, err := execute(t, n, rt); code(err) != types.CodeOutOfMemory {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkCorrelated opens a small sub-query for each of 10,000 rows, no two of which ask the same.
func BenchmarkCorrelated(b *testing.B) {
	inner := filterOf(valuesOf(1, row{int64(1)}, row{int64(2)}, row{int64(3)}), callOf(equals, refOf(types.Int8, 0), outerOf(0)))
	exists := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.ExistsQuery, Plan: inner, Args: []plan.Expr{refOf(types.Int8, 0)}}
	n := projectOf(numbers(9999, false), exists)
	b.ReportAllocs()
	for b.Loop() {
		if rows, err := execute(b, n, testRuntime()); err != nil || len(rows) != 10000 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10000, "ns/row")
}

// The workers of a scan share the answer that is found once, and remember others each for itself.
func TestSubQueriesInsideOfWorkers(t *testing.T) {
	s := &store{oids: []types.OID{types.Int8}, size: 7}
	for p := range 8 {
		var part []row
		for i := range 100 {
			part = append(part, row{int64(p*100 + i)})
		}
		s.parts = append(s.parts, part)
	}
	once := numbers(399, false)
	in := &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AnyQuery, Plan: once, Left: []plan.Expr{refOf(types.Int8, 0)}}
	twice := projectOf(valuesOf(0, row{}), callOf(plus, outerOf(0), outerOf(0)))
	sum := &plan.SubQuery{Typed: typ(types.Int8), Plan: twice, Args: []plan.Expr{refOf(types.Int8, 0)}}
	n := projectOf(filterOf(s.node(nql.Unordered), in), sum)
	for _, workers := range []int{1, 4} {
		rt := s.runtime(workers)
		rt.Stats = NewStats(n)
		got, err := execute(t, n, rt)
		if err != nil || len(got) != 400 {
			t.Fatal(len(got), err)
		}
		for i, r := range bag(got) {
			if r[0] != int64(2*i) {
				t.Fatalf("row %d: %v", i, r)
			}
		}
		if rows := rt.Stats.Of(once).Rows.Load(); rows != 400 {
			t.Errorf("%d workers: the query that has one answer gave %d rows", workers, rows)
		}
	}
}
