package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
)

// arguments lists what the functions of an entry evaluate.
func (f *functions) arguments() []plan.Expr {
	var out []plan.Expr
	for i := range f.calls {
		out = append(out, f.calls[i].Exprs()...)
	}
	return out
}

// lateral reports whether the arguments read other entries of FROM.
func (f *functions) lateral() bool { return slices.ContainsFunc(f.arguments(), plan.HasRefs) }

// scanFunctions makes the node for functions in FROM, over input where their arguments read it, and tells which variable stands at each
// position of the functions' own columns.
func scanFunctions(sc *scope, r *relation, input plan.Node, layout map[int]int) (*plan.FunctionScan, []int) {
	n := &plan.FunctionScan{Input: input, Ordinality: r.ordinality, Name: r.name}
	if input != nil {
		n.Cols = slices.Clone(input.Columns())
	}
	for _, c := range r.calls {
		c.Args = slices.Clone(c.Args)
		for i := range c.Args {
			c.Args[i] = place(c.Args[i], layout)
		}
		if c.Scalar != nil {
			c.Scalar = place(c.Scalar, layout)
		}
		n.Calls = append(n.Calls, c)
	}
	order := make([]int, len(r.cols))
	for i, c := range r.cols {
		n.Cols = append(n.Cols, c.Column)
		order[i] = -1
		if v, ok := sc.find[variable{r, i}]; ok {
			order[i] = v
		}
	}
	return n, order
}

// buildFunctions makes the plan of functions that read nothing but constants, parameters and rows of enclosing queries.
func (b *binder) buildFunctions(sc *scope, r *relation, conds []plan.Expr) (node plan.Node, order []int, rest []plan.Expr, err error) {
	if r.lateral() {
		return nil, nil, nil, b.unsupported(-1, "this place for a function that reads other entries of FROM is not supported yet")
	}
	scan, order := scanFunctions(sc, r, nil, nil)
	var mine []plan.Expr
	for _, c := range conds {
		if plan.IsVolatile(c) || !readsOnly(sc, c, map[*relation]bool{r: true}) {
			rest = append(rest, c)
		} else {
			mine = append(mine, c)
		}
	}
	return filter(scan, mine, layoutOf(order)), order, rest, nil
}

// layoutOf gives the position of each variable.
func layoutOf(order []int) map[int]int {
	layout := map[int]int{}
	for i, v := range order {
		if v >= 0 {
			layout[v] = i
		}
	}
	return layout
}

// buildLateral makes the plan of a join whose right side is functions that read the left one: they are called for each of its rows. ok is
// false where that would not be the join that was asked for.
func (b *binder) buildLateral(sc *scope, item *fromItem, conds []plan.Expr, needed map[int]bool) (node plan.Node, order []int, rest []plan.Expr, ok bool, err error) {
	r := item.right.rel
	if r == nil || r.functions == nil || !r.lateral() {
		return nil, nil, nil, false, nil
	}
	leftRels := item.left.relations(map[*relation]bool{})
	for _, e := range r.arguments() {
		if !readsOnly(sc, e, leftRels) {
			return nil, nil, nil, false, nil
		}
	}
	outer := item.kind == plan.LeftJoin
	if outer && !alwaysTrue(item.on) || item.kind != plan.InnerJoin && !outer {
		return nil, nil, nil, false, nil
	}
	var toLeft, above []plan.Expr
	for _, c := range conds {
		if !plan.IsVolatile(c) && readsOnly(sc, c, leftRels) {
			toLeft = append(toLeft, c)
		} else {
			above = append(above, c)
		}
	}
	if !outer {
		above = append(above, item.on...)
	}
	want := map[int]bool{}
	for v := range needed {
		want[v] = true
	}
	for _, v := range plan.Refs(append(r.arguments(), above...)...) {
		want[v] = true
	}
	left, leftOrder, leftRest, err := b.build(sc, item.left, toLeft, want)
	if err != nil {
		return nil, nil, nil, false, err
	}
	layout := layoutOf(leftOrder)
	scan, own := scanFunctions(sc, r, filter(left, leftRest, layout), layout)
	scan.Outer = outer
	order = append(leftOrder, own...)
	mine, rest := above[:0:0], []plan.Expr(nil)
	all := item.relations(map[*relation]bool{})
	for _, c := range above {
		if !plan.IsVolatile(c) && readsOnly(sc, c, all) {
			mine = append(mine, c)
		} else {
			rest = append(rest, c)
		}
	}
	return filter(scan, mine, layoutOf(order)), order, rest, true, nil
}

// alwaysTrue reports whether conditions are no condition: ON true.
func alwaysTrue(conds []plan.Expr) bool {
	for _, e := range conds {
		if c, ok := e.(*plan.Const); !ok || c.Value.Null(0) || !c.Value.Bool(0) {
			return false
		}
	}
	return true
}
