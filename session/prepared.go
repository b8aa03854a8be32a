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

// prepare binds and keeps a statement under a name.
func (s *session) prepare(sc *scope, name, sql string, st *translate.Statement, declared []types.OID) error {
	p := &prepared{sql: sql, source: sql, statement: st, params: slices.Clone(declared), made: time.Now()}
	if st != nil {
		s.tx.queried = s.tx.queried || st.Analyzed()
		pl, err := s.bind(sc, st, declared)
		if err != nil && !st.Analyzed() && !s.tx.failed {
			pl, err = &planned{later: true, columns: s.columnsLater(st)}, nil
		}
		if err == nil && pl.bound != nil {
			if b, ok := pl.bound.(*translate.Show); ok { // what it shows is described now
				_, err = s.show(b)
			}
		}
		if err != nil {
			return err
		}
		if len(pl.params) < len(declared) { // it needs none; values for those that the client says there are must be given all the same
			pl.params = p.params
		}
		p.plan, p.params = pl, pl.params
	}
	for i, t := range p.params {
		if t == 0 || t == types.Unknown {
			return types.Errorf(types.CodeIndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	if name != "" {
		if _, ok := s.prepared[name]; ok {
			return types.Errorf(types.CodeDuplicatePrepared, "prepared statement %q already exists", name)
		}
		if len(s.prepared) >= maxPrepared {
			return types.Errorf(types.CodeProgramLimitExceeded, "too many prepared statements: at most %d", maxPrepared)
		}
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

// dropAllPrepared forgets the statements that have a name.
func (s *session) dropAllPrepared() {
	for name := range s.prepared {
		if name != "" {
			delete(s.prepared, name)
		}
	}
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
	if err != nil && !p.statement.Analyzed() {
		return &planned{later: true, params: p.params, columns: s.columnsLater(p.statement)}, nil
	}
	if err != nil {
		return nil, err
	}
	if len(pl.params) < len(p.params) {
		pl.params = p.params
	}
	if p.plan.later {
		p.plan = pl
		return pl, nil
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

// maxExecutes is how often an EXECUTE may run another one.
const maxExecutes = 100

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
	if pl.later {
		if pl, err = s.bind(sc, p.statement, nil); err != nil {
			return nil, nil, err
		}
	}
	if inner, ok := pl.bound.(*translate.Execute); ok {
		if s.executing++; s.executing > maxExecutes {
			return nil, nil, types.Errorf(types.CodeStatementTooComplex, "stack depth limit exceeded").WithDetail("EXECUTE runs an EXECUTE more than %d times over.", maxExecutes)
		}
		defer func() { s.executing-- }()
		return s.executed(ctx, sc, inner)
	}
	p.runs++
	if len(e.Args) != len(pl.params) { // it was prepared anew meanwhile
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
		s.dropAllPrepared()
		return "DEALLOCATE ALL", nil
	}
	if _, err := s.find(d.Name); err != nil {
		return "", err
	}
	s.dropPrepared(d.Name)
	return "DEALLOCATE", nil
}
