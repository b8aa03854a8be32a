package nql

import (
	"errors"
	"fmt"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// errPath says that a path built by hand names nothing.
var errPath = errors.New("nql: a path without a built-in root begins with a member's name")

// sparseSteps are the steps that lead from the document to the value, before the first wildcard. ok
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

// hasWildcard reports whether a step stands for several elements.
func hasWildcard(steps []Step) bool {
	_, rest := splitSteps(steps)
	return len(rest) > 0
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
		return w.operand(), nil
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
	slot := c.slot(steps)
	if len(rest) > 0 {
		return c.gather(p, func(st *state) sparse.Value { return st.slots[slot] }, rest)
	}
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
