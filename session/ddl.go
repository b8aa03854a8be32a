package session

import (
	"context"
	"encoding/json"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// definition runs CREATE, ALTER and DROP: the change goes into the transaction's stage and is there for all when it commits.
func (s *session) definition(ctx context.Context, sc *scope, d *translate.Definition) (string, error) {
	if err := s.writable(d.Tag); err != nil {
		return "", err
	}
	if d.Change != nil {
		for _, c := range d.Checks {
			found, err := s.anyRow(ctx, sc, c)
			if err != nil {
				return "", err
			}
			if found {
				return "", c.Err
			}
		}
		given, err := s.given(ctx, sc, d)
		if err != nil {
			return "", err
		}
		owner := s.currentRole()
		if err := s.stage().Alter(sc.tx.Schema(), func(e *engine.SchemaEdit) error {
			before := e.Schema()
			if err := d.Change(e, given); err != nil {
				return err
			}
			return catalog.Settle(e, before, owner) // what is new is whose who made it
		}); err != nil {
			return "", err
		}
		s.noteTemporary(d, given)
	}
	for _, n := range d.Notices {
		s.notice(n)
	}
	return d.Tag, nil
}

// given makes what a change needs and what must not change when it is made again: new ids, and values as of now.
func (s *session) given(ctx context.Context, sc *scope, d *translate.Definition) (translate.Given, error) {
	var g translate.Given
	for range d.IDs {
		g.IDs = append(g.IDs, s.srv.c.Store.NewStreamID())
	}
	if d.Settings != nil {
		var err error
		if g.Setting, err = s.roleSetting(d.Settings); err != nil {
			return g, err
		}
	}
	if len(d.Values) == 0 {
		return g, nil
	}
	rt, done, err := s.runtime(ctx, sc, nil, nil)
	if err != nil {
		return g, err
	}
	defer done()
	values, err := exec.Eval(rt, d.Values)
	if err != nil {
		return g, err
	}
	for i, v := range values {
		text := json.RawMessage("null")
		if !v.Null(0) {
			text = types.AppendStored(nil, d.Values[i].Type(), v, 0)
		}
		g.Values = append(g.Values, text)
	}
	return g, nil
}

// anyRow tells whether a query has a row.
func (s *session) anyRow(ctx context.Context, sc *scope, c translate.Check) (bool, error) {
	rt, done, err := s.runtime(ctx, sc, nil, nil)
	if err != nil {
		return false, err
	}
	defer done()
	rows, err := exec.Open(ctx, c.Plan, rt)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var batch column.Batch
	for {
		ok, err := rows.Next(ctx, &batch)
		if err != nil || !ok {
			return false, err
		}
		if batch.Rows() > 0 {
			return true, nil
		}
	}
}
