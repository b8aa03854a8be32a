package nql

import (
	"bytes"
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// ValueTest is a predicate of one member of an event. A page asks it about values; what it is true of can be told without asking where Numbers or
// Texts say so. One goroutine uses it.
type ValueTest struct {
	truth truthFunc
	st    *state
	slots []pageSlot
	core  Builtin

	// Strings: it is true of nothing but strings; with Scalars of numbers and booleans too, whose spelling counts as one. Of a core column all values are
	// strings: its texts.
	Strings, Scalars bool
	// Numbers, where not nil, are the numbers that it is true of, and it is true of nothing else.
	Numbers *NumberSet
	// Texts, where not nil, are the strings that it is true of, or with Others all strings but these, and it is true of nothing else.
	Texts  [][]byte
	Others bool
	named  map[string]struct{} // the texts, where they are many
	// Contains, where not empty, stands in every string that it is true of, as it is spelled in documents.
	Contains []byte
	// EachNumber, where not unknown, is what it is of every number.
	EachNumber Truth
}

// Truth is what a test is of several values; the zero value is not known.
type Truth uint8

// The truths.
const (
	Unknown Truth = iota
	AllFalse
	AllTrue
)

// testOf tells what is known of a predicate that reads one member.
func testOf(e Expr, m PageMember) *ValueTest {
	t := &ValueTest{core: m.Core}
	is := func(x Expr) bool { // the member itself, as it stands in documents, or its text
		if c, ok := x.(*Call); ok && c.Name == "text" && len(c.Args) == 1 {
			t.Scalars = true
			x = c.Args[0]
		}
		p, ok := x.(*Path)
		return ok && hasNoElements(p)
	}
	switch x := e.(type) {
	case *Binary:
		l, r, op := x.L, x.R, x.Op
		if _, constant := l.(*Literal); constant {
			l, r, op = r, l, mirrored(op)
		}
		k, constant := r.(*Literal)
		if !constant || op < Eq || op > Ge {
			break
		}
		if is(l) && k.Value.Kind == String {
			t.Strings = true
			if (op == Eq || op == Ne) && !x.CI {
				t.texts([]Expr{k}, op == Ne)
			}
			break
		}
		t.numbers(l, op, k)
	case *In:
		if len(x.List) == 0 {
			break
		}
		if is(x.X) && !x.CI {
			t.texts(x.List, x.Not)
		}
		if t.Texts == nil {
			t.numbersIn(x)
		}
	case *Between:
		t.numbersBetween(x)
	case *Like:
		t.Strings = is(x.X)
		t.ofLike(x)
	case *Regex:
		t.Strings = is(x.X)
	}
	if m.Core != NoBuiltin {
		t.Numbers = nil // they are texts there
	}
	if t.Scalars && t.Texts != nil && !slices.ContainsFunc(t.Texts, likeNumber) {
		if t.EachNumber = AllFalse; t.Others {
			t.EachNumber = AllTrue
		}
	}
	return t
}

// ofLike notes what a like says of numbers and strings of which the test is true.
func (t *ValueTest) ofLike(x *Like) {
	t.EachNumber = likeOfNumbers(x)
	of := x.X
	if c, ok := of.(*Call); ok && c.Name == "text" && len(c.Args) == 1 {
		of = c.Args[0]
	}
	p, isPath := of.(*Path)
	s, ok := textOf(x.Pattern)
	if !ok || !isPath || !hasNoElements(p) || x.Not || x.CI {
		return
	}
	for _, run := range patternOf(s).runs {
		if text := inner(run); len(text) > len(t.Contains) {
			t.Contains = text
		}
	}
}

// numberBytes are those that numbers are spelled with.
const numberBytes = "0123456789+-.eE"

// likeOfNumbers tells what a like is of every number's text: where it asks for what no number has.
func likeOfNumbers(x *Like) Truth {
	c, ok := x.X.(*Call)
	if !ok || c.Name != "text" || len(c.Args) != 1 {
		return Unknown
	}
	p, isPath := c.Args[0].(*Path)
	s, ok := textOf(x.Pattern)
	if !ok || !isPath || !hasNoElements(p) {
		return Unknown
	}
	for _, run := range patternOf(s).runs {
		if strings.Trim(run, numberBytes) != "" {
			if x.Not {
				return AllTrue
			}
			return AllFalse
		}
	}
	return Unknown
}

// likeNumber reports whether a text could be the spelling of a number; it may say so of more.
func likeNumber(text []byte) bool { return len(bytes.Trim(text, numberBytes)) == 0 }

// hasNoElements reports whether a path leads through members alone.
func hasNoElements(p *Path) bool {
	for _, s := range p.Steps {
		if s.Kind != Member {
			return false
		}
	}
	return p.Root != Timestamp && p.Root != ID
}

// texts notes that the test is true of constants alone, or with others of all strings but these.
func (t *ValueTest) texts(list []Expr, others bool) {
	var all [][]byte
	for _, x := range list {
		s, ok := textOf(x)
		if !ok {
			return
		}
		all = append(all, inner(s))
	}
	t.Strings, t.Texts, t.Others = true, all, others
	if len(all) >= hashMembers {
		t.named = make(map[string]struct{}, len(all))
		for _, text := range all {
			t.named[string(text)] = struct{}{}
		}
	}
}

// TrueOfText tells whether a test with Texts is true of a string, as it is spelled in documents.
func (t *ValueTest) TrueOfText(spelled []byte) bool {
	if t.named != nil {
		_, is := t.named[string(spelled)]
		return is != t.Others
	}
	return slices.ContainsFunc(t.Texts, func(text []byte) bool { return string(text) == string(spelled) }) != t.Others
}

// True asks the test about a value as it stands in JSON, or Missing. Of a core column strings are its texts.
func (t *ValueTest) True(v sparse.Value) (bool, error) {
	st := t.st
	st.begin(&noEvent)
	if t.core != NoBuiltin {
		x := val{}
		switch v.Kind {
		case sparse.String:
			x = val{kind: String, s: st.text(v.Raw)}
		case sparse.Number, sparse.True, sparse.False:
			x = val{kind: String, s: v.Raw}
		}
		st.made[t.core], st.known = x, 1<<t.core
	} else {
		for i := range t.slots {
			st.slots[i] = behind(v, t.slots[i].steps)
		}
	}
	ok := t.truth(st) == yes
	return ok && st.failed == nil, st.failed
}

// noEvent stands for the event while a test is asked, which reads nothing of it. It is not changed.
var noEvent Event

// clone makes a test for another goroutine, which is asked with st.
func (t *ValueTest) clone(st *state) *ValueTest {
	c := *t
	c.st = st
	if t.Numbers != nil {
		c.Numbers = &NumberSet{ranges: t.Numbers.ranges, others: t.Numbers.others, Integers: t.Numbers.Integers, Floats: t.Numbers.Floats, digits: -1}
	}
	return &c
}

// Core tells which core column is tested; NoBuiltin: a member of documents.
func (t *ValueTest) Core() Builtin { return t.core }
