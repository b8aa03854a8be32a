package nql

import (
	"errors"
	"fmt"
)

// errLikeEscape is PostgreSQL's 22025.
var errLikeEscape = errors.New("nql: LIKE pattern must not end with escape character")

// like compiles x [not] like pattern [ci]. Of anything but text it is unknown.
func (c *compiler) like(e *Like) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	pattern, err := c.value(e.Pattern)
	if err != nil {
		return nil, false, err
	}
	if !pattern.constant {
		return nil, false, fmt.Errorf("nql: a like pattern that is no constant: %w", ErrNotBuilt)
	}
	if pattern.value.kind != String {
		return constTruth(unknown), true, nil
	}
	text := pattern.value.s
	if e.CI {
		text = newState(0, 0).lower(text)
	}
	p, ok := parseLike(text)
	if !ok {
		return nil, false, errLikeEscape
	}
	ci := e.CI
	f := func(st *state) tri {
		v := x.eval(st)
		if v.kind != String {
			return unknown
		}
		if ci {
			v.s = st.lower(v.s)
		}
		return triOf(p.match(v.s))
	}
	return negated(f, e.Not), x.constant, nil
}
