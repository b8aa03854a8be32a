package session

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
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
	sc := s.scope(ctx)
	defer sc.close()
	pl, err := s.refreshPlan(sc, p)
	if err != nil {
		return nil, nil, err
	}
	if pl == nil {
		return p.params, nil, nil
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
	if name == "" {
		s.dropPortal("")
	} else if s.portals[name] != nil {
		return types.Errorf(types.CodeDuplicateCursor, "cursor %q already exists", name)
	} else if len(s.portals) >= maxPrepared {
		return types.Errorf(types.CodeProgramLimitExceeded, "too many portals: at most %d", maxPrepared)
	}
	if len(values) != len(p.params) {
		return types.Errorf("08P01", "bind message supplies %d parameters, but prepared statement %q requires %d", len(values), statement, len(p.params))
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
	o := &portal{name: name, sql: p.sql, command: p.statement.Command(), plan: pl, results: results, scope: sc, declared: declared{level: len(s.tx.savepoints), created: time.Now()}}
	if pl == nil {
		s.portals[name] = o
		return nil
	}
	s.settle(sc, pl.bound)
	if n := len(results); n > 1 && n != len(s.resultOf(pl)) {
		return types.Errorf("08P01", "bind message has %d result formats but query has %d columns", n, len(s.resultOf(pl)))
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
			return inParameter(err, i+1)
		}
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
	if err := checkUTF8(b); err != nil {
		return nil, err
	}
	return v, types.ParseText(v, env, t, -1, b)
}

// checkUTF8 refuses what is not UTF-8, and NUL, which no SQL text has.
func checkUTF8(b []byte) error {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			if b[i] == 0 {
				return types.Errorf(types.CodeCharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return types.Errorf(types.CodeCharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x%02x`, b[i])
		}
		i += n
	}
	return nil
}

// inParameter says which parameter an error is about.
func inParameter(err error, n int) error {
	if e, ok := err.(*types.Error); ok && e.Where == "" {
		f := *e
		f.Where = "unnamed portal parameter $" + itoa(n)
		return &f
	}
	return err
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
	return s.resultOf(p.plan), p.results, nil
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
