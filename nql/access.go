package nql

// access makes the one form of reading steps of x: paths and accesses take the steps themselves.
func access(x Expr, steps []Step) Expr {
	if len(steps) == 0 {
		return x
	}
	switch x := x.(type) {
	case *Path:
		p := &Path{Root: x.Root, Steps: append(append([]Step(nil), x.Steps...), steps...)}
		return p.canonical()
	case *Access:
		return &Access{X: x.X, Steps: append(append([]Step(nil), x.Steps...), steps...)}
	}
	return &Access{X: x, Steps: steps}
}
