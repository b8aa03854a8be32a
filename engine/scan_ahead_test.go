package engine

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
	"github.com/flare-pg/flare-pg/nql"
)

// watchedFS notes what is read of the files that are opened, and what was announced.
type watchedFS struct {
	*vfs.Mem
	mu         sync.Mutex
	told, read []stretch
}

type stretch struct{ from, to int64 }

type watchedFile struct {
	vfs.File
	fs *watchedFS
}

func (w *watchedFS) Open(name string) (vfs.File, error) {
	f, err := w.Mem.Open(name)
	if err != nil {
		return nil, err
	}
	return watchedFile{f, w}, nil
}

func (f watchedFile) ReadAt(b []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	f.fs.read = append(f.fs.read, stretch{off, off + int64(len(b))})
	f.fs.mu.Unlock()
	return f.File.ReadAt(b, off)
}

func (f watchedFile) WillNeed(off, n int64) {
	f.fs.mu.Lock()
	f.fs.told = append(f.fs.told, stretch{off, off + n})
	f.fs.mu.Unlock()
	f.File.WillNeed(off, n)
}

// TestWhatAScanReadsIsAnnounced: a scan of pages by column that it knows nothing of yet announces what it reads of them, and little else; one that knows them announces nothing.
func TestWhatAScanReadsIsAnnounced(t *testing.T) {
	w := &watchedFS{Mem: vfs.NewMem()}
	must(t, w.MakeDir("data"))
	s, err := Open("data", Options{FS: w, Create: true, PageBytes: 4 << 10, RAMBytes: -1, Layout: inLayout(Columns)})
	must(t, err)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g, d, st := demo.New(1, from, from.Add(time.Hour)).Of(4000), event.NewDecoder(event.Options{}), s.NewStage()
	for range 4000 {
		doc, ts, err := d.Decode(nil, g.Next(nil), nil)
		must(t, err)
		must(t, st.Append(1, ts, doc))
	}
	must(t, s.Commit(context.Background(), st, Sync))
	maintainAll(t, s, MaintainOptions{Force: true})
	must(t, s.Close())
	for _, q := range []struct {
		where   string
		columns []nql.Column
	}{
		{"", []nql.Column{{Path: nql.PropertyPath("Application"), Kind: column.Text}, {Path: nql.PropertyPath("Elapsed"), Kind: column.Float64}, {Path: nql.PropertyPath("UserId"), Kind: column.Int64}}},
		{"", []nql.Column{{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp}, {Path: &nql.Path{Root: nql.Level}, Kind: column.Text}}},
		{"Method like '%nothing%'", docColumns},
	} {
		s, err = Open("data", Options{FS: w, PageBytes: 4 << 10, RAMBytes: -1})
		must(t, err)
		spec := Spec{Stream: 1, From: MinTime, To: MaxTime, Columns: q.columns}
		if q.where != "" {
			spec.Where, err = nql.ParseExpr(q.where)
			must(t, err)
		}
		for _, known := range []bool{false, true} {
			tx := s.Read()
			spec.Stats = new(ScanStats)
			fragments, err := tx.Scan(spec)
			must(t, err)
			w.told, w.read = nil, nil
			var b column.Batch
			for _, f := range fragments {
				for ok := true; ok; {
					ok, err = f.Next(context.Background(), &b)
					must(t, err)
				}
				f.Close()
			}
			tx.Close()
			if known {
				if len(w.told) > 0 {
					t.Errorf("%s: %d stretches were announced that may be there already", q.where, len(w.told))
				}
				continue
			}
			var told, other int64
			for _, x := range w.told {
				told += x.to - x.from
			}
			missed := 0
			for _, x := range w.read {
				within := false
				for _, y := range w.told {
					within = within || y.from <= x.from && x.to <= y.to
				}
				if !within {
					missed++
					other += x.to - x.from
				}
			}
			// Header, footer and trailer of the file are read besides.
			if pages := spec.Stats.PagesRead.Load(); pages < 10 || missed > 4 {
				t.Errorf("%q: %d of %d reads (%d bytes) of %d pages were not announced", q.where, missed, len(w.read), other, pages)
			}
			// What lies between two pieces is announced with them where that is less than another page of the disk.
			if read := spec.Stats.BytesRead.Load(); told > 2*read+spec.Stats.PagesRead.Load()*2*4096 {
				t.Errorf("%q: %d bytes were announced, %d read", q.where, told, read)
			}
		}
		must(t, s.Close())
	}
}
