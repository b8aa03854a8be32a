package nql

import (
	"errors"
	"fmt"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// errPath says that a path built by hand names nothing.
var errPath = errors.New("nql: a path without a built-in root begins with a member's name")

// wildValue reads a path with wildcards: steps from the element that the last of its wildcards stands at.
type wildValue struct {
	elem  int
	steps []sparse.Step
}

// sparseSteps are the steps that lead from the document to the value, before the first wildcard.. ok
// is false where such a path never leads anywhere.
func sparseSteps(p *Path) (steps []sparse.Step, rest []Step, ok bool) {
	switch p.Root {
	case Template:
		steps = append(steps, sparse.Step{Name: "@mt"})
	case EventType:
		steps = append(steps, sparse.Step{Name: "@i"})
	case Renderings:
		steps = append(steps, sparse.Step{Name: "@r"})
	case Properties:
		if len(p.Steps) > 0 && p.Steps[0].Kind == Member && event.IsBuiltin(p.Steps[0].Name) {
			return nil, nil, false
		}
	}
	plain, rest := splitSteps(p.Steps)
	return append(steps, plain...), rest, true
}

// splitSteps splits steps at the first wildcard.
func splitSteps(steps []Step) (plain []sparse.Step, rest []Step) {
	for i, s := range steps {
		switch s.Kind {
		case Member:
			plain = append(plain, sparse.Step{Name: s.Name})
		case Element:
			plain = append(plain, sparse.Step{Element: true, Index: s.Index})
		default:
			return plain, steps[i:]
		}
	}
	return plain, nil
}

// isText reports built-ins that are made of the event rather than read, and have no parts.
func (b Builtin) isText() bool {
	switch b {
	case Timestamp, Message, Level, Exception, TraceID, SpanID, ID:
		return true
	}
	return false
}

func (c *compiler) path(p *Path) (operand, error) {
	if w, ok := c.bound[p]; ok {
		return computed(func(st *state) val {
			v := st.elems[w.elem]
			if len(w.steps) > 0 {
				v = sparse.Get(v.Raw, w.steps)
			}
			return st.read(v)
		}), nil
	}
	if err := p.check(); err != nil {
		return operand{}, err
	}
	if p.Root == Timestamp {
		return computed(func(st *state) val { return val{kind: Instant, i: st.ev.Timestamp} }), nil
	}
	if b := p.Root; b.isText() || b == Properties && len(p.Steps) == 0 {
		return computed(func(st *state) val { return st.computed(b) }), nil
	}
	steps, rest, ok := sparseSteps(p)
	if !ok {
		return constant(val{}), nil
	}
	if len(rest) > 0 {
		return operand{}, fmt.Errorf("nql: %s: a wildcard stands for one value after the other, which only a predicate can take", Print(p))
	}
	slot := c.slot(steps)
	return operand{eval: func(st *state) val { return st.read(st.slots[slot]) }, slot: slot}, nil
}

// check refuses paths that make no sense.
func (p *Path) check() error {
	switch {
	case p.Root > ID:
		return fmt.Errorf("nql: no built-in property %d", p.Root)
	case p.Root == NoBuiltin && (len(p.Steps) == 0 || p.Steps[0].Kind != Member):
		return errPath
	case p.Root.isText() && len(p.Steps) > 0:
		return fmt.Errorf("nql: %s has no parts: %s", p.Root, Print(p))
	}
	return nil
}

// unroll compiles a predicate once and evaluates it for the elements that its wildcards stand for: true for any of them
// ([?]), or for all ([*]), as a chain of ors or ands would be. The first wildcard is the outermost. Where there is no array the
// answer is unknown.
func (c *compiler) unroll(e Expr, compile func() (truthFunc, bool, error)) (truthFunc, bool, error) {
	type quantifier struct {
		from  wildValue // the array: in the document (elem -1: slot) or in an outer element
		slot  int
		elem  int
		every bool
	}
	var list []quantifier
	var bad error
	var collect func(x Expr)
	collect = func(x Expr) {
		if p, ok := x.(*Path); ok {
			steps, rest, ok := sparseSteps(p)
			if !ok || len(rest) == 0 {
				return
			}
			if err := p.check(); err != nil {
				bad = err
				return
			}
			q := quantifier{from: wildValue{elem: -1}, slot: c.slot(steps)}
			for len(rest) > 0 {
				q.every, q.elem = rest[0].Kind == AllOf, c.elems
				c.elems++
				list = append(list, q)
				steps, rest = splitSteps(rest[1:])
				q = quantifier{from: wildValue{elem: q.elem, steps: steps}}
			}
			if c.bound == nil {
				c.bound = make(map[*Path]wildValue)
			}
			c.bound[p] = q.from
			return
		}
		for _, y := range children(x) {
			if y != nil && !predicate(y) {
				collect(y)
			}
		}
	}
	collect(e)
	if bad != nil {
		return nil, false, bad
	}
	f, isConst, err := compile()
	if err != nil || len(list) == 0 {
		return f, isConst, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		q, inner := list[i], f
		f = func(st *state) tri {
			var array sparse.Value
			if q.from.elem < 0 {
				array = st.slots[q.slot]
			} else if array = st.elems[q.from.elem]; len(q.from.steps) > 0 {
				array = sparse.Get(array.Raw, q.from.steps)
			}
			if array.Kind != sparse.Array {
				return unknown
			}
			t := triOf(q.every)
			for it := sparse.Elements(array.Raw); ; {
				v, ok := it.Next()
				if !ok {
					return t
				}
				st.elems[q.elem] = v
				if q.every {
					t = min(t, inner(st))
				} else {
					t = max(t, inner(st))
				}
				if t == triOf(!q.every) {
					return t
				}
			}
		}
	}
	return f, false, nil
}
