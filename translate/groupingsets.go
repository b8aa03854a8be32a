package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

const (
	// groupingRefs is where the Refs of GROUPING(…) begin.
	groupingRefs = 1 << 27
	// maxGroupingSets and maxCube are PostgreSQL's limits.
	maxGroupingSets = 4096
	maxCube         = 12
)

// grouping is a call of GROUPING.
type grouping struct {
	args      []plan.Expr
	locations []int32
}

// groupBy binds GROUP BY: expressions, positions, output names and grouping sets, whose product is taken.
func (q *level) groupBy(list []*pg.Node, distinct bool) error {
	if len(list) == 0 {
		return nil
	}
	q.grouped = true
	q.sc.clause = "GROUP BY"
	defer func() { q.sc.clause = "" }()
	sets, special := [][]int{nil}, false
	for _, n := range list {
		more, err := q.groupItem(n)
		if err != nil {
			return err
		}
		special = special || n.GetGroupingSet() != nil
		if len(sets)*len(more) > maxGroupingSets {
			return q.b.errorf(-1, types.CodeStatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets)
		}
		var product [][]int
		for _, s := range sets {
			for _, m := range more {
				product = append(product, union(s, m))
			}
		}
		sets = product
	}
	if distinct {
		sets = slices.CompactFunc(sortedSets(sets), slices.Equal)
	}
	if !special || len(sets) == 1 && len(sets[0]) == len(q.keys) {
		return nil // one set of all keys
	}
	q.sets = sets
	return nil
}

// groupItem binds an entry of GROUP BY: it gives the grouping sets that it stands for, lists of keys.
func (q *level) groupItem(n *pg.Node) ([][]int, error) {
	g := n.GetGroupingSet()
	if g == nil {
		set, err := q.groupElement(n)
		return [][]int{set}, err
	}
	if g.Kind == pg.GroupingSetKind_GROUPING_SET_EMPTY {
		return [][]int{nil}, nil
	}
	if g.Kind == pg.GroupingSetKind_GROUPING_SET_SETS {
		var out [][]int
		for _, c := range g.Content {
			more, err := q.groupItem(c)
			if err != nil {
				return nil, err
			}
			if out = append(out, more...); len(out) > maxGroupingSets {
				return nil, q.b.errorf(g.Location, types.CodeStatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets)
			}
		}
		return out, nil
	}
	var elements [][]int
	for _, c := range g.Content {
		set, err := q.groupElement(c)
		if err != nil {
			return nil, err
		}
		elements = append(elements, set)
	}
	var out [][]int
	if g.Kind == pg.GroupingSetKind_GROUPING_SET_ROLLUP {
		for last := len(elements); last >= 0; last-- {
			out = append(out, union(elements[:last]...))
		}
		return out, nil
	}
	if len(elements) > maxCube {
		return nil, q.b.errorf(g.Location, "54011", "CUBE is limited to %d elements", maxCube)
	}
	for left := range 1 << len(elements) {
		var set []int
		for i, e := range elements {
			if left&(1<<i) == 0 {
				set = union(set, e)
			}
		}
		out = append(out, set)
	}
	return out, nil
}

// groupElement binds a key, or several in parentheses.
func (q *level) groupElement(n *pg.Node) ([]int, error) {
	if row := n.GetRowExpr(); row != nil && row.RowFormat == pg.CoercionForm_COERCE_IMPLICIT_CAST {
		var set []int
		for _, a := range row.Args {
			more, err := q.groupElement(a)
			if err != nil {
				return nil, err
			}
			set = union(set, more)
		}
		return set, nil
	}
	e, err := q.groupKey(n)
	if err != nil {
		return nil, err
	}
	b := q.b
	for _, e := range append(q.sc.sets.argumentsIn(e), e) {
		switch {
		case hasAggregate(e):
			at, _ := b.firstRef(e, aggregateRefs)
			return nil, b.errorf(at, types.CodeGroupingError, "aggregate functions are not allowed in GROUP BY")
		case hasWindow(e):
			at, _ := b.firstRef(e, windowRefs)
			return nil, b.errorf(at, codeWindowing, "window functions are not allowed in GROUP BY")
		}
	}
	if e.Type() == types.JSON {
		return nil, b.errorf(location(n), types.CodeUndefinedFunction, "could not identify an equality operator for type json")
	}
	for i, k := range q.keys {
		if plan.Equal(k, e) {
			return []int{i}, nil
		}
	}
	q.keys = append(q.keys, e)
	return []int{len(q.keys) - 1}, nil
}

// union is the union of sets, ascending.
func union(sets ...[]int) []int {
	var out []int
	for _, s := range sets {
		out = append(out, s...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sortedSets(sets [][]int) [][]int {
	out := slices.Clone(sets)
	slices.SortFunc(out, slices.Compare)
	return out
}

// groupingCall binds GROUPING(…). Whether its arguments are keys is known when GROUP BY has been bound.
func (b *binder) groupingCall(sc *scope, n *pg.GroupingFunc) (plan.Expr, error) {
	if len(n.Args) > 31 {
		return nil, b.errorf(n.Location, types.CodeTooManyArguments, "GROUPING must have fewer than 32 arguments")
	}
	g := grouping{}
	for _, a := range n.Args {
		e, err := b.expr(sc, a)
		if err != nil {
			return nil, err
		}
		g.args, g.locations = append(g.args, e), append(g.locations, location(a))
	}
	at := sc // it belongs to the innermost level that it reads a column of
	for ; at.up() != nil && !slices.ContainsFunc(g.args, plan.HasRefs) && slices.ContainsFunc(g.args, plan.HasOuter); at = at.up() {
		for i := range g.args {
			g.args[i] = at.drop(g.args[i])
		}
	}
	switch {
	case at.inAgg:
		return nil, b.errorf(n.Location, types.CodeGroupingError, "aggregate function calls cannot be nested")
	case at.clause != "":
		return nil, b.errorf(n.Location, types.CodeGroupingError, "grouping operations are not allowed in %s", at.clause)
	}
	same := func(o grouping) bool {
		return slices.EqualFunc(o.args, g.args, plan.Equal)
	}
	i := slices.IndexFunc(at.groupings, same)
	if i < 0 {
		i = len(at.groupings)
		at.groupings = append(at.groupings, g)
	}
	return sc.lift(at, &plan.Ref{Typed: typed(types.Int4), Index: groupingRefs + i, Name: "grouping"}), nil
}

// groupingValue is what GROUPING gives over the groups: of its arguments, the last in the lowest bit, which are not of a row's set.
func (q *level) groupingValue(g grouping) (plan.Expr, error) {
	var keys []int
	for i, a := range g.args {
		k := slices.IndexFunc(q.keys, func(k plan.Expr) bool { return plan.Equal(k, a) })
		if k < 0 {
			return nil, q.b.errorf(g.locations[i], types.CodeGroupingError, "arguments to GROUPING must be grouping expressions of the associated query level")
		}
		keys = append(keys, k)
	}
	if q.sets == nil {
		return constInt(types.Int4, 0), nil
	}
	out := &plan.Case{Typed: typed(types.Int4)}
	for number, set := range q.sets {
		mask := int64(0)
		for _, k := range keys {
			mask <<= 1
			if !slices.Contains(set, k) {
				mask |= 1
			}
		}
		if number == len(q.sets)-1 {
			out.Else = constInt(types.Int4, mask)
			break
		}
		is, err := q.b.apply("=", q.setNumber(), constInt(types.Int4, int64(number)), -1, -1, -1)
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, plan.When{Cond: is, Then: constInt(types.Int4, mask)})
	}
	if len(out.Whens) == 0 {
		return out.Else, nil
	}
	return out, nil
}

// setNumber is the number of a group's set, which stands behind the keys.
func (q *level) setNumber() plan.Expr {
	return &plan.Ref{Typed: typed(types.Int4), Index: len(q.keys), Name: "set"}
}

// afterKeys is where the aggregates stand in a group's row.
func (q *level) afterKeys() int {
	if q.sets != nil {
		return len(q.keys) + 1
	}
	return len(q.keys)
}

// bySets makes a grouping by all keys one by several sets of them.
func (q *level) bySets(agg *plan.Aggregate) plan.Node {
	number := plan.Column{Name: "set", Type: types.Int4, Typmod: -1}
	aggs := slices.Clone(agg.Cols[len(agg.Keys):])
	keys := slices.Clone(agg.Cols[:len(agg.Keys)])
	for i := range keys {
		keys[i].Table, keys[i].Attr = 0, 0
	}
	expand := &plan.Expand{Input: agg.Input, Keys: agg.Keys, Sets: q.sets}
	expand.Cols = slices.Concat(agg.Input.Columns(), keys, []plan.Column{number})
	out := &plan.Aggregate{Input: expand, Aggs: agg.Aggs}
	out.Cols = slices.Concat(agg.Cols[:len(agg.Keys)], []plan.Column{number}, aggs)
	out.Keys = plan.RefsOf(expand.Cols[len(agg.Input.Columns()):], len(agg.Input.Columns()))
	var none []plan.Node
	for i, set := range q.sets {
		if len(set) > 0 {
			continue
		}
		// Without rows, a set without keys has a group all the same.
		one := &plan.Aggregate{Output: plan.Output{Cols: aggs}, Aggs: agg.Aggs, Input: &plan.Values{Output: plan.Output{Cols: agg.Input.Columns()}}}
		row := &plan.Project{Output: out.Output, Input: one}
		for _, k := range agg.Keys {
			row.Exprs = append(row.Exprs, constNull(k.Type()))
		}
		row.Exprs = append(row.Exprs, constInt(types.Int4, int64(i)))
		row.Exprs = append(row.Exprs, plan.RefsOf(aggs, 0)...)
		none = append(none, row)
	}
	switch len(none) {
	case 0:
		return out
	case 1:
		return &plan.IfEmpty{Output: out.Output, Input: out, Else: none[0]}
	}
	return &plan.IfEmpty{Output: out.Output, Input: out, Else: &plan.Append{Output: out.Output, Inputs: none}}
}
