package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/translate"
)

// Temporary tables are streams in a schema of the session's own, which is dropped at its end. What a session could not drop, because the process ended, is dropped
// at the next start.

// temporary is a temporary table that something becomes of when a transaction ends.
type temporary struct {
	id       engine.StreamID
	onCommit translate.OnCommit
}

func (s *session) tempSchema() string { return catalog.TempSchemaOf(s.pid) }

// noteTemporary notes a table that the session has made.
func (s *session) noteTemporary(d *translate.Definition, g translate.Given) {
	if d.Temporary {
		s.temporary = true
		if d.OnCommit != translate.KeepRows {
			s.temporaries = append(s.temporaries, temporary{g.IDs[0], d.OnCommit})
		}
	}
}

// leaveTemporaries does what is to be done with temporary tables when a transaction commits. Tables that are no more, or never came to be, are forgotten.
func (s *session) leaveTemporaries() error {
	if len(s.temporaries) == 0 || s.tx.stage == nil { // nor has it made a table or a row
		return nil
	}
	tx := s.srv.c.Store.Read()
	defer tx.Close()
	schema := tx.Schema()
	if s.tx.stage != nil {
		schema = s.tx.stage.Schema(schema)
	}
	var left []temporary
	for _, t := range s.temporaries {
		stream := schema.Stream(t.id)
		if stream == nil {
			continue
		}
		if t.onCommit == translate.DeleteRows {
			left = append(left, t)
			if err := s.stage().DeleteRange(tx, t.id, engine.MinTime, engine.MaxTime); err != nil {
				return err
			}
			continue
		}
		if err := s.stage().Alter(tx.Schema(), func(e *engine.SchemaEdit) error { return catalog.DropTable(e, t.id, stream.Name) }); err != nil {
			return err
		}
	}
	s.temporaries = left
	return nil
}

// discardTemporaries drops all of the session's temporary tables, in its transaction.
func (s *session) discardTemporaries() error {
	if !s.temporary {
		return nil
	}
	name := s.tempSchema()
	tx := s.srv.c.Store.Read()
	defer tx.Close()
	return s.stage().Alter(tx.Schema(), func(e *engine.SchemaEdit) error {
		if !catalog.HasSchema(e.Schema(), name) {
			return nil
		}
		return catalog.DropSchema(e, name, true)
	})
}

// temporaryPatience is how long the end of a session waits for its temporary tables to be dropped.
const temporaryPatience = 10 * time.Second

// endTemporaries drops the session's temporary tables at its end.
func (s *session) endTemporaries() {
	if !s.temporary {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), temporaryPatience)
	defer cancel()
	if err := dropSchemas(ctx, s.srv.c.Store, func(name string) bool { return name == s.tempSchema() }); err != nil {
		s.log.Warn("temporary tables are left behind until the next start", "error", err)
	}
}

// DropTemporary drops temporary tables that no session has: those of sessions of a process that was ended. It is called before there are sessions.
func (s *Server) DropTemporary(ctx context.Context) error {
	return dropSchemas(ctx, s.c.Store, catalog.TempSchema)
}

// dropSchemas drops some of the schemas of temporary tables.
func dropSchemas(ctx context.Context, store *engine.Store, drop func(name string) bool) error {
	tx := store.Read()
	defer tx.Close()
	stage := store.NewStage()
	defer stage.Discard()
	for _, name := range catalog.TempSchemas(tx.Schema()) {
		if !drop(name) {
			continue
		}
		if err := stage.Alter(tx.Schema(), func(e *engine.SchemaEdit) error {
			if !catalog.HasSchema(e.Schema(), name) { // dropped meanwhile
				return nil
			}
			return catalog.DropSchema(e, name, true)
		}); err != nil {
			return err
		}
	}
	if stage.Empty() {
		return nil
	}
	return store.Commit(ctx, stage, engine.Sync)
}
