package translate

import (
	"slices"
	"strings"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// relationNamed finds the relation that a name, maybe with its schema, means: of the nearest level that has one.
func (b *binder) relationNamed(sc *scope, parts []string, location int32) (*relation, *scope, error) {
	name := parts[len(parts)-1]
	for at := sc; at != nil; at = at.up() {
		var found *relation
		for _, r := range append(slices.Clip(at.rels), at.aliases...) {
			if r.name != name || len(parts) == 2 && r.schema != parts[0] {
				continue
			}
			if found != nil {
				return nil, nil, b.errorf(location, types.CodeAmbiguousColumn, "table reference %q is ambiguous", r.name)
			}
			found = r
		}
		if found != nil {
			return found, at, nil
		}
	}
	return nil, nil, nil
}

// declaredIn finds a column of one level that is no undeclared property, in the best spelling that any relation has; further parts of the
// name are members of an object.
func (b *binder) declaredIn(sc *scope, folded []string, ids []ident, location int32) (plan.Expr, string, bool, error) {
	for rank := spelledExactly; rank <= spelledAnyhow; rank++ {
		if len(folded) == 1 {
			if m, n := sc.mergedNamed(folded[0], ids[0], rank); n > 0 {
				if n > 1 {
					return nil, "", false, b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
				}
				if b.besides(sc, m, folded[0], ids[0], rank) {
					return nil, "", false, b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
				}
				return m.expr, m.name, true, nil
			}
		}
		var hits []variable
		for _, r := range sc.rels {
			for _, col := range b.declared(r, folded[0], ids[0], rank) {
				hits = append(hits, variable{r, col})
			}
		}
		if len(hits) == 0 {
			continue
		}
		if len(hits) > 1 {
			return nil, "", false, b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
		}
		h := hits[0]
		if len(folded) == 1 {
			return sc.columnOf(h.rel, h.col), shownAs(h.rel.cols[h.col].Name, ids[0]), true, nil
		}
		e, name, ok := b.members(sc, h.rel, h.col, ids[1:])
		if !ok {
			return nil, "", false, b.missing(sc, folded, ids, location)
		}
		return e, name, true, nil
	}
	if len(folded) > 1 {
		return nil, "", false, nil
	}
	var e plan.Expr
	for _, r := range sc.rels {
		col, ok := r.system(folded[0])
		if ok && e != nil {
			return nil, "", false, b.errorf(location, types.CodeAmbiguousColumn, "column reference %q is ambiguous", folded[0])
		}
		if ok {
			e = sc.ref(r, col)
		}
	}
	return e, folded[0], e != nil, nil
}

// columnOf makes an expression of a relation's column.
func (sc *scope) columnOf(r *relation, col int) plan.Expr {
	if r.exprs != nil {
		return r.exprs[col]
	}
	return sc.ref(r, col)
}

// origin gives a reference as the level that it belongs to knows it.
func (sc *scope) origin(e plan.Expr) (plan.Expr, *scope) {
	for {
		o, ok := e.(*plan.Outer)
		if !ok {
			return e, sc
		}
		e, sc = sc.outer.args[o.Index], sc.up()
	}
}

// spelled reports whether a name is the one that is asked for, in a rank of spelling.
func spelled(name, folded string, id ident, rank int) bool {
	switch rank {
	case spelledExactly:
		return name == id.text
	case spelledFolded:
		return !id.quoted && name == folded
	}
	return !id.quoted && strings.EqualFold(name, id.text)
}

// hides reports whether a relation has a name, though it may not be used here: one beside a sub-select in FROM, or below a join with a name.
func (b *binder) hides(sc *scope, name string) bool {
	for _, at := range b.beside {
		for _, r := range at.rels {
			if r.name == name {
				return true
			}
		}
	}
	for at := sc; at != nil; at = at.up() {
		for _, r := range at.hidden {
			if r.name == name {
				return true
			}
		}
	}
	return false
}
