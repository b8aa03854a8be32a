package nql

import (
	"fmt"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// access makes the one form of reading steps of x: paths and accesses take the steps themselves.
func access(x Expr, steps []Step) Expr {
	if len(steps) == 0 {
		return x
	}
	switch x := x.(type) {
	case *Path:
		p := &Path{Root: x.Root, Steps: append(append([]Step(nil), x.Steps...), steps...)}
		return p.canonical()
	case *Access:
		return &Access{X: x.X, Steps: append(append([]Step(nil), x.Steps...), steps...)}
	}
	return &Access{X: x, Steps: steps}
}

// access compiles reading a part of what an expression gives.
func (c *compiler) access(e *Access) (operand, error) {
	if w, ok := c.bound[e]; ok {
		return w.operand(), nil
	}
	steps, rest := splitSteps(e.Steps)
	from, err := c.part(e.X, steps)
	if err != nil {
		return operand{}, err
	}
	if len(rest) > 0 {
		return c.gather(e, from, rest)
	}
	return computed(func(st *state) val { return st.read(from(st)) }), nil
}

// part compiles reading steps of what x gives.
func (c *compiler) part(x Expr, steps []sparse.Step) (source, error) {
	if l, ok := x.(*Local); ok {
		elem, err := c.lookup(l)
		return wildValue{elem, steps}.read, err
	}
	o, err := c.value(x)
	if err != nil {
		return nil, err
	}
	return func(st *state) sparse.Value {
		v := o.eval(st)
		p := v.part()
		if len(steps) > 0 && p.Kind != sparse.Missing {
			p = sparse.Get(p.Raw, steps)
		}
		return p
	}, nil
}

// local is the parameter of a lambda and where its element stands.
type local struct {
	name string
	elem int
}

func (c *compiler) lookup(l *Local) (elem int, err error) {
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == l.Name {
			return c.locals[i].elem, nil
		}
	}
	return 0, fmt.Errorf("nql: no lambda around has the parameter %s", l.Name)
}

func (c *compiler) local(e *Local) (operand, error) {
	elem, err := c.lookup(e)
	return computed(func(st *state) val { return st.read(st.elems[elem]) }), err
}
