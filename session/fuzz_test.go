package session

import (
	"errors"
	"flag"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// FuzzStatements sends texts to a server over a real store, by the simple and by the extended protocol: whatever they are,
// the answer is whole and comes soon, no error is an internal one, the session goes on, and nothing is left behind: no goroutines, files,
// temporary files or memory. A change other than 0 is one that the mutator makes of the text first.
func FuzzStatements(f *testing.F) {
	for _, k := range capturedForFuzz() {
		f.Add(k, uint64(0))
	}
	for _, s := range []string{
		"", ";", "select 1; select 2", "insert into stream (n, s) values (1, 'a'), (2, null)", `select n, "s" from stream where n > 1 order by s desc nulls last limit 1 offset 0`,
		"insert into stream (document) values ('{\"@t\":\"2026-01-01T00:00:00Z\",\"a\":{\"b\":[1,{\"c\":2}]}}'); select a.b, a['b'], properties->'a' from stream",
		"insert into stream (n) select n + 1 from stream", "copy stream (n, s) from stdin with (format csv, header match)", "copy stream from stdin (format 'json')",
		"copy (select * from stream) to stdout with (format csv, force_quote *)", "begin; savepoint s; insert into stream (x) values (1); rollback to s; release s; commit and chain",
		"prepare p (int) as select $1 + n from stream; execute p (1); deallocate p", "explain select n from stream where n = 1 and timestamp > now() - interval '1 day'",
		"set datestyle = dmy; show all; reset all; discard all", "set local timezone = 'Europe/Zurich'; select now()::text, date '1-2-2026'",
		"select count(*), sum(n), avg(n), min(s) from stream group by s having count(*) > 0", "select * from (values (1, 'a'), (2, 'b')) v (x, y) join stream on x = n",
		"select $1::int + $2", "select distinct date_trunc('hour', timestamp) from stream union all select null order by 1", "set transaction isolation level repeatable read",
		"select 'a' like '%' escape '', 'x' ~ '(', 1 in (1, null), case when n is null then 1 else 0 end from stream", "with a as (select 1 x) select * from a, a b",
		"select extract(epoch from timestamp), to_char(timestamp, 'YYYY'), message, level, document from stream",
	} {
		f.Add(s, uint64(0))
	}
	corpus := corpusStatements(f)
	m := newMutator(corpus)
	for i, sql := range corpus {
		if fuzzing() || i%20 == 0 { // as a test, lest it takes all the time, only some
			f.Add(sql, uint64(0))
			f.Add(sql, uint64(i+1))
		}
	}
	l := serve(f)
	setup := l.connect()
	setup.want(`insert into stream (timestamp, message, level, k, n, s, a, "User", small, f, d, method, status, elapsed, b, j, day, moment, span)
		select timestamptz '2026-03-28 20:00Z' + x * interval '7 min', 'event ' || x, (array['Information', 'Error', null])[x % 3 + 1], x, nullif(x * 7919 % 50, 3), 's' || x % 5, '{"b": [1]}'::jsonb, 'u',
			x % 4, x / 8.0::float8, 9007199254740993 + x / 4.0, (array['GET', 'POST'])[x % 2 + 1], 200 + x % 5, x * 1.5::float8, x % 2 = 0,
			jsonb_build_object('a', x, 'b', array[1, 2, x]), date '2026-03-28' + x, timestamptz '2026-03-28 12:34:56Z' + x * interval '1 h', make_interval(hours => x)
		from generate_series(0, 59) x`, "INSERT 0 60")
	setup.Close(f.Context())
	leaks := newLeakCheck(l)
	f.Fuzz(func(t *testing.T, sql string, change uint64) {
		sql = m.mutate(sql, change)
		if len(sql) > 1<<16 || strings.Contains(sql, "pg_sleep") {
			t.Skip()
		}
		nc, err := net.Dial("tcp", l.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		nc.SetDeadline(time.Now().Add(60 * time.Second))
		p := &player{t: t, Frontend: pgproto3.NewFrontend(nc, nc), sql: sql}
		p.play(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{
			"user": "flare", "options": "-c statement_timeout=1s -c client_min_messages=debug1",
		}})
		p.play(&pgproto3.Query{String: "begin"})
		p.play(&pgproto3.Query{String: sql})
		p.play(&pgproto3.Query{String: "rollback"})
		p.play(&pgproto3.Query{String: "begin; set local work_mem = '64kB'"})
		p.play(&pgproto3.Parse{Query: sql}, &pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Bind{ResultFormatCodes: []int16{1}}, &pgproto3.Describe{ObjectType: 'P'},
			&pgproto3.Execute{MaxRows: 2}, &pgproto3.Sync{})
		p.play(&pgproto3.Execute{}, &pgproto3.Sync{}) // the rest, if the statement did not end the transaction
		p.play(&pgproto3.Query{String: "rollback"})
		p.Send(&pgproto3.Terminate{})
		p.Flush()
		if left := leaks.after(sql); left != "" {
			t.Fatal(left)
		}
	})
}

// fuzzing reports whether the fuzz target runs as such, not its seeds as a test.
func fuzzing() bool {
	f := flag.Lookup("test.fuzz")
	return f != nil && f.Value.String() != ""
}

// capturedForFuzz are statements of real clients, where they are at hand: no more than the first ones, lest the seeds take all the time.
func capturedForFuzz() (out []string) {
	statements, err := readCaptured()
	if err != nil {
		return nil
	}
	for i, k := range statements {
		if i%5 == 0 && len(k.SQL) < 4000 {
			out = append(out, k.SQL)
		}
	}
	return out
}

// ownToPostgreSQL are errors that PostgreSQL calls internal, too.
var ownToPostgreSQL = regexp.MustCompile("^(could not open relation with OID|cache lookup failed for|unrecognized (objtype abbreviation|weight):) ")

// player talks to the server as a fuzzed client does.
type player struct {
	t   *testing.T
	sql string // for what is said of a failure
	*pgproto3.Frontend
}

// play sends messages and reads up to ReadyForQuery, giving a COPY its data.
func (p *player) play(messages ...pgproto3.FrontendMessage) {
	p.t.Helper()
	for _, m := range messages {
		p.Send(m)
	}
	if err := p.Flush(); err != nil {
		p.t.Fatal(err)
	}
	for {
		m, err := p.Receive()
		if err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				p.t.Fatalf("the server answers no more\n%s", p.sql)
			}
			p.t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.ReadyForQuery:
			return
		case *pgproto3.ErrorResponse:
			if strings.HasPrefix(m.Code, "XX") && !ownToPostgreSQL.MatchString(m.Message) || m.Severity != "ERROR" || len(m.Code) != 5 || m.Message == "" || m.Position < 0 {
				p.t.Fatalf("%s %s: %s (at %d) %s %s\n%s", m.Severity, m.Code, m.Message, m.Position, m.Detail, m.Where, p.sql)
			}
		case *pgproto3.CopyInResponse:
			p.Send(&pgproto3.CopyData{Data: []byte("1\ta\n")})
			p.Send(&pgproto3.CopyDone{})
			if len(messages) > 1 {
				p.Send(&pgproto3.Sync{})
			}
			if err := p.Flush(); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}
