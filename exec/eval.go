package exec

import (
	"fmt"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// evaluator computes an expression. It has scratch memory and is used by one goroutine.
type evaluator interface {
	// eval computes the rows sel (nil: all) of b. The vector has b.Len rows, of which those that are not
	// selected hold anything. It is valid until the next call, and not to be changed.
	eval(b *column.Batch, sel column.Selection) (*column.Vector, error)
}

// compile makes the evaluator of an expression. What is the same throughout the statement is computed
// here and now, except where that fails: then it is left as it is, and fails when a row needs it.
func compile(rt *Runtime, e plan.Expr) (evaluator, error) {
	ev, stable, err := compileNode(rt, e)
	if err != nil || stable {
		return ev, err
	}
	return overSteps(rt, e, ev), nil
}

func compileAll(rt *Runtime, exprs []plan.Expr) ([]evaluator, error) {
	out := make([]evaluator, len(exprs))
	for i, e := range exprs {
		ev, err := compile(rt, e)
		if err != nil {
			return nil, err
		}
		out[i] = ev
	}
	return out, nil
}

// compileNode also tells whether the expression is stable: without rows and without volatile functions.
func compileNode(rt *Runtime, e plan.Expr) (evaluator, bool, error) {
	switch e := e.(type) {
	case *plan.Ref:
		return &ref{index: e.Index}, false, nil
	case *plan.Const:
		return newConstant(e.Value), true, nil
	case *plan.Param:
		if e.Index < 0 || e.Index >= len(rt.Params) || rt.Params[e.Index] == nil {
			return nil, false, types.Errorf(types.CodeUndefinedParameter, "there is no parameter $%d", e.Index+1)
		}
		return newConstant(rt.Params[e.Index]), true, nil
	case *plan.Outer:
		if rt.frame == nil || e.Index >= len(rt.frame.outer) {
			return nil, false, types.Errorf(types.CodeInternalError, "no row around the query to read column %q of", e.Name)
		}
		c := &constant{v: *rt.frame.outer[e.Index]} // a copy of the frame's own already
		c.v.Form = column.Constant
		return c, true, nil
	}
	operands := plan.Operands(e)
	args := make([]evaluator, len(operands))
	stable := true
	for i, o := range operands {
		a, s, err := compileNode(rt, o)
		if err != nil {
			return nil, false, err
		}
		args[i], stable = a, stable && s
	}
	if c, ok := e.(*plan.Call); ok && c.Func.Strict && nullAnyway(c, args) {
		return newConstant(column.NewNull(types.KindOf(c.Type()), 1)), true, nil
	}
	ev, volatile, err := assemble(rt, e, args)
	if err != nil {
		return nil, false, err
	}
	if sub, ok := e.(*plan.SubQuery); ok {
		return ev, stable && sub.Volatility != function.Volatile && len(sub.Args) == 0, nil // found when a row needs it
	}
	stable = stable && !volatile
	if stable && !plan.HasSubQuery(e) {
		if v, err := ev.eval(&column.Batch{Len: 1}, nil); err == nil {
			return newConstant(v), true, nil
		}
	}
	return ev, stable, nil
}

// nullAnyway reports whether a call of a strict function is null whatever its other arguments are: where one is the constant null. As in PostgreSQL
// the others are not evaluated then, but those that are constant have been, and have failed perhaps.
func nullAnyway(c *plan.Call, args []evaluator) bool {
	null := func(a evaluator) bool {
		k, ok := a.(*constant)
		return ok && k.v.Null(0)
	}
	if !slices.ContainsFunc(args, null) {
		return false
	}
	for i, a := range args {
		if _, ok := a.(*constant); !ok && plan.IsImmutable(c.Args[i]) {
			return false
		}
	}
	return true
}

// assemble makes the evaluator of one node from those of its operands, in plan.Operands' order.
func assemble(rt *Runtime, e plan.Expr, args []evaluator) (ev evaluator, volatile bool, err error) {
	switch e := e.(type) {
	case *plan.Call:
		return newCall(rt, e, args), e.Func.Volatility == function.Volatile, nil
	case *plan.And:
		return newLogic(args, false), false, nil
	case *plan.Or:
		return newLogic(args, true), false, nil
	case *plan.Not:
		return &negation{arg: args[0]}, false, nil
	case *plan.IsNull:
		return &isNull{arg: args[0], not: e.Not}, false, nil
	case *plan.IsBool:
		return &isBool{arg: args[0], want: e.Want, not: e.Not}, false, nil
	case *plan.IsDistinct:
		return &isDistinct{typ: e.L.Type(), l: args[0], r: args[1], not: e.Not}, false, nil
	case *plan.AnyAll:
		return newAnyAll(rt, e, args[0], args[1]), e.Func.Volatility == function.Volatile, nil
	case *plan.Case:
		c := &caseOf{kind: types.KindOf(e.Type())}
		for i := range e.Whens {
			c.conds, c.thens = append(c.conds, newFilter(args[2*i])), append(c.thens, args[2*i+1])
		}
		if e.Else != nil {
			c.els = args[len(args)-1]
		}
		return c, false, nil
	case *plan.Coalesce:
		return &coalesce{args: args, kind: types.KindOf(e.Type())}, false, nil
	case *plan.InList:
		return newInList(rt, e, args[0], args[1:]), e.Eq != nil && e.Eq.Volatility == function.Volatile, nil
	case *plan.SubQuery:
		ev, err := newSubQuery(rt, e, args)
		return ev, false, err
	}
	return nil, false, types.Errorf(types.CodeInternalError, "no evaluator for %T", e)
}

// ref is a column of the input.
type ref struct{ index int }

func (r *ref) eval(b *column.Batch, _ column.Selection) (*column.Vector, error) {
	if r.index >= len(b.Cols) {
		return nil, types.Errorf(types.CodeInternalError, "column %d of %d columns", r.index, len(b.Cols))
	}
	return b.Cols[r.index], nil
}

// constant is one value for every row.
type constant struct{ v column.Vector }

// newConstant copies row 0 of v, so that nobody who resets a batch can reach the plan's own memory.
func newConstant(v *column.Vector) *constant {
	c := &constant{v: column.Vector{Kind: v.Kind}}
	c.v.AppendFrom(v, 0)
	c.v.Form = column.Constant
	return c
}

func (c *constant) eval(b *column.Batch, _ column.Selection) (*column.Vector, error) {
	c.v.Len = b.Len
	return &c.v, nil
}

// evalConstants is Eval.
func evalConstants(rt *Runtime, exprs []plan.Expr) (out []*column.Vector, err error) {
	defer guard("expression", &err)
	if rt.frame == nil {
		rt = rt.framed()
		defer rt.frame.close()
	}
	for _, e := range exprs {
		if plan.HasRefs(e) {
			return nil, types.Errorf(types.CodeInternalError, "an expression without input reads a column")
		}
		v, err := evalOne(rt, e)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// evalOne evaluates an expression without Refs to a vector of its own with one row.
func evalOne(rt *Runtime, e plan.Expr) (*column.Vector, error) {
	ev, err := compile(rt, e)
	if err != nil {
		return nil, err
	}
	v, err := ev.eval(&column.Batch{Len: 1}, nil)
	if err != nil {
		return nil, err
	}
	if v.Len != 1 {
		return nil, fmt.Errorf("exec: a constant of %d rows", v.Len)
	}
	out := column.New(v.Kind)
	out.AppendFrom(v, 0)
	return out, nil
}
