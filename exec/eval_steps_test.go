package exec

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// builder makes calls of functions and operators by name.
type builder struct{ t interface{ Fatal(...any) } }

func (b builder) call(name string, args ...plan.Expr) plan.Expr {
	var oids []types.OID
	for _, a := range args {
		oids = append(oids, a.Type())
	}
	f, err := function.ResolveFunction("", name, oids)
	if err != nil {
		b.t.Fatal(err)
	}
	return &plan.Call{Typed: typ(f.Result), Func: f, Args: args}
}

func (b builder) op(name string, l, r plan.Expr) plan.Expr {
	o, err := function.ResolveOperator(name, l.Type(), r.Type())
	if err != nil {
		b.t.Fatal(err)
	}
	return &plan.Call{Typed: typ(o.Function.Result), Func: o.Function, Args: []plan.Expr{l, r}, Op: name}
}

// TestRisingExpressionsShowWhatEachRowShows: what is computed for some rows of a batch and put between them is what each row shows by itself.
func TestRisingExpressionsShowWhatEachRowShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := builder{t}
		oid := rapid.SampledFrom([]types.OID{types.Timestamp, types.Timestamptz}).Draw(t, "type")
		ts := refOf(oid, 1)
		e := b.call("extract", constOf(types.Text, "epoch"), ts)
		numeric := true
		if rapid.Bool().Draw(t, "double") {
			e, numeric = b.call("date_part", constOf(types.Text, "epoch"), ts), false
		}
		width := rapid.SampledFrom([]string{"300", "7", "0.3", "1", "86400", "60.50"}).Draw(t, "width")
		constant := func() plan.Expr {
			if numeric {
				return constOf(types.Numeric, width)
			}
			return constOf(types.Float8, 300.0)
		}
		for range rapid.IntRange(1, 5).Draw(t, "functions") {
			switch rapid.IntRange(0, 5).Draw(t, "function") {
			case 0:
				e = b.op("/", e, constant())
			case 1:
				e = b.op("*", e, constant())
			case 2:
				e = b.op("+", constant(), e)
			case 3:
				e = b.call("floor", e)
			case 4:
				e = b.call("round", e)
			case 5:
				e = b.call(rapid.SampledFrom([]string{"ceil", "trunc"}).Draw(t, "name"), e)
			}
		}
		env := types.NewEnv(time.Unix(0, 0))
		rt := &Runtime{Env: env, frame: &frame{}}
		ev, err := compile(rt, e)
		if err != nil {
			t.Fatal(err)
		}
		plain, _, err := compileNode(rt, e)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := ev.(*steps)
		if numeric && !ok {
			t.Fatalf("no steps but %T", ev)
		}
		for range 2 {
			n := rapid.IntRange(1, 1000).Draw(t, "rows")
			start := rapid.SampledFrom([]int64{0, 1_700_000_000_000_000, 299_999_999, 99_999_999_999_900, -1_000_000}).Draw(t, "start")
			stride := rapid.SampledFrom([]int64{0, 1, 1000, 3_000_000, 400_000_000}).Draw(t, "stride")
			v := column.New(column.Timestamp)
			for range n {
				v.AppendInt(start)
				start += rapid.Int64Range(0, stride).Draw(t, "on")
			}
			switch rapid.IntRange(0, 9).Draw(t, "odd") {
			case 0:
				v.SetNull(n / 2)
			case 1:
				slices.Reverse(v.Ints)
			case 2:
				v.Ints[n-1] = types.Infinity
			}
			batch := &column.Batch{Len: n, Cols: []*column.Vector{column.NewNull(column.Int64, n), v}}
			var sel column.Selection
			if rapid.Bool().Draw(t, "selected") {
				for i := range n {
					if i%7 != 3 {
						sel = append(sel, int32(i))
					}
				}
			}
			got, err := ev.eval(batch, sel)
			if err != nil {
				t.Fatal(err)
			}
			want, err := plain.eval(batch, sel)
			if err != nil {
				t.Fatal(err)
			}
			if got.Len != n {
				t.Fatalf("%d rows of %d", got.Len, n)
			}
			for i := range each(sel, n) {
				if x, y := get(got, i), get(want, i); x != y && (x == x || y == y) {
					t.Fatalf("row %d (%v): %v, by itself %v (%T)", i, get(v, i), x, y, s)
				}
			}
		}
	})
}

// TestWhatMayFallIsComputedRowByRow: steps are for what only rises.
func TestWhatMayFallIsComputedRowByRow(t *testing.T) {
	b := builder{t}
	epoch := b.call("extract", constOf(types.Text, "epoch"), refOf(types.Timestamptz, 0))
	for _, e := range []plan.Expr{
		b.op("-", constOf(types.Numeric, "5"), epoch),
		b.op("*", epoch, constOf(types.Numeric, "-1")),
		b.op("*", epoch, constOf(types.Numeric, "0")),
		b.op("/", constOf(types.Numeric, "5"), epoch),
		b.op("%", epoch, constOf(types.Numeric, "60")),
		b.op("*", epoch, epoch),
		b.op("*", epoch, constOf(types.Numeric, "NaN")),
		b.call("extract", constOf(types.Text, "minute"), refOf(types.Timestamptz, 0)),
	} {
		ev, err := compile(&Runtime{Env: types.NewEnv(time.Unix(0, 0)), frame: &frame{}}, e)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := ev.(*steps); ok {
			t.Fatalf("%s in steps", plan.Deparse(e, plan.ExplainOptions{}))
		}
	}
}
