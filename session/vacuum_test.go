package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func (l *live) kinds() (ticks, spans int) {
	tx := l.store.Read()
	defer tx.Close()
	for _, f := range tx.Files() {
		if f.Kind == "span" {
			spans++
		} else {
			ticks++
		}
	}
	return ticks, spans
}

func TestVacuumMergesTicks(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 6)
	if ticks, spans := l.kinds(); ticks != 6 || spans != 0 {
		t.Fatal(ticks, spans)
	}
	c.want("vacuum (verbose) stream", "VACUUM")
	if ticks, spans := l.kinds(); ticks != 0 || spans != 1 {
		t.Error(ticks, spans)
	}
	if n := fmt.Sprint(*c.notices); !strings.Contains(n, "INFO 00000 merge ticks (VACUUM): 6 files") {
		t.Error(n)
	}
	c.want("select n from stream order by timestamp desc limit 2", "5\n4\nSELECT 2")
	// Late ones join it.
	c.want("insert into stream (timestamp, n) values ('2024-01-01 02:30Z', 100)", "INSERT 0 1")
	c.want("vacuum full analyze", "VACUUM")
	if ticks, spans := l.kinds(); ticks != 0 || spans != 1 {
		t.Error(ticks, spans)
	}
	c.want("select n from stream order by timestamp", "0\n1\n2\n100\n3\n4\n5\nSELECT 7")
	c.want("delete from stream where n = 100; select count(*) from stream", "DELETE 1\n6\nSELECT 1")
	c.want("vacuum", "VACUUM")
	c.want("analyze; analyze verbose stream; checkpoint", "ANALYZE\nANALYZE\nCHECKPOINT")
	c.want("vacuum pg_class", "VACUUM")
	for sql, want := range map[string]string{
		"begin; vacuum": "25001", "vacuum; analyze": "25001", "vacuum (nosuch) stream": "42601", "analyze (full) stream": "42601", "vacuum nosuch": "42P01",
		"insert into stream (n) values (1); vacuum": "25001",
	} {
		if _, err := c.simple(sql); pgCode(err) != want {
			t.Errorf("%s: %v", sql, err)
		}
		c.simple("rollback")
	}
}

// TestSnapshotsStayWhileDeletesCommitAndVacuumRuns: a repeatable-read transaction reads the same after everything was deleted, merged, and
// deleted from what was merged.
func TestSnapshotsStayWhileDeletesCommitAndVacuumRuns(t *testing.T) {
	l := serve(t)
	c, reader := l.connect(), l.connect()
	hours(c, 8)
	reader.want("begin isolation level repeatable read; select count(*) from stream", "BEGIN\n8\nSELECT 1")
	all := "0\n1\n2\n3\n4\n5\n6\n7\nSELECT 8"
	for _, step := range []string{"delete from stream where n = 3", "vacuum", "delete from stream where level = 'Error'", "vacuum stream", "truncate stream", "vacuum"} {
		if _, err := c.simple(step); err != nil {
			t.Fatal(step, err)
		}
		reader.want("select n from stream order by timestamp", all)
	}
	c.want("select count(*) from stream", "0\nSELECT 1")
	if s := l.store.Stats(); len(s.Generations) < 2 {
		t.Errorf("the reader's generation is not listed: %+v", s.Generations)
	}
	reader.want("commit; select count(*) from stream", "COMMIT\n0\nSELECT 1")
	tx := l.store.Read()
	defer tx.Close()
	if files := tx.Files(); len(files) != 0 {
		t.Errorf("%+v", files)
	}
}

func TestVacuumIsCancelled(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 3)
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	if _, err := c.Exec(ctx, "vacuum"); err == nil {
		t.Error("a cancelled VACUUM succeeded")
	}
	if got := l.server.Running(); got != 0 {
		for i := 0; i < 100 && l.server.Running() != 0; i++ {
			time.Sleep(10 * time.Millisecond)
		}
		if got = l.server.Running(); got != 0 {
			t.Errorf("%d statements run still", got)
		}
	}
}

func TestExplainTellsWhatAScanLeavesOut(t *testing.T) {
	l := serve(t)
	c := l.connect()
	hours(c, 6)
	c.want("vacuum", "VACUUM")
	c.want("insert into stream (timestamp, n) values ('2024-01-02 02:30Z', 100), ('2024-01-03 02:30Z', 101)", "INSERT 0 2")
	contains(t, c, "explain select n from stream where timestamp < '2024-01-01 02:00Z'", "Files: 1 of 3 (2 outside the time)")
	contains(t, c, "explain select n from stream where timestamp < null", "Files: none, since no event can match")
	contains(t, c, "explain analyze select n from stream where timestamp < '2024-01-01 02:00Z'", "Files: 1 of 3 (2 outside the time)", "Pages: 1 of 1\n", "Events looked at: 6; read from disk: ")
	contains(t, c, "explain analyze select count(*) from stream", "Files: 3 of 3\n", "Pages: 0 of 1 (1 counted in the directory)", "Recent events in memory: 2 runs")
}

func contains(t *testing.T, c *conn, sql string, want ...string) {
	t.Helper()
	got, err := c.simple(sql)
	if err != nil {
		t.Errorf("%s: %v", sql, err)
	}
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%s\nlacks %q:\n%s", sql, w, got)
		}
	}
}

func TestOpenTransactionsAreListed(t *testing.T) {
	l := serve(t)
	c, other := l.connect(), l.connect()
	hours(c, 3)
	c.want("begin isolation level repeatable read; insert into stream (n) values (7); delete from stream where n = 1; delete from stream where timestamp < '2024-01-01 00:30Z'",
		"BEGIN\nINSERT 0 1\nDELETE 1\nDELETE 1")
	other.want("select kind, isolation, block, failed, holds_generation, staged_rows, staged_bytes > 0, deleted_rows, deleted_ranges from flare.transactions order by kind",
		"read|read committed|f|f|f|0|f|0|0\nwrite|repeatable read|t|f|t|1|t|1|1\nSELECT 2")
	c.simple("select nosuch")
	other.want("select failed from flare.transactions where block", "t\nSELECT 1")
	c.want("rollback", "ROLLBACK")
	other.want("select count(*) from flare.transactions", "1\nSELECT 1")
}
