package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// TestABackupDuringIngestIsOneCommittedState: transactions of one and of several ticks are committed, merged and deleted while backups are
// taken. What a backup restores to is a beginning of the transactions, each whole, and nothing is missing that was
// acknowledged before the backup began.
func TestABackupDuringIngestIsOneCommittedState(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(filepath.Join(dir, "data"), Options{Create: true, SpanRaw: 60_000, PageBytes: 4000})
	must(t, err)
	const rows = 7
	var mu sync.Mutex
	acked := 0
	ctx, stop := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() {
		for tx := 0; ctx.Err() == nil && tx < 20_000; tx++ {
			st := s.NewStage()
			for i := range rows {
				at := base + int64(tx/50)*5*minute
				if tx%3 == 0 {
					at += int64(i%2) * 5 * minute
				}
				must(t, st.Append(1, at+int64(i), fmt.Appendf(nil, `{"row":%d,"tx":%d}`, i, tx)))
			}
			must(t, s.Commit(context.Background(), st, Durability(tx%2)))
			mu.Lock()
			acked = tx + 1
			mu.Unlock()
		}
	})
	working.Go(func() {
		for ctx.Err() == nil {
			_, done, err := s.Maintain(context.Background(), MaintainOptions{Now: base, Force: true})
			must(t, err)
			if done {
				time.Sleep(time.Millisecond)
			}
		}
	})
	defer func() { stop(); working.Wait(); must(t, s.Close()) }()
	for n := range 8 {
		time.Sleep(20 * time.Millisecond)
		mu.Lock()
		before := acked
		mu.Unlock()
		target, restored := filepath.Join(dir, fmt.Sprint("backup", n)), filepath.Join(dir, fmt.Sprint("restored", n))
		_, err := Backup(t.Context(), filepath.Join(dir, "data"), target, Options{}, nil)
		must(t, err)
		checkDir(t, target)
		if n%2 == 1 { // what happens to the original meanwhile does not matter
			time.Sleep(5 * time.Millisecond)
		}
		_, err = Restore(t.Context(), target, restored, Options{}, nil)
		must(t, err)
		checkDir(t, restored)
		r, err := Open(restored, Options{})
		must(t, err)
		tx := r.Read()
		counts := map[string]int{}
		for _, d := range scan(t, tx, Spec{Order: nql.Ascending}) {
			var row, number int
			if _, err := fmt.Sscanf(d, `{"row":%d,"tx":%d}`, &row, &number); err != nil {
				t.Fatal(err)
			}
			counts[fmt.Sprint(number)]++
		}
		tx.Close()
		must(t, r.Close())
		if len(counts) < before {
			t.Errorf("backup %d: %d transactions, %d were acknowledged before it began", n, len(counts), before)
		}
		for number := range len(counts) {
			if counts[fmt.Sprint(number)] != rows {
				t.Errorf("backup %d: transaction %d of %d has %d rows of %d", n, number, len(counts), counts[fmt.Sprint(number)], rows)
			}
		}
	}
}

func checkDir(t *testing.T, dir string) {
	t.Helper()
	r, err := Check(dir, Options{}, func(f Finding) { t.Errorf("%s %d: %v", f.File, f.Offset, f.Err) })
	must(t, err)
	if !r.Sealed || r.Files == 0 {
		t.Errorf("%s: %+v", dir, r)
	}
}

// TestBackupIntoSomethingIsRefused: what is in the way stays as it is.
func TestBackupIntoSomethingIsRefused(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	s, err := Open(data, Options{Create: true})
	must(t, err)
	defer s.Close()
	target := filepath.Join(dir, "target")
	must(t, os.MkdirAll(target, 0o700))
	must(t, os.WriteFile(filepath.Join(target, "mine"), []byte("x"), 0o600))
	if _, err := Backup(t.Context(), data, target, Options{}, nil); err == nil {
		t.Error("a backup into a directory that holds something")
	}
	if names, _ := vfs.OS.List(target); len(names) != 1 {
		t.Errorf("the directory holds %v", names)
	}
}
