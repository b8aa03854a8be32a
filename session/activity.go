package session

import (
	"context"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
)

// activity is what pg_stat_activity shows of a session. It is replaced, never changed.
type activity struct {
	state       string
	text        string // as the client sent it
	query       string // what is shown of it
	application string
	queryStart  time.Time
	changed     time.Time
	txStart     time.Time // zero: no transaction
}

// activityQuery is how much of a statement's text is shown, in bytes, as PostgreSQL's track_activity_query_size.
const activityQuery = 1024

// active notes that a statement runs.
func (s *session) active(query string) {
	now := time.Now()
	if old := s.activity.Load(); old == nil || old.state != "active" {
		s.srv.running.Add(1)
	}
	s.activity.Store(&activity{state: "active", text: query, query: cut(query, activityQuery), application: s.settings.get("application_name"), queryStart: now, changed: now, txStart: s.tx.start})
}

// idle notes that no statement runs any more.
func (s *session) idle() {
	s.publish(0)
	old := s.activity.Load()
	if old == nil {
		return
	}
	if old.state == "active" {
		s.srv.running.Add(-1)
	}
	a := *old
	a.state, a.changed, a.txStart = "idle", time.Now(), time.Time{}
	if s.tx.explicit {
		a.state, a.txStart = "idle in transaction", s.tx.start
		if s.tx.failed {
			a.state = "idle in transaction (aborted)"
		}
	}
	a.application = s.settings.get("application_name")
	s.activity.Store(&a)
}

// provide registers the relations that show sessions and settings.
func (s *Server) provide(r *catalog.Registry) {
	r.Measure(s.sizes)
	r.Provide("pg_catalog", "pg_stat_activity", nil, s.statActivity)
	r.Provide("pg_catalog", "pg_settings", nil, s.pgSettings)
	r.Provide("pg_catalog", "pg_cursors", nil, s.pgCursors)
	r.Provide("pg_catalog", "pg_prepared_statements", nil, s.pgPrepared)
	r.Provide("pg_catalog", "pg_locks", nil, s.pgLocks)
	r.Provide("flare", "transactions", transactionColumns, s.transactions)
}

func (s *Server) statActivity(_ context.Context, env *types.Env, w *catalog.Rows) error {
	seen := visible(env)
	for _, x := range s.all() {
		w.Begin()
		w.Text("datname", x.database)
		w.Int("pid", int64(x.pid))
		w.OID("usesysid", x.login)
		w.Text("usename", x.user)
		a := x.activity.Load()
		if a != nil {
			w.Text("application_name", a.application)
		}
		if seen(x) {
			x.showActivity(a, w)
		} else {
			w.Text("query", "<insufficient privilege>")
		}
		w.End()
	}
	return nil
}

// showActivity shows what only the user himself and superusers see.
func (x *session) showActivity(a *activity, w *catalog.Rows) {
	if host, port := address(x.remote); host != "" {
		w.Text("client_addr", host)
		w.Int("client_port", port)
	} else {
		w.Int("client_port", port)
	}
	w.Time("backend_start", x.began.UnixMicro())
	w.Text("backend_type", "client backend")
	if a == nil {
		return
	}
	w.Time("query_start", a.queryStart.UnixMicro())
	w.Time("state_change", a.changed.UnixMicro())
	if !a.txStart.IsZero() {
		w.Time("xact_start", a.txStart.UnixMicro())
	}
	w.Text("state", a.state)
	w.Text("query", a.query)
	if strings.HasPrefix(a.state, "idle") {
		w.Text("wait_event_type", "Client")
		w.Text("wait_event", "ClientRead")
	}
}

// pgSettings lists the settings as the asking session has them.
func (s *Server) pgSettings(_ context.Context, env *types.Env, w *catalog.Rows) error {
	for _, d := range s.settings.list {
		value := d.def
		if env.Setting != nil {
			if v, ok := env.Setting(d.name); ok {
				value = v
			}
		}
		source := "default"
		if value != d.def {
			source = "session"
		}
		w.Begin()
		w.Text("name", d.name)
		w.Text("setting", d.raw(value))
		if d.unit != "" {
			w.Text("unit", d.unit)
		}
		w.Text("category", d.category)
		w.Text("short_desc", d.desc)
		w.Text("context", d.context())
		w.Text("vartype", d.kind.String())
		w.Text("source", source)
		w.Text("boot_val", d.raw(d.def))
		w.Text("reset_val", d.raw(d.def))
		w.Bool("pending_restart", false)
		w.End()
	}
	return nil
}
