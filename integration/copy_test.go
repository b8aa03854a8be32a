package integration

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// copyAnswer is what a server makes of a COPY: its tag and data, or its error.
func copyAnswer(c *pgx.Conn, sql string, in *string) string {
	var out bytes.Buffer
	var tag pgconn.CommandTag
	var err error
	if in != nil {
		tag, err = c.PgConn().CopyFrom(context.Background(), strings.NewReader(*in), sql)
	} else {
		tag, err = c.PgConn().CopyTo(context.Background(), &out, sql)
	}
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code + " " + e.Message + " [" + e.Where + "]"
	} else if err != nil {
		return err.Error()
	}
	return tag.String() + "\n" + out.String()
}

// TestCopyAnswersAsPostgreSQL: the same bytes come out in each format and with each option, the same rows and errors come of what goes in.
func TestCopyAnswersAsPostgreSQL(t *testing.T) {
	ctx := context.Background()
	ours, theirs := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx), pgoracle.Start(t).Connect(t)
	both := func(sql string) {
		t.Helper()
		for _, c := range []*pgx.Conn{ours, theirs} {
			if _, err := c.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
	}
	compare := func(sql string, in *string) {
		t.Helper()
		if a, b := copyAnswer(ours, sql, in), copyAnswer(theirs, sql, in); a != b {
			data := ""
			if in != nil {
				data = *in
			}
			t.Errorf("%s\n%q\n  ours:   %q\n  theirs: %q", sql, data, a, b)
		}
	}
	both(`set timezone = 'UTC'`)
	both(`create table kinds (ts timestamptz, b bool, i2 smallint, i int, l bigint, f float8, f4 real, n numeric, s text, d date, t time, tn timestamp, v interval, j jsonb, u uuid, y bytea, c varchar(5))`)
	both(`insert into kinds values
		('2026-01-01Z', true, 1, -2, 3000000000, 1.5, 0.1, 12345.678900, 'plain', '2026-02-03', '01:02:03.4', '2026-02-03 04:05:06', '1 day 02:03:04', '{"a": [1, null]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00ff', 'abc'),
		('2026-01-02 03:04:05.678901+02', false, null, null, null, 'NaN', null, 'NaN', E'tab\tnew\nline\\back"quote, comma', null, null, 'infinity', null, null, null, '', ''),
		('2026-01-03Z', null, 0, 0, 0, -0.0, 'Infinity', 0, '', '-infinity', '24:00', '1900-01-01', '-1 mon', '"x"', null, 'abc', '\.'),
		('2026-01-04Z', null, 0, 0, 0, 1e300, 1e-30, -0.001, E'\\.', null, null, null, null, 'null', null, null, E'\\N')`)
	order := "(select * from kinds order by ts)"
	for _, sql := range []string{
		"copy " + order + " to stdout", "copy " + order + " to stdout (format csv)", "copy " + order + " to stdout (format binary)",
		"copy " + order + " to stdout with binary", "copy " + order + " to stdout with csv header quote '''' escape '\\' null 'nil' force quote *",
		"copy " + order + " to stdout (format csv, force_quote (s, c), delimiter ';', null '')", "copy " + order + " to stdout (delimiter '|', null '')",
		"copy " + order + " to stdout (header)", "copy " + order + " to stdout (format csv, header true, escape '!')", "copy " + order + " to stdout (encoding 'utf-8')",
		"copy (select s, c from kinds order by ts) to stdout (format csv)", "copy (select c from kinds order by ts) to stdout (format csv)",
		"copy (select s from kinds order by ts) to stdout", "copy (values (1, null), (null, 'x')) to stdout (format csv, null 'x')",
		"copy (select 1 where false) to stdout (format binary)", "copy (select) to stdout", "copy (select 1/0) to stdout", "copy (values (1), (2)) to stdout (format csv, header match)",
		"copy kinds to stdout (force_quote (s))", "copy kinds to stdout (format binary, delimiter ',')", "copy kinds to stdout (format binary, null '')",
		"copy kinds to stdout (format csv, force_not_null (s))", "copy kinds to stdout (format csv, force_null (s))", "copy kinds to stdout (format csv, force_quote (nosuch))",
		"copy kinds to stdout (delimiter 'ab')", "copy kinds to stdout (delimiter E'\\n')", "copy kinds to stdout (delimiter 'a')", "copy kinds to stdout (null E'a\\n')",
		"copy kinds to stdout (format csv, quote '\"\"')", "copy kinds to stdout (format csv, quote ',')", "copy kinds to stdout (format csv, null '\"')", "copy kinds to stdout (quote 'x')",
		"copy kinds to stdout (escape 'x')", "copy kinds to stdout (null '\t')", "copy kinds to stdout (format xyz)", "copy kinds to stdout (nosuch)", "copy kinds to stdout (header 3)",
		"copy kinds to stdout (format csv, format csv)", "copy kinds (nosuch) to stdout", "copy kinds (s, s) to stdout", "copy nosuch to stdout", "copy kinds to stdout (format csv, escape 'ab')",
		"copy kinds to stdout (force_quote s)", "copy kinds to stdout where true", "copy kinds to stdout (format binary, header)",
	} {
		compare(sql, nil)
	}
	binary := func(c *pgx.Conn, query string) string {
		var out bytes.Buffer
		if _, err := c.PgConn().CopyTo(ctx, &out, "copy ("+query+") to stdout (format binary)"); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	// What PostgreSQL writes in binary is read, and comes out again.
	all := binary(theirs, "select * from kinds order by ts")
	both("truncate kinds")
	compare("copy kinds from stdin (format binary)", &all)
	compare("copy "+order+" to stdout", nil)
	both("truncate kinds")
	head := all[:19]
	for _, k := range []struct {
		sql string
		in  []string
	}{
		{"copy kinds (ts, i, s) from stdin", []string{
			"2026-01-01Z\t1\ta\\tb\\x41\\101\\\\\n", "2026-01-01Z\t1\n", "2026-01-01Z\t1\ta\tb\n", "2026-01-01Z\tx\ta\n", "2026-01-02Z\t\\N\t\\N\n\\.\nrubbish",
			"2026-01-01Z\t1\ta\r\n", "2026-01-01Z\t1\t\\\n\n", "", "\n", "2026-01-01Z\t99999999999\ta\n", "2026-01-01Z\t1\t\xff\n", "2026-01-01Z\t1\ta\n2026-01-01Z\t1\n", "2026-01-01Z\t1\ta\\\r\n",
		}},
		{"copy kinds (ts, i, s) from stdin (format csv)", []string{
			"2026-01-01Z,1,\"a\"\"b, c\nd\"\n", "2026-01-01Z,1,\"open", "2026-01-01Z,,\n", "2026-01-01Z,\"1\",\"\"\n", "2026-01-01Z,1,a\"b\"c\n", "2026-01-01Z,1\n", "\\.\n", "2026-01-01Z,1,\\.\n", "\"2026-01-01Z\",1,x\r\n",
		}},
		{"copy kinds (ts, i, s) from stdin (format csv, header match, force_null (s), force_not_null (i))", []string{
			"ts,i,s\n2026-01-01Z,1,\"\"\n", "ts,i\n2026-01-01Z,1,x\n", "ts,s,i\n", "ts,i,s\n2026-01-01Z,,x\n", "",
		}},
		{"copy kinds (ts, i, s) from stdin (delimiter '|', null 'nil', header)", []string{"junk\n2026-01-01Z|nil|nilx\n", "junk"}},
		{"copy kinds (ts, i, s) from stdin where i > 1 and s like 'a%'", []string{"2026-01-01Z\t1\ta\n2026-01-01Z\t2\ta\n2026-01-01Z\t3\tb\n2026-01-01Z\t\\N\ta\n", "2026-01-01Z\tx\ta\n"}},
		{"copy kinds (ts, i, s) from stdin where 1 / i > 0", []string{"2026-01-01Z\t1\ta\n2026-01-01Z\t0\ta\n"}},
		{"copy kinds (ts, i, s) from stdin where count(*) > 1", []string{""}},
		{"copy kinds (ts, i, s) from stdin where i", []string{""}},
		{"copy kinds (ts, i, s) from stdin where nosuch", []string{""}},
		{"copy kinds (i) from stdin (format binary)", []string{
			"", "PGCOPY", "nonsense here", head, head + "\x00", head + "\xff\xff", head + "\xff\xffx", head + "\x00\x02", head + "\x00\x01\x00\x00\x00\x04\x00\x00\x00\x07\xff\xff",
			head + "\x00\x01\x00\x00\x00\x04\x00", head + "\x00\x01\xff\xff\xff\xfe", head + "\x00\x01\xff\xff\xff\xff", head[:11] + "\x00\x01\x00\x00\x00\x00\x00\x00",
			head[:11] + "\x80\x00\x00\x00\x00\x00\x00\x00", head[:11] + "\x00\x00", head[:11] + "\x00\x00\x00\x00\x00\x00\x00\x05ab", head[:11] + "\x00\x00\x00\x00\x00\x00\x00\x02ab\xff\xff", head[:11] + "\x00\x00\x00\x00\xff\xff\xff\xff",
		}},
	} {
		for _, in := range k.in {
			compare(k.sql, &in)
			compare("copy (select i, s from kinds order by ts, i, s) to stdout", nil)
			both("truncate kinds")
		}
	}
}
