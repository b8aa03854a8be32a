package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// setCall is one of the functions of a functionScan.
type setCall struct {
	plan  *plan.SetCall
	first int // its first column
	args  []evaluator
	given []*column.Vector // the arguments, for a batch of the input
	call  function.SetCall
	rows  function.Rows // nil: no more
}

func (c *setCall) compile(rt *Runtime) (err error) {
	exprs := c.plan.Exprs()
	if c.args, err = compileAll(rt, exprs); err != nil {
		return err
	}
	c.given = make([]*column.Vector, len(exprs))
	c.call = function.SetCall{Env: rt.Env, Columns: c.plan.Columns}
	for _, e := range exprs {
		c.call.Types = append(c.call.Types, e.Type())
		c.call.Args = append(c.call.Args, column.New(types.KindOf(e.Type())))
	}
	return nil
}

// evaluate computes the arguments for a batch.
func (c *setCall) evaluate(b *column.Batch) (err error) {
	for i, a := range c.args {
		if c.given[i], err = a.eval(b, b.Sel); err != nil {
			return err
		}
	}
	return nil
}

// begin calls the function for a row of the batch.
func (c *setCall) begin(row int) (err error) {
	null := false
	for i, v := range c.given {
		own := c.call.Args[i]
		own.Reset(v.Kind)
		own.AppendFrom(v, row)
		null = null || own.Null(0)
	}
	switch f := c.plan.Func; {
	case f == nil:
		c.rows = &singleRow{value: c.call.Args[0]}
	case null && f.Strict && f.Set:
		c.rows = nil
	case null && f.Strict:
		c.rows = &singleRow{}
	default:
		c.rows, err = f.Open(&c.call)
	}
	return err
}

// draw appends up to want rows and tells how many; fewer end the call.
func (c *setCall) draw(want int, cols []*column.Vector) (int, error) {
	if c.rows == nil {
		return 0, nil
	}
	mine := cols[c.first : c.first+c.plan.Width()]
	before := mine[0].Len
	if err := c.rows.Next(want, mine); err != nil {
		return 0, err
	}
	n := mine[0].Len - before
	for _, v := range mine {
		if v.Len != before+n || n > want {
			return 0, types.Errorf(types.CodeInternalError, "function %s made columns of %d and %d rows of %d", c.plan.Func.Name, n, v.Len-before, want)
		}
	}
	if n < want {
		c.rows = nil
	}
	return n, nil
}

// singleRow is one row: a value, or, where there is none, nulls.
type singleRow struct {
	value *column.Vector
	done  bool
}

func (r *singleRow) Next(_ int, out []*column.Vector) error {
	if r.done {
		return nil
	}
	r.done = true
	for _, v := range out {
		if r.value == nil {
			v.AppendNull()
		} else {
			v.AppendFrom(r.value, 0)
		}
	}
	return nil
}
