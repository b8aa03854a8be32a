package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
)

// Query implements pgwire.Session. Several statements are one implicit transaction, unless they say otherwise.
func (s *session) Query(ctx context.Context, sql string, out pgwire.Out) (err error) {
	s.notices = out
	s.active(sql)
	defer func() {
		s.notices = nil
		if err != nil {
			err = clientError(ctx, err)
			s.fail()
		}
		s.idle()
	}()
	s.dropPrepared("") // as in PostgreSQL, a simple query ends the unnamed statement and portal
	s.dropPortal("")
	statements, err := translate.Parse(sql)
	if err != nil {
		return err // in a failed transaction too: PostgreSQL says the syntax error first
	}
	if len(statements) == 0 {
		if !s.tx.explicit { // of messages of the extended protocol that no Sync ended
			if err := s.commit(ctx); err != nil {
				return err
			}
		}
		return out.Empty()
	}
	s.several = len(statements) > 1
	defer func() { s.several = false }()
	for i, st := range statements {
		if err := s.simple(ctx, st, i == len(statements)-1, out); err != nil {
			return err
		}
	}
	return nil
}

// simple runs one statement of a simple query. The last one commits the implicit transaction before its tag is sent.
func (s *session) simple(ctx context.Context, st *translate.Statement, last bool, out pgwire.Out) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	began := time.Now()
	tag, err := s.simpleRun(ctx, st, out)
	if e := s.settleCalls(err != nil); err == nil {
		err = e
	}
	err = clientError(ctx, err)
	s.srv.observe(st.Command(), began, err)
	if err != nil {
		return err
	}
	if last && !s.tx.explicit {
		if err := s.commit(ctx); err != nil {
			return err
		}
	}
	return out.Complete(tag)
}

func (s *session) simpleRun(ctx context.Context, st *translate.Statement, out pgwire.Out) (tag string, err error) {
	sc := s.scope(ctx)
	defer sc.close()
	pl, err := s.bindWith(sc, st, &translate.Context{NoParams: true})
	if err != nil {
		return "", err
	}
	s.settle(sc, pl.bound)
	if pl.columns == nil {
		return s.perform(ctx, sc, pl, nil, out)
	}
	c, err := s.open(ctx, sc, pl, nil)
	if err != nil {
		return "", err
	}
	defer c.close()
	if err := out.Describe(c.columns, c.formats); err != nil {
		return "", err
	}
	sent, err := c.send(ctx, out, c.formats, 0)
	if err != nil {
		return "", err
	}
	return c.complete(sent), nil
}
