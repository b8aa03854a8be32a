package session

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// current is what flare.transactions shows of a session's transaction. It is replaced, never changed.
type current struct {
	start      time.Time
	explicit   bool
	readOnly   bool
	failed     bool
	isolation  string
	generation uint64        // that it reads, or that its latest statement read
	holds      bool          // that generation stays its own until it ends
	stage      *engine.Stage // nil: nothing was written so far
	// committing is what the stage holds, while it is being committed and can't be asked.
	committing *engine.StageSize
}

// publishCommit shows others that the transaction is being committed.
func (s *session) publishCommit(size engine.StageSize) {
	if old := s.current.Load(); old != nil {
		c := *old
		c.stage, c.committing = nil, &size
		s.current.Store(&c)
	}
}

// publish shows others the transaction as it is now; generation 0: of before.
func (s *session) publish(generation uint64) {
	if !s.tx.begun {
		s.current.Store(nil)
		return
	}
	if old := s.current.Load(); generation == 0 && old != nil {
		generation = old.generation
	}
	s.current.Store(&current{start: s.tx.start, explicit: s.tx.explicit, readOnly: s.tx.readOnly, failed: s.tx.failed, isolation: s.tx.isolation,
		generation: generation, holds: s.tx.snapshot != nil, stage: s.tx.stage})
}

var transactionColumns = []plan.Column{
	{Name: "pid", Type: types.Int4}, {Name: "user", Type: types.Text}, {Name: "start", Type: types.Timestamptz},
	{Name: "kind", Type: types.Text}, // read or write
	{Name: "committing", Type: types.Bool}, {Name: "isolation", Type: types.Text}, {Name: "block", Type: types.Bool}, {Name: "failed", Type: types.Bool},
	{Name: "generation", Type: types.Int8}, {Name: "holds_generation", Type: types.Bool},
	{Name: "staged_rows", Type: types.Int8}, {Name: "staged_bytes", Type: types.Int8},
	{Name: "deleted_rows", Type: types.Int8},   // named one by one
	{Name: "deleted_ranges", Type: types.Int8}, // of time, or whole streams
}

// transactions fills flare.transactions: those that are open, the asking one among them.
func (s *Server) transactions(_ context.Context, _ *types.Env, w *catalog.Rows) error {
	for _, x := range s.all() {
		t := x.current.Load()
		if t == nil {
			continue
		}
		var size engine.StageSize
		kind := "read"
		switch {
		case t.committing != nil:
			size = *t.committing
		case t.stage != nil:
			size = t.stage.Size()
		}
		if size != (engine.StageSize{}) {
			kind = "write"
		}
		w.Begin()
		w.Int("pid", int64(x.pid))
		w.Text("user", x.user)
		w.Time("start", t.start.UnixMicro())
		w.Text("kind", kind)
		w.Bool("committing", t.committing != nil)
		w.Text("isolation", t.isolation)
		w.Bool("block", t.explicit)
		w.Bool("failed", t.failed)
		w.Int("generation", int64(t.generation))
		w.Bool("holds_generation", t.holds)
		w.Int("staged_rows", size.Rows)
		w.Int("staged_bytes", size.Bytes)
		w.Int("deleted_rows", size.Deleted)
		w.Int("deleted_ranges", int64(size.Ranges))
		w.End()
	}
	return nil
}
