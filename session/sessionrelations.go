package session

import (
	"context"
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
)

// asking is the session that a statement's Env belongs to.
func (s *Server) asking(env *types.Env) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[uint32(env.BackendPID)]
}

// pgCursors fills pg_cursors with the asking session's. It is read by the session's own goroutine, or while that one waits.
func (s *Server) pgCursors(_ context.Context, env *types.Env, w *catalog.Rows) error {
	x := s.asking(env)
	if x == nil {
		return nil
	}
	for name, p := range x.portals {
		w.Begin()
		w.Text("name", name)
		w.Text("statement", p.sql)
		w.Bool("is_holdable", p.hold)
		w.Bool("is_binary", p.binary)
		w.Bool("is_scrollable", p.scrolls())
		w.Time("creation_time", p.created.UnixMicro())
		w.End()
	}
	return nil
}

// pgPrepared fills pg_prepared_statements with the asking session's.
func (s *Server) pgPrepared(_ context.Context, env *types.Env, w *catalog.Rows) error {
	x := s.asking(env)
	if x == nil {
		return nil
	}
	for name, p := range x.prepared {
		if name == "" {
			continue
		}
		params := make([]string, len(p.params))
		for i, t := range p.params {
			if row, ok := types.Lookup(t); ok {
				params[i] = row.SQL // as regtype shows it
			}
			if strings.ContainsAny(params[i], ` ,"{}[]`) {
				params[i] = `"` + params[i] + `"`
			}
		}
		w.Begin()
		w.Text("name", name)
		w.Text("statement", p.source)
		w.Time("prepare_time", p.made.UnixMicro())
		w.Text("parameter_types", "{"+strings.Join(params, ",")+"}")
		w.Bool("from_sql", p.fromSQL)
		w.Int("generic_plans", p.runs)
		w.Int("custom_plans", 0)
		w.End()
	}
	return nil
}

// pgLocks fills pg_locks: only advisory locks are ever waited for.
func (s *Server) pgLocks(_ context.Context, _ *types.Env, w *catalog.Rows) error {
	for _, l := range s.advisory.list() {
		w.Begin()
		w.Text("locktype", "advisory")
		w.OID("classid", types.OID(uint64(l.key.N)>>32))
		w.OID("objid", types.OID(uint32(l.key.N)))
		if l.key.Pair {
			w.Int("objsubid", 2)
		} else {
			w.Int("objsubid", 1)
		}
		mode := "ExclusiveLock"
		if l.shared {
			mode = "ShareLock"
		}
		w.Text("mode", mode)
		w.Int("pid", int64(l.s.pid))
		w.Bool("granted", l.granted)
		w.Bool("fastpath", false)
		w.End()
	}
	return nil
}
