package nql

import "math"

// Conjuncts splits an expression at its outermost ands. nil has none.
func Conjuncts(e Expr) []Expr { return appendConjuncts(nil, e) }

func appendConjuncts(list []Expr, e Expr) []Expr {
	if e == nil {
		return list
	}
	if b, ok := e.(*Binary); ok && b.Op == And {
		return appendConjuncts(appendConjuncts(list, b.L), b.R)
	}
	return append(list, e)
}

// Conjoin joins expressions with and; of none it is nil.
func Conjoin(list []Expr) Expr {
	var e Expr
	for _, x := range list {
		if e == nil {
			e = x
		} else {
			e = &Binary{Op: And, L: e, R: x}
		}
	}
	return e
}

// Walk calls f for e and everything below it, operands before later ones.
func Walk(e Expr, f func(Expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, c := range children(e) {
		Walk(c, f)
	}
}

func children(e Expr) []Expr {
	switch e := e.(type) {
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.L, e.R}
	case *Like:
		return []Expr{e.X, e.Pattern}
	case *In:
		return append([]Expr{e.X}, e.List...)
	case *Between:
		return []Expr{e.X, e.Low, e.High}
	case *IsNull:
		return []Expr{e.X}
	case *Call:
		return e.Args
	case *InArray:
		return []Expr{e.X, e.Array}
	case *Regex:
		return []Expr{e.X}
	case *If:
		return []Expr{e.Cond, e.Then, e.Else}
	case *Lambda:
		return []Expr{e.Body}
	case *Access:
		return []Expr{e.X}
	case *Spread:
		return []Expr{e.X}
	case *Array:
		return e.Items
	case *Object:
		list := make([]Expr, len(e.Members))
		for i := range e.Members {
			list[i] = e.Members[i].Value
		}
		return list
	}
	return nil
}

// Paths lists the paths that e touches, each once, in order of first appearance.
func Paths(e Expr) []*Path {
	var list []*Path
	Walk(e, func(x Expr) {
		p, ok := x.(*Path)
		if !ok {
			return
		}
		for _, q := range list {
			if q.Equal(p) {
				return
			}
		}
		list = append(list, p)
	})
	return list
}

// Equal reports whether two paths are spelled the same.
func (p *Path) Equal(o *Path) bool {
	if p.Root != o.Root || len(p.Steps) != len(o.Steps) {
		return false
	}
	for i := range p.Steps {
		if p.Steps[i] != o.Steps[i] {
			return false
		}
	}
	return true
}

// MinTime and MaxTime are the bounds of a query that has none.
const (
	MinTime int64 = math.MinInt64
	MaxTime int64 = math.MaxInt64
)

// TimeBounds takes the bounds of @t out of e's conjuncts that compare it with an Instant: from <= @t < to, in 100 ns
// since 1970, and what remains of e (nil: nothing). MaxTime is no bound: it lets through @t = MaxTime too. Parameters are not
// looked into: Bind them first.
func TimeBounds(e Expr) (from, to int64, rest Expr) {
	from, to = MinTime, MaxTime
	var left []Expr
	for _, c := range Conjuncts(e) {
		f, t, ok := timeBound(c)
		if !ok {
			left = append(left, c)
			continue
		}
		from, to = max(from, f), min(to, t)
	}
	return from, to, Conjoin(left)
}

// timeBound gives the bounds that one conjunct sets, if it sets bounds and nothing else.
func timeBound(e Expr) (from, to int64, ok bool) {
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
			_, to, ok = boundOf(Le, high)
			return low, to, ok
		}
	}
	return 0, 0, false
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
func boundOf(op Op, x int64) (from, to int64, ok bool) {
	if x >= MaxTime-1 {
		return 0, 0, false
	}
	switch op {
	case Eq:
		return x, x + 1, true
	case Lt:
		return MinTime, x, true
	case Le:
		return MinTime, x + 1, true
	case Gt:
		return x + 1, MaxTime, true
	case Ge:
		return x, MaxTime, true
	}
	return 0, 0, false
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
