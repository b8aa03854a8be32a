package integration

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// spilling are statements that go to temporary files with little work_mem, and take a while.
var spilling = map[string]string{
	"sort":            "select md5(i::text) m from generate_series(1, 3000000) i order by m",
	"distinct":        "select distinct md5(i::text) from generate_series(1, 3000000) i",
	"group by":        "select md5(i::text), count(*) from generate_series(1, 3000000) i group by 1",
	"distinct values": "select count(distinct md5(i::text)) from generate_series(1, 3000000) i",
	"lists":           "select i % 1000, array_agg(md5(i::text)) from generate_series(1, 3000000) i group by 1",
	"join":            "select * from generate_series(1, 3000000) a join (select md5(i::text) m, i from generate_series(1, 3000000) i) b on a = b.i",
	"window":          "select md5(i::text), count(*) over () from generate_series(1, 3000000) i",
	"in":              "select count(*) from generate_series(1, 3000000) i where md5(i::text) in (select md5(i::text) from generate_series(1, 3000000) i)",
	"recursion":       "with recursive r(i) as (select md5(i::text) from generate_series(1, 3000000) i union select md5(i) from r) select count(*) from r",
	"with":            "with c as materialized (select md5(i::text) m from generate_series(1, 3000000) i) select count(*) from c a, c b where a.m < b.m",
}

// temporaryFiles are the names in a data directory's tmp.
func temporaryFiles(t *testing.T, data string) []string {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(data, "tmp"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// until waits until a data directory has temporary files, or has none.
func until(t *testing.T, data string, some bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if names := temporaryFiles(t, data); (len(names) > 0) == some {
			return
		} else if time.Now().After(end) {
			t.Fatalf("temporary files after two minutes: %q, want some: %t", names, some)
		}
	}
}

// begin sends a statement that goes to temporary files and returns once there is one; the channel gives its error.
func begin(t *testing.T, s *server, sql string) (*pgx.Conn, chan error) {
	t.Helper()
	c := s.Connect(t.Context())
	if _, err := c.Exec(t.Context(), "set work_mem = '64kB'"); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
		failed <- err
	}()
	until(t, s.Data, true)
	return c, failed
}

// TestCancelledStatementsLeaveNoTemporaryFiles: whether a client cancels a statement or goes away, its files do.
func TestCancelledStatementsLeaveNoTemporaryFiles(t *testing.T) {
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	for name, sql := range spilling {
		c, failed := begin(t, s, sql)
		if err := c.PgConn().CancelRequest(t.Context()); err != nil {
			t.Fatal(err)
		}
		var refused *pgconn.PgError
		if err := <-failed; !errors.As(err, &refused) || refused.Code != "57014" {
			t.Fatalf("%s: %v", name, err)
		}
		if left := temporaryFiles(t, s.Data); len(left) > 0 {
			t.Errorf("%s: %q are left when the statement has ended", name, left)
		}
		c, failed = begin(t, s, sql)
		c.PgConn().Conn().Close()
		<-failed
		until(t, s.Data, false)
	}
	s.Stop()
}

// TestKilledServersLeaveNoTemporaryFiles: what a killed server leaves of them is gone when the next one has started.
func TestKilledServersLeaveNoTemporaryFiles(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, name := range []string{"sort", "distinct values", "window"} {
		s := serve(t, data)
		if left := temporaryFiles(t, data); len(left) > 0 {
			t.Fatalf("%q are left after a start", left)
		}
		_, failed := begin(t, s, spilling[name])
		s.Kill()
		<-failed
		if len(temporaryFiles(t, data)) == 0 {
			t.Errorf("%s: no file was left by the killed server, so the test shows nothing", name)
		}
	}
	s := serve(t, data)
	if left := temporaryFiles(t, data); len(left) > 0 {
		t.Errorf("%q are left after a start", left)
	}
	s.Stop()
}
