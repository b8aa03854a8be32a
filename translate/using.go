package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// mergedColumn is the one column that USING or NATURAL makes of one of each side.
type mergedColumn struct {
	name  string
	expr  plan.Expr
	hides map[variable]bool // columns that the name alone doesn't mean any more
}

// output is a column that * gives.
type output struct {
	expr plan.Expr
	name string
	of   variable // zero for merged columns
}

// mergedNamed finds merged columns by name.
func (sc *scope) mergedNamed(folded string, id ident, rank int) (m *mergedColumn, n int) {
	for _, c := range sc.merged {
		if spelled(c.name, folded, id, rank) {
			m, n = c, n+1
		}
	}
	return m, n
}

// besides reports whether another relation has a column of a merged column's name that it doesn't hide.
func (b *binder) besides(sc *scope, m *mergedColumn, folded string, id ident, rank int) bool {
	for _, r := range sc.rels {
		for _, col := range b.declared(r, folded, id, rank) {
			if !m.hides[variable{r, col}] {
				return true
			}
		}
	}
	return false
}

// outputs lists what * gives of a FROM entry: of a join its merged columns first, then what is left of each side.
func (b *binder) outputs(sc *scope, item *fromItem) []output {
	if item.asWritten != nil {
		item = item.asWritten
	}
	switch {
	case item.named != nil && !item.keepsSides:
		return b.outputsOf(sc, item.named)
	case !item.join:
		if item.rel == nil {
			return nil
		}
		return b.outputsOf(sc, item.rel)
	}
	var out []output
	hidden := map[variable]bool{}
	names := map[string]bool{}
	for _, m := range item.merged {
		out = append(out, output{expr: m.expr, name: m.name})
		names[m.name] = true
		for v := range m.hides {
			hidden[v] = true
		}
	}
	for _, side := range []*fromItem{item.left, item.right} {
		for _, o := range b.outputs(sc, side) {
			if hidden[o.of] || o.of.rel == nil && names[o.name] { // a column merged below is merged once more
				continue
			}
			out = append(out, o)
		}
	}
	return out
}

// outputsOf lists what * gives of a relation.
func (b *binder) outputsOf(sc *scope, r *relation) []output {
	var out []output
	add := func(i int) {
		out = append(out, output{expr: sc.columnOf(r, i), name: r.cols[i].Name, of: variable{r, i}})
	}
	if r.stream == nil {
		for i := range r.cols {
			if !r.cols[i].hidden {
				add(i)
			}
		}
		return out
	}
	for i, c := range r.stream.Columns {
		if c.Star {
			name := c.Name
			if i < len(r.alias) {
				name = r.alias[i]
			}
			add(r.show(name, &r.stream.Columns[i]))
		}
	}
	return out
}

// merge binds USING and NATURAL: for each name an equality of both sides' columns, and one column in their place.
func (b *binder) merge(sc *scope, n *pg.JoinExpr, item *fromItem, leftRels, rightRels []*relation, leftMerged, rightMerged []*mergedColumn) error {
	wanted := names(n.UsingClause)
	left, right := b.outputs(sc, item.left), b.outputs(sc, item.right)
	if n.IsNatural {
		for _, l := range left {
			for _, r := range right {
				if l.name == r.name {
					wanted = append(wanted, l.name)
					break
				}
			}
		}
	}
	all, merged := sc.rels, sc.merged
	defer func() { sc.rels = all }()
	kept := slices.Clone(merged[:len(merged)-len(leftMerged)-len(rightMerged)])
	mine := append(slices.Clone(leftMerged), rightMerged...)
	for i, name := range wanted {
		if slices.Contains(wanted[:i], name) && !n.IsNatural {
			return b.errorf(-1, types.CodeDuplicateColumn, "column name %q appears more than once in USING clause", name)
		}
		m := &mergedColumn{name: name, hides: map[variable]bool{}}
		sides := [2]plan.Expr{}
		for s, of := range []struct {
			side   string
			rels   []*relation
			merged []*mergedColumn
			out    []output
		}{{"left", leftRels, leftMerged, left}, {"right", rightRels, rightMerged, right}} {
			e, err := b.sideColumn(sc, name, of.side, of.rels, of.merged, of.out, m)
			if err != nil {
				return err
			}
			sides[s] = e
		}
		var err error
		if m.expr, err = b.mergedValue(item.kind, sides); err != nil {
			return err
		}
		eq, err := b.apply("=", sides[0], sides[1], -1, -1, -1)
		if err != nil {
			return err
		}
		item.on = append(item.on, eq)
		mine = slices.DeleteFunc(mine, func(o *mergedColumn) bool { return o.name == name })
		item.merged = append(item.merged, m)
	}
	sc.merged = append(append(kept, item.merged...), mine...)
	return nil
}

// sideColumn finds a column of one side of a join by its name, and notes what the merged column hides.
func (b *binder) sideColumn(sc *scope, name, side string, rels []*relation, merged []*mergedColumn, out []output, m *mergedColumn) (plan.Expr, error) {
	for _, o := range merged {
		if o.name == name {
			for v := range o.hides {
				m.hides[v] = true
			}
			return o.expr, nil
		}
	}
	var found *output
	for i, o := range out {
		if o.name != name {
			continue
		}
		if found != nil {
			return nil, b.errorf(-1, types.CodeAmbiguousColumn, "common column name %q appears more than once in %s table", name, side)
		}
		found = &out[i]
	}
	if found != nil {
		m.hides[found.of] = true
		return found.expr, nil
	}
	// A column that * doesn't give: a core column, or a property.
	var e plan.Expr
	for _, r := range rels {
		x, _, ok, err := b.inRelation(sc, r, []string{name}, []ident{{name, false}}, -1)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if e != nil {
			return nil, b.errorf(-1, types.CodeAmbiguousColumn, "common column name %q appears more than once in %s table", name, side)
		}
		e = x
		if ref, ok := x.(*plan.Ref); ok && ref.Index < len(sc.vars) {
			m.hides[sc.vars[ref.Index]] = true
		}
	}
	if e == nil {
		return nil, b.errorf(-1, types.CodeUndefinedColumn, "column %q specified in USING clause does not exist in %s table", name, side)
	}
	return e, nil
}

// mergedValue is what a merged column shows: of an inner or left join the left column, of a right one the right, of a full one the one that isn't null.
func (b *binder) mergedValue(kind plan.JoinKind, sides [2]plan.Expr) (plan.Expr, error) {
	t, err := function.CommonType("JOIN/USING", []types.OID{sides[0].Type(), sides[1].Type()})
	if err != nil {
		return nil, err
	}
	typmod := sides[0].Typmod()
	if sides[0].Type() != sides[1].Type() || typmod != sides[1].Typmod() {
		typmod = -1
	}
	if kind == plan.InnerJoin && sides[0].Type() != t && sides[1].Type() == t {
		return sides[1], nil // either will do
	}
	for i, e := range sides {
		if e.Type() == t {
			continue
		}
		if sides[i], err = b.implicit(e, t, -1); err != nil {
			return nil, err
		}
	}
	switch kind {
	case plan.RightJoin:
		return sides[1], nil
	case plan.FullJoin:
		return &plan.Coalesce{Typed: plan.Typed{OID: t, Mod: typmod}, Args: sides[:]}, nil
	}
	return sides[0], nil
}

// nameJoin gives a join the name of its alias: (a JOIN b …) AS j hides its sides, USING (…) AS j doesn't.
func (b *binder) nameJoin(sc *scope, item *fromItem, alias *pg.Alias, outs []output, hide bool, rels, mergedBefore int) error {
	r := &relation{name: alias.Aliasname}
	for _, o := range outs {
		c := plan.Column{Name: o.name, Type: o.expr.Type(), Typmod: o.expr.Typmod()}
		if o.of.rel != nil {
			c = o.of.rel.cols[o.of.col].Column
			c.Name = o.name
		}
		r.cols, r.exprs = append(r.cols, relColumn{Column: c}), append(r.exprs, o.expr)
	}
	r.used = make([]bool, len(r.cols))
	if r.exprs == nil {
		r.exprs = []plan.Expr{}
	}
	if err := b.rename(r, alias.Colnames, -1); err != nil {
		return err
	}
	if hide {
		sc.hidden = append(sc.hidden, sc.rels[rels:]...)
		sc.rels, sc.merged = slices.Clip(sc.rels[:rels]), slices.Clip(sc.merged[:mergedBefore])
	}
	item.named, item.keepsSides = r, !hide
	if !hide {
		for _, o := range sc.rels {
			if o.name == r.name {
				return b.errorf(-1, "42712", "table name %q specified more than once", r.name)
			}
		}
		sc.aliases = append(sc.aliases, r)
		return nil
	}
	return b.addRelation(sc, r)
}
