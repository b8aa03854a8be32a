package exec

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// windowCall is one call of a window operator.
type windowCall struct {
	call   *plan.WindowCall
	frame  *frameOf
	args   []int // in the rows' kept
	filter int   // in kept, -1 none

	values *column.Vector // of a window function: by row of the partition
	agg    *frameAggregate
	vecs   []*column.Vector
}

// newCall makes the state of a call.
func (w *window) newCall(rt *Runtime, n *plan.Window, call *plan.WindowCall) (*windowCall, error) {
	c := &windowCall{call: call, filter: -1}
	info := function.Call{Env: rt.Env, Typmod: -1}
	for _, a := range call.Args {
		at, err := w.keeps(rt, a)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, at)
		info.Args = append(info.Args, a.Type())
	}
	var err error
	if call.Filter != nil {
		if c.filter, err = w.keeps(rt, call.Filter); err != nil {
			return nil, err
		}
	}
	c.frame, err = newFrame(rt, &call.Frame)
	if err != nil {
		return nil, err
	}
	w.frames = append(w.frames, c.frame)
	if call.Func != nil {
		c.values, c.frame.used = column.New(types.KindOf(call.Func.Result)), call.Func.OfFrame()
		return c, nil
	}
	info.Result, c.frame.used = call.Agg.Result, true
	c.agg = &frameAggregate{agg: call.Agg, info: info}
	return c, nil
}

func (c *windowCall) bytes() int64 {
	if c.agg != nil {
		return c.agg.bytes()
	}
	return bytesOf([]*column.Vector{c.values})
}

// prepare begins a partition.
func (c *windowCall) prepare(w *window) error {
	c.vecs = c.vecs[:0]
	for _, at := range c.args {
		c.vecs = append(c.vecs, w.rows.kept[at])
	}
	if c.agg != nil {
		var only *column.Vector
		if c.filter >= 0 {
			only = w.rows.kept[c.filter]
		}
		c.agg.begin(&c.frame.p, c.vecs, only)
		return nil
	}
	c.values.Reset(c.values.Kind)
	if err := c.call.Func.Eval(&c.frame.p, c.vecs, c.values); err != nil {
		return err
	}
	if c.values.Len != w.rows.n {
		return types.Errorf(types.CodeInternalError, "window function %s made %d results of %d", c.call.Func.Name, c.values.Len, w.rows.n)
	}
	return nil
}

// results appends those of rows from … to-1.
func (c *windowCall) results(w *window, from, to int, out *column.Vector) error {
	if c.agg != nil {
		return c.agg.results(from, to, out)
	}
	appendRange(out, c.values, from, to)
	return nil
}
