package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// delete binds DELETE: the plan of a SELECT of the rows' ids, and of what RETURNING shows, with the same WHERE, from the stream and what USING
// names. Where time bounds are all that WHERE says, no row needs to be named, and the plan counts only.
func (b *binder) delete(n *pg.DeleteStmt) (Bound, error) {
	if n.WhereClause.GetCurrentOfExpr() != nil {
		return nil, b.unsupported(-1, "WHERE CURRENT OF is not supported")
	}
	stream, err := b.writable(n.Relation, "DELETE")
	if err != nil {
		return nil, err
	}
	out := &Delete{Stream: stream, Plan: &plan.Delete{Stream: stream.ID, StreamName: stream.Name}}
	rows := func() (plan.Node, error) { return b.deleted(n, out) }
	if n.WithClause != nil {
		out.Plan.Input, err = b.withQueries(n.WithClause, rows)
	} else {
		out.Plan.Input, err = rows()
	}
	if err != nil {
		return nil, err
	}
	if scan, ok := out.Plan.Input.(*plan.Scan); ok {
		scan.Cols, scan.Reads = nil, nil
		out.Plan.Whole = true
	}
	out.Params, err = b.finishParams()
	return out, err
}

// deleted binds the rows that a DELETE is about: a Scan where all that lies within its bounds is deleted, unseen.
func (b *binder) deleted(n *pg.DeleteStmt, out *Delete) (plan.Node, error) {
	sc := b.newScope()
	noted := len(b.needs)
	from := append([]*pg.Node{{Node: &pg.Node_RangeVar{RangeVar: n.Relation}}}, n.UsingClause...)
	tree, err := b.from(sc, from)
	if err != nil {
		return nil, err
	}
	r := sc.rels[0]
	if n.WhereClause == nil && len(n.ReturningList) == 0 && len(n.UsingClause) == 0 {
		b.needs = b.needs[:noted] // nothing of a row is looked at
	}
	b.wantsOf(out.Stream, catalog.Delete)
	// A column that does not exist is an error here whatever flare.unknown_columns says: scope.unknownNull stays off.
	var where []plan.Expr
	if n.WhereClause != nil {
		cond, err := b.condition(sc, n.WhereClause, "WHERE")
		if err != nil {
			return nil, err
		}
		where = plan.Conjuncts(cond)
	}
	targets, needed, err := b.returned(sc, n.ReturningList)
	if err != nil {
		return nil, err
	}
	column, ok := out.Stream.Core("event_id")
	if !ok {
		return nil, types.Errorf(types.CodeInternalError, "stream %q has no event_id", out.Stream.Name)
	}
	id := sc.ref(r, r.streamColumn(column.Name, column.Type, column.Attr, column.Read))
	needed[id.Index] = true
	node, layout, err := b.input(sc, tree, where, needed)
	if err != nil {
		return nil, err
	}
	if scan, ok := node.(*plan.Scan); ok && scan.Where == nil && len(targets) == 0 {
		return scan, nil
	}
	node, err = b.resolveUnknowns(project(node, append([]target{{expr: id, col: sc.describe(id)}}, targets...), layout))
	if err != nil {
		return nil, err
	}
	b.handKeys(node)
	if len(targets) > 0 {
		out.Returning = node.Columns()[1:]
	}
	if len(n.UsingClause) > 0 { // which may find a row several times
		node = &plan.Distinct{Output: plan.Output{Cols: node.Columns()}, Input: node, On: []plan.Expr{&plan.Ref{Typed: plan.Typed{OID: id.OID, Mod: -1}, Index: 0, Name: id.Name}}}
	}
	return node, nil
}

// truncate binds TRUNCATE. There are no sequences to restart, and nothing refers to a stream, so its options change nothing.
func (b *binder) truncate(n *pg.TruncateStmt) (Bound, error) {
	out := new(Truncate)
	for _, r := range n.Relations {
		stream, err := b.writable(r.GetRangeVar(), "TRUNCATE")
		if err != nil {
			return nil, placeless(err)
		}
		b.wantsOf(stream, catalog.Truncate)
		out.Streams = append(out.Streams, stream)
	}
	return out, nil
}

// placeless takes the position out of an error about a name: PostgreSQL gives none where the statement is no query.
func placeless(err error) error {
	var e *types.Error
	if errors.As(err, &e) {
		e.Position = 0
	}
	return err
}
