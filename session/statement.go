package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// scope is what one statement is bound and run in: the generation it sees, what exists in it, and the world.
// It is taken before binding, so that a plan and the data it reads agree.
type scope struct {
	tx       *engine.ReadTx
	snapshot *catalog.Snapshot
	env      *types.Env
	dead     map[engine.StreamID]*engine.DeadRows // what the statement has deleted so far
	still    *engine.Stage                        // what the transaction had done when a portal was opened, or a statement began that reads while it writes; nil: the stage is read as it is
}

func (sc *scope) close() {
	if sc != nil && sc.tx != nil {
		sc.tx.Close()
		sc.tx = nil
	}
	if sc != nil && sc.still != nil {
		sc.still.Discard()
		sc.still = nil
	}
}

// scope takes the present generation, or the transaction's.
func (s *session) scope(ctx context.Context) *scope {
	s.begin()
	sc := new(scope)
	if s.tx.snapshot != nil {
		sc.tx = s.tx.snapshot.Retain()
	} else {
		sc.tx = s.srv.c.Store.Read()
	}
	schema := sc.tx.Schema()
	if s.tx.stage != nil {
		schema = s.tx.stage.Schema(schema) // properties that only this transaction's rows have
	}
	sc.snapshot = s.srv.c.Catalog.Snapshot(schema)
	sc.env = s.env(ctx, sc.snapshot)
	s.publish(sc.tx.Generation())
	return sc
}

// planned is a bound statement with what its reuse depends on.
type planned struct {
	bound    translate.Bound
	params   []types.OID
	columns  []pgwire.Column // nil: no rows
	snapshot *catalog.Snapshot
	changes  int           // settings.changes
	took     time.Duration // the binding
	compiled exec.CompiledScans
	later    bool // what it names is not there so far: it is bound when it runs
}

// maxColumns is PostgreSQL's limit of a result's columns, which clients count on; the protocol's is 65,535.
const maxColumns = 1664

// bind binds a statement in a scope. In a failed transaction only what ends it is bound.
func (s *session) bind(sc *scope, st *translate.Statement, declared []types.OID) (*planned, error) {
	return s.bindWith(sc, st, &translate.Context{Params: declared})
}

// bindWith is bind with what c says of parameters.
func (s *session) bindWith(sc *scope, st *translate.Statement, c *translate.Context) (*planned, error) {
	if err := s.identity(sc.snapshot); err != nil {
		return nil, err
	}
	if st.Locks() && !s.tx.failed {
		if err := s.inBlock("LOCK TABLE"); err != nil {
			return nil, err
		}
	}
	if tag := st.Defines(); tag != "" && !s.tx.failed {
		if err := s.writable(tag); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	c.Role, c.SessionRole = s.currentRole(), s.sessionRole()
	c.Catalog, c.Env, c.Path, c.Notice = sc.snapshot, sc.env, s.searchPath(sc.snapshot), s.notice
	c.TempSchema = s.tempSchema()
	c.UnknownColumnsNull = s.settings.get("flare.unknown_columns") == "null"
	c.Eval = func(x plan.Expr) (*column.Vector, error) {
		v, err := exec.Eval(&exec.Runtime{Env: sc.env}, []plan.Expr{x})
		if err != nil {
			return nil, err
		}
		return v[0], nil
	}
	c.Prepared = func(name string) ([]types.OID, error) {
		p, err := s.find(name)
		if err != nil {
			return nil, err
		}
		return p.params, nil
	}
	bound, err := translate.Bind(c, st)
	if s.tx.failed && (err != nil || !endsTransaction(bound)) {
		return nil, errFailedTransaction()
	}
	if err != nil {
		return nil, err
	}
	pl := &planned{bound: bound, params: paramsOf(bound), snapshot: sc.snapshot, changes: s.settings.changes, took: time.Since(began)}
	if pl.columns = s.columnsOf(bound); len(pl.columns) > maxColumns {
		return nil, types.Errorf("54011", "target lists can have at most %d entries", maxColumns)
	}
	return pl, nil
}

// fresh reports whether a plan may be used in a scope as it is.
func (s *session) fresh(pl *planned, sc *scope) bool {
	return pl.snapshot == sc.snapshot && pl.changes == s.settings.changes
}

// settle makes the generation of a statement the transaction's where the isolation level wants one for all.
func (s *session) settle(sc *scope, b translate.Bound) {
	switch b.(type) {
	case *translate.Transaction, *translate.Set, *translate.Show, *translate.Lock, *translate.Fetch, *translate.Listen, *translate.Notify, *translate.Checkpoint:
		return
	}
	s.tx.queried = true
	if s.tx.snapshot != nil || s.tx.isolation == "read committed" || s.tx.isolation == "read uncommitted" {
		return
	}
	s.tx.snapshot = sc.tx.Retain()
}

// paramsOf gives the types of a statement's parameters.
func paramsOf(b translate.Bound) []types.OID {
	switch b := b.(type) {
	case *translate.Query:
		return b.Params
	case *translate.Modify:
		return b.Params
	case *translate.DeclareCursor:
		return b.Query.Params
	case *translate.Explain:
		return paramsOf(b.Statement)
	case *translate.CreateTableAs:
		return paramsOf(b.Source)
	}
	return nil
}

// columnsOf describes a statement's result; nil: it has none.
func (s *session) columnsOf(b translate.Bound) []pgwire.Column {
	text := func(name string) pgwire.Column { return pgwire.Column{Name: name, Type: types.Text, Typmod: -1} }
	switch b := b.(type) {
	case *translate.Query:
		return columns(b.Plan.Columns())
	case *translate.Modify:
		if b.Returning != nil {
			return columns(b.Returning)
		}
	case *translate.Explain:
		c := text("QUERY PLAN")
		switch b.Format {
		case "json":
			c.Type = types.JSON
		case "xml":
			c.Type = types.XML
		}
		return []pgwire.Column{c}
	case *translate.Show:
		if b.Name == "all" {
			return []pgwire.Column{text("name"), text("setting"), text("description")}
		}
		name := b.Name
		if d, ok := s.srv.settings.find(name); ok {
			name = d.name
		}
		return []pgwire.Column{text(name)}
	case *translate.Execute:
		if p := s.prepared[b.Name]; p != nil && p.plan != nil {
			return p.plan.columns
		}
	case *translate.Fetch:
		return s.columnsOfFetch(b)
	}
	return nil
}

// columnsLater describes the result of a statement that is bound when it runs.
func (s *session) columnsLater(st *translate.Statement) []pgwire.Column {
	if p := s.prepared[st.Executes()]; p != nil && p.plan != nil && st.Executes() != "" {
		return p.plan.columns
	}
	return nil
}

func columns(cols []plan.Column) []pgwire.Column {
	out := make([]pgwire.Column, len(cols)) // not nil: a result without columns is one
	for i, c := range cols {
		out[i] = pgwire.Column{Name: c.Name, Type: c.Type, Typmod: c.Typmod, Table: c.Table, Attr: c.Attr}
		if out[i].Type == types.Unknown {
			out[i].Type = types.Text
		}
	}
	return out
}

// portalPatience is how long a session waits for memory while suspended portals of its own hold some. Without, it might wait
// for itself for ever.
const portalPatience = 2 * time.Second

var errPortalsHoldMemory = types.Errorf("53200", "no memory for another statement while this session's portals are open").
	WithHint("Close portals, or read them to their ends.")

// holding reports whether a portal that has begun holds memory.
func (s *session) holding() bool {
	for _, p := range s.portals {
		if p.cursor != nil && !p.done {
			return true
		}
	}
	return false
}

// runtime makes what a plan needs to run; nil: what expressions need. done is called when it has run.
func (s *session) runtime(ctx context.Context, sc *scope, params []*column.Vector, n plan.Node) (rt *exec.Runtime, done func(), err error) {
	stage := s.tx.stage
	if sc.still != nil {
		stage = sc.still
	}
	rt = &exec.Runtime{Env: sc.env, Tx: sc.tx, Stage: stage, Params: params, Workers: s.srv.c.Workers,
		WorkMem: s.settings.workMem, HashMultiplier: s.settings.hashMultiplier, Temp: s.settings.temp.file,
		Modify: func(ctx context.Context, n plan.Node, rt *exec.Runtime) (plan.Batches, error) {
			return s.modification(ctx, sc, n, rt)
		}}
	done = func() {}
	if s.srv.c.Memory != nil {
		waiting := ctx
		if s.holding() {
			var cancel context.CancelFunc
			waiting, cancel = context.WithTimeoutCause(ctx, portalPatience, errPortalsHoldMemory)
			defer cancel()
		}
		if rt.Memory, done, err = s.srv.c.Memory(waiting, exec.Minimum(n, rt)); err != nil {
			return nil, nil, err
		}
	}
	if s.settings.get("flare.skip_damaged") == "on" {
		release, met := done, new(damage)
		rt.SkipDamaged = met.add
		done = func() { release(); met.warn(s) }
	}
	return rt, done, nil
}

// deadline gives ctx with the statement's timeout.
func (s *session) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.settings.statementTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, s.settings.statementTimeout, errStatementTimeout)
}

// perform runs a statement that has no rows to show and gives its tag.
func (s *session) perform(ctx context.Context, sc *scope, pl *planned, params []*column.Vector, out pgwire.Out) (string, error) {
	switch b := pl.bound.(type) {
	case *translate.Modify:
		return s.modify(ctx, sc, b, params, nil)
	case *translate.Truncate:
		return s.truncate(sc, b)
	case *translate.CreateIndex:
		return s.createIndex(sc, b)
	case *translate.DropIndex:
		return s.dropIndex(sc, b)
	case *translate.Vacuum:
		return s.vacuum(ctx, sc, b)
	case *translate.Checkpoint:
		return s.checkpoint()
	case *translate.Copy:
		if b.From {
			return s.copyIn(ctx, sc, b, out)
		}
		return s.copyOut(ctx, sc, b, out)
	case *translate.Transaction:
		return s.control(ctx, b)
	case *translate.Set:
		return s.set(sc.snapshot, b)
	case *translate.Prepare:
		if err := s.prepare(sc, b.Name, b.Statement.Text(), b.Statement, b.Params); err != nil {
			return "", err
		}
		p := s.prepared[b.Name]
		p.source, p.fromSQL = b.Statement.Source(), true
		return "PREPARE", nil
	case *translate.Deallocate:
		return s.deallocate(b)
	case *translate.Discard:
		return s.discard(sc.snapshot, b)
	case *translate.NoOp:
		return b.Tag, nil
	case *translate.CreateTableAs:
		return s.createTableAs(ctx, sc, b, params)
	case *translate.Definition:
		return s.definition(ctx, sc, b)
	case *translate.Execute:
		return s.performPrepared(ctx, sc, b, out)
	case *translate.DeclareCursor:
		return s.declare(ctx, sc, pl, b, params)
	case *translate.Fetch:
		if !b.Move {
			return "", errNoCursor(b.Name) // else it would have columns
		}
		return s.move(ctx, b)
	case *translate.Listen:
		return s.listen(b), nil
	case *translate.Notify:
		return "NOTIFY", s.calls.Notify(b.Channel, b.Payload)
	case *translate.Lock:
		return s.lock(b)
	case *translate.CloseCursor:
		return s.closeCursor(b)
	}
	return "", types.Errorf(types.CodeFeatureNotSupported, "statements of this kind (%T) are not supported", pl.bound)
}

// writable refuses to write in a read-only transaction.
func (s *session) writable(command string) error {
	if s.tx.readOnly {
		return types.Errorf(types.CodeReadOnlyTransaction, "cannot execute %s in a read-only transaction", command)
	}
	return nil
}
