package session

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// TestStatementsWithLittleMemory: a statement's rows are the same whatever work_mem is, EXPLAIN ANALYZE tells of temporary files, and none is left.
func TestStatementsWithLittleMemory(t *testing.T) {
	dir := t.TempDir() + "/data"
	store, err := engine.Open(dir, engine.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	c := serveStore(t, store).connect()
	c.want(`insert into stream (timestamp, n, s) select timestamptz '2024-01-01 00:00Z' + make_interval(secs => i), i % 7000, 'text ' || (i * 7919) % 10007
		from generate_series(1, 15000) i`, "INSERT 0 15000")
	figures := regexp.MustCompile(`\d+kB|Batches: \d+`)
	for _, q := range []struct{ sql, shows string }{
		{"select * from (select n, s, timestamp from stream order by s, n desc, timestamp) x offset 14990", "Sort Method: external merge  Disk: …"},
		{"select count(*), min(s), max(n) from (select distinct s, n from stream) x", "…  Memory Usage: …  Disk Usage: …"},
		{"select count(*), sum(c), max(c), min(m) from (select s, n, count(*) c, max(timestamp) m from stream group by s, n) x", "…  Memory Usage: …  Disk Usage: …"},
		{"select count(*), sum(a.n), max(b.s) from stream a join stream b on a.s = b.s and a.n = b.n", "…  Memory Usage: …  Disk Usage: …"},
		{"select count(*), count(b.n) from stream a full join stream b on a.s = b.s and a.n < b.n", "…  Memory Usage: …  Disk Usage: …"},
		{"select count(*), max(n) from (select n, s from stream except all select n, s from stream where n < 5000) x", "…  Memory Usage: …  Disk Usage: …"},
	} {
		c.want("set work_mem = '1GB'", "SET")
		want, err := c.simple(q.sql)
		if err != nil {
			t.Fatal(err)
		}
		c.want("set work_mem = '64kB'", "SET")
		c.want("set hash_mem_multiplier = 1", "SET")
		if got, err := c.simple(q.sql); err != nil || got != want {
			t.Errorf("%s: %s, want %s, %v", q.sql, got, want, err)
		}
		plan, err := c.simple("explain analyze " + q.sql)
		if err != nil || !strings.Contains(figures.ReplaceAllString(plan, "…"), q.shows) {
			t.Errorf("%s\n%v does not show %q", plan, err, q.shows)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}

// TestFullDiskWhileSorting: what finds no room in a temporary file fails its statement, and the session goes on
// without a file left behind.
func TestFullDiskWhileSorting(t *testing.T) {
	l, mem, hook := faulty(t, engine.Options{})
	c := l.connect()
	c.want("set work_mem = '64kB'", "SET")
	for _, q := range []string{
		"select count(*) from (select i from generate_series(1, 60000) i order by i desc offset 0) x",
		"select count(*) from (select distinct i from generate_series(1, 60000) i) x",
		"select count(*) from generate_series(1, 60000) a join generate_series(1, 60000) b on a = b",
	} {
		c.want(q, "60000\nSELECT 1")
		for err, code := range map[error]string{vfs.ErrNoSpace: "53100", vfs.ErrIO: "58030"} {
			fail := func(op vfs.Op, name string) error {
				if op == vfs.OpWrite && strings.Contains(name, "tmp") {
					return err
				}
				return nil
			}
			hook.Store(&fail)
			c.want(q, "!"+code)
			hook.Store(nil)
			c.want("select 1", "1\nSELECT 1")
		}
		if left, err := mem.List("/data/tmp"); err != nil || len(left) > 0 {
			t.Errorf("%d temporary files are left, %v", len(left), err)
		}
	}
}

// TestTempFileLimit: what a session's temporary files take is bounded where temp_file_limit says so, and given back when a statement ends.
func TestTempFileLimit(t *testing.T) {
	l, mem, _ := faulty(t, engine.Options{})
	c := l.connect()
	c.want("set work_mem = '64kB'", "SET")
	c.want("set temp_file_limit = '1MB'", "SET")
	for _, q := range []string{
		"select count(*) from (select i, i::text || repeat('x', 100) from generate_series(1, 60000) i order by i desc offset 0) x",
		"select count(*) from (select distinct i::text || repeat('x', 100) from generate_series(1, 60000) i) x",
		"select count(distinct i::text || repeat('x', 100)) from generate_series(1, 60000) i",
		"begin; declare c scroll cursor with hold for select i::text || repeat('x', 1000) from generate_series(1, 60000) i; commit",
	} {
		var refused *pgconn.PgError
		if got, err := c.simple(q); !errors.As(err, &refused) || refused.Code != "53400" {
			t.Errorf("%s: %s, %v", q, got, err)
		}
	}
	c.want("select count(*) from (select i from generate_series(1, 60000) i order by i desc offset 0) x", "60000\nSELECT 1")
	c.want("set temp_file_limit = -1", "SET")
	c.want("select count(distinct i::text || repeat('x', 100)) from generate_series(1, 60000) i", "60000\nSELECT 1")
	if left, err := mem.List("/data/tmp"); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}
