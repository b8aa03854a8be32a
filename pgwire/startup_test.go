package pgwire

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

func packet(version uint32, params ...string) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 4), version)
	for _, p := range params {
		b = append(append(b, p...), 0)
	}
	b = append(b, 0)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

var sslRequest = []byte{0, 0, 0, 8, 4, 210, 22, 47}
var gssRequest = []byte{0, 0, 0, 8, 4, 210, 22, 48}

// TestStartup shows what each kind of beginning is answered.
func TestStartup(t *testing.T) {
	ok := packet(3<<16, "user", "u")
	cases := []struct {
		name string
		send []byte
		want string // messages, joined; up to ReadyForQuery or the end
	}{
		{"3.0", ok, "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I"},
		{"3.2", packet(3<<16|2, "user", "u"), "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 32 bytes|ReadyForQuery I"},
		{"unknown minor and option", packet(3<<16|9, "user", "u", "_pq_.new", "1"), `NegotiateProtocolVersion 3.2 ["_pq_.new"]|AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 32 bytes|ReadyForQuery I`},
		{"unknown option", packet(3<<16, "user", "u", "_pq_.new", "1"), `NegotiateProtocolVersion 3.0 ["_pq_.new"]|AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I`},
		{"version 2", packet(2<<16, "user", "u"), "ErrorResponse FATAL FATAL 0A000: unsupported frontend protocol 2.0: server supports 3.0 to 3.2|closed"},
		{"no user", packet(3 << 16), "ErrorResponse FATAL FATAL 28000: no PostgreSQL user name specified in startup packet|closed"},
		{"replication", packet(3<<16, "user", "u", "replication", "true"), "ErrorResponse FATAL FATAL 0A000: replication connections are not supported|closed"},
		{"bad layout", append([]byte{0, 0, 0, 12, 0, 3, 0, 0}, "user"...), "ErrorResponse FATAL FATAL 08P01: invalid startup packet layout: expected terminator as last byte|closed"},
		{"1 GiB", []byte{0x40, 0, 0, 0, 0, 3, 0, 0}, "ErrorResponse FATAL FATAL 08P01: invalid length of startup packet|closed"},
		{"negative", []byte{0xff, 0xff, 0xff, 0xf0}, "ErrorResponse FATAL FATAL 08P01: invalid length of startup packet|closed"},
		{"too short", []byte{0, 0, 0, 4}, "ErrorResponse FATAL FATAL 08P01: invalid length of startup packet|closed"},
		{"HTTP", []byte("GET / HTTP/1.1\r\n\r\n"), "ErrorResponse FATAL FATAL 08P01: invalid length of startup packet|closed"},
		{"TLS", []byte("\x16\x03\x01\x02\x00\x01\x00\x01"), "ErrorResponse FATAL FATAL 08P01: invalid length of startup packet|closed"},
		{"cancel of nobody", append([]byte{0, 0, 0, 16, 4, 210, 22, 46}, make([]byte, 8)...), "closed"},
		{"message of 1 GiB", append(append([]byte{}, ok...), 'Q', 0x40, 0, 0, 0), "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I|ErrorResponse FATAL FATAL 08P01: invalid message length: 1073741824 bytes, the limit is 67108868|closed"},
		{"message of negative length", append(append([]byte{}, ok...), 'Q', 0x80, 0, 0, 0), "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I|ErrorResponse FATAL FATAL 08P01: invalid message length: -2147483648 bytes, the limit is 67108868|closed"},
		{"unknown message", append(append([]byte{}, ok...), '~', 0, 0, 0, 4), "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I|ErrorResponse FATAL FATAL 08P01: invalid frontend message type 126|closed"},
		{"Bind with a negative count", append(append([]byte{}, ok...), 'B', 0, 0, 0, 10, 0, 0, 0xff, 0xff, 0xff, 0xff, 'S', 0, 0, 0, 4), "AuthenticationOk|ParameterStatus client_encoding=UTF8|ParameterStatus server_version=15.0|BackendKeyData, a key of 4 bytes|ReadyForQuery I|ErrorResponse ERROR ERROR 08P01: invalid Bind message|ReadyForQuery I"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, addr := serveFake(t, &fakeHandler{}, Options{})
			cl := dial(t, addr)
			cl.conn.Write(c.send)
			got := cl.until()
			if strings.Contains(c.name, "essage") || strings.HasPrefix(c.name, "Bind") {
				got = append(got, cl.until()...)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// TestEncryptionIsDeclined: N, once for each kind; what follows an SSLRequest without waiting is refused.
func TestEncryptionIsDeclined(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{})
	c := dial(t, addr)
	for _, request := range [][]byte{gssRequest, sslRequest} {
		c.conn.Write(request)
		b := make([]byte, 1)
		if _, err := io.ReadFull(c.conn, b); err != nil || b[0] != 'N' {
			t.Fatalf("%q, %v", b, err)
		}
	}
	c.conn.Write(packet(3<<16, "user", "u"))
	if got := c.until(); got[len(got)-1] != "ReadyForQuery I" {
		t.Error(got)
	}

	c = dial(t, addr)
	c.conn.Write(append(append([]byte{}, sslRequest...), packet(3<<16, "user", "u")...))
	if got := strings.Join(c.until(), "|"); !strings.Contains(got, "08P01: received unencrypted data") || strings.Contains(got, "AuthenticationOk") {
		t.Error(got)
	}
}

// TestTrickle: a start-up packet that comes byte by byte is cut at the deadline, however lively the client is.
func TestTrickle(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{StartupTimeout: 150 * time.Millisecond})
	c := dial(t, addr)
	began := time.Now()
	go func() {
		for _, b := range packet(3<<16, "user", strings.Repeat("u", 100)) {
			if _, err := c.conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	if got := strings.Join(c.until(), "|"); !strings.HasSuffix(got, "closed") || strings.Contains(got, "AuthenticationOk") {
		t.Error(got)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("cut after %v only", took)
	}
}

// TestAnnouncedLengthTakesNoMemory: fifty messages of which only the header arrives.
func TestAnnouncedLengthTakesNoMemory(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{})
	var before, after runtime.MemStats
	var cs []*client
	for range 50 {
		cs = append(cs, connect(t, addr, pgproto3.ProtocolVersion30))
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, c := range cs {
		c.conn.Write([]byte{'Q', 3, 0xff, 0xff, 0xff}) // 64 MiB: allowed
	}
	time.Sleep(50 * time.Millisecond)
	runtime.ReadMemStats(&after)
	if grown := int64(after.TotalAlloc) - int64(before.TotalAlloc); grown > 16<<20 {
		t.Errorf("%d bytes were allocated for what never came", grown)
	}
}

// TestOnlyLocalPeers: an address that is not loopback is refused, unless there is a gate that lets it in.
func TestOnlyLocalPeers(t *testing.T) {
	for _, c := range []struct {
		remote net.Addr
		allow  bool
		want   string
	}{
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5}, false, "ErrorResponse FATAL FATAL 28000"},
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5}, true, "AuthenticationOk"},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 5}, false, "AuthenticationOk"},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 9), Port: 5}, false, "AuthenticationOk"},
		{&net.UnixAddr{Name: "/tmp/s", Net: "unix"}, false, "AuthenticationOk"},
	} {
		o := Options{Handler: &fakeHandler{}}
		if c.allow {
			o.Gate = gate(func(*Startup) (Demand, error) { return Demand{}, nil })
		}
		s := NewServer(o)
		here, there := net.Pipe()
		s.start(context.Background(), &addressed{there, c.remote})
		here.SetDeadline(time.Now().Add(5 * time.Second))
		go here.Write(packet(3<<16, "user", "u"))
		f := pgproto3.NewFrontend(here, here)
		m, err := f.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if got := show(m); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %s, want %s", c.remote, got, c.want)
		}
		here.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

type addressed struct {
	net.Conn
	remote net.Addr
}

func (a *addressed) RemoteAddr() net.Addr { return a.remote }

// TestLimits: one connection too many is told so, in start-up and afterwards; cancel requests get through even then.
func TestLimits(t *testing.T) {
	h := &fakeHandler{began: make(chan struct{}, 1)}
	_, addr := serveFake(t, h, Options{MaxConnections: 1, MaxUnauthenticated: 2})
	first := connect(t, addr, pgproto3.ProtocolVersion30)
	second := dial(t, addr)
	second.conn.Write(packet(3<<16, "user", "u"))
	if got := strings.Join(second.until(), "|"); !strings.Contains(got, "53300: sorry, too many clients already") {
		t.Error(got)
	}
	first.send(&pgproto3.Query{String: "wait"})
	<-h.began
	cancelWith(t, addr, first.pid, first.key)
	if got := strings.Join(first.until(), "|"); !strings.Contains(got, "57014") {
		t.Error(got)
	}
	time.Sleep(20 * time.Millisecond) // the two have gone from the count
	dial(t, addr)
	dial(t, addr)
	time.Sleep(20 * time.Millisecond)
	if got := strings.Join(dial(t, addr).until(), "|"); !strings.Contains(got, "53300: sorry, too many clients are connecting already") {
		t.Error(got)
	}
}

// TestRefusedSession: an error of Connect ends the connection as FATAL.
func TestRefusedSession(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{refuse: types.Errorf("3D000", "database %q does not exist", "x")}, Options{})
	c := dial(t, addr)
	c.conn.Write(packet(3<<16, "user", "u"))
	if got := strings.Join(c.until(), "|"); got != `ErrorResponse FATAL FATAL 3D000: database "x" does not exist|closed` {
		t.Error(got)
	}
	_, addr = serveFake(t, &fakeHandler{refuse: errors.New("disk on fire")}, Options{})
	c = dial(t, addr)
	c.conn.Write(packet(3<<16, "user", "u"))
	if got := strings.Join(c.until(), "|"); got != "ErrorResponse FATAL FATAL XX000: internal error: disk on fire|closed" {
		t.Error(got)
	}
}
