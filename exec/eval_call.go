package exec

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// call computes a function. Where all arguments are constant it does so once, and where one is a
// dictionary and the others are constant, once for each entry that a selected row uses.
type call struct {
	fn   *function.Function
	info function.Call
	args []evaluator

	in       []*column.Vector // the arguments of this batch
	one      []column.Vector  // their headers, cut or stretched to another length
	oneP     []*column.Vector
	out      column.Vector // the kernel's
	borrowed bool          // out shares memory with an argument
	rt       *Runtime
	meter    *meter // of what out takes where that is large; nil while it is not

	used   column.Bitmap // dictionary entries in use
	usedAt []int32
	spread column.Vector // dictionary results put back to rows
	valid  column.Bitmap
	plain  column.Vector
}

func newCall(rt *Runtime, e *plan.Call, args []evaluator) *call {
	c := &call{rt: rt, fn: e.Func, args: args, in: make([]*column.Vector, len(args)),
		one: make([]column.Vector, len(args)), oneP: make([]*column.Vector, len(args))}
	c.info = function.Call{Env: rt.Env, Result: e.Type(), Typmod: e.Typmod()}
	for i, a := range e.Args {
		c.info.Args = append(c.info.Args, a.Type())
		c.oneP[i] = &c.one[i]
	}
	return c
}

func (c *call) eval(b *column.Batch, sel column.Selection) (*column.Vector, error) {
	n := b.Len
	if sel.Count(n) == 0 {
		c.spread = *column.NewNull(types.KindOf(c.info.Result), n)
		return &c.spread, nil
	}
	constants, dict := 0, -1
	for i, a := range c.args {
		v, err := a.eval(b, sel)
		if err != nil {
			return nil, err
		}
		c.in[i] = v
		switch v.Form {
		case column.Constant:
			constants++
		case column.Dictionary:
			dict = i
		}
	}
	if c.fn.Volatility != function.Volatile {
		if constants == len(c.args) {
			return c.once(n)
		}
		if dict >= 0 && constants == len(c.args)-1 && c.worthEntries(c.in[dict], sel.Count(n)) {
			return c.entries(n, sel, dict)
		}
	}
	if err := c.kernel(n, sel, c.in); err != nil {
		return nil, err
	}
	return &c.out, nil
}

// largeResult is from how many bytes on a function's results are accounted: below, all calls of an expression together take little.
const largeResult = 1 << 20

// account reserves what the results take. It is held while the plan is open, since the memory is used again for the next batch.
func (c *call) account() error {
	size := int64(cap(c.out.Bytes))
	if size < largeResult || c.borrowed || c.rt.frame == nil {
		return nil
	}
	if c.meter == nil {
		c.meter = c.rt.frame.meter(c.rt.Memory)
	}
	return c.meter.ensure(size)
}

// kernel runs the function into c.out. Between two kernels is where an expression of many stops when its statement ends; what one made that stopped halfway
// for that reason is of no use.
func (c *call) kernel(n int, sel column.Selection, args []*column.Vector) error {
	if c.info.Env.Over() {
		return context.Cause(c.info.Env.Context)
	}
	if c.borrowed {
		c.out, c.borrowed = column.Vector{}, false
	}
	if err := c.fn.Kernel(&c.info, n, sel, args, &c.out); err != nil {
		return err
	}
	if c.info.Env.Over() {
		return context.Cause(c.info.Env.Context)
	}
	if c.out.Len != n {
		return types.Errorf(types.CodeInternalError, "function %s made %d rows of %d", c.fn.Name, c.out.Len, n)
	}
	// A kernel that passed its argument on must not write over that memory next time.
	for _, a := range args {
		c.borrowed = c.borrowed || shares(&c.out, a)
	}
	return c.account()
}

// shares reports whether a and b hold the same memory.
func shares(a, b *column.Vector) bool {
	return sameStart(a.Ints, b.Ints) || sameStart(a.Bytes, b.Bytes) || sameStart(a.Floats, b.Floats) ||
		sameStart(a.Bools, b.Bools) || sameStart(a.Spans, b.Spans) || sameStart(a.Codes, b.Codes) || sameStart(a.Offsets, b.Offsets)
}

func sameStart[T any](a, b []T) bool {
	return cap(a) > 0 && cap(b) > 0 && &a[:1][0] == &b[:1][0]
}

// once computes the function for constant arguments.
func (c *call) once(n int) (*column.Vector, error) {
	c.stretch(1, -1)
	if err := c.kernel(1, nil, c.oneP); err != nil {
		return nil, err
	}
	if c.out.Form == column.Dictionary {
		c.flatten()
	}
	c.out.Form, c.out.Len = column.Constant, n
	return &c.out, nil
}

// stretch makes headers of the constant arguments with n rows; argument except is left alone.
func (c *call) stretch(n, except int) {
	for i, v := range c.in {
		if i == except {
			continue
		}
		c.one[i] = *v
		c.one[i].Len = n
	}
}

// flatten turns c.out, of any form, into a Plain vector.
func (c *call) flatten() {
	src := c.out
	c.out = column.Vector{Kind: src.Kind}
	for i := range src.Len {
		c.out.AppendFrom(&src, i)
	}
}

// worthEntries decides for one computation an entry. A function that is given nulls must see them, so
// that it can't be spared the rows where there are some.
func (c *call) worthEntries(d *column.Vector, rows int) bool {
	return d.Dict.Len > 0 && 2*d.Dict.Len <= rows && (c.fn.Strict || !d.HasNulls())
}

// entries computes the function on the dictionary of argument at.
func (c *call) entries(n int, sel column.Selection, at int) (*column.Vector, error) {
	d := c.in[at]
	m := d.Dict.Len
	var entrySel column.Selection
	if !c.fn.Total {
		// An entry that no selected row uses must not fail the query.
		entrySel = c.usedEntries(d, n, sel)
		if len(entrySel) == 0 { // nulls alone, and the function is strict
			c.spread = *column.NewNull(types.KindOf(c.info.Result), n)
			return &c.spread, nil
		}
	}
	c.stretch(m, at)
	c.one[at] = *d.Dict
	if err := c.kernel(m, entrySel, c.oneP); err != nil {
		return nil, err
	}
	if c.out.Form != column.Plain {
		c.flatten()
	}
	return c.spreadRows(n, d), nil
}

func (c *call) usedEntries(d *column.Vector, n int, sel column.Selection) column.Selection {
	c.used = c.used.Resize(d.Dict.Len)
	clear(c.used)
	for i := range each(sel, n) {
		if !d.Null(i) {
			c.used.Set(int(d.Codes[i]))
		}
	}
	c.usedAt = c.usedAt[:0]
	for i := range d.Dict.Len {
		if c.used.Get(i) {
			c.usedAt = append(c.usedAt, int32(i))
		}
	}
	return c.usedAt
}

// spreadRows gives each row of d the result of its entry: values of fixed width are copied, others become a
// dictionary with d's codes.
func (c *call) spreadRows(n int, d *column.Vector) *column.Vector {
	r := &c.out
	c.valid = c.valid[:0].Resize(n)
	if d.Valid != nil {
		copy(c.valid, d.Valid)
	} else {
		c.valid.Fill(n, true)
	}
	if r.HasNulls() {
		for i, code := range d.Codes[:n] {
			if r.Null(int(code)) {
				c.valid.Clear(i)
			}
		}
	}
	var valid column.Bitmap
	if d.Valid != nil || r.Valid != nil {
		valid = c.valid
	}
	if !r.Kind.Fixed() {
		c.plain = *r
		c.plain.Valid = nil
		c.spread = column.Vector{Kind: r.Kind, Form: column.Dictionary, Len: n, Codes: d.Codes[:n], Dict: &c.plain, Valid: valid}
		return &c.spread
	}
	out := &c.spread
	if out.Form != column.Plain { // its memory is not ours
		*out = column.Vector{}
	}
	out.Reset(r.Kind)
	out.Len, out.Valid = n, valid
	switch r.Kind {
	case column.Bool:
		out.Bools = out.Bools.Resize(n)
		clear(out.Bools)
		for i, code := range d.Codes[:n] {
			if r.Bools.Get(int(code)) {
				out.Bools.Set(i)
			}
		}
	case column.Float64:
		for _, code := range d.Codes[:n] {
			out.Floats = append(out.Floats, r.Floats[code])
		}
	case column.Interval:
		for _, code := range d.Codes[:n] {
			out.Spans = append(out.Spans, r.Spans[code])
		}
	default:
		for _, code := range d.Codes[:n] {
			out.Ints = append(out.Ints, r.Ints[code])
		}
	}
	return out
}
