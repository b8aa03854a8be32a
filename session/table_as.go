package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// createTableAs makes a table of a query's columns and writes its rows there. The query sees what was there before the table.
func (s *session) createTableAs(ctx context.Context, sc *scope, a *translate.CreateTableAs, params []*column.Vector) (string, error) {
	if err := s.writable(a.Command); err != nil {
		return "", err
	}
	source := a.Source
	if x, ok := source.(*translate.Execute); ok {
		pl, args, err := s.executed(ctx, sc, x)
		if err != nil {
			return "", err
		}
		source, params = pl.bound, args
	}
	q, ok := source.(*translate.Query)
	if !ok {
		return "", types.Errorf(types.CodeWrongObjectType, "prepared statement is not a SELECT")
	}
	d, err := a.Define(q.Plan.Columns())
	if err != nil {
		return "", err
	}
	s.still(sc)
	tag, err := s.definition(ctx, sc, d)
	if err != nil || d.Change == nil {
		return tag, err
	}
	if a.NoData {
		if _, executed := a.Source.(*translate.Execute); executed { // PostgreSQL runs it for no rows
			return "SELECT 0", nil
		}
		return a.Command, nil
	}
	after := s.scope(ctx)
	sc.snapshot = after.snapshot
	after.close()
	rel, ok := sc.snapshot.Relation(a.Schema, a.Name)
	if !ok || rel.Stream == nil {
		return "", types.Errorf(types.CodeInternalError, "table %q is not there after it was made", a.Name)
	}
	n, err := s.run(ctx, sc, a.Command, translate.Into(rel.Stream, q.Plan), params, nil)
	if e := (*types.Error)(nil); errors.As(err, &e) && e.Code == types.CodeNotNullViolation && e.Hint == "" {
		e.Hint = "The first column of type timestamp with time zone is when an event happened. WITH (event_time = 'column') chooses another."
	}
	return fmt.Sprintf("SELECT %d", n), err
}
