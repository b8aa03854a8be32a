package pgwire

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// alpn is what clients that speak TLS without asking first call this protocol.
const alpn = "postgresql"

// recordHandshake is the first byte of a TLS conversation; no length of a start-up packet begins so.
const recordHandshake = 0x16

// encrypted gives the connection's TLS; nil without.
func (c *conn) encrypted() *tls.Conn {
	t, _ := c.nc.(*tls.Conn)
	return t
}

// directTLS looks at the first byte: a client may begin TLS at once, without an SSLRequest (libpq 17: sslnegotiation=direct).
func (c *conn) directTLS() error {
	if c.srv.o.TLS == nil {
		return nil
	}
	first, err := c.in.peek(c.mayWait)
	if err != nil || first != recordHandshake {
		return err
	}
	return c.encrypt(c.in.take(), true)
}

// encrypt shakes hands; before are bytes of the handshake that have been read already. The deadline of start-up goes on.
func (c *conn) encrypt(before []byte, direct bool) error {
	config := c.srv.o.TLS()
	if len(config.NextProtos) == 0 {
		config = config.Clone()
		config.NextProtos = []string{alpn}
	}
	t := tls.Server(&replay{Conn: &counting{c.raw, c.srv}, before: before}, config)
	// Writing may wait for a client that doesn't read.
	if err := c.raw.SetWriteDeadline(time.Now().Add(c.srv.o.StartupTimeout)); err != nil {
		return err
	}
	if err := t.HandshakeContext(context.Background()); err != nil {
		if stop := c.mayWait(); stop != nil {
			c.log.Debug("TLS handshake ended by the server's stop")
			return errQuiet
		}
		c.log.Info("TLS handshake failed", "error", err)
		return errQuiet // TLS has told the client why; plain text would be nonsense to it
	}
	if direct && t.ConnectionState().NegotiatedProtocol != alpn {
		// What speaks TLS here without saying what it wants may be a browser that was sent here by somebody else's page.
		c.log.Info("TLS without the protocol's name was refused")
		return errQuiet
	}
	c.certificate = config.Certificates[0].Leaf
	c.nc, c.w.nc = t, t
	c.in.readFrom(t)
	return nil
}

// replay is a connection some of whose bytes have been read before.
type replay struct {
	net.Conn
	before []byte
}

func (r *replay) Read(p []byte) (int, error) {
	if len(r.before) == 0 {
		return r.Conn.Read(p)
	}
	n := copy(p, r.before)
	r.before = r.before[n:]
	return n, nil
}
