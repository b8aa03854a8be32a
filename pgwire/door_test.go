package pgwire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/xdg-go/scram"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/types"
)

// gate is a Gate that is a function.
type gate func(*Startup) (Demand, error)

func (g gate) Demand(s *Startup) (Demand, error) { return g(s) }

var doorSecret = auth.NewSecret()

// doorkeeper knows role "u" with the password "pass word", and "retired", whose password is right and who is refused all the same.
func doorkeeper(t testing.TB) gate {
	v, err := auth.NewVerifier("pass word")
	if err != nil {
		t.Fatal(err)
	}
	return func(s *Startup) (Demand, error) {
		d := Demand{Password: &v, Method: "scram-sha-256"}
		switch s.User {
		case "u":
		case "retired":
			d.Refuse = types.Errorf("28000", "role %q is not permitted to log in", s.User)
		case "forbidden":
			return Demand{Method: "reject"}, types.Errorf("28000", "no entry")
		default:
			mock := auth.Mock(doorSecret, s.User)
			d.Password = &mock
		}
		return d, nil
	}
}

// encryption makes a certificate and what clients trust it with.
func encryption(t testing.TB) (server func() *tls.Config, roots *x509.CertPool) {
	cert, key, err := auth.SelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if pair.Leaf == nil {
		pair.Leaf, _ = x509.ParseCertificate(pair.Certificate[0])
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return func() *tls.Config { return config }, roots
}

// TestPasswords: the right one is let in, plain and bound to TLS; a wrong one and an unknown name are told the same.
func TestPasswords(t *testing.T) {
	server, roots := encryption(t)
	_, addr := serveFake(t, &fakeHandler{}, Options{Gate: doorkeeper(t), TLS: server})
	try := func(user, password string, config *tls.Config) error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		c, err := pgconn.ParseConfig("postgres://" + addr + "/flare?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		c.User, c.Password, c.TLSConfig = user, password, config
		conn, err := pgconn.ConnectConfig(ctx, c)
		if err != nil {
			var e *pgconn.PgError
			if errors.As(err, &e) {
				return errors.New(e.Severity + " " + e.Code + ": " + e.Message)
			}
			return err
		}
		_, err = conn.Exec(ctx, "rows 2").ReadAll()
		conn.Close(ctx)
		return err
	}
	secure := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	for _, config := range []*tls.Config{nil, secure, {RootCAs: roots, ServerName: "localhost", MaxVersion: tls.VersionTLS12}} {
		if err := try("u", "pass word", config); err != nil {
			t.Error(err)
		}
		for user, want := range map[string]string{
			"u":         `FATAL 28P01: password authentication failed for user "u"`,
			"nobody":    `FATAL 28P01: password authentication failed for user "nobody"`,
			"retired":   `FATAL 28P01: password authentication failed for user "retired"`,
			"forbidden": "FATAL 28000: no entry",
		} {
			if err := try(user, "wrong", config); err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		if err := try("retired", "pass word", config); err == nil || !strings.Contains(err.Error(), "28000") {
			t.Errorf("a right password of a role that may not log in: %v", err)
		}
	}
}

// sasl leads a SCRAM conversation by hand; edit may change what is sent.
func sasl(t *testing.T, c *client, mechanism string, binding scram.ChannelBinding, edit func(step int, s string) string) []string {
	t.Helper()
	cl, err := scram.SHA256.NewClient("", "pass word", "")
	if err != nil {
		t.Fatal(err)
	}
	talk := cl.NewConversation()
	if binding.IsSupported() {
		talk = cl.NewConversationWithChannelBinding(binding)
	}
	first, _ := talk.Step("")
	if _, ok := c.receive().(*pgproto3.AuthenticationSASL); !ok {
		t.Fatal("no AuthenticationSASL")
	}
	c.send(&pgproto3.SASLInitialResponse{AuthMechanism: mechanism, Data: []byte(edit(0, first))})
	m, ok := c.receive().(*pgproto3.AuthenticationSASLContinue)
	if !ok {
		return c.until()
	}
	final, err := talk.Step(string(m.Data))
	if err != nil {
		t.Fatal(err)
	}
	c.send(&pgproto3.SASLResponse{Data: []byte(edit(1, final))})
	return c.until()
}

// TestSCRAMIsNotBent: mechanisms that weren't offered, stripped or foreign channel bindings and replayed nonces end the connection.
func TestSCRAMIsNotBent(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{Gate: doorkeeper(t)})
	same := func(_ int, s string) string { return s }
	for name, c := range map[string]struct {
		mechanism string
		edit      func(int, string) string
		want      string
	}{
		"right":            {"SCRAM-SHA-256", same, "AuthenticationSASLFinal"},
		"plus without TLS": {"SCRAM-SHA-256-PLUS", same, "08P01"},
		"unknown":          {"SCRAM-SHA-1", same, "08P01"},
		"bound in words":   {"SCRAM-SHA-256", func(_ int, s string) string { return "p=tls-unique" + strings.TrimPrefix(s, "n") }, "08P01"},
		"another nonce": {"SCRAM-SHA-256", func(i int, s string) string {
			if i == 1 {
				return strings.Replace(s, "r=", "r=x", 1)
			}
			return s
		}, "08P01"},
		"nonsense": {"SCRAM-SHA-256", func(int, string) string { return "\x00\xff" }, "08P01"},
		"empty":    {"SCRAM-SHA-256", func(int, string) string { return "" }, "08P01"},
	} {
		cl := dial(t, addr)
		cl.conn.Write(packet(3<<16, "user", "u"))
		var got []string
		if m := name == "plus without TLS" || name == "unknown" || name == "bound in words" || name == "nonsense" || name == "empty"; m {
			cl.receive()
			cl.send(&pgproto3.SASLInitialResponse{AuthMechanism: c.mechanism, Data: []byte(c.edit(0, "n,,n=,r=abc"))})
			got = cl.until()
		} else {
			got = sasl(t, cl, c.mechanism, scram.ChannelBinding{}, c.edit)
		}
		if s := strings.Join(got, "|"); !strings.Contains(s, c.want) {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// TestOtherMessagesBeforeAuthentication are no way round it.
func TestOtherMessagesBeforeAuthentication(t *testing.T) {
	_, addr := serveFake(t, &fakeHandler{}, Options{Gate: doorkeeper(t)})
	for _, m := range []pgproto3.FrontendMessage{&pgproto3.Query{String: "rows 1"}, &pgproto3.Sync{}, &pgproto3.Terminate{}} {
		c := dial(t, addr)
		c.conn.Write(packet(3<<16, "user", "u"))
		c.receive()
		c.send(m)
		if got := strings.Join(c.until(), "|"); !strings.Contains(got, "08P01: expected SASL response") {
			t.Errorf("%T: %s", m, got)
		}
	}
	c := dial(t, addr)
	c.conn.Write(packet(3<<16, "user", "u"))
	c.receive()
	c.conn.Write([]byte{'p', 0, 0x10, 0, 0})
	if got := strings.Join(c.until(), "|"); !strings.Contains(got, "08P01: invalid message length") {
		t.Errorf("a megabyte before authentication: %s", got)
	}
}

// TestEncryptedStartup: after an SSLRequest or at once; plain text in the request's packet is refused, and so is TLS that doesn't name the protocol.
func TestEncryptedStartup(t *testing.T) {
	server, roots := encryption(t)
	_, addr := serveFake(t, &fakeHandler{}, Options{TLS: server})
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	named := config.Clone()
	named.NextProtos = []string{alpn}
	other := config.Clone()
	other.NextProtos = []string{"http/1.1"}

	ask := func(c net.Conn) {
		c.Write(sslRequest)
		b := make([]byte, 1)
		if _, err := io.ReadFull(c, b); err != nil || b[0] != 'S' {
			t.Fatalf("%q, %v", b, err)
		}
	}
	for name, c := range map[string]struct {
		config *tls.Config
		ask    bool
		ok     bool
	}{
		"asked":                    {config, true, true},
		"asked, named":             {named, true, true},
		"direct, named":            {named, false, true},
		"direct, not named":        {config, false, false},
		"direct, another protocol": {other, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			cl := dial(t, addr)
			if c.ask {
				ask(cl.conn)
			}
			secure := tls.Client(cl.conn, c.config)
			secure.SetDeadline(time.Now().Add(5 * time.Second))
			err := secure.Handshake()
			if err == nil {
				secure.Write(packet(3<<16, "user", "u"))
				f := pgproto3.NewFrontend(secure, secure)
				var m pgproto3.BackendMessage
				if m, err = f.Receive(); err == nil && show(m) != "AuthenticationOk" {
					t.Fatal(show(m))
				}
				secure.Write([]byte{'X', 0, 0, 0, 4})
			}
			if (err == nil) != c.ok {
				t.Error(err)
			}
		})
	}

	c := dial(t, addr)
	c.conn.Write(append(append([]byte{}, sslRequest...), packet(3<<16, "user", "u")...))
	if got := strings.Join(c.until(), "|"); !strings.Contains(got, "08P01: received unencrypted data") || strings.Contains(got, "AuthenticationOk") {
		t.Error(got)
	}
	// Plain text for a server that has shaken hands is no TLS record.
	c = dial(t, addr)
	ask(c.conn)
	c.conn.Write(packet(3<<16, "user", "u"))
	b, _ := io.ReadAll(c.conn)
	if bytes.Contains(b, []byte("R\x00\x00\x00\x08")) {
		t.Errorf("%q", b)
	}
}

// TestDoorDeadlines: who says nothing in the middle of a handshake or of SASL, and who trickles, is gone in time, and the goroutines with him (TestMain looks).
func TestDoorDeadlines(t *testing.T) {
	server, roots := encryption(t)
	const limit = 300 * time.Millisecond
	_, addr := serveFake(t, &fakeHandler{}, Options{Gate: doorkeeper(t), TLS: server, StartupTimeout: limit})
	for name, begin := range map[string]func(c net.Conn){
		"silence":              func(net.Conn) {},
		"after SSLRequest":     func(c net.Conn) { c.Write(sslRequest) },
		"in the handshake":     func(c net.Conn) { c.Write(sslRequest); c.Read(make([]byte, 1)); c.Write([]byte{0x16, 3, 1, 0, 100, 1}) },
		"in a direct one":      func(c net.Conn) { c.Write([]byte{0x16, 3, 1}) },
		"before SASL":          func(c net.Conn) { c.Write(packet(3<<16, "user", "u")) },
		"in a SASL message":    func(c net.Conn) { c.Write(append(packet(3<<16, "user", "u"), 'p', 0, 0)) },
		"vanishing in between": func(c net.Conn) { c.Write(packet(3<<16, "user", "u")); c.(*net.TCPConn).SetLinger(0); c.Close() },
		"trickling": func(c net.Conn) {
			for _, b := range packet(3<<16, "user", strings.Repeat("u", 200)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
		},
		"encrypted, then silence": func(c net.Conn) {
			c.Write(sslRequest)
			c.Read(make([]byte, 1))
			tls.Client(c, &tls.Config{RootCAs: roots, ServerName: "localhost"}).Handshake()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			began := time.Now()
			begin(c)
			c.SetReadDeadline(time.Now().Add(10 * time.Second))
			io.Copy(io.Discard, c)
			if took := time.Since(began); took > limit+3*time.Second {
				t.Errorf("after %v", took)
			}
		})
	}
}

// TestManyAtTheDoor: 200 that trickle and 200 that vanish before they are let in are gone when their time is over, and nobody else waits for them.
func TestManyAtTheDoor(t *testing.T) {
	const each, limit = 200, time.Second
	s, addr := serveFake(t, &fakeHandler{}, Options{Gate: doorkeeper(t), StartupTimeout: limit, MaxConnections: 3 * each})
	began := time.Now()
	var wg sync.WaitGroup
	for i := range 2 * each {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer c.Close()
			c.SetReadDeadline(time.Now().Add(20 * time.Second))
			switch i % 4 {
			case 0: // in the answer to the demand for a password
				c.Write(append(packet(3<<16, "user", "u"), 'p', 0, 0))
				c.(*net.TCPConn).SetLinger(0)
			case 1: // in the first packet
				c.Write([]byte{0, 0})
				c.(*net.TCPConn).SetLinger(0)
			default:
				for _, b := range packet(3<<16, "user", strings.Repeat("u", 2000)) {
					if _, err := c.Write([]byte{b}); err != nil {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				if _, err := io.Copy(io.Discard, c); err != nil {
					if e, ok := err.(net.Error); ok && e.Timeout() {
						t.Error("one that trickles is still there")
					}
				}
			}
		}()
	}
	wg.Wait()
	for range 1000 {
		if st := s.Stats(); st.LetIn+st.Waiting == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if st := s.Stats(); st.LetIn+st.Waiting != 0 {
		t.Errorf("%d connections are left after %v", st.LetIn+st.Waiting, time.Since(began))
	}
}

// TestReservedConnections: the last ones are for superusers.
func TestReservedConnections(t *testing.T) {
	super := gate(func(s *Startup) (Demand, error) { return Demand{Superuser: s.User == "root"}, nil })
	_, addr := serveFake(t, &fakeHandler{}, Options{Gate: super, MaxConnections: 3, Reserved: 1})
	join := func(user string) string {
		c := dial(t, addr)
		c.conn.Write(packet(3<<16, "user", user))
		return c.until()[0]
	}
	for _, x := range [][2]string{{"a", "AuthenticationOk"}, {"b", "AuthenticationOk"}, {"c", "remaining connection slots"}, {"root", "AuthenticationOk"}, {"root", "too many clients"}} {
		if got := join(x[0]); !strings.Contains(got, x[1]) {
			t.Errorf("%s: %s, want %s", x[0], got, x[1])
		}
	}
}

// FuzzSASL answers the demand for a password with any bytes; nobody is let in who doesn't know it.
func FuzzSASL(f *testing.F) {
	g := doorkeeper(f)
	for _, s := range []string{
		"p\x00\x00\x00\x26SCRAM-SHA-256\x00\x00\x00\x00\x0cn,,n=,r=abcdp\x00\x00\x00\x08c=bi", "p\x00\x00\x00\x04", "p\xff\xff\xff\xff", "p\x00\x00\x00\x12SCRAM-SHA-256\x00\xff\xff\xff\xff",
		"p\x00\x00\x00\x16SCRAM-SHA-256\x00\x7f\xff\xff\xffn,,", "Q\x00\x00\x00\x05\x00", "p\x00\x00\x00\x24SCRAM-SHA-256-PLUS\x00\x00\x00\x00\x05p=x,,",
		"p\x00\x00\x00\x1eSCRAM-SHA-256\x00\x00\x00\x00\x0cy,,n=u,r=abc",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b := converseWith(t, append(packet(3<<16, "user", "u"), in...), Options{Gate: g})
		checkFraming(t, b)
		if bytes.Contains(b, []byte("R\x00\x00\x00\x08\x00\x00\x00\x00")) {
			t.Fatalf("let in: %q", b)
		}
	})
}
