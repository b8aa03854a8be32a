package session

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/types"
)

// Config is what sessions are built on.
type Config struct {
	Store   *engine.Store
	Catalog *catalog.Catalog
	// Registry, when given, is the one the Catalog was made of: pg_settings and pg_stat_activity are provided to it.
	Registry *catalog.Registry
	// Memory makes the account of one statement, which needs so many bytes at least, and what to call when the statement ends. It may wait, until ctx
	// ends. nil: nothing is accounted.
	Memory func(ctx context.Context, minimum int64) (column.Account, func(), error)
	// Workers is how many goroutines a statement's scans may use; 0: GOMAXPROCS.
	Workers int
	// Limits of an event; zero values mean the decoder's.
	Limits event.Limits
	// MaxConnections is what SHOW max_connections says; whoever listens obeys it. 0: 200.
	MaxConnections int
	// Version is flare-pg's own, for server_version and version().
	Version string
	Log     *slog.Logger // nil: silent
	// Observer is told of statements and commits; nil: nobody is.
	Observer Observer
	// Maintain completes what VACUUM asks for with what the server was told of late events, budgets and retention; nil: the engine's defaults,
	// everything is kept.
	Maintain func(engine.MaintainOptions) engine.MaintainOptions
	// Rules gives the rules of who gets in; nil, or none: auth.BuiltIn.
	Rules func() *auth.Rules
	// PlainRemote lets other machines in without TLS, TrustRemote without proof where the rules say so.
	PlainRemote, TrustRemote bool
	// Reserved of MaxConnections are for superusers, as SHOW superuser_reserved_connections says.
	Reserved int
}

// Observer is told what sessions do, by any goroutine.
type Observer interface {
	// Statement has ended: its command in words, the SQLSTATE of its error or "", how long it ran.
	Statement(command, code string, took time.Duration)
	// Committed: a transaction has been committed that wrote so many events.
	Committed(events int64)
}

// observe tells of a statement that began then.
func (s *Server) observe(command string, began time.Time, err error) {
	if s.c.Observer == nil {
		return
	}
	code := ""
	if err != nil {
		code = types.CodeInternalError
		if e := (*types.Error)(nil); errors.As(err, &e) {
			code = e.Code
		}
	}
	s.c.Observer.Statement(command, code, time.Since(began))
}

// Server makes sessions. It implements pgwire.Handler.
type Server struct {
	c        Config
	settings *table
	started  time.Time
	secret   []byte // for Mock, while the store has none

	exchange *exchange
	advisory *advisoryLocks

	mu       sync.Mutex
	sessions map[uint32]*session
	flushing bool // a flush of commits without synchronous_commit is due

	running     atomic.Int64 // sessions that run a statement
	maintaining atomic.Int64 // of those, the ones that do maintenance: VACUUM, a DELETE's COMMIT
}

// Running is how many sessions run a statement that maintenance should not slow down.
func (s *Server) Running() int { return int(s.running.Load() - s.maintaining.Load()) }

// NewServer returns a Server and registers its system relations.
func NewServer(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MaxConnections <= 0 {
		c.MaxConnections = 200
	}
	if c.Version == "" {
		c.Version = "devel"
	}
	s := &Server{
		c: c, started: time.Now(), settings: newTable(c.Version, c.MaxConnections), secret: auth.NewSecret(), sessions: map[uint32]*session{},
		exchange: newExchange(), advisory: newAdvisoryLocks(),
	}
	s.settings.byName["superuser_reserved_connections"].def = strconv.Itoa(c.Reserved)
	if c.Registry != nil {
		s.provide(c.Registry)
	}
	return s
}

// tempFile makes a temporary file for what a plan has no memory for.
func (s *Server) tempFile() (exec.TempFile, error) { return s.c.Store.NewTempFile() }

// maxPrepared bounds the prepared statements of one session, and its portals.
const maxPrepared = 10_000

// maxName is how much of a name counts, in bytes, as in PostgreSQL.
const maxName = 63

// cut gives the first max bytes of s, or fewer so that no character is cut in two.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}

// Connect implements pgwire.Handler.
func (s *Server) Connect(ctx context.Context, st *pgwire.Startup) (pgwire.Session, error) {
	if err := cutNames(st); err != nil {
		return nil, err
	}
	tx := s.c.Store.Read()
	snapshot := s.c.Catalog.Snapshot(tx.Schema())
	tx.Close()
	role := s.roleOf(snapshot.Roles(), st.User)
	if err := admissible(snapshot, role, st); err != nil {
		return nil, err // dropped meanwhile
	}
	if st.Database != "flare" && st.Database != "postgres" && st.Database != st.User {
		return nil, types.Errorf(types.CodeInvalidCatalogName, "database %q does not exist", st.Database)
	}
	x := &session{
		srv: s, ctx: ctx, user: st.User, database: st.Database, remote: st.Remote, local: st.Server, pid: st.ProcessID, began: time.Now(),
		log: s.c.Log.With("pid", st.ProcessID), login: role.OID,
		prepared: map[string]*prepared{}, portals: map[string]*portal{},
	}
	x.calls = &calls{s: x}
	x.wake, x.cancel, x.terminate = st.Wake, st.Cancel, st.Terminate
	if err := x.startSettings(st, role, snapshot.GlobalSettings()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if role.Limit >= 0 && !role.Super {
		have := int32(0)
		for _, o := range s.sessions {
			if o.login == role.OID {
				have++
			}
		}
		if have >= role.Limit {
			return nil, types.Errorf(types.CodeTooManyConnections, "too many connections for role %q", st.User)
		}
	}
	s.sessions[st.ProcessID] = x
	return x, nil
}

// all lists the sessions by process ID.
func (s *Server) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*session, 0, len(s.sessions))
	for _, x := range s.sessions {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *session) int { return int(a.pid) - int(b.pid) })
	return out
}

// address splits a peer's address; port is -1 where there is none, as PostgreSQL says of Unix sockets.
func address(remote string) (host string, port int64) {
	h, p, err := net.SplitHostPort(remote)
	if err != nil {
		return "", -1
	}
	h, _, _ = strings.Cut(h, "%") // a link-local address's interface
	n, err := net.LookupPort("tcp", p)
	if err != nil {
		return h, -1
	}
	return h, int64(n)
}
