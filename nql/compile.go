package nql

import (
	"errors"
	"fmt"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Expressions are compiled to closures: one gives a value, or a truth value where it is a predicate. They share nothing that
// changes but the state that they are called with, so goroutines may share them.
type (
	valueFunc func(st *state) val
	truthFunc func(st *state) tri
)

// operand is a compiled value expression; constant ones are evaluated once, while compiling.
type operand struct {
	eval     valueFunc
	constant bool
	value    val // of a constant
	slot     int // where the value is simply read from, or -1
}

func constant(v val) operand {
	return operand{eval: func(*state) val { return v }, constant: true, value: v, slot: -1}
}

func computed(f valueFunc) operand { return operand{eval: f, slot: -1} }

// compiler collects what a program reads while it compiles expressions.
type compiler struct {
	params []Value
	paths  [][]sparse.Step
	slots  map[string]int // by the steps, spelled out
	elems  int            // wildcards and lambdas so far
	// bound holds, while a predicate is compiled, what its paths and accesses with wildcards read.
	bound  map[Expr]wildValue
	locals []local // the parameters of the lambdas around, the innermost last
	depth  int
}

// maxDepth limits how deep an expression may be; deeper ones are refused rather than risking the stack.
const maxDepth = 10_000

var errTooDeep = fmt.Errorf("nql: the expression is nested deeper than %d levels", maxDepth)

func newCompiler(params []Value) *compiler {
	return &compiler{params: params, slots: make(map[string]int)}
}

// slot gives the number under which the value of steps will be read.
func (c *compiler) slot(steps []sparse.Step) int {
	key := ""
	for _, s := range steps {
		if s.Element {
			key += fmt.Sprintf("[%d]", s.Index)
		} else {
			key += fmt.Sprintf("[%q]", s.Name)
		}
	}
	if i, ok := c.slots[key]; ok {
		return i
	}
	i := len(c.paths)
	c.slots[key] = i
	c.paths = append(c.paths, steps)
	return i
}

func (c *compiler) deeper() error {
	if c.depth++; c.depth > maxDepth {
		return errTooDeep
	}
	return nil
}

// value compiles an expression for its value.
func (c *compiler) value(e Expr) (operand, error) {
	if err := c.deeper(); err != nil {
		return operand{}, err
	}
	defer func() { c.depth-- }()
	switch e := e.(type) {
	case nil:
		return operand{}, errors.New("nql: an operand is missing")
	case *Literal:
		return constant(toVal(e.Value)), nil
	case *Param:
		if e.Index < 0 || e.Index >= len(c.params) {
			return operand{}, fmt.Errorf("nql: there is no value for parameter $%d", e.Index+1)
		}
		return constant(toVal(c.params[e.Index])), nil
	case *Path:
		return c.path(e)
	case *Unary:
		if e.Op == Neg {
			return c.negate(e)
		}
	case *Binary:
		switch e.Op {
		case Add, Sub, Mul, Div, Mod:
			return c.arithmetic(e)
		}
	case *Call:
		if f := registry[e.Name]; f == nil || f.truth == nil {
			return c.call(e)
		}
	case *If:
		return c.conditional(e)
	case *Local:
		return c.local(e)
	case *Access:
		return c.access(e)
	case *Lambda:
		return operand{}, fmt.Errorf("nql: a lambda is an argument of some, every, map or filter, and no value: %s", Print(e))
	case *Spread:
		return operand{}, fmt.Errorf("nql: .. stands among the items of an array or the members of an object only: %s", Print(e))
	case *Array:
		return c.array(e)
	case *Object:
		return c.object(e)
	}
	truth, isConst, err := c.truth(e)
	if err != nil {
		return operand{}, err
	}
	if isConst {
		t := truth(newState(0, 0))
		return constant(t.val()), nil
	}
	return computed(func(st *state) val { t := truth(st); return t.val() }), nil
}

// predicate reports whether an expression is compiled for its truth, and so is where wildcards in it are unrolled.
func predicate(e Expr) bool {
	switch e := e.(type) {
	case *Binary:
		return e.Op <= Ge
	case *Unary:
		return e.Op == Not
	case *Like, *In, *InArray, *Regex, *Between, *IsNull:
		return true
	case *Call:
		f := registry[e.Name]
		return f != nil && f.truth != nil
	}
	return false
}

// truth compiles an expression for its truth.
func (c *compiler) truth(e Expr) (f truthFunc, isConst bool, err error) {
	if err := c.deeper(); err != nil {
		return nil, false, err
	}
	defer func() { c.depth-- }()
	switch e := e.(type) {
	case *Binary:
		if e.Op == And || e.Op == Or {
			return c.junction(e)
		}
	case *Unary:
		if e.Op == Not {
			f, isConst, err := c.truth(e.X)
			if err != nil {
				return nil, false, err
			}
			return func(st *state) tri { return f(st).not() }, isConst, nil
		}
	case *If:
		return c.conditionalTruth(e)
	}
	return c.unroll(e, func() (truthFunc, bool, error) { return c.leaf(e) })
}

func constTruth(t tri) truthFunc { return func(*state) tri { return t } }

func (c *compiler) junction(e *Binary) (truthFunc, bool, error) {
	// A long chain is one loop, not a tower of closures; it leans to the left.
	var terms []truthFunc
	var chain []Expr
	var x Expr = e
	for {
		b, ok := x.(*Binary)
		if !ok || b.Op != e.Op {
			break
		}
		chain = append(chain, b.R)
		x = b.L
	}
	chain = append(chain, x)
	absorbing, neutral := no, yes // of and
	if e.Op == Or {
		absorbing, neutral = yes, no
	}
	folded := neutral
	for i := len(chain) - 1; i >= 0; i-- {
		f, isConst, err := c.truth(chain[i])
		if err != nil {
			return nil, false, err
		}
		if !isConst {
			terms = append(terms, f)
			continue
		}
		t := f(newState(0, 0))
		if e.Op == And {
			folded = min(folded, t)
		} else {
			folded = max(folded, t)
		}
	}
	if folded == absorbing || len(terms) == 0 {
		return constTruth(folded), true, nil
	}
	if e.Op == And {
		return func(st *state) tri {
			t := folded
			for _, f := range terms {
				if t = min(t, f(st)); t == no {
					break
				}
			}
			return t
		}, false, nil
	}
	return func(st *state) tri {
		t := folded
		for _, f := range terms {
			if t = max(t, f(st)); t == yes {
				break
			}
		}
		return t
	}, false, nil
}

// leaf compiles a predicate that is no and, or, not.
func (c *compiler) leaf(e Expr) (truthFunc, bool, error) {
	switch e := e.(type) {
	case *Binary:
		if e.Op >= Eq && e.Op <= Ge {
			return c.comparison(e)
		}
	case *Like:
		return c.like(e)
	case *In:
		return c.in(e)
	case *InArray:
		return c.inArray(e)
	case *Regex:
		return c.regex(e)
	case *Between:
		return c.between(e)
	case *IsNull:
		return c.isNull(e)
	case *Call:
		if f := registry[e.Name]; f != nil && f.truth != nil {
			if _, problem := f.check(e); problem != "" {
				return nil, false, errors.New("nql: " + problem)
			}
			return f.truth(c, e)
		}
	}
	if predicate(e) {
		return nil, false, fmt.Errorf("nql: no such operator: %s", Print(e))
	}
	x, err := c.value(e)
	if err != nil {
		return nil, false, err
	}
	return func(st *state) tri { v := x.eval(st); return v.truth() }, x.constant, nil
}

// fold evaluates what depends on nothing that an event holds.
func fold(f valueFunc, args ...operand) operand {
	for i := range args {
		if !args[i].constant {
			return computed(f)
		}
	}
	st := newState(0, 0)
	v := f(st)
	if st.failed != nil {
		return computed(f) // and fails again for each event
	}
	return constant(v)
}
