package nql

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
