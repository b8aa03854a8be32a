package function

import (
	"math"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

// TestBinsOfManyTimesAreThoseOfEach: times that lie close together, in any order, around changes of a zone's offset and around the ends of what
// there is, get the bins that each would get by itself.
func TestBinsOfManyTimesAreThoseOfEach(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	lordHowe, err := time.LoadLocation("Australia/Lord_Howe") // changes by half an hour
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) *column.Vector {
		v := column.New(column.Text)
		v.AppendString(s)
		return v
	}
	rapid.Check(t, func(t *rapid.T) {
		env := newTestEnv()
		env.Location = rapid.SampledFrom([]*time.Location{time.UTC, newYork, lordHowe}).Draw(t, "zone")
		typ := rapid.SampledFrom([]types.OID{types.Timestamp, types.Timestamptz}).Draw(t, "type")
		around := rapid.SampledFrom([]int64{
			0, -1, 1_710_054_000_000_000 /* New York's spring */, 1_730_613_600_000_000 /* and autumn of 2024 */, 1_712_415_600_000_000, /* Lord Howe's autumn */
			1_728_142_200_000_000, -210_866_803_200_000_000, 9_223_371_331_199_999_999, 947_000_000_000_000,
		}).Draw(t, "around")
		spread := rapid.SampledFrom([]int64{10, 1_000_000, 7_200_000_000, 400 * 86_400_000_000}).Draw(t, "spread")
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		many := rapid.Bool().Draw(t, "many")
		if many {
			n += mostSteps
		}
		specials := 30
		if many && rapid.Bool().Draw(t, "ordinary") { // of which some forms of the result are made only
			specials = 0
		}
		ts := column.New(column.Timestamp)
		for range n {
			switch rapid.IntRange(0, specials).Draw(t, "special") {
			case 1:
				ts.AppendInt(math.MaxInt64)
			case 2:
				ts.AppendInt(math.MinInt64)
			case 3:
				ts.AppendNull()
			default:
				x := around + rapid.Int64Range(-spread, spread).Draw(t, "time")
				if around > 0 && x < 0 || x > 9_223_371_331_199_999_999 {
					x = around
				}
				ts.AppendInt(max(x, -210_866_803_200_000_000))
			}
		}
		width := column.New(column.Interval)
		width.AppendSpan(rapid.SampledFrom([]column.Span{{Micros: 300_000_000}, {Micros: 7}, {Days: 1}, {Days: 7}, {Days: 1, Micros: -3_600_000_000}, {Months: 1}, {Months: 5}, {Days: 100_000_000}}).Draw(t, "width"))
		origin := column.New(column.Timestamp)
		origin.AppendInt(rapid.SampledFrom([]int64{0, 946_684_800_000_000, -12_345_678, 1_700_000_000_000_001, math.MaxInt64}).Draw(t, "origin"))
		unit := text(rapid.SampledFrom([]string{"microseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "century", "Epoch", "epoch", "nonsense"}).Draw(t, "unit"))

		name, others := "date_bin", []*column.Vector{width, nil, origin}
		argTypes := []types.OID{types.Interval, typ, typ}
		switch rapid.IntRange(0, 6).Draw(t, "function") {
		case 1:
			name = "time_bucket"
		case 2:
			name, others, argTypes = "time_bucket", others[:2], argTypes[:2]
		case 3:
			name, others, argTypes = "date_trunc", []*column.Vector{unit, nil}, []types.OID{types.Text, typ}
		case 4:
			typ = types.Timestamptz
			name, others = "date_trunc", []*column.Vector{unit, nil, text(rapid.SampledFrom([]string{"America/New_York", "Australia/Lord_Howe", "UTC", "Nowhere"}).Draw(t, "named"))}
			argTypes = []types.OID{types.Text, typ, types.Text}
		case 5:
			name, others, argTypes = "extract", []*column.Vector{unit, nil}, []types.OID{types.Text, typ}
		case 6:
			name, others, argTypes = "date_part", []*column.Vector{unit, nil}, []types.OID{types.Text, typ}
		}
		fn, err := ResolveFunction("", name, argTypes)
		if err != nil {
			t.Fatal(err)
		}
		c := &Call{Env: env, Args: fn.Args, Result: fn.Result, Typmod: -1}
		call := func(ts *column.Vector, sel column.Selection) (*column.Vector, error) {
			args := append([]*column.Vector(nil), others...)
			for i, a := range args {
				if a == nil {
					args[i] = ts
				} else {
					v := *a
					args[i] = v.Repeat(ts.Len)
				}
			}
			out := new(column.Vector)
			return out, fn.Kernel(c, ts.Len, sel, args, out)
		}
		var sel column.Selection
		if rapid.Bool().Draw(t, "selected") {
			sel = column.Selection{}
			for i := range n {
				if rapid.Bool().Draw(t, "row") {
					sel = append(sel, int32(i))
				}
			}
		}
		got, failed := call(ts, sel)
		for i := range n {
			if sel != nil {
				if k := rowIn(sel, i); !k {
					continue
				}
			}
			one := column.New(column.Timestamp)
			one.AppendFrom(ts, i)
			want, err := call(one, nil)
			if failed != nil {
				if err != nil {
					return // a row that fails by itself, too
				}
				continue
			}
			if err != nil {
				t.Fatalf("row %d by itself: %v", i, err)
			}
			if a, b := rowText(env, fn.Result, got, i), rowText(env, fn.Result, want, 0); a != b {
				t.Fatalf("%s of row %d (%d): %s, by itself %s", name, i, ts.Int(i), a, b)
			}
		}
		if failed != nil {
			t.Fatalf("all rows: %v, and none by itself", failed)
		}
	})
}

func rowIn(sel column.Selection, i int) bool {
	for _, s := range sel {
		if int(s) == i {
			return true
		}
	}
	return false
}
