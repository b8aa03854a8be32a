package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
	"github.com/flare-pg/flare-pg/nql"
)

// frozenColumns is a data directory with a span in pages by column, as they were first released, and beside it what its documents are.
const frozenColumns = "testdata/columns"

// TestStoreWithPagesByColumnOpens: its events are the same whoever reads them, and after they were merged with later ones.
func TestStoreWithPagesByColumnOpens(t *testing.T) {
	if *update {
		freezeColumns(t)
	}
	b, err := os.ReadFile(frozenColumns + ".txt")
	must(t, err)
	want := strings.TrimSpace(string(b))
	fs := loadDir(t, frozenColumns)
	if r := checkClean(t, fs); !r.Sealed {
		t.Error("it is not sealed")
	}
	s := open(t, fs, Options{PageBytes: 8000})
	if columns, _ := layouts(t, s); columns < 2 {
		t.Errorf("%d pages by column", columns)
	}
	if got := documentsOf(t, s); got != want {
		t.Errorf("its documents are %s, not %s", got, want)
	}
	tx := s.Read()
	all := scan(t, tx, Spec{Order: nql.Ascending})
	for _, name := range []string{"StatusCode", "Application"} {
		where, err := nql.ParseExpr(name + " is not null")
		must(t, err)
		var hold int
		for _, d := range all {
			if strings.Contains(d, `"`+name+`":`) {
				hold++
			}
		}
		if got := scan(t, tx, Spec{Where: where}); len(got) != hold || hold == 0 {
			t.Errorf("%d events have %s, %d are found", hold, name, len(got))
		}
	}
	tx.Close()
	commitDocs(t, s, 19_000_000_000_000_000, `{"n":1}`)
	maintainAll(t, s, MaintainOptions{Force: true})
	tx = s.Read()
	if merged := scan(t, tx, Spec{Order: nql.Ascending}); len(merged) != len(all)+1 || strings.Join(merged[:len(all)], "\n") != strings.Join(all, "\n") {
		t.Errorf("%d events after a merge, of %d and one", len(merged), len(all))
	}
	tx.Close()
	must(t, s.Close())
	checkClean(t, fs)
}

// documentsOf is a digest of all documents in order.
func documentsOf(t *testing.T, s *Store) string {
	tx := s.Read()
	defer tx.Close()
	all := scan(t, tx, Spec{Order: nql.Ascending})
	return fmt.Sprintf("%d %x", len(all), sha256.Sum256([]byte(strings.Join(all, "\n"))))
}

// freezeColumns writes the directory with the present code. Once released it is not written again: a later format gets a directory of its own.
func freezeColumns(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{PageBytes: 8000})
	st := s.NewStage()
	from := time.Date(2020, 7, 29, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, from, from.Add(time.Hour)).Of(400)
	d := event.NewDecoder(event.Options{})
	var line []byte
	for range 400 {
		line = g.Next(line[:0])
		doc, ts, err := d.Decode(nil, line, nil)
		must(t, err)
		must(t, st.Append(1, ts, doc))
	}
	must(t, s.Commit(context.Background(), st, Sync))
	maintainAll(t, s, MaintainOptions{Force: true})
	text := documentsOf(t, s)
	must(t, s.Close())
	must(t, os.RemoveAll(frozenColumns))
	for name, b := range contents(t, fs) {
		rel, err := filepath.Rel("data", name)
		must(t, err)
		to := filepath.Join(frozenColumns, rel)
		must(t, os.MkdirAll(filepath.Dir(to), 0o755))
		must(t, os.WriteFile(to, b, 0o644))
	}
	must(t, os.WriteFile(frozenColumns+".txt", []byte(text+"\n"), 0o644))
}
