package auth

import (
	"net/netip"
	"strings"
	"testing"
)

// TestFirstMatchingRuleCounts goes through the kinds of lines, with who is meant by each.
func TestFirstMatchingRuleCounts(t *testing.T) {
	const file = `# rules
local all all peer
host all evil all reject   # at the end too
hostssl all ca 10.0.0.0/8 cert
hostssl "all",logs +readers,"+odd" 10.1.0.0 255.255.0.0 scram-sha-256 clientcert=verify-ca
hostnossl sameuser all ::1/128 trust
host samerole all 192.168.0.0/16 scram-sha-256
`
	rules, wrong := ParseRules("f", file)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	member := func(of ...string) func(string) bool {
		return func(o string) bool { return strings.Contains(strings.Join(of, " ")+" ", o+" ") }
	}
	a := netip.MustParseAddr
	for _, c := range []struct {
		name string
		c    Connection
		line int
	}{
		{"socket", Connection{Local: true, Database: "flare", Role: "x"}, 2},
		{"reject goes before", Connection{TLS: true, Address: a("10.0.0.1"), Database: "flare", Role: "evil"}, 3},
		{"certificate", Connection{TLS: true, Address: a("10.9.0.1"), Database: "flare", Role: "ca"}, 4},
		{"not without TLS", Connection{Address: a("10.9.0.1"), Database: "flare", Role: "ca"}, 0},
		{"a member, from the masked network", Connection{TLS: true, Address: a("10.1.2.3"), Database: "logs", Role: "r", Member: member("r", "readers")}, 5},
		{"a mapped IPv4 address", Connection{TLS: true, Address: a("::ffff:10.1.2.3"), Database: "logs", Role: "r", Member: member("r", "readers")}, 5},
		{"another network", Connection{TLS: true, Address: a("10.2.2.3"), Database: "logs", Role: "r", Member: member("r", "readers")}, 0},
		{"a quoted keyword is a name", Connection{TLS: true, Address: a("10.1.2.3"), Database: "flare", Role: "+odd"}, 0},
		{"a quoted plus is a name", Connection{TLS: true, Address: a("10.1.2.3"), Database: "all", Role: "+odd"}, 5},
		{"sameuser", Connection{Address: a("::1"), Database: "me", Role: "me"}, 6},
		{"samerole", Connection{Address: a("192.168.1.1"), Database: "team", Role: "me", Member: member("me", "team")}, 7},
		{"nobody", Connection{Address: a("8.8.8.8"), Database: "flare", Role: "me"}, 0},
	} {
		got := 0
		if r := rules.Match(&c.c); r != nil {
			got = r.Line
		}
		if got != c.line {
			t.Errorf("%s: line %d, want %d", c.name, got, c.line)
		}
	}
}

// TestBadRulesNameTheirLine lists what is refused; the good line between them stays.
func TestBadRulesNameTheirLine(t *testing.T) {
	for line, want := range map[string]string{
		"remote all all all trust":                               `connection type "remote" is not known`,
		"host all all":                                           "ends before its address",
		"host all":                                               "ends before its role",
		"local all all":                                          "ends before its method",
		"host all all 10.0.0.0/33 trust":                         "want an IP address and the bits of its mask",
		"host all all 10.0.0.0 trust":                            "wants a mask",
		"host all all 10.0.0.0 255.0.255.0 trust":                "has a hole",
		"host all all example.org trust":                         "host names are not supported",
		"host all all all md5":                                   "use scram-sha-256",
		"host all all all magic":                                 "is not known",
		"host all all all cert":                                  "hostssl only",
		"host all all all peer":                                  "local only",
		"host all all all trust clientcert=verify-ca":            "hostssl only",
		"hostssl all all all scram-sha-256 clientcert=1":         "verify-ca or verify-full",
		"hostssl all all all scram-sha-256 map=m":                "not supported",
		"hostssl all all all scram-sha-256 clientcert":           "want name=value",
		`host "all all all trust`:                                "not closed",
		"host all, all trust":                                    "ends before its address",
		"host ,all all all trust":                                "a single connection type",
		",host all all all trust":                                "comma",
		"host all @file all trust":                               "not supported",
		"hostssl all all all cert clientcert=verify-ca":          "verify-full",
		"host all all all trust,reject":                          "a single method",
		"hostssl all all all scram-sha-256 clientcert=verify-x,": "comma",
	} {
		rules, wrong := ParseRules("rules", "\n"+line+"\nlocal all all trust\n")
		if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), want) || !strings.HasPrefix(wrong[0].Error(), "rules, line 2: ") {
			t.Errorf("%s: %v, want %q", line, wrong, want)
		}
		if len(rules.Rules) != 1 {
			t.Errorf("%s: %d rules", line, len(rules.Rules))
		}
	}
}

// TestVerifierText: what is printed reads back; PostgreSQL's own form is taken, damaged ones are not.
func TestVerifierText(t *testing.T) {
	v, err := NewVerifier("pass–wörd")
	if err != nil {
		t.Fatal(err)
	}
	again, ok := ParseVerifier(v.String())
	if !ok || again.String() != v.String() {
		t.Fatal(v.String())
	}
	const postgres = "SCRAM-SHA-256$4096:zHCKOkkHdEKhSUfHCL3cNg==$3eZPL5IeLD9lPYNhRl3c8VlPTQcBPHtXJwXBQhWS2ro=:QYS2Wb/o9lvVf1GfO7uTl+B5oR3S8nBRxMGbZR0fUfA="
	if v, ok := ParseVerifier(postgres); !ok || v.String() != postgres {
		t.Error("a verifier of PostgreSQL's is refused")
	}
	for _, bad := range []string{
		"", "secret", "SCRAM-SHA-256$4096", strings.Replace(postgres, "4096", "0", 1), strings.Replace(postgres, "4096", "99999999999", 1),
		strings.Replace(postgres, "4096", "-1", 1), postgres + "$", postgres[:len(postgres)-4], strings.Replace(postgres, "256", "512", 1),
	} {
		if _, ok := ParseVerifier(bad); ok {
			t.Errorf("taken: %s", bad)
		}
	}
	if !IsMD5("md5a3556571e93b0d20722ba62be61e8c2d") || IsMD5("md5") || IsMD5("md5 is a password of 35 characters!!") {
		t.Error("IsMD5")
	}
}

// TestMockKeepsItsSalt: asking twice about an unknown name tells nothing.
func TestMockKeepsItsSalt(t *testing.T) {
	s := NewSecret()
	a, b, c := Mock(s, "x"), Mock(s, "x"), Mock(s, "y")
	if string(a.Salt) != string(b.Salt) || string(a.Salt) == string(c.Salt) || string(a.StoredKey) == string(b.StoredKey) {
		t.Error("salts should be a name's own, keys nobody's")
	}
}

func FuzzRules(f *testing.F) {
	f.Add("host all all 10.0.0.0/8 trust\n")
	f.Add("hostssl \"a b\",c +r 10.0.0.0 255.0.0.0 scram-sha-256 clientcert=verify-full # x")
	f.Fuzz(func(t *testing.T, text string) {
		rules, _ := ParseRules("f", text)
		rules.Match(&Connection{TLS: true, Address: netip.MustParseAddr("10.1.1.1"), Database: "d", Role: "r", Member: func(string) bool { return true }})
	})
}

func FuzzVerifier(f *testing.F) {
	f.Add("SCRAM-SHA-256$4096:zHCKOkkHdEKhSUfHCL3cNg==$3eZPL5IeLD9lPYNhRl3c8VlPTQcBPHtXJwXBQhWS2ro=:QYS2Wb/o9lvVf1GfO7uTl+B5oR3S8nBRxMGbZR0fUfA=")
	f.Fuzz(func(t *testing.T, text string) {
		if v, ok := ParseVerifier(text); ok {
			if again, ok := ParseVerifier(v.String()); !ok || again.String() != v.String() {
				t.Errorf("%q is not read back from %q", text, v.String())
			}
		}
	})
}
