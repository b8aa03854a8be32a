package integration

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var randomDeletes = flag.Int("randomdeletes", 150, "how many random DELETEs to compare with PostgreSQL")

// TestRandomDeletes compares DELETEs by random predicates with PostgreSQL, by their counts and by what remains: alone and in transactions,
// of rows that the transaction itself has inserted too, with savepoints, rolled back and committed, with merges between.
func TestRandomDeletes(t *testing.T) {
	seed := seedOfRun()
	w := startTwins(t, 300)
	d := &deletes{t: t, w: w, left: 300}
	for i := range *randomDeletes {
		d.where = fmt.Sprintf("-randomseed %d, DELETE %d", seed, i)
		d.round(rand.New(rand.NewPCG(seed, uint64(i)+1<<32)))
		if t.Failed() {
			return
		}
	}
	t.Logf("seed %d: %d deletions, %d rows deleted for good, %d left, %d failed on both sides", seed, *randomDeletes, d.gone, d.left, d.failed)
	if d.gone == 0 {
		t.Error("nothing was deleted for good")
	}
}

type deletes struct {
	t                  *testing.T
	w                  *twins
	where              string
	next               int // of rows to insert
	left, gone, failed int64
}

// exec runs a statement on both and gives the tag; ok is false where it failed on both.
func (d *deletes) exec(sql string) (tag string, ok bool) {
	d.t.Helper()
	ctx := context.Background()
	ours, err := d.w.ours.Exec(ctx, sql)
	theirs, theirErr := d.w.theirs.Exec(ctx, sql)
	if code, want := codeOf(err), codeOf(theirErr); code != want && !(strings.HasPrefix(code, "22") && strings.HasPrefix(want, "22")) {
		d.t.Fatalf("%s: %s\nours: %v\ntheirs: %v", d.where, sql, err, theirErr)
	}
	if err == nil && ours.String() != theirs.String() {
		d.t.Errorf("%s: %s: %s, PostgreSQL %s", d.where, sql, ours, theirs)
	}
	return ours.String(), err == nil
}

func codeOf(err error) string {
	var e *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return err.Error()
}

// remains compares the rows that are there.
func (d *deletes) remains(after string) {
	d.t.Helper()
	const sql = "select k::text || ' ' || coalesce(n::text, '-') from stream order by k, n"
	var got [2]string
	for i, c := range []*pgx.Conn{d.w.ours, d.w.theirs} {
		rows, err := c.Query(context.Background(), sql)
		if err != nil {
			d.t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			d.t.Fatal(err)
		}
		got[i] = strings.Join(list, "\n")
		d.left = int64(len(list))
	}
	if got[0] != got[1] {
		d.t.Fatalf("%s: what remains after %s differs:\nours\n%s\ntheirs\n%s", d.where, after, got[0], got[1])
	}
}

func (d *deletes) insert(r *rand.Rand) {
	for range 1 + r.IntN(3) {
		k, n, at := 100_000+d.next, r.IntN(50), time.Date(2026, 3, 28, 20, r.IntN(1000), 0, 0, time.UTC).Format(time.RFC3339)
		d.next++
		ours := fmt.Sprintf("insert into stream (timestamp, level, k, n) values ('%s', 'Error', %d, %d)", at, k, n)
		theirs := fmt.Sprintf(`insert into stream (timestamp, level, k, n, properties) values ('%s', 'Error', %d, %d, '{"k":%d,"n":%d}')`, at, k, n, k, n)
		if _, err := d.w.ours.Exec(context.Background(), ours); err != nil {
			d.t.Fatal(err)
		}
		if _, err := d.w.theirs.Exec(context.Background(), theirs); err != nil {
			d.t.Fatal(err)
		}
	}
}

// predicate is a random one, of time alone, or of both.
func predicate(r *rand.Rand) string {
	at := func() string {
		return "'" + time.Date(2026, 3, 28, 20, r.IntN(1100), 0, 0, time.UTC).Format(time.RFC3339) + "'"
	}
	g := &selects{r}
	bounds := []string{
		"timestamp < " + at(), "timestamp >= " + at(), fmt.Sprintf("timestamp between %s and %s", at(), at()), "timestamp >= " + at() + " and timestamp < " + at(),
	}[r.IntN(4)]
	switch r.IntN(4) {
	case 0:
		return bounds
	case 1:
		return bounds + " and " + g.predicate(1)
	}
	return g.predicate(2)
}

func (d *deletes) round(r *rand.Rand) {
	d.t.Helper()
	d.exec("begin")
	if r.IntN(2) == 0 {
		d.insert(r)
	}
	before := d.left
	steps, savepoint := 1+r.IntN(3), false
	for range steps {
		if r.IntN(3) == 0 {
			d.exec("savepoint s")
			savepoint = true
		}
		sql := "delete from stream as x where " + predicate(r)
		if r.IntN(30) == 0 {
			sql = "delete from stream"
		}
		if _, ok := d.exec(sql); !ok {
			d.failed++
			if !savepoint {
				d.exec("rollback")
				d.remains("a failure")
				return
			}
			d.exec("rollback to s")
		}
		d.remains(sql)
		if r.IntN(3) == 0 {
			d.insert(r)
		}
		if savepoint && r.IntN(3) == 0 {
			d.exec("rollback to s")
			d.remains("rollback to")
		}
	}
	// What is deleted for good is kept small, so that something is left.
	d.remains("the last step")
	if d.left > before*8/10 {
		d.exec("commit")
		d.gone += max(before-d.left, 0)
	} else {
		d.exec("rollback")
	}
	d.remains("the end")
	if r.IntN(5) == 0 {
		if _, err := d.w.ours.Exec(context.Background(), "vacuum"); err != nil {
			d.t.Fatal(err)
		}
		d.remains("vacuum")
	}
}
