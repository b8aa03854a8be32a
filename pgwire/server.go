package pgwire

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flare-pg/flare-pg/types"
)

// Options configure a Server. Zero values mean the defaults named here.
type Options struct {
	Handler Handler // required

	MaxConnections     int           // let in at a time, 200; one more is told 53300
	MaxUnauthenticated int           // still in start-up at a time, 64; one more is told 53300 at once, and past twice as many not even that
	StartupTimeout     time.Duration // from the first byte to being let in, TLS and authentication included, 10 s
	MaxStartup         int           // bytes of a message before the client is let in, 8 KiB
	MaxMessage         int           // bytes of a message afterwards, 64 MiB
	MessageTimeout     time.Duration // for a message that has begun, and longer for long ones, 1 min; negative: none
	WriteTimeout       time.Duration // without any progress of the client's reading, 5 min; negative: none

	// Gate says how a client has to prove who it is; nil: clients on this machine are trusted, and others refused.
	Gate Gate
	// TLS gives what the next connection's encryption is configured with; its first certificate is the one that is shown. nil: there is none, and
	// requests for it are declined.
	TLS func() *tls.Config
	// Reserved of MaxConnections are kept for superusers.
	Reserved int

	Log *slog.Logger // nil: silent
}

// Server serves PostgreSQL clients.
type Server struct {
	o Options

	mu        sync.Mutex
	listeners map[net.Listener]bool
	conns     map[*conn]bool
	byPID     map[uint32]*conn
	lastPID   uint32
	letIn     int
	wg        sync.WaitGroup

	accepted, rows, sent, received atomic.Int64 // for Stats

	// draining is set under mu, so that no connection starts afterwards, and read without: conversations ask
	// for it while they hold their inbox.
	draining atomic.Bool
}

// NewServer returns a server that waits for Serve.
func NewServer(o Options) *Server {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.MaxConnections, 200)
	def(&o.MaxUnauthenticated, 64)
	def(&o.MaxStartup, 8<<10)
	def(&o.MaxMessage, 64<<20)
	if o.StartupTimeout == 0 {
		o.StartupTimeout = 10 * time.Second
	}
	if o.MessageTimeout == 0 {
		o.MessageTimeout = time.Minute
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = 5 * time.Minute
	}
	o.WriteTimeout = max(o.WriteTimeout, 0)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		o: o, listeners: map[net.Listener]bool{}, conns: map[*conn]bool{}, byPID: map[uint32]*conn{},
	}
}

// Serve accepts connections on ln, which it closes, until ctx ends or Shutdown is called; then it returns nil.
// Connections go on until Shutdown. Another error is the listener's.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	s.mu.Lock()
	if s.draining.Load() {
		s.mu.Unlock()
		return nil
	}
	s.listeners[ln] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, ln)
		s.mu.Unlock()
	}()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()

	base := context.WithoutCancel(ctx)
	var pause time.Duration
	for {
		nc, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil || s.isDraining() || errors.Is(err, net.ErrClosed) {
				return nil
			}
			var ne net.Error
			if !errors.As(err, &ne) {
				return err
			}
			// Out of file descriptors, or a client gone before it was accepted: wait a little for better times.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.o.Log.Warn("accept failed", "error", err, "retry_in", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			continue
		}
		pause = 0
		s.start(base, nc)
	}
}

// start serves one connection on a goroutine of its own.
func (s *Server) start(ctx context.Context, nc net.Conn) {
	s.accepted.Add(1)
	c := newConn(ctx, s, nc)
	s.mu.Lock()
	if s.draining.Load() {
		s.mu.Unlock()
		nc.Close()
		return
	}
	waiting := len(s.conns) - s.letIn
	crowded := waiting >= s.o.MaxUnauthenticated
	if waiting >= 2*s.o.MaxUnauthenticated { // a flood: not even a word for them
		s.mu.Unlock()
		nc.Close()
		return
	}
	s.conns[c] = true
	s.wg.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.wg.Done()
		defer func() {
			s.mu.Lock()
			delete(s.conns, c)
			if s.byPID[c.pid] == c {
				delete(s.byPID, c.pid)
			}
			if c.admitted {
				s.letIn--
			}
			s.mu.Unlock()
		}()
		c.serve(crowded)
	}()
}

// full reports whether nobody more can be let in.
func (s *Server) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letIn >= s.o.MaxConnections
}

// admit counts c among those let in, or says that there are too many.
func (s *Server) admit(c *conn, superuser bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.letIn >= s.o.MaxConnections:
		return errTooMany
	case s.letIn >= s.o.MaxConnections-s.o.Reserved && !superuser:
		return fatal(types.CodeTooManyConnections, "remaining connection slots are reserved for non-replication superuser connections")
	}
	s.letIn++
	c.admitted = true
	return nil
}

var errTooMany = fatal(types.CodeTooManyConnections, "sorry, too many clients already")

func (s *Server) isDraining() bool { return s.draining.Load() }

// each calls f for every connection, with no lock held: f may take a connection's own.
func (s *Server) each(f func(*conn)) {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		f(c)
	}
}

// leaveGrace is what a connection gets to say goodbye once its time is over.
const leaveGrace = time.Second

// Shutdown stops accepting, ends idle connections with 57P01, and lets running statements finish until ctx
// ends; then it cancels them too. It returns ctx's error if it had to, and nil otherwise; all goroutines are gone then.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.draining.Store(true)
	for ln := range s.listeners {
		ln.Close()
	}
	s.mu.Unlock()
	s.each(func(c *conn) { c.in.wake() })

	gone := make(chan struct{})
	go func() { s.wg.Wait(); close(gone) }()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	s.each((*conn).terminate)
	select {
	case <-gone:
	case <-time.After(2 * leaveGrace):
		s.each(func(c *conn) { c.raw.Close() })
		<-gone
	}
	return ctx.Err()
}
