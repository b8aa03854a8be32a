package pgwire

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

func cancelWith(t testing.TB, addr string, pid uint32, key []byte) {
	t.Helper()
	c := dial(t, addr)
	c.send(&pgproto3.CancelRequest{ProcessID: pid, SecretKey: key})
	if b, err := io.ReadAll(c.conn); err != nil || len(b) > 0 {
		t.Fatalf("a cancel request was answered %q, %v", b, err)
	}
}

func (h *fakeHandler) cause(t *testing.T) error {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		h.mu.Lock()
		n := len(h.causes)
		h.mu.Unlock()
		if n > 0 {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.causes[0]
		}
	}
	t.Fatal("the statement goes on")
	return nil
}

// TestCancel: the right key stops the statement and nothing else; any other key does nothing.
func TestCancel(t *testing.T) {
	for _, version := range []uint32{pgproto3.ProtocolVersion30, pgproto3.ProtocolVersion32} {
		h := &fakeHandler{began: make(chan struct{}, 1)}
		_, addr := serveFake(t, h, Options{})
		c := connect(t, addr, version)
		if want := map[uint32]int{pgproto3.ProtocolVersion30: 4, pgproto3.ProtocolVersion32: 32}[version]; len(c.key) != want {
			t.Fatalf("a key of %d bytes, want %d", len(c.key), want)
		}
		cancelWith(t, addr, c.pid, c.key) // nothing runs
		c.send(&pgproto3.Query{String: "wait"})
		<-h.began
		wrong := append([]byte{}, c.key...)
		wrong[len(wrong)-1] ^= 1
		cancelWith(t, addr, c.pid, wrong)
		cancelWith(t, addr, c.pid, c.key[:len(c.key)-1])
		cancelWith(t, addr, c.pid, append(append([]byte{}, c.key...), 0))
		cancelWith(t, addr, c.pid+1, c.key)
		time.Sleep(20 * time.Millisecond)
		h.mu.Lock()
		if len(h.causes) != 0 {
			t.Fatal("a wrong key cancelled")
		}
		h.mu.Unlock()
		cancelWith(t, addr, c.pid, c.key)
		if got := strings.Join(c.until(), "|"); got != "ErrorResponse ERROR ERROR 57014: canceling statement due to user request|ReadyForQuery I" {
			t.Error(got)
		}
		if err := h.cause(t); !errors.Is(err, ErrCanceled) {
			t.Error(err)
		}
		c.send(&pgproto3.Query{String: "rows 1"})
		if got := c.until(); len(got) != 4 {
			t.Error("the session is of no use after a cancel:", got)
		}
	}
}

// TestHangup: a statement ends when its client is gone, whether it had more to say or not, closed or reset.
func TestHangup(t *testing.T) {
	for name, leave := range map[string]func(*client){
		"close": func(c *client) { c.conn.Close() },
		"reset": func(c *client) { c.conn.(*net.TCPConn).SetLinger(0); c.conn.Close() },
		"pipelined": func(c *client) {
			c.send(&pgproto3.Query{String: "rows 1"}, &pgproto3.Terminate{})
			c.conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := &fakeHandler{began: make(chan struct{}, 1)}
			_, addr := serveFake(t, h, Options{})
			c := connect(t, addr, pgproto3.ProtocolVersion30)
			c.send(&pgproto3.Query{String: "wait"})
			<-h.began
			leave(c)
			if err := h.cause(t); !errors.Is(err, ErrHangup) {
				t.Error(err)
			}
		})
	}
}

// TestCancelDuringCopy: a COPY that waits for data ends too, and the session goes on.
func TestCancelDuringCopy(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{})
	c := connect(t, addr, pgproto3.ProtocolVersion30)
	c.send(&pgproto3.Query{String: "copyin"})
	if _, ok := c.receive().(*pgproto3.CopyInResponse); !ok {
		t.Fatal("no CopyInResponse")
	}
	c.conn.Write([]byte{'d', 0, 0, 0, 9, 'a'}) // half a message
	time.Sleep(10 * time.Millisecond)
	cancelWith(t, addr, c.pid, c.key)
	if got := strings.Join(c.until(), "|"); !strings.Contains(got, "57014") {
		t.Error(got)
	}
	c.conn.Write([]byte("bcde")) // the other half is no message of its own
	c.send(&pgproto3.CopyFail{Message: "ok"}, &pgproto3.Query{String: "rows 1"})
	if got := c.until(); len(got) != 4 {
		t.Error(got)
	}
}

// TestShutdown: idle clients are told at once, running ones may finish, and those that don't are ended.
func TestShutdown(t *testing.T) {
	h := &fakeHandler{began: make(chan struct{}, 1)}
	s, addr := serveFake(t, h, Options{})
	idle := connect(t, addr, pgproto3.ProtocolVersion30)
	busy := connect(t, addr, pgproto3.ProtocolVersion30)
	busy.send(&pgproto3.Query{String: "wait"})
	<-h.began
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(ctx) }()
	const ended = "ErrorResponse FATAL FATAL 57P01: terminating connection due to administrator command|closed"
	if got := strings.Join(idle.until(), "|"); got != ended {
		t.Error(got)
	}
	if ctx.Err() != nil {
		t.Error("the idle client waited for the busy one")
	}
	if got := strings.Join(busy.until(), "|"); got != ended {
		t.Error(got)
	}
	if err := <-down; !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := h.cause(t); !errors.Is(err, ErrShutdown) {
		t.Error(err)
	}
	if h.closed != 2 {
		t.Errorf("%d sessions closed, want 2", h.closed)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the server still listens")
	}
}

// TestShutdownWhileClientsComeAndGo: stopping never waits for a conversation that waits for the stop, and clients that
// are still in start-up hold it up no longer than idle ones.
func TestShutdownWhileClientsComeAndGo(t *testing.T) {
	for range 200 {
		s := NewServer(Options{Handler: &fakeHandler{}})
		var ends []net.Conn
		for i := range 4 {
			here, there := net.Pipe()
			s.start(context.Background(), there)
			ends = append(ends, here)
			go io.Copy(io.Discard, here)
			switch i {
			case 0:
				here.Write(packet(3<<16, "user", "u"))
			case 1:
				go here.Write(packet(3<<16, "user", "u"))
			case 2:
				go here.Write([]byte{0, 0, 0})
			}
		}
		down := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
			defer cancel()
			down <- s.Shutdown(ctx)
		}()
		select {
		case err := <-down:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the server doesn't stop")
		}
		for _, e := range ends {
			e.Close()
		}
	}
}

// TestIdleTimeout: a session that may not wait longer ends with its own error.
func TestIdleTimeout(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{idle: 30 * time.Millisecond}, Options{})
	c := connect(t, addr, pgproto3.ProtocolVersion30)
	if got := strings.Join(c.until(), "|"); got != "ErrorResponse FATAL FATAL 25P03: idle for too long|closed" {
		t.Error(got)
	}
}

// TestStuckClient: who doesn't read is cut off after the write timeout, and a slow one slows the statement.
func TestStuckClient(t *testing.T) {
	h := &fakeHandler{}
	_, addr := serveFake(t, h, Options{WriteTimeout: 200 * time.Millisecond})
	c := connect(t, addr, pgproto3.ProtocolVersion30)
	c.send(&pgproto3.Query{String: "rows 5000000"})
	deadline := time.Now().Add(10 * time.Second)
	for {
		h.mu.Lock()
		closed := h.closed
		h.mu.Unlock()
		if closed == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the client that doesn't read is still served")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestHangupDuringCopy: the end of the connection is not the end of the data, wherever in a message it comes.
func TestHangupDuringCopy(t *testing.T) {
	for name, sent := range map[string]string{"between messages": "d\x00\x00\x00\x06a\n", "in a header": "d\x00\x00\x00\x06a\nd\x00", "in a body": "d\x00\x00\x00\x06a"} {
		t.Run(name, func(t *testing.T) {
			h := &fakeHandler{}
			_, addr := serveFake(t, h, Options{})
			c := connect(t, addr, pgproto3.ProtocolVersion30)
			c.send(&pgproto3.Query{String: "copyin"})
			if _, ok := c.receive().(*pgproto3.CopyInResponse); !ok {
				t.Fatal("no CopyInResponse")
			}
			c.conn.Write([]byte(sent))
			c.conn.Close()
			if err := h.cause(t); err == nil {
				t.Error("the data was taken for whole")
			}
		})
	}
}
