package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// transaction is the state of a session's transaction. An implicit one (a simple query, or the extended
// protocol up to Sync) is one that has begun and is not explicit.
type transaction struct {
	begun     bool
	explicit  bool // BEGIN
	failed    bool // takes nothing but its end
	start     time.Time
	isolation string
	readOnly  bool
	queried   bool // a statement has run that saw data: the isolation level stays

	stage    *engine.Stage  // what it inserts, deletes and alters; nil: nothing so far
	snapshot *engine.ReadTx // of repeatable read and above, from the first statement on

	// The settings and modes as they were, for ROLLBACK and for what is left of a transaction that failed.
	nowBefore, keptBefore values
	isolationBefore       string
	readOnlyBefore        bool
	savepoints            []savepoint

	listens []translate.Listen // that take effect at the commit
}

type savepoint struct {
	name      string
	mark      engine.StageMark
	staged    bool // there was a stage to mark
	now, kept values
	listens   int
	notes     int
	isolation string
	readOnly  bool
}

// begin sees to it that a transaction is there.
func (s *session) begin() {
	if s.tx.begun {
		return
	}
	s.tx = transaction{
		begun: true, start: time.Now(),
		isolation:  s.settings.get("default_transaction_isolation"),
		readOnly:   s.settings.get("default_transaction_read_only") == "on",
		nowBefore:  s.settings.now,
		keptBefore: s.settings.kept,
	}
	s.tx.isolationBefore, s.tx.readOnlyBefore = s.tx.isolation, s.tx.readOnly
}

// stage gives the transaction's stage, making it at the first use.
func (s *session) stage() *engine.Stage {
	if s.tx.stage == nil {
		s.tx.stage = s.srv.c.Store.NewStage()
	}
	return s.tx.stage
}

// commit ends the transaction and makes what it did durable. After an error it is rolled back.
func (s *session) commit(ctx context.Context) error {
	if !s.tx.begun {
		return nil
	}
	err := s.keepHeld(ctx)
	if e := s.settleCalls(err != nil); err == nil {
		err = e
	}
	if err != nil {
		s.endTransaction()
		return clientError(ctx, err)
	}
	if err := s.mayAnnounce(); err != nil {
		s.endTransaction()
		return err
	}
	if err := s.leaveTemporaries(); err != nil {
		s.endTransaction()
		return clientError(ctx, err)
	}
	stage := s.tx.stage
	s.tx.stage = nil
	var streams []string
	var events int64
	if stage != nil {
		events = stage.Events()
		if s.srv.exchange.listeners.Load() > 0 {
			streams = s.written(stage)
		}
		var err error
		if stage.Empty() {
			stage.Discard()
		} else {
			err = s.write(ctx, stage)
		}
		if err != nil {
			s.endTransaction()
			return clientError(ctx, err)
		}
	}
	if stage != nil && s.srv.c.Observer != nil {
		s.srv.c.Observer.Committed(events)
	}
	s.announce(streams)
	// What SET LOCAL did ends with the transaction; what SET did stays.
	kept := s.settings.kept
	s.tx.nowBefore, s.tx.keptBefore = kept, kept
	s.endTransaction()
	return nil
}

// endTransaction drops whatever the transaction has: without a commit before it, it is a rollback.
func (s *session) endTransaction() {
	s.dropPortalsFrom(0)
	if !s.tx.begun {
		return
	}
	if s.tx.stage != nil {
		s.tx.stage.Discard()
	}
	if s.tx.snapshot != nil {
		s.tx.snapshot.Close()
	}
	s.calls.notes(0)
	if s.locked.Load() {
		s.srv.advisory.releaseAll(s, true)
	}
	now, kept := s.tx.nowBefore, s.tx.keptBefore
	s.tx = transaction{}
	s.settings.restore(now, kept)
}

// fail notes that a statement failed.
func (s *session) fail() {
	if s.tx.explicit {
		s.tx.failed = true
		if i := len(s.tx.savepoints) - 1; i >= 0 { // settings go back at once, not with the ROLLBACK: clients are told
			p := &s.tx.savepoints[i]
			s.settings.restore(p.now, p.kept)
			s.tx.isolation, s.tx.readOnly = p.isolation, p.readOnly
		} else {
			s.settings.restore(s.tx.nowBefore, s.tx.keptBefore)
			s.tx.isolation, s.tx.readOnly = s.tx.isolationBefore, s.tx.readOnlyBefore
		}
		for _, p := range s.portals {
			if !p.kept && p.level >= len(s.tx.savepoints) {
				p.close()
			}
		}
		return
	}
	s.endTransaction()
}

// endsTransaction reports whether a statement may run in a failed transaction.
func endsTransaction(b translate.Bound) bool {
	t, ok := b.(*translate.Transaction)
	return ok && (t.Kind == "COMMIT" || t.Kind == "ROLLBACK" || t.Kind == "ROLLBACK TO")
}

func errFailedTransaction() error {
	return types.Errorf(types.CodeInFailedTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// control runs a transaction statement and gives its tag.
func (s *session) control(ctx context.Context, t *translate.Transaction) (string, error) {
	switch t.Kind {
	case "BEGIN":
		tag := "BEGIN"
		if t.Start {
			tag = "START TRANSACTION"
		}
		if s.tx.explicit {
			s.warn(types.CodeActiveTransaction, "there is already a transaction in progress")
			return tag, s.modes(t)
		}
		s.begin()
		s.tx.explicit = true
		err := s.modes(t)
		s.tx.explicit = err == nil // else it has not begun
		return tag, err
	case "SET TRANSACTION":
		s.begin()
		if !s.tx.explicit && !s.several {
			s.warn(types.CodeNoActiveTransaction, "SET TRANSACTION can only be used in transaction blocks")
		}
		return "SET", s.modes(t)
	case "SET SESSION CHARACTERISTICS":
		if t.Isolation != "" {
			s.settings.set(s.srv.settings.byName["default_transaction_isolation"], t.Isolation, false)
		}
		if t.ReadOnly != nil {
			s.settings.set(s.srv.settings.byName["default_transaction_read_only"], onOff(*t.ReadOnly), false)
		}
		return "SET", nil
	case "COMMIT", "ROLLBACK":
		return s.finish(ctx, t)
	}
	if !s.tx.explicit {
		name := map[string]string{"SAVEPOINT": "SAVEPOINT", "RELEASE": "RELEASE SAVEPOINT", "ROLLBACK TO": "ROLLBACK TO SAVEPOINT"}[t.Kind]
		if name == "" {
			return "", types.Errorf(types.CodeFeatureNotSupported, "%s is not supported", t.Kind)
		}
		return "", types.Errorf(types.CodeNoActiveTransaction, "%s can only be used in transaction blocks", name)
	}
	switch t.Kind {
	case "SAVEPOINT":
		p := savepoint{name: t.Name, now: s.settings.now, kept: s.settings.kept, listens: len(s.tx.listens), notes: s.calls.count(),
			isolation: s.tx.isolation, readOnly: s.tx.readOnly}
		if s.tx.stage != nil {
			p.mark, p.staged = s.tx.stage.Mark(), true
		}
		s.tx.savepoints = append(s.tx.savepoints, p)
		return "SAVEPOINT", nil
	case "RELEASE":
		i, err := s.savepoint(t.Name)
		if err != nil {
			return "", err
		}
		s.tx.savepoints = s.tx.savepoints[:i]
		for _, p := range s.portals {
			p.level = min(p.level, i)
		}
		return "RELEASE", nil
	case "ROLLBACK TO":
		i, err := s.savepoint(t.Name)
		if err != nil {
			return "", err
		}
		p := s.tx.savepoints[i]
		s.tx.savepoints = s.tx.savepoints[:i+1]
		s.dropPortalsFrom(i + 1)
		s.tx.listens = s.tx.listens[:p.listens]
		s.calls.notes(p.notes)
		if p.staged {
			s.tx.stage.RollbackTo(p.mark)
		} else if s.tx.stage != nil {
			s.tx.stage.Discard()
			s.tx.stage = nil
		}
		s.settings.restore(p.now, p.kept)
		s.tx.isolation, s.tx.readOnly = p.isolation, p.readOnly
		s.tx.failed = false
		return "ROLLBACK", nil
	}
	return "", types.Errorf(types.CodeFeatureNotSupported, "%s is not supported", t.Kind)
}

// savepoint finds the last savepoint of a name.
func (s *session) savepoint(name string) (int, error) {
	for i := len(s.tx.savepoints) - 1; i >= 0; i-- {
		if s.tx.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, types.Errorf("3B001", "savepoint %q does not exist", name)
}

// modes sets what BEGIN or SET TRANSACTION says of the transaction.
func (s *session) modes(t *translate.Transaction) error {
	if t.Isolation != "" && t.Isolation != s.tx.isolation {
		switch {
		case s.tx.queried:
			return types.Errorf(types.CodeActiveTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
		case len(s.tx.savepoints) > 0:
			return types.Errorf(types.CodeActiveTransaction, "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction")
		}
		s.tx.isolation = t.Isolation
	}
	if t.ReadOnly != nil {
		switch {
		case *t.ReadOnly || !s.tx.readOnly:
		case len(s.tx.savepoints) > 0:
			return types.Errorf(types.CodeActiveTransaction, "cannot set transaction read-write mode inside a read-only transaction")
		case s.tx.queried:
			return types.Errorf(types.CodeActiveTransaction, "transaction read-write mode must be set before any query")
		}
		s.tx.readOnly = *t.ReadOnly
	}
	switch {
	case !t.Deferrable:
	case len(s.tx.savepoints) > 0:
		return types.Errorf(types.CodeActiveTransaction, "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction")
	case s.tx.queried:
		return types.Errorf(types.CodeActiveTransaction, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query")
	}
	return nil
}

// finish is COMMIT and ROLLBACK.
func (s *session) finish(ctx context.Context, t *translate.Transaction) (tag string, err error) {
	if !s.tx.explicit {
		if t.Chain {
			return "", types.Errorf(types.CodeNoActiveTransaction, "%s AND CHAIN can only be used in transaction blocks", t.Kind)
		}
		s.warn(types.CodeNoActiveTransaction, "there is no transaction in progress")
	}
	isolation, readOnly := s.tx.isolation, s.tx.readOnly
	tag = t.Kind
	if t.Kind == "COMMIT" && !s.tx.failed {
		s.tx.explicit = false // an error of the commit leaves no transaction behind
		err = s.commit(ctx)
	} else {
		tag = "ROLLBACK" // also what COMMIT of a failed transaction answers
		s.endTransaction()
	}
	if err == nil && t.Chain {
		s.begin()
		s.tx.explicit, s.tx.isolation, s.tx.readOnly = true, isolation, readOnly
	}
	return tag, err
}
