package pgwire

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"
)

// converseBytes plays bytes to a server and returns what it answered once the connection has ended. It fails when
// the server doesn't end it.
func converseBytes(t *testing.T, in []byte) []byte { return converseWith(t, in, Options{}) }

func converseWith(t *testing.T, in []byte, o Options) []byte {
	here, there := net.Pipe()
	o.Handler, o.MaxMessage, o.StartupTimeout, o.WriteTimeout = &fakeHandler{}, 1<<16, 5*time.Second, 5*time.Second
	s := NewServer(o)
	s.start(context.Background(), there)
	answer := make(chan []byte)
	go func() {
		var b bytes.Buffer
		io.Copy(&b, io.LimitReader(here, 1<<20)) // "rows 99999999" may go on for long
		here.Close()
		answer <- b.Bytes()
	}()
	here.SetWriteDeadline(time.Now().Add(5 * time.Second))
	here.Write(in)
	// The end of the input is the client hanging up; but let it be answered first.
	time.Sleep(time.Millisecond)
	here.Close()
	b := <-answer
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatalf("the connection goes on: %v", err)
	}
	return b
}

// checkFraming: whatever comes in, what goes out is whole messages (the last may be cut where the client was gone).
func checkFraming(t *testing.T, b []byte) {
	for len(b) > 0 && b[0] == 'N' && (len(b) < 5 || b[1] == 'N' || b[1] == 'R' || b[1] == 'E' || b[1] == 'v') {
		b = b[1:] // the answer to an SSLRequest
	}
	for len(b) >= 5 {
		n := int(b[1])<<24 | int(b[2])<<16 | int(b[3])<<8 | int(b[4])
		if n < 4 || n > 1<<20 {
			t.Fatalf("a message %q of length %d was sent", b[0], n)
		}
		if len(b) < n+1 {
			return
		}
		b = b[n+1:]
	}
}

// FuzzBeforeStartup sends any bytes as the beginning of a conversation.
func FuzzBeforeStartup(f *testing.F) {
	for _, s := range [][]byte{
		packet(3<<16, "user", "u"), packet(3<<16|2, "user", "u", "_pq_.x", "y"), sslRequest, gssRequest,
		append(append([]byte{}, sslRequest...), packet(3<<16, "user", "u")...),
		{0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2}, {0, 0, 0, 4}, {0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 9, 0, 3, 0, 0, 0},
		[]byte("GET / HTTP/1.0\r\n\r\n"), []byte("\x16\x03\x01\x02\x00"), nil,
	} {
		f.Add(s)
	}
	server, _ := encryption(f)
	g := doorkeeper(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		checkFraming(t, converseBytes(t, in))
		converseWith(t, in, Options{TLS: server, Gate: g}) // what TLS answers has frames of its own
	})
}

// FuzzAfterStartup sends any bytes to a session.
func FuzzAfterStartup(f *testing.F) {
	for _, s := range []string{
		"Q\x00\x00\x00\x0brows 2\x00X\x00\x00\x00\x04", "Q\x00\x00\x00\x05x", "S\x00\x00\x00\x04H\x00\x00\x00\x04",
		"P\x00\x00\x00\x10\x00rows 99\x00\x00\x00B\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00E\x00\x00\x00\x09\x00\x00\x00\x00\x02S\x00\x00\x00\x04",
		"P\x00\x00\x00\x09\x00\x00\xff\xff\x00", "B\x00\x00\x00\x0a\x00\x00\xff\xff\xff\xff", "B\x00\x00\x00\x0e\x00\x00\x00\x00\x00\x01\xff\xff\xff\xfe",
		"D\x00\x00\x00\x06S\x00", "D\x00\x00\x00\x06Q\x00", "C\x00\x00\x00\x05P", "F\x00\x00\x00\x04", "p\x00\x00\x00\x04",
		"Q\x00\x00\x00\x0bcopyin\x00d\x00\x00\x00\x06a\nc\x00\x00\x00\x04", "Q\x00\x00\x00\x0bcopyin\x00f\x00\x00\x00\x04",
		"Q\x00\x00\x00\x0bcopyin\x00Q\x00\x00\x00\x0bcopyin\x00", "Q\x00\x00\x00\x0apanic\x00", "Q\x40\x00\x00\x00", "Q\xff\xff\xff\xff", "Q\x00\x00\x00\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.Contains(in, []byte("wait")) {
			return // waits for what never comes, until the client hangs up: TestHangup
		}
		checkFraming(t, converseBytes(t, append(packet(3<<16, "user", "u"), in...)))
	})
}
