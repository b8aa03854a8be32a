package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// manyPages makes a store with one span of about a thousand pages. Event i is at base + i ms; one of all has "needle".
func manyPages(t *testing.T) (*Store, int) {
	const events = 60_000
	s := open(t, vfs.NewMem(), Options{PageBytes: 300, RAMBytes: -1})
	st := s.NewStage()
	for i := range events {
		d := fmt.Sprintf(`{"n":%d,"text":"%0100d"}`, i, i)
		if i == events*2/3 {
			d = fmt.Sprintf(`{"n":%d,"needle":true,"text":"%0100d"}`, i, i)
		}
		must(t, st.Append(1, base+int64(i)*10_000, []byte(d)))
	}
	must(t, s.Commit(context.Background(), st, Sync))
	maintainAll(t, s, MaintainOptions{Force: true})
	return s, events
}

func maintainAll(t testing.TB, s *Store, o MaintainOptions) {
	t.Helper()
	for range 10_000 {
		_, done, err := s.Maintain(context.Background(), o)
		must(t, err)
		if done {
			return
		}
	}
	t.Fatal("maintenance does not end")
}

func TestATimeRangeDecodesAtMostTwoPagesBeyondIt(t *testing.T) {
	s, events := manyPages(t)
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	for _, length := range []int{1, 10, 1000, 20_000} {
		for from := 0; from+length <= events; from += events / 7 {
			for _, order := range []nql.Order{nql.Unordered, nql.Ascending, nql.Descending} {
				var stats ScanStats
				docs := scan(t, tx, Spec{From: base + int64(from)*10_000, To: base + int64(from+length)*10_000, Order: order, Stats: &stats})
				if len(docs) != length {
					t.Fatalf("%d events of %d", len(docs), length)
				}
				perPage := float64(events) / float64(stats.Pages.Load()+stats.PagesTime.Load())
				needed := int64(float64(length)/perPage) + 1
				if read := stats.PagesRead.Load(); read > needed+2 {
					t.Errorf("%d events from %d on: %d pages decoded, where %d hold them", length, from, read, needed)
				}
			}
		}
	}
}

func TestASignalWithOneHitInAThousandPagesDecodesThatPage(t *testing.T) {
	s, _ := manyPages(t)
	where, err := nql.ParseExpr("needle = true")
	must(t, err)
	never, err := nql.ParseExpr("needle = false")
	must(t, err)
	must(t, s.Alter(func(e *SchemaEdit) error {
		if err := e.CreateSignal(Signal{ID: 1, Stream: 1, Name: "never", Where: never}); err != nil {
			return err
		}
		return e.CreateSignal(Signal{ID: 2, Stream: 1, Name: "needles", Where: where})
	}))
	maintainAll(t, s, MaintainOptions{})
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	var stats ScanStats
	if docs := scan(t, tx, Spec{Where: where, Stats: &stats}); len(docs) != 1 {
		t.Fatalf("%d events", len(docs))
	}
	pages, read := stats.PagesRead.Load()+stats.PagesSignal.Load(), stats.PagesRead.Load()
	if pages < 900 || read*100 >= pages {
		t.Errorf("%d pages of %d decoded", read, pages)
	}
	if u := stats.Signals()["needles"]; u.Pages != pages-read {
		t.Errorf("the signal spared %d pages of %d", u.Pages, pages-read)
	}
	// With more beside the signal's predicate; and one that has no match in the span, which is not opened.
	more, err := nql.ParseExpr("n > 10 and needle = true and n < 50000")
	must(t, err)
	var narrow, none ScanStats
	if docs := scan(t, tx, Spec{Where: more, Stats: &narrow}); len(docs) != 1 || narrow.PagesRead.Load() != 1 {
		t.Errorf("%d events, %d pages decoded", len(docs), narrow.PagesRead.Load())
	}
	if docs := scan(t, tx, Spec{Where: never, Stats: &none}); len(docs) != 0 || none.SpansOpened.Load() != 0 || none.FilesSignal.Load() != 1 {
		t.Errorf("%d events, %d spans opened", len(docs), none.SpansOpened.Load())
	}
}

func TestOnlyTheColumnsThatAreAskedForAreRead(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{RAMBytes: -1})
	st := s.NewStage()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 10_000 {
		must(t, st.Append(1, base+int64(i)*10_000, fmt.Appendf(nil, `{"n":%d,"text":"%016x%016x%016x"}`, i%7, r.Uint64(), r.Uint64(), r.Uint64())))
	}
	must(t, s.Commit(context.Background(), st, Sync))
	maintainAll(t, s, MaintainOptions{Force: true})
	tx := s.Read()
	defer func() { tx.Close(); must(t, s.Close()) }()
	size := tx.g.files[1][0].Length
	read := func(name string, kind column.Kind) int64 {
		var stats ScanStats
		fragments, err := tx.Scan(Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: []nql.Column{{Path: nql.PropertyPath(name), Kind: kind}}, Stats: &stats})
		must(t, err)
		var b column.Batch
		for _, f := range fragments {
			for more := true; more; {
				more, err = f.Next(context.Background(), &b)
				must(t, err)
			}
			f.Close()
		}
		return stats.BytesRead.Load()
	}
	if n := read("n", column.Int64); n <= 0 || n > size/10 {
		t.Errorf("%d bytes read of %d for small numbers", n, size)
	}
	if n := read("text", column.Text); n < size/2 || n > size {
		t.Errorf("%d bytes read of %d for what takes nearly all of it", n, size)
	}
}
