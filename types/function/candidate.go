package function

import "github.com/flare-pg/flare-pg/types"

// candidate is one overload in a resolution: its argument types, expanded to the number of arguments given.
type candidate[T any] struct {
	of   T
	args []types.OID
}

// choose picks the overload that PostgreSQL's manual, sections 10.2 and 10.3, picks: exact types, then implicit
// casts, most exact matches, preferred types, and what unknown literals suggest. ok is false when
// none fits (none = true) or no single best one remains.
func choose[T any](cs []candidate[T], args []types.OID) (best candidate[T], none, ok bool) {
	for _, c := range cs {
		if exact(c.args, args) {
			return c, false, true
		}
	}
	cs = keep(cs, func(c candidate[T]) bool { return coercible(args, c.args) })
	if len(cs) < 2 {
		return first(cs)
	}
	unknowns := 0
	for _, t := range args {
		if t == types.Unknown {
			unknowns++
		}
	}
	if cs = mostMatches(cs, args, func(want, given types.OID) bool { return want == given }); len(cs) == 1 {
		return first(cs)
	}
	cs = mostMatches(cs, args, func(want, given types.OID) bool {
		return want == given || category(want) == category(given) && preferred(want)
	})
	if len(cs) == 1 {
		return first(cs)
	}
	if unknowns == 0 {
		return best, false, false
	}
	if narrowed, resolved := byUnknowns(cs, args); resolved {
		cs = narrowed
		if len(cs) == 1 {
			return first(cs)
		}
	}
	// All known arguments have one type: would the unknown ones have it too?
	known := types.OID(types.Unknown)
	for _, t := range args {
		if t == types.Unknown || t == known {
			continue
		}
		if known != types.Unknown {
			return best, false, false
		}
		known = t
	}
	if known == types.Unknown || unknowns == len(args) {
		return best, false, false
	}
	same := make([]types.OID, len(args))
	for i := range same {
		same[i] = known
	}
	cs = keep(cs, func(c candidate[T]) bool { return coercible(same, c.args) })
	if len(cs) != 1 {
		return best, false, false
	}
	return first(cs)
}

func first[T any](cs []candidate[T]) (candidate[T], bool, bool) {
	if len(cs) == 0 {
		return candidate[T]{}, true, false
	}
	return cs[0], false, true
}

func keep[T any](cs []candidate[T], want func(candidate[T]) bool) []candidate[T] {
	var kept []candidate[T]
	for _, c := range cs {
		if want(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

func exact(want, given []types.OID) bool {
	for i := range want {
		if want[i] != given[i] {
			return false
		}
	}
	return true
}

// coercible reports whether every argument is of the wanted type or can be cast to it implicitly.
func coercible(given, want []types.OID) bool {
	for i := range given {
		if !CanCast(given[i], want[i], CastImplicit) {
			return false
		}
	}
	return consistent(want, given)
}

// mostMatches keeps the candidates with the highest number of known arguments for which match holds; it keeps
// all where no candidate has any.
func mostMatches[T any](cs []candidate[T], args []types.OID, match func(want, given types.OID) bool) []candidate[T] {
	var kept []candidate[T]
	most := 0
	for _, c := range cs {
		n := 0
		for i, t := range args {
			if t != types.Unknown && match(c.args[i], t) {
				n++
			}
		}
		if n > most || len(kept) == 0 {
			most, kept = n, kept[:0]
		}
		if n == most {
			kept = append(kept, c)
		}
	}
	return kept
}

// byUnknowns narrows by the unknown arguments: each is taken for a string where a candidate takes one,
// else for the one category that all candidates share. resolved is false where one has no such category.
func byUnknowns[T any](cs []candidate[T], args []types.OID) (narrowed []candidate[T], resolved bool) {
	cats, prefs := make([]byte, len(args)), make([]bool, len(args))
	for i, t := range args {
		if t != types.Unknown {
			continue
		}
		conflict := false
		for _, c := range cs {
			cat, pref := category(c.args[i]), preferred(c.args[i])
			switch {
			case cats[i] == 0:
				cats[i], prefs[i] = cat, pref
			case cat == cats[i]:
				prefs[i] = prefs[i] || pref
			case cat == 'S':
				cats[i], prefs[i] = cat, pref
				conflict = false
			case cats[i] != 'S':
				conflict = true
			}
		}
		if conflict && cats[i] != 'S' {
			return nil, false
		}
	}
	narrowed = keep(cs, func(c candidate[T]) bool {
		for i, t := range args {
			if t == types.Unknown && (category(c.args[i]) != cats[i] || prefs[i] && !preferred(c.args[i])) {
				return false
			}
		}
		return true
	})
	if len(narrowed) == 0 {
		return cs, true
	}
	return narrowed, true
}
