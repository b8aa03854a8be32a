package are

// preference is whether a part of an expression likes long or short matches; neither, if how long they are is not for it to choose.
type preference byte

const (
	noPreference preference = iota
	longer
	shorter
)

// traits are what is known of a part: its preference, whether both kinds are mixed in it, and whether it has groups or back-references.
type traits struct {
	prefers    preference
	mixed      bool
	group, ref bool
}

// messy parts have to be divided on their own.
func (t traits) messy() bool { return t.mixed || t.group || t.ref }

// within is what a part's traits are to the one around it: preferences count no more, but a mixture of them does.
func within(a, b traits) traits {
	return traits{
		mixed: a.mixed || b.mixed || a.prefers != noPreference && b.prefers != noPreference && a.prefers != b.prefers,
		group: a.group || b.group, ref: a.ref || b.ref,
	}
}

// combine is the traits of two parts in a row: the first one that has a preference tells.
func combine(a, b traits) traits {
	t := within(a, b)
	if t.prefers = a.prefers; t.prefers == noPreference {
		t.prefers = b.prefers
	}
	return t
}

// nodeKind is how a part is divided.
type nodeKind byte

const (
	leaf    nodeKind = iota // not at all
	inRow                   // left, then right
	either                  // one of several
	repeat                  // left, min to max times
	group                   // left is group number
	backRef                 // the text of group number, min to max times
)

// node is a part of an expression: how to divide it, and what it matches.
type node struct {
	kind        nodeKind
	traits      traits
	left, right *node
	choices     []*node
	number      int
	min, max    int
	match       *atom // what it matches, as an expression for the automaton
	prog        *program
}

// atomKind is a construct that the automaton knows.
type atomKind byte

const (
	empty atomKind = iota
	char
	sequence
	alternatives
	repeated
	assertion
)

// many is an upper bound that is none.
const many = -1

// atom is an expression as the automaton sees it, without groups.
type atom struct {
	kind     atomKind
	set      *charSet
	list     []*atom
	min, max int
	assert   assertKind
	inner    *atom // of look-around
	negated  bool
}

type assertKind byte

const (
	atStart     assertKind = iota // \A
	atEnd                         // \Z
	lineStart                     // ^
	lineEnd                       // $
	wordStart                     // \m
	wordEnd                       // \M
	wordEdge                      // \y
	notWordEdge                   // \Y
	lookAhead
	lookBehind
)

func row(list ...*atom) *atom {
	var kept []*atom
	for _, a := range list {
		if a.kind != empty {
			kept = append(kept, a)
		}
	}
	switch len(kept) {
	case 0:
		return &atom{}
	case 1:
		return kept[0]
	}
	return &atom{kind: sequence, list: kept}
}

func times(a *atom, min, max int) *atom {
	if min == 1 && max == 1 {
		return a
	}
	return &atom{kind: repeated, list: []*atom{a}, min: min, max: max}
}

// unconstrained is an atom without its constraints, as a back-reference has it: they held where the group was.
func (a *atom) unconstrained() *atom {
	if a.kind == assertion {
		return &atom{}
	}
	b := *a
	b.list = nil
	for _, inner := range a.list {
		b.list = append(b.list, inner.unconstrained())
	}
	return &b
}
