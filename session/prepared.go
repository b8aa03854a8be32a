package session

import (
	"context"
	"slices"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// prepared is a prepared statement, of PREPARE or of Parse.
type prepared struct {
	sql       string // as the client wrote it, for pg_stat_activity
	source    string // the text that it came in, for pg_prepared_statements
	fromSQL   bool   // by PREPARE
	made      time.Time
	runs      int64
	statement *translate.Statement // nil: an empty query
	params    []types.OID          // settled when it was first bound
	plan      *planned             // nil: an empty query
}

func errNoParameter(n int) error {
	return types.Errorf(types.CodeUndefinedParameter, "there is no parameter $%d", n)
}

// prepare binds and keeps a statement under a name.
func (s *session) prepare(sc *scope, name, sql string, st *translate.Statement, declared []types.OID) error {
	if name != "" {
		if _, ok := s.prepared[name]; ok {
			return types.Errorf(types.CodeDuplicatePrepared, "prepared statement %q already exists", name)
		}
		if len(s.prepared) >= maxPrepared {
			return types.Errorf(types.CodeProgramLimitExceeded, "too many prepared statements: at most %d", maxPrepared)
		}
	}
	p := &prepared{sql: sql, source: sql, statement: st, params: slices.Clone(declared), made: time.Now()}
	if st != nil {
		pl, err := s.bind(sc, st, declared)
		if err != nil {
			return err
		}
		p.plan, p.params = pl, pl.params
	}
	s.prepared[name] = p
	return nil
}

// find gives a prepared statement.
func (s *session) find(name string) (*prepared, error) {
	if p, ok := s.prepared[name]; ok {
		return p, nil
	}
	if name == "" {
		return nil, types.Errorf(types.CodeInvalidStatementName, "unnamed prepared statement does not exist")
	}
	return nil, types.Errorf(types.CodeInvalidStatementName, "prepared statement %q does not exist", name)
}

func (s *session) dropPrepared(name string) { delete(s.prepared, name) }

// refreshPlan binds a prepared statement again where the schema or a setting has changed since. Its parameters keep
// their types; so must the columns of its result, since the client was told of them.
func (s *session) refreshPlan(sc *scope, p *prepared) (*planned, error) {
	if p.plan == nil {
		return nil, nil
	}
	if s.tx.failed && !endsTransaction(p.plan.bound) {
		return nil, errFailedTransaction()
	}
	if s.fresh(p.plan, sc) {
		return p.plan, nil
	}
	pl, err := s.bind(sc, p.statement, p.params)
	if err != nil {
		return nil, err
	}
	if !borrowsResult(pl.bound) && !sameResult(p.plan.columns, pl.columns) {
		e := types.Errorf(types.CodeFeatureNotSupported, "cached plan must not change result type")
		e.Routine = "RevalidateCachedQuery" // where drivers look to know that preparing again helps
		return nil, e
	}
	p.plan = pl
	return pl, nil
}

// borrowsResult reports whether a statement's result is described by something else, which may change.
func borrowsResult(b translate.Bound) bool {
	switch b.(type) {
	case *translate.Execute, *translate.Fetch:
		return true
	}
	return false
}

func sameResult(a, b []pgwire.Column) bool {
	return (a == nil) == (b == nil) && slices.EqualFunc(a, b, func(x, y pgwire.Column) bool {
		return x.Name == y.Name && x.Type == y.Type && x.Typmod == y.Typmod
	})
}

// executed makes the plan and the parameters of EXECUTE.
func (s *session) executed(ctx context.Context, sc *scope, e *translate.Execute) (*planned, []*column.Vector, error) {
	p, err := s.find(e.Name)
	if err != nil {
		return nil, nil, err
	}
	pl, err := s.refreshPlan(sc, p)
	if err != nil {
		return nil, nil, err
	}
	if pl == nil {
		return nil, nil, types.Errorf(types.CodeFeatureNotSupported, "EXECUTE of an empty statement is not supported")
	}
	if _, ok := pl.bound.(*translate.Execute); ok {
		return nil, nil, types.Errorf(types.CodeFeatureNotSupported, "EXECUTE of an EXECUTE is not supported")
	}
	p.runs++
	if len(e.Args) != len(pl.params) {
		return nil, nil, types.Errorf(types.CodeSyntaxError, "wrong number of parameters for prepared statement %q", e.Name).
			WithDetail("Expected %d parameters but got %d.", len(pl.params), len(e.Args))
	}
	rt, done, err := s.runtime(ctx, sc, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	args, err := exec.Eval(rt, e.Args)
	if err != nil {
		return nil, nil, err
	}
	for i, v := range args {
		if args[i], err = convert(sc.env, e.Args[i].Type(), pl.params[i], v); err != nil {
			return nil, nil, err
		}
	}
	return pl, args, nil
}

// convert gives a value the type of a parameter. Values of another type go through their text, as a literal would.
func convert(env *types.Env, from, to types.OID, v *column.Vector) (*column.Vector, error) {
	if from == to {
		return v, nil
	}
	out := column.New(types.KindOf(to))
	if v.Null(0) {
		out.AppendNull()
		return out, nil
	}
	if from == types.Unknown {
		from = types.Text
	}
	return out, types.ParseText(out, env, to, -1, types.AppendText(nil, env, from, v, 0))
}

func (s *session) openPrepared(ctx context.Context, sc *scope, e *translate.Execute) (*cursor, error) {
	pl, args, err := s.executed(ctx, sc, e)
	if err != nil {
		return nil, err
	}
	if pl.columns == nil {
		return nil, types.Errorf(types.CodeFeatureNotSupported, "cached plan must not change result type")
	}
	return s.open(ctx, sc, pl, args)
}

func (s *session) performPrepared(ctx context.Context, sc *scope, e *translate.Execute, out pgwire.Out) (string, error) {
	pl, args, err := s.executed(ctx, sc, e)
	if err != nil {
		return "", err
	}
	return s.perform(ctx, sc, pl, args, out)
}

func (s *session) deallocate(d *translate.Deallocate) (string, error) {
	if d.Name == "" {
		clear(s.prepared)
		return "DEALLOCATE ALL", nil
	}
	if _, err := s.find(d.Name); err != nil {
		return "", err
	}
	s.dropPrepared(d.Name)
	return "DEALLOCATE", nil
}
