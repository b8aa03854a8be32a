package session

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/types"
)

// session is one client's conversation. Its methods are called by one goroutine at a time; what others may
// read (pg_stat_activity) is in activity.
type session struct {
	srv *Server
	log *slog.Logger
	ctx context.Context // of the connection
	// user is the name that the client gave, login the role that it is; it can act in the name of others (role.go).
	user  string
	login types.OID

	database, remote, local string
	pid                     uint32
	began                   time.Time

	settings    settings
	path        foundPath
	tx          transaction
	prepared    map[string]*prepared
	portals     map[string]*portal
	temporary   bool        // it has made temporary tables
	temporaries []temporary // those of which something becomes at a commit
	executing   int         // EXECUTEs that run within each other
	several     bool        // a simple query of several statements runs: they are a transaction block to some
	notices     pgwire.Out  // where notices go while a statement runs; nil: nowhere
	activity    atomic.Pointer[activity]
	current     atomic.Pointer[current] // the open transaction as others see it

	calls     *calls
	notified  atomic.Bool // notifications are queued
	locked    atomic.Bool // an advisory lock was asked for
	wake      func()      // makes the connection look whether there are notifications
	cancel    func()      // ends the running statement, or the whole session; any goroutine may call them
	terminate func()
}

// Failed implements pgwire.Session: whatever went wrong, an explicit transaction takes nothing more, and an implicit one is undone.
func (s *session) Failed(err error) {
	s.fail()
	s.idle()
}

// Status implements pgwire.Session.
func (s *session) Status() byte {
	switch {
	case !s.tx.explicit:
		return 'I'
	case s.tx.failed:
		return 'E'
	}
	return 'T'
}

// IdleTimeout implements pgwire.Session.
func (s *session) IdleTimeout() (time.Duration, error) {
	if s.tx.explicit {
		return s.settings.idleInTransaction, &types.Error{Severity: "FATAL", Code: "25P03", Message: "terminating connection due to idle-in-transaction timeout"}
	}
	return s.settings.idleSession, &types.Error{Severity: "FATAL", Code: "57P05", Message: "terminating connection due to idle-session timeout"}
}

// Close implements pgwire.Session.
func (s *session) Close() {
	s.endTransaction()
	s.dropPortals()
	s.endTemporaries()
	s.idle()
	s.srv.exchange.leave(s)
	if s.locked.Load() {
		s.srv.advisory.releaseAll(s, false)
	}
	s.srv.mu.Lock()
	delete(s.srv.sessions, s.pid)
	s.srv.mu.Unlock()
}

// notice sends a notice where client_min_messages wants it.
func (s *session) notice(n *types.Error) {
	if n.Severity == "" {
		n.Severity = "NOTICE"
	}
	if s.notices == nil || noticeRank(n.Severity) < noticeRank(s.settings.get("client_min_messages")) {
		return
	}
	s.notices.Notice(n) //nolint:errcheck // the writer's error sticks and is met at the next row
}

func (s *session) warn(code, message string) {
	s.notice(&types.Error{Severity: "WARNING", Code: code, Message: message})
}
