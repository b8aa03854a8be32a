package exec

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A value of the tests' models: nil, bool, int64, float64 or string. A row is some of them.
type row []any

// typ is an expression's type.
func typ(oid types.OID) plan.Typed { return plan.Typed{OID: oid, Mod: -1} }

func columnsOf(oids ...types.OID) plan.Output {
	var o plan.Output
	for i, t := range oids {
		o.Cols = append(o.Cols, plan.Column{Name: fmt.Sprintf("c%d", i), Type: t, Typmod: -1})
	}
	return o
}

func kindsOf(oids []types.OID) []column.Kind {
	var out []column.Kind
	for _, t := range oids {
		out = append(out, types.KindOf(t))
	}
	return out
}

func put(v *column.Vector, x any) {
	switch x := x.(type) {
	case nil:
		v.AppendNull()
	case bool:
		v.AppendBool(x)
	case int64:
		v.AppendInt(x)
	case float64:
		v.AppendFloat(x)
	case string:
		v.AppendString(x)
	default:
		panic(fmt.Sprintf("%T", x))
	}
}

func get(v *column.Vector, i int) any {
	if v.Null(i) {
		return nil
	}
	switch v.Kind {
	case column.Bool:
		return v.Bool(i)
	case column.Int64, column.Timestamp:
		return v.Int(i)
	case column.Float64:
		return v.Float(i)
	case column.Interval:
		return fmt.Sprint(v.Span(i))
	}
	return string(v.Str(i))
}

func constOf(oid types.OID, x any) *plan.Const {
	v := column.New(types.KindOf(oid))
	put(v, x)
	return &plan.Const{Typed: typ(oid), Value: v}
}

func refOf(oid types.OID, i int) *plan.Ref { return &plan.Ref{Typed: typ(oid), Index: i} }

// fillPlain makes b hold rows.
func fillPlain(b *column.Batch, oids []types.OID, rows []row) {
	b.Reset(kindsOf(oids))
	for _, r := range rows {
		for c, x := range r {
			put(b.Cols[c], x)
		}
	}
	b.Len = len(rows)
}

// asDictionary turns a Plain vector into an equal Dictionary vector.
func asDictionary(v *column.Vector) *column.Vector {
	d := &column.Vector{Kind: v.Kind, Form: column.Dictionary, Len: v.Len, Dict: column.New(v.Kind)}
	codes := map[any]int32{}
	d.Dict.AppendNull() // an entry that no row uses, under which a division by zero lurks
	d.Dict.Valid = nil
	for i := range v.Len {
		x := get(v, i)
		if x == nil {
			d.Codes = append(d.Codes, 0)
			continue
		}
		code, ok := codes[x]
		if !ok {
			code = int32(d.Dict.Len)
			put(d.Dict, x)
			codes[x] = code
		}
		d.Codes = append(d.Codes, code)
	}
	if v.Valid != nil {
		d.Valid = slices.Clone(v.Valid)
	}
	return d
}

// fragment is an engine.Fragment over rows in memory.
type fragment struct {
	oids   []types.OID
	rows   []row
	size   int // rows a batch
	dict   bool
	nexts  *atomic.Int64
	opened *atomic.Int64 // fragments that are not closed
	fail   error         // after the rows
	panics bool
	wait   time.Duration
	from   int64
}

func (f *fragment) Next(ctx context.Context, b *column.Batch) (bool, error) {
	if f.nexts != nil {
		f.nexts.Add(1)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if f.wait > 0 {
		select {
		case <-time.After(f.wait):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	if len(f.rows) == 0 {
		if f.panics {
			panic("fragment fell over")
		}
		return false, f.fail
	}
	n := min(max(f.size, 1), len(f.rows))
	fillPlain(b, f.oids, f.rows[:n])
	if f.dict {
		for i, v := range b.Cols {
			b.Cols[i] = asDictionary(v)
		}
	}
	f.rows = f.rows[n:]
	return true, nil
}

func (f *fragment) Bounds() (int64, int64) { return f.from, f.from + 1 }

func (f *fragment) Close() {
	if f.opened != nil {
		f.opened.Add(-1)
	}
}

// store is a stream of the tests: fragments of rows.
type store struct {
	oids   []types.OID
	parts  [][]row
	size   int
	dict   bool
	nexts  atomic.Int64
	opened atomic.Int64
	fail   error
	panics bool
	wait   time.Duration
}

func (s *store) scan(spec engine.Spec) ([]engine.Fragment, error) {
	var out []engine.Fragment
	for i, p := range s.parts {
		f := &fragment{oids: s.oids, rows: p, size: s.size, dict: s.dict, nexts: &s.nexts, opened: &s.opened, wait: s.wait, from: int64(i)}
		if i == len(s.parts)-1 {
			f.fail, f.panics = s.fail, s.panics
		}
		s.opened.Add(1)
		out = append(out, f)
	}
	return out, nil
}

func (s *store) rows() []row { return slices.Concat(s.parts...) }

func (s *store) node(order nql.Order) *plan.Scan {
	return &plan.Scan{Output: columnsOf(s.oids...), StreamName: "stream", Order: order, Limit: -1}
}

func (s *store) runtime(workers int) *Runtime {
	return &Runtime{Env: types.NewEnv(time.Unix(0, 0)), Workers: workers, scan: s.scan}
}

// ledger is an Account that only counts.
type ledger struct {
	held atomic.Int64
	most int64 // 0: no limit
}

func (l *ledger) Reserve(n int64) error {
	if h := l.held.Add(n); l.most > 0 && h > l.most {
		l.held.Add(-n)
		return types.Errorf(types.CodeOutOfMemory, "out of memory")
	}
	return nil
}
func (l *ledger) Release(n int64) { l.held.Add(-n) }

// execute draws a plan to its end. It checks that everything is given back.
func execute(t interface {
	Helper()
	Fatalf(string, ...any)
}, n plan.Node, rt *Runtime) ([]row, error) {
	t.Helper()
	if rt.Memory == nil {
		rt.Memory = &ledger{}
	}
	b, err := Open(context.Background(), n, rt)
	if err != nil {
		return nil, err
	}
	defer func() {
		b.Close()
		if l, ok := rt.Memory.(*ledger); ok && l.held.Load() != 0 {
			t.Fatalf("%d bytes still reserved after Close", l.held.Load())
		}
	}()
	return drawAll(b)
}

func drawAll(b plan.Batches) ([]row, error) {
	out := []row{}
	var batch column.Batch
	for {
		ok, err := b.Next(context.Background(), &batch)
		if err != nil {
			return nil, err
		}
		if !ok {
			return out, nil
		}
		for i := range each(batch.Sel, batch.Len) {
			r := make(row, len(batch.Cols))
			for c, v := range batch.Cols {
				r[c] = get(v, i)
			}
			out = append(out, r)
		}
	}
}

// compareAny orders model values, nulls last.
func compareAny(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	switch a := a.(type) {
	case bool:
		bb := b.(bool)
		switch {
		case a == bb:
			return 0
		case a:
			return 1
		}
		return -1
	case int64:
		return cmp.Compare(a, b.(int64))
	case float64:
		return types.CompareFloats(a, b.(float64))
	}
	return cmp.Compare(a.(string), b.(string))
}

func compareRows(a, b row) int { return slices.CompareFunc(a, b, compareAny) }

// bag sorts rows, for comparison as a multiset.
func bag(rows []row) []row {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, compareRows)
	return rows
}

func sameRows(a, b []row) bool {
	return slices.EqualFunc(a, b, func(x, y row) bool { return compareRows(x, y) == 0 })
}

// lift makes a strict function of two arguments.
func lift(name string, result types.OID, args []types.OID, f func(a, b any) (any, error)) *function.Function {
	return &function.Function{
		Name: name, Schema: "pg_catalog", Args: args, Result: result, Strict: true, Volatility: function.Immutable,
		Kernel: func(c *function.Call, n int, sel column.Selection, in []*column.Vector, out *column.Vector) error {
			out.Reset(types.KindOf(result))
			k := 0
			for i := range n {
				if sel != nil {
					for k < len(sel) && int(sel[k]) < i {
						k++
					}
					if k == len(sel) || int(sel[k]) != i {
						out.AppendNull()
						continue
					}
				}
				if in[0].Null(i) || in[1].Null(i) {
					out.AppendNull()
					continue
				}
				x, err := f(get(in[0], i), get(in[1], i))
				if err != nil {
					return err
				}
				put(out, x)
			}
			return nil
		},
	}
}

var (
	int8s = []types.OID{types.Int8, types.Int8}
	texts = []types.OID{types.Text, types.Text}

	plus   = lift("plus", types.Int8, int8s, func(a, b any) (any, error) { return a.(int64) + b.(int64), nil })
	divide = lift("div", types.Int8, int8s, func(a, b any) (any, error) {
		if b.(int64) == 0 {
			return nil, types.Errorf(types.CodeDivisionByZero, "division by zero")
		}
		return a.(int64) / b.(int64), nil
	})
	equals = lift("eq", types.Bool, int8s, func(a, b any) (any, error) { return a.(int64) == b.(int64), nil })
	above  = lift("gt", types.Bool, int8s, func(a, b any) (any, error) { return a.(int64) > b.(int64), nil })
	joined = lift("concat", types.Text, texts, func(a, b any) (any, error) { return a.(string) + b.(string), nil })
	same   = lift("texteq", types.Bool, texts, func(a, b any) (any, error) { return a.(string) == b.(string), nil })
)

// shown isn't strict: it makes text of nulls too.
var shown = func() *function.Function {
	f := lift("shown", types.Text, texts, nil)
	f.Strict = false
	f.Kernel = func(_ *function.Call, n int, _ column.Selection, in []*column.Vector, out *column.Vector) error {
		out.Reset(column.Text)
		for i := range n {
			put(out, show(get(in[0], i), get(in[1], i)))
		}
		return nil
	}
	return f
}()

func show(a, b any) any { return fmt.Sprintf("%v%v", a, b) }

func callOf(f *function.Function, args ...plan.Expr) *plan.Call {
	return &plan.Call{Typed: typ(f.Result), Func: f, Args: args}
}
