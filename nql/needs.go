package nql

// Needs lists the properties without which no event matches a predicate, each as the names that lead to it from the event, as far as
// they are members of objects.
func Needs(where Expr) [][]string {
	var out [][]string
	add := func(p *Path) {
		var names []string
		for _, s := range p.Steps {
			if s.Kind != Member {
				break
			}
			names = append(names, s.Name)
		}
		if p.Root == NoBuiltin && len(names) > 0 {
			out = append(out, names)
		}
	}
	for _, c := range Conjuncts(Simplify(where)) {
		if wild(c) {
			if p, _ := wildKeys(c); p != nil {
				add(p)
			}
			continue
		}
		for i, p := range Paths(c) {
			if i == maxProbes {
				break
			}
			if without(c, p) {
				add(p)
			}
		}
	}
	return out
}

// without reports whether a simplified predicate is true of no event that has nothing at a path.
func without(e Expr, p *Path) bool { return Never(simplify(replacePath(e, p, &Literal{}), false)) }
