package nql

import "github.com/flare-pg/flare-pg/nql/sparse"

// probe asks a predicate about a value that stands in raw bytes behind a member's name, wherever in a document that is. A document of which the predicate is
// true has such a value at least once; one that has none need not be read.
type probe struct {
	truth truthFunc
	elems int
	text  string // the predicate
}

// probeOf makes the probe of a predicate that reads one path and nothing else of an event; nil where it reads more, or where a value of any kind would do.
func probeOf(e Expr, p *Path) *probe {
	switch x := e.(type) {
	case *InArray:
		return nil // arrays are not asked
	case *Call:
		if x.Name == "has" {
			return nil
		}
	}
	if len(Paths(e)) != 1 {
		return nil
	}
	c := newCompiler(nil)
	f, isConst, err := c.truth(replacePath(e, p, PropertyPath("value"))) // what stands there, not the way to it
	if err != nil || isConst || len(c.paths) != 1 {
		return nil
	}
	return &probe{truth: f, elems: c.elems, text: Print(e)}
}

// newProbeState makes the state that the probes of a pre-filter are asked with.
func newProbeState(filter prefilter) *state {
	elems := 0
	for _, c := range filter {
		for _, n := range c {
			if n.probe != nil {
				elems = max(elems, n.probe.elems)
			}
		}
	}
	return newState(1, elems)
}

// holds reports whether the predicate may be true of the value at offset i of text.
func (p *probe) holds(st *state, text []byte, i int) bool {
	v := sparse.At(text, i)
	if v.Kind == sparse.Array || v.Kind == sparse.Object {
		return true // seldom, and long
	}
	st.begin(nil)
	st.slots[0] = v
	t := p.truth(st)
	return t == yes || st.failed != nil
}
