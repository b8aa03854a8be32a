package nql

// Fold computes what an expression holds that depends on no event: DateTime('2020-01-02') - 1h becomes an instant. The value stays the
// same for every event. Parameters are not looked into: Bind them first.
func Fold(e Expr) Expr {
	x, constant := fold1(e)
	if constant {
		return computedNow(x)
	}
	return x
}

// fold1 folds what lies below e and reports whether e as a whole is constant; computing it is left to the caller, so that each
// constant part is compiled once, as large as it is.
func fold1(e Expr) (x Expr, constant bool) {
	switch e.(type) {
	case nil, *Path, *Param:
		return e, false
	case *Literal:
		return e, true
	}
	var flags []bool
	constant = true
	x, known := withChildren(e, func(c Expr) Expr {
		y, is := fold1(c)
		flags = append(flags, is)
		constant = constant && is
		return y
	})
	if !known {
		return e, false
	}
	if constant {
		return x, true
	}
	n := 0
	x, _ = withChildren(x, func(c Expr) Expr {
		n++
		if flags[n-1] {
			return computedNow(c)
		}
		return c
	})
	if b, ok := x.(*Binary); ok && b.Op >= Add && b.Op <= Mod && (absent(b.L) || absent(b.R)) && !wild(b) {
		return &Literal{Value{Kind: Null}}, true // as every operation with what is not there
	}
	return x, false
}

// computedNow evaluates a constant expression, unless it is refused (which is for compiling to say) or its value is no literal.
func computedNow(e Expr) Expr {
	if _, is := e.(*Literal); is {
		return e
	}
	x, err := newCompiler(nil).value(e)
	if err != nil || !x.constant || x.value.kind == ArrayValue || x.value.kind == ObjectValue {
		return e
	}
	v := x.value.toValue()
	if again := toVal(v); again.kind != v.Kind {
		return e // a spelling that a literal does not keep
	}
	return &Literal{v}
}

// withChildren builds e anew with f of each of its children, in the order that children lists them. known is false where e is of a kind
// whose children can't be exchanged one for one: what stands in a lambda is not the event's, and a spread is no value.
func withChildren(e Expr, f func(Expr) Expr) (x Expr, known bool) {
	list := func(in []Expr) []Expr {
		out := make([]Expr, len(in))
		for i, x := range in {
			out[i] = f(x)
		}
		return out
	}
	switch e := e.(type) {
	case *Path, *Literal, *Param:
		return e, true
	case *Unary:
		return &Unary{e.Op, f(e.X)}, true
	case *Binary:
		l := f(e.L)
		return &Binary{e.Op, l, f(e.R), e.CI}, true
	case *Like:
		l := f(e.X)
		return &Like{l, f(e.Pattern), e.Not, e.CI}, true
	case *In:
		l := f(e.X)
		return &In{l, list(e.List), e.Not, e.CI}, true
	case *Between:
		l := f(e.X)
		low := f(e.Low)
		return &Between{l, low, f(e.High), e.Not}, true
	case *IsNull:
		return &IsNull{f(e.X), e.Not}, true
	case *Call:
		return &Call{e.Name, list(e.Args)}, true
	case *InArray:
		l := f(e.X)
		return &InArray{l, f(e.Array), e.Not, e.CI}, true
	case *Regex:
		return &Regex{f(e.X), e.Pattern, e.Not, e.CI}, true
	case *If:
		c := f(e.Cond)
		then := f(e.Then)
		return &If{c, then, f(e.Else)}, true
	case *Access:
		return &Access{f(e.X), e.Steps}, true
	case *Array:
		return &Array{list(e.Items)}, true
	case *Object:
		o := &Object{}
		for _, m := range e.Members {
			o.Members = append(o.Members, Property{m.Name, f(m.Value)})
		}
		return o, true
	}
	return e, false
}

func absent(e Expr) bool {
	l, ok := e.(*Literal)
	return ok && (l.Value.Kind == Undefined || l.Value.Kind == Null)
}

// wild reports whether a wildcard is in e.
func wild(e Expr) bool {
	found := false
	Walk(e, func(x Expr) {
		switch x := x.(type) {
		case *Path:
			found = found || hasWildcard(x.Steps)
		case *Access:
			found = found || hasWildcard(x.Steps)
		}
	})
	return found
}

// wildcard gives the index of the first wildcard among a path's steps, or -1.
func (p *Path) wildcard() int {
	for i, s := range p.Steps {
		if s.Kind == AnyOf || s.Kind == AllOf {
			return i
		}
	}
	return -1
}
