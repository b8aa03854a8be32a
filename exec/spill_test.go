package exec

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

func TestSpilledSortsAreSortsOfEveryTypeStableToo(t *testing.T) {
	source := &wideSource{seed: 7, batches: 3, rows: 100}
	for c, oid := range wideTypes {
		key := plan.SortKey{Expr: refOf(oid, c), Descending: c%2 == 0, NullsFirst: c%3 == 0}
		for _, limit := range []int64{-1, 10} {
			scan := wideScan(source)
			n := &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{key}, Limit: limit}
			want := textRows(t, n, new(store).runtime(1))
			for _, memory := range []int64{1, 100_000} {
				files, account := new(tempFiles), &ledger{most: 4 << 20}
				rt := new(store).runtime(1)
				rt.Temp, rt.WorkMem, rt.least, rt.Memory = files.create, memory, 1, account
				got := textRows(t, n, rt)
				if !slices.Equal(got, want) {
					t.Errorf("%v, limit %d, %d bytes of memory: other rows", oid, limit, memory)
				}
				if (files.made == 0) != (limit == 10 && memory > 1) || files.open != 0 || account.held.Load() != 0 {
					t.Errorf("%d files were made, %d are left, with %d bytes", files.made, files.open, account.held.Load())
				}
			}
		}
	}
}

// spillPlans are plans that go to files when there is little memory.
func spillPlans(t *testing.T) map[string]plan.Node {
	scan, other := wideScan(&wideSource{seed: 3, batches: 12, rows: 200}), wideScan(&wideSource{seed: 4, batches: 8, rows: 200})
	text, at := refOf(types.Text, 4), refOf(types.Timestamptz, 6)
	both := columnsOf(append(slices.Clone(wideTypes), wideTypes...)...)
	narrow := func(in plan.Node) plan.Node {
		return &plan.Project{Output: columnsOf(types.Text, types.Int8), Input: in, Exprs: []plan.Expr{text, refOf(types.Int8, len(wideTypes)+1)}}
	}
	long := wideScan(&wideSource{seed: 6, batches: 140, rows: 200})
	various := callOf(shown, callOf(shown, text, at), refOf(types.Int8, 1))
	cte := &plan.CTE{Name: "c", Plan: scan}
	rows := func() plan.Node { return &plan.CTEScan{Output: scan.Output, CTE: cte} }
	return map[string]plan.Node{
		"with":     &plan.With{Output: scan.Output, CTEs: []*plan.CTE{cte}, Input: &plan.Append{Output: scan.Output, Inputs: []plan.Node{rows(), rows()}}},
		"sort":     &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: text}}, Limit: -1},
		"distinct": &plan.Distinct{Output: scan.Output, Input: scan},
		"join": narrow(&plan.Join{Output: both, Kind: plan.FullJoin, Left: other, Right: scan,
			LeftKeys: []plan.Expr{text, at}, RightKeys: []plan.Expr{text, at}}),
		"nested loop":        narrow(&plan.Join{Output: both, Kind: plan.LeftJoin, Left: scan, Right: wideScan(&wideSource{seed: 5, batches: 2, rows: 1})}),
		"group by":           groupBy(scan, text, at),
		"distinct values":    distinctValuesOf(long, nil, various, at),
		"distinct values by": distinctValuesOf(long, []plan.Expr{refOf(types.Bool, 0)}, various, at),
		"except":             &plan.SetOp{Output: scan.Output, Left: scan, Right: other, Except: true},
		"in":                 filterOf(scan, among(plan.AnyQuery, long, text, at)),
		"less than all":      projectOf(wideScan(&wideSource{seed: 8, batches: 1, rows: 30}), text, lessThanAll(long)),
		"union":              rounds(scan, true),
	}
}

func groupBy(in plan.Node, keys ...plan.Expr) *plan.Aggregate {
	n := &plan.Aggregate{Input: in, Keys: keys, Aggs: []plan.AggCall{{Func: countAll}, {Func: sumInts, Args: []plan.Expr{refOf(types.Int8, 1)}}}}
	for _, k := range keys {
		n.Cols = append(n.Cols, plan.Column{Type: k.Type(), Typmod: -1})
	}
	n.Cols = append(n.Cols, columnsOf(types.Int8, types.Int8).Cols...)
	return n
}

// listsOf are aggregates that keep all values of a group, in the order in which they come, in another, each once, and some that are about a few of them.
func listsOf(t interface {
	Helper()
	Fatal(...any)
}, in plan.Node, keys ...plan.Expr) *plan.Aggregate {
	n := groupBy(in, keys...)
	text, at := refOf(types.Text, 4), refOf(types.Timestamptz, 6)
	list, joined := aggregateOf(t, "array_agg", types.Text), aggregateOf(t, "string_agg", types.Text, types.Text)
	order := []plan.SortKey{{Expr: at, Descending: true}, {Expr: refOf(types.UUID, 8)}, {Expr: text}}
	for _, c := range []plan.AggCall{
		{Func: list, Args: []plan.Expr{text}},
		{Func: joined, Args: []plan.Expr{text, callOf(shown, refOf(types.Int8, 1), text)}},
		{Func: list, Args: []plan.Expr{text}, OrderBy: order},
		{Func: list, Args: []plan.Expr{text}, Distinct: true},
		{Func: aggregateOf(t, "array_agg", types.Int8), Args: []plan.Expr{refOf(types.Int8, 1)}, Distinct: true, OrderBy: []plan.SortKey{{Expr: refOf(types.Int8, 1), Descending: true, NullsFirst: true}}},
		{Func: aggregateOf(t, "json_agg", types.Text), Args: []plan.Expr{text}},
		{Func: aggregateOf(t, "jsonb_object_agg", types.Text, types.Timestamptz), Args: []plan.Expr{constOf(types.Text, "k"), at}},
		{Func: aggregateOf(t, "mode", types.Int8), Args: []plan.Expr{refOf(types.Int8, 1)}, OrderBy: []plan.SortKey{{Expr: refOf(types.Int8, 1)}}},
	} {
		n.Aggs = append(n.Aggs, c)
		n.Cols = append(n.Cols, plan.Column{Type: c.Func.Result, Typmod: -1})
	}
	return n
}

// among is whether values, which are columns, are among those of other rows: IN, or EXISTS of an equal row.
func among(kind plan.SubQueryKind, other plan.Node, values ...plan.Expr) *plan.SubQuery {
	return &plan.SubQuery{Typed: typ(types.Bool), Kind: kind, Plan: projectOf(other, values...), Left: values}
}

// lessThanAll compares the number of a row with those of other rows, one by one.
func lessThanAll(other plan.Node) *plan.SubQuery {
	number := refOf(types.Int8, 1)
	least := callOf(plus, number, constOf(types.Int8, int64(-100)))
	return &plan.SubQuery{Typed: typ(types.Bool), Kind: plan.AllQuery, Plan: projectOf(other, number), Left: []plan.Expr{least},
		Test: callOf(above, refOf(types.Int8, 1), refOf(types.Int8, 0))}
}

// rounds is a recursion in which rows go round as long as their number is above zero, which becomes less each time.
func rounds(in plan.Node, distinct bool) *plan.Recursion {
	out := columnsOf(wideTypes...)
	table := &plan.WorkTable{Name: "r"}
	step := &plan.Project{Output: out, Input: filterOf(&plan.WorkScan{Output: out, Table: table}, callOf(above, refOf(types.Int8, 1), constOf(types.Int8, int64(0))))}
	for c, oid := range wideTypes {
		step.Exprs = append(step.Exprs, refOf(oid, c))
	}
	step.Exprs[1] = callOf(plus, refOf(types.Int8, 1), constOf(types.Int8, int64(-7)))
	return &plan.Recursion{Output: out, Start: in, Step: step, Table: table, Distinct: distinct}
}

// distinctValuesOf counts the distinct values of arguments by keys.
func distinctValuesOf(in plan.Node, keys []plan.Expr, args ...plan.Expr) *plan.Aggregate {
	n := groupBy(in, keys...)
	for _, a := range args {
		n.Aggs = append(n.Aggs, plan.AggCall{Func: countAny, Args: []plan.Expr{a}, Distinct: true})
		n.Cols = append(n.Cols, plan.Column{Type: types.Int8, Typmod: -1})
	}
	return n
}

// countAny is count(x).
var countAny = func() *function.Aggregate {
	f, err := function.ResolveAggregate("", "count", []types.OID{types.Text})
	if err != nil {
		panic(err)
	}
	return f
}()

// drawPlan draws a plan over wide rows that goes to files when there is little memory, and whose rows are the same then, in any order.
func drawPlan(t *rapid.T) plan.Node {
	source := func(label string) *plan.SourceScan {
		return wideScan(&wideSource{seed: uint32(rapid.IntRange(0, 1000).Draw(t, label+" seed")), batches: rapid.IntRange(0, 4).Draw(t, label+" batches"),
			rows: rapid.IntRange(1, 60).Draw(t, label+" rows")})
	}
	left := source("left")
	both := columnsOf(append(slices.Clone(wideTypes), wideTypes...)...)
	var keys []plan.Expr
	for _, c := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(wideTypes)-1), 1, 3, rapid.ID[int]).Draw(t, "keys") {
		keys = append(keys, refOf(wideTypes[c], c))
	}
	switch rapid.IntRange(0, 10).Draw(t, "plan") {
	case 0:
		return &plan.Distinct{Output: left.Output, Input: left, On: keys}
	case 1:
		n := &plan.Distinct{Output: columnsOf(), Input: &plan.Project{Input: left, Exprs: keys}}
		for _, k := range keys {
			n.Cols = append(n.Cols, plan.Column{Type: k.Type(), Typmod: -1})
		}
		n.Input.(*plan.Project).Output = n.Output
		return n
	case 4:
		cte := &plan.CTE{Name: "c", Plan: left}
		rows := &plan.CTEScan{Output: left.Output, CTE: cte}
		return &plan.With{Output: both, CTEs: []*plan.CTE{cte}, Input: &plan.Join{Output: both, Left: rows, Right: rows, LeftKeys: keys, RightKeys: keys}}
	case 3:
		return groupBy(left, keys...)
	case 8:
		return listsOf(t, left, keys[1:]...)
	case 7:
		return rounds(left, rapid.Bool().Draw(t, "distinct"))
	case 9:
		right := source("right")
		return projectOf(left, keys[0], among(plan.AnyQuery, right, keys...), among(plan.KeyQuery, right, keys[len(keys)-1]))
	case 10:
		return projectOf(left, keys[0], lessThanAll(source("right")))
	case 6:
		return distinctValuesOf(left, keys[1:], keys...)
	case 2:
		n := &plan.Join{Output: both, Kind: plan.JoinKind(rapid.IntRange(0, 3).Draw(t, "kind")),
			Left: left, Right: source("right"), LeftKeys: keys, RightKeys: keys}
		if rapid.Bool().Draw(t, "cond") {
			n.Cond = callOf(above, refOf(types.Int8, 1), refOf(types.Int8, len(wideTypes)+1))
		}
		return n
	default:
		out := plan.Output{}
		for _, k := range keys {
			out.Cols = append(out.Cols, plan.Column{Type: k.Type(), Typmod: -1})
		}
		project := func(in plan.Node) plan.Node { return &plan.Project{Output: out, Input: in, Exprs: keys} }
		return &plan.SetOp{Output: out, Left: project(left), Right: project(source("right")), Except: rapid.Bool().Draw(t, "except"), All: rapid.Bool().Draw(t, "all")}
	}
}

func TestWhatMemoryThereIsIsNoMatterOfTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawPlan(t)
		want := textRows(t, n, new(store).runtime(1))
		rt := new(store).runtime(1)
		account := new(ledger)
		rt.Memory = account
		files := tight(t, rt)
		got := textRows(t, n, rt)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%d rows: %v\nwant %d: %v", len(got), got, len(want), want)
		}
		if files.open != 0 || account.held.Load() != 0 {
			t.Fatalf("%d files are left, and %d bytes", files.open, account.held.Load())
		}
	})
}

func TestDistinctOnKeepsTheOrderOfTheSortBelow(t *testing.T) {
	scan := wideScan(&wideSource{seed: 9, batches: 10, rows: 100})
	a, b := refOf(types.Int8, 1), refOf(types.Text, 4)
	sort := &plan.Sort{Output: scan.Output, Input: scan, Keys: []plan.SortKey{{Expr: b, Descending: true}, {Expr: a}, {Expr: refOf(types.Interval, 7)}}, Limit: -1}
	n := &plan.Distinct{Output: scan.Output, Input: sort, On: []plan.Expr{a, b, a}}
	sorted := textRows(t, sort, new(store).runtime(1))
	var want []string
	seen := map[string]bool{}
	for _, line := range sorted {
		f := strings.Split(line, "|")
		if key := f[2] + "|" + f[5]; !seen[key] {
			seen[key] = true
			want = append(want, line)
		}
	}
	files := new(tempFiles)
	rt := new(store).runtime(1)
	rt.Temp, rt.WorkMem, rt.least = files.create, 1, 1
	if got := textRows(t, n, rt); !slices.Equal(got, want) || files.made != 1 {
		t.Errorf("%d rows are not the first of each key in order, %d; %d files", len(got), len(want), files.made)
	}
}

func TestAFullDiskEndsTheStatementAndLeavesNoFile(t *testing.T) {
	for name, n := range spillPlans(t) {
		for _, full := range []int64{1, 30_000, 90_000} {
			files, account := &tempFiles{full: full}, new(ledger)
			rt := new(store).runtime(1)
			rt.Temp, rt.WorkMem, rt.least, rt.Memory = files.create, 1, 1, account
			if _, err := execute(t, n, rt); !errors.Is(err, errDiskFull) {
				t.Errorf("%s: %v", name, err)
			}
			if files.open != 0 || account.held.Load() != 0 {
				t.Errorf("%s: %d files are left, with %d bytes", name, files.open, account.held.Load())
			}
		}
	}
}

func TestOtherBytesInATemporaryFileAreDamage(t *testing.T) {
	for name, n := range spillPlans(t) {
		files := &tempFiles{flip: true}
		rt := new(store).runtime(1)
		rt.Temp, rt.WorkMem, rt.least = files.create, 1, 1
		if _, err := execute(t, n, rt); code(err) != types.CodeDataCorrupted {
			t.Errorf("%s: %v", name, err)
		}
		if files.open != 0 {
			t.Errorf("%s: %d files are left", name, files.open)
		}
	}
}

func TestCancelWhileRowsGoToFilesLeavesNoFile(t *testing.T) {
	cause := errors.New("cancelled")
	for name, n := range spillPlans(t) {
		ctx, cancel := context.WithCancelCause(t.Context())
		files := new(tempFiles)
		writes := 0
		files.after = func() {
			if writes++; writes == 5 {
				cancel(cause)
			}
		}
		rt := new(store).runtime(1)
		rt.Temp, rt.WorkMem, rt.least = files.create, 1, 1
		env := *rt.Env
		env.Context, rt.Env = ctx, &env
		b, err := Open(ctx, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		for ok := true; ok && err == nil; {
			var out column.Batch
			ok, err = b.Next(ctx, &out)
		}
		b.Close()
		if !errors.Is(err, cause) || files.open != 0 || writes > 5+1<<distinctBits {
			t.Errorf("%s: %v, %d files are left, %d writes", name, err, files.open, writes)
		}
	}
}

func TestMemoryStaysWithinWhatTheAccountGives(t *testing.T) {
	for name, n := range spillPlans(t) {
		want := textRows(t, n, new(store).runtime(1))
		slices.Sort(want)
		for _, most := range []int64{380_000, 340_000} {
			if strings.HasPrefix(name, "distinct values") || name == "union" { // each of the calls writes parts; two queues are beside the set
				most *= 3
			}
			files, account := new(tempFiles), &ledger{most: most}
			rt := new(store).runtime(1)
			rt.Temp, rt.Memory = files.create, account
			if name == "union" || name == "less than all" { // queues of rows, whose chunks are large where work_mem says nothing
				rt.WorkMem, rt.least = 1, 1
			}
			got := textRows(t, n, rt)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s with %d bytes: other rows", name, most)
			}
			if files.made == 0 && name != "nested loop" || files.open != 0 { // of that, little is kept
				t.Errorf("%s with %d bytes: %d files were made, %d are left", name, most, files.made, files.open)
			}
		}
	}
}

// Whatever others take, a query that was let in comes to its end, and those that aren't wait.
func TestQueriesShareLittleMemoryAndNoneFails(t *testing.T) {
	p := NewPool(PoolOptions{Total: 7 << 20, Patience: time.Minute})
	var running sync.WaitGroup
	for range 2 {
		for name, n := range spillPlans(t) {
			want := textRows(t, n, new(store).runtime(1))
			slices.Sort(want)
			running.Go(func() {
				files := new(tempFiles)
				rt := new(store).runtime(1)
				rt.Temp = files.create
				a, err := p.Admit(t.Context(), Minimum(n, rt))
				if err != nil {
					t.Error(err)
					return
				}
				defer a.Close()
				rt.Memory = a
				b, err := Open(t.Context(), n, rt)
				if err != nil {
					t.Error(err)
					return
				}
				defer b.Close()
				got, err := lines(t.Context(), n, b)
				slices.Sort(got)
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: %d rows of %d, %v", name, len(got), len(want), err)
				}
			})
		}
	}
	running.Wait()
	if used, running, waiting := p.Used(); used != 0 || running != 0 || waiting != 0 {
		t.Errorf("%d bytes, %d running, %d waiting", used, running, waiting)
	}
}

func TestSortOrderIsNoMatterOfMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStore(t)
		scan := s.node(nql.Ascending)
		n := &plan.Sort{Output: scan.Output, Input: scan, Keys: drawKeys(t), Limit: -1}
		want := modelSort(s.rows(), n.Keys)
		if rapid.Bool().Draw(t, "top") {
			n.Limit = rapid.Int64Range(0, 30).Draw(t, "limit")
			want = want[:min(len(want), int(n.Limit))]
		}
		rt := s.runtime(2)
		files := tight(t, rt)
		got, err := execute(t, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRows(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if files.open != 0 {
			t.Fatalf("%d files are left", files.open)
		}
	})
}
