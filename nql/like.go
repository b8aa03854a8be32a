package nql

import (
	"errors"
	"unicode/utf8"
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
		return negated(likeComputed(x.eval, pattern.eval, e.CI), e.Not), false, nil
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

// likeComputed compiles like with a pattern that differs from event to event. One that ends in a backslash gives unknown.
func likeComputed(x, pattern valueFunc, ci bool) truthFunc {
	return func(st *state) tri {
		v := x(st)
		if v.kind != String {
			return unknown
		}
		p := pattern(st)
		if p.kind != String {
			return unknown
		}
		if ci {
			v.s, p.s = st.lower(v.s), st.lower(p.s)
		}
		if !endsWhole(p.s) {
			return unknown
		}
		return triOf(matchPattern(v.s, p.s))
	}
}

// endsWhole reports whether a pattern does not end in a backslash that takes nothing.
func endsWhole(pattern []byte) bool {
	n := 0
	for n < len(pattern) && pattern[len(pattern)-1-n] == '\\' {
		n++
	}
	return n%2 == 0
}

// matchPattern matches s with a pattern as it is spelled, without taking it apart first. When a character does not match, the
// last percent sign takes one more.
func matchPattern(s, p []byte) bool {
	i, j := 0, 0
	percent, taken := -1, 0 // behind the last percent sign; where what follows it was tried last
	for i < len(s) {
		if j < len(p) {
			if p[j] == '%' {
				j++
				percent, taken = j, i
				continue
			}
			at := j
			if p[j] == '\\' {
				at++
			}
			c, cn := utf8.DecodeRune(p[at:])
			r, rn := utf8.DecodeRune(s[i:])
			if at == j && c == '_' || c == r {
				i, j = i+rn, at+cn
				continue
			}
		}
		if percent < 0 {
			return false
		}
		_, n := utf8.DecodeRune(s[taken:])
		taken += n
		i, j = taken, percent
	}
	for j < len(p) && p[j] == '%' {
		j++
	}
	return j == len(p)
}
