package span

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
)

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
	files, _ := filepath.Glob("../../../shared/data/*.ndjson.zst")
	return files
}

// unpacked is the content of one of the real files.
func unpacked(tb testing.TB, name string) []byte {
	b, err := os.ReadFile(name)
	must(tb, err)
	z, err := zstd.NewReader(nil)
	must(tb, err)
	defer z.Close()
	b, err = z.DecodeAll(b, nil)
	must(tb, err)
	return b
}

func size(all []sample) (n int) {
	for _, e := range all {
		n += len(e.doc)
	}
	return n
}

// cpu is the processor time that the process has used, which other work on the machine changes less than the clock's; to 10 ms. Where the
// system does not tell, it is the clock's.
func cpu() time.Duration {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	user, _ := strconv.ParseInt(string(f[11]), 10, 64)
	system, _ := strconv.ParseInt(string(f[12]), 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// timed gives the processor time that f takes, over so many rounds that it can be told.
func timed(f func()) time.Duration {
	runtime.GC()
	began, rounds := cpu(), time.Duration(0)
	for rounds == 0 || cpu()-began < 200*time.Millisecond {
		f()
		rounds++
	}
	return (cpu() - began) / rounds
}

// TestPageSizes measures what page sizes and codecs cost and save, for docs/decisions.md: run it with -v and FLARE_PG_MEASURE=1.
func TestPageSizes(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	sets := map[string][][]sample{"generated": {generated(t, 60_000)}}
	names := []string{"generated"}
	for _, name := range realFiles() {
		sets["real"] = append(sets["real"], decoded(t, unpacked(t, name)))
	}
	if len(sets["real"]) > 0 {
		names = append(names, "real")
	} else {
		t.Log("no real events: ../shared/data is absent")
	}
	codecs := []struct {
		name  string
		codec Codec
		level zstd.EncoderLevel
	}{{"none", NoCodec, 0}, {"snappy", Snappy, 0}, {"zstd fastest", Zstd, zstd.SpeedFastest}, {"zstd default", Zstd, zstd.SpeedDefault}, {"zstd better", Zstd, zstd.SpeedBetterCompression}}
	for _, name := range names {
		for _, c := range codecs {
			for _, page := range []int{16 << 10, 64 << 10, 256 << 10, 1 << 20} {
				o := Options{PageBytes: page, Codec: c.codec, level: c.level}
				raw, stored, pages := 0, 0, 0
				var build, scan time.Duration
				for _, all := range sets[name] {
					f, footer := write(t, o, all)
					raw, stored, pages = raw+size(all), stored+len(f.b), pages+len(footer.Pages)
					build += timed(func() {
						w := NewWriter(f, path, Header{}, o)
						for _, e := range all {
							if err := w.Append(e.ts, e.arrival, e.doc); err != nil {
								t.Fatal(err)
							}
						}
						finish(t, f, w)
					})
					var p Page
					scan += timed(func() {
						for _, info := range footer.Pages {
							must(t, p.Load(f, path, info, nil, 0))
						}
					})
				}
				t.Logf("%-9s %-12s %4d KiB: %.4f of raw, build %4.0f MB/s, scan %5.0f MB/s, one page %4.0f µs", name, c.name, page>>10,
					float64(stored)/float64(raw), float64(raw)/build.Seconds()/1e6, float64(raw)/scan.Seconds()/1e6, scan.Seconds()*1e6/float64(pages))
			}
		}
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(3)), zstd.WithWindowSize(2<<20))
	must(t, err)
	for _, name := range names {
		raw, stored, whole := 0, 0, 0
		for _, all := range sets[name] {
			f, _ := write(t, Options{}, all)
			var lines []byte
			for _, e := range all {
				lines = append(append(lines, e.doc...), '\n')
			}
			raw, stored, whole = raw+size(all), stored+len(f.b), whole+len(z.EncodeAll(lines, nil))
		}
		t.Logf("%-9s as written by default: %d bytes, %.4f of raw, %.2f times the lines in one piece under zstd's level 3",
			name, stored, float64(stored)/float64(raw), float64(stored)/float64(whole))
	}
}

// TestLayouts measures whole files in rows and in columns, for docs/decisions.md: run it with -v and FLARE_PG_MEASURE=1.
func TestLayouts(t *testing.T) {
	if os.Getenv("FLARE_PG_MEASURE") == "" {
		t.Skip("a measurement; set FLARE_PG_MEASURE=1")
	}
	show := func(name string, all []sample) {
		raw := float64(size(all))
		rows, _ := write(t, Options{}, all)
		began := cpu()
		columns, footer := write(t, Options{Layout: Columns}, all)
		took := (cpu() - began).Seconds()
		fronts, left := 0, 0
		for _, p := range footer.Pages {
			fronts += p.Front
			if p.Layout == Rows {
				left += p.Events
			}
		}
		t.Logf("%-50s %6d events of %4.0f bytes: rows %.4f of raw, columns %.4f (%.2f of rows; fronts %.4f), built at %3.0f MB/s; %d events left in rows", name, len(all), raw/float64(len(all)),
			float64(len(rows.b))/raw, float64(len(columns.b))/raw, float64(len(columns.b))/float64(len(rows.b)), float64(fronts)/raw, raw/1e6/max(took, 0.01), left)
	}
	show("generated", generated(t, 100_000))
	for _, name := range realFiles() {
		show(strings.TrimSuffix(filepath.Base(name), ".ndjson.zst"), decoded(t, unpacked(t, name)))
	}
}

// TestGeneratedEventsTakeLittleRoom guards what docs/decisions.md says of a file with the default options.
func TestGeneratedEventsTakeLittleRoom(t *testing.T) {
	all := generated(t, 20_000)
	f, _ := write(t, Options{}, all)
	if share := float64(len(f.b)) / float64(size(all)); share > 0.16 {
		t.Errorf("%.4f of raw", share)
	}
}
