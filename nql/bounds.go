package nql

import "math"

// MinTime and MaxTime are the bounds of a query that has none.
const (
	MinTime int64 = math.MinInt64
	MaxTime int64 = math.MaxInt64
)

// TimeBounds takes the bounds of @t out of e: no event is matched but with from <= @t < to, in 100 ns since 1970, and what remains of e (nil:
// nothing) says the rest. Conjuncts that set bounds and nothing else are gone from it; others, such as ranges joined by or, narrow the
// bounds and stay, as they are written. MaxTime is no bound: it lets through @t = MaxTime too. Constants are folded; parameters
// are not looked into: Bind them first.
func TimeBounds(e Expr) (from, to int64, rest Expr) {
	all := period{MinTime, MaxTime}
	var left []Expr
	for _, c := range Conjuncts(e) {
		x := simplify(c, false)
		s, exact := timeBound(x)
		if !exact {
			if !isLiteralTruth(x, yes) {
				left = append(left, c)
			}
			s = hull(x)
		}
		all = all.and(s)
	}
	return all.from, all.to, Conjoin(left)
}

// period is a range of @t, from <= @t < to; to = MaxTime: no bound.
type period struct{ from, to int64 }

var (
	always = period{MinTime, MaxTime}
	never  = period{MaxTime, MinTime}
)

func (s period) and(o period) period { return period{max(s.from, o.from), min(s.to, o.to)} }

// or gives the smallest range that holds both.
func (s period) or(o period) period {
	switch {
	case s.empty():
		return o
	case o.empty():
		return s
	}
	return period{min(s.from, o.from), max(s.to, o.to)}
}

// empty: there is no such time. MaxTime as the lower bound of a range without an upper one is a time.
func (s period) empty() bool { return s.from >= s.to && s.to != MaxTime }

// hull gives a range outside of which a simplified predicate is true of no event.
func hull(e Expr) period {
	switch x := e.(type) {
	case *Literal:
		if Never(x) {
			return never
		}
	case *Binary:
		switch x.Op {
		case And:
			s := always
			for _, c := range chainOf(x) {
				s = s.and(hull(c))
			}
			return s
		case Or:
			s := never
			for _, c := range chainOf(x) {
				s = s.or(hull(c))
			}
			return s
		}
	case *In:
		if !isTime(x.X) || x.Not {
			break
		}
		s := never
		for _, m := range x.List {
			l, ok := m.(*Literal)
			if !ok {
				return always
			}
			if l.Value.Kind != Instant {
				continue // nothing else equals @t
			}
			one, ok := boundOf(Eq, l.Value.Int)
			if !ok {
				return always
			}
			s = s.or(one)
		}
		return s
	}
	if s, exact := timeBound(e); exact {
		return s
	}
	return always
}

// timeBound gives the bounds that a simplified conjunct sets, if it sets bounds and nothing else.
func timeBound(e Expr) (s period, ok bool) {
	switch e := e.(type) {
	case *Binary:
		if x, is := instantOf(e.R); is && isTime(e.L) {
			return boundOf(e.Op, x)
		}
		if x, is := instantOf(e.L); is && isTime(e.R) {
			return boundOf(mirrored(e.Op), x)
		}
	case *Between:
		low, ok1 := instantOf(e.Low)
		high, ok2 := instantOf(e.High)
		if ok1 && ok2 && !e.Not && isTime(e.X) {
			s, ok = boundOf(Le, high)
			return period{low, s.to}, ok
		}
	}
	return always, false
}

func isTime(e Expr) bool {
	p, ok := e.(*Path)
	return ok && p.Root == Timestamp && len(p.Steps) == 0
}

func instantOf(e Expr) (int64, bool) {
	l, ok := e.(*Literal)
	if !ok || l.Value.Kind != Instant {
		return 0, false
	}
	return l.Value.Int, true
}

// boundOf gives the half-open range of @t op x. Where x is so late that its successor means "no bound", it gives none.
func boundOf(op Op, x int64) (s period, ok bool) {
	if x >= MaxTime-1 {
		return always, false
	}
	switch op {
	case Eq:
		return period{x, x + 1}, true
	case Lt:
		return period{MinTime, x}, true
	case Le:
		return period{MinTime, x + 1}, true
	case Gt:
		return period{x + 1, MaxTime}, true
	case Ge:
		return period{x, MaxTime}, true
	}
	return always, false
}

// mirrored gives the operator that says the same with its operands exchanged.
func mirrored(op Op) Op {
	switch op {
	case Lt:
		return Gt
	case Le:
		return Ge
	case Gt:
		return Lt
	case Ge:
		return Le
	}
	return op
}
