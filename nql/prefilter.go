package nql

import (
	"bytes"
	"cmp"
	"slices"
)

// prefilter is what the raw bytes of every document must contain for a predicate to be true: something of each clause. It may let documents through for
// which the predicate is not true, and never holds one back for which it is. It rests on documents being normalised: a string
// has one spelling, a name stands before its colon, and nothing is between them.
type prefilter []clause

// clause is needles of which a document must contain at least one.
type clause []needle

const (
	// minNeedle is the length below which a needle is found almost everywhere.
	minNeedle = 3
	// maxClauses and maxNeedles bound what is searched for, of all that a predicate demands: the search is to cost less than what it spares.
	maxClauses = 4
	maxNeedles = 8
	// maxTogether is how many conjuncts are compared with each other.
	maxTogether = 64
)

// passes reports whether a document may match.
func (p prefilter) passes(st *state, doc []byte) bool {
	for _, c := range p {
		if !c.in(st, doc) {
			return false
		}
	}
	return true
}

func (c clause) in(st *state, doc []byte) bool {
	for i := range c {
		if c[i].find(st, doc, 0) >= 0 {
			return true
		}
	}
	return false
}

// prefilterOf takes from a simplified predicate what it demands of the raw bytes, the rarest first.
func prefilterOf(where Expr) prefilter {
	all := demanded(where)
	slices.SortStableFunc(all, func(a, b clause) int { return cmp.Compare(b.rarity(), a.rarity()) })
	var out prefilter
	for _, c := range all {
		if len(out) == maxClauses {
			break
		}
		if !slices.ContainsFunc(out, func(before clause) bool { return before.saysMore(c) }) {
			out = append(out, c)
		}
	}
	return out
}

// saysMore reports whether whatever contains something of c contains something of o, and nearly always what is asked behind it: a name with its value says as
// much as the name and a question about the value.
func (c clause) saysMore(o clause) bool {
	for i := range c {
		x := &c[i]
		if !slices.ContainsFunc(o, func(y needle) bool {
			return x.implies(&y) || x.probe == nil && len(x.text) > len(y.text) && x.includes(&y)
		}) {
			return false
		}
	}
	return true
}

// demanded lists the clauses of a simplified predicate.
func demanded(e Expr) prefilter {
	b, ok := e.(*Binary)
	switch {
	case e == nil:
		return nil
	case ok && b.Op == And:
		return together(chainOf(b))
	case ok && b.Op == Or:
		out := alternatives(chainOf(b))
		if len(Paths(b)) == 1 && !wild(b) { // one question about one value
			out = slices.DeleteFunc(out, clause.asks)
			out = append(out, keyClauses(b)...)
		}
		return out
	}
	return append(valueClauses(e), keyClauses(e)...)
}

// together takes the clauses of conjuncts. What several ask of one path is asked of its value at once.
func together(conjuncts []Expr) prefilter {
	var out prefilter
	if len(conjuncts) > maxTogether {
		for _, c := range conjuncts {
			out = append(out, demanded(c)...)
		}
		return out
	}
	for i, c := range conjuncts {
		b, ok := c.(*Binary)
		if ok && b.Op == Or {
			out = append(out, demanded(c)...)
			continue
		}
		out = append(out, valueClauses(c)...)
		paths := Paths(c)
		if len(paths) != 1 || wild(c) {
			out = append(out, keyClauses(c)...)
			continue
		}
		same := []Expr{c}
		first := true
		for j, d := range conjuncts {
			if of := Paths(d); j != i && len(of) == 1 && of[0].Equal(paths[0]) && !wild(d) {
				first = first && j > i
				same = append(same, d)
			}
		}
		if first {
			out = append(out, keyClauses(Conjoin(same))...)
		}
	}
	return out
}

// alternatives takes a clause of each branch of an or, the rarest: one of them is demanded. A branch that demands nothing spoils it.
func alternatives(branches []Expr) prefilter {
	var all clause
	for _, x := range branches {
		of := demanded(x)
		if len(of) == 0 {
			return nil
		}
		best := slices.MaxFunc(of, func(a, b clause) int { return cmp.Compare(a.rarity(), b.rarity()) })
		for _, n := range best {
			all = all.with(n)
		}
		if len(all) > maxNeedles {
			return nil
		}
	}
	return prefilter{all}
}

// with adds an alternative unless what it would find is found already.
func (c clause) with(n needle) clause {
	if slices.ContainsFunc(c, func(x needle) bool { return n.implies(&x) }) {
		return c
	}
	return append(slices.DeleteFunc(c, func(x needle) bool { return x.implies(&n) }), n)
}

// asks reports whether a value is asked about.
func (c clause) asks() bool {
	return slices.ContainsFunc(c, func(n needle) bool { return n.probe != nil })
}

// bare reports whether a member's name alone will do.
func (c clause) bare() bool {
	return slices.ContainsFunc(c, func(n needle) bool { return n.probe == nil && bytes.HasSuffix(n.text, []byte(`":`)) })
}

// rarity guesses how seldom a clause lets a document through; more is rarer.
func (c clause) rarity() int {
	least := 0
	for i, n := range c {
		r := rarity(n.text)
		if n.probe == nil && bytes.HasSuffix(n.text, []byte(`":`)) {
			r /= 4 // the name of a member alone is often in every document
		}
		if i == 0 || r < least {
			least = r
		}
	}
	return least - 2*len(c)
}

// rarity goes by length, and by what the bytes of JSON are made of.
func rarity(text []byte) int {
	n := 0
	for _, c := range text {
		switch {
		case c == '"' || c == ':' || c == ' ':
			n++
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			n += 2
		default:
			n += 3
		}
	}
	return n
}
