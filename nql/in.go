package nql

import "strconv"

// listed is the constants of an IN list that are found by their value, however many there are.
type listed struct {
	texts    map[string]struct{}
	integers map[int64]struct{}
	each     []truthFunc // of the integers, for numbers that are spelled otherwise
}

// hashMembers is from how many members on they are looked up rather than compared with.
const hashMembers = 4

// in compiles x in [a, b, …], which is x = a or x = b or …, also in what is unknown.
func (c *compiler) in(e *In) (truthFunc, bool, error) {
	x, err := c.value(e.X)
	if err != nil {
		return nil, false, err
	}
	isConst := x.constant
	set := listed{texts: map[string]struct{}{}, integers: map[int64]struct{}{}}
	var all, rest []truthFunc
	for _, m := range e.List {
		o, err := c.value(m)
		if err != nil {
			return nil, false, err
		}
		if err := checkInstant(&Binary{L: e.X, R: m}, &o); err != nil {
			return nil, false, err
		}
		isConst = isConst && o.constant
		test := compareFunc(Eq, x, o, e.CI)
		all = append(all, test)
		switch {
		case o.constant && o.value.kind == String && !e.CI:
			set.texts[string(o.value.s)] = struct{}{}
		case o.constant && o.value.kind == Integer:
			if _, there := set.integers[o.value.i]; !there {
				set.each = append(set.each, test)
			}
			set.integers[o.value.i] = struct{}{}
		default:
			rest = append(rest, test)
		}
	}
	f := oneOf(all)
	if len(all)-len(rest) >= hashMembers {
		others := oneOf(rest)
		f = func(st *state) tri {
			v := x.eval(st)
			if t := set.has(st, &v); t == yes || len(rest) == 0 {
				return t
			} else {
				return max(t, others(st))
			}
		}
	}
	return negated(f, e.Not), isConst, nil
}

// oneOf is true where one of several is, else unknown where one is.
func oneOf(tests []truthFunc) truthFunc {
	return func(st *state) tri {
		t := no
		for _, test := range tests {
			if t = max(t, test(st)); t == yes {
				break
			}
		}
		return t
	}
}

// has tells what the comparisons of v with all members come to: with those of another kind they are unknown.
func (s *listed) has(st *state, v *val) tri {
	switch v.kind {
	case String:
		if _, there := s.texts[string(v.s)]; there {
			return yes
		}
		return triOrUnknown(len(s.integers) == 0)
	case Integer:
		return s.hasInteger(v.i)
	case Number:
		if n, ok := shortInteger(v.s); ok {
			return s.hasInteger(n)
		}
	case Float:
	default:
		return unknown
	}
	t := triOrUnknown(len(s.texts) == 0)
	if len(s.each) > 0 {
		t = max(t, oneOf(s.each)(st))
	}
	return t
}

func (s *listed) hasInteger(n int64) tri {
	if _, there := s.integers[n]; there {
		return yes
	}
	return triOrUnknown(len(s.texts) == 0)
}

// triOrUnknown is no where that can be told.
func triOrUnknown(told bool) tri {
	if told {
		return no
	}
	return unknown
}

// shortInteger reads a number that is spelled as an integer of up to 18 digits.
func shortInteger(spelled []byte) (int64, bool) {
	if len(spelled) > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(spelled), 10, 64)
	return n, err == nil
}
