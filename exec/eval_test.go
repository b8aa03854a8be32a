package exec

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// interpret is the model: one row, the way SQL reads, left to right and no further than needed.
func interpret(e plan.Expr, r row) (any, error) {
	switch e := e.(type) {
	case *plan.Ref:
		return r[e.Index], nil
	case *plan.Const:
		return get(e.Value, 0), nil
	case *plan.Call:
		a, err := interpret(e.Args[0], r)
		if err != nil {
			return nil, err
		}
		b, err := interpret(e.Args[1], r)
		if err == nil && e.Func == shown {
			return show(a, b), nil
		}
		if err != nil || a == nil || b == nil {
			return nil, err
		}
		return interpretCall(e, a, b)
	case *plan.And:
		return interpretLogic(e.Args, false, r)
	case *plan.Or:
		return interpretLogic(e.Args, true, r)
	case *plan.Not:
		x, err := interpret(e.Arg, r)
		if x == nil || err != nil {
			return nil, err
		}
		return !x.(bool), nil
	case *plan.IsNull:
		x, err := interpret(e.Arg, r)
		return (x == nil) != e.Not, err
	case *plan.IsBool:
		x, err := interpret(e.Arg, r)
		want := map[plan.BoolTest]any{plan.IsTrue: true, plan.IsFalse: false, plan.IsUnknown: nil}[e.Want]
		return (x == want) != e.Not, err
	case *plan.IsDistinct:
		a, err := interpret(e.L, r)
		if err != nil {
			return nil, err
		}
		b, err := interpret(e.R, r)
		return (a != b) != e.Not, err
	case *plan.Case:
		for _, w := range e.Whens {
			c, err := holds(w.Cond, r)
			if err != nil {
				return nil, err
			}
			if c {
				return interpret(w.Then, r)
			}
		}
		if e.Else == nil {
			return nil, nil
		}
		return interpret(e.Else, r)
	case *plan.Coalesce:
		for _, a := range e.Args {
			if x, err := interpret(a, r); x != nil || err != nil {
				return x, err
			}
		}
		return nil, nil
	case *plan.InList:
		x, err := interpret(e.X, r)
		if err != nil {
			return nil, err
		}
		null := x == nil
		for _, m := range e.List {
			if x == nil {
				break
			}
			y, err := interpret(m, r)
			if err != nil {
				return nil, err
			}
			if y == x {
				return !e.Not, nil
			}
			null = null || y == nil
		}
		if null && len(e.List) > 0 {
			return nil, nil
		}
		return e.Not, nil
	}
	panic(fmt.Sprintf("%T", e))
}

// known is the model of what an expression is whatever the row: a value that reads none, or AND and OR with an operand that is known to decide.
func known(e plan.Expr) (any, bool) {
	switch e := e.(type) {
	case *plan.And:
		if decided(e.Args, false) {
			return false, true
		}
	case *plan.Or:
		if decided(e.Args, true) {
			return true, true
		}
	}
	if plan.HasRefs(e) {
		return nil, false
	}
	x, err := interpret(e, nil)
	return x, err == nil
}

// decided reports whether an operand is known to decide, before any is computed.
func decided(args []plan.Expr, decisive bool) bool {
	for _, a := range args {
		if x, ok := known(a); ok && x == decisive {
			return true
		}
	}
	return false
}

// holds is the model of a condition: whether it is true. Null is as good as false, so an AND may end there.
func holds(e plan.Expr, r row) (bool, error) {
	switch e := e.(type) {
	case *plan.And:
		if decided(e.Args, false) {
			return false, nil
		}
		for _, a := range e.Args {
			if ok, err := holds(a, r); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case *plan.Or:
		if decided(e.Args, true) {
			return true, nil
		}
		for _, a := range e.Args {
			if ok, err := holds(a, r); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	}
	x, err := interpret(e, r)
	return x == true, err
}

func interpretCall(e *plan.Call, a, b any) (any, error) {
	switch e.Func {
	case plus:
		return a.(int64) + b.(int64), nil
	case divide:
		if b.(int64) == 0 {
			return nil, errors.New("division by zero")
		}
		return a.(int64) / b.(int64), nil
	case equals, same:
		return a == b, nil
	case above:
		return a.(int64) > b.(int64), nil
	case joined:
		return a.(string) + b.(string), nil
	}
	panic(e.Func.Name)
}

func interpretLogic(args []plan.Expr, decisive bool, r row) (any, error) {
	if decided(args, decisive) {
		return decisive, nil
	}
	var result any = !decisive
	for _, a := range args {
		x, err := interpret(a, r)
		if err != nil {
			return nil, err
		}
		if x == decisive {
			return decisive, nil
		}
		if x == nil {
			result = nil
		}
	}
	return result, nil
}

// testTypes are the columns of rows in these tests.
var testTypes = []types.OID{types.Int8, types.Int8, types.Text, types.Bool}

func drawRow(t *rapid.T) row {
	r := make(row, 4)
	if rapid.IntRange(0, 3).Draw(t, "null") > 0 {
		r[0] = rapid.Int64Range(-1, 2).Draw(t, "i")
	}
	r[1] = rapid.Int64Range(0, 3).Draw(t, "j")
	if rapid.Bool().Draw(t, "s null") {
		r[2] = rapid.SampledFrom([]string{"", "a", "bb"}).Draw(t, "s")
	}
	r[3] = rapid.SampledFrom([]any{true, false, nil}).Draw(t, "b")
	return r
}

// drawExpr draws an expression of type bigint, text or boolean.
func drawExpr(t *rapid.T, oid types.OID, depth int) plan.Expr {
	if depth == 0 || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
		return drawLeaf(t, oid)
	}
	sub := func(oid types.OID) plan.Expr { return drawExpr(t, oid, depth-1) }
	list := func(oid types.OID, lo, hi int) []plan.Expr {
		out := make([]plan.Expr, rapid.IntRange(lo, hi).Draw(t, "n"))
		for i := range out {
			out[i] = sub(oid)
		}
		return out
	}
	not := rapid.Bool().Draw(t, "not")
	switch k := rapid.IntRange(0, 11).Draw(t, "node"); {
	case k == 0:
		c := &plan.Case{Typed: typ(oid)}
		for range rapid.IntRange(1, 3).Draw(t, "arms") {
			c.Whens = append(c.Whens, plan.When{Cond: sub(types.Bool), Then: sub(oid)})
		}
		if not {
			c.Else = sub(oid)
		}
		return c
	case k == 1:
		return &plan.Coalesce{Typed: typ(oid), Args: list(oid, 1, 3)}
	case oid == types.Int8 && k < 7:
		return callOf(plus, sub(oid), sub(oid))
	case oid == types.Int8:
		return callOf(divide, sub(oid), sub(oid))
	case oid == types.Text && not:
		return callOf(shown, sub(oid), sub(oid))
	case oid == types.Text:
		return callOf(joined, sub(oid), sub(oid))
	case k == 2:
		return &plan.And{Typed: typ(oid), Args: list(oid, 2, 4)}
	case k == 3:
		return &plan.Or{Typed: typ(oid), Args: list(oid, 2, 4)}
	case k == 4:
		return &plan.Not{Typed: typ(oid), Arg: sub(oid)}
	case k == 5:
		return &plan.IsNull{Typed: typ(oid), Arg: sub(rapid.SampledFrom(testTypes).Draw(t, "of")), Not: not}
	case k == 6:
		return &plan.IsBool{Typed: typ(oid), Arg: sub(oid), Want: plan.BoolTest(rapid.IntRange(0, 2).Draw(t, "want")), Not: not}
	case k == 7:
		of := rapid.SampledFrom([]types.OID{types.Int8, types.Text}).Draw(t, "of")
		return &plan.IsDistinct{Typed: typ(oid), L: sub(of), R: sub(of), Not: not}
	case k == 8:
		n := &plan.InList{Typed: typ(oid), X: sub(types.Int8), Eq: equals, Not: not}
		for range rapid.IntRange(1, 9).Draw(t, "members") {
			n.List = append(n.List, drawLeaf(t, types.Int8))
		}
		return n
	case k == 9:
		n := &plan.InList{Typed: typ(oid), X: sub(types.Text), Eq: same, Not: not}
		for range rapid.IntRange(1, 9).Draw(t, "members") {
			n.List = append(n.List, drawLeaf(t, types.Text))
		}
		return n
	case k == 10:
		return callOf(equals, sub(types.Int8), sub(types.Int8))
	}
	return callOf(above, sub(types.Int8), sub(types.Int8))
}

func drawLeaf(t *rapid.T, oid types.OID) plan.Expr {
	constant := rapid.Bool().Draw(t, "constant")
	switch oid {
	case types.Int8:
		if constant {
			return constOf(oid, rapid.SampledFrom([]any{nil, int64(0), int64(1), int64(2), int64(3)}).Draw(t, "const"))
		}
		return refOf(oid, rapid.IntRange(0, 1).Draw(t, "ref"))
	case types.Text:
		if constant {
			return constOf(oid, rapid.SampledFrom([]any{nil, "", "a", "bb"}).Draw(t, "const"))
		}
		return refOf(oid, 2)
	}
	if constant {
		return constOf(oid, rapid.SampledFrom([]any{nil, true, false}).Draw(t, "const"))
	}
	return refOf(oid, 3)
}

// drawBatch draws rows and a batch that holds them, each column in any form, with or without a selection.
func drawBatch(t *rapid.T) ([]row, *column.Batch) {
	rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 70).Draw(t, "rows")
	constant := make([]bool, 4)
	for c := range constant {
		if constant[c] = rapid.IntRange(0, 4).Draw(t, "constant column") == 0; constant[c] {
			for _, r := range rows {
				r[c] = rows[0][c]
			}
		}
	}
	b := new(column.Batch)
	fillPlain(b, testTypes, rows)
	for c, v := range b.Cols {
		switch {
		case constant[c]:
			w := column.New(v.Kind)
			w.AppendFrom(v, 0)
			b.Cols[c] = w.Repeat(b.Len)
		case rapid.Bool().Draw(t, "dictionary"):
			b.Cols[c] = asDictionary(v)
		}
	}
	if rapid.Bool().Draw(t, "selection") {
		b.Sel = column.Selection{}
		for i := range rows {
			if rapid.Bool().Draw(t, "selected") {
				b.Sel = append(b.Sel, int32(i))
			}
		}
	}
	return rows, b
}

func testRuntime() *Runtime { return &Runtime{Env: types.NewEnv(time.Unix(0, 0))} }

func TestVectorsSayWhatRowsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, rapid.SampledFrom(testTypes).Draw(t, "type"), 4)
		ev, err := compile(testRuntime(), e)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // scratch memory must not remember
			rows, b := drawBatch(t)
			var wantErr error
			want := map[int]any{}
			for i := range each(b.Sel, b.Len) {
				x, err := interpret(e, rows[i])
				if err != nil {
					wantErr = err
				}
				want[i] = x
			}
			v, err := ev.eval(b, b.Sel)
			if (err != nil) != (wantErr != nil) {
				t.Fatalf("error %v, want %v", err, wantErr)
			}
			if err != nil {
				continue
			}
			if v.Len != b.Len {
				t.Fatalf("%d rows of %d", v.Len, b.Len)
			}
			for i, x := range want {
				if get(v, i) != x {
					t.Fatalf("row %d %v: %v, want %v", i, rows[i], get(v, i), x)
				}
			}
		}
	})
}

func TestFilterKeepsTheRowsThatAreTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, types.Bool, 4)
		ev, err := compile(testRuntime(), e)
		if err != nil {
			t.Fatal(err)
		}
		f := newFilter(ev)
		for range 2 {
			rows, b := drawBatch(t)
			want := []int{}
			failed := false
			for i := range each(b.Sel, b.Len) {
				ok, err := holds(e, rows[i])
				failed = failed || err != nil
				if ok {
					want = append(want, i)
				}
			}
			sel, err := f.apply(b, b.Sel)
			if (err != nil) != failed {
				t.Fatalf("error %v, want one: %t", err, failed)
			}
			if err != nil {
				continue
			}
			got := []int{}
			for i := range each(sel, b.Len) {
				got = append(got, i)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("rows %v, want %v", got, want)
			}
		}
	})
}

func TestThreeValuedLogic(t *testing.T) {
	vals := []any{true, false, nil}
	and := map[[2]any]any{{true, true}: true, {true, nil}: nil, {nil, true}: nil, {nil, nil}: nil}
	or := map[[2]any]any{{false, false}: false, {false, nil}: nil, {nil, false}: nil, {nil, nil}: nil}
	for _, a := range vals {
		for _, b := range vals {
			wantAnd, ok := and[[2]any{a, b}]
			if !ok {
				wantAnd = false
			}
			wantOr, ok := or[[2]any{a, b}]
			if !ok {
				wantOr = true
			}
			args := []plan.Expr{refOf(types.Bool, 0), refOf(types.Bool, 1)}
			for _, c := range []struct {
				name string
				e    plan.Expr
				want any
			}{
				{"and", &plan.And{Typed: typ(types.Bool), Args: args}, wantAnd},
				{"or", &plan.Or{Typed: typ(types.Bool), Args: args}, wantOr},
			} {
				ev, err := compile(testRuntime(), c.e)
				if err != nil {
					t.Fatal(err)
				}
				var batch column.Batch
				fillPlain(&batch, []types.OID{types.Bool, types.Bool}, []row{{a, b}, {true, true}, {a, b}})
				v, err := ev.eval(&batch, nil)
				if err != nil {
					t.Fatal(err)
				}
				if get(v, 0) != c.want || get(v, 2) != c.want {
					t.Errorf("%v %s %v = %v, want %v", a, c.name, b, get(v, 0), c.want)
				}
			}
		}
	}
}

func TestConstantsThatFailAreLeftAlone(t *testing.T) {
	byZero := callOf(divide, constOf(types.Int8, int64(1)), constOf(types.Int8, int64(0)))
	safe := &plan.Case{Typed: typ(types.Int8), Whens: []plan.When{{Cond: constOf(types.Bool, false), Then: byZero}}, Else: constOf(types.Int8, int64(7))}
	out, err := Eval(testRuntime(), []plan.Expr{safe})
	if err != nil || get(out[0], 0) != int64(7) {
		t.Fatalf("%v, %v", out, err)
	}
	if _, err := Eval(testRuntime(), []plan.Expr{byZero}); code(err) != types.CodeDivisionByZero {
		t.Fatalf("error %v", err)
	}
	if _, err := Eval(testRuntime(), []plan.Expr{&plan.Param{Typed: typ(types.Int8)}}); code(err) != types.CodeUndefinedParameter {
		t.Fatalf("error %v", err)
	}
}

func TestDictionaryEntriesThatNoRowUsesDontFail(t *testing.T) {
	var rows []row
	for i := range 64 {
		rows = append(rows, row{int64(12), int64(i % 4)})
	}
	var b column.Batch
	fillPlain(&b, testTypes[:2], rows)
	b.Cols[1] = asDictionary(b.Cols[1])
	for i := range 64 {
		if i%4 != 0 {
			b.Sel = append(b.Sel, int32(i))
		}
	}
	ev, err := compile(testRuntime(), callOf(divide, constOf(types.Int8, int64(12)), refOf(types.Int8, 1)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := ev.eval(&b, b.Sel)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range b.Sel {
		if v.Int(int(i)) != int64(12/(i%4)) {
			t.Fatalf("row %d: %d", i, v.Int(int(i)))
		}
	}
	if _, err := ev.eval(&b, nil); code(err) != types.CodeDivisionByZero {
		t.Errorf("all rows: %v", err)
	}
}

func TestVolatileFunctionsAreCalledForEachRow(t *testing.T) {
	calls := int64(0)
	next := &function.Function{Name: "next", Result: types.Int8, Volatility: function.Volatile,
		Kernel: func(_ *function.Call, n int, _ column.Selection, _ []*column.Vector, out *column.Vector) error {
			out.Reset(column.Int64)
			for range n {
				calls++
				out.AppendInt(calls)
			}
			return nil
		}}
	ev, err := compile(testRuntime(), callOf(plus, callOf(next), constOf(types.Int8, int64(0))))
	if err != nil || calls != 0 {
		t.Fatal(err, calls)
	}
	v, err := ev.eval(&column.Batch{Len: 3}, nil)
	if err != nil || v.Len != 3 || v.Int(0) == v.Int(2) || calls != 3 {
		t.Errorf("%v, %d calls", err, calls)
	}
}

// code is an error's SQLSTATE.
func code(err error) string {
	var e *types.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestPanicInAKernelIsAnError(t *testing.T) {
	bad := *plus
	bad.Name = "bad"
	bad.Kernel = nil
	_, err := Eval(testRuntime(), []plan.Expr{callOf(&bad, constOf(types.Int8, int64(1)), constOf(types.Int8, int64(1)))})
	if code(err) != types.CodeInternalError {
		t.Fatalf("error %v", err)
	}
}
