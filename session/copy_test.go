package session

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

func (c *conn) copyIn(sql, data string) (string, error) {
	tag, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader(data), sql)
	return tag.String(), err
}

func (c *conn) copyOut(sql string) (string, error) {
	var b bytes.Buffer
	tag, err := c.PgConn().CopyTo(context.Background(), &b, sql)
	return b.String() + tag.String(), err
}

// TestCopyIn: each format; all or nothing; errors name the line.
func TestCopyIn(t *testing.T) {
	c := serve(t).connect()
	for _, k := range []struct{ sql, data, tag string }{
		{"copy stream (timestamp, message, n) from stdin", "2026-01-01Z\ta\\tb\t1\n2026-01-02Z\t\\N\t2\n", "COPY 2"},
		{"copy stream (timestamp, message, n) from stdin (format csv, header)", "when,what,n\n2026-01-03Z,\"a,\nb\",3\n", "COPY 1"},
		{"copy stream from stdin (format json)", "{\"@t\":\"2026-01-04T00:00:00Z\",\"n\":4}\n\n{\"time\":\"2026-01-05T00:00:00Z\",\"n\":5}", "COPY 2"},
		{"copy stream (message) from stdin", "", "COPY 0"},
	} {
		tag, err := c.copyIn(k.sql, k.data)
		if err != nil || tag != k.tag {
			t.Errorf("%s: %s, %v", k.sql, tag, err)
		}
	}
	c.want("select n, message from stream order by timestamp", "1|a\tb\n2|<null>\n3|a,\nb\n4|<null>\n5|<null>\nSELECT 5")

	for _, k := range []struct{ sql, data, code, where string }{
		{"copy stream (timestamp, n) from stdin", "2026-01-01Z\t1\n2026-01-01Z\n", "22P04", "COPY stream, line 2"},
		{"copy stream (timestamp, n) from stdin", "2026-01-01Z\t1\tx\n", "22P04", "COPY stream, line 1"},
		{"copy stream (timestamp, n) from stdin", "2026-01-01Z\t1\nsoon\t2\n", "22007", "COPY stream, line 2, column timestamp"},
		{"copy stream (timestamp, n) from stdin", "2026-01-01Z\t1\n\\N\t2\n", "23502", "COPY stream, line 2"},
		{"copy stream (message) from stdin", "a\nb\xff\n", "22021", "COPY stream, line 2"},
		{"copy stream (message) from stdin (format csv)", "a\n\"b\n", "22P04", "COPY stream, line 3"},
		{"copy stream from stdin (format json)", "{\"@t\":\"2026-01-04T00:00:00Z\"}\n{\"n\":1}\n", "23502", "COPY stream, line 2"},
		{"copy stream from stdin (format json)", "{\"@t\":\"2026-01-04T00:00:00Z\"}\n\n{\"n\":\n", "22P02", "COPY stream, line 3"},
		{"copy stream from stdin (format json)", "[1]\n", "22P02", "COPY stream, line 1"},
		{"copy nowhere from stdin", "", "42P01", ""},
	} {
		_, err := c.copyIn(k.sql, k.data)
		e := (*pgconn.PgError)(nil)
		if !errors.As(err, &e) || e.Code != k.code || !strings.HasPrefix(e.Where, k.where) {
			t.Errorf("%s of %q: %v (where %+v); want %s %s", k.sql, k.data, err, e, k.code, k.where)
		}
	}
	c.want("select count(*) from stream", "5\nSELECT 1")

	c.want("begin", "BEGIN")
	if _, err := c.copyIn("copy stream (n) from stdin", "6\n"); err != nil {
		t.Error(err)
	}
	c.want("select count(*) from stream", "6\nSELECT 1")
	c.want("rollback; select count(*) from stream", "ROLLBACK\n5\nSELECT 1")
	c.want("begin read only", "BEGIN")
	if _, err := c.copyIn("copy stream (n) from stdin", "6\n"); pgCode(err) != "25006" {
		t.Error(err)
	}
}

func TestCopyOut(t *testing.T) {
	c := serve(t).connect()
	c.want("insert into stream (timestamp, message, n) values ('2026-01-01Z', E'a\\t\"b', 1), ('2026-01-02Z', null, 2)", "INSERT 0 2")
	for sql, want := range map[string]string{
		"copy (select n, message from stream order by n) to stdout":                             "1\ta\\t\"b\n2\t\\N\nCOPY 2",
		"copy (select n, message from stream order by n) to stdout (format csv, header)":        "n,message\n1,\"a\t\"\"b\"\n2,\nCOPY 2",
		"copy (select n, message from stream order by n) to stdout (null 'nil', delimiter '|')": "1|a\\t\"b\n2|nil\nCOPY 2",
	} {
		got, err := c.copyOut(sql)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", sql, got, err, want)
		}
	}
	if _, err := c.copyOut("copy (select 1/0) to stdout"); pgCode(err) != "22012" {
		t.Error(err)
	}
	// What comes out goes in again.
	out, err := c.copyOut("copy stream (timestamp, message, n) to stdout")
	if err != nil {
		t.Fatal(err)
	}
	if tag, err := c.copyIn("copy stream (timestamp, message, n) from stdin", strings.TrimSuffix(out, "COPY 2")); err != nil || tag != "COPY 2" {
		t.Error(tag, err)
	}
	c.want("select count(*), count(distinct document::text) from stream", "4|2\nSELECT 1")
}

// TestCopyEventsOut: FORMAT json gives a stream's events as they are, and a query's rows as objects; either goes in again.
func TestCopyEventsOut(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream (document) values ('{"@t":"2026-01-01T00:00:00.1234567Z","b":1.50,"a":{"x":[1,null]}}'), ('{"@t":"2026-01-02T00:00:00Z","@m":"two"}')`, "INSERT 0 2")
	for sql, want := range map[string]string{
		"copy stream to stdout (format json)":                                       `{"@t":"2026-01-01T00:00:00.1234567Z","a":{"x":[1,null]},"b":1.50}` + "\n" + `{"@t":"2026-01-02T00:00:00Z","@m":"two"}` + "\nCOPY 2",
		"copy stream (message, b) to stdout (format 'json')":                        `{"message":null,"b":1.5}` + "\n" + `{"message":"two","b":null}` + "\nCOPY 2",
		`copy (select 1 as "a""b", json E'{"n":\n1}' as j) to stdout (format json)`: `{"a\"b":1,"j":{"n": 1}}` + "\nCOPY 1",
	} {
		got, err := c.copyOut(sql)
		have, wanted := strings.Split(got, "\n"), strings.Split(want, "\n")
		slices.Sort(have) // a stream has no order of its own
		slices.Sort(wanted)
		if err != nil || !slices.Equal(have, wanted) {
			t.Errorf("%s: %s, %v; want %s", sql, got, err, want)
		}
	}
}

// TestBinaryCopySendsARowAMessage: the header comes in the message of the first row, or of the end where there are no rows, as PostgreSQL sends it; psycopg takes
// each message for a row.
func TestBinaryCopySendsARowAMessage(t *testing.T) {
	r := serve(t).raw()
	r.SetReadDeadline(time.Now().Add(20 * time.Second))
	for sql, want := range map[string][]int{
		"copy (select g from generate_series(1, 3) g) to stdout (format binary)": {19 + 10, 10, 10, 2},
		"copy (select 1 where false) to stdout (format binary)":                  {19 + 2},
	} {
		r.say(&pgproto3.Query{String: sql})
		var sizes []int
		for {
			m, err := r.Receive()
			if err != nil {
				t.Fatal(err)
			}
			if d, ok := m.(*pgproto3.CopyData); ok {
				sizes = append(sizes, len(d.Data))
			}
			if _, ok := m.(*pgproto3.ReadyForQuery); ok {
				break
			}
		}
		if !slices.Equal(sizes, want) {
			t.Errorf("%s: messages of %d bytes, want %d", sql, sizes, want)
		}
	}
}
