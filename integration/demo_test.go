package integration

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDemo asks the demo's events the same in SQL and in NQL.
func TestDemo(t *testing.T) {
	program(t, "psql")
	s := start(t, "demo", "--data", filepath.Join(t.TempDir(), "demo"), "--events", "20000", "--listen", "127.0.0.1:0")
	if s.Data == "" {
		t.Fatal("the demo doesn't say where its data are")
	}
	first := strings.TrimSpace(s.Psql("select min(timestamp) from stream", "-t"))
	last := strings.TrimSpace(s.Psql("select max(timestamp) from stream", "-t"))
	if days := s.Psql("select extract(epoch from max(timestamp) - min(timestamp))::int / 3600 from stream", "-t"); strings.TrimSpace(days) != "23" {
		t.Errorf("the demo's events span %s to %s, want a day", first, last)
	}
	const condition = "Method = 'GET' and Elapsed > 100"
	sql := "select StatusCode from stream where " + condition
	between := " and timestamp >= '" + first + "' and timestamp < '" + last + "'::timestamptz + interval '1 day'"
	fromSQL := lines(s.Psql(sql+between, "-t"))
	nql := mustFlarePG(t, "nql", "--data", s.Data, "--format", "csv", sql)
	fromNQL := lines(nql)[1:]
	if len(fromSQL) == 0 {
		t.Fatal("no rows: the test shows nothing")
	}
	slices.Sort(fromSQL)
	slices.Sort(fromNQL)
	if !slices.Equal(fromSQL, fromNQL) {
		t.Errorf("%d rows by SQL, %d by NQL, or other values", len(fromSQL), len(fromNQL))
	}
	explain := s.Psql("explain "+sql+between, "-t")
	for _, want := range []string{sql, "<= timestamp", "timestamp <"} {
		if !strings.Contains(explain, want) {
			t.Errorf("EXPLAIN shows no %q:\n%s", want, explain)
		}
	}
	t.Log("\n" + explain)
	if sku := s.Psql("select Items[0].Sku from stream where Items[0].Sku is not null limit 1", "-t"); len(strings.TrimSpace(sku)) == 0 {
		t.Error("Items[0].Sku has no value")
	}
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
