package integration

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// parameterValues are, for each type that a client may send, texts of values and of what is none.
var parameterValues = map[string][]string{
	"bool":        {"t", "f", "true", "off", "x", ""},
	"int2":        {"0", "-32768", "32767", "32768", " 7 ", "1.5"},
	"int4":        {"0", "-2147483648", "2147483647", "2147483648", "abc"},
	"int8":        {"0", "-9223372036854775808", "9223372036854775807", "9223372036854775808"},
	"float4":      {"0", "-0", "1.5", "1e-40", "3.4e38", "1e39", "NaN", "-Infinity", "0.1"},
	"float8":      {"0", "-0", "0.1", "1e308", "1e309", "5e-324", "NaN", "inf", "123456789.123456789"},
	"numeric":     {"0", "0.00", "-1.50", "1e20", "123456789012345678901234567890.123", "0.0000000001", "NaN", "Infinity", "-inf", "1e400", "x"},
	"text":        {"", "abc", "äöü€😀", "it's \\ \"quoted\"", "a\nb"},
	"varchar":     {"", "abc", "äöü"},
	"bpchar":      {"", "abc  ", "ä"},
	"name":        {"", "abc", strings.Repeat("ä", 40)},
	`"char"`:      {"", "a", "ab"},
	"bytea":       {"", `\x`, `\x00ff`, "abc", `a\\b\001`, `\xz`},
	"date":        {"2024-02-29", "0001-01-01", "0044-03-15 BC", "5874897-12-31", "infinity", "-infinity", "2023-02-29", "x"},
	"time":        {"00:00", "24:00:00", "23:59:59.999999", "25:00"},
	"timetz":      {"00:00+00", "12:34:56.789-05:30", "24:00:00+14"},
	"timestamp":   {"2024-02-29 12:34:56.789", "1900-01-01", "0044-03-15 10:00 BC", "infinity", "2024-13-01"},
	"timestamptz": {"2024-02-29 12:34:56.789+02", "1900-01-01 00:00+00", "-infinity", "epoch", "x"},
	"interval":    {"0", "1 year 2 mons -3 days 04:05:06.789", "-1 day", "100:00:00", "P1Y2M3DT4H", "1 fortnight"},
	"uuid":        {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", "x"},
	"json":        {`{"b": 1, "a" : [1, null]}`, " 1 ", `"\u0041"`, "{", ""},
	"jsonb":       {`{"b": 1, "a" : [1, null], "b": 2}`, "1.50", `"\u00e4"`, "[", `{"a":1e5}`},
	"jsonpath":    {"$", "strict $.a[*] ? (@ > 1)", "$.a + 1", "$."},
	"inet":        {"10.0.0.1", "10.0.0.0/8", "::1", "fe80::1/64", "10.0.0.256"},
	"cidr":        {"10.0.0.0/8", "2001:db8::/32", "10.0.0.1/8"},
	"macaddr":     {"08:00:2b:01:02:03", "08002b010203", "x"},
	"tsvector":    {"a:1A,3 'b c' d:2", "", "a:0", "'x"},
	"tsquery":     {"a:*B & !( b | 'c d' ) <2> e", "a", "a &", "(a"},
	"macaddr8":    {"08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03"},
	"bit(5)":      {"10101", "101", "1012"},
	"bit varying": {"", "10101", "2"},
	"oid":         {"0", "4294967295", "4294967296", "-1"},
	"xid":         {"0", "4294967295"},
	"regtype":     {"integer", "23", "no_such_type"},
	"regclass":    {"pg_class", "1259"},
	"int4[]":      {"{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{1", "{x}"},
	"text[]":      {"{}", `{a,"b c",NULL,"NULL","\""}`, "{{a},{b}}"},
	"float8[]":    {"{0.1,NaN,-Infinity}"},
	"numeric[]":   {"{1.50,NULL}"},
	"timestamptz[]": {
		`{"2024-01-01 00:00+00",NULL}`},
	"bool[]":         {"{t,f,NULL}"},
	"bytea[]":        {`{"\\x00ff"}`},
	"jsonb[]":        {`{"{\"a\": 1}",null}`},
	"uuid[]":         {"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"},
	"inet[]":         {"{10.0.0.1,::1}"},
	"int4range":      {"empty", "[1,5]", "(,3)", "[2,)", "(1,2147483647]", "[5,1]", "x"},
	"numrange":       {"[1.50,2.5]", "(,NaN]", "empty"},
	"tstzrange":      {`["2024-01-01 00:00+00","2024-02-01 00:00+02")`, "[infinity,)", "(,)"},
	"daterange":      {"[2024-01-01,2024-01-31]", "[-infinity,infinity]"},
	"int8multirange": {"{}", "{[1,3],[2,5),empty}", "{[1,3)"},
	"tsmultirange":   {`{["2024-01-01 00:00","2024-02-01 00:00")}`},
	"int4range[]":    {`{"[1,5)",NULL,empty}`},
	"interval[]": {
		`{"1 day","02:00"}`},
}

// parameterTwins are both servers for values that go in and out.
type parameterTwins struct{ ours, theirs *pgconn.PgConn }

// value is what a server made of a parameter: its binary or text form, or the SQLSTATE of its error.
type parameterAnswer struct {
	value []byte
	oid   uint32
	code  string
}

func (a parameterAnswer) String() string {
	switch {
	case a.code != "":
		return "error " + a.code
	case a.value == nil:
		return "NULL"
	}
	return fmt.Sprintf("%d %q %s", a.oid, a.value, hex.EncodeToString(a.value))
}

func askParameter(t interface{ Fatalf(string, ...any) }, c *pgconn.PgConn, typ string, value []byte, in, out int16) parameterAnswer {
	r := c.ExecParams(context.Background(), "select $1::"+typ, [][]byte{value}, nil, []int16{in}, []int16{out}).Read()
	var pe *pgconn.PgError
	switch {
	case errors.As(r.Err, &pe):
		return parameterAnswer{code: pe.Code}
	case r.Err != nil:
		t.Fatalf("select $1::%s: the connection broke: %v", typ, r.Err)
	}
	return parameterAnswer{value: r.Rows[0][0], oid: r.FieldDescriptions[0].DataTypeOID}
}

// compare sends a value in both forms and wants it back in both. The binary form that goes in is PostgreSQL's own.
func (w *parameterTwins) compare(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, typ, text string) {
	want := func(what string, value []byte, in, out int16) parameterAnswer {
		ours, theirs := askParameter(t, w.ours, typ, value, in, out), askParameter(t, w.theirs, typ, value, in, out)
		if ours.String() != theirs.String() {
			t.Errorf("%s %q, %s\n  ours   %s\n  theirs %s", typ, text, what, ours, theirs)
		}
		return theirs
	}
	want("text in, text out", []byte(text), 0, 0)
	bin := want("text in, binary out", []byte(text), 0, 1)
	if bin.code != "" {
		return
	}
	want("binary in, text out", bin.value, 1, 0)
	want("binary in, binary out", bin.value, 1, 1)
	for _, n := range []int{len(bin.value) - 1, len(bin.value) / 2} { // not all of it
		if n >= 0 {
			want(fmt.Sprintf("%d bytes of binary in", n), bin.value[:n], 1, 1)
		}
	}
}

func startParameterTwins(t *testing.T) *parameterTwins {
	ctx := context.Background()
	w := &parameterTwins{
		ours:   serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx).PgConn(),
		theirs: pgoracle.Start(t).Connect(t).PgConn(),
	}
	for _, c := range []*pgconn.PgConn{w.ours, w.theirs} {
		if _, err := c.Exec(ctx, "set timezone = 'Asia/Kolkata'").ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// TestParametersOfEveryTypeAreRoundTrippedAsByPostgreSQL: each value goes in and out as text and as binary with the very bytes, types and
// SQLSTATEs of PostgreSQL, those of the table and drawn ones.
func TestParametersOfEveryTypeAreRoundTrippedAsByPostgreSQL(t *testing.T) {
	w := startParameterTwins(t)
	t.Run("table", func(t *testing.T) {
		for typ, values := range parameterValues {
			for _, v := range values {
				w.compare(t, typ, v)
			}
			ours, theirs := askParameter(t, w.ours, typ, nil, 1, 1), askParameter(t, w.theirs, typ, nil, 1, 1)
			if ours.String() != theirs.String() {
				t.Errorf("%s NULL: ours %s, theirs %s", typ, ours, theirs)
			}
		}
	})
	t.Run("drawn", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			typ, text := drawParameter(t)
			w.compare(t, typ, text)
		})
	})
}

// drawParameter draws a type and a text that is mostly a value of it.
func drawParameter(t *rapid.T) (typ, text string) {
	number := func(max int) int { return rapid.IntRange(0, max).Draw(t, "n") }
	date := func() string {
		return fmt.Sprintf("%04d-%02d-%02d", 1+number(9998), 1+number(11), 1+number(28))
	}
	clock := func() string {
		return fmt.Sprintf("%02d:%02d:%02d.%06d", number(23), number(59), number(59), number(999_999))
	}
	word := func() string { return rapid.StringMatching(`[a-zA-Zäöü€ '",{}\\]{0,12}`).Draw(t, "s") }
	quoted := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	draws := map[string]func() string{
		"int8":   func() string { return fmt.Sprint(rapid.Int64().Draw(t, "x")) },
		"float8": func() string { return fmt.Sprint(rapid.Float64().Draw(t, "x")) },
		"float4": func() string { return fmt.Sprint(rapid.Float32().Draw(t, "x")) },
		"numeric": func() string {
			return rapid.StringMatching(`-?[0-9]{1,40}(\.[0-9]{0,20})?(e-?[0-9]{1,2})?`).Draw(t, "x")
		},
		"text":   word,
		"bytea":  func() string { return `\x` + hex.EncodeToString(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "b")) },
		"date":   date,
		"time":   clock,
		"timetz": func() string { return clock() + rapid.StringMatching(`[-+][01][0-4](:[0-5][0-9])?`).Draw(t, "zone") },
		"timestamp": func() string {
			return date() + " " + clock()
		},
		"timestamptz": func() string { return date() + " " + clock() + rapid.StringMatching(`[-+][01][0-4]`).Draw(t, "zone") },
		"interval": func() string {
			return fmt.Sprintf("%d mons %d days %d us", rapid.Int32().Draw(t, "m"), rapid.Int32().Draw(t, "d"), rapid.Int64Range(-1<<60, 1<<60).Draw(t, "u"))
		},
		"jsonb": func() string {
			return fmt.Sprintf(`{%s: [%d, null, %s], "a": {"x": %v}}`, quoted(word()), number(99), quoted(word()), rapid.Bool().Draw(t, "b"))
		},
		"inet": func() string {
			return fmt.Sprintf("%d.%d.%d.%d/%d", number(255), number(255), number(255), number(255), number(32))
		},
		"text[]": func() string { return "{" + quoted(word()) + ",NULL," + quoted(word()) + "}" },
		"int4[]": func() string {
			return fmt.Sprintf("{%d,NULL,%d}", rapid.Int32().Draw(t, "x"), rapid.Int32().Draw(t, "y"))
		},
		"bit varying": func() string {
			return rapid.StringMatching(`[01]{0,20}`).Draw(t, "bits")
		},
	}
	names := []string{"int8", "float8", "float4", "numeric", "text", "bytea", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "jsonb", "inet",
		"text[]", "int4[]", "bit varying"}
	typ = rapid.SampledFrom(names).Draw(t, "type")
	return typ, draws[typ]()
}
