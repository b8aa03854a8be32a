package pgwire

import (
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/flare-pg/flare-pg/types"
)

const (
	codeSSLRequest    = 80877103
	codeGSSRequest    = 80877104
	codeCancelRequest = 80877102

	newestMinor = 2 // protocol 3.2
)

// errQuiet ends a connection without a word: it has been served (CancelRequest), or said nothing.
var errQuiet = errors.New("nothing more to say")

// startup leads the conversation up to the session. Errors are FATAL *types.Errors, errQuiet, or the network's.
func (c *conn) startup() error {
	if err := c.raw.SetReadDeadline(time.Now().Add(c.srv.o.StartupTimeout)); err != nil {
		return err
	}
	packet, err := c.startupPacket()
	if err != nil {
		return err
	}
	st, unknown, err := parseStartup(packet)
	if err != nil {
		return err
	}
	minor := min(st.ProtocolMinor, newestMinor)
	if st.ProtocolMinor > newestMinor || len(unknown) > 0 {
		err := c.w.send(&pgproto3.NegotiateProtocolVersion{
			NewestMinorProtocol: 3<<16 | uint32(minor), UnrecognizedOptions: unknown,
		})
		if err != nil {
			return err
		}
	}
	st.ProtocolMinor = minor
	c.place(st)

	if st.User == "" {
		return fatal(codeInvalidAuth, "no PostgreSQL user name specified in startup packet")
	}
	if r := strings.ToLower(st.Parameters["replication"]); r != "" && r != "off" && r != "false" && r != "no" && r != "0" {
		return fatal(codeFeatureNotSupported, "replication connections are not supported")
	}
	if err := c.mayWait(); err != nil {
		return err
	}
	if c.srv.full() { // told before anything is computed for the client
		return errTooMany
	}
	superuser, err := c.authenticate(st)
	if err != nil {
		return err
	}
	if err := c.srv.admit(c, superuser); err != nil {
		return err
	}
	c.srv.register(c, minor)
	st.ProcessID = c.pid
	st.Wake, st.Cancel, st.Terminate = c.in.wake, func() { c.cancelStatement(ErrCanceled) }, c.terminate

	c.sess, err = c.srv.o.Handler.Connect(c.ctx, st)
	if err != nil {
		e, internal := clientError(c.ctx, err)
		if internal {
			c.log.Error("session refused", "error", err)
		}
		refused := *e
		refused.Severity = "FATAL"
		return &refused
	}
	return c.welcome()
}

// startupPacket answers requests for encryption and cancellation, and returns the first packet that is neither.
func (c *conn) startupPacket() ([]byte, error) {
	c.frames.max = c.srv.o.MaxStartup
	if err := c.directTLS(); err != nil {
		return nil, err
	}
	askedSSL, askedGSS := false, false
	for {
		p, err := c.frames.startup(c.mayWait)
		if err != nil {
			return nil, err
		}
		if len(p) < 4 {
			return nil, fatal(codeProtocolViolation, "invalid length of startup packet")
		}
		var asked *bool
		encrypt := false
		switch binary.BigEndian.Uint32(p) {
		case codeSSLRequest:
			asked, encrypt = &askedSSL, c.srv.o.TLS != nil && c.encrypted() == nil
		case codeGSSRequest:
			asked = &askedGSS
		case codeCancelRequest:
			var m pgproto3.CancelRequest
			if err := m.Decode(p); err == nil {
				c.srv.cancelRequest(m.ProcessID, m.SecretKey)
			}
			return nil, errQuiet
		default:
			return p, nil
		}
		// Only one of each; and a client waits for the answer before it goes on. Whatever is there already was
		// sent by somebody who hoped to have it taken for the protected part of the conversation.
		if *asked {
			return nil, fatal(codeProtocolViolation, "encryption was requested twice")
		}
		if c.in.buffered() > 0 {
			return nil, fatal(codeProtocolViolation, "received unencrypted data after SSL or GSSAPI encryption request")
		}
		*asked = true
		answer := byte('N')
		if encrypt {
			answer = 'S'
		}
		c.w.buf = append(c.w.buf, answer)
		if err := c.w.flush(); err != nil {
			return nil, err
		}
		if encrypt {
			if err := c.encrypt(nil, false); err != nil {
				return nil, err
			}
		}
	}
}

// mayWait ends the waiting for a start-up packet when the server stops.
func (c *conn) mayWait() error {
	if c.srv.isDraining() {
		return fatal(types.CodeCannotConnectNow, "the database system is shutting down")
	}
	return nil
}

// parseStartup decodes a StartupMessage of any 3.x version and gives the protocol options (_pq_.…) that we don't know.
func parseStartup(p []byte) (st *Startup, unknown []string, err error) {
	version := binary.BigEndian.Uint32(p)
	if version>>16 != 3 {
		return nil, nil, fatal(codeFeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.%d", version>>16, version&0xFFFF, newestMinor)
	}
	// pgproto3 takes 3.0 and 3.2 only; the layout is the same in all.
	p = slices.Clone(p)
	binary.BigEndian.PutUint32(p, pgproto3.ProtocolVersion30)
	m := pgproto3.StartupMessage{}
	if len(p) == 5 && p[4] == 0 {
		m.Parameters = map[string]string{} // no parameters at all
	} else if err := m.Decode(p); err != nil {
		return nil, nil, fatal(codeProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
	}
	st = &Startup{Parameters: m.Parameters, ProtocolMinor: int(version & 0xFFFF)}
	for name := range m.Parameters {
		if strings.HasPrefix(name, "_pq_.") {
			unknown = append(unknown, name)
			delete(m.Parameters, name)
		}
	}
	sort.Strings(unknown)
	st.User, st.Database = m.Parameters["user"], m.Parameters["database"]
	delete(m.Parameters, "user")
	delete(m.Parameters, "database")
	if st.Database == "" {
		st.Database = st.User
	}
	return st, unknown, nil
}

// welcome tells the client that it is in.
func (c *conn) welcome() error {
	if err := c.raw.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	c.pump()
	c.frames.max = c.srv.o.MaxMessage
	c.w.send(&pgproto3.AuthenticationOk{}) //nolint:errcheck // the writer's error sticks; the last call gives it
	params := c.sess.Parameters()
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c.w.send(&pgproto3.ParameterStatus{Name: name, Value: params[name]}) //nolint:errcheck // as above
	}
	c.w.send(&pgproto3.BackendKeyData{ProcessID: c.pid, SecretKey: c.key}) //nolint:errcheck // as above
	return c.ready()
}

// local reports whether a peer is on this machine for sure.
func local(a net.Addr) bool {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.IP.IsLoopback()
	}
	return a.Network() == "unix" || a.Network() == "pipe"
}

func host(a net.Addr) string {
	if h, _, err := net.SplitHostPort(a.String()); err == nil {
		return h
	}
	return a.String()
}
