package nql

import "github.com/flare-pg/flare-pg/nql/sparse"

// The functions that take a lambda. What they are asked of is an array; of anything else some and every are unknown, as
// wildcards are, and map and filter null.

var lambdaFunctions = []function{
	{name: "some", least: 2, most: 2, lambda: true, gives: Boolean, truth: (*compiler).quantified},
	{name: "every", least: 2, most: 2, lambda: true, gives: Boolean, truth: (*compiler).quantified},
	{name: "map", least: 2, most: 2, lambda: true, gives: ArrayValue, value: (*compiler).mapped},
	{name: "filter", least: 2, most: 2, lambda: true, gives: ArrayValue, value: (*compiler).filtered},
}

// lambda compiles the body of a lambda with compile, and gives where its element is put.
func (c *compiler) lambda(e Expr, compile func(body Expr) error) (elem int, err error) {
	l := e.(*Lambda) // check saw to it
	elem = c.elems
	c.elems++
	c.locals = append(c.locals, local{l.Param, elem})
	err = compile(l.Body)
	c.locals = c.locals[:len(c.locals)-1]
	return elem, err
}

// quantified compiles some and every, which are what wildcards are, of a predicate that is written out.
func (c *compiler) quantified(e *Call) (truthFunc, bool, error) {
	array, err := c.value(e.Args[0])
	if err != nil {
		return nil, false, err
	}
	var body truthFunc
	elem, err := c.lambda(e.Args[1], func(x Expr) (err error) {
		body, _, err = c.truth(x)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	q := quantifier{elem: elem, every: e.Name == "every", array: func(st *state) sparse.Value {
		v := array.eval(st)
		return v.part()
	}}
	return q.over(body), false, nil
}

func (c *compiler) mapped(e *Call) (operand, error) {
	array, err := c.value(e.Args[0])
	if err != nil {
		return operand{}, err
	}
	var body operand
	elem, err := c.lambda(e.Args[1], func(x Expr) (err error) {
		body, err = c.value(x)
		return err
	})
	if err != nil {
		return operand{}, err
	}
	return computed(func(st *state) val {
		a := array.eval(st)
		if a.kind != ArrayValue {
			return null
		}
		base, size := len(st.stack), 0
		for it := sparse.Elements(a.s); size <= maxMade; {
			v, ok := it.Next()
			if !ok || st.turn() {
				break
			}
			st.elems[elem] = v
			x := body.eval(st)
			st.stack = append(st.stack, x)
			size += len(x.s) + 1
		}
		return st.array(base)
	}), nil
}

func (c *compiler) filtered(e *Call) (operand, error) {
	array, err := c.value(e.Args[0])
	if err != nil {
		return operand{}, err
	}
	var body truthFunc
	elem, err := c.lambda(e.Args[1], func(x Expr) (err error) {
		body, _, err = c.truth(x)
		return err
	})
	if err != nil {
		return operand{}, err
	}
	return computed(func(st *state) val {
		a := array.eval(st)
		if a.kind != ArrayValue {
			return null
		}
		m := st.mark()
		base := len(st.stack)
		for it := sparse.Elements(a.s); ; {
			v, ok := it.Next()
			if !ok || st.turn() {
				break
			}
			st.elems[elem] = v
			if body(st) == yes {
				st.stack = append(st.stack, raw(v))
			}
			st.release(&m)
		}
		return st.array(base)
	}), nil
}
