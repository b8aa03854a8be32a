package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// newAnyAll compiles x op ANY (array) and x op ALL (array). Equality with any element of an array that is the same for all rows is an
// IN list.
func newAnyAll(rt *Runtime, e *plan.AnyAll, x, array evaluator) evaluator {
	elem := types.ElemOf(e.Array.Type())
	if c, ok := array.(*constant); ok && e.Op == "=" && !e.All && !c.v.Null(0) {
		in := &plan.InList{Typed: e.Typed, X: e.X, Eq: e.Func}
		var members []evaluator
		a := types.ReadArray(elem, c.v.Str(0))
		for i := range a.Values.Len {
			one := column.New(a.Values.Kind)
			one.AppendFrom(a.Values, i)
			in.List = append(in.List, &plan.Const{Typed: plan.Typed{OID: elem, Mod: -1}, Value: one})
			members = append(members, newConstant(one))
		}
		return newInList(rt, in, x, members)
	}
	out := &anyAll{fn: e.Func, elem: elem, x: x, array: array, all: e.All}
	out.info = function.Call{Env: rt.Env, Args: e.Func.Args, Result: types.Bool, Typmod: -1}
	return out
}

// anyAll compares x with the elements of the array of its row.
type anyAll struct {
	fn       *function.Function
	info     function.Call
	elem     types.OID
	x, array evaluator
	all      bool

	list types.Array
	one  column.Vector // x of one row
	hits column.Vector
	out  column.Vector
}

func (e *anyAll) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	xs, err := e.x.eval(b, sel)
	if err != nil {
		return nil, err
	}
	arrays, err := e.array.eval(b, sel)
	if err != nil {
		return nil, err
	}
	resetBools(&e.out, n, e.all)
	read := false
	for i := range each(sel, n) {
		if arrays.Null(i) {
			e.out.SetNull(i)
			continue
		}
		if !read || arrays.Form != column.Constant {
			e.list.Read(e.elem, arrays.Str(i))
			read = true
		}
		if e.list.Values.Len == 0 {
			continue
		}
		if err := e.row(xs, i); err != nil {
			return nil, err
		}
	}
	return &e.out, nil
}

// row decides row i: by the first element that decides, else null where a comparison was null.
func (e *anyAll) row(xs *column.Vector, i int) error {
	m := e.list.Values.Len
	e.one.Reset(xs.Kind)
	e.one.AppendFrom(xs, i)
	x := e.one
	x.Form, x.Len = column.Constant, m
	if err := e.fn.Kernel(&e.info, m, nil, []*column.Vector{&x, e.list.Values}, &e.hits); err != nil {
		return err
	}
	null := false
	for k := range m {
		switch {
		case e.hits.Null(k):
			null = true
		case e.hits.Bool(k) != e.all:
			e.out.Bools.Put(i, !e.all)
			return nil
		}
	}
	if null {
		e.out.SetNull(i)
	}
	return nil
}
