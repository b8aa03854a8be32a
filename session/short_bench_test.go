package session

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/pgwire"
	"github.com/flare-pg/flare-pg/translate"
)

// shortQueries find hardly anything among what shortEvents put there.
var shortQueries = []struct{ name, sql string }{
	{"nothing", "select 1"},
	{"minute", `select timestamp, "RequestId", "Elapsed" from stream where timestamp >= '2024-01-01 01:00' and timestamp < '2024-01-01 01:01' and "StatusCode" >= 200 and "Method" = 'GET' order by timestamp desc limit 10`},
	{"count", `select "StatusCode", count(*) from stream where timestamp >= '2024-01-01 01:00' and timestamp < '2024-01-01 01:01' group by 1 order by 1`},
}

func shortEvents(b *testing.B, c *conn) {
	if _, err := c.simple(`insert into stream (timestamp, "RequestId", "Elapsed", "StatusCode", "Method")
		select timestamptz '2024-01-01' + x * interval '1 second', 'r' || x, x, 200 + x % 5, 'GET' from generate_series(1, 20000) x`); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSessionShare measures what the session does of a short query, without the protocol and without drawing rows: parsing, binding and planning it, and
// opening and closing it, which compiles its scans; and the same of a prepared one.
func BenchmarkSessionShare(b *testing.B) {
	l := serve(b)
	shortEvents(b, l.connect())
	ctx := context.Background()
	nobody := func() {}
	p, err := l.server.Connect(ctx, &pgwire.Startup{User: "flare", Database: "flare", ProcessID: 1 << 30, Wake: nobody, Cancel: nobody, Terminate: nobody})
	if err != nil {
		b.Fatal(err)
	}
	s := p.(*session)
	defer s.Close()
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	opened := func() {
		ok(s.Bind(ctx, "", "", nil, nil, []int16{1}))
		ok(s.start(ctx, s.portals[""]))
		ok(s.Sync(ctx))
	}
	for _, q := range shortQueries {
		b.Run(q.name+"/parse", func(b *testing.B) {
			for b.Loop() {
				_, err := translate.Parse(q.sql)
				ok(err)
			}
		})
		b.Run(q.name+"/unprepared", func(b *testing.B) {
			for b.Loop() {
				ok(s.Parse(ctx, "", q.sql, nil, nil))
				opened()
			}
		})
		b.Run(q.name+"/prepared", func(b *testing.B) {
			ok(s.Parse(ctx, "", q.sql, nil, nil))
			for b.Loop() {
				opened()
			}
		})
	}
}

// BenchmarkShortQuery measures what a query that finds hardly anything takes in all, there and back over loopback: parsed, bound and planned anew,
// or prepared.
func BenchmarkShortQuery(b *testing.B) {
	l := serve(b)
	c := l.connect()
	shortEvents(b, c)
	ctx := context.Background()
	for _, q := range shortQueries {
		b.Run(q.name+"/simple", func(b *testing.B) {
			for b.Loop() {
				if _, err := c.PgConn().Exec(ctx, q.sql).ReadAll(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(q.name+"/prepared", func(b *testing.B) {
			for b.Loop() {
				rows, err := c.Query(ctx, q.sql, pgx.QueryExecModeCacheStatement)
				if err != nil {
					b.Fatal(err)
				}
				for rows.Next() {
				}
				if rows.Err() != nil {
					b.Fatal(rows.Err())
				}
			}
		})
	}
}
