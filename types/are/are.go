// Package are is PostgreSQL's own regular expressions, "advanced" ones: what they match, how long the match is and which part of it each
// group has, by the rules of section 9.7.3 of its manual.
//
// How long a match is follows from the expression's preference as a whole, not from the order in which alternatives are tried: it begins as
// early as it can, and is the longest or the shortest from there. Only then is it divided among the parts of the expression, the earlier
// ones first, each by its own preference (dissect.go). That is what back-tracking engines and RE2 do differently.
//
// A match is found by simulating an automaton (automaton.go), so its time grows with the text and not with the number of ways; dividing it
// may go through many ways, and both are counted: an expression that takes more steps than its caller allows fails. It knows neither SQL
// nor types.
package are

import "errors"

// Flags are the options that come with an expression.
type Flags struct {
	Fold                        bool // letters of both cases are one
	Literal                     bool // the expression is a text
	Expanded                    bool // blanks and comments mean nothing
	NewlineStop, NewlineAnchors bool // . and [^x] match no newline; ^ and $ match at lines
	Extended                    bool // POSIX's language: no escapes, look-around, short preferences nor embedded options
	Basic                       bool // its older one, in which marks of groups and bounds have a backslash
}

// Error says what is wrong with an expression, in PostgreSQL's words.
type Error struct{ Reason string }

func (e *Error) Error() string { return e.Reason }

// Limit is how much a search may do.
type Limit struct {
	Steps int
	// Ended, when not nil, is asked now and then: a search whose answer nobody waits for any more fails with ErrSteps.
	Ended func() bool

	look int // steps at which Ended is asked again
}

// askedSteps is how many steps are done without asking: some milliseconds.
const askedSteps = 200_000

// ErrSteps: the expression took more steps than were allowed.
var ErrSteps = errors.New("regular expression takes too many steps")

// Regexp is a compiled expression. It may be used by many goroutines.
type Regexp struct {
	tree   *node
	groups int
	fold   bool
	anchor bool // ^ and $ match at lines
	Around bool // it looks at what stands around a match
}

// Groups is the number of groups.
func (re *Regexp) Groups() int { return re.groups }

// Compile reads an expression.
func Compile(pattern string, f Flags) (*Regexp, error) {
	p := &parser{src: pattern, flags: f}
	tree, err := p.parse()
	if err != nil {
		return nil, err
	}
	re := &Regexp{tree: tree, groups: p.groups, fold: p.flags.Fold, anchor: p.flags.NewlineAnchors}
	c := compiler{re: re}
	if err := c.tree(tree); err != nil {
		return nil, err
	}
	return re, nil
}

// Find gives the first match that begins at from or later: the ends of the match and of each group, -1 where a group has no part in it. It is
// nil where there is none. What is left of the limit is put back.
func (re *Regexp) Find(s []byte, from int, limit *Limit) ([]int, error) {
	m := &machine{re: re, s: s, most: limit}
	return m.find(from)
}

// Divide gives the groups of the match that is known to go from begin to end; nil if there is none there after all.
func (re *Regexp) Divide(s []byte, begin, end int, limit *Limit) ([]int, error) {
	m := &machine{re: re, s: s, most: limit, limit: end, groups: make([]int, 2*(re.groups+1))}
	for i := range m.groups {
		m.groups[i] = -1
	}
	m.groups[0], m.groups[1] = begin, end
	ok := m.dissect(re.tree, begin, end)
	switch {
	case m.over:
		return nil, ErrSteps
	case !ok:
		return nil, nil
	}
	return m.groups, nil
}
