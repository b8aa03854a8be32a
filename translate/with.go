package translate

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// cte is a query of WITH.
//
// Where it is used it becomes the sub-select that it is, bound anew each time, so that conditions reach its scans. Its rows are kept instead
// (plan.CTE) where that would not be the same or cost too much: it is recursive, volatile, MATERIALIZED, used in a sub-query or often.
type cte struct {
	name      string
	columns   []*pg.Node
	statement *pg.Node
	query     *pg.SelectStmt // the statement; nil: it is one that writes
	trail     *trail         // of SEARCH and CYCLE; nil: none
	silent    bool           // it writes and has no RETURNING
	location  int32
	visible   int // how many of binder.ctes it may use itself
	frame     *frame
	keep      bool // its rows are kept
	uses      int

	bound plan.Node // as it was bound first; nil once that is used
	cols  []plan.Column
	kept  *plan.CTE // the kept rows, once something reads them

	// While a query of WITH RECURSIVE is bound.
	binding bool
	table   *plan.WorkTable // not nil: a use of the name is this
}

// maxInlined is how often a WITH query is bound anew before its rows are kept: each use that uses others multiplies.
const maxInlined = 4

// with binds a statement with what its WITH clause names; nil: it has none.
func (b *binder) with(n *pg.WithClause, bind func() (plan.Node, error)) (plan.Node, error) {
	top := b.top
	b.top = false
	if n == nil {
		return bind()
	}
	for _, c := range n.Ctes {
		e := c.GetCommonTableExpr()
		switch {
		case e.GetCtequery().GetSelectStmt() != nil:
		case e.GetCtequery().GetMergeStmt() != nil:
			return nil, b.unsupported(e.GetLocation(), "MERGE not supported in WITH query")
		case !top:
			return nil, b.unsupported(e.GetLocation(), "WITH clause containing a data-modifying statement must be at the top level")
		default:
			b.writes = true
		}
	}
	return b.withQueries(n, bind)
}

// withQueries is with for a clause that is there, and may be where it is.
func (b *binder) withQueries(n *pg.WithClause, bind func() (plan.Node, error)) (plan.Node, error) {
	before := len(b.ctes)
	defer func() { b.ctes = b.ctes[:before] }()
	for _, c := range n.Ctes {
		e := c.GetCommonTableExpr()
		q := e.GetCtequery().GetSelectStmt()
		for _, o := range b.ctes[before:] {
			if o.name == e.Ctename {
				return nil, b.errorf(e.Location, "42712", "WITH query name %q specified more than once", e.Ctename)
			}
		}
		var t *trail
		if e.SearchClause != nil || e.CycleClause != nil {
			t = &trail{search: e.SearchClause, cycle: e.CycleClause}
		}
		b.ctes = append(b.ctes, &cte{
			name: e.Ctename, columns: e.Aliascolnames, query: q, location: e.Location, visible: len(b.ctes), frame: b.frame,
			keep: e.Ctematerialized == pg.CTEMaterialize_CTEMaterializeAlways || q == nil, statement: e.Ctequery, trail: t,
		})
	}
	mine := slices.Clone(b.ctes[before:])
	if n.Recursive {
		for _, c := range mine {
			c.visible = len(b.ctes)
		}
	}
	for _, c := range mine {
		if err := b.defineCTE(c, n.Recursive); err != nil {
			return nil, err
		}
	}
	node, err := bind()
	if err != nil {
		return nil, err
	}
	var kept []*plan.CTE
	for _, c := range mine {
		if c.kept != nil {
			kept = append(kept, c.kept)
		}
	}
	if len(kept) == 0 {
		return node, nil
	}
	return &plan.With{Output: plan.Output{Cols: node.Columns()}, CTEs: kept, Input: node}, nil
}

// defineCTE binds a query of WITH for the first time; also one that nothing uses must be right.
func (b *binder) defineCTE(c *cte, recursive bool) error {
	if c.cols != nil {
		return nil // bound where another one used it
	}
	c.binding = true
	defer func() { c.binding = false }()
	if err := c.trail.mark(b); err != nil {
		return err
	}
	var node plan.Node
	var err error
	switch uses := recursive && refersTo(c.statement, c.name); {
	case !uses && c.trail != nil:
		return b.errorf(c.location, types.CodeSyntaxError, "WITH query is not recursive")
	case uses && c.query == nil:
		return b.errorf(c.location, codeInvalidRecursion, "recursive query %q must not contain data-modifying statements", c.name)
	case uses:
		c.keep = true
		node, err = b.bindCTE(c, func() (plan.Node, error) { return b.recursive(c) })
	default:
		node, err = b.bindCTE(c, nil)
	}
	if err != nil {
		return err
	}
	c.keep = c.keep || volatile(node)
	c.bound, c.cols = node, slices.Clone(node.Columns())
	if c.query == nil { // it is run whether something reads it or not
		c.kept, c.bound = &plan.CTE{Name: c.name, Plan: node, Writes: true}, nil
	}
	return b.nameCTE(c)
}

// nameCTE gives the columns their names.
func (b *binder) nameCTE(c *cte) error {
	if len(c.columns) > len(c.cols) {
		return b.errorf(c.location, types.CodeInvalidColumnReference, "WITH query %q has %d columns available but %d columns specified",
			c.name, len(c.cols), len(c.columns))
	}
	for i, name := range names(c.columns) {
		c.cols[i].Name = name
	}
	return nil
}

// bindCTE binds the query of c where it was written: it sees what is visible there.
func (b *binder) bindCTE(c *cte, bind func() (plan.Node, error)) (plan.Node, error) {
	all, later, around, beside := b.ctes, b.later, b.frame, b.beside
	b.ctes, b.later, b.frame = slices.Clip(all[:c.visible]), all[c.visible:], c.frame
	defer func() { b.ctes, b.later, b.frame, b.beside = all, later, around, beside }()
	if bind == nil {
		bind = func() (plan.Node, error) { return b.cteStatement(c) }
	}
	node, err := bind()
	if err != nil || c.query == nil {
		return node, err
	}
	return b.resolveUnknowns(node)
}

// cteStatement binds the text of c.
func (b *binder) cteStatement(c *cte) (plan.Node, error) {
	switch n := c.statement.GetNode().(type) {
	case *pg.Node_InsertStmt:
		c.silent = len(n.InsertStmt.ReturningList) == 0
		return b.insert(n.InsertStmt)
	case *pg.Node_DeleteStmt:
		c.silent = len(n.DeleteStmt.ReturningList) == 0
		return b.delete(n.DeleteStmt)
	case *pg.Node_SelectStmt:
		return b.selectStmt(n.SelectStmt)
	}
	_, err := b.utility(c.statement) // which says what is wrong with UPDATE
	return nil, err
}

// useCTE binds the name of a WITH query in FROM.
func (b *binder) useCTE(c *cte, n *pg.RangeVar) (*relation, error) {
	if c.table != nil { // the recursive term's own reference
		r := derived(c.name, &plan.WorkScan{Output: plan.Output{Cols: slices.Clone(c.cols)}, Table: c.table})
		for i := range c.trail.len() {
			r.cols[len(r.cols)-1-i].hidden = true
		}
		r.recursive = c
		return b.aliased(r, n)
	}
	if c.cols == nil {
		if c.binding {
			return nil, b.unsupported(c.location, "mutual recursion between WITH items is not implemented")
		}
		if err := b.defineCTE(c, true); err != nil {
			return nil, err
		}
	}
	if c.silent {
		return nil, b.unsupported(n.Location, "WITH query %q does not have a RETURNING clause", c.name)
	}
	c.uses++
	var node plan.Node
	switch {
	case c.keep || c.frame != b.frame || c.uses > maxInlined:
		if c.kept == nil {
			query := c.bound
			if c.bound = nil; query == nil {
				var err error
				if query, err = b.bindCTE(c, nil); err != nil {
					return nil, err
				}
			}
			c.kept = &plan.CTE{Name: c.name, Plan: query}
		}
		node = &plan.CTEScan{Output: plan.Output{Cols: slices.Clone(c.cols)}, CTE: c.kept}
	case c.bound != nil:
		node, c.bound = c.bound, nil
	default:
		var err error
		if node, err = b.bindCTE(c, nil); err != nil {
			return nil, err
		}
	}
	r := derived(c.name, node)
	for i := range r.cols {
		r.cols[i].Name = c.cols[i].Name
	}
	return b.aliased(r, n)
}

// aliased gives a relation the names that FROM says.
func (b *binder) aliased(r *relation, n *pg.RangeVar) (*relation, error) {
	if n.Alias != nil {
		r.name = n.Alias.Aliasname
	}
	return r, b.rename(r, n.Alias.GetColnames(), n.Location)
}

// recursive binds a query of WITH RECURSIVE that uses itself.
func (b *binder) recursive(c *cte) (plan.Node, error) {
	q := c.query
	if q.Op != pg.SetOperation_SETOP_UNION {
		return nil, b.errorf(c.location, codeInvalidRecursion, "recursive query %q does not have the form non-recursive-term UNION [ALL] recursive-term", c.name)
	}
	if err := b.wellFormed(c); err != nil {
		return nil, err
	}
	if err := b.fitsTrail(c); err != nil {
		return nil, err
	}
	bind := func() (plan.Node, error) {
		start, err := b.selectStmt(q.Larg)
		if err != nil {
			return nil, err
		}
		if start, err = b.resolveUnknowns(start); err != nil {
			return nil, err
		}
		c.cols = slices.Clone(start.Columns())
		for i := range c.cols {
			c.cols[i].Table, c.cols[i].Attr = 0, 0
		}
		if err := b.nameCTE(c); err != nil {
			return nil, err
		}
		if c.trail != nil {
			if err := c.trail.lay(b, c.cols); err != nil {
				return nil, err
			}
			c.cols = append(c.cols, c.trail.cols...)
			if start, err = c.trail.begin(b, start); err != nil {
				return nil, err
			}
		}
		c.table = &plan.WorkTable{Name: c.name}
		step, err := b.carry(c)
		table := c.table
		c.table = nil
		if err != nil {
			return nil, err
		}
		if err := b.sameWidth(c, start, step); err != nil {
			return nil, err
		}
		if c.trail != nil {
			if step, err = c.trail.goOn(b, step); err != nil {
				return nil, err
			}
		}
		node, err := b.unite(c, start, step, table)
		if err != nil {
			return nil, err
		}
		return c.trail.hide(node), nil
	}
	return b.with(q.WithClause, bind)
}

// sameWidth refuses terms of which one has more columns.
func (b *binder) sameWidth(c *cte, start, step plan.Node) error {
	if len(start.Columns()) != len(step.Columns()) {
		return b.errorf(firstLocation(c.query.Rarg), types.CodeSyntaxError, "each UNION query must have the same number of columns")
	}
	return nil
}

// unite makes the recursion of both terms; the first one decides on the columns' types.
func (b *binder) unite(c *cte, start, step plan.Node, table *plan.WorkTable) (plan.Node, error) {
	cols, more := start.Columns(), step.Columns()
	out := make([]plan.Column, len(cols))
	for i := range cols {
		t, err := function.CommonType("UNION", []types.OID{cols[i].Type, more[i].Type})
		if err != nil {
			return nil, b.at(err, targetLocation(c.query.Rarg, i))
		}
		if t != cols[i].Type {
			return nil, b.errorf(targetLocation(c.query.Larg, i), types.CodeDatatypeMismatch, "recursive query %q column %d has type %s in non-recursive term but type %s overall",
				c.name, i+1, types.FormatType(cols[i].Type, cols[i].Typmod), types.FormatType(t, -1)).
				WithHint("Cast the output of the non-recursive term to the correct type.")
		}
		if !c.query.All {
			if err := b.hashable(t, -1); err != nil {
				return nil, err
			}
		}
		out[i] = plan.Column{Name: c.cols[i].Name, Type: t, Typmod: cols[i].Typmod}
		if more[i].Type != t || more[i].Typmod != cols[i].Typmod {
			if cols[i].Typmod >= 0 {
				return nil, b.errorf(targetLocation(c.query.Larg, i), types.CodeDatatypeMismatch, "recursive query %q column %d has type %s in non-recursive term but type %s overall",
					c.name, i+1, types.FormatType(t, cols[i].Typmod), types.FormatType(t, -1)).
					WithHint("Cast the output of the non-recursive term to the correct type.")
			}
		}
	}
	var err error
	if step, err = b.retarget(step, out, function.CastImplicit, nil); err != nil {
		return nil, err
	}
	return &plan.Recursion{Output: plan.Output{Cols: out}, Distinct: !c.query.All, Start: start, Step: step, Table: table}, nil
}

// hashable refuses types that have no equality.
func (b *binder) hashable(t types.OID, location int32) error {
	if t == types.JSON {
		return b.errorf(location, types.CodeUndefinedFunction, "could not identify an equality operator for type json")
	}
	return nil
}
