package textsearch

import (
	"bytes"
	"slices"
	"sort"
)

// answer is whether a query matches; maybe where the places are not known that it would need.
type answer uint8

const (
	no answer = iota
	yes
	maybe
)

// source says of an operand whether it is there. With found it also gives the places, in order and each once; maybe, and none, where they are not known.
type source func(operand *Node, found *matched) answer

// matched is where a part of a phrase stands: at the places, or at all others where not is set. A place is that of the last lexeme; width is how many
// places before it the first one stands.
type matched struct {
	places []int
	not    bool
	width  int
}

// A Matcher asks documents whether a query matches. It is used by one goroutine.
type Matcher struct {
	tree    *Node
	lexemes []Lexeme
}

// NewMatcher makes a Matcher, with a copy of the query.
func NewMatcher(q Query) *Matcher { return &Matcher{tree: Query(bytes.Clone(q)).Tree()} }

// Matches reports whether the query matches a document.
func (m *Matcher) Matches(v Vector) bool {
	if m.tree == nil {
		return false
	}
	m.lexemes = v.Lexemes(m.lexemes[:0])
	return m.tree.execute(func(o *Node, found *matched) answer { return lookUp(m.lexemes, o, found) }) != no
}

// findLexeme gives the first lexeme that is not less than a text, and whether it is the text.
func findLexeme(lexemes []Lexeme, text []byte) (int, bool) {
	return sort.Find(len(lexemes), func(i int) int { return bytes.Compare(text, lexemes[i].Text) })
}

// lookUp finds an operand among the lexemes of a document.
func lookUp(lexemes []Lexeme, o *Node, found *matched) answer {
	i, ok := findLexeme(lexemes, o.Text)
	if !o.Prefix {
		if !ok {
			return no
		}
		return lexemes[i].match(o, found)
	}
	result := no
	var places []int
	for ; i < len(lexemes) && bytes.HasPrefix(lexemes[i].Text, o.Text); i++ {
		var one matched
		if found == nil {
			if lexemes[i].match(o, nil) == yes {
				return yes
			}
			continue
		}
		switch lexemes[i].match(o, &one) {
		case maybe:
			return maybe
		case yes:
			places, result = append(places, one.places...), yes
		}
	}
	if result == yes {
		slices.Sort(places)
		found.places = slices.Compact(places)
	}
	return result
}

// match is whether a lexeme that has an operand's text has one of its weights. A lexeme without places has them all.
func (l *Lexeme) match(o *Node, found *matched) answer {
	if l.Places() == 0 {
		if found != nil {
			return maybe
		}
		return yes
	}
	if found == nil && o.Weights == 0 {
		return yes
	}
	result := no
	for i := range l.Places() {
		p := l.Place(i)
		if o.Weights != 0 && o.Weights>>p.Weight()&1 == 0 {
			continue
		}
		if result = yes; found == nil {
			return yes
		}
		found.places = append(found.places, p.Number())
	}
	return result
}

// execute evaluates a tree above its phrases. A phrase whose places are not known counts as not matched.
func (n *Node) execute(in source) answer {
	switch n.Op {
	case Operand:
		return in(n, nil)
	case Not:
		return [...]answer{no: yes, yes: no, maybe: maybe}[n.Right.execute(in)]
	case And:
		l := n.Left.execute(in)
		if l == no {
			return no
		}
		if r := n.Right.execute(in); r != yes {
			return r
		}
		return l
	case Or:
		l := n.Left.execute(in)
		if l == yes {
			return yes
		}
		if r := n.Right.execute(in); r != no {
			return r
		}
		return l
	}
	var found matched
	if n.phrase(in, &found) == yes {
		return yes
	}
	return no
}

// phrase evaluates a tree at or below a phrase, and finds where it matches. Unless it says yes, found is empty.
func (n *Node) phrase(in source, found *matched) answer {
	switch n.Op {
	case Operand:
		return in(n, found)
	case Not:
		switch n.Right.phrase(in, found) {
		case no:
			found.not = true // everywhere
			return yes
		case maybe:
			return maybe
		}
		if len(found.places) == 0 { // it was everywhere
			found.not = false
			return no
		}
		found.not = !found.not
		return yes
	}
	var l, r matched
	lmatch := n.Left.phrase(in, &l)
	if lmatch == no && n.Op != Or {
		return no
	}
	rmatch := n.Right.phrase(in, &r)
	switch {
	case rmatch == no && (n.Op != Or || lmatch == no):
		return no
	case lmatch == maybe || rmatch == maybe:
		return maybe
	}
	if lmatch == no {
		l.width = 0
	}
	if rmatch == no {
		r.width = 0
	}
	if n.Op == Phrase {
		found.width = n.Distance + l.width + r.width
		l.shift(n.Distance + r.width)
	} else { // both end where the wider one does
		found.width = max(l.width, r.width)
		l.shift(found.width - l.width)
		r.shift(found.width - r.width)
	}
	if n.Op == Or {
		switch {
		case l.not && r.not:
			found.places, found.not = merge(l.places, r.places, false, true, false), true
		case l.not:
			found.places, found.not = merge(l.places, r.places, true, false, false), true
		case r.not:
			found.places, found.not = merge(l.places, r.places, false, false, true), true
		default:
			found.places = merge(l.places, r.places, true, true, true)
		}
	} else {
		switch {
		case l.not && r.not:
			found.places, found.not = merge(l.places, r.places, true, true, true), true
		case l.not:
			found.places = merge(l.places, r.places, false, false, true)
		case r.not:
			found.places = merge(l.places, r.places, true, false, false)
		default:
			found.places = merge(l.places, r.places, false, true, false)
		}
	}
	if found.not || len(found.places) > 0 {
		return yes
	}
	return no
}

func (m *matched) shift(by int) {
	if by == 0 {
		return
	}
	places := make([]int, len(m.places))
	for i, p := range m.places {
		places[i] = p + by
	}
	m.places = places
}

// merge gives, in order, the places that are in a alone, in both, in b alone, as wanted.
func merge(a, b []int, onlyA, both, onlyB bool) (out []int) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			if onlyA {
				out = append(out, a[0])
			}
			a = a[1:]
		case len(a) == 0 || b[0] < a[0]:
			if onlyB {
				out = append(out, b[0])
			}
			b = b[1:]
		default:
			if both {
				out = append(out, a[0])
			}
			a, b = a[1:], b[1:]
		}
	}
	return out
}
