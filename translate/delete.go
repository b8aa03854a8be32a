package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// delete binds DELETE: the plan of a SELECT of the rows' ids, and of what RETURNING shows, with the same WHERE, from the stream and what USING
// names. Where time bounds are all that WHERE says, no row needs to be named, and the plan counts only: unless other parts of the statement may delete some of the rows, too.
func (b *binder) delete(n *pg.DeleteStmt) (plan.Node, error) {
	if n.WhereClause.GetCurrentOfExpr() != nil {
		return nil, b.unsupported(-1, "WHERE CURRENT OF is not supported")
	}
	stream, err := b.writable(n.Relation, "DELETE")
	if err != nil {
		return nil, err
	}
	return b.with(n.WithClause, func() (plan.Node, error) {
		out := &plan.Delete{Stream: stream.ID, StreamName: stream.Name}
		if out.Input, err = b.deleted(n, stream); err != nil {
			return nil, err
		}
		if scan, ok := out.Input.(*plan.Scan); ok {
			scan.Cols, scan.Reads = nil, nil
			out.Whole = true
		} else {
			out.Cols = out.Input.Columns()[1:]
		}
		return out, nil
	})
}

// deleted binds the rows that a DELETE is about: a Scan where all that lies within its bounds is deleted, unseen.
func (b *binder) deleted(n *pg.DeleteStmt, stream *catalog.Stream) (plan.Node, error) {
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
	b.wantsOf(stream, catalog.Delete)
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
	column, ok := stream.Core("event_id")
	if !ok {
		return nil, types.Errorf(types.CodeInternalError, "stream %q has no event_id", stream.Name)
	}
	id := sc.ref(r, r.streamColumn(column.Name, column.Type, column.Attr, column.Read))
	needed[id.Index] = true
	node, layout, err := b.input(sc, tree, where, needed)
	if err != nil {
		return nil, err
	}
	if scan, ok := node.(*plan.Scan); ok && scan.Where == nil && len(targets) == 0 && !b.writes {
		return scan, nil
	}
	node, err = b.resolveUnknowns(project(node, append([]target{{expr: id, col: sc.describe(id)}}, targets...), layout))
	if err != nil {
		return nil, err
	}
	return node, nil // with USING it may yield a row several times
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
