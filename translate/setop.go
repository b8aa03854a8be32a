package translate

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// setOperation binds UNION, INTERSECT and EXCEPT, with or without ALL.
func (b *binder) setOperation(n *pg.SelectStmt) (plan.Node, error) {
	word := map[pg.SetOperation]string{pg.SetOperation_SETOP_UNION: "UNION", pg.SetOperation_SETOP_INTERSECT: "INTERSECT", pg.SetOperation_SETOP_EXCEPT: "EXCEPT"}[n.Op]
	var arms []plan.Node
	for _, arm := range []*pg.SelectStmt{n.Larg, n.Rarg} {
		node, err := b.selectStmt(arm)
		if err != nil {
			return nil, err
		}
		arms = append(arms, node)
	}
	cols := arms[0].Columns()
	if len(cols) != len(arms[1].Columns()) {
		return nil, b.errorf(firstLocation(n.Rarg), types.CodeSyntaxError, "each %s query must have the same number of columns", word)
	}
	out := make([]plan.Column, len(cols))
	for i := range cols {
		l, r := cols[i], arms[1].Columns()[i]
		t, err := function.CommonType(word, []types.OID{l.Type, r.Type})
		if err != nil {
			return nil, b.at(err, targetLocation(n.Rarg, i))
		}
		out[i] = plan.Column{Name: l.Name, Type: t, Typmod: -1}
		if l.Type == r.Type && l.Typmod == r.Typmod {
			out[i].Typmod = l.Typmod
		}
	}
	for i := range arms {
		var err error
		if arms[i], err = b.retarget(arms[i], out, function.CastImplicit, nil); err != nil {
			return nil, err
		}
	}
	if !n.All || n.Op != pg.SetOperation_SETOP_UNION {
		for i, c := range out {
			if err := b.hashable(c.Type, targetLocation(n, i)); err != nil {
				return nil, err
			}
		}
	}
	output := plan.Output{Cols: out}
	if n.Op != pg.SetOperation_SETOP_UNION {
		return &plan.SetOp{Output: output, Except: n.Op == pg.SetOperation_SETOP_EXCEPT, All: n.All, Left: arms[0], Right: arms[1]}, nil
	}
	var node plan.Node = &plan.Append{Output: output, Inputs: arms}
	if !n.All {
		node = &plan.Distinct{Output: output, Input: node}
	}
	return node, nil
}

func firstLocation(n *pg.SelectStmt) int32 { return targetLocation(n, 0) }

// targetLocation is where a query's column stands: in the first of several queries.
func targetLocation(n *pg.SelectStmt, i int) int32 {
	for n.GetLarg() != nil {
		n = n.Larg
	}
	if list := n.GetTargetList(); i < len(list) {
		return list[i].GetResTarget().GetLocation()
	}
	if rows := n.GetValuesLists(); len(rows) > 0 {
		if items := rows[0].GetList().GetItems(); i < len(items) {
			return location(items[i])
		}
	}
	return -1
}

// values binds VALUES.
func (b *binder) values(lists []*pg.Node) (plan.Node, error) {
	out := &plan.Values{}
	sc := b.newScope()
	sc.clause = "VALUES"
	var rows [][]plan.Expr
	var at [][]int32
	for _, l := range lists {
		row, locations, err := b.list(sc, l.GetList().GetItems())
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 && len(row) != len(rows[0]) {
			return nil, b.errorf(location(l), types.CodeSyntaxError, "VALUES lists must all be the same length")
		}
		rows, at = append(rows, row), append(at, locations)
	}
	for c := range rows[0] {
		column, locations := make([]plan.Expr, len(rows)), make([]int32, len(rows))
		known := false
		for r := range rows {
			column[r], locations[r] = rows[r][c], at[r][c]
			known = known || column[r].Type() != types.Unknown
		}
		t := types.OID(types.Unknown)
		if known {
			var err error
			if column, t, err = b.common("VALUES", column, locations); err != nil {
				return nil, err
			}
		}
		typmod := column[0].Typmod()
		for r := range rows {
			rows[r][c] = column[r]
			if column[r].Typmod() != typmod {
				typmod = -1
			}
		}
		out.Cols = append(out.Cols, plan.Column{Name: valuesColumn(c), Type: t, Typmod: typmod})
	}
	out.Rows = rows
	return out, nil
}

// valuesColumn is the name that PostgreSQL gives a column of VALUES.
func valuesColumn(i int) string { return "column" + strconv.Itoa(i+1) }

// sortOutput puts the ORDER BY, OFFSET and LIMIT of a UNION or VALUES over it; keys are output columns only.
func (b *binder) sortOutput(n *pg.SelectStmt, node plan.Node) (plan.Node, error) {
	if len(n.SortClause) == 0 && n.LimitCount == nil && n.LimitOffset == nil {
		return node, nil
	}
	node, err := b.resolveUnknowns(node)
	if err != nil {
		return nil, err
	}
	q := &level{b: b, sc: b.newScope()}
	for i, c := range node.Columns() {
		q.targets = append(q.targets, target{expr: &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name}, col: c})
	}
	q.visible = len(q.targets)
	for _, s := range n.SortClause {
		key := s.GetSortBy()
		i, err := q.named(key.GetNode(), "ORDER BY", false)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			if len(n.ValuesLists) > 0 {
				return nil, b.unsupported(location(key.GetNode()), "expressions in ORDER BY of VALUES are not supported yet")
			}
			if r := key.GetNode().GetColumnRef(); r != nil && len(r.Fields) == 1 {
				return nil, b.missing(q.sc, names(r.Fields), nil, r.Location)
			}
			return nil, b.errorf(location(key.GetNode()), types.CodeFeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
				WithDetail("Only result column names can be used, not expressions or functions.").
				WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
		}
		item := sortItem{target: i}
		if item.desc, item.nulls, err = b.direction(key); err != nil {
			return nil, err
		}
		if err := b.sortable(q.targets[i].col.Type, location(key.GetNode())); err != nil {
			return nil, err
		}
		q.sort = append(q.sort, item)
	}
	if err := q.limits(n); err != nil {
		return nil, err
	}
	out := plan.Output{Cols: node.Columns()}
	if len(q.sort) > 0 {
		s := &plan.Sort{Output: out, Input: node, Limit: q.wanted()}
		for _, k := range q.sort {
			s.Keys = append(s.Keys, plan.SortKey{Expr: outputRef(q.targets, k.target), Descending: k.desc, NullsFirst: k.nulls})
		}
		node = s
	}
	if q.count != nil || q.skip != nil {
		node = &plan.Limit{Output: out, Input: node, Count: q.count, Skip: q.skip, Ties: q.tied(q.targets)}
	}
	return node, nil
}

// resolveUnknowns makes what is still of unknown type text.
func (b *binder) resolveUnknowns(node plan.Node) (plan.Node, error) {
	cols := append([]plan.Column(nil), node.Columns()...)
	unknown := false
	for i := range cols {
		if cols[i].Type == types.Unknown {
			cols[i].Type, unknown = types.Text, true
		}
	}
	if !unknown {
		return node, nil
	}
	return b.retarget(node, cols, function.CastImplicit, nil)
}

// retarget gives a node's columns other types. Literals without a type take the new one. fail makes the error where there is no cast in the
// context; nil: PostgreSQL's general one.
func (b *binder) retarget(node plan.Node, cols []plan.Column, ctx function.CastContext, fail func(i int, from types.OID) error) (plan.Node, error) {
	same := true
	for i, c := range node.Columns() {
		same = same && c.Type == cols[i].Type && (cols[i].Typmod < 0 || c.Typmod == cols[i].Typmod)
	}
	if same {
		return node, nil
	}
	cast := func(i int, e plan.Expr) (plan.Expr, error) {
		out, ok, err := b.coerce(e, cols[i].Type, cols[i].Typmod, ctx, -1)
		if err == nil && !ok {
			if fail != nil {
				return nil, fail(i, e.Type())
			}
			err = types.Errorf(types.CodeCannotCoerce, "cannot cast type %s to %s", typeName(e.Type()), typeName(cols[i].Type))
		}
		return out, err
	}
	row := func(exprs []plan.Expr) ([]plan.Expr, error) {
		out := make([]plan.Expr, len(exprs))
		for i, e := range exprs {
			var err error
			if out[i], err = cast(i, e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch n := node.(type) {
	case *plan.With:
		input, err := b.retarget(n.Input, cols, ctx, fail)
		if err != nil {
			return nil, err
		}
		return &plan.With{Output: plan.Output{Cols: cols}, CTEs: n.CTEs, Input: input}, nil
	case *plan.Project:
		exprs, err := row(n.Exprs)
		if err != nil {
			return nil, err
		}
		return &plan.Project{Output: plan.Output{Cols: cols}, Input: n.Input, Exprs: exprs}, nil
	case *plan.Values:
		v := &plan.Values{Output: plan.Output{Cols: cols}}
		for _, r := range n.Rows {
			exprs, err := row(r)
			if err != nil {
				return nil, err
			}
			v.Rows = append(v.Rows, exprs)
		}
		return v, nil
	case *plan.Limit:
		if _, ok := n.Input.(*plan.Project); ok { // a literal may lie right below
			input, err := b.retarget(n.Input, cols, ctx, fail)
			if err != nil {
				return nil, err
			}
			return &plan.Limit{Output: plan.Output{Cols: cols}, Input: input, Count: n.Count, Skip: n.Skip, Ties: n.Ties}, nil
		}
	}
	p := &plan.Project{Output: plan.Output{Cols: cols}, Input: node}
	for i, c := range node.Columns() {
		e, err := cast(i, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name})
		if err != nil {
			return nil, err
		}
		p.Exprs = append(p.Exprs, e)
	}
	return p, nil
}
