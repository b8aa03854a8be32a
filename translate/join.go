package translate

import (
	"cmp"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// joinExpr binds a JOIN.
func (b *binder) joinExpr(sc *scope, n *pg.JoinExpr) (*fromItem, error) {
	kinds := map[pg.JoinType]plan.JoinKind{
		pg.JoinType_JOIN_INNER: plan.InnerJoin, pg.JoinType_JOIN_LEFT: plan.LeftJoin, pg.JoinType_JOIN_RIGHT: plan.RightJoin, pg.JoinType_JOIN_FULL: plan.FullJoin,
	}
	kind, ok := kinds[n.Jointype]
	if !ok {
		return nil, b.unsupported(-1, "this kind of join is not supported")
	}
	before, mergedBefore := len(sc.rels), len(sc.merged)
	left, err := b.fromNode(sc, n.Larg)
	if err != nil {
		return nil, err
	}
	middle, mergedMiddle := len(sc.rels), len(sc.merged)
	right, err := b.fromNode(sc, n.Rarg)
	if err != nil {
		return nil, err
	}
	out := &fromItem{join: true, kind: kind, left: left, right: right}
	if n.Quals != nil {
		all, merged := sc.rels, sc.merged
		sc.rels, sc.merged = slices.Clip(all[before:]), slices.Clip(merged[mergedBefore:]) // ON sees the join's own two sides
		cond, err := b.condition(sc, n.Quals, "JOIN conditions")
		sc.rels, sc.merged = all, merged
		if err != nil {
			return nil, err
		}
		out.on = slices.DeleteFunc(plan.Conjuncts(cond), isTrue) // ON true is no condition
	}
	if n.IsNatural || len(n.UsingClause) > 0 {
		if err := b.merge(sc, n, out, sc.rels[before:middle], sc.rels[middle:], sc.merged[mergedBefore:mergedMiddle], sc.merged[mergedMiddle:]); err != nil {
			return nil, err
		}
	}
	if n.JoinUsingAlias != nil {
		var outs []output
		for _, m := range out.merged {
			outs = append(outs, output{expr: m.expr, name: m.name})
		}
		if err := b.nameJoin(sc, out, n.JoinUsingAlias, outs, false, before, mergedBefore); err != nil {
			return nil, err
		}
	}
	if n.Alias != nil {
		if err := b.nameJoin(sc, out, n.Alias, b.outputs(sc, out), true, before, mergedBefore); err != nil {
			return nil, err
		}
	}
	turned, err := b.join(sc, kind, left, right, out.on)
	if err != nil {
		return nil, err
	}
	turned.asWritten = out
	return turned, nil
}

func isTrue(e plan.Expr) bool {
	c, ok := e.(*plan.Const)
	return ok && c.OID == types.Bool && !c.Value.Null(0) && c.Value.Bool(0)
}

// input makes the plan of FROM and WHERE. layout says at which position the input's rows have each of the scope's variables.
func (b *binder) input(sc *scope, tree fromItem, where []plan.Expr, needed map[int]bool) (plan.Node, map[int]int, error) {
	var node plan.Node
	layout := map[int]int{}
	rest := where
	if tree.rel == nil && !tree.join {
		node = &plan.Values{Rows: [][]plan.Expr{{}}}
	} else {
		var order []int
		var err error
		if node, order, rest, err = b.build(sc, &tree, where, needed); err != nil {
			return nil, nil, err
		}
		for i, v := range order {
			if v >= 0 {
				layout[v] = i
			}
		}
	}
	return filter(node, rest, layout), layout, nil
}

// filter puts conditions over a node.
func filter(node plan.Node, conds []plan.Expr, layout map[int]int) plan.Node {
	if len(conds) == 0 {
		return node
	}
	placed := make([]plan.Expr, len(conds))
	for i, c := range conds {
		placed[i] = place(c, layout)
	}
	// Sub-queries that are asked for each row come last.
	slices.SortStableFunc(placed, func(a, b plan.Expr) int { return cmp.Compare(dear(a), dear(b)) })
	return &plan.Filter{Output: plan.Output{Cols: node.Columns()}, Input: node, Cond: plan.Conjunction(placed)}
}

// dear ranks conditions by what they cost.
func dear(e plan.Expr) int {
	rank := 0
	for _, s := range plan.SubQueries(e) {
		rank = max(rank, 1)
		if len(s.Args) > 0 {
			rank = 2
		}
	}
	return rank
}

// build makes the plan of one FROM entry. conds are conditions on its rows, of which it gives back those that are left to be checked
// above; order names the variable at each position, -1 for none.
func (b *binder) build(sc *scope, item *fromItem, conds []plan.Expr, needed map[int]bool) (node plan.Node, order []int, rest []plan.Expr, err error) {
	if item.join {
		return b.buildJoin(sc, item, conds, needed)
	}
	r := item.rel
	var mine []plan.Expr
	for _, c := range conds {
		if plan.IsVolatile(c) || !readsOnly(sc, c, map[*relation]bool{r: true}) {
			rest = append(rest, c)
		} else {
			mine = append(mine, c)
		}
	}
	var scan *plan.Scan
	if r.stream != nil {
		scan = &plan.Scan{Stream: engine.StreamID(r.stream.ID), StreamName: r.name, Limit: -1}
		if r.stream.Name != r.name {
			scan.StreamName = r.stream.Name
		}
		b.scanned[scan.Stream] = r
		if !b.c.NoPushdown {
			mine = b.push(sc, scan, mine)
		}
		if r.sample != nil {
			mine = append(mine, r.sample)
		}
	}
	below := r.node
	if below != nil && !b.c.NoPushdown && len(mine) > 0 {
		var left []plan.Expr
		for _, c := range mine {
			if r.args != nil && plan.HasOuter(c) { // inside, Outers are the entry's own
				left = append(left, c)
				continue
			}
			sunk, more := b.sink(below, []plan.Expr{plan.MapRefs(c, func(i int) int { return sc.vars[i].col })})
			if below = sunk; len(more) > 0 {
				left = append(left, c)
			}
		}
		mine = left
	}
	want := map[int]bool{}
	for v := range needed {
		want[v] = true
	}
	for _, c := range append(slices.Clip(mine), rest...) {
		for _, v := range plan.Refs(c) {
			want[v] = true
		}
	}
	layout := map[int]int{}
	var cols []plan.Column
	var positions []int
	for i, v := range sc.vars {
		if v.rel != r {
			continue
		}
		if r.node == nil && !want[i] || r.cols[v.col].fixed != nil {
			continue
		}
		layout[i] = len(order)
		order = append(order, i)
		cols = append(cols, r.cols[v.col].Column)
		positions = append(positions, v.col)
	}
	switch {
	case scan != nil:
		scan.Cols = cols
		for _, p := range positions {
			scan.Reads = append(scan.Reads, r.cols[p].read)
		}
		if node = shape(r, scan, positions); r.follow {
			node = followed(node)
		}
	case r.node != nil:
		node = below
		if !b.c.NoPushdown {
			node = prune(node, func(i int) bool { v, ok := sc.find[variable{r, i}]; return ok && want[v] })
		}
		if len(r.args) > 0 && !item.bare {
			node = opened(node, r.args)
		}
		order = make([]int, len(r.cols))
		layout = map[int]int{}
		for i := range r.cols {
			order[i] = -1
			if v, ok := sc.find[variable{r, i}]; ok {
				order[i] = v
				layout[v] = i
			}
		}
	default:
		s := &plan.SourceScan{Output: plan.Output{Cols: cols}, Source: r.source.Source, Name: r.source.Schema + "." + r.source.Name, Want: positions}
		for _, c := range mine {
			if dear(c) > 1 || plan.HasSubQuery(c) && !b.initial(c) || readsSystem(sc, c) {
				continue
			}
			s.Filters = append(s.Filters, plan.MapRefs(c, func(i int) int { return sc.vars[i].col }))
		}
		node = s
	}
	node, order = withSystem(sc, r, node, order, layout, want)
	return filter(node, mine, layout), order, rest, nil
}

// initial reports whether the sub-queries of a condition are values that are found once.
func (b *binder) initial(e plan.Expr) bool {
	for _, s := range plan.SubQueries(e) {
		if s.Kind != plan.ScalarQuery || len(s.Args) > 0 {
			return false
		}
	}
	return true
}

// relations collects the relations below a FROM entry.
func (item *fromItem) relations(into map[*relation]bool) map[*relation]bool {
	if item.join {
		item.left.relations(into)
		item.right.relations(into)
	} else if item.rel != nil {
		into[item.rel] = true
	}
	return into
}

// readsOnly reports whether a condition reads columns of these relations only.
func readsOnly(sc *scope, e plan.Expr, rels map[*relation]bool) bool {
	for _, v := range plan.Refs(e) {
		if v >= len(sc.vars) || !rels[sc.vars[v].rel] {
			return false
		}
	}
	return true
}

// buildJoin makes a join: conditions go down to the side that they are about where that changes nothing, equalities between the sides become keys.
func (b *binder) buildJoin(sc *scope, item *fromItem, conds []plan.Expr, needed map[int]bool) (plan.Node, []int, []plan.Expr, error) {
	item, conds = b.reorder(sc, item, conds)
	item = b.largerLeft(sc, item, conds)
	leftRels, rightRels := item.left.relations(map[*relation]bool{}), item.right.relations(map[*relation]bool{})
	var taken []plan.Expr
	lateral := item.right.rel != nil && len(item.right.rel.args) > 0 && (item.kind == plan.InnerJoin || item.kind == plan.LeftJoin)
	if lateral {
		taken = item.right.rel.args
	}
	var toLeft, toRight, between, above []plan.Expr
	// A condition over the join's rows may go to a side that the join doesn't fill with nulls.
	for _, c := range conds {
		switch {
		case plan.IsVolatile(c):
			above = append(above, c)
		case readsOnly(sc, c, leftRels) && (item.kind == plan.InnerJoin || item.kind == plan.LeftJoin):
			toLeft = append(toLeft, c)
		case readsOnly(sc, c, rightRels) && (item.kind == plan.InnerJoin || item.kind == plan.RightJoin):
			toRight = append(toRight, c)
		case item.kind == plan.InnerJoin && readsOnly(sc, c, item.relations(map[*relation]bool{})):
			between = append(between, c)
		default:
			above = append(above, c)
		}
	}
	// A condition of ON may go to the side whose rows it only leaves without a partner.
	for _, c := range item.on {
		switch {
		case plan.IsVolatile(c):
			between = append(between, c)
		case readsOnly(sc, c, leftRels) && (item.kind == plan.InnerJoin || item.kind == plan.RightJoin):
			toLeft = append(toLeft, c)
		case readsOnly(sc, c, rightRels) && (item.kind == plan.InnerJoin || item.kind == plan.LeftJoin):
			toRight = append(toRight, c)
		default:
			between = append(between, c)
		}
	}
	want := map[int]bool{}
	for v := range needed {
		want[v] = true
	}
	for _, c := range append(append(slices.Clip(between), above...), taken...) {
		for _, v := range plan.Refs(c) {
			want[v] = true
		}
	}
	left, leftOrder, leftRest, err := b.build(sc, item.left, toLeft, want)
	if err != nil {
		return nil, nil, nil, err
	}
	rightItem := *item.right
	rightItem.bare = lateral
	right, rightOrder, rightRest, err := b.build(sc, &rightItem, toRight, want)
	if err != nil {
		return nil, nil, nil, err
	}
	leftAt, rightAt, bothAt := map[int]int{}, map[int]int{}, map[int]int{}
	for i, v := range leftOrder {
		if v >= 0 {
			leftAt[v], bothAt[v] = i, i
		}
	}
	for i, v := range rightOrder {
		if v >= 0 {
			rightAt[v], bothAt[v] = i, len(leftOrder)+i
		}
	}
	left = filter(left, leftRest, leftAt)
	if lateral {
		node, order := b.lateralJoin(item, left, right, leftOrder, rightOrder, append(between, rightRest...))
		return node, order, above, nil
	}
	right = filter(right, rightRest, rightAt)
	join := &plan.Join{Kind: item.kind, Left: left, Right: right}
	join.Cols = append(slices.Clone(left.Columns()), right.Columns()...)
	var cond []plan.Expr
	for _, c := range between {
		l, r, ok := joinKey(sc, c, leftRels, rightRels)
		if !ok {
			cond = append(cond, place(c, bothAt))
			continue
		}
		join.LeftKeys = append(join.LeftKeys, place(l, leftAt))
		join.RightKeys = append(join.RightKeys, place(r, rightAt))
	}
	join.Cond = plan.Conjunction(cond)
	if n, ok := b.lookUp(sc, item, join, append(slices.Clip(toLeft), leftRest...)); ok {
		return n, append(leftOrder, rightOrder...), above, nil
	}
	return join, append(leftOrder, rightOrder...), above, nil
}

// keyFamilies are types whose values are equal across them exactly when a hash finds them so.
var keyFamilies = map[types.OID]int{types.Int2: 1, types.Int4: 1, types.Int8: 1, types.Text: 2, types.Varchar: 2, types.Name: 2}

// sameKeys reports whether values of two types can be looked up in each other's hash.
func sameKeys(l, r types.OID) bool {
	return l == r || keyFamilies[l] != 0 && keyFamilies[l] == keyFamilies[r]
}

// joinKey recognises left = right over one type, an expression of each side.
func joinKey(sc *scope, e plan.Expr, leftRels, rightRels map[*relation]bool) (l, r plan.Expr, ok bool) {
	c, isCall := e.(*plan.Call)
	if !isCall || c.Op != "=" || len(c.Args) != 2 || !sameKeys(c.Args[0].Type(), c.Args[1].Type()) || plan.IsVolatile(e) ||
		len(plan.Refs(c.Args[0])) == 0 || len(plan.Refs(c.Args[1])) == 0 {
		return nil, nil, false
	}
	switch {
	case readsOnly(sc, c.Args[0], leftRels) && readsOnly(sc, c.Args[1], rightRels):
		return c.Args[0], c.Args[1], true
	case readsOnly(sc, c.Args[0], rightRels) && readsOnly(sc, c.Args[1], leftRels):
		return c.Args[1], c.Args[0], true
	}
	return nil, nil, false
}
