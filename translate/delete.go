package translate

import (
	"errors"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// delete binds DELETE: the plan of a SELECT of the rows' ids with the same WHERE. Where time bounds are all that WHERE says, no row needs to
// be named, and the plan counts only.
func (b *binder) delete(n *pg.DeleteStmt) (Bound, error) {
	switch {
	case len(n.UsingClause) > 0:
		return nil, b.unsupported(-1, "DELETE … USING is not supported")
	case len(n.ReturningList) > 0:
		return nil, b.unsupported(-1, "DELETE … RETURNING is not supported")
	case n.WithClause != nil:
		return nil, b.unsupported(n.WithClause.Location, "WITH in DELETE is not supported yet")
	case n.WhereClause.GetCurrentOfExpr() != nil:
		return nil, b.unsupported(-1, "WHERE CURRENT OF is not supported")
	}
	stream, err := b.writable(n.Relation, "DELETE")
	if err != nil {
		return nil, err
	}
	sc := b.newScope()
	noted := len(b.needs)
	r, err := b.rangeVar(n.Relation)
	if err != nil {
		return nil, err
	}
	if n.WhereClause == nil {
		b.needs = b.needs[:noted] // nothing of a row is looked at
	}
	b.wantsOf(stream, catalog.Delete)
	if err := b.addRelation(sc, r); err != nil {
		return nil, err
	}
	// A column that does not exist is an error here whatever flare.unknown_columns says: scope.unknownNull stays off.
	var where []plan.Expr
	if n.WhereClause != nil {
		cond, err := b.condition(sc, n.WhereClause, "WHERE")
		if err != nil {
			return nil, err
		}
		where = plan.Conjuncts(cond)
	}
	column, ok := stream.Core("event_id")
	if !ok {
		return nil, types.Errorf(types.CodeInternalError, "stream %q has no event_id", stream.Name)
	}
	id := sc.ref(r, r.streamColumn(column.Name, column.Type, column.Attr, column.Read))
	node, layout, err := b.input(sc, fromItem{rel: r}, where, map[int]bool{id.Index: true})
	if err != nil {
		return nil, err
	}
	out := &plan.Delete{Stream: stream.ID, StreamName: stream.Name}
	if scan, ok := node.(*plan.Scan); ok && scan.Where == nil {
		scan.Cols, scan.Reads = nil, nil
		out.Input, out.Whole = scan, true
	} else {
		out.Input = &plan.Project{
			Output: plan.Output{Cols: []plan.Column{sc.describe(id)}}, Input: node, Exprs: []plan.Expr{place(id, layout)},
		}
	}
	params, err := b.finishParams()
	if err != nil {
		return nil, err
	}
	return &Delete{Stream: stream, Plan: out, Params: params}, nil
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
