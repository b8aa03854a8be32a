package exec

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Rows of these tests: partition, order, a value, a number of its own.
var windowTypes = []types.OID{types.Int8, types.Int8, types.Int8, types.Int8}

// drawFrame draws a frame that the grammar lets pass.
func drawFrame(t *rapid.T) plan.Frame {
	f := plan.Frame{
		Mode:    plan.FrameMode(rapid.IntRange(0, 2).Draw(t, "mode")),
		Exclude: function.Exclusion(rapid.IntRange(0, 3).Draw(t, "exclude")),
	}
	f.Start.Kind = plan.FrameBoundKind(rapid.IntRange(0, 3).Draw(t, "start"))
	f.End.Kind = plan.FrameBoundKind(rapid.IntRange(max(1, int(f.Start.Kind)), 4).Draw(t, "end"))
	by, err := function.ResolveOffset(types.Int8, types.Int8)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*plan.FrameBound{&f.Start, &f.End} {
		if b.Kind == plan.Preceding || b.Kind == plan.Following {
			b.Offset = constOf(types.Int8, int64(rapid.SampledFrom([]int{0, 1, 2, 5, 40, 150}).Draw(t, "offset")))
			b.Range = by
		}
	}
	return f
}

// inFrame reports whether row j of a sorted partition is in row i's frame, by the words of the standard; groups are the numbers of their peer groups.
func inFrame(f *plan.Frame, rows []row, groups []int64, i, j int, descending bool) bool {
	var at int64 // how far row j is behind row i
	switch f.Mode {
	case plan.RowsFrame:
		at = int64(j - i)
	case plan.GroupsFrame:
		at = groups[j] - groups[i]
	default:
		at = rows[j][1].(int64) - rows[i][1].(int64)
		if descending {
			at = -at
		}
	}
	side := func(b plan.FrameBound) int64 {
		switch b.Kind {
		case plan.UnboundedPreceding:
			return -1 << 60
		case plan.UnboundedFollowing:
			return 1 << 60
		case plan.CurrentRow:
			return 0
		case plan.Preceding:
			return -b.Offset.(*plan.Const).Value.Int(0)
		}
		return b.Offset.(*plan.Const).Value.Int(0)
	}
	if at < side(f.Start) || at > side(f.End) {
		return false
	}
	peers := rows[i][1] == rows[j][1]
	switch f.Exclude {
	case function.ExcludeCurrentRow:
		return i != j
	case function.ExcludeGroup:
		return !peers
	case function.ExcludeTies:
		return !peers || i == j
	}
	return true
}

func TestWindowsSayWhatFramesSayRowByRow(t *testing.T) {
	sum, err := function.ResolveAggregate("", "sum", []types.OID{types.Int8})
	if err != nil {
		t.Fatal(err)
	}
	list, err := function.ResolveAggregate("", "string_agg", []types.OID{types.Text, types.Text})
	if err != nil {
		t.Fatal(err)
	}
	last, err := function.ResolveWindow("last_value", []types.OID{types.Int8})
	if err != nil {
		t.Fatal(err)
	}
	number, err := function.ResolveWindow("row_number", nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		next := func(n uint64) int64 { // numbers that shrink with the rows, not one by one
			seed = seed*6364136223846793005 + 1442695040888963407
			return int64(seed >> 33 % n)
		}
		partitions, values := uint64(rapid.IntRange(1, 4).Draw(t, "partitions")), uint64(rapid.IntRange(1, 60).Draw(t, "values"))
		s := &store{oids: windowTypes, size: rapid.IntRange(1, 300).Draw(t, "size"), parts: [][]row{{}}}
		for i := range rapid.IntRange(0, 200).Draw(t, "rows") {
			s.parts[0] = append(s.parts[0], row{next(partitions), next(values), next(100), int64(i)})
		}
		descending := rapid.Bool().Draw(t, "descending")
		frame := drawFrame(t)
		part := refOf(types.Int8, 0)
		order := []plan.SortKey{{Expr: refOf(types.Int8, 1), Descending: descending}}
		// The frame's order is by column 1; the rows' own number makes the order of rows certain.
		sorted := &plan.Sort{Output: columnsOf(windowTypes...), Input: s.node(nql.Unordered), Limit: -1,
			Keys: []plan.SortKey{{Expr: part}, order[0], {Expr: refOf(types.Int8, 3)}}}
		big := &plan.Call{Typed: typ(types.Bool), Args: []plan.Expr{refOf(types.Int8, 2), constOf(types.Int8, int64(50))}}
		op, err := function.ResolveOperator(">", types.Int8, types.Int8)
		if err != nil {
			t.Fatal(err)
		}
		big.Func = op.Function
		text, ok := function.CastFor(types.Int8, types.Text)
		if !ok {
			t.Fatal("no cast to text")
		}
		asText := &plan.Call{Typed: typ(types.Text), Func: text.Function, Args: []plan.Expr{refOf(types.Int8, 3)}}
		n := &plan.Window{Output: columnsOf(append(slices.Clone(windowTypes), types.Numeric, types.Numeric, types.Text, types.Int8, types.Int8)...),
			Input: sorted, Partition: []plan.Expr{part}, Order: order, Calls: []plan.WindowCall{
				{Agg: sum, Args: []plan.Expr{refOf(types.Int8, 2)}, Frame: frame},
				{Agg: sum, Args: []plan.Expr{refOf(types.Int8, 2)}, Filter: big, Frame: frame},
				{Agg: list, Args: []plan.Expr{asText, constOf(types.Text, ",")}, Frame: frame},
				{Func: last, Args: []plan.Expr{refOf(types.Int8, 3)}, Frame: frame},
				{Func: number, Frame: frame},
			}}
		rt := s.runtime(1)
		if rapid.Bool().Draw(t, "little memory") {
			files := tight(t, rt)
			defer func() {
				if files.open != 0 {
					t.Fatalf("%d files are left", files.open)
				}
			}()
		}
		got, err := execute(t, n, rt)
		if err != nil {
			t.Fatal(err)
		}
		rows := s.rows()
		slices.SortStableFunc(rows, func(a, b row) int {
			by := int(a[1].(int64) - b[1].(int64))
			if descending {
				by = -by
			}
			if p := int(a[0].(int64) - b[0].(int64)); p != 0 {
				return p
			}
			return by
		})
		var want []row
		for _, p := range modelGroups(rows, []int{0}) {
			groups := make([]int64, len(p))
			for i := 1; i < len(p); i++ {
				groups[i] = groups[i-1]
				if p[i][1] != p[i-1][1] {
					groups[i]++
				}
			}
			for i := range p {
				r := append(slices.Clone(p[i]), nil, nil, nil, nil, int64(i+1))
				total, above, all := int64(0), int64(0), ""
				for j := range p {
					if !inFrame(&frame, p, groups, i, j, descending) {
						continue
					}
					x := p[j][2].(int64)
					total += x
					r[4] = fmt.Sprint(total)
					if x > 50 {
						above += x
						r[5] = fmt.Sprint(above)
					}
					if all != "" {
						all += ","
					}
					all += fmt.Sprint(p[j][3])
					r[6], r[7] = all, p[j][3]
				}
				want = append(want, r)
			}
		}
		if !sameRows(got, want) {
			t.Fatalf("%v\nwant %v", got, want)
		}
	})
}

func TestWindowsReserveTheMemoryOfTheirPartition(t *testing.T) {
	last, err := function.ResolveWindow("last_value", []types.OID{types.Int8})
	if err != nil {
		t.Fatal(err)
	}
	s := &store{oids: windowTypes, size: 1000, parts: [][]row{{}}}
	for i := range 20000 {
		s.parts[0] = append(s.parts[0], row{int64(0), int64(i), int64(0), int64(i)})
	}
	frame := plan.DefaultFrame
	frame.Exclude = function.ExcludeCurrentRow
	n := &plan.Window{Output: columnsOf(append(slices.Clone(windowTypes), types.Int8)...), Input: s.node(nql.Unordered),
		Calls: []plan.WindowCall{{Func: last, Args: []plan.Expr{refOf(types.Int8, 3)}, Frame: frame}}}
	rt := s.runtime(1)
	rt.Memory = &ledger{most: 500_000}
	if _, err := execute(t, n, rt); err == nil {
		t.Fatal("20,000 rows of four numbers fit into half a megabyte")
	}
	rt = s.runtime(1)
	rt.Memory = &ledger{most: 4_000_000}
	if _, err := execute(t, n, rt); err != nil {
		t.Fatal(err)
	}
}
