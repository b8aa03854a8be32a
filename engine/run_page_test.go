package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

func condenseAll(t testing.TB, s *Store) {
	t.Helper()
	for range 10_000 {
		done, err := s.Condense(context.Background())
		must(t, err)
		if done {
			return
		}
	}
	t.Fatal("there is no end of runs")
}

// TestRunsByColumnTakeLessMemory: runs that are large enough become pages, take a fraction of the memory, and hold the same events.
func TestRunsByColumnTakeLessMemory(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{})
	const events = 20_000
	for i := 0; i < events; i += 1000 {
		st := s.NewStage()
		for k := i; k < i+1000; k++ {
			must(t, st.Append(1, base+int64(k)*1000, fmt.Appendf(nil, `{"n":%d,"Method":"GET","pad":"%0200d"}`, k, k%7)))
		}
		must(t, s.Commit(context.Background(), st, Async))
	}
	before := s.Stats().RunBytes
	condenseAll(t, s)
	after := s.Stats().RunBytes
	if after > before/2 {
		t.Errorf("%d bytes in RAM, %d before", after, before)
	}
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	pages := 0
	for _, r := range tx.g.files[1][0].runs {
		if n := len(r.pages); n > 0 {
			pages += n
		} else if len(r.raw) >= condenseBytes {
			t.Errorf("a run of %d bytes is as it was", len(r.raw))
		}
	}
	if pages == 0 {
		t.Error("there is no page")
	}
	for _, order := range []nql.Order{nql.Unordered, nql.Ascending, nql.Descending} {
		if docs := scan(t, tx, Spec{Order: order}); len(docs) != events {
			t.Errorf("order %d: %d events", order, len(docs))
		}
	}
	where, err := nql.ParseExpr("n >= 4000 and n < 4500 or n = 19999")
	must(t, err)
	if docs := scan(t, tx, Spec{Where: where}); len(docs) != 501 {
		t.Errorf("%d events", len(docs))
	}
	if docs := scan(t, tx, Spec{From: base + 5000*1000, To: base + 5100*1000, Where: where}); len(docs) != 0 {
		t.Errorf("%d events", len(docs))
	}
	if docs := scan(t, tx, Spec{From: base + 4400*1000, To: base + 5100*1000, Where: where, Order: nql.Descending}); len(docs) != 100 {
		t.Errorf("%d events", len(docs))
	}
}

// TestRunsBecomePagesWhileTheyAreReadAndAddedTo: commits, scans and Condense at once lose nothing.
func TestRunsBecomePagesWhileTheyAreReadAndAddedTo(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{condense: 4000})
	const commits, each = 60, 50
	var writing, others sync.WaitGroup
	written := make(chan struct{})
	for w := range 2 {
		writing.Go(func() {
			for i := range commits {
				st := s.NewStage()
				for k := range each {
					if err := st.Append(1, base+int64(i*each+k)*1000, fmt.Appendf(nil, `{"n":%d,"w":%d,"text":"abcdef"}`, i*each+k, w)); err != nil {
						t.Error(err)
					}
				}
				if err := s.Commit(context.Background(), st, Async); err != nil {
					t.Error(err)
				}
			}
		})
	}
	others.Go(func() {
		for {
			if done, err := s.Condense(context.Background()); err != nil {
				t.Error(err)
				return
			} else if done {
				select {
				case <-written:
					return
				default:
				}
			}
		}
	})
	others.Go(func() {
		seen := int64(0)
		for more := true; more; {
			select {
			case <-written:
				more = false
			default:
			}
			n, err := countOf(s)
			if err != nil {
				t.Error(err)
				return
			}
			if n < seen || n%each != 0 {
				t.Errorf("%d events after %d", n, seen)
				return
			}
			seen = n
		}
	})
	writing.Wait()
	close(written)
	others.Wait()
	if n, err := countOf(s); err != nil || n != 2*commits*each {
		t.Errorf("%d events, %v", n, err)
	}
	must(t, s.Close())
}

// countOf counts all events by a scan that reads them.
func countOf(s *Store) (n int64, err error) {
	tx := s.Read()
	defer tx.Close()
	fragments, err := tx.Scan(Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: []nql.Column{{Path: nql.PropertyPath("n"), Kind: column.Int64}}})
	for _, f := range fragments {
		var b column.Batch
		for err == nil {
			var more bool
			if more, err = f.Next(context.Background(), &b); !more {
				break
			}
			n += int64(b.Rows())
		}
		f.Close()
	}
	return n, err
}
