package integration

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// eventually asks until the answer is what is wanted.
func (s *server) eventually(sql, want string) {
	s.t.Helper()
	var got string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got = strings.TrimSpace(s.Psql(sql, "-At")); got == want {
			return
		}
	}
	s.t.Fatalf("%s: %s, want %s\n%s", sql, got, want, s.stderr)
}

// TestTheServerMaintainsByItself: what is old is merged, and bitmaps are built, with nobody asking.
func TestTheServerMaintainsByItself(t *testing.T) {
	program(t, "psql")
	s := serve(t, filepath.Join(t.TempDir(), "data"), "--log-level", "debug")
	s.Psql("insert into stream (timestamp, n) values ('2024-01-01 00:00Z', 1), ('2024-01-01 01:00Z', 2), ('2024-01-01 02:00Z', 3)")
	s.eventually("select kind, count(*), sum(events) from flare.files group by 1", "span|1|3")
	s.Psql("create index two on stream (timestamp) where n = 2")
	s.eventually("select indexes from flare.files", "two")
	s.eventually("select kind, files_in, files_out, error is null, ended >= started from flare.maintenance order by started", "merge ticks|3|1|t|t\nbuild index|0|1|t|t")
	if got := s.Psql("explain analyze select * from stream where n = 2", "-At"); !strings.Contains(got, "Signals: two") {
		t.Error(got)
	}
	if got := s.Psql("explain (analyze) select * from stream where n = 2 and timestamp > '2025-01-01'", "-At"); !strings.Contains(got, "Files: 0 of 1 (1 outside the time)") {
		t.Error(got)
	}
	if got := strings.TrimSpace(s.Psql("delete from stream where n = 2")); got != "DELETE 1" {
		t.Error(got)
	}
	s.Psql("drop index two")
	s.eventually("select count(*), max(events) from flare.files where indexes = ''", "1|2")
	s.Stop()
	for _, want := range []string{`msg=maintenance step="merge ticks"`, `step="build index"`} {
		if !strings.Contains(s.stderr.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, s.stderr)
		}
	}
	mustFlarePG(t, "check", "--data", s.Data)
}

// TestWritesStopBeforeTheDiskIsFull: below the reserve INSERT and COPY are refused, reading and deleting are not.
func TestWritesStopBeforeTheDiskIsFull(t *testing.T) {
	program(t, "psql")
	data := filepath.Join(t.TempDir(), "data")
	s := serve(t, data)
	s.Psql("insert into stream (timestamp, n) select '2024-01-01 00:00Z'::timestamptz + n * interval '1 hour', n from (values (1), (2), (3), (4)) v(n)")
	s.Stop()
	s = serve(t, data, "--reserve", fmt.Sprint(1<<29))
	ctx := context.Background()
	c := s.Connect(ctx)
	_, err := c.Exec(ctx, "insert into stream (n) values (5)")
	if codeOf(err) != "53100" || !strings.Contains(err.Error(), "the disk is nearly full: ") {
		t.Error(err)
	}
	if _, err := c.PgConn().CopyFrom(ctx, strings.NewReader(`{"@t":"2024-05-01T00:00:00Z","n":5}`+"\n"), "copy stream from stdin (format json)"); codeOf(err) != "53100" {
		t.Error(err)
	}
	for _, step := range [][2]string{{"delete from stream where n = 2", "DELETE 1"}, {"delete from stream where timestamp < '2024-01-01 02:00Z'", "DELETE 1"}, {"truncate stream", "TRUNCATE TABLE"}} {
		tag, err := c.Exec(ctx, step[0])
		if err != nil || tag.String() != step[1] {
			t.Errorf("%s: %s, %v", step[0], tag, err)
		}
	}
	var n int
	if err := c.QueryRow(ctx, "select count(*) from stream").Scan(&n); err != nil || n != 0 {
		t.Error(n, err)
	}
	s.Stop()
}

// TestReadersKeepTheirSnapshot: while others insert, delete and vacuum, each repeatable-read transaction sees the same rows from its
// first statement to its last, and every transaction sees whole ones of the others.
func TestReadersKeepTheirSnapshot(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	s.Psql("insert into stream (timestamp, grp, n) select '2024-01-01 00:00Z', -1, n from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) v(n)")
	end := time.Now().Add(4 * time.Second)
	var wg sync.WaitGroup
	busy := func(what func(c *pgx.Conn, i int) error) {
		c := s.Connect(ctx)
		wg.Go(func() {
			for i := 0; time.Now().Before(end); i++ {
				if err := what(c, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	// Every transaction inserts ten rows of a group over some hours, or deletes some whole groups.
	busy(func(c *pgx.Conn, i int) error {
		_, err := c.Exec(ctx, `insert into stream (timestamp, grp, n) select '2024-01-01 00:00Z'::timestamptz + n * interval '7 minutes' + $1 * interval '3 minutes', $1, n
			from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) v(n)`, i)
		return err
	})
	deleted := 0
	busy(func(c *pgx.Conn, i int) error {
		time.Sleep(20 * time.Millisecond)
		tag, err := c.Exec(ctx, "delete from stream where grp in ($1, $2, $3)", i, 2*i, 5*i+1)
		deleted += int(tag.RowsAffected())
		if tag.RowsAffected()%10 != 0 {
			t.Errorf("a part of a group was deleted: %s", tag)
		}
		return err
	})
	busy(func(c *pgx.Conn, _ int) error {
		time.Sleep(100 * time.Millisecond)
		_, err := c.Exec(ctx, "vacuum")
		return err
	})
	var reads atomic.Int64
	for range 2 {
		busy(func(c *pgx.Conn, _ int) error {
			tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
			if err != nil {
				return err
			}
			defer tx.Rollback(ctx)
			var first string
			for i := range 5 {
				var now string
				if err := tx.QueryRow(ctx, "select count(*) || ' ' || coalesce(sum(n), 0) || ' ' || coalesce(sum(grp), 0) from stream").Scan(&now); err != nil {
					return err
				}
				if i == 0 {
					first = now
				} else if now != first {
					t.Errorf("a snapshot changed from %s to %s", first, now)
				}
				var count, sum int
				fmt.Sscan(now, &count, &sum)
				if count%10 != 0 || sum != count/10*45 {
					t.Errorf("a part of a transaction is seen: %s", now)
				}
				time.Sleep(15 * time.Millisecond)
			}
			reads.Add(1)
			return tx.Commit(ctx)
		})
	}
	wg.Wait()
	if deleted == 0 || reads.Load() == 0 {
		t.Errorf("%d rows deleted, %d transactions read", deleted, reads.Load())
	}
	s.Psql("vacuum")
	s.eventually("select count(*) from flare.generations where not current", "0")
	s.Stop()
	mustFlarePG(t, "check", "--data", s.Data)
}

// TestRetentionIsKeptByItself: what is older than a stream keeps goes, with nobody asking, and with VACUUM.
func TestRetentionIsKeptByItself(t *testing.T) {
	program(t, "psql")
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	s.Psql("insert into stream (timestamp, n) values ('2024-01-01 00:00Z', 1), (now(), 2)")
	s.Psql("alter table stream set (retention = '30 days')")
	s.eventually("select string_agg(n::text, ',') from stream", "2")
	s.Psql("insert into stream (timestamp, n) values ('2024-01-01 00:00Z', 3)")
	s.Psql("vacuum")
	s.eventually("select string_agg(n::text, ',') from stream", "2")
	s.eventually("select count(*) > 0 from flare.maintenance where kind = 'retention'", "t")
	s.Stop()
}
