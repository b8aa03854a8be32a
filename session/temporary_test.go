package session

import (
	"context"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
)

// TestTemporaryTablesAreOneSessions: nobody else sees them, and they are gone when the session is, or, where the process ended first, when the server starts again.
func TestTemporaryTablesAreOneSessions(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("create table shared (x int); insert into shared values (1)", "CREATE TABLE\nINSERT 0 1")
	a.want("create temp table own as select 7 as x; create temp table shared (y text); insert into shared values ('mine')", "SELECT 1\nCREATE TABLE\nINSERT 0 1")
	a.want("select x from own; select y from shared; select x from public.shared", "7\nSELECT 1\nmine\nSELECT 1\n1\nSELECT 1")
	b.want("select x from own", "!42P01")
	b.want("select x from shared", "1\nSELECT 1")
	schema := ""
	if err := a.QueryRow(context.Background(), "select nspname::text from pg_namespace where nspname like 'pg\\_temp\\_%'").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	b.want("select x from "+schema+".own", "!0A000")
	b.want("insert into "+schema+".own values (1)", "!0A000")
	b.want("create temp table own (z int); select count(*) from own", "CREATE TABLE\n0\nSELECT 1")

	left := func() int {
		tx := l.server.c.Store.Read()
		defer tx.Close()
		n := 0
		for _, s := range tx.Schema().Streams {
			if catalog.TempSchema(s.Schema) {
				n++
			}
		}
		return n
	}
	if n := left(); n != 3 {
		t.Fatalf("%d temporary streams, want 3", n)
	}
	a.Close(context.Background())
	for range 200 {
		if left() == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := left(); n != 1 {
		t.Fatalf("%d temporary streams after a session's end, want 1", n)
	}
	b.want("select count(*) from own", "0\nSELECT 1")
	if err := l.server.DropTemporary(context.Background()); err != nil { // as at a start
		t.Fatal(err)
	}
	if n := left(); n != 0 {
		t.Fatalf("%d temporary streams after the start, want none", n)
	}
	b.want("select count(*) from own", "!42P01")
	b.want("select x from shared", "1\nSELECT 1")
}
