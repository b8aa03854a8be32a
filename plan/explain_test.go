package plan

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

var update = flag.Bool("update", false, "rewrite golden files")

func path(name string) *nql.Path { return &nql.Path{Steps: []nql.Step{{Kind: nql.Member, Name: name}}} }

func cols(names ...string) Output {
	var o Output
	for _, n := range names {
		o.Cols = append(o.Cols, Column{Name: n, Type: types.Text, Typmod: -1})
	}
	return o
}

func op(name string, l, r Expr) Expr {
	return &Call{Typed: typ(types.Bool), Func: immutable, Op: name, Args: []Expr{l, r}}
}

func named(oid types.OID, i int, name string) *Ref {
	return &Ref{Typed: typ(oid), Index: i, Name: name}
}

const march1 = 1772323200_000_000 // 2026-03-01, in microseconds

func issueScan() *Scan {
	return &Scan{
		Output: cols("StatusCode"), StreamName: "stream", Limit: -1,
		Where: &nql.Binary{Op: nql.And,
			L: &nql.Binary{Op: nql.Eq, L: path("Method"), R: &nql.Param{Index: 0}},
			R: &nql.Binary{Op: nql.Gt, L: path("Elapsed"), R: &nql.Param{Index: 1}}},
		Params: []Expr{textConst("GET"), intConst(100)},
		Bounds: []Bound{{Op: nql.Ge, X: timeConst(march1)}, {Op: nql.Lt, X: timeConst(march1 + 86400_000_000)}},
		Reads:  []nql.Column{{Path: path("StatusCode"), Kind: column.Int64}},
	}
}

// The plans, as EXPLAIN prints them. Rewrite with -update.
func TestExplainGolden(t *testing.T) {
	yesterday := &Call{Typed: typ(types.Timestamptz), Func: immutable, Op: "-", Args: []Expr{
		&Call{Typed: typ(types.Timestamptz), Func: stable},
		&Const{Typed: typ(types.Interval), Value: interval(86400_000_000)},
	}}
	late := issueScan()
	late.Order, late.Limit = nql.Descending, 20
	late.Params = []Expr{&Param{Typed: typ(types.Text)}, &Call{Typed: typ(types.Int8), Func: immutable, Op: "::", Args: []Expr{&Param{Typed: typ(types.Int4), Index: 1}}}}
	late.Bounds = []Bound{{Op: nql.Ge, X: yesterday}, {Op: nql.Gt, X: timeConst(march1)}, {Op: nql.Ge, X: timeConst(march1)}}
	nothing := &Scan{StreamName: "Audit Log", Limit: -1}
	agg := &Aggregate{
		Output: cols("EventID", "count"), Input: issueScan(),
		Keys: []Expr{named(types.Int8, 0, "EventID")},
		Aggs: []AggCall{
			{Func: &function.Aggregate{Name: "count"}},
			{Func: &function.Aggregate{Name: "string_agg"}, Distinct: true, Args: []Expr{named(types.Text, 1, "level"), textConst(", ")},
				OrderBy: []SortKey{{Expr: named(types.Text, 1, "level"), Descending: true}},
				Filter:  &IsNull{Arg: named(types.Text, 1, "level"), Not: true}},
		},
	}
	sorted := &Sort{Output: agg.Output, Input: agg, Limit: 10, Keys: []SortKey{
		{Expr: named(types.Int8, 1, "count"), Descending: true, NullsFirst: true},
		{Expr: named(types.Int8, 0, "EventID"), NullsFirst: true},
	}}
	exprs := &Project{
		Output: cols("a", "b", "c", "d", "e"), Input: &Filter{Input: nothing, Cond: &Or{Args: []Expr{
			&Not{Arg: &IsBool{Arg: named(types.Bool, 0, "ok"), Want: IsUnknown, Not: true}},
			&And{Args: []Expr{op("~~", named(types.Text, 1, "Host Name"), textConst("it's%")), &IsDistinct{L: intConst(1), R: intConst(-2)}}},
			&InList{X: named(types.Int4, 2, "n"), List: []Expr{intConst(1), intConst(2)}, Not: true},
		}}},
		Exprs: []Expr{
			&Call{Typed: typ(types.Text), Func: immutable, Op: "::", Args: []Expr{op("+", intConst(1), named(types.Int4, 2, "n"))}},
			&Case{Whens: []When{{Cond: named(types.Bool, 0, "ok"), Then: textConst("y")}}, Else: &Const{Typed: typ(types.Text), Value: column.NewNull(column.Text, 1)}},
			&Coalesce{Args: []Expr{named(types.Text, 1, "Host Name"), textConst("")}},
			&Call{Func: &function.Function{Name: "render", Schema: "flare"}, Args: []Expr{named(types.Text, 1, `odd"name`)}},
			&Call{Func: immutable, Op: "-", Args: []Expr{named(types.Int4, 2, "n")}},
		},
	}
	for name, c := range map[string]struct {
		n Node
		o ExplainOptions
	}{
		"scan":         {n: issueScan()},
		"scan_unknown": {n: late},
		"scan_params": {n: late, o: ExplainOptions{
			Params: []*column.Vector{textConst("PUT").Value, intConst(7).Value},
			Eval:   func(Expr) (*column.Vector, error) { return intConst(7).Value, nil }, // of the one cast there is
		}},
		"scan_nothing":  {n: nothing},
		"group_sort":    {n: &Limit{Output: sorted.Output, Input: sorted, Count: intConst(10), Skip: intConst(0)}},
		"expressions":   {n: exprs},
		"join_distinct": {n: &Distinct{Input: &Join{Kind: LeftJoin, Left: &SourceScan{Name: "pg_class", Filters: []Expr{op("=", named(types.Int4, 0, "oid"), intConst(3))}}, Right: &Append{Inputs: []Node{&Values{Rows: [][]Expr{{intConst(1)}}}, &Values{Rows: [][]Expr{{intConst(1)}, {intConst(2)}}}}}, LeftKeys: []Expr{named(types.Int4, 0, "oid")}, RightKeys: []Expr{named(types.Int4, 0, "column1")}, Cond: op(">", named(types.Int4, 0, "oid"), named(types.Int4, 1, "column1"))}, On: []Expr{named(types.Int4, 0, "oid")}}},
		"notes": {n: &Filter{Input: nothing, Cond: named(types.Bool, 0, "ok")}, o: ExplainOptions{
			Note:    func(n Node) string { return " (rows=3)" },
			Details: func(n Node) []string { return []string{"Workers: 2"} },
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(Explain(c.n, c.o), "\n") + "\n"
			file := filepath.Join("testdata", "explain", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func interval(micros int64) *column.Vector {
	v := column.New(column.Interval)
	v.AppendSpan(column.Span{Micros: micros})
	return v
}

func TestExprsOfNodesCoverWhatExplainPrints(t *testing.T) {
	agg := &Aggregate{Keys: []Expr{intConst(1)}, Aggs: []AggCall{{Args: []Expr{intConst(2)}, Filter: intConst(3), OrderBy: []SortKey{{Expr: intConst(4)}}}}}
	for _, c := range []struct {
		n    Node
		want int
	}{
		{agg, 4}, {issueScan(), 4}, {&Limit{Count: intConst(1)}, 1}, {&Sort{Keys: []SortKey{{Expr: intConst(1)}}}, 1},
		{&Join{LeftKeys: []Expr{intConst(1)}, RightKeys: []Expr{intConst(1)}}, 2}, {&Append{}, 0},
	} {
		if got := len(Exprs(c.n)); got != c.want {
			t.Errorf("%T: %d expressions, want %d", c.n, got, c.want)
		}
	}
	n := 0
	WalkNodes(&Append{Inputs: []Node{&Limit{Input: withInput(agg)}, &Values{}}}, func(Node) bool { n++; return true })
	if n != 5 {
		t.Errorf("%d nodes walked", n)
	}
}

// withInput gives a an input.
func withInput(a *Aggregate) Node { a.Input = &Values{}; return a }
