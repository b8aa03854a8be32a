package pgwire

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// TestUnfinishedMessages: clients that begin a message and fall silent, that send it byte by byte, or that are gone with a reset, are
// gone within their time-out; clients that are merely idle are not.
func TestUnfinishedMessages(t *testing.T) {
	s, addr := serveFake(t, &fakeHandler{}, Options{MaxConnections: 600, MessageTimeout: 300 * time.Millisecond})
	idle := connect(t, addr, pgproto3.ProtocolVersion30)
	var wg sync.WaitGroup
	end := func(c *client) { // reads up to the end of the connection
		defer wg.Done()
		c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, c.conn); err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				t.Error("a client is still there")
			}
		}
	}
	const each = 200 // of those who trickle and of those who vanish; half as many fall silent
	for i := range 2*each + each/2 {
		c := connect(t, addr, pgproto3.ProtocolVersion30)
		wg.Add(1)
		switch {
		case i%5 < 2: // trickles
			go func() {
				for _, err := c.conn.Write([]byte{'Q', 0, 0, 0, 200}); err == nil; _, err = c.conn.Write([]byte{'x'}) {
					time.Sleep(20 * time.Millisecond)
				}
			}()
			go end(c)
		case i%5 < 4: // vanishes: within a message or in the middle of a COPY
			if i%2 == 0 {
				c.send(&pgproto3.Query{String: "copyin"})
				c.conn.Write([]byte{'d', 0, 0, 0, 9, 'a'})
			} else {
				c.conn.Write([]byte{'Q', 0, 0, 0, 100, 'r', 'o'})
			}
			c.conn.(*net.TCPConn).SetLinger(0)
			c.conn.Close()
			wg.Done()
		default: // half a message, then silence
			c.conn.Write([]byte{'Q', 0, 0, 0, 100, 'r', 'o'})
			go end(c)
		}
	}
	wg.Wait()
	for range 500 {
		if s.Stats().LetIn == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := s.Stats().LetIn; n != 1 {
		t.Errorf("%d connections are left", n)
	}
	idle.send(&pgproto3.Query{String: "rows 1"})
	if got := idle.until(); len(got) != 4 {
		t.Error(got)
	}
}
