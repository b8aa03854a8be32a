package integration

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// rounds is how often the server is killed.
const rounds = 20

// TestKill kills the server with SIGKILL in the middle of commits, twenty times over one data directory.
// Each writer numbers its transactions; a transaction inserts several events at once, over two ticks,
// that all bear its number. After each restart: whoever was told "committed" finds all of its events, no transaction is there in
// part, and one that was never committed is not there at all.
func TestKill(t *testing.T) {
	ctx := context.Background()
	data := filepath.Join(t.TempDir(), "data")
	acked := make(map[string]int)    // transaction -> events, as acknowledged
	possible := make(map[string]int) // sent COMMIT, no answer
	var mu sync.Mutex

	for round := range rounds {
		s := serve(t, data)
		verify(t, ctx, s, acked, possible)

		var writers sync.WaitGroup
		first := make(chan struct{}, 3) // a writer's first acknowledged transaction
		for w := range 3 {
			writers.Go(func() {
				conn, err := pgx.Connect(ctx, s.DSN(""))
				if err != nil {
					return // killed already
				}
				defer conn.Close(ctx)
				for n := 0; ; n++ {
					name := fmt.Sprintf("r%d.w%d.n%d", round, w, n)
					events := 2 + n%3
					tx, err := conn.Begin(ctx)
					if err != nil {
						return
					}
					for i := range events {
						at := time.Date(2026, 3, 1, 12, 5*(i%2), 0, 0, time.UTC)
						if _, err = tx.Exec(ctx, "insert into stream (timestamp, level, Txn, Part) values ($1, 'Information', $2, $3::int)", at, name, i); err != nil {
							return
						}
					}
					if n%4 == 3 { // never committed
						if _, err = tx.Exec(ctx, "insert into stream (timestamp, Txn) values (now(), $1)", "never."+name); err != nil {
							return
						}
						if tx.Rollback(ctx) != nil {
							return
						}
						continue
					}
					mu.Lock()
					possible[name] = events
					mu.Unlock()
					if tx.Commit(ctx) != nil {
						return
					}
					mu.Lock()
					acked[name] = events
					delete(possible, name)
					mu.Unlock()
					select {
					case first <- struct{}{}:
					default:
					}
				}
			})
		}
		select {
		case <-first: // where the grammar is compiled at the first statement, that takes seconds
		case <-time.After(time.Minute):
			t.Fatalf("round %d: no transaction was acknowledged in a minute", round)
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		s.Kill()
		writers.Wait()
	}
	s := serve(t, data)
	verify(t, ctx, s, acked, possible)
	s.Stop()
	if len(acked) < rounds {
		t.Errorf("only %d transactions were acknowledged in %d rounds: the test shows little", len(acked), rounds)
	}
	t.Logf("%d transactions acknowledged over %d kills", len(acked), rounds)
	if out := mustFlarePG(t, "check", "--data", data); !strings.Contains(out, "no damage") {
		t.Errorf("check after the kills:\n%s", out)
	}
}

func verify(t *testing.T, ctx context.Context, s *server, acked, possible map[string]int) {
	t.Helper()
	if len(acked)+len(possible) == 0 {
		return
	}
	conn := s.Connect(ctx)
	rows, err := conn.Query(ctx, "select Txn, count(*), count(distinct Part) from stream group by 1")
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	found := make(map[string]int)
	var name string
	var events, parts int
	if _, err := pgx.ForEachRow(rows, []any{&name, &events, &parts}, func() error {
		if events != parts {
			t.Errorf("transaction %s has %d events but %d parts", name, events, parts)
		}
		found[name] = events
		return nil
	}); err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	for name, want := range acked {
		if found[name] != want {
			t.Errorf("acknowledged transaction %s: %d events of %d", name, found[name], want)
		}
	}
	for name, got := range found {
		want, ok := acked[name]
		if !ok {
			want, ok = possible[name]
		}
		if !ok {
			t.Errorf("transaction %s was never committed, and %d of its events are there", name, got)
		} else if got != want {
			t.Errorf("transaction %s is there in part: %s of %d events", name, strconv.Itoa(got), want)
		}
	}
}
