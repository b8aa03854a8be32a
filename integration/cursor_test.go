package integration

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// TestCursorsMoveAsInPostgreSQL plays random scripts of FETCH and MOVE on both servers: the same rows, tags and errors come out.
func TestCursorsMoveAsInPostgreSQL(t *testing.T) {
	ctx := context.Background()
	w := &twins{ours: serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx), theirs: pgoracle.Start(t).Connect(t)}
	scripts := 200
	if testing.Short() {
		scripts = 40
	}
	for seed := range scripts {
		script := cursorScript(rand.New(rand.NewPCG(uint64(seed), 4)))
		for i, sql := range script {
			s := &statement{where: fmt.Sprintf("script %d, statement %d", seed, i), sql: sql}
			ours, theirs := run(t, w.ours, s, false), run(t, w.theirs, s, false)
			if diff := difference(ours, theirs, &statement{unordered: false}, false); diff != "" || ours.tag != theirs.tag {
				t.Errorf("%s\n%s;\n%s\ntags %q, %q", s.where, strings.Join(script[:i+1], ";\n"), diff, ours.tag, theirs.tag)
				for _, c := range []*pgx.Conn{w.ours, w.theirs} {
					c.Exec(ctx, "rollback; close all")
				}
				break
			}
		}
	}
}

// cursorScript makes a script with one cursor.
func cursorScript(r *rand.Rand) []string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	rows := r.IntN(8)
	query := fmt.Sprintf("select * from (values (1, 'a'), (2, 'b'), (3, null), (4, 'd'), (5, 'e'), (6, 'f'), (7, 'g')) v (n, s) where n <= %d order by n", rows)
	if r.IntN(6) == 0 {
		query = fmt.Sprintf("select count(*) from (values (1), (2), (3)) v (n) where n <= %d", rows)
	}
	hold := pick("", "", "without hold ", "with hold ")
	if hold != "" {
		hold = " " + hold
	}
	out := []string{"begin", "declare c " + pick("", "insensitive ", "asensitive ") + pick("scroll ", "scroll ", "no scroll ", "") + "cursor" + hold + " for " + query, "savepoint s"}
	held := strings.Contains(hold, "with ")
	n := func() string { return fmt.Sprint(r.IntN(19) - 9) }
	for range 4 + r.IntN(16) {
		move := pick("next", "prior", "first", "last", "absolute "+n(), "absolute "+n(), "relative "+n(), n(), "all", "forward", "forward "+n(), "forward all", "backward", "backward "+n(), "backward all", "0", "relative 0")
		out = append(out, pick("fetch ", "fetch ", "move ")+move+pick(" from ", " in ")+"c")
		switch r.IntN(14) {
		case 0:
			out = append(out, "rollback to s")
		case 1:
			out = append(out, "rollback to s", "release s", "savepoint s")
		case 2:
			if held {
				held = false
				out = append(out, "rollback to s", pick("commit", "commit", "rollback"))
			}
		}
	}
	return append(out, "rollback to s", pick("close c", "close all", "fetch c"), "rollback", "fetch c", "close all")
}
