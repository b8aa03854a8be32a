package plan

import "slices"

// Operands returns e's direct sub-expressions, in the order in which they are written.
func Operands(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		return e.Args
	case *And:
		return e.Args
	case *Or:
		return e.Args
	case *Not:
		return []Expr{e.Arg}
	case *IsNull:
		return []Expr{e.Arg}
	case *IsBool:
		return []Expr{e.Arg}
	case *IsDistinct:
		return []Expr{e.L, e.R}
	case *AnyAll:
		return []Expr{e.X, e.Array}
	case *Case:
		out := make([]Expr, 0, 2*len(e.Whens)+1)
		for _, w := range e.Whens {
			out = append(out, w.Cond, w.Then)
		}
		if e.Else != nil {
			out = append(out, e.Else)
		}
		return out
	case *Coalesce:
		return e.Args
	case *InList:
		return append([]Expr{e.X}, e.List...)
	case *SubQuery:
		return append(slices.Clip(e.Left), e.Args...)
	}
	return nil
}

// Walk calls f for e and, where f returns true, for its sub-expressions, outermost first.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, o := range Operands(e) {
		Walk(o, f)
	}
}

// Any reports whether f is true of e or of any sub-expression.
func Any(e Expr, f func(Expr) bool) bool {
	found := false
	Walk(e, func(x Expr) bool {
		found = found || f(x)
		return !found
	})
	return found
}

// Transform rebuilds e from the leaves up: f is given each node, its operands already transformed, and
// returns what takes its place (the node itself to keep it). e is left as it was; what doesn't change is shared.
func Transform(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	one := func(x Expr) Expr { return Transform(x, f) }
	switch n := e.(type) {
	case *Call:
		if args, changed := transformAll(n.Args, one); changed {
			c := *n
			c.Args, e = args, &c
		}
	case *And:
		if args, changed := transformAll(n.Args, one); changed {
			e = &And{Typed: n.Typed, Args: args}
		}
	case *Or:
		if args, changed := transformAll(n.Args, one); changed {
			e = &Or{Typed: n.Typed, Args: args}
		}
	case *Not:
		if a := one(n.Arg); a != n.Arg {
			e = &Not{Typed: n.Typed, Arg: a}
		}
	case *IsNull:
		if a := one(n.Arg); a != n.Arg {
			e = &IsNull{Typed: n.Typed, Arg: a, Not: n.Not}
		}
	case *IsBool:
		if a := one(n.Arg); a != n.Arg {
			e = &IsBool{Typed: n.Typed, Arg: a, Want: n.Want, Not: n.Not}
		}
	case *IsDistinct:
		if l, r := one(n.L), one(n.R); l != n.L || r != n.R {
			e = &IsDistinct{Typed: n.Typed, L: l, R: r, Not: n.Not}
		}
	case *AnyAll:
		if x, a := one(n.X), one(n.Array); x != n.X || a != n.Array {
			c := *n
			c.X, c.Array, e = x, a, &c
		}
	case *Case:
		whens, changed := slices.Clone(n.Whens), false
		for i, w := range whens {
			whens[i] = When{Cond: one(w.Cond), Then: one(w.Then)}
			changed = changed || whens[i] != w
		}
		els := one(n.Else)
		if changed || els != n.Else {
			e = &Case{Typed: n.Typed, Whens: whens, Else: els}
		}
	case *Coalesce:
		if args, changed := transformAll(n.Args, one); changed {
			e = &Coalesce{Typed: n.Typed, Args: args}
		}
	case *InList:
		x := one(n.X)
		list, changed := transformAll(n.List, one)
		if changed || x != n.X {
			e = &InList{Typed: n.Typed, X: x, List: list, Eq: n.Eq, Not: n.Not}
		}
	case *SubQuery:
		left, changed := transformAll(n.Left, one)
		args, changedToo := transformAll(n.Args, one)
		if changed || changedToo {
			c := *n
			c.Left, c.Args, e = left, args, &c
		}
	}
	return f(e)
}

// transformAll applies f to each of list, copying the list when one of them changes.
func transformAll(list []Expr, f func(Expr) Expr) ([]Expr, bool) {
	changed := false
	for i, x := range list {
		y := f(x)
		if y != x && !changed {
			list, changed = slices.Clone(list), true
		}
		if changed {
			list[i] = y
		}
	}
	return list, changed
}

// WithOperands copies a node with other operands, as many as Operands gives and in that order.
func WithOperands(e Expr, ops []Expr) Expr {
	switch n := e.(type) {
	case *Call:
		c := *n
		c.Args = ops
		return &c
	case *And:
		return &And{Typed: n.Typed, Args: ops}
	case *Or:
		return &Or{Typed: n.Typed, Args: ops}
	case *Not:
		return &Not{Typed: n.Typed, Arg: ops[0]}
	case *IsNull:
		return &IsNull{Typed: n.Typed, Arg: ops[0], Not: n.Not}
	case *IsBool:
		return &IsBool{Typed: n.Typed, Arg: ops[0], Want: n.Want, Not: n.Not}
	case *IsDistinct:
		return &IsDistinct{Typed: n.Typed, L: ops[0], R: ops[1], Not: n.Not}
	case *Case:
		c := &Case{Typed: n.Typed}
		for i := range n.Whens {
			c.Whens = append(c.Whens, When{Cond: ops[2*i], Then: ops[2*i+1]})
		}
		if n.Else != nil {
			c.Else = ops[len(ops)-1]
		}
		return c
	case *Coalesce:
		return &Coalesce{Typed: n.Typed, Args: ops}
	case *InList:
		return &InList{Typed: n.Typed, X: ops[0], List: ops[1:], Eq: n.Eq, Not: n.Not}
	case *SubQuery:
		c := *n
		c.Left, c.Args = ops[:len(n.Left):len(n.Left)], ops[len(n.Left):]
		return &c
	}
	return e
}

// MapOperands copies a node with f applied to each of its operands; where none changes it is the node itself.
func MapOperands(e Expr, f func(Expr) Expr) Expr {
	ops, changed := transformAll(Operands(e), f)
	if !changed {
		return e
	}
	return WithOperands(e, ops)
}
