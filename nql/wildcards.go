package nql

import (
	"fmt"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// source gives JSON: a part of the document, or what an expression made.
type source func(st *state) sparse.Value

// wildValue reads a path with wildcards: steps from the element that the last of its wildcards stands at.
type wildValue struct {
	elem  int
	steps []sparse.Step
}

func (w wildValue) read(st *state) sparse.Value {
	v := st.elems[w.elem]
	if len(w.steps) > 0 {
		v = sparse.Get(v.Raw, w.steps)
	}
	return v
}

func (w wildValue) operand() operand {
	return computed(func(st *state) val { return st.read(w.read(st)) })
}

// quantifier is a wildcard of a predicate: one truth for each element of an array.
type quantifier struct {
	array source
	elem  int
	every bool
}

// unroll compiles a predicate once and evaluates it for the elements that its wildcards stand for: true for any of them
// ([?]), or for all ([*]), as a chain of ors or ands would be. The first wildcard is the outermost. Where there is no array the
// answer is unknown.
func (c *compiler) unroll(e Expr, compile func() (truthFunc, bool, error)) (truthFunc, bool, error) {
	var bound []Expr
	list, err := c.wildcards(e, true, nil, &bound)
	if err != nil {
		return nil, false, err
	}
	f, isConst, err := compile()
	for _, x := range bound {
		delete(c.bound, x)
	}
	if err != nil || len(list) == 0 {
		return f, isConst, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		f = list[i].over(f)
	}
	return f, false, nil
}

// wildcards appends the wildcards in e that belong to the predicate root: not those within another predicate, within the body of a
// lambda, or in the condition of a conditional.
func (c *compiler) wildcards(e Expr, root bool, list []quantifier, bound *[]Expr) ([]quantifier, error) {
	if !root && predicate(e) {
		return list, nil
	}
	var from source
	var steps []sparse.Step
	var rest []Step
	switch e := e.(type) {
	case *Lambda:
		return list, nil
	case *Path:
		var ok bool
		if steps, rest, ok = sparseSteps(e); !ok || len(rest) == 0 {
			return list, nil
		}
		if err := e.check(); err != nil {
			return nil, err
		}
		slot := c.slot(steps)
		from = func(st *state) sparse.Value { return st.slots[slot] }
	case *Access:
		var err error
		if list, err = c.wildcards(e.X, false, list, bound); err != nil {
			return nil, err
		}
		if steps, rest = splitSteps(e.Steps); len(rest) == 0 {
			return list, nil
		}
		if from, err = c.part(e.X, steps); err != nil {
			return nil, err
		}
	default:
		below := children(e)
		if _, ok := e.(*If); ok {
			below = below[1:]
		}
		for _, x := range below {
			if x == nil {
				continue
			}
			var err error
			if list, err = c.wildcards(x, false, list, bound); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	w := wildValue{}
	for len(rest) > 0 {
		q := quantifier{array: from, elem: c.elems, every: rest[0].Kind == AllOf}
		c.elems++
		list = append(list, q)
		steps, rest = splitSteps(rest[1:])
		w = wildValue{q.elem, steps}
		from = w.read
	}
	if c.bound == nil {
		c.bound = make(map[Expr]wildValue)
	}
	c.bound[e] = w
	*bound = append(*bound, e)
	return list, nil
}

// over evaluates a predicate for each element of the array.
func (q quantifier) over(inner truthFunc) truthFunc {
	return func(st *state) tri {
		array := q.array(st)
		if array.Kind != sparse.Array {
			return unknown
		}
		m := st.mark()
		t := triOf(q.every)
		for it := sparse.Elements(array.Raw); ; {
			v, ok := it.Next()
			if !ok || st.turn() {
				return t
			}
			st.elems[q.elem] = v
			if q.every {
				t = min(t, inner(st))
			} else {
				t = max(t, inner(st))
			}
			st.release(&m)
			if t == triOf(!q.every) {
				return t
			}
		}
	}
}

// gather compiles a path with wildcards where a value is wanted: an array of what it leads to, in order, in one array
// however many wildcards there are. Of what is no array it is undefined.
func (c *compiler) gather(e Expr, from source, rest []Step) (operand, error) {
	var runs [][]sparse.Step // the steps behind each wildcard
	for len(rest) > 0 {
		if rest[0].Kind == AnyOf {
			return operand{}, fmt.Errorf("nql: %s: [?] asks whether something is true of any element, so it stands in a predicate; [*] gives an array", Print(e))
		}
		var run []sparse.Step
		run, rest = splitSteps(rest[1:])
		runs = append(runs, run)
	}
	return computed(func(st *state) val {
		array := from(st)
		if array.Kind != sparse.Array {
			return val{}
		}
		start := len(st.arena)
		dst := gatherElements(append(st.arena, '['), start+1, array.Raw, runs)
		st.arena = append(dst, ']')
		return st.finish(ArrayValue, start)
	}), nil
}

// gatherElements appends what runs lead to from each element of an array. The first begins at offset first of dst.
func gatherElements(dst []byte, first int, array []byte, runs [][]sparse.Step) []byte {
	for it := sparse.Elements(array); ; {
		v, ok := it.Next()
		if !ok {
			return dst
		}
		if len(runs[0]) > 0 {
			v = sparse.Get(v.Raw, runs[0])
		}
		switch {
		case len(runs) > 1 && v.Kind == sparse.Array:
			dst = gatherElements(dst, first, v.Raw, runs[1:])
		case len(runs) == 1 && v.Kind != sparse.Missing:
			if len(dst) > first {
				dst = append(dst, ',')
			}
			dst = append(dst, v.Raw...)
		}
	}
}
