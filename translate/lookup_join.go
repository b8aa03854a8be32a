package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
)

// lookUpRows is for how many rows a system relation is looked into one by one, rather than read whole.
const lookUpRows = 40

// looksUp is what a source has that finds rows by a column's value.
type looksUp interface{ LooksUp() bool }

// mayLookUp reports whether the right side of a join is a relation to look into, and the left one has few rows.
func (b *binder) mayLookUp(sc *scope, item *fromItem, conds []plan.Expr) bool {
	r := item.right.rel
	if r == nil || b.c.NoPushdown || item.kind != plan.InnerJoin && item.kind != plan.LeftJoin {
		return false
	}
	s, ok := r.source.Source.(looksUp)
	return ok && s.LooksUp() && b.estimate(sc, item.left, conds) <= lookUpRows
}

// lookUp makes a join with a system relation that is opened for each row of a small left side, the join's equalities being conditions on it.
// ok is false where that is not the better way.
func (b *binder) lookUp(sc *scope, item *fromItem, join *plan.Join, leftConds []plan.Expr) (*plan.Apply, bool) {
	if len(join.LeftKeys) == 0 || !b.mayLookUp(sc, item, leftConds) {
		return nil, false
	}
	var conds []plan.Expr
	right := join.Right
	if f, ok := right.(*plan.Filter); ok {
		conds, right = plan.Conjuncts(f.Cond), f.Input
	}
	scan, ok := right.(*plan.SourceScan)
	if !ok {
		return nil, false
	}
	frame := &frame{}
	for _, e := range conds { // they are in the frame around, and would have to be handed down
		if plan.HasOuter(e) || plan.HasSubQuery(e) {
			return nil, false
		}
	}
	for _, e := range scan.Filters {
		if plan.HasOuter(e) || plan.HasSubQuery(e) {
			return nil, false
		}
	}
	inner := *scan
	inner.Filters = slices.Clone(scan.Filters)
	found := false
	for i, k := range join.RightKeys {
		if plan.HasOuter(k) || plan.HasSubQuery(k) {
			return nil, false
		}
		eq, err := b.apply("=", k, frame.arg(join.LeftKeys[i]), -1, -1, -1)
		if err != nil {
			return nil, false
		}
		conds = append(conds, eq)
		if ref, ok := k.(*plan.Ref); ok {
			found = true
			inner.Filters = append(inner.Filters, plan.MapRefs(eq, func(int) int { return scan.Want[ref.Index] }))
		}
	}
	if !found {
		return nil, false
	}
	return &plan.Apply{
		Output: join.Output, Kind: join.Kind, Left: join.Left, Args: frame.args, Cond: join.Cond,
		Right: &plan.Filter{Output: inner.Output, Input: &inner, Cond: plan.Conjunction(conds)},
	}, true
}
