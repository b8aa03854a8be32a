package session

import (
	"context"
	"fmt"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// Parse implements pgwire.Session.
func (s *session) Parse(ctx context.Context, name, sql string, params []types.OID, out pgwire.Out) error {
	s.active(sql)
	s.notices = out
	defer func() { s.notices = nil }()
	if name == "" {
		s.dropPrepared("")
	}
	statements, err := translate.Parse(sql)
	if err != nil {
		return err
	}
	if len(statements) > 1 {
		return types.Errorf(types.CodeSyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	var st *translate.Statement
	if len(statements) == 1 {
		st = statements[0]
	}
	sc := s.scope(ctx)
	defer sc.close()
	return clientError(ctx, s.prepare(sc, name, sql, st, params))
}

// DescribeStatement implements pgwire.Session.
func (s *session) DescribeStatement(ctx context.Context, name string) ([]types.OID, []pgwire.Column, error) {
	p, err := s.find(name)
	if err != nil {
		return nil, nil, err
	}
	if p.plan == nil || p.plan.columns == nil && !p.plan.later && !borrowsResult(p.plan.bound) {
		return p.params, nil, nil // nothing more would be told, whatever has changed
	}
	sc := s.scope(ctx)
	defer sc.close()
	pl, err := s.refreshPlan(sc, p)
	if err != nil {
		return nil, nil, err
	}
	return pl.params, s.resultOf(pl), nil
}

// resultOf gives a plan's columns; those of EXECUTE and FETCH are those that the statement or cursor has now.
func (s *session) resultOf(pl *planned) []pgwire.Column {
	switch pl.bound.(type) {
	case *translate.Execute, *translate.Fetch:
		return s.columnsOf(pl.bound)
	}
	return pl.columns
}

// Bind implements pgwire.Session.
func (s *session) Bind(ctx context.Context, name, statement string, formats []int16, values [][]byte, results []int16) (err error) {
	p, err := s.find(statement)
	if err != nil {
		return err
	}
	if len(values) != len(p.params) {
		return types.Errorf("08P01", "bind message supplies %d parameters, but prepared statement %q requires %d", len(values), statement, len(p.params))
	}
	if s.tx.failed && (p.plan == nil || !endsTransaction(p.plan.bound)) {
		return errFailedTransaction()
	}
	if name == "" {
		s.dropPortal("")
	} else if s.portals[name] != nil {
		return types.Errorf(types.CodeDuplicateCursor, "cursor %q already exists", name)
	} else if len(s.portals) >= maxPrepared {
		return types.Errorf(types.CodeProgramLimitExceeded, "too many portals: at most %d", maxPrepared)
	}
	sc := s.scope(ctx)
	defer func() {
		if err != nil {
			sc.close()
		}
	}()
	pl, err := s.refreshPlan(sc, p)
	if err != nil {
		return clientError(ctx, err)
	}
	p.runs++
	o := &portal{name: name, sql: p.sql, command: p.statement.Command(), plan: pl, from: p.statement, results: results, scope: sc, declared: declared{level: len(s.tx.savepoints), created: time.Now()}}
	if pl == nil {
		s.portals[name] = o
		return nil
	}
	if !pl.later {
		s.settle(sc, pl.bound)
	}
	o.params = make([]*column.Vector, len(values))
	for i, b := range values {
		var format int16
		switch {
		case len(formats) == 1:
			format = formats[0]
		case i < len(formats):
			format = formats[i]
		}
		if o.params[i], err = parameter(sc.env, pl.params[i], format, b); err != nil {
			return inParameter(err, name, i+1, format, b)
		}
	}
	if n, columns := len(results), s.resultOf(pl); n > 1 && columns != nil && n != len(columns) {
		return types.Errorf("08P01", "bind message has %d result formats but query has %d columns", n, len(columns))
	}
	s.portals[name] = o
	return nil
}

// parameter decodes a parameter's value; b nil: null.
func parameter(env *types.Env, t types.OID, format int16, b []byte) (*column.Vector, error) {
	v := column.New(types.KindOf(t))
	switch {
	case b == nil:
		v.AppendNull()
		return v, nil
	case format == 1:
		return v, types.ParseBinary(v, env, t, -1, b)
	}
	if err := function.CheckUTF8(b); err != nil {
		return nil, err
	}
	return v, types.ParseText(v, env, t, -1, b)
}

// inParameter says which parameter of a portal an error is about. A value in text is hinted at and not shown, as in PostgreSQL where
// log_parameter_max_length_on_error is 0.
func inParameter(err error, portal string, n int, format int16, value []byte) error {
	e, ok := err.(*types.Error)
	if !ok || e.Where != "" {
		return err
	}
	f := *e
	f.Where = "unnamed portal parameter $" + itoa(n)
	if portal != "" {
		f.Where = fmt.Sprintf("portal \"%s\" parameter $%d", portal, n)
	}
	switch {
	case format != 0:
	case len(value) == 0:
		f.Where += " = ''"
	default:
		f.Where += " = '...'"
	}
	return &f
}

// DescribePortal implements pgwire.Session.
func (s *session) DescribePortal(_ context.Context, name string) ([]pgwire.Column, []int16, error) {
	p, err := s.portal(name)
	if err != nil {
		return nil, nil, err
	}
	if p.plan == nil {
		return nil, nil, nil
	}
	cols := s.resultOf(p.plan)
	if s.tx.failed && cols != nil {
		return nil, nil, errFailedTransaction()
	}
	return cols, p.results, nil
}

// Execute implements pgwire.Session.
func (s *session) Execute(ctx context.Context, name string, max int, out pgwire.Out) error {
	p, err := s.portal(name)
	if err != nil {
		return err
	}
	s.active(p.sql)
	s.notices = out
	defer func() { s.notices = nil }()
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	began := time.Now()
	err = s.execute(ctx, p, max, out)
	if e := s.settleCalls(err != nil); err == nil {
		err = e
	}
	err = clientError(ctx, err)
	s.srv.observe(p.command, began, err)
	return err
}

// CloseStatement implements pgwire.Session. What does not exist is closed already.
func (s *session) CloseStatement(name string) error { s.dropPrepared(name); return nil }

// ClosePortal implements pgwire.Session.
func (s *session) ClosePortal(name string) error { s.dropPortal(name); return nil }

// Sync implements pgwire.Session: it ends an implicit transaction.
func (s *session) Sync(ctx context.Context) error {
	defer s.idle()
	if s.tx.explicit {
		return nil
	}
	if err := s.commit(ctx); err != nil {
		return err
	}
	s.endTransaction() // the portals, where no transaction had begun
	return nil
}
