package translate

import (
	"slices"

	"github.com/flare-pg/flare-pg/plan"
)

// In what order inner joins are made. They are left as written while each entry has an equality with those before it; else they are put
// in an order in which as many have one as can, so that FROM a, b, c WHERE a.x = c.x AND b.y = c.y makes no product of a and b. And of two
// sides the one that seems to have more rows is streamed, the other hashed. How many rows there are is guessed roughly: what
// matters is to tell a stream from a catalog, and both from a look-up.

// Rows that are guessed of an entry without conditions.
const (
	streamRows   = 1e6
	derivedRows  = 1e4
	relationRows = 1e3
)

// moreRows is how many times as many rows a side must seem to have before sides are changed.
const moreRows = 10

// estimate guesses how many rows an entry has once conditions are applied.
func (b *binder) estimate(sc *scope, item *fromItem, conds []plan.Expr) float64 {
	if item.join {
		l, r := b.estimate(sc, item.left, conds), b.estimate(sc, item.right, conds)
		if item.kind == plan.LeftJoin || item.kind == plan.RightJoin && r < l {
			return l
		}
		return max(l, r)
	}
	rows := 1.0
	switch r := item.rel; {
	case r == nil:
	case r.stream != nil:
		rows = streamRows
	case r.node != nil:
		rows = nodeRows(r.node)
	default:
		rows = relationRows
	}
	if item.rel == nil {
		return rows
	}
	only := map[*relation]bool{item.rel: true}
	for _, c := range conds {
		if !plan.HasRefs(c) || !readsOnly(sc, c, only) {
			continue
		}
		if call, ok := c.(*plan.Call); ok && call.Op == "=" {
			rows /= 100
		} else {
			rows /= 3
		}
	}
	return max(rows, 1)
}

// nodeRows guesses how many rows a sub-select has.
func nodeRows(n plan.Node) float64 {
	switch n := n.(type) {
	case *plan.Values:
		return float64(len(n.Rows))
	case *plan.Aggregate:
		if len(n.Keys) == 0 {
			return 1
		}
	case *plan.Limit:
		if rows, ok := constantInt(n.Count); ok {
			return float64(rows)
		}
	case *plan.WorkScan:
		return 100
	case *plan.Project:
		return nodeRows(n.Input)
	case *plan.Filter:
		return max(nodeRows(n.Input)/3, 1)
	case *plan.Scan:
		return streamRows
	}
	return derivedRows
}

// innerJoins takes a tree of inner joins apart: its entries and all conditions.
func (item *fromItem) innerJoins() (entries []*fromItem, conds []plan.Expr) {
	if !item.join || item.kind != plan.InnerJoin {
		return []*fromItem{item}, nil
	}
	left, on := item.left.innerJoins()
	right, more := item.right.innerJoins()
	return append(left, right...), append(append(on, more...), item.on...)
}

// reorder puts inner joins in another order where the written one would make products. It gives the tree and the conditions on its rows.
func (b *binder) reorder(sc *scope, item *fromItem, conds []plan.Expr) (*fromItem, []plan.Expr) {
	if item.placed || item.kind != plan.InnerJoin || b.c.NoPushdown {
		return item, conds
	}
	entries, on := item.innerJoins()
	all := append(slices.Clip(conds), on...)
	for _, c := range all {
		if plan.IsVolatile(c) {
			return item, conds
		}
	}
	if len(entries) < 3 || b.inOrder(sc, entries, all) {
		return item, conds
	}
	rest, size := slices.Clone(entries), map[*fromItem]float64{}
	for _, e := range entries {
		size[e] = b.estimate(sc, e, all)
	}
	var tree *fromItem
	have := map[*relation]bool{}
	for len(rest) > 0 {
		best, joined := -1, false
		for i, e := range rest {
			if !e.ready(sc, have) {
				continue
			}
			connected := tree != nil && b.connected(sc, have, e.relations(map[*relation]bool{}), all)
			better := best < 0 || connected && !joined
			if best >= 0 && connected == joined {
				better = size[e] < size[rest[best]]
				if tree == nil { // the first one is streamed
					better = size[e] > size[rest[best]]
				}
			}
			if better {
				best, joined = i, connected
			}
		}
		if best < 0 {
			return item, conds
		}
		e := rest[best]
		rest = slices.Delete(rest, best, best+1)
		e.relations(have)
		if tree == nil {
			tree = e
			continue
		}
		tree = &fromItem{join: true, kind: plan.InnerJoin, left: tree, right: e, placed: true}
	}
	return tree, all
}

// inOrder reports whether each entry has an equality with those before it.
func (b *binder) inOrder(sc *scope, entries []*fromItem, conds []plan.Expr) bool {
	have := map[*relation]bool{}
	for i, e := range entries {
		mine := e.relations(map[*relation]bool{})
		if i > 0 && !b.connected(sc, have, mine, conds) && len(e.takesFrom()) == 0 {
			return false
		}
		e.relations(have)
	}
	return true
}

// connected reports whether a condition is an equality that joins two sets of relations by hash.
func (b *binder) connected(sc *scope, left, right map[*relation]bool, conds []plan.Expr) bool {
	for _, c := range conds {
		if _, _, ok := joinKey(sc, c, left, right); ok {
			return true
		}
	}
	return false
}

// takesFrom lists what the entries within item take from others.
func (item *fromItem) takesFrom() []plan.Expr {
	var out []plan.Expr
	for r := range item.relations(map[*relation]bool{}) {
		out = append(out, r.takes()...)
	}
	return out
}

// ready reports whether all that item takes from others is there.
func (item *fromItem) ready(sc *scope, have map[*relation]bool) bool {
	within := item.relations(map[*relation]bool{})
	for _, e := range item.takesFrom() {
		for _, v := range plan.Refs(e) {
			if r := sc.vars[v].rel; !have[r] && !within[r] {
				return false
			}
		}
	}
	return true
}

// largerLeft changes the sides of a join where the right one, which is kept in memory, seems much larger.
func (b *binder) largerLeft(sc *scope, item *fromItem, conds []plan.Expr) *fromItem {
	mirror, ok := map[plan.JoinKind]plan.JoinKind{plan.InnerJoin: plan.InnerJoin, plan.LeftJoin: plan.RightJoin}[item.kind]
	if !ok || b.c.NoPushdown || len(item.right.takesFrom()) > 0 || len(item.left.takesFrom()) > 0 {
		return item
	}
	all := append(slices.Clip(conds), item.on...)
	if b.mayLookUp(sc, item, conds) || b.estimate(sc, item.right, all) < moreRows*b.estimate(sc, item.left, conds) {
		return item
	}
	out := *item
	out.kind, out.left, out.right = mirror, item.right, item.left
	return &out
}
