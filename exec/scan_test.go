package exec

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// drawStore draws a stream in fragments.
func drawStore(t *rapid.T) *store {
	s := &store{oids: testTypes, size: rapid.IntRange(1, 20).Draw(t, "size"), dict: rapid.Bool().Draw(t, "dict")}
	for range rapid.IntRange(0, 8).Draw(t, "fragments") {
		s.parts = append(s.parts, rapid.SliceOfN(rapid.Custom(drawRow), 0, 60).Draw(t, "rows"))
	}
	return s
}

func TestScansYieldEveryRowOnceWhateverTheWorkers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		order := nql.Order(rapid.IntRange(0, 2).Draw(t, "order"))
		cond := drawExpr(t, types.Bool, 2)
		// The condition must not fail here: which error comes first is open.
		for _, r := range s.rows() {
			if _, err := holds(cond, r); err != nil {
				cond = constOf(types.Bool, true)
				break
			}
		}
		scan := s.node(order)
		var want []row
		for _, r := range s.rows() {
			if ok, _ := holds(cond, r); ok {
				want = append(want, row{r[1], r[2]})
			}
		}
		p := &plan.Project{
			Output: columnsOf(types.Int8, types.Text),
			Input:  &plan.Filter{Output: scan.Output, Input: scan, Cond: cond},
			Exprs:  []plan.Expr{refOf(types.Int8, 1), refOf(types.Text, 2)},
		}
		got, err := execute(t, p, s.runtime(rapid.IntRange(1, 4).Draw(t, "workers")))
		if err != nil {
			t.Fatal(err)
		}
		if order == nql.Unordered {
			got, want = bag(got), bag(want)
		}
		if !sameRows(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if n := s.opened.Load(); n != 0 {
			t.Fatalf("%d fragments left open", n)
		}
	})
}

func TestScanLimitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Order(rapid.IntRange(0, 2).Draw(t, "order")))
		scan.Limit = rapid.Int64Range(0, 100).Draw(t, "limit")
		got, err := execute(t, scan, s.runtime(rapid.IntRange(1, 4).Draw(t, "workers")))
		if err != nil {
			t.Fatal(err)
		}
		all := s.rows()
		if want := min(int(scan.Limit), len(all)); len(got) != want {
			t.Fatalf("%d rows, want %d", len(got), want)
		}
		if scan.Order != nql.Unordered && !sameRows(got, all[:len(got)]) {
			t.Fatalf("not the first rows: %v", got)
		}
		if n := s.opened.Load(); n != 0 {
			t.Fatalf("%d fragments left open", n)
		}
	})
}

// manyRows is a fragment that lasts for a long time.
var manyRows = func() []row {
	rows := make([]row, 100_000)
	for i := range rows {
		rows[i] = row{int64(i)}
	}
	return rows
}()

// endless is a store with rows for a long time.
func endless(fragments int) *store {
	s := &store{oids: []types.OID{types.Int8}, size: 1, wait: time.Millisecond}
	for range fragments {
		s.parts = append(s.parts, manyRows)
	}
	return s
}

// plans over one scan, for tests of how they end.
func plansOver(s *store, order nql.Order) map[string]plan.Node {
	scan := s.node(order)
	key := []plan.SortKey{{Expr: refOf(types.Int8, 0)}}
	count := []plan.AggCall{{Func: countAll}}
	return map[string]plan.Node{
		"scan":      scan,
		"filter":    &plan.Filter{Output: scan.Output, Input: scan, Cond: constOf(types.Bool, false)},
		"aggregate": &plan.Aggregate{Output: columnsOf(types.Int8, types.Int8), Input: scan, Keys: []plan.Expr{refOf(types.Int8, 0)}, Aggs: count},
		"sort":      &plan.Sort{Output: scan.Output, Input: scan, Keys: key, Limit: -1},
		"top":       &plan.Sort{Output: scan.Output, Input: scan, Keys: key, Limit: 3},
		"distinct":  &plan.Distinct{Output: scan.Output, Input: scan},
		"join": &plan.Join{Output: columnsOf(types.Int8, types.Int8), Left: scan, Right: scan,
			LeftKeys: []plan.Expr{refOf(types.Int8, 0)}, RightKeys: []plan.Expr{refOf(types.Int8, 0)}},
	}
}

func TestCancelStopsEveryOperator(t *testing.T) {
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending} {
		for name := range plansOver(endless(0), order) {
			for _, workers := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, order, workers), func(t *testing.T) {
					s := endless(4)
					cause := errors.New("cancelled by the client")
					ctx, cancel := context.WithCancelCause(context.Background())
					defer cancel(nil)
					b, err := Open(ctx, plansOver(s, order)[name], s.runtime(workers))
					if err != nil {
						t.Fatal(err)
					}
					defer b.Close()
					var batch column.Batch
					time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
					for err == nil {
						var ok bool
						if ok, err = b.Next(ctx, &batch); err == nil && !ok {
							t.Fatal("ended as if complete")
						}
					}
					if !errors.Is(err, cause) {
						t.Fatalf("error %v, want the cause", err)
					}
					if ok, again := b.Next(context.Background(), &batch); ok || !errors.Is(again, cause) {
						t.Errorf("after the end: %t, %v", ok, again)
					}
					at := s.nexts.Load()
					b.Close()
					if more := s.nexts.Load() - at; more > int64(4*workers) {
						t.Errorf("the fragments were drawn from %d times after the end", more)
					}
					if n := s.opened.Load(); n != 0 {
						t.Errorf("%d fragments left open", n)
					}
				})
			}
		}
	}
}

func TestCloseInTheMiddle(t *testing.T) {
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending} {
		s := endless(5)
		l := new(ledger)
		rt := s.runtime(3)
		rt.Memory = l
		b, err := Open(context.Background(), s.node(order), rt)
		if err != nil {
			t.Fatal(err)
		}
		var batch column.Batch
		if ok, err := b.Next(context.Background(), &batch); !ok || err != nil {
			t.Fatal(ok, err)
		}
		b.Close()
		b.Close()
		if s.opened.Load() != 0 || l.held.Load() != 0 {
			t.Errorf("%d fragments open, %d bytes held", s.opened.Load(), l.held.Load())
		}
		// The first row came long before the last was read, and workers didn't run far ahead.
		if n := s.nexts.Load(); n > 40 {
			t.Errorf("%d batches were drawn for one", n)
		}
	}
}

func TestErrorsAndPanicsOfFragmentsEndTheQuery(t *testing.T) {
	damage := errors.New("page 7 is damaged")
	for _, workers := range []int{1, 3} {
		for _, order := range []nql.Order{nql.Unordered, nql.Descending} {
			for name := range plansOver(endless(0), order) {
				parts := [][]row{{{int64(1)}}, {{int64(2)}}, {{int64(3)}}}
				s := &store{oids: []types.OID{types.Int8}, size: 1, parts: parts, fail: damage}
				if _, err := execute(t, plansOver(s, order)[name], s.runtime(workers)); !errors.Is(err, damage) {
					t.Errorf("%s, %d workers: error %v", name, workers, err)
				}
				s = &store{oids: []types.OID{types.Int8}, size: 1, parts: parts, panics: true}
				_, err := execute(t, plansOver(s, order)[name], s.runtime(workers))
				var e *types.Error
				if !errors.As(err, &e) || e.Code != types.CodeInternalError || !strings.Contains(e.Detail, "fell over") {
					t.Errorf("%s, %d workers: error %v", name, workers, err)
				}
			}
		}
	}
}

func TestTimeRange(t *testing.T) {
	const us = 10 // ticks of 100 ns
	bound := func(op nql.Op, x any) plan.Bound { return plan.Bound{Op: op, X: constOf(types.Timestamptz, x)} }
	inf, minusInf := int64(math.MaxInt64), int64(math.MinInt64)
	for _, c := range []struct {
		name     string
		bounds   []plan.Bound
		from, to int64
	}{
		{"none", nil, engine.MinTime, engine.MaxTime},
		{"equal", []plan.Bound{bound(nql.Eq, int64(5))}, 5 * us, 6 * us},
		{"at least", []plan.Bound{bound(nql.Ge, int64(5))}, 5 * us, engine.MaxTime},
		{"more than", []plan.Bound{bound(nql.Gt, int64(5))}, 6 * us, engine.MaxTime},
		{"less than", []plan.Bound{bound(nql.Lt, int64(-5))}, engine.MinTime, -5 * us},
		{"at most", []plan.Bound{bound(nql.Le, int64(-5))}, engine.MinTime, -4 * us},
		{"both", []plan.Bound{bound(nql.Ge, int64(3)), bound(nql.Lt, int64(9)), bound(nql.Gt, int64(3))}, 4 * us, 9 * us},
		{"null", []plan.Bound{bound(nql.Ge, int64(3)), bound(nql.Lt, nil)}, 0, 0},
		{"before infinity", []plan.Bound{bound(nql.Lt, inf)}, engine.MinTime, engine.MaxTime},
		{"from infinity", []plan.Bound{bound(nql.Ge, inf)}, 0, 0},
		{"after -infinity", []plan.Bound{bound(nql.Gt, minusInf)}, engine.MinTime, engine.MaxTime},
		{"before -infinity", []plan.Bound{bound(nql.Lt, minusInf)}, 0, 0},
		{"beyond the engine", []plan.Bound{bound(nql.Lt, inf-1)}, engine.MinTime, engine.MaxTime},
	} {
		from, to, err := timeRange(testRuntime(), c.bounds)
		if err != nil || from != c.from || to != c.to {
			t.Errorf("%s: %d to %d (%v), want %d to %d", c.name, from, to, err, c.from, c.to)
		}
	}
}

func TestScanHandsDownWhatItWasGiven(t *testing.T) {
	var spec engine.Spec
	calls := 0
	rt := testRuntime()
	rt.scan = func(s engine.Spec) ([]engine.Fragment, error) { spec = s; calls++; return nil, nil }
	rt.Params = []*column.Vector{constOf(types.Text, "GET").Value}
	scan := &plan.Scan{
		Stream: 9, Limit: -1, Order: nql.Descending,
		Where:  &nql.Binary{Op: nql.Eq, L: &nql.Path{Steps: []nql.Step{{Name: "Method"}}}, R: &nql.Param{Index: 0}},
		Params: []plan.Expr{&plan.Param{Typed: typ(types.Text)}, constOf(types.Int8, nil), callOf(plus, constOf(types.Int8, int64(1)), constOf(types.Int8, int64(2)))},
		Bounds: []plan.Bound{{Op: nql.Ge, X: constOf(types.Timestamptz, int64(7))}},
	}
	if _, err := execute(t, scan, rt); err != nil {
		t.Fatal(err)
	}
	want := []nql.Value{{Kind: nql.String, Text: "GET"}, {Kind: nql.Null}, {Kind: nql.Integer, Int: 3}}
	if fmt.Sprint(spec.Params) != fmt.Sprint(want) || spec.From != 70 || spec.Stream != 9 || spec.Order != nql.Descending || spec.Where == nil {
		t.Errorf("%+v", spec)
	}
	scan.Bounds = append(scan.Bounds, plan.Bound{Op: nql.Lt, X: constOf(types.Timestamptz, nil)})
	if rows, err := execute(t, scan, rt); err != nil || len(rows) != 0 || calls != 1 {
		t.Errorf("a null bound: %v, %v, %d scans", rows, err, calls)
	}
}
