package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// layouts sums up the pages of all spans.
func layouts(t *testing.T, s *Store) (columns, rows int) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	for _, f := range tx.Files() {
		pages, err := tx.Pages(f.Path)
		must(t, err)
		columns, rows = columns+pages[Columns], rows+pages[Rows]
	}
	return columns, rows
}

// TestSpansTakeTheLayoutOfTheMomentWhenTheyAreMerged: whatever a span's pages are like, its events are the same, and merging and deleting write the layout that the
// stream has then.
func TestSpansTakeTheLayoutOfTheMomentWhenTheyAreMerged(t *testing.T) {
	layout := Columns
	atOnce := func(n int, f func(int)) {
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { f(i) })
		}
		all.Wait()
	}
	for _, parallel := range []func(int, func(int)){nil, atOnce} {
		s := open(t, vfs.NewMem(), Options{RAMBytes: -1, PageBytes: 2000, Parallel: parallel, Layout: func(*Schema, StreamID) Layout { return layout }})
		var want []string
		for round, l := range []Layout{Columns, Rows, Columns, Rows, Columns} {
			layout = l
			st := s.NewStage()
			for i := range 3000 {
				d := fmt.Sprintf(`{"n":%d,"round":%d,"text":"event %d of round %d","nested":{"even":%t}}`, i, round, i, round, i%2 == 0)
				must(t, st.Append(1, base+int64(i)*10_000+int64(round), []byte(d)))
				want = append(want, d)
			}
			must(t, s.Commit(context.Background(), st, Sync))
			maintainAll(t, s, MaintainOptions{Force: true})
			if columns, rows := layouts(t, s); (l == Columns) != (columns > 0) || (l == Rows) != (rows > 0) {
				t.Errorf("round %d in %v: %d pages of columns, %d of rows", round, l, columns, rows)
			}
			// A DELETE copies what is left.
			tx := s.Read()
			st = s.NewStage()
			must(t, st.DeleteRange(tx, 1, base+2990*10_000, MaxTime))
			must(t, s.Commit(context.Background(), st, Sync))
			tx.Close()
			want = want[:len(want)-10]
			if columns, rows := layouts(t, s); (l == Columns) != (columns > 0) || (l == Rows) != (rows > 0) {
				t.Errorf("round %d in %v after a DELETE: %d pages of columns, %d of rows", round, l, columns, rows)
			}
			tx = s.Read()
			got := scan(t, tx, Spec{})
			tx.Close()
			slices.Sort(got)
			sorted := slices.Sorted(slices.Values(want))
			if !slices.Equal(got, sorted) {
				t.Fatalf("round %d: %d events of %d, or others", round, len(got), len(want))
			}
		}
		must(t, s.Close())
	}
}
