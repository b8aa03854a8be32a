package engine

import (
	"github.com/flare-pg/flare-pg/nql"
)

// needed lists the properties without which an event can't match a predicate: those that a conjunct compares, since a comparison with
// what is not there is not true. Each as the names that lead to it, as far as they are members of objects.
func needed(where nql.Expr) [][]string {
	var out [][]string
	add := func(operands ...nql.Expr) {
		for _, e := range operands {
			if p, ok := e.(*nql.Path); ok && p.Root == nql.NoBuiltin {
				if names := leading(p); len(names) > 0 {
					out = append(out, names)
				}
			}
		}
	}
	for _, c := range nql.Conjuncts(where) {
		switch c := c.(type) {
		case *nql.Path:
			add(c)
		case *nql.Binary:
			if c.Op >= nql.Eq && c.Op <= nql.Ge {
				add(c.L, c.R)
			}
		case *nql.Like:
			add(c.X)
		case *nql.Between:
			add(c.X)
		case *nql.In:
			if !c.Not { // nothing is not in an empty list
				add(c.X)
			}
		case *nql.IsNull:
			if c.Not {
				add(c.X)
			}
		}
	}
	return out
}

// leading gives the names that a path begins with; none where it asks for all of something, which nothing has too.
func leading(p *nql.Path) []string {
	var names []string
	for _, s := range p.Steps {
		if s.Kind == nql.AllOf {
			return nil
		}
	}
	for _, s := range p.Steps {
		if s.Kind != nql.Member {
			break
		}
		names = append(names, s.Name)
	}
	return names
}
