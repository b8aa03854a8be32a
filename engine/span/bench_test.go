package span

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// sink takes writes and forgets them.
type sink struct{}

func (sink) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }

// BenchmarkBuild writes files of generated events; the named reference is the codec alone over the same bytes in pieces of a page.
func BenchmarkBuild(b *testing.B) {
	all := generated(b, 20_000)
	raw := size(all)
	for _, c := range []Codec{NoCodec, Snappy, Zstd} {
		b.Run(c.String(), func(b *testing.B) {
			b.SetBytes(int64(raw))
			for b.Loop() {
				w := NewWriter(sink{}, path, Header{}, Options{Codec: c})
				for _, e := range all {
					if err := w.Append(e.ts, e.arrival, e.doc); err != nil {
						b.Fatal(err)
					}
				}
				if _, _, err := w.Finish(); err != nil {
					b.Fatal(err)
				}
			}
			perEvent(b, len(all))
		})
	}
	b.Run("reference=zstd-alone", func(b *testing.B) {
		var docs, out []byte
		for _, e := range all {
			docs = append(docs, e.doc...)
		}
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(defaultLevel))
		must(b, err)
		b.SetBytes(int64(raw))
		for b.Loop() {
			for rest := docs; len(rest) > 0; {
				n := min(DefaultPageBytes, len(rest))
				out = z.EncodeAll(rest[:n], out[:0])
				rest = rest[n:]
			}
		}
		perEvent(b, len(all))
	})
}

// BenchmarkSummary is the part of BenchmarkBuild that gathers the properties.
func BenchmarkSummary(b *testing.B) {
	all := generated(b, 20_000)
	b.SetBytes(int64(size(all)))
	s := newSummary()
	for b.Loop() {
		for _, e := range all {
			s.observe(e.doc)
		}
	}
	perEvent(b, len(all))
}

// BenchmarkScan decodes files of generated events and visits each.
func BenchmarkScan(b *testing.B) {
	all := generated(b, 20_000)
	for _, c := range []Codec{NoCodec, Snappy, Zstd} {
		b.Run(c.String(), func(b *testing.B) {
			f, footer := write(b, Options{Codec: c}, all)
			b.SetBytes(int64(size(all)))
			var p Page
			for b.Loop() {
				n := 0
				for _, info := range footer.Pages {
					if err := p.Load(f, path, info, nil, 0); err != nil {
						b.Fatal(err)
					}
					for i := range p.Len() {
						_, _, doc, err := p.At(i)
						must(b, err)
						n += len(doc)
					}
				}
				if n != size(all) {
					b.Fatal(n)
				}
			}
			perEvent(b, len(all))
		})
	}
}

// BenchmarkCopy merges by copying pages.
func BenchmarkCopy(b *testing.B) {
	all := generated(b, 20_000)
	f, footer := write(b, Options{}, all)
	b.SetBytes(int64(size(all)))
	var buf []byte
	for b.Loop() {
		w := NewWriter(sink{}, path, Header{}, Options{})
		for _, info := range footer.Pages {
			var err error
			if buf, err = Stored(f, path, info, buf); err != nil {
				b.Fatal(err)
			}
			if err = w.CopyPage(info, buf, footer); err != nil {
				b.Fatal(err)
			}
		}
		if _, _, err := w.Finish(); err != nil {
			b.Fatal(err)
		}
	}
	perEvent(b, len(all))
}

func perEvent(b *testing.B, events int) {
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func TestAPageIsUsedAgainWithoutNewMemory(t *testing.T) {
	if raceDetector {
		t.Skip("allocations can't be counted under the race detector")
	}
	all := generated(t, 3000)
	for _, c := range []Codec{NoCodec, Snappy, Zstd} {
		f, footer := write(t, Options{Codec: c, PageBytes: 64 << 10}, all)
		var p Page
		load := func() {
			for _, info := range footer.Pages {
				must(t, p.Load(f, path, info, nil, 0))
			}
		}
		load()
		if n := testing.AllocsPerRun(20, load) / float64(len(footer.Pages)); n > 0.1 { // the collector may empty the pool of decoders
			t.Errorf("%v: %.2f allocations a page", c, n)
		}
	}
}

func TestWritingTakesTheSameMemoryHoweverLongTheFile(t *testing.T) {
	if raceDetector {
		t.Skip("memory can't be judged under the race detector")
	}
	all := generated(t, 5000)
	w := NewWriter(sink{}, path, Header{}, Options{})
	taken := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	var before uint64
	for round := range 20 {
		if round == 3 {
			before = taken()
		}
		for _, e := range all {
			must(t, w.Append(e.ts+int64(round)*1e13, e.arrival, e.doc))
		}
	}
	pages := uint64(len(w.footer.Pages))
	if n := taken() - before; n > 1<<20+pages*300 {
		t.Errorf("17 rounds of %d bytes took %d bytes of memory", size(all), n)
	}
	_, _, err := w.Finish()
	must(t, err)
}

func ExampleName() {
	fmt.Println(Name(15960070200000000, 17))
	// Output: 2020-07-29T07-17-17.span
}
