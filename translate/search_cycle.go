package translate

import (
	"slices"
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// trail is what SEARCH and CYCLE add to a recursive WITH query, as the SQL standard describes it: columns that each row takes from the row that it was made from.
//
//	SEARCH DEPTH FIRST    the rows of the search columns on the way here, as an array: seq || row(a, b)
//	SEARCH BREADTH FIRST  the number of steps, then the search columns: row(depth + 1, a, b)
//	CYCLE                 whether row(a, b) is on the way here already, and that way: path || row(a, b)
//
// The recursive term does not go on from rows whose mark is set.
type trail struct {
	search          *pg.CTESearchClause // nil: none
	cycle           *pg.CTECycleClause
	value, fallback plan.Expr // of the mark
	cols            []plan.Column
	start, step     []*pg.Node // the columns' values: over the term's own columns, and in the step those that the row before had
	marked          int        // which of cols is the mark
	depth           bool       // the last of cols is the number of steps, which is not shown
}

// mark binds the values of the mark. It comes before the query, which may use the mark.
func (t *trail) mark(b *binder) error {
	if t == nil || t.cycle == nil {
		return nil
	}
	sc := b.newScope()
	var err error
	if t.value, err = b.expr(sc, t.cycle.CycleMarkValue); err != nil {
		return err
	}
	if t.fallback, err = b.expr(sc, t.cycle.CycleMarkDefault); err != nil {
		return err
	}
	common, err := function.CommonType("CYCLE", []types.OID{t.value.Type(), t.fallback.Type()})
	if err != nil {
		return b.at(err, location(t.cycle.CycleMarkDefault))
	}
	if err := b.hashable(common, -1); err != nil {
		return err
	}
	if t.value, err = b.implicit(t.value, common, location(t.cycle.CycleMarkValue)); err != nil {
		return err
	}
	t.fallback, err = b.implicit(t.fallback, common, location(t.cycle.CycleMarkDefault))
	return err
}

// fitsTrail refuses what SEARCH and CYCLE can't be said of: they want SELECT UNION SELECT.
func (b *binder) fitsTrail(c *cte) error {
	switch {
	case c.trail == nil:
	case isSetOperation(c.query.Larg):
		return b.unsupported(-1, "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT")
	case isSetOperation(c.query.Rarg):
		return b.errorf(-1, types.CodeSyntaxError, "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT")
	}
	return nil
}

func (t *trail) len() int {
	if t == nil {
		return 0
	}
	return len(t.cols)
}

func isSetOperation(n *pg.SelectStmt) bool {
	return n.Op != pg.SetOperation_SETOP_NONE && n.Op != pg.SetOperation_SET_OPERATION_UNDEFINED
}

// lay finds out which columns a trail adds to those of a query.
func (t *trail) lay(b *binder, cols []plan.Column) error {
	taken := func(name string) bool {
		return slices.ContainsFunc(cols, func(c plan.Column) bool { return c.Name == name })
	}
	row := func(list []*pg.Node, word string, at int32) ([]*pg.Node, error) {
		var out []*pg.Node
		for i, name := range names(list) {
			at := at
			col := slices.IndexFunc(cols, func(c plan.Column) bool { return c.Name == name })
			switch {
			case col < 0:
				return nil, b.errorf(at, types.CodeSyntaxError, "%s column %q not in WITH query column list", word, name)
			case slices.Contains(names(list[:i]), name):
				return nil, b.errorf(at, types.CodeDuplicateColumn, "%s column %q specified more than once", word, name)
			}
			out = append(out, trailColumn(col))
		}
		return out, nil
	}
	add := func(name string, typ types.OID, start, step *pg.Node) {
		t.cols = append(t.cols, plan.Column{Name: name, Type: typ, Typmod: -1})
		t.start, t.step = append(t.start, start), append(t.step, step)
	}
	last := func() *pg.Node { return trailColumn(len(cols) + len(t.cols)) } // what the row before had in the column that is added next
	var depth *pg.Node
	if s := t.search; s != nil {
		of, err := row(s.SearchColList, "search", s.Location)
		if err != nil {
			return err
		}
		if taken(s.SearchSeqColumn) {
			return b.errorf(s.Location, types.CodeSyntaxError, "search sequence column name %q already used in WITH query column list", s.SearchSeqColumn)
		}
		if t.depth = s.SearchBreadthFirst; !t.depth {
			way := trailRow(of)
			add(s.SearchSeqColumn, types.RecordArray, trailArray(way), trailOperator("||", last(), way))
		} else {
			behind := len(cols) + 1 // the depth's place
			if t.cycle != nil {
				behind += 2
			}
			zero := trailCast(0)
			depth = trailOperator("+", trailColumn(behind), trailCast(1))
			add(s.SearchSeqColumn, types.Record, trailRow(append([]*pg.Node{zero}, of...)), trailRow(append([]*pg.Node{depth}, of...)))
		}
	}
	if c := t.cycle; c != nil {
		of, err := row(c.CycleColList, "cycle", c.Location)
		if err != nil {
			return err
		}
		for _, col := range cols {
			if slices.Contains(names(c.CycleColList), col.Name) {
				if err := b.hashable(col.Type, -1); err != nil {
					return err
				}
			}
		}
		for _, x := range []struct{ word, name string }{{"mark", c.CycleMarkColumn}, {"path", c.CyclePathColumn}} {
			if taken(x.name) {
				return b.errorf(c.Location, types.CodeSyntaxError, "cycle %s column name %q already used in WITH query column list", x.word, x.name)
			}
		}
		if c.CycleMarkColumn == c.CyclePathColumn {
			return b.errorf(c.Location, types.CodeSyntaxError, "cycle mark column name and cycle path column name are the same")
		}
		if s := t.search; s != nil {
			for _, x := range []struct{ word, name string }{{"mark", c.CycleMarkColumn}, {"path", c.CyclePathColumn}} {
				if s.SearchSeqColumn == x.name {
					return b.errorf(s.Location, types.CodeSyntaxError, "search sequence column name and cycle %s column name are the same", x.word)
				}
			}
		}
		t.marked = len(t.cols)
		here := trailRow(of)
		path := trailColumn(len(cols) + len(t.cols) + 1)
		met := &pg.Node{Node: &pg.Node_AExpr{AExpr: &pg.A_Expr{Kind: pg.A_Expr_Kind_AEXPR_OP_ANY, Name: []*pg.Node{pg.MakeStrNode("=")}, Lexpr: here, Rexpr: path, Location: -1}}}
		add(c.CycleMarkColumn, t.value.Type(), nil, met) // the start has the mark's default, and of the step this chooses the value
		add(c.CyclePathColumn, types.RecordArray, trailArray(here), trailOperator("||", last(), here))
	}
	if t.depth {
		add("*DEPTH*", types.Int8, trailCast(0), depth)
	}
	return nil
}

// The columns that values of a trail are computed from go by their numbers.
func trailColumn(i int) *pg.Node {
	return pg.MakeColumnRefNode([]*pg.Node{pg.MakeStrNode(trailName(i))}, -1)
}

func trailName(i int) string { return "c" + strconv.Itoa(i) }

func trailRow(of []*pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_RowExpr{RowExpr: &pg.RowExpr{Args: of, RowFormat: pg.CoercionForm_COERCE_EXPLICIT_CALL, Location: -1}}}
}

func trailArray(of *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_AArrayExpr{AArrayExpr: &pg.A_ArrayExpr{Elements: []*pg.Node{of}, Location: -1}}}
}

func trailOperator(name string, l, r *pg.Node) *pg.Node {
	return pg.MakeAExprNode(pg.A_Expr_Kind_AEXPR_OP, []*pg.Node{pg.MakeStrNode(name)}, l, r, -1)
}

// trailCast is a bigint.
func trailCast(n int64) *pg.Node {
	return &pg.Node{Node: &pg.Node_TypeCast{TypeCast: &pg.TypeCast{
		Arg:      pg.MakeAConstIntNode(n, -1),
		TypeName: &pg.TypeName{Names: []*pg.Node{pg.MakeStrNode("pg_catalog"), pg.MakeStrNode("int8")}, Typemod: -1, Location: -1}, Location: -1}}}
}

// begin adds the columns to the rows of the first term.
func (t *trail) begin(b *binder, node plan.Node) (plan.Node, error) {
	return t.over(b, node, len(node.Columns()), t.start, func(plan.Expr) plan.Expr { return t.fallback })
}

// goOn adds the columns to the rows of the recursive term, behind whose own columns stand those that the row before had. It does not go on from a marked row.
func (t *trail) goOn(b *binder, node plan.Node) (plan.Node, error) {
	own := len(node.Columns()) - len(t.cols)
	out, err := t.over(b, node, own, t.step, func(met plan.Expr) plan.Expr {
		return &plan.Case{Typed: plan.Typed{OID: t.value.Type(), Mod: -1}, Whens: []plan.When{{Cond: met, Then: t.value}}, Else: t.fallback}
	})
	if err != nil || t.cycle == nil {
		return out, err
	}
	p := out.(*plan.Project)
	sc, place := trailScope(node)
	unmarked, err := b.condition(sc, trailOperator("<>", trailColumn(own+t.marked), t.cycle.CycleMarkValue), "")
	if err != nil {
		return nil, err
	}
	p.Input = &plan.Filter{Output: plan.Output{Cols: node.Columns()}, Input: node, Cond: place(unmarked)}
	return p, nil
}

// over puts values behind a node's own columns; mark makes the mark of what its value is bound to, nil where there is none.
func (t *trail) over(b *binder, node plan.Node, own int, values []*pg.Node, mark func(plan.Expr) plan.Expr) (plan.Node, error) {
	sc, place := trailScope(node)
	out := &plan.Project{Input: node}
	out.Cols = append(slices.Clone(node.Columns()[:own]), t.cols...)
	for i, c := range node.Columns()[:own] {
		var e plan.Expr = &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name}
		if p, ok := node.(*plan.Project); ok && c.Type == types.Unknown {
			if literal, ok := p.Exprs[i].(*plan.Const); ok { // it is read as the other term says
				e = literal
			}
		}
		out.Exprs = append(out.Exprs, e)
	}
	for i, n := range values {
		var e plan.Expr
		var err error
		if n != nil {
			if e, err = b.expr(sc, n); err != nil {
				return nil, err
			}
			e = place(e)
		}
		if t.cycle != nil && i == t.marked {
			e = mark(e)
		}
		out.Exprs = append(out.Exprs, e)
	}
	return out, nil
}

// trailScope is a scope of a node's columns by their numbers, and how an expression of it becomes one over the node.
func trailScope(node plan.Node) (*scope, func(plan.Expr) plan.Expr) {
	r := derived("", node)
	for i := range r.cols {
		r.cols[i].Name = trailName(i)
	}
	sc := newScope()
	sc.rels, sc.items = []*relation{r}, []*fromItem{{rel: r}}
	return sc, func(e plan.Expr) plan.Expr { return plan.MapRefs(e, func(i int) int { return sc.vars[i].col }) }
}

// carry binds the recursive term so that it gives, behind its own columns, those of the trail that the row has which it goes on from.
func (b *binder) carry(c *cte) (plan.Node, error) {
	q := c.query.Rarg
	if c.trail == nil {
		return b.selectStmt(q)
	}
	name := ""
	var find func(n *pg.Node)
	find = func(n *pg.Node) {
		if j := n.GetJoinExpr(); j != nil {
			find(j.Larg)
			find(j.Rarg)
		}
		if r := n.GetRangeVar(); r != nil && r.Schemaname == "" && r.Relname == c.name {
			if name = r.Relname; r.Alias != nil {
				name = r.Alias.Aliasname
			}
		}
	}
	for _, n := range q.FromClause {
		find(n)
	}
	if name == "" {
		return nil, b.unsupported(-1, "with a SEARCH or CYCLE clause, the recursive reference to WITH query %q must be at the top level of its right-hand SELECT", c.name)
	}
	own := q.TargetList
	defer func() { q.TargetList = own }()
	q.TargetList = slices.Clip(own)
	for _, col := range c.trail.cols {
		ref := pg.MakeColumnRefNode([]*pg.Node{pg.MakeStrNode(name), pg.MakeStrNode(col.Name)}, -1)
		q.TargetList = append(q.TargetList, pg.MakeResTargetNodeWithVal(ref, -1))
	}
	return b.selectStmt(q)
}

// hide drops the columns of a trail that are not shown.
func (t *trail) hide(node plan.Node) plan.Node {
	if t == nil || !t.depth {
		return node
	}
	out := &plan.Project{Input: node}
	for i, c := range node.Columns()[:len(node.Columns())-1] {
		out.Cols = append(out.Cols, c)
		out.Exprs = append(out.Exprs, &plan.Ref{Typed: plan.Typed{OID: c.Type, Mod: c.Typmod}, Index: i, Name: c.Name})
	}
	return out
}
