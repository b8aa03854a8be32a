package nql

// Bind puts the values of parameters in their places. Parameters without a value stay. e is not changed.
func Bind(e Expr, params []Value) Expr {
	return BindFunc(e, func(i int) (Value, bool) {
		if i < 0 || i >= len(params) {
			return Value{}, false
		}
		return params[i], true
	})
}

// BindFunc is Bind with values that are asked for by the parameters' indices.
func BindFunc(e Expr, value func(index int) (Value, bool)) Expr {
	return rewrite(e, func(x Expr) Expr {
		if p, ok := x.(*Param); ok {
			if v, ok := value(p.Index); ok {
				return &Literal{v}
			}
		}
		return x
	})
}

// rewrite builds e anew from its leaves (paths, literals, parameters of the query and of lambdas), each replaced by what f makes of it.
func rewrite(e Expr, f func(Expr) Expr) Expr {
	list := func(in []Expr) []Expr {
		if in == nil {
			return nil
		}
		out := make([]Expr, len(in))
		for i, x := range in {
			out[i] = rewrite(x, f)
		}
		return out
	}
	switch e := e.(type) {
	case nil:
		return nil
	case *Unary:
		return &Unary{e.Op, rewrite(e.X, f)}
	case *Binary:
		return &Binary{e.Op, rewrite(e.L, f), rewrite(e.R, f), e.CI}
	case *Like:
		return &Like{rewrite(e.X, f), rewrite(e.Pattern, f), e.Not, e.CI}
	case *In:
		return &In{rewrite(e.X, f), list(e.List), e.Not, e.CI}
	case *Between:
		return &Between{rewrite(e.X, f), rewrite(e.Low, f), rewrite(e.High, f), e.Not}
	case *IsNull:
		return &IsNull{rewrite(e.X, f), e.Not}
	case *Call:
		return &Call{e.Name, list(e.Args)}
	case *InArray:
		return &InArray{rewrite(e.X, f), rewrite(e.Array, f), e.Not, e.CI}
	case *Regex:
		return &Regex{rewrite(e.X, f), e.Pattern, e.Not, e.CI}
	case *If:
		return &If{rewrite(e.Cond, f), rewrite(e.Then, f), rewrite(e.Else, f)}
	case *Lambda:
		return &Lambda{e.Param, rewrite(e.Body, f)}
	case *Access:
		return &Access{rewrite(e.X, f), e.Steps}
	case *Spread:
		return &Spread{rewrite(e.X, f)}
	case *Array:
		return &Array{list(e.Items)}
	case *Object:
		o := &Object{}
		for _, m := range e.Members {
			o.Members = append(o.Members, Property{m.Name, rewrite(m.Value, f)})
		}
		return o
	}
	return f(e)
}
