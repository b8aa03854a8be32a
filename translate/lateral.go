package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
)

// takes lists what an entry of FROM takes from entries before it.
func (r *relation) takes() []plan.Expr { return r.args }

// reachesOut reports whether an entry within item takes something from outside of it.
func (item *fromItem) reachesOut(sc *scope) bool {
	inside := item.relations(map[*relation]bool{})
	for r := range inside {
		for _, a := range r.takes() {
			if !readsOnly(sc, a, inside) {
				return true
			}
		}
	}
	return false
}

// join puts two FROM entries together. Where one inside of the right one takes something from the left one, the join is turned so that it
// comes to stand right behind what it takes from: a, (b JOIN LATERAL f(a, b)) is (a, b) JOIN LATERAL f(a, b).
func (b *binder) join(sc *scope, kind plan.JoinKind, left, right *fromItem, on []plan.Expr) (*fromItem, error) {
	plain := &fromItem{join: true, kind: kind, left: left, right: right, on: on}
	if !right.reachesOut(sc) {
		return plain, nil
	}
	if kind != plan.InnerJoin && kind != plan.LeftJoin {
		for r := range right.relations(map[*relation]bool{}) {
			for _, a := range r.takes() {
				if v, ok := a.(*plan.Ref); ok && left.relations(map[*relation]bool{})[sc.vars[v.Index].rel] {
					return nil, b.errorf(b.located[v], "42P10", "invalid reference to FROM-clause entry for table %q", sc.vars[v.Index].rel.name).
						WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
				}
			}
		}
	}
	if !right.join {
		return plain, nil
	}
	if kind != plan.InnerJoin || right.kind != plan.InnerJoin && right.kind != plan.LeftJoin {
		return nil, b.unsupported(-1, "LATERAL below an outer join is not supported here")
	}
	inner, err := b.join(sc, plan.InnerJoin, left, right.left, nil)
	if err != nil {
		return nil, err
	}
	above := right.on
	have := inner.relations(map[*relation]bool{})
	for _, c := range on {
		switch {
		case readsOnly(sc, c, have) && !inner.reachesOut(sc):
			inner.on = append(slices.Clip(inner.on), c)
		case right.kind == plan.InnerJoin:
			above = append(slices.Clip(above), c)
		default:
			return nil, b.unsupported(-1, "this condition on a join with LATERAL below it is not supported")
		}
	}
	return b.join(sc, right.kind, inner, right.right, above)
}

// opened gives a lateral entry that nothing stands before what it takes from further out.
func opened(node plan.Node, args []plan.Expr) plan.Node {
	one := &plan.Values{Rows: [][]plan.Expr{{}}}
	return &plan.Apply{Output: plan.Output{Cols: node.Columns()}, Left: one, Right: node, Args: args}
}

// lateralJoin makes the join of a left side with a right one that is opened for each of its rows.
func (b *binder) lateralJoin(item *fromItem, left, right plan.Node, leftOrder, rightOrder []int, conds []plan.Expr) (plan.Node, []int) {
	at := map[int]int{}
	order := append(slices.Clone(leftOrder), rightOrder...)
	for i, v := range order {
		if v >= 0 {
			at[v] = i
		}
	}
	n := &plan.Apply{Kind: item.kind, Left: left, Right: right}
	n.Cols = append(slices.Clone(left.Columns()), right.Columns()...)
	for _, a := range item.right.rel.args {
		n.Args = append(n.Args, place(a, at))
	}
	placed := make([]plan.Expr, len(conds))
	for i, c := range conds {
		placed[i] = place(c, at)
	}
	n.Cond = plan.Conjunction(placed)
	return n, order
}
