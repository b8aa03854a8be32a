package session

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// varying are figures that differ from run to run: times, and sizes that hang on the compressor's version or on how memory is rounded up.
var varying = regexp.MustCompile(`(Memory Usage|Memory): \d+kB|Peak Memory Usage": \d+|time=[\d.]+ ms|(Planning|Execution) Time: [\d.]+ ms|(hit|read)=\d+|Shared (Hit|Read) Blocks": \d+|read from disk: [\d.]+ k?B|"Bytes Read": \d+|(Total|Planning|Execution) Time": [\d.]+|(Bytes-Read|Shared-(Hit|Read)-Blocks|(Planning|Execution)-Time)>[\d.]+`)

// TestExplainGolden shows what EXPLAIN says of scans over spans, ticks, rows in memory, and an index.
func TestExplainGolden(t *testing.T) {
	l := serve(t)
	l.server.c.Workers = 1 // so that nothing is read ahead
	c := l.connect()
	hours(c, 10)
	c.want("create index nines on stream (timestamp) where n = 9", "CREATE INDEX")
	c.want("vacuum", "VACUUM")
	c.want(`insert into stream (timestamp, level, m) values ('2024-01-05 00:00Z', 'Error', 20)`, "INSERT 0 1")
	c.want("vacuum", "VACUUM")
	c.want(`insert into stream (timestamp, level, n) values ('2024-01-07 00:00Z', 'Error', 21), ('2024-01-07 00:01Z', 'Error', 9), ('2024-01-08 00:00Z', 'Debug', 22)`, "INSERT 0 3")
	var out strings.Builder
	for _, sql := range []string{
		"explain select n from stream where timestamp < '2024-01-02'",
		"explain analyze select n from stream where timestamp < '2024-01-02'",
		"explain select n from stream where timestamp < null",
		"explain select level from stream where n = 9 and level = 'Error'",
		"explain analyze select level from stream where n = 9",
		"explain analyze select level from stream where m = 20",
		"explain analyze select count(*) from stream where timestamp >= '2024-01-01 02:00Z'",
		"explain analyze select n from stream order by timestamp desc limit 2",
		"explain analyze select n from stream order by timestamp desc, event_id desc limit 2 offset 1",
		"explain delete from stream where timestamp >= '2024-01-07'",
		"explain analyze delete from stream where n = 22",
		"explain analyze select n from stream where n > 20",
		"explain (format json) select level, count(*) from stream where timestamp < '2024-01-02' and n > 1 group by 1 order by 2 desc, 1 limit 3",
		"explain (analyze, format json) select level from stream where n = 9 and message like '%x'",
		"explain (format yaml) select a.n from stream a left join stream b on a.n = b.n",
		"explain (format xml) select a.n from stream a left join stream b on a.n = b.n and b.n < 3 where a.level = '<&>'",
		"explain (analyze, buffers, verbose, timing off, format xml) select level from stream where n = 9",
		"explain (format json) insert into stream (n) select 1",
		"explain (verbose, costs off) select level, max(n) from stream s where n > 1 group by 1 having count(*) > 0 order by 2",
		"explain (verbose) select x, relname from generate_series(1, 2) x join pg_class on relnatts = x",
		"explain (analyze, buffers, timing off, summary off) select max(n), min(m) from stream",
		"explain (analyze, buffers, verbose, timing off, format json) select level from stream where n = 9",
		"explain (verbose, summary) delete from stream where n = 9",
		"prepare q (int8) as select level from stream where n = $1",
		"explain (analyze, timing off) execute q (9)",
		"explain (analyze, timing off, summary off, verbose) insert into stream (timestamp, n) select timestamp, n from stream where n = 9",
	} {
		got, err := c.simple(sql)
		if err != nil {
			t.Fatal(sql, err)
		}
		if strings.Contains(sql, "format json") && !json.Valid([]byte(strings.TrimSuffix(got, "\nEXPLAIN"))) {
			t.Errorf("%s: no JSON", sql)
		}
		if strings.Contains(sql, "format xml") {
			if err := xml.Unmarshal([]byte(strings.TrimSuffix(got, "\nEXPLAIN")), new(struct{ Query struct{} })); err != nil {
				t.Errorf("%s: no XML: %v", sql, err)
			}
		}
		got = varying.ReplaceAllStringFunc(strings.TrimSuffix(got, "\nEXPLAIN"), func(s string) string {
			return regexp.MustCompile(`[\d.]+( ms| k?B|$)`).ReplaceAllString(s, "…")
		})
		fmt.Fprintf(&out, "%s\n%s\n\n", sql, got)
	}
	const golden = "testdata/explain.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", golden, out.String())
	}
}
