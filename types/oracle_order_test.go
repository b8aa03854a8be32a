package types_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
	. "github.com/flare-pg/flare-pg/types"
)

// ordered gives values of each type, to be compared with each other.
var ordered = map[string][]string{
	"numeric":          {"0", "-0.0", "1", "1.00", "-1", "10", "9", "0.1", "0.01", "-0.1", "NaN", "Infinity", "-Infinity", "123.4560", "123.456", "99999999999999999999"},
	"double precision": {"0", "-0", "1", "-1", "NaN", "Infinity", "-Infinity", "1e-300"},
	"text":             {"", "a", "A", "ab", "a ", "ä", "z", "€", "😀", "_"},
	"bpchar":           {"", "  ", "a", "a  ", "ab", "a b"},
	"bytea":            {"", `\x00`, `\xff`, `\x0000`, `\x7f`},
	"uuid":             {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
	"interval":         {"1 month", "30 days", "31 days", "720:00:00", "-1 day", "0", "1 month -30 days", "178956970 years", "-178956970 years", "00:00:00.000001"},
	"timestamp":        {"infinity", "-infinity", "epoch", "2020-01-01", "0044-03-15 BC"},
	"date":             {"infinity", "-infinity", "epoch", "2020-01-01", "0044-03-15 BC"},
	"boolean":          {"t", "f"},
	`"char"`:           {"", "a", "~"},
	"oid":              {"0", "4294967295", "1"},
	"jsonb": {"null", "true", "false", "0", "-0", "1", "1.0", "10", `""`, `"a"`, `"b"`, `"aa"`, "[]", "{}", "[1]", "[1,2]", "[null]", "[[]]", "[{}]", `["a"]`, `{"a":1}`, `{"a":2}`,
		`{"b":1}`, `{"aa":1}`, `{"a":1,"b":2}`, `{"b":1,"aa":2}`, `{"a":[]}`, `{"a":null}`, "[true]", "[1e2]", "[100]", `"\u00e4"`},
	"inet":        {"1.2.3.4", "1.2.3.4/24", "1.2.3.0/24", "1.2.3.5/24", "1.2.0.0/16", "0.0.0.0/0", "1.2.3.4/0", "255.255.255.255", "::", "::1", "::/0", "ff::/16", "ff::1/16"},
	"cidr":        {"1.2.3.0/24", "1.2.0.0/16", "1.2.3.4/32", "::/0", "0.0.0.0/0"},
	"macaddr":     {"08:00:2b:01:02:03", "08:00:2b:01:02:04", "ff:00:00:00:00:00", "00:00:00:00:00:00"},
	"tsvector":    {"", "a", "b", "a b", "a:1", "a:2", "a:1A", "a:1,2", "aa", "aaa:1"},
	"tsquery":     {"", "a", "b", "a & b", "b & a", "a | b", "!a", "a <-> b", "a <2> b", "abc", "a & b & c"},
	"macaddr8":    {"08:00:2b:01:02:03", "08:00:2b:01:02:03:04:05", "ff:00:00:00:00:00:00:00"},
	"timetz":      {"12:00+00", "12:00+01", "11:00+00", "13:00+01", "13:00+02", "00:00+15", "24:00-15"},
	"bit varying": {"", "0", "00", "1", "01", "10", "00000000", "000000000", "11111111", "111111110"},
	"integer[]":   {"{}", "{1}", "{1,2}", "{2}", "{NULL}", "{1,NULL}", "{{1,2}}", "{{1},{2}}"},
	"text[]":      {"{}", `{""}`, "{a}", "{NULL}", `{a,b}`, `{"a,b"}`},
	"int4range":   {"empty", "(,)", "[1,5)", "[1,4]", "(0,5)", "[1,)", "(,5)", "[2,3)"},
	"numrange":    {"empty", "(,)", "[1,5)", "[1.0,5.00)", "(1,5)", "[1,5]", "[1,)", "(,5)", "(,5]", "[NaN,NaN]", "[1,1]"},
	"tsrange":     {"empty", "[2020-01-01,)", "[infinity,)", "(-infinity,infinity)", "[-infinity,infinity]"},

	"nummultirange": {"{}", "{(,)}", "{[1,2)}", "{[1.0,2.0)}", "{[1,2),[3,4)}", "{[1,2),[3,)}", "{(1,2)}"},
}

func orderAndEqualityAgreeWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	env := plainSession.env(t)
	for typ, values := range ordered {
		oid, err := ParseTypeName(typ)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range values {
			for _, y := range values {
				a, b := quote(x)+"::"+typ, quote(y)+"::"+typ
				want := evaluate(t, c, fmt.Sprintf("case when %s < %s then -1 when %s = %s then 0 else 1 end", a, b, a, b))
				va, vb := value(t, env, oid, x), value(t, env, oid, y)
				if got := fmt.Sprint(sign(Compare(oid, va, 0, vb, 0))); got != want {
					t.Errorf("%s: %s and %s compare as %s, PostgreSQL says %s", typ, x, y, got, want)
				}
				if same := bytes.Equal(AppendKey(nil, oid, va, 0), AppendKey(nil, oid, vb, 0)); same != (want == "0") {
					t.Errorf("%s: keys of %s and %s alike: %v", typ, x, y, same)
				}
			}
		}
	}
}

func jSONViewAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	for _, s := range []session{plainSession, {"Asia/Kathmandu", "MDY", "postgres"}} {
		s.set(t, c)
		env := s.env(t)
		views := map[string][]string{
			"timestamptz": {"2020-01-01 00:00:00.5+00", "infinity", "0044-03-15 10:00:00 BC", "1850-01-01 00:00:00"},
			"time":        {"10:20:30.5"}, "smallint": {"-5"}, "bigint": {"9223372036854775807"}, "real": {"1.5", "NaN", "1e10"},
			"integer[]": {"{}", "{1,NULL}", "{{1,2},{3,4}}"}, "text[]": {`{a,NULL,"b c"}`}, "timestamp[]": {"{2020-01-01}"}, "json": {` {"b":1, "a" : [1, 2]}`},
			"character varying": {"\"\\\n\x01ä"}, "regtype": {"integer"},
		}
		for typ, values := range ordered {
			views[typ] = append(views[typ], values...)
		}
		for typ, values := range views {
			oid, err := ParseTypeName(typ)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range values {
				want := evaluate(t, c, "to_jsonb("+quote(x)+"::"+typ+")")
				got := string(AppendJSONB(nil, AppendJSON(nil, env, oid, value(t, env, oid, x), 0)))
				if got != want {
					t.Errorf("%s %s as JSON is %s, PostgreSQL says %s", typ, x, got, want)
				}
			}
		}
	}
}
