package integration

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// anonymous returns the anonymous resident memory of the server in bytes.
func (s *server) anonymous() int64 {
	s.t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		s.t.Skipf("no /proc: %v", err)
	}
	m := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		s.t.Skip("no RssAnon in /proc/PID/status")
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64)
	return n << 10
}

// startup is a valid start-up packet.
func startup() []byte {
	body := []byte("\x00\x03\x00\x00user\x00flare\x00database\x00flare\x00\x00")
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

// TestHostileHeaders sends what no client sends. Each connection ends with an error (or is cut), the server's
// memory stays where it was, and it goes on serving.
func TestHostileHeaders(t *testing.T) {
	s := serve(t, t.TempDir()+"/data", "--startup-timeout", "1s")
	s.Connect(context.Background()).Ping(context.Background())
	before := s.anonymous()
	cases := []struct {
		name  string
		send  []byte
		error string // the error message is expected to contain this; "" when the connection is only cut
	}{
		{"start-up packet of 1 GiB", []byte{0x40, 0, 0, 0, 0, 3, 0, 0}, "length"},
		{"start-up packet of negative length", []byte{0xff, 0xff, 0xff, 0xf0, 0, 3, 0, 0}, "length"},
		{"start-up packet shorter than its header", []byte{0, 0, 0, 3, 0, 3, 0, 0}, "length"},
		{"message of 1 GiB", append(startup(), 'Q', 0x40, 0, 0, 0), "length"},
		{"message of negative length", append(startup(), 'Q', 0x80, 0, 0, 0), "length"},
		{"message shorter than its header", append(startup(), 'Q', 0, 0, 0, 1), "length"},
		{"Bind with a negative count", append(startup(), 'B', 0, 0, 0, 10, 0, 0, 0xff, 0xff, 0xff, 0xff), ""},
		{"unknown message type", append(startup(), '~', 0, 0, 0, 4), ""},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), ""},
		{"TLS", []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), ""},
		{"plain text behind an SSLRequest", append([]byte{0, 0, 0, 8, 4, 210, 22, 47}, startup()...), ""},
		{"trickling start-up packet", []byte{0, 0, 0, 40, 0, 3}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, s.Port))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.Write(c.send)
			if strings.HasPrefix(c.name, "Bind") || strings.HasPrefix(c.name, "unknown message") {
				conn.Write([]byte{'S', 0, 0, 0, 4, 'X', 0, 0, 0, 4})
			}
			conn.SetDeadline(time.Now().Add(30 * time.Second))
			answer, err := io.ReadAll(conn) // until the server ends the connection
			if os.IsTimeout(err) {
				t.Fatal("the connection was not ended")
			}
			if c.error != "" && !strings.Contains(string(answer), c.error) {
				t.Errorf("answer %q says nothing of %q", answer, c.error)
			}
		})
	}
	// Many at once must cost nothing either.
	for range 50 {
		if conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, s.Port)); err == nil {
			conn.Write(append(startup(), 'Q', 0x3f, 0xff, 0xff, 0xff))
			defer conn.Close()
		}
	}
	time.Sleep(200 * time.Millisecond)
	if after := s.anonymous(); after > before+100<<20 {
		t.Errorf("anonymous memory grew from %d to %d bytes", before, after)
	}
	var one int
	if err := s.Connect(context.Background()).QueryRow(context.Background(), "select 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("the server answers no more: %v", err)
	}
}
