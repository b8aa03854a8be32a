package exec

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

func windowOf(t interface {
	Helper()
	Fatal(...any)
}, name string, args ...types.OID) *function.Window {
	t.Helper()
	f, err := function.ResolveWindow(name, args)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// runningCalls are calls that can be computed as rows pass, over rows of wide types; the frame is drawn.
func runningCalls(t *rapid.T) []plan.WindowCall {
	text, number, at := refOf(types.Text, 4), refOf(types.Int8, 1), refOf(types.Timestamptz, 6)
	k := func(label string, from, to int) plan.Expr {
		return constOf(types.Int4, int64(rapid.IntRange(from, to).Draw(t, label)))
	}
	all := []plan.WindowCall{
		{Func: windowOf(t, "row_number")}, {Func: windowOf(t, "rank")}, {Func: windowOf(t, "dense_rank")}, {Func: windowOf(t, "percent_rank")}, {Func: windowOf(t, "cume_dist")},
		{Func: windowOf(t, "ntile", types.Int4), Args: []plan.Expr{k("tiles", 1, 7)}},
		{Func: windowOf(t, "lag", types.Text), Args: []plan.Expr{text}},
		{Func: windowOf(t, "lag", types.Text, types.Int4, types.Text), Args: []plan.Expr{text, k("lag", -3, 70), refOf(types.Text, 4)}},
		{Func: windowOf(t, "lead", types.Int8, types.Int4), Args: []plan.Expr{number, k("lead", -3, 70)}},
		{Func: windowOf(t, "first_value", types.Text), Args: []plan.Expr{text}},
		{Func: windowOf(t, "last_value", types.Text), Args: []plan.Expr{text}},
		{Agg: aggregateOf(t, "sum", types.Int8), Args: []plan.Expr{number}},
		{Agg: aggregateOf(t, "count", types.Text), Args: []plan.Expr{text}, Filter: callOf(above, number, constOf(types.Int8, int64(0)))},
		{Agg: aggregateOf(t, "max", types.Timestamptz), Args: []plan.Expr{at}},
		{Agg: aggregateOf(t, "string_agg", types.Text, types.Text), Args: []plan.Expr{text, text}, Filter: callOf(above, number, constOf(types.Int8, int64(0)))},
		{Func: windowOf(t, "nth_value", types.Text, types.Int4), Args: []plan.Expr{text, constOf(types.Int4, int64(2))}},
	}
	calls := rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 1, 4, rapid.ID[int]).Draw(t, "calls")
	var out []plan.WindowCall
	for _, i := range calls {
		c := all[i]
		c.Frame = plan.DefaultFrame
		switch rapid.IntRange(0, 5).Draw(t, "frame") {
		case 4, 5: // to an edge of the partition, from beside the row
			b := plan.FrameBound{Kind: plan.FrameBoundKind(rapid.IntRange(int(plan.Preceding), int(plan.Following)).Draw(t, "bound"))}
			if b.Kind != plan.CurrentRow {
				b.Offset = constOf(types.Int8, int64(rapid.IntRange(0, 90).Draw(t, "bound offset")))
			}
			c.Frame.Mode = rapid.SampledFrom([]plan.FrameMode{plan.RowsFrame, plan.GroupsFrame}).Draw(t, "mode")
			if c.Frame.Start, c.Frame.End = b, (plan.FrameBound{Kind: plan.UnboundedFollowing}); rapid.Bool().Draw(t, "first") {
				c.Frame.Start, c.Frame.End = plan.FrameBound{Kind: plan.UnboundedPreceding}, b
			}
		case 3:
			bound := func(label string, least plan.FrameBoundKind) plan.FrameBound {
				b := plan.FrameBound{Kind: plan.FrameBoundKind(rapid.IntRange(int(least), int(plan.Following)).Draw(t, label))}
				if b.Kind != plan.CurrentRow {
					b.Offset = constOf(types.Int8, int64(rapid.SampledFrom([]int{0, 1, 3, 90, 9000}).Draw(t, label+" offset")))
				}
				return b
			}
			c.Frame.Mode, c.Frame.Start = plan.RowsFrame, bound("start", plan.Preceding)
			c.Frame.End = bound("end", c.Frame.Start.Kind)
			c.Frame.Exclude = function.Exclusion(rapid.IntRange(0, 1).Draw(t, "exclude"))
		case 1:
			c.Frame.Mode = plan.RowsFrame
		case 2:
			c.Frame.End.Kind = plan.UnboundedFollowing
		}
		out = append(out, c)
	}
	return out
}

// runningWindow draws a window over sorted wide rows.
func runningWindow(t *rapid.T, calls []plan.WindowCall) *plan.Window {
	scan := wideScan(&wideSource{seed: uint32(rapid.IntRange(0, 1000).Draw(t, "seed")), batches: rapid.IntRange(0, 6).Draw(t, "batches"), rows: rapid.IntRange(1, 80).Draw(t, "rows")})
	sort := &plan.Sort{Output: scan.Output, Input: scan, Limit: -1}
	n := &plan.Window{Input: sort, Calls: calls}
	n.Cols = slices.Clone(scan.Cols)
	for _, c := range calls {
		typ := types.OID(0)
		if c.Agg != nil {
			typ = c.Agg.Result
		} else {
			typ = c.Func.Result
		}
		n.Cols = append(n.Cols, plan.Column{Type: typ, Typmod: -1})
	}
	if rapid.Bool().Draw(t, "partitioned") {
		n.Partition = []plan.Expr{rapid.SampledFrom([]plan.Expr{refOf(types.Bool, 0), refOf(types.Text, 4), callOf(plus, refOf(types.Int8, 1), refOf(types.Int8, 1))}).Draw(t, "partition")}
		sort.Keys = append(sort.Keys, plan.SortKey{Expr: n.Partition[0]})
	}
	if rapid.Bool().Draw(t, "ordered") {
		key := plan.SortKey{Expr: rapid.SampledFrom([]plan.Expr{refOf(types.Int8, 1), refOf(types.Float8, 2), callOf(plus, refOf(types.Int8, 1), constOf(types.Int8, int64(1)))}).Draw(t, "order")}
		n.Order = append(n.Order, key)
		sort.Keys = append(sort.Keys, key)
	}
	sort.Keys = append(sort.Keys, plan.SortKey{Expr: refOf(types.UUID, 8)}, plan.SortKey{Expr: refOf(types.Text, 4)})
	return n
}

func TestWindowsAsRowsPassAreWindowsOverWholePartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := runningWindow(t, runningCalls(t))
		whole := new(store).runtime(1)
		whole.whole = true
		want := textRows(t, n, whole)
		rt, account := new(store).runtime(1), new(ledger)
		rt.Memory = account
		files := tight(t, rt)
		got := textRows(t, n, rt)
		if !slices.Equal(got, want) {
			t.Fatalf("%d rows: %v\nwant %d: %v", len(got), got, len(want), want)
		}
		if files.open != 0 || account.held.Load() != 0 {
			t.Fatalf("%d files are left, and %d bytes", files.open, account.held.Load())
		}
	})
}

// TestWindowsWithoutALookBackNeedLittleMemory: a hundred thousand rows of one partition pass in the memory of a few chunks, without a file where nothing looks ahead.
func TestWindowsWithoutALookBackNeedLittleMemory(t *testing.T) {
	s := &store{oids: windowTypes, size: 4096, parts: [][]row{{}}}
	for i := range int64(100_000) {
		s.parts[0] = append(s.parts[0], row{int64(0), i / 2, i % 10, i})
	}
	order := []plan.SortKey{{Expr: refOf(types.Int8, 1)}}
	for name, c := range map[string]plan.WindowCall{
		"row_number": {Func: windowOf(t, "row_number")},
		"rank":       {Func: windowOf(t, "rank")},
		"sum":        {Agg: sumInts, Args: []plan.Expr{refOf(types.Int8, 2)}},
		"lag":        {Func: windowOf(t, "lag", types.Int8, types.Int4), Args: []plan.Expr{refOf(types.Int8, 3), constOf(types.Int4, int64(100))}},
		"moving":     {Agg: sumInts, Args: []plan.Expr{refOf(types.Int8, 2)}},
		"share":      {Agg: sumInts, Args: []plan.Expr{refOf(types.Int8, 2)}},
	} {
		c.Frame = plan.DefaultFrame
		if name == "share" {
			c.Frame.End.Kind = plan.UnboundedFollowing
		}
		if name == "moving" {
			c.Frame = plan.Frame{Mode: plan.RowsFrame, Start: plan.FrameBound{Kind: plan.Preceding, Offset: constOf(types.Int8, int64(100))}, End: plan.FrameBound{Kind: plan.CurrentRow}}
		}
		n := &plan.Window{Output: columnsOf(append(slices.Clone(windowTypes), types.Int8)...), Input: s.node(nql.Ascending), Order: order, Calls: []plan.WindowCall{c}}
		rt, files := s.runtime(1), new(tempFiles)
		rt.Memory, rt.Temp, rt.WorkMem = &ledger{most: 4 << 20}, files.create, 512<<10
		got, err := execute(t, n, rt)
		if err != nil || len(got) != 100_000 {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
		if name == "share" && files.made == 0 || name != "share" && name != "moving" && files.made > 0 || files.open > 0 {
			t.Errorf("%s: %d files were made, %d are left", name, files.made, files.open)
		}
	}
}
