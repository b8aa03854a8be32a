package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
	"pgregory.net/rapid"
)

// outcome is all that a run over r gives, as text.
func outcome(t interface{ Context() context.Context }, o Options, r io.Reader) string {
	var sink recorder
	var bad string
	o.Bytes, o.OnError = 100, Skip
	o.Report = func(e *LineError) { bad += e.Error() + "\n" }
	result, err := Run(t.Context(), []Input{Reader("in", r)}, &sink, o)
	return fmt.Sprint(result, err, sink.docs, sink.times, bad, sink.summary.Properties())
}

// FuzzHowTheTextIsCutDoesNotMatter is the law below over any bytes.
func FuzzHowTheTextIsCutDoesNotMatter(f *testing.F) {
	for _, text := range []string{"", "\n", "\r\n\r", "\xef\xbb\xbf" + at + "}\n", at + "}\nx\n" + at + `,"a":1}`, at + `,"long":"` + strings.Repeat("y", 200) + "\"}\n" + at + "}", "\xff\x00"} {
		f.Add([]byte(text), uint8(7))
	}
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		want := outcome(t, Options{}, bytes.NewReader(text))
		if got := outcome(t, Options{chunk: int(size) + 1, Workers: 3}, bytes.NewReader(text)); got != want {
			t.Fatalf("chunks of %d bytes:\n%s\nwant\n%s", int(size)+1, got, want)
		}
	})
}

// TestHowTheTextIsCutDoesNotMatter: any size of chunks, of reads and any number of workers give the same
// events, in the same order, the same properties and the same bad lines.
func TestHowTheTextIsCutDoesNotMatter(t *testing.T) {
	line := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf(`%s,%q:%d,"b":%s}`, at, rapid.SampledFrom([]string{"a", "c", "@x"}).Draw(t, "name"),
				rapid.Int().Draw(t, "n"), rapid.SampledFrom([]string{"null", "1.5", `"x"`, "true", `{"c":1}`}).Draw(t, "b"))
		}),
		rapid.SampledFrom([]string{"", " ", "\r", "x", at, at + `,"long":"` + string(bytes.Repeat([]byte("y"), 150)) + `"}`, "\xff"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		for _, l := range rapid.SliceOfN(line, 0, 40).Draw(t, "lines") {
			b.WriteString(l)
			b.WriteString(rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
		}
		if rapid.Bool().Draw(t, "no last newline") && b.Len() > 0 {
			b.Truncate(b.Len() - 1)
		}
		want := outcome(t, Options{}, bytes.NewReader(b.Bytes()))
		o := Options{chunk: rapid.IntRange(1, 300).Draw(t, "chunk"), Workers: rapid.IntRange(1, 4).Draw(t, "workers")}
		var r io.Reader = bytes.NewReader(b.Bytes())
		if rapid.Bool().Draw(t, "byte by byte") {
			r = iotest.OneByteReader(r)
		}
		if got := outcome(t, o, r); got != want {
			t.Fatalf("chunks of %d bytes, %d workers:\n%s\nwant\n%s", o.chunk, o.Workers, got, want)
		}
	})
}

// lineSource makes demo events, or one endless line, without holding them.
type lineSource struct {
	g    *demo.Generator
	left int
	buf  []byte
}

func (s *lineSource) Read(p []byte) (int, error) {
	if len(s.buf) == 0 {
		if s.left <= 0 {
			return 0, io.EOF
		}
		if s.g != nil {
			s.buf = append(s.g.Next(s.buf[:0]), '\n')
		} else {
			s.buf = append(s.buf[:0], bytes.Repeat([]byte{'x'}, 4096)...)
		}
		s.left -= len(s.buf)
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	return n, nil
}

// peak is a sink that watches the heap.
type peak struct {
	countingSink
	most uint64
}

func (p *peak) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.most = max(p.most, m.HeapAlloc)
}

func (p *peak) Observe(*event.Summary) { p.look() }

func TestMemoryStaysFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 200 MB")
	}
	const total, bound = 100 << 20, 48 << 20
	begin := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)

	sink := &peak{}
	result, err := Run(t.Context(), []Input{Reader("events", &lineSource{g: demo.New(1, begin, begin.Add(24*time.Hour)), left: total})}, sink, Options{})
	if err != nil || result.Bytes < total {
		t.Fatalf("%+v %v", result, err)
	}
	if sink.most-min(sink.most, before.HeapAlloc) > bound {
		t.Errorf("%d events of %d bytes took %d MB of memory", result.Events, result.Bytes, sink.most>>20)
	}

	// A line that never seems to end is reported without being held.
	sink = &peak{}
	o := Options{OnError: Skip, Report: func(*LineError) { sink.look() }}
	result, err = Run(t.Context(), []Input{Reader("line", &lineSource{left: total})}, sink, o)
	if err != nil || result.BadLines != 1 || result.Bytes < total {
		t.Fatalf("%+v %v", result, err)
	}
	if sink.most-min(sink.most, before.HeapAlloc) > 2*bound {
		t.Errorf("a line of %d bytes took %d MB of memory", result.Bytes, sink.most>>20)
	}
}

func BenchmarkRun(b *testing.B) {
	begin := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	g := demo.New(1, begin, begin.Add(24*time.Hour))
	var all []byte
	for len(all) < 32<<20 {
		all = append(g.Next(all), '\n')
	}
	b.SetBytes(int64(len(all)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(b.Context(), []Input{Reader("demo", bytes.NewReader(all))}, &countingSink{}, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
