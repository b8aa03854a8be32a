package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestRenderGivesMessages: flare.render is what the column message shows of a document, and fills templates with properties.
func TestRenderGivesMessages(t *testing.T) {
	c := serve(t).connect()
	for expr, want := range map[string]string{
		`flare.render('{"@mt":"Order {OrderId} of {User}","OrderId":7,"User":"ann"}')`:                  "Order 7 of ann",
		`flare.render(json ' { "User" : "ann", "@mt" : "Hello {User}" } ')`:                             "Hello ann",
		`flare.render(json '{"@t":"2024-05-06T07:08:09Z","@m":"as it is","@mt":"{User}"}')`:             "as it is",
		`flare.render(json '{"@mt":"{N:000}","@r":["<7>"],"N":7}')`:                                     "<7>",
		`flare.render(json '{"MSG":"of no template"}')`:                                                 "of no template",
		`flare.render(json '{"a":1}')`:                                                                  "<null>",
		`flare.render(null::json)`:                                                                      "<null>",
		`flare.render(json '[1]')`:                                                                      "!22P02",
		`flare.render(json '{"@t":"soon"}')`:                                                            "!22007",
		`flare.render('{A} and {B,5}/{{{C}}} {D}', jsonb '{"A": {"x": [1, 2]}, "B": 1.50, "C": null}')`: `{"x":[1,2]} and  1.50/{null} {D}`,
		`flare.render('{0}', jsonb '[5]')`:                                                              "{0}",
		`flare.render('{A}', null)`:                                                                     "<null>",
	} {
		if !strings.HasPrefix(want, "!") {
			want += "\nSELECT 1"
		}
		c.want("select "+expr, want)
	}
	c.want(`insert into stream (document) values ('{"@t":"2024-01-01T00:00:00Z","@mt":"{A} is {B}","A":"a","B":{"c":1}}'), ('{"@t":"2024-01-01T00:00:00Z","msg":"hello"}'), ('{"@t":"2024-01-01T00:00:00Z"}')`, "INSERT 0 3")
	c.want("select count(*), count(message) from stream where message is not distinct from flare.render(document)", "3|2\nSELECT 1")
}

// TestApproximateAggregatesInSQL: they are aggregates as any other, with groups, FILTER, windows, in views, and over no rows.
func TestApproximateAggregatesInSQL(t *testing.T) {
	c := serve(t).connect()
	c.want("select flare.approx_count_distinct(x % 100), flare.approx_count_distinct(x % 100) filter (where x < 10) from generate_series(1, 1000) x", "100|9\nSELECT 1")
	c.want("select flare.approx_count_distinct(v) from (values (1.0), (1.00), (null), (2)) v(v)", "2\nSELECT 1")
	c.want(`select flare.approx_count_distinct(v) from (values (jsonb '{"a": 1}'), ('{"a": 1.0}'), ('[]')) v(v)`, "2\nSELECT 1")
	c.want("select flare.approx_count_distinct(v) from (values (float8 '0'), ('-0'), ('NaN'), ('NaN')) v(v)", "2\nSELECT 1")
	c.want("select flare.approx_count_distinct(x), flare.approx_percentile(x, 0.5) from generate_series(1, 0) x", "0|<null>\nSELECT 1")
	c.want("select x % 2, flare.approx_percentile(x, 0.5) from generate_series(1, 60) x group by 1 order by 1", "0|30\n1|29\nSELECT 2")
	c.want("select flare.approx_percentile(x, array[0, 0.5, 1, null]) from generate_series(1, 60) x", "{1,30,60,NULL}\nSELECT 1")
	c.want("select abs(flare.approx_percentile(x, 0.99) / 9900 - 1) < 0.004 from generate_series(1, 10000) x", "t\nSELECT 1")
	c.want("select flare.approx_percentile(x, null::float8) from generate_series(1, 60) x", "<null>\nSELECT 1")
	c.want("select flare.approx_percentile(x, 1.5) from generate_series(1, 60) x", "!22003")
	c.want("select flare.approx_percentile(x, x / 100.0) from generate_series(1, 60) x", "!22023")
	c.want("select sum(d) from (select flare.approx_count_distinct(x) over (order by x rows 1 preceding) as d from generate_series(1, 10) x) t", "19\nSELECT 1")
	c.want("select approx_count_distinct(1)", "!42883")
	c.want("create view v as select flare.approx_count_distinct(level) as levels from stream", "CREATE VIEW")
	c.want("select levels from v", "0\nSELECT 1")
	c.want("select count(*) from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid where pronamespace = 'flare'::regnamespace and obj_description(p.oid, 'pg_proc') is not null", "3\nSELECT 1")
	c.want("select 'flare.render(json)'::regprocedure, 'flare.approx_count_distinct'::regproc", "flare.render(json)|flare.approx_count_distinct\nSELECT 1")
}

// TestTailGivesWhatIsCommittedFromThenOn: in order, once, as it comes, as rows and through COPY, with conditions, until LIMIT or a cancel.
func TestTailGivesWhatIsCommittedFromThenOn(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want(`insert into stream (document) values ('{"@t":"2024-01-01T00:00:00Z","n":0}')`, "INSERT 0 1")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tail := l.connect()
	got := make(chan string)
	ended := make(chan error, 1)
	go func() {
		_, err := tail.PgConn().CopyTo(ctx, lines(got), `copy (select "n", message from flare.tail('public.stream') where "n" % 2 = 1) to stdout`)
		ended <- err
	}()
	limited := l.connect()
	rows := make(chan string, 1)
	go func() { rows <- limited.answer(`select "n" from flare.tail('stream') t where t."n" > 1 limit 2`) }()
	c.awaitReaders(2)
	for n := 1; n <= 9; n++ {
		c.want(fmt.Sprintf(`insert into stream ("n", message) values (%d, 'm%d')`, n, n), "INSERT 0 1")
		switch {
		case n%2 == 1:
			if line := <-got; line != fmt.Sprintf("%d\tm%d", n, n) {
				t.Errorf("after event %d came %q", n, line)
			}
		case n == 4:
			c.want("vacuum", "VACUUM")
		}
	}
	if answer := <-rows; answer != "2\n3\nSELECT 2" {
		t.Errorf("with a limit: %q", answer)
	}
	if err := tail.PgConn().CancelRequest(ctx); err != nil {
		t.Error(err)
	}
	var pe *pgconn.PgError
	if err := <-ended; !errors.As(err, &pe) || pe.Code != "57014" {
		t.Errorf("ended with %v", err)
	}
}

// TestWhatTailRefuses: with errors that say why.
func TestWhatTailRefuses(t *testing.T) {
	l := serve(t)
	c := l.connect()
	for _, s := range [][2]string{
		{"select * from flare.tail('nothing')", "!42P01"},
		{"select * from flare.tail('pg_class')", "!42809"},
		{"select * from flare.tail('a.b.c')", "!42602"},
		{"select * from flare.tail('str' || 'eam')", "!0A000"},
		{"select * from flare.tail()", "!42883"},
		{"select flare.tail('stream')", "!0A000"},
		{"select * from rows from (flare.tail('stream'), generate_series(1, 2))", "!0A000"},
		{"select nothing from flare.tail('stream')", "!42703"},
		{"select * from flare.tail('stream') t(a, b, c, d, e, f)", "!42P10"},
		{"create view v as select * from flare.tail('stream')", "!0A000"},
		{"begin isolation level repeatable read", "BEGIN"},
		{"select * from flare.tail('stream')", "!0A000"},
		{"rollback", "ROLLBACK"},
		{"set statement_timeout = '50ms'", "SET"},
		{"select count(*) from flare.tail('stream')", "!57014"},
		{"create role reader", "CREATE ROLE"},
		{"set role reader", "SET"},
		{"select * from flare.tail('stream')", "!42501"},
	} {
		c.want(s[0], s[1])
	}
	d := l.connect()
	d.want("create table gone (a int)", "CREATE TABLE")
	tail := l.connect()
	answer := make(chan string, 1)
	go func() { answer <- tail.answer("select * from flare.tail('gone')") }()
	d.awaitReaders(1)
	d.want("drop table gone", "DROP TABLE")
	if got := <-answer; got != "!42P01" {
		t.Errorf("after the stream was dropped: %q", got)
	}
}

// awaitReaders waits until so many other sessions have begun to read.
func (c *conn) awaitReaders(n int) {
	c.t.Helper()
	want := fmt.Sprintf("%d\nSELECT 1", n)
	for range 2000 {
		if c.answer("select count(*) from flare.transactions where pid <> pg_backend_pid() and generation > 0") == want {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.t.Fatalf("there are not %d readers", n)
}

// answer is what want compares.
func (c *conn) answer(sql string) string {
	got, err := c.simple(sql)
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return got + "!" + e.Code
	}
	if err != nil {
		return got + "!" + err.Error()
	}
	return got
}

// lines hands on what is written to it, line by line.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		l <- strings.TrimSuffix(line, "\n")
	}
	return len(p), nil
}

// TestMisspeltNamesAreAnsweredWithTheNearest: of relations, functions and settings, as of columns.
func TestMisspeltNamesAreAnsweredWithTheNearest(t *testing.T) {
	c := serve(t).connect()
	c.want(`create table "Odd Name" (a int)`, "CREATE TABLE")
	for sql, hint := range map[string]string{
		"select * from strem":                                     "Perhaps you meant stream.",
		"select * from public.sterm":                              "Perhaps you meant public.stream.",
		`select * from "Odd Nme"`:                                 `Perhaps you meant "Odd Name".`,
		"select * from flare.transaction":                         "Perhaps you meant flare.transactions.",
		"select * from transactions":                              "Perhaps you meant flare.transactions.",
		"with recent as (select 1) select * from resent":          "Perhaps you meant recent.",
		"select * from nothing_like_it":                           "",
		"select lenght('a')":                                      "Perhaps you meant the function length.",
		"select approx_percentile(1, 0.5)":                        "Perhaps you meant the function flare.approx_percentile.",
		"select flare.aprox_percentile(1, 0.5)":                   "Perhaps you meant the function flare.approx_percentile.",
		"select length(1, 2)":                                     "No function matches the given name and argument types. You might need to add explicit type casts. There is length(text), length(bit), length(bytea).",
		"select flare.approx_percentile('2024-01-01'::date, 0.5)": "No function matches the given name and argument types. You might need to add explicit type casts.",
		"set work_mme = 1":                                        "Perhaps you meant work_mem.",
		"show flare.unknown_column":                               "Perhaps you meant flare.unknown_columns.",
		"select mesage from stream":                               `Perhaps you meant to reference the column "stream.message".`,
	} {
		_, err := c.simple(sql)
		if e := (*pgconn.PgError)(nil); !errors.As(err, &e) || e.Hint != hint {
			t.Errorf("%s: %v, hint %q, want %q", sql, err, e.Hint, hint)
		}
	}
}

// TestTailEndsWhenTheServerStops: other statements are waited for, and this one would never end.
func TestTailEndsWhenTheServerStops(t *testing.T) {
	l := serve(t)
	tail := l.connect()
	answer := make(chan string, 1)
	go func() { answer <- tail.answer("select * from flare.tail('stream')") }()
	l.connect().awaitReaders(1)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := l.wire.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if got := <-answer; !strings.HasSuffix(got, "!57P01") {
		t.Errorf("ended with %q", got)
	}
}
