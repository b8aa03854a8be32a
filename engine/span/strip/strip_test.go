package strip

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
)

type sample struct {
	ts      int64
	arrival uint64
	doc     []byte
}

// generated are n sorted events of package demo.
func generated(tb testing.TB, n int) []sample {
	from := time.Date(2020, 7, 29, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, from, from.Add(24*time.Hour)).Of(n)
	var lines []byte
	for range n {
		lines = append(g.Next(lines), '\n')
	}
	return decoded(tb, lines)
}

// decoded are the sorted events of NDJSON, as they are stored.
func decoded(tb testing.TB, lines []byte) []sample {
	tb.Helper()
	var all []sample
	d := event.NewDecoder(event.Options{})
	for line := range bytes.Lines(lines) {
		doc, ts, err := d.Decode(nil, line, nil)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, sample{ts, uint64(len(all) + 1), doc})
	}
	slices.SortFunc(all, func(a, b sample) int {
		return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival))
	})
	return all
}

// realFiles are the names of the real events, none where they are absent.
func realFiles() []string {
	files, _ := filepath.Glob("../../../../shared/data/*.ndjson.zst")
	return files
}

// unpacked is the content of one of the real files.
func unpacked(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(name)
	must(tb, err)
	z, err := zstd.NewReader(nil)
	must(tb, err)
	defer z.Close()
	b, err = z.DecodeAll(b, nil)
	must(tb, err)
	return b
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func size(all []sample) (n int) {
	for _, e := range all {
		n += len(e.doc)
	}
	return n
}

// openBody makes r read a page that is a body in memory.
func openBody(r *Reader, body []byte, rows, docs int) error {
	f, err := ParseFront(body, len(body), rows, docs)
	if err != nil {
		return err
	}
	r.Open(f, bytes.NewReader(body), "page", 0)
	return nil
}

// page makes a page of all events.
func page(tb testing.TB, b *Builder, all []sample) []byte {
	tb.Helper()
	body, err := tryPage(b, all)
	must(tb, err)
	return body
}

func tryPage(b *Builder, all []sample) ([]byte, error) {
	for _, e := range all {
		b.Add(e.ts, e.arrival, e.doc)
	}
	body, _, err := b.Finish(nil)
	return body, err
}

// same checks that a page gives the events back.
func same(tb testing.TB, body []byte, all []sample) {
	tb.Helper()
	var r Reader
	must(tb, openBody(&r, body, len(all), size(all)))
	must(tb, r.Each(func(row int, doc []byte) bool {
		if !bytes.Equal(doc, all[row].doc) {
			tb.Fatalf("row %d:\n%s\nwas\n%s", row, doc, all[row].doc)
		}
		return true
	}))
	times, err := r.Times(nil)
	must(tb, err)
	arrivals, err := r.Arrivals(nil)
	must(tb, err)
	for row, e := range all {
		if times[row] != e.ts || arrivals[row] != e.arrival {
			tb.Fatalf("row %d: %d %d, was %d %d", row, times[row], arrivals[row], e.ts, e.arrival)
		}
	}
	for i := 0; i < len(all); i += 1 + len(all)/8 {
		must(tb, openBody(&r, body, len(all), size(all)))
		doc, err := r.Document(nil, i)
		must(tb, err)
		if !bytes.Equal(doc, all[i].doc) {
			tb.Fatalf("row %d alone:\n%s\nwas\n%s", i, doc, all[i].doc)
		}
	}
}

func chunks(all []sample, n int) [][]sample { return slices.Collect(slices.Chunk(all, n)) }

func TestGeneratedEventsComeBack(t *testing.T) {
	all := generated(t, 8192)
	b := NewBuilder()
	stored := 0
	for _, part := range chunks(all, 4096) {
		body := page(t, b, part)
		same(t, body, part)
		stored += len(body)
	}
	t.Logf("%.4f of raw", float64(stored)/float64(size(all)))
}

func TestRealEventsComeBack(t *testing.T) {
	files := realFiles()
	if len(files) == 0 {
		t.Skip("no real events: ../shared/data is absent")
	}
	b := NewBuilder()
	for _, name := range files {
		all := decoded(t, unpacked(t, name))
		most := 3 * 4096
		if raceDetector {
			most = 1000
		}
		all = all[:min(len(all), most)]
		stored, refused := 0, 0
		for _, part := range chunks(all, 4096) {
			body, err := tryPage(b, part)
			if errors.Is(err, ErrDifferent) {
				refused += len(part)
				continue
			}
			must(t, err)
			same(t, body, part)
			stored += len(body)
		}
		if refused > len(all)/10 && len(all) > 1000 {
			t.Errorf("%s: %d of %d events are left to rows", name, refused, len(all))
		}
		t.Logf("%s: %d events, %.4f of raw", filepath.Base(name), len(all), float64(stored)/float64(size(all)))
	}
}
