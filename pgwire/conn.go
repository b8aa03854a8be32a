package pgwire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

// conn is one client's connection. One goroutine leads the conversation; the pump and the server only
// end contexts, wake the inbox and shorten deadlines.
type conn struct {
	srv    *Server
	raw    net.Conn // the socket
	nc     net.Conn // what is read and written: the socket, or TLS over it. The conversation's alone
	in     *inbox
	pumped chan struct{} // closed when the pump has ended; nil before it starts
	frames frames
	w      writer
	log    *slog.Logger
	sess   Session

	ctx context.Context
	end context.CancelCauseFunc

	certificate *x509.Certificate // of ours, as the client was shown it

	pid      uint32
	key      []byte
	admitted bool // guarded by Server.mu

	mu      sync.Mutex
	running context.CancelCauseFunc // the running statement's; nil between statements

	slow    trickle
	idle    bool  // between a ReadyForQuery and the next message
	leaving error // set by COPY when nothing more can be said or read
	skip    bool  // an error happened in the extended protocol: ignore until Sync
}

// idleBuffer is how much of a buffer an idle connection keeps, in bytes.
const idleBuffer = 1 << 10

func newConn(ctx context.Context, s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, raw: nc, in: newInbox(nil), log: s.o.Log.With("remote", nc.RemoteAddr().String())}
	c.nc = &counting{nc, s}
	c.in.readFrom(c.nc)
	c.frames.in = c.in
	c.w.count = &s.rows
	c.w.nc, c.w.raw = c.nc, nc
	c.w.timeout.Store(int64(s.o.WriteTimeout))
	c.ctx, c.end = context.WithCancelCause(ctx)
	return c
}

// serve leads the whole conversation and closes the connection.
func (c *conn) serve(crowded bool) {
	defer func() {
		c.end(ErrHangup)
		c.arrived()
		c.raw.Close() // not TLS's, which would wait for a client that doesn't read; it has had its goodbye
		c.in.discard()
		if c.pumped != nil {
			<-c.pumped
		}
	}()

	err := c.guarded(func() error {
		if crowded {
			return fatal(types.CodeTooManyConnections, "sorry, too many clients are connecting already")
		}
		if err := c.startup(); err != nil {
			return err
		}
		c.log = c.log.With("pid", c.pid)
		return c.converse()
	})
	if c.sess != nil {
		if e := c.guarded(func() error { c.sess.Close(); return nil }); e != nil && err == nil {
			err = e
		}
	}
	c.farewell(err)
}

// pump starts to read ahead of the conversation, so that a client that hangs up is noticed while a statement runs.
func (c *conn) pump() {
	c.in.readFrom(nil)
	c.pumped = make(chan struct{})
	go func(nc net.Conn) {
		defer close(c.pumped)
		c.in.pump(nc, func(error) {
			c.end(ErrHangup)
			c.w.hurry(leaveGrace)
		})
	}(c.nc)
}

// guarded runs f and turns a panic into an error that ends this connection and no other.
func (c *conn) guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in session", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			c.w.abandon() // half a row
			err = fatal(types.CodeInternalError, "internal error: %v", p)
		}
	}()
	return f()
}

// farewell sends a FATAL where there is one to send, and sees that the client gets to read it: closing a socket
// with unread input resets it, and a reset destroys what the peer has not read yet.
func (c *conn) farewell(err error) {
	var e *types.Error
	switch {
	case errors.As(err, &e):
		c.log.Debug("connection ended", "code", e.Code, "error", e.Message)
	case errors.Is(err, os.ErrDeadlineExceeded) && c.sess == nil:
		e = fatal("08006", "canceling authentication due to timeout")
		c.log.Debug("connection ended", "error", "start-up took too long")
	default:
		if err != nil && !errors.Is(err, errQuiet) && !errors.Is(err, io.EOF) {
			c.log.Debug("connection ended", "error", err)
		}
		c.w.hurry(leaveGrace)
		c.w.flush() //nolint:errcheck // the connection is at its end
		if t, ok := c.nc.(*tls.Conn); ok && c.w.err == nil {
			t.CloseWrite() //nolint:errcheck // tells the client that nothing was cut off
		}
		return
	}
	c.w.hurry(leaveGrace)
	m := fields(e, "FATAL")
	c.w.send(&m) //nolint:errcheck // as above
	if c.w.flush() != nil {
		return
	}
	c.in.discard()
	if t, ok := c.nc.(*tls.Conn); ok {
		t.CloseWrite() //nolint:errcheck // as above
	}
	if h, ok := c.raw.(interface{ CloseWrite() error }); ok && h.CloseWrite() == nil {
		c.raw.SetReadDeadline(time.Now().Add(leaveGrace / 4)) //nolint:errcheck // as above
		c.in.drained()
	}
}

// cancelStatement ends the running statement's context.
func (c *conn) cancelStatement(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		c.running(cause)
	}
}

// statement runs f under a context that CancelRequest, hang-up and shutdown end.
func (c *conn) statement(f func(ctx context.Context, o *out) error) error {
	ctx, cancel := context.WithCancelCause(c.ctx)
	c.mu.Lock()
	c.running = cancel
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.running = nil
		c.mu.Unlock()
		cancel(nil)
	}()
	c.w.sent = time.Now()
	err := f(ctx, &out{c: c})
	if c.leaving != nil {
		return c.leaving
	}
	if err == nil {
		return nil
	}
	if c.w.err != nil {
		return c.w.err // the client is gone: nobody to tell
	}
	return c.report(ctx, err)
}

// report sends an error. It returns the error where it ends the connection.
func (c *conn) report(ctx context.Context, err error) error {
	e, internal := clientError(ctx, err)
	if internal {
		c.log.Error("internal error", "error", err)
	} else if grave(e.Code) {
		c.log.Error("statement failed", "code", e.Code, "error", e.Message)
	}
	if e.Severity == "FATAL" || e.Severity == "PANIC" {
		return e
	}
	if errors.Is(context.Cause(c.ctx), ErrShutdown) {
		return fatal(types.CodeAdminShutdown, "%s", ErrShutdown)
	}
	c.skip = true // 'Q' takes it back
	m := fields(e, "ERROR")
	if err := c.w.send(&m); err != nil {
		return err
	}
	c.sess.Failed(e)
	// At once: a client that sent Flush and no Sync waits for this, and its Flush will be skipped.
	return c.w.flush()
}

// notify sends what the client listens to, where no transaction is open.
func (c *conn) notify() error {
	if !c.sess.Notified() || c.sess.Status() != 'I' {
		return nil
	}
	for _, n := range c.sess.Notifications() {
		if err := c.w.send(&pgproto3.NotificationResponse{PID: n.PID, Channel: n.Channel, Payload: n.Payload}); err != nil {
			return err
		}
	}
	return nil
}

// terminate ends the conversation, whatever it is doing. Any goroutine may call it.
func (c *conn) terminate() {
	c.end(ErrShutdown)
	c.w.hurry(leaveGrace)
	c.in.wake()
}

// ready sends ReadyForQuery and everything before it.
func (c *conn) ready() error {
	c.skip = false
	for _, p := range c.sess.Changed() {
		if err := c.w.send(&pgproto3.ParameterStatus{Name: p[0], Value: p[1]}); err != nil {
			return err
		}
	}
	if err := c.notify(); err != nil {
		return err
	}
	c.idle = true
	if err := c.w.send(&pgproto3.ReadyForQuery{TxStatus: c.sess.Status()}); err != nil {
		return err
	}
	if err := c.w.flush(); err != nil {
		return err
	}
	// The client may now say nothing for hours.
	if cap(c.w.buf) > idleBuffer {
		c.w.buf = nil
	}
	if cap(c.frames.body) > idleBuffer {
		c.frames.body = nil
	}
	return nil
}
