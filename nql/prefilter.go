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
)

// passes reports whether a document may match.
func (p prefilter) passes(doc []byte) bool {
	for _, c := range p {
		if !c.in(doc) {
			return false
		}
	}
	return true
}

func (c clause) in(doc []byte) bool {
	for i := range c {
		if c[i].find(doc) >= 0 {
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
		if !slices.ContainsFunc(out, func(before clause) bool { return before.implies(c) }) {
			out = append(out, c)
		}
	}
	return out
}

// implies reports whether whatever contains something of c contains something of o.
func (c clause) implies(o clause) bool {
	for _, x := range c {
		if !slices.ContainsFunc(o, x.implies) {
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
		var out prefilter
		for _, c := range chainOf(b) {
			out = append(out, demanded(c)...)
		}
		return out
	case ok && b.Op == Or:
		return alternatives(chainOf(b))
	}
	return append(valueClauses(e), keyClauses(e)...)
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
	if slices.ContainsFunc(c, n.implies) {
		return c
	}
	return append(slices.DeleteFunc(c, func(x needle) bool { return x.implies(n) }), n)
}

// rarity guesses how seldom a clause lets a document through; more is rarer.
func (c clause) rarity() int {
	least := 0
	for i, n := range c {
		if r := rarity(n.text); i == 0 || r < least {
			least = r
		}
	}
	return least - 2*len(c)
}

// rarity goes by length, and by what the bytes of JSON are made of. The name of a member alone is often in every document.
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
	if bytes.HasSuffix(text, []byte(`":`)) {
		n /= 4
	}
	return n
}
