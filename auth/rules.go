package auth

import (
	"net/netip"
	"slices"
)

// Method is how a client proves who it is.
type Method string

const (
	Trust  Method = "trust"         // not at all
	Reject Method = "reject"        // it isn't let in
	SCRAM  Method = "scram-sha-256" // by a password
	Cert   Method = "cert"          // by a certificate whose common name is the role's
	Peer   Method = "peer"          // by being the system's user of that name, on a Unix socket
	// AsRole is no method that a file can name: SCRAM where the role has a password, else Trust. It is for this machine itself while nobody wrote rules.
	AsRole Method = "default"
)

// Kind says which connections a rule is about.
type Kind string

const (
	Local     Kind = "local"     // over a Unix socket
	Host      Kind = "host"      // over TCP
	HostTLS   Kind = "hostssl"   // over TCP with TLS
	HostNoTLS Kind = "hostnossl" // over TCP without
)

// Rule is a line of a rules file.
type Rule struct {
	Line      int // of the file, from 1
	Kind      Kind
	Databases []Name
	Roles     []Name
	Address   string // as it was written; "" for Local
	Mask      string // where it was written apart
	Method    Method
	Options   []string // as they were written

	// ClientCert wants a certificate besides: "" no, "verify-ca" any that the authority signed, "verify-full" one with the role's name.
	ClientCert string

	prefix netip.Prefix // of Address, where it is one
}

// Name is an entry of a rule's list of databases or roles. Keywords and + count only where they aren't quoted.
type Name struct {
	Text   string
	Quoted bool
}

// Connection is what rules look at.
type Connection struct {
	Local          bool // over a Unix socket
	TLS            bool
	Address        netip.Addr // of the client; invalid where Local
	Database, Role string
	// Member tells whether the role is a member of another, or that role itself.
	Member func(other string) bool
}

// Rules are the rules of a file, in order.
type Rules struct {
	File  string // "" where there is none, and the rules are built in
	Rules []Rule
}

// Match finds the first rule for a connection; nil: there is none, and nobody is let in.
func (r *Rules) Match(c *Connection) *Rule {
	for i := range r.Rules {
		if r.Rules[i].matches(c) {
			return &r.Rules[i]
		}
	}
	return nil
}

// Asks reports whether some rule has a method.
func (r *Rules) Asks(m Method) bool {
	return slices.ContainsFunc(r.Rules, func(x Rule) bool { return x.Method == m })
}

func (r *Rule) matches(c *Connection) bool {
	switch r.Kind {
	case Local:
		if !c.Local {
			return false
		}
	case HostTLS:
		if c.Local || !c.TLS {
			return false
		}
	case HostNoTLS:
		if c.Local || c.TLS {
			return false
		}
	default:
		if c.Local {
			return false
		}
	}
	return (r.Kind == Local || r.from(c.Address)) && slices.ContainsFunc(r.Databases, c.database) && slices.ContainsFunc(r.Roles, c.role)
}

// from tells whether the rule is for clients at an address. An IPv4 address that came through an IPv6 socket is the IPv4 one.
func (r *Rule) from(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	switch r.Address {
	case "all":
		return true
	case "samehost":
		return sameHost(a)
	case "samenet":
		return sameNet(a)
	}
	return r.prefix.IsValid() && a.IsValid() && r.prefix.Contains(a)
}

func (c *Connection) database(n Name) bool {
	if !n.Quoted {
		switch n.Text {
		case "all":
			return true
		case "sameuser":
			return c.Database == c.Role
		case "samerole", "samegroup":
			return c.Member != nil && c.Member(c.Database)
		case "replication":
			return false // there is no such connection
		}
	}
	return n.Text == c.Database
}

func (c *Connection) role(n Name) bool {
	if !n.Quoted {
		if n.Text == "all" {
			return true
		}
		if len(n.Text) > 1 && n.Text[0] == '+' {
			return c.Member != nil && c.Member(n.Text[1:])
		}
	}
	return n.Text == c.Role
}

// BuiltIn are the rules while nobody wrote any: this machine itself is let in as AsRole says, or by password where remote says that the server is there for
// other machines too; those by password, over TLS unless that was waived, or without a password where authentication was waived.
func BuiltIn(remote, noTLS, noAuth bool) *Rules {
	all := []Name{{Text: "all"}}
	rule := func(k Kind, address string, m Method) Rule {
		r := Rule{Kind: k, Databases: all, Roles: all, Address: address, Method: m}
		r.prefix, _ = netip.ParsePrefix(address)
		return r
	}
	here := AsRole
	if remote && !noAuth {
		here = SCRAM
	}
	out := &Rules{Rules: []Rule{rule(Local, "", here), rule(Host, "127.0.0.0/8", here), rule(Host, "::1/128", here)}}
	kind, method := HostTLS, SCRAM
	if noTLS {
		kind = Host
	}
	if noAuth {
		method = Trust
	}
	out.Rules = append(out.Rules, rule(kind, "all", method))
	return out
}

// Remote reports whether the rule is for other machines too.
func (r *Rule) Remote() bool {
	return r.Kind != Local && r.Address != "samehost" && !(r.prefix.IsValid() && r.prefix.Addr().IsLoopback() && r.prefix.Bits() >= 8)
}

// Network gives the rule's address and mask as pg_hba_file_rules shows them.
func (r *Rule) Network() (address, mask string) {
	if !r.prefix.IsValid() {
		return r.Address, ""
	}
	bytes := make([]byte, r.prefix.Addr().BitLen()/8)
	for i := range r.prefix.Bits() {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	m, _ := netip.AddrFromSlice(bytes)
	return r.prefix.Addr().String(), m.String()
}
