package session

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// oddStatements ask for more time, memory or depth than anybody has; by what does the work.
var oddStatements = map[string][]string{
	"regular expressions": {
		"select repeat('a', 40) ~ '(a+)+b'", "select repeat('a', 1000000) ~ '^(a|aa|aaa)*b$'", `select repeat('ab', 1000000) ~ '(\w+)\1\1\1x'`, `select repeat('a', 3000) ~ '^((a*)*)*\1b$'`,
		"select regexp_replace(repeat('ab', 1000000), '(a|b)*?c', 'x', 'g')", "select 'x' ~ '((x{1,255}){1,255}){1,255}'", "select 'x' ~ repeat('(', 100000)", "select 'x' ~ repeat('a{1,200}', 1000)",
		"select repeat('a', 10000) similar to '((a|b)*|(b|a)*)*c'", "select repeat('a', 1000000) like '%' || repeat('_%', 5000) || 'b'", "select 'a' ~ '(', 'a' ~ '[', 'a' ~ 'a{2,1}', 'a' ~ '\\'",
		"select length(regexp_replace(repeat('x', 10000000), 'x', repeat('y', 1000), 'g'))", `select length(regexp_replace(repeat('x', 1000000), '.*', repeat('\&', 1000)))`,
		"select regexp_split_to_table(repeat('a,', 5000000), ',') offset 10000000", "select array_length(regexp_split_to_array(repeat('a,', 50000000), ','), 1)",
		"select count(*) from regexp_matches(repeat('a,', 50000000), 'a', 'g')", "select regexp_count(repeat('a,', 50000000), 'a')",
	},
	"joins": {
		"select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b", "select * from generate_series(1, 100000) a, generate_series(1, 100000) b where a + b < 0",
		"select count(*) from generate_series(1, 100000) a join generate_series(1, 100000) b on a < b", "select count(*) from generate_series(1, 3000) a, generate_series(1, 3000) b, generate_series(1, 3000) c where a * b = c",
		"select count(*) from generate_series(1, 1000) a, lateral (select * from generate_series(1, a * 10000) b order by -b) x",
		"select max((select count(*) from generate_series(1, a) b)) from generate_series(1, 1000000) a", "select * from generate_series(1, 1000000000) a where a in (select b from generate_series(1, 1000000000) b)",
		"select count(*) from (select repeat('x', 10000000) || a as k from generate_series(1, 1000) a) x join (select repeat('x', 10000000) || a as k from generate_series(1, 1000) a) y using (k)",
	},
	"rows without end": {
		"select count(*) from generate_series(1, 1000000000000) a where a < 0", "select generate_series(timestamp '0001-01-01', timestamp '9999-01-01', interval '1 microsecond')",
		"select count(*) from generate_series(1::numeric, 1e1000::numeric, 0.1)", "with recursive r as (select 1 n union all select n from r) select * from r",
		"with recursive r as (select 'x' n union all select n || n from r) select length(n) from r", "with recursive r as (select 1 n union select (n * 7) % 100000007 from r) select count(*) from r",
		"with recursive r as (select array[1] n union all select n || n from r) select array_length(n, 1) from r", "with recursive r as (select '[1]'::jsonb n union all select jsonb_build_array(n, n) from r) select count(*) from r",
		"select count(*) from (select a from generate_series(1, 1000000000) a intersect select b from generate_series(1, 1000000000) b) x", "select count(*) from flare.tail('stream')",
	},
	"sorts, groups and windows": {
		"select count(*) from (select a from generate_series(1, 100000000) a order by -a offset 1) x", "select repeat('x', 10000000) from generate_series(1, 1000) order by 1",
		"select count(distinct a) from generate_series(1, 1000000000) a", "select count(*) from (select distinct repeat('x', 10000000) || a from generate_series(1, 1000) a) x",
		"select count(*) from (select repeat('x', 10000000) || a as k, count(*) from generate_series(1, 1000) a group by 1) x",
		"select x from generate_series(1, 10) x group by cube (x, x+1, x+2, x+3, x+4, x+5, x+6, x+7, x+8, x+9, x+10, x+11, x+12)",
		"select sum(a) over (order by a rows between 50000 preceding and 50000 following) from generate_series(1, 1000000000) a", "select string_agg(a::text, ',') over (order by a) from generate_series(1, 100000) a",
		"select percentile_cont(0.5) within group (order by a) from generate_series(1, 1000000000) a", "select mode() within group (order by a) from generate_series(1, 1000000000) a",
	},
	"values that grow": {
		"select array_agg(a) from generate_series(1, 1000000000) a", "select jsonb_agg(a) from generate_series(1, 1000000000) a", "select jsonb_object_agg(a, a) from generate_series(1, 1000000000) a",
		"select string_agg(repeat('x', 1000000), ',') from generate_series(1, 100000) a", "select length(repeat('x', 1000000000))", "select length(lpad('x', 1000000000))",
		"select length(repeat('x', 200000000) || repeat('x', 200000000))", "select length(replace(repeat('x', 10000000), 'x', repeat('y', 1000)))", "select length(format('%s%s', repeat('x', 200000000), repeat('x', 200000000)))",
		"select array_length(array_fill(1, array[1000000000]), 1)", "select length(array_fill(repeat('a', 1000000), array[10000])::text)", "select jsonb_build_array(variadic array_fill(1, array[10000000]))",
		"select length(" + strings.Repeat("upper(lower(", 20) + "repeat('x', 250000000) || s" + strings.Repeat("))", 20) + ") from stream",
		"select array_length(string_to_array(repeat('a,', 50000000), ','), 1)", "select to_char(now(), repeat('Day ', 1000000))", "select flare.render(repeat('{a}', 1000000), jsonb_build_object('a', repeat('x', 10000)))",
		"select '1'::bit(83886080)", "select min(repeat('x', 10000000) || a) from generate_series(1, 10000) a",
	},
	"numbers": {
		"select factorial(100000)", "select factorial(30000)", "select 9::numeric ^ 99999", "select exp(10000::numeric)", "select power(1.0000000001::numeric, 1000000000000)", "select 10::numeric ^ 131073",
		"select sum(x ^ x) from (select a::numeric x from generate_series(1, 20000) a) s", "select repeat('9', 131072)::numeric * repeat('9', 131072)::numeric", "select repeat('9', 10000000)::numeric",
		"select repeat('9', 131072)::numeric / repeat('7', 100000)::numeric", "select log(2::numeric, 9::numeric ^ 20000)", "select to_char(1e1000::numeric, repeat('9', 100000))", "select 1/0, 1 % 0, 1.0/0, 1::float8/0",
		"select 9223372036854775807 + 1, -(-9223372036854775808), 2147483647::int4 * 2::int4, 32767::int2 + 1::int2, 1e308::float8 * 10, 'infinity'::timestamptz + '1 day', timestamptz '294276-12-31' + interval '10 years'",
		"select (-9223372036854775808) / -1", "select (-2147483648)::int4 % -1", "select interval '2147483647 mons' * 2", "select date '5874897-12-31' + 1", "select width_bucket(1, 0, 1e30, 2147483647)",
	},
	"deep": {
		"select repeat('[', 10000000)::jsonb", "select (repeat('[', 5000) || repeat(']', 5000))::jsonb", "select (repeat('[', 500000) || repeat(']', 500000))::json", `select (repeat('{"a":', 5000) || '1' || repeat('}', 5000))::jsonb`,
		"select jsonb_pretty((repeat('[', 5000) || repeat(']', 5000))::jsonb)", "select jsonb_path_query('1', ('$' || repeat('.a', 100000))::jsonpath)", "select jsonb_path_query('1', (repeat('(', 10000) || '1' || repeat(')', 10000))::jsonpath)",
		"select jsonb_path_query(('[' || repeat('1,', 100000) || '1]')::jsonb, '$[*] ? (@ > 0 && exists($[*] ? (@ == 2)))')", "select repeat('{', 100000)::int[]",
		"select " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000), "select " + strings.Repeat("-", 1) + strings.Repeat("(-", 20000) + "1" + strings.Repeat(")", 20000),
		"select " + strings.Repeat("not ", 20000) + "true", "select " + strings.Repeat("case when true then ", 5000) + "1" + strings.Repeat(" end", 5000), "select 1 where " + strings.Repeat("1 = 1 and ", 50000) + "1 = 1",
		"select 1 where " + strings.Repeat("s = 'x' or ", 20000) + "true", strings.Repeat("select (", 3000) + "select 1" + strings.Repeat(")", 3000), strings.Repeat("select * from (", 3000) + "select 1" + strings.Repeat(") x", 3000),
		strings.Repeat("select 1 union all ", 5000) + "select 1", "select array" + strings.Repeat("[", 1000) + "1" + strings.Repeat("]", 1000), "select " + strings.Repeat("'a' || ", 20000) + "'a'",
		"select " + strings.Repeat("greatest(", 40) + "n" + strings.Repeat(", 1)", 40) + " from stream", "select " + strings.Repeat("nullif(", 40) + "n" + strings.Repeat(", 1)", 40) + " from stream",
		"select " + strings.Repeat("case ", 40) + "n" + strings.Repeat(" when 1 then 2 when 3 then 4 when 5 then 6 end", 40) + " from stream", "select " + strings.Repeat("(", 40) + "n" + strings.Repeat(" between symmetric 1 and 5)::int", 40) + " from stream",
		"select " + strings.Repeat("((", 40) + "n" + strings.Repeat(", 1) < (2, 3))::int", 40) + " from stream", "select " + strings.Repeat("(row(", 40) + "n" + strings.Repeat(", 1) is distinct from row(1, 2))::int", 40) + " from stream",
		"with " + strings.Repeat("a as (select 1), ", 2000) + "b as (select 1) select * from b",
	},
	"wide": {
		"select count(*) from stream where n in (" + strings.Repeat("1, ", 10000) + "2)", "select count(*) from stream where s in (" + strings.Repeat("'abc', ", 10000) + "'x')",
		"select count(*) from stream where n = any (array[" + strings.Repeat("1, ", 10000) + "2])", "select count(*) from stream where n not in (" + strings.Repeat("n, ", 2000) + "2)",
		"select " + strings.Repeat("n, ", 999) + "s from stream", "select " + strings.Repeat("n, ", 1700) + "s from stream", "select " + strings.Repeat("count(*), ", 999) + "max(s) from stream", "select n from stream group by " + strings.Repeat("n, ", 999) + "s",
		"select n from stream order by " + strings.Repeat("n, ", 999) + "s", "select length('" + strings.Repeat("x", 1<<20) + "')", "select '" + strings.Repeat(`{"a":`, 1<<10) + "1" + strings.Repeat("}", 1<<10) + "'::jsonb",
		"select 1 as \"" + strings.Repeat("x", 1<<20) + "\"", "select " + strings.Repeat("9", 1<<20), "select * from stream where s = '" + strings.Repeat("y", 1<<20) + "'", "values " + strings.Repeat("(1), ", 20000) + "(2)",
		"select * from " + strings.Repeat("stream, ", 10) + "stream", "select coalesce(" + strings.Repeat("null, ", 10000) + "1)", "select concat(" + strings.Repeat("s, ", 95) + "s) from stream",
	},
}

// TestOddStatementsEnd: what asks for more than there is ends by itself, by its statement's timeout or when it is cancelled, whatever is in its way; its
// session goes on, memory stays bounded, and nothing is left behind.
func TestOddStatementsEnd(t *testing.T) {
	l := serve(t)
	setup := l.connect()
	setup.want("insert into stream (n, s) values (1, 'x'), (2, 'y'), (3, null)", "INSERT 0 3")
	setup.Close(context.Background())
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(768 << 20)) // as the server has one: garbage of large values does not pile up
	leaks := newLeakCheck(l)
	peak := watchMemory(t)
	for name, statements := range oddStatements {
		for _, by := range []string{"timeout", "cancel"} {
			if by == "cancel" && testing.Short() {
				continue
			}
			t.Run(name+", "+by, func(t *testing.T) {
				c := l.connect()
				defer c.Close(context.Background())
				if by == "timeout" {
					c.want("set statement_timeout = '100ms'", "SET")
				}
				for _, sql := range statements {
					ended := make(chan error, 1)
					go func() {
						_, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
						ended <- err
					}()
					if by == "cancel" {
						time.Sleep(20 * time.Millisecond) // whatever it does by then
						if err := c.PgConn().CancelRequest(context.Background()); err != nil {
							t.Fatal(err)
						}
					}
					select {
					case err := <-ended:
						var e *pgconn.PgError
						if err != nil && (!errors.As(err, &e) || strings.HasPrefix(e.Code, "XX") || e.Severity != "ERROR") {
							t.Fatalf("%.200s: %v", sql, err)
						}
					case <-time.After(2 * time.Minute):
						stacks := make([]byte, 1<<20)
						t.Fatalf("does not end: %.200s\n%s", sql, stacks[:runtime.Stack(stacks, true)])
					}
					if by == "cancel" { // one that came late is for what comes next
						c.simple("select 1")
					}
					c.want("select 1", "1\nSELECT 1")
				}
			})
		}
	}
	if left := leaks.left(); left != "" {
		t.Error(left)
	}
	if most := peak(); most > 1500<<20 {
		t.Errorf("statements took up to %d bytes", most)
	}
}

// watchMemory looks at the live memory now and then, and tells the most that it saw.
func watchMemory(t *testing.T) (peak func() uint64) {
	var most atomic.Uint64
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		t.Logf("%d MiB at the most", most.Load()>>20)
		return most.Load()
	}
}
