package auth

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// RuleError is what is wrong with a line of a rules file.
type RuleError struct {
	File    string
	Line    int
	Message string
}

func (e *RuleError) Error() string { return fmt.Sprintf("%s, line %d: %s", e.File, e.Line, e.Message) }

// ParseRules reads rules in the form of PostgreSQL's pg_hba.conf:
//
//	local                      DATABASE ROLE         METHOD [OPTION=VALUE …]
//	host|hostssl|hostnossl     DATABASE ROLE ADDRESS METHOD [OPTION=VALUE …]
//
// where lists are separated by commas, # begins a comment, and a name in quotes is no keyword. file is for the errors, of which each bad line has one.
func ParseRules(file, text string) (*Rules, []*RuleError) {
	out := &Rules{File: file}
	var wrong []*RuleError
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		fields, err := splitRule(strings.TrimSuffix(line, "\r"))
		if err == nil && len(fields) == 0 {
			continue
		}
		var r *Rule
		if err == nil {
			r, err = parseRule(fields)
		}
		if err != nil {
			wrong = append(wrong, &RuleError{file, number, err.Error()})
			continue
		}
		r.Line = number
		out.Rules = append(out.Rules, *r)
	}
	return out, wrong
}

// splitRule splits a line into fields, each a list of names.
func splitRule(line string) ([][]Name, error) {
	var fields [][]Name
	more := false // the last field goes on after a comma
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '#':
			i = len(line)
			continue
		case c == ' ' || c == '\t':
			i++
			continue
		case c == ',':
			if len(fields) == 0 || more {
				return nil, fmt.Errorf("a comma without a name before it")
			}
			more = true
			i++
			continue
		}
		var n Name
		var b strings.Builder
		for ; i < len(line) && !strings.ContainsRune(" \t,#", rune(line[i])); i++ {
			if line[i] != '"' {
				b.WriteByte(line[i])
				continue
			}
			end := strings.IndexByte(line[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("a quote that is not closed")
			}
			if b.Len() == 0 {
				n.Quoted = true
			}
			b.WriteString(line[i+1 : i+1+end])
			i += end + 1
		}
		n.Text = b.String()
		if more {
			fields[len(fields)-1] = append(fields[len(fields)-1], n)
		} else {
			fields = append(fields, []Name{n})
		}
		more = false
	}
	if more {
		return nil, fmt.Errorf("a comma without a name after it")
	}
	return fields, nil
}

// others are methods that PostgreSQL has besides, with what to write instead.
var others = map[string]string{
	"md5":      "MD5 proves nothing any more; use scram-sha-256",
	"password": "passwords are not taken in the clear; use scram-sha-256",
	"ident":    "not supported; use scram-sha-256, or peer on a Unix socket",
	"gss":      "not supported", "sspi": "not supported", "ldap": "not supported", "radius": "not supported", "pam": "not supported", "bsd": "not supported",
	"oauth": "not supported",
}

func parseRule(fields [][]Name) (*Rule, error) {
	single := func(i int, what string) (string, error) {
		if i >= len(fields) {
			return "", fmt.Errorf("the line ends before its %s", what)
		}
		if len(fields[i]) > 1 {
			return "", fmt.Errorf("a single %s is wanted, not a list", what)
		}
		return fields[i][0].Text, nil
	}
	kind, err := single(0, "connection type")
	if err != nil {
		return nil, err
	}
	r := &Rule{Kind: Kind(kind)}
	switch r.Kind {
	case Local, Host, HostTLS, HostNoTLS:
	default:
		return nil, fmt.Errorf("connection type %q is not known: want local, host, hostssl or hostnossl", kind)
	}
	if len(fields) < 3 {
		return nil, fmt.Errorf("the line ends before its %s", [...]string{"", "database", "role"}[len(fields)])
	}
	r.Databases, r.Roles = fields[1], fields[2]
	for _, n := range slices.Concat(r.Databases, r.Roles) {
		if !n.Quoted && (strings.HasPrefix(n.Text, "@") || strings.HasPrefix(n.Text, "/")) {
			return nil, fmt.Errorf("%q: included files and patterns are not supported; put a name that begins so in quotes", n.Text)
		}
	}
	at := 3
	if r.Kind != Local {
		if r.Address, err = single(at, "address"); err != nil {
			return nil, err
		}
		at++
		if at, err = r.address(at, single); err != nil {
			return nil, err
		}
	}
	method, err := single(at, "method")
	if err != nil {
		return nil, err
	}
	r.Method = Method(method)
	switch r.Method {
	case Trust, Reject, SCRAM:
	case Cert:
		if r.Kind != HostTLS {
			return nil, fmt.Errorf("method cert goes with hostssl only")
		}
	case Peer:
		if r.Kind != Local {
			return nil, fmt.Errorf("method peer goes with local only")
		}
	default:
		if why, ok := others[method]; ok {
			return nil, fmt.Errorf("method %q: %s", method, why)
		}
		return nil, fmt.Errorf("method %q is not known: want trust, reject, scram-sha-256, cert or peer", method)
	}
	for _, f := range fields[at+1:] {
		for _, n := range f {
			if err := r.option(n.Text); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// address reads the address, and a mask that stands apart; it gives the place of the next field.
func (r *Rule) address(at int, single func(int, string) (string, error)) (int, error) {
	switch r.Address {
	case "all", "samehost", "samenet":
		return at, nil
	}
	if strings.Contains(r.Address, "/") {
		p, err := netip.ParsePrefix(r.Address)
		if err != nil {
			return 0, fmt.Errorf("address %q: want an IP address and the bits of its mask, such as 10.0.0.0/8", r.Address)
		}
		r.prefix = p.Masked()
		return at, nil
	}
	a, err := netip.ParseAddr(r.Address)
	if err != nil {
		return 0, fmt.Errorf("address %q is no IP address: host names are not supported", r.Address)
	}
	mask, err := single(at, "mask")
	if err != nil {
		return 0, fmt.Errorf("address %q wants a mask, as in %s/%d", r.Address, r.Address, a.BitLen())
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || m.BitLen() != a.BitLen() {
		return 0, fmt.Errorf("address %q wants a mask, as in %s/%d; %q is none", r.Address, r.Address, a.BitLen(), mask)
	}
	bits, ended := 0, false
	for _, b := range m.AsSlice() {
		for i := 7; i >= 0; i-- {
			one := b>>i&1 == 1
			if one && ended {
				return 0, fmt.Errorf("mask %q has a hole", mask)
			}
			ended = ended || !one
			if one {
				bits++
			}
		}
	}
	r.Mask = mask
	r.prefix = netip.PrefixFrom(a, bits).Masked()
	return at + 1, nil
}

func (r *Rule) option(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("option %q: want name=value", text)
	}
	r.Options = append(r.Options, text)
	if name != "clientcert" {
		return fmt.Errorf("option %q is not supported", name)
	}
	switch {
	case r.Kind != HostTLS:
		return fmt.Errorf("option clientcert goes with hostssl only")
	case value != "verify-ca" && value != "verify-full":
		return fmt.Errorf("option clientcert=%s: want verify-ca or verify-full", value)
	case r.Method == Cert && value != "verify-full":
		return fmt.Errorf("method cert wants clientcert=verify-full, or no such option")
	}
	r.ClientCert = value
	return nil
}
