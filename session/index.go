package session

import (
	"errors"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// createIndex runs CREATE INDEX: the signal is there from the commit on; its bitmaps are built by maintenance.
func (s *session) createIndex(sc *scope, b *translate.CreateIndex) (string, error) {
	if err := s.writable("CREATE INDEX"); err != nil {
		return "", err
	}
	if b.Concurrently && s.tx.explicit {
		return "", types.Errorf(types.CodeActiveTransaction, "CREATE INDEX CONCURRENTLY cannot run inside a transaction block")
	}
	_, index := sc.snapshot.Index(b.Stream.Schema, b.Name)
	if _, relation := sc.snapshot.Relation(b.Stream.Schema, b.Name); index || relation {
		if b.IfNotExists {
			s.notice(&types.Error{Code: types.CodeDuplicateTable, Message: "relation \"" + b.Name + "\" already exists, skipping"})
			return "CREATE INDEX", nil
		}
		return "", errRelationExists(b.Name)
	}
	where, err := s.fold(sc, b.Where, b.Params)
	if err != nil {
		return "", err
	}
	signal := engine.Signal{ID: s.srv.c.Store.NewSignalID(), Stream: b.Stream.ID, Name: b.Name, Where: where, Definition: b.Definition}
	err = s.stage().Alter(sc.tx.Schema(), func(e *engine.SchemaEdit) error {
		err := e.CreateSignal(signal)
		if errors.Is(err, engine.ErrSignalExists) { // by a transaction that committed meanwhile
			return errRelationExists(signal.Name)
		}
		return err
	})
	return "CREATE INDEX", err
}

func errRelationExists(name string) error {
	return types.Errorf(types.CodeDuplicateTable, "relation %q already exists", name)
}

// fold puts the values of constant expressions into a predicate.
func (s *session) fold(sc *scope, where nql.Expr, params []plan.Expr) (nql.Expr, error) {
	values, err := exec.Eval(&exec.Runtime{Env: sc.env}, params)
	if err != nil {
		return nil, err
	}
	list := make([]nql.Value, len(values))
	for i, v := range values {
		if list[i], err = plan.NQLValue(sc.env, params[i].Type(), v); err != nil {
			return nil, err
		}
	}
	return nql.Bind(where, list), nil
}

// dropIndex runs DROP INDEX.
func (s *session) dropIndex(sc *scope, b *translate.DropIndex) (string, error) {
	if err := s.writable("DROP INDEX"); err != nil {
		return "", err
	}
	if b.Concurrently && s.tx.explicit {
		return "", types.Errorf(types.CodeActiveTransaction, "DROP INDEX CONCURRENTLY cannot run inside a transaction block")
	}
	for _, name := range b.Missing {
		s.notice(&types.Error{Code: types.CodeSuccessfulCompletion, Message: "index \"" + name + "\" does not exist, skipping"})
	}
	if len(b.Indexes) == 0 {
		return "DROP INDEX", nil
	}
	return "DROP INDEX", s.stage().Alter(sc.tx.Schema(), func(e *engine.SchemaEdit) error {
		for _, x := range b.Indexes {
			if err := catalog.DropIndex(e, x.Signal.ID, x.Name); err != nil {
				return err
			}
		}
		return nil
	})
}
