package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// described gives the statements that psql sends for a backslash command, asked of a table events there, about a stream here.
func described(t testing.TB, label string, oid uint32) []string {
	t.Helper()
	text, err := os.ReadFile("../../shared/clients/psql.sql")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the captured statements are not here:", err)
	}
	oids, err2 := os.ReadFile("../../shared/clients/oids.tsv")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	theirs := ""
	for line := range strings.Lines(string(oids)) {
		if f := strings.Fields(line); len(f) >= 2 && f[1] == "public.events" {
			theirs = f[0]
		}
	}
	if theirs == "" {
		t.Fatal("oids.tsv doesn't have events")
	}
	var out []string
	for block := range strings.SplitSeq("\n"+string(text), "\n-- [") {
		head, statement, _ := strings.Cut(block, "\n")
		if !strings.HasPrefix(head, label+"]") {
			continue
		}
		statement = strings.ReplaceAll(statement, "'"+theirs+"'", "'"+strconv.FormatUint(uint64(oid), 10)+"'")
		out = append(out, strings.ReplaceAll(statement, "^(events)$", "^(stream)$"))
	}
	if len(out) < 5 {
		t.Fatalf("%d statements for %s", len(out), label)
	}
	return out
}

// manyColumns serves a stream with 2,000 properties.
func manyColumns(t testing.TB) (*conn, uint32) {
	t.Helper()
	c := serve(t).connect()
	ctx := context.Background()
	for from := 0; from < 2000; from += 250 { // an event has so many members at most
		var b strings.Builder
		for i := range 250 {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"Property%04d":%d`, from+i, i)
		}
		if _, err := c.Exec(ctx, "insert into stream (document) values ($1)", `{"@t":"2026-01-01T00:00:00Z",`+b.String()+"}"); err != nil {
			t.Fatal(err)
		}
	}
	var oid, columns uint32
	if err := c.QueryRow(ctx, "select c.oid, count(*)::oid from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relname = 'stream' group by 1").Scan(&oid, &columns); err != nil {
		t.Fatal(err)
	}
	if columns < 2000 {
		t.Fatalf("%d columns", columns)
	}
	return c, oid
}

// TestDescribeManyColumns: what psql asks for \d of a stream with 2,000 columns is answered, and soon. The limit of a test on a busy
// machine is far above what BenchmarkDescribe shows.
func TestDescribeManyColumns(t *testing.T) {
	c, oid := manyColumns(t)
	most := 0
	for _, statement := range described(t, `\d events`, oid) {
		began := time.Now()
		results, err := c.PgConn().Exec(context.Background(), statement).ReadAll()
		took := time.Since(began)
		if err != nil {
			t.Errorf("%v: %s", err, statement)
		}
		if took > 2*time.Second {
			t.Errorf("took %v: %s", took, statement)
		}
		if err == nil {
			rows := 0
			for _, r := range results {
				rows += len(r.Rows)
			}
			most = max(most, rows)
			t.Logf("%v, %d rows: %.60s", took, rows, strings.ReplaceAll(statement, "\n", " "))
		}
	}
	if most == 0 {
		t.Error("nothing was found")
	}
}

// BenchmarkDescribe is psql's \d of a stream with 2,000 columns, all its statements.
func BenchmarkDescribe(b *testing.B) {
	c, oid := manyColumns(b)
	statements := described(b, `\d events`, oid)
	b.ReportMetric(float64(len(statements)), "statements")
	for b.Loop() {
		for _, s := range statements {
			if _, err := c.PgConn().Exec(context.Background(), s).ReadAll(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
