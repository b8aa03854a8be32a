package pgwire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/xdg-go/scram"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/types"
)

// place notes where the client is and what protects the way to it.
func (c *conn) place(st *Startup) {
	remote := c.raw.RemoteAddr()
	st.Remote, st.Server = remote.String(), c.raw.LocalAddr().String()
	if a, ok := remote.(*net.TCPAddr); ok {
		st.Address, _ = netip.AddrFromSlice(a.IP)
		st.Address = st.Address.Unmap()
	} else {
		st.Local = local(remote)
	}
	st.PeerUser = func() (string, error) { return peerUser(c.raw) }
	if t := c.encrypted(); t != nil {
		st.TLS = true
		if s := t.ConnectionState(); len(s.VerifiedChains) > 0 {
			st.Certified = true
			st.Certificate = s.PeerCertificates[0].Subject.CommonName
		}
	}
}

// authenticate sees to it that the client proves who it is, as the gate demands.
func (c *conn) authenticate(st *Startup) (superuser bool, err error) {
	gate := c.srv.o.Gate
	if gate == nil {
		if !local(c.raw.RemoteAddr()) {
			return false, fatal(codeInvalidAuth, "connections from %s are not allowed: without authentication only this machine itself is let in", host(c.raw.RemoteAddr()))
		}
		return true, nil
	}
	demand, err := gate.Demand(st)
	if err == nil && demand.Password != nil {
		err = c.password(st, demand.Password)
	}
	if err == nil {
		err = demand.Refuse
	}
	var e *types.Error
	if errors.As(err, &e) {
		c.log.Warn("client refused", "role", st.User, "database", st.Database, "tls", st.TLS, "method", demand.Method, "code", e.Code, "reason", e.Message)
		refused := *e
		refused.Severity = "FATAL"
		return false, &refused
	}
	if err != nil {
		return false, err
	}
	c.log.Debug("client let in", "role", st.User, "database", st.Database, "tls", st.TLS, "method", demand.Method)
	return demand.Superuser, nil
}

// The mechanisms of SASL that are offered; the second only where the server's certificate can be bound to.
const (
	mechanism     = "SCRAM-SHA-256"
	mechanismPlus = "SCRAM-SHA-256-PLUS"
)

// password has the client prove that it knows a password (RFC 5802, as PostgreSQL speaks it: the user is the start-up message's,
// whatever SCRAM's says).
func (c *conn) password(st *Startup, v *auth.Verifier) error {
	binding := c.binding()
	offered := []string{mechanism}
	if binding.IsSupported() {
		offered = []string{mechanismPlus, mechanism}
	}
	if err := c.w.send(&pgproto3.AuthenticationSASL{AuthMechanisms: offered}); err != nil {
		return err
	}
	body, err := c.saslMessage()
	if err != nil {
		return err
	}
	var initial pgproto3.SASLInitialResponse
	if err := initial.Decode(body); err != nil {
		return fatal(codeProtocolViolation, "invalid SASLInitialResponse message")
	}
	if !slices.Contains(offered, initial.AuthMechanism) {
		return fatal(codeProtocolViolation, "client selected an invalid SASL authentication mechanism")
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return v.Credentials(), nil })
	if err != nil {
		return err
	}
	first := string(initial.Data)
	var talk *scram.ServerConversation
	// The library lets a client bind whichever mechanism it chose; here binding and -PLUS go together.
	switch bound := strings.HasPrefix(first, "p"); {
	case initial.AuthMechanism == mechanismPlus && !bound:
		return malformedSCRAM("The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.")
	case initial.AuthMechanism == mechanism && bound:
		return malformedSCRAM("The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.")
	case bound:
		talk = server.NewConversationWithChannelBindingRequired(binding)
	default:
		talk = server.NewConversationWithChannelBinding(binding)
	}
	challenge, err := talk.Step(first)
	if err != nil {
		return c.brokenSCRAM(challenge, err)
	}
	if err := c.w.send(&pgproto3.AuthenticationSASLContinue{Data: []byte(challenge)}); err != nil {
		return err
	}
	if body, err = c.saslMessage(); err != nil {
		return err
	}
	final, err := talk.Step(string(body))
	switch {
	case err != nil && final == scram.ErrInvalidProof:
		return types.Errorf(codeInvalidPassword, "password authentication failed for user %q", st.User)
	case err != nil:
		return c.brokenSCRAM(final, err)
	case !talk.Valid():
		return types.Errorf(codeInvalidPassword, "password authentication failed for user %q", st.User)
	}
	return c.w.send(&pgproto3.AuthenticationSASLFinal{Data: []byte(final)})
}

// saslMessage sends what there is and reads the client's answer, whose body it gives.
func (c *conn) saslMessage() ([]byte, error) {
	if err := c.w.flush(); err != nil {
		return nil, err
	}
	kind, body, err := c.frames.next(c.mayWait)
	if err != nil {
		return nil, err
	}
	if kind != 'p' {
		return nil, fatal(codeProtocolViolation, "expected SASL response, got message type %d", kind)
	}
	return body, nil
}

// brokenSCRAM is for messages that don't follow the RFC, or are bound to another connection than this. The library's error may hold what the
// client sent, so it is for debugging only.
func (c *conn) brokenSCRAM(code string, err error) error {
	c.log.Debug("SCRAM failed", "code", code, "error", err)
	switch code {
	case scram.ErrChannelBindingsDontMatch:
		return types.Errorf("28000", "SCRAM channel binding check failed")
	case scram.ErrServerDoesSupportChannelBinding:
		return types.Errorf("28000", "SCRAM channel binding negotiation error").
			WithDetail("The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.")
	case scram.ErrUnsupportedChannelBindingType:
		return types.Errorf(codeProtocolViolation, "unsupported SCRAM channel-binding type")
	}
	return malformedSCRAM("")
}

func malformedSCRAM(detail string) error {
	e := types.Errorf(codeProtocolViolation, "malformed SCRAM message")
	e.Detail = detail
	return e
}

// binding is what a client can bind its proof to: the hash of the certificate that it was shown (tls-server-end-point, RFC 5929), so that nobody between
// it and us can pass the proof on. There is none without TLS, or for certificates that are signed without a hash (Ed25519).
func (c *conn) binding() scram.ChannelBinding {
	if c.encrypted() == nil || c.certificate == nil {
		return scram.ChannelBinding{}
	}
	// The library reads it off a client's state, whose peer is the server.
	b, err := scram.NewTLSServerEndpointBinding(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{c.certificate}})
	if err != nil {
		return scram.ChannelBinding{}
	}
	return b
}
