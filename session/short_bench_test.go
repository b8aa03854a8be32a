package session

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// BenchmarkShortQuery measures what a query that finds hardly anything takes in all, there and back over loopback: parsed, bound and planned anew,
// or prepared.
func BenchmarkShortQuery(b *testing.B) {
	l := serve(b)
	c := l.connect()
	if _, err := c.simple(`insert into stream (timestamp, "RequestId", "Elapsed", "StatusCode", "Method")
		select timestamptz '2024-01-01' + x * interval '1 second', 'r' || x, x, 200 + x % 5, 'GET' from generate_series(1, 20000) x`); err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	for _, q := range []struct{ name, sql string }{
		{"nothing", "select 1"},
		{"minute", `select timestamp, "RequestId", "Elapsed" from stream where timestamp >= '2024-01-01 01:00' and timestamp < '2024-01-01 01:01' and "StatusCode" >= 200 and "Method" = 'GET' order by timestamp desc limit 10`},
		{"count", `select "StatusCode", count(*) from stream where timestamp >= '2024-01-01 01:00' and timestamp < '2024-01-01 01:01' group by 1 order by 1`},
	} {
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
