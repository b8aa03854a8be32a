package integration

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPsqlFetchesInPieces: psql with FETCH_COUNT draws a result by a cursor, and prints what it prints without; savepoints of
// ON_ERROR_ROLLBACK keep a transaction going; \copy goes both ways.
func TestPsqlFetchesInPieces(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("no psql here")
	}
	c := serve(t, filepath.Join(t.TempDir(), "data")).Connect(context.Background())
	if _, err := c.Exec(context.Background(), "insert into stream (n) select a.x * 10 + b.x from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) a (x), (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) b (x)"); err != nil {
		t.Fatal(err)
	}
	config := c.Config()
	script := func(lines ...string) string {
		t.Helper()
		cmd := exec.Command(psql, "-X", "-A", "-t", "-q", "-h", config.Host, "-p", fmt.Sprint(config.Port), "-U", "flare", "flare")
		cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil {
			t.Errorf("psql: %v\n%s", err, out.String())
		}
		return out.String()
	}
	query := "select n, n * 2 from stream order by n;"
	whole := script(query)
	if strings.Count(whole, "\n") != 100 {
		t.Fatalf("without pieces: %s", whole)
	}
	for _, count := range []string{"1", "7", "100", "1000"} {
		if got := script("\\set FETCH_COUNT "+count, query); got != whole {
			t.Errorf("by %s: %s", count, got)
		}
	}
	if got := script("\\set FETCH_COUNT 3", "begin;", query, "insert into stream (n) values (-1);", "select 1 / (n - 50) from stream order by n;", "rollback;", "select count(*) from stream;"); !strings.HasSuffix(got, "ERROR:  division by zero\n100\n") {
		t.Errorf("an error in the middle: %s", got)
	}
	if got := script("\\set ON_ERROR_ROLLBACK on", "begin;", "insert into stream (n) values (100);", "select nosuch;", "insert into stream (n) values (101);", "commit;", "select count(*) from stream;"); !strings.HasSuffix(got, "\n102\n") {
		t.Errorf("ON_ERROR_ROLLBACK: %s", got)
	}
	file := filepath.Join(t.TempDir(), "rows.csv")
	if got := script("\\copy (select n from stream where n < 5 order by n) to '"+file+"' with csv header", "\\copy stream (n) from '"+file+"' with (format csv, header match, freeze)", "select count(*) from stream;"); !strings.HasSuffix(got, "\n107\n") && got != "107\n" {
		t.Errorf("\\copy: %s", got)
	}
}
