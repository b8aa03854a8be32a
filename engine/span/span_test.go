package span

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/flare-pg/flare-pg/engine/tick"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sample is an event to be written.
type sample struct {
	ts      int64
	arrival uint64
	doc     []byte
}

// file is a file in memory.
type file struct{ b []byte }

func (f *file) WriteAt(b []byte, off int64) (int, error) {
	if need := int(off) + len(b); need > len(f.b) {
		f.b = append(f.b, make([]byte, need-len(f.b))...)
	}
	return copy(f.b[off:], b), nil
}

func (f *file) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(f.b)) {
		return 0, io.EOF
	}
	n := copy(b, f.b[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

const path = "test.span"

// write makes a file of events.
func write(tb testing.TB, o Options, all []sample) (*file, *Footer) {
	tb.Helper()
	f := &file{}
	w := NewWriter(f, path, Header{Stream: 1, ID: 7}, o)
	for _, e := range all {
		must(tb, w.Append(e.ts, e.arrival, e.doc))
	}
	return f, finish(tb, f, w)
}

func finish(tb testing.TB, f *file, w *Writer) *Footer {
	tb.Helper()
	footer, n, err := w.Finish()
	must(tb, err)
	if n != int64(len(f.b)) {
		tb.Fatalf("%d bytes, Finish says %d", len(f.b), n)
	}
	return footer
}

// read gives the events of the pages, each read forwards and backwards.
func read(tb testing.TB, f *file, pages []PageInfo) (all []sample) {
	tb.Helper()
	var p Page
	for _, info := range pages {
		must(tb, p.Load(f, path, info, nil, 0))
		if p.Len() != info.Events || int64(len(all)) != info.Row-pages[0].Row {
			tb.Fatalf("page has %d events, the directory says %d from row %d", p.Len(), info.Events, info.Row)
		}
		from := len(all)
		for i := range p.Len() {
			ts, arrival, doc, err := p.At(i)
			must(tb, err)
			all = append(all, sample{ts, arrival, bytes.Clone(doc)})
		}
		for i := p.Len() - 1; i >= 0; i-- {
			ts, arrival, doc, err := p.At(i)
			must(tb, err)
			if e := all[from+i]; e.ts != ts || e.arrival != arrival || !bytes.Equal(e.doc, doc) {
				tb.Fatalf("backwards event %d is another", i)
			}
		}
	}
	return all
}

func same(a, b []sample) bool {
	return slices.EqualFunc(a, b, func(a, b sample) bool {
		return a.ts == b.ts && a.arrival == b.arrival && bytes.Equal(a.doc, b.doc)
	})
}

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

// few are events for a small file.
func few() []sample {
	ts := int64(16_000_002_000_000_000)
	return []sample{
		{ts, 1, []byte(`{"@t":"2020-09-13T12:30:00Z","a":1}`)},
		{ts, 3, []byte(`{"@t":"2020-09-13T12:30:00Z","a":null,"b":{"c":[{"d":1}],"e \"f\"":true}}`)},
		{ts + 1, 2, []byte(`{"@t":"2020-09-13T12:30:00.0000001Z","b":"` + strings.Repeat("ab", 40) + `"}`)},
		{ts + 10_000_000, 900, []byte(`{}`)},
		{ts + 20_000_000, 901, []byte(`{"@t":"2020-09-13T12:30:02Z","b":"` + strings.Repeat("xy", 300) + `"}`)},
	}
}

// alike are events with enough in common for pages of columns.
func alike() []sample {
	all := []sample{
		{0, 1, []byte(`{"@t":"2020-09-13T12:30:00Z","a":1,"b":{"c":[{"d":1}],"e \"f\"":true},"s":"one"}`)},
		{0, 3, []byte(`{"@t":"2020-09-13T12:30:00Z","a":-2.50,"b":{"c":[{"d":1}],"e \"f\"":false},"s":"two"}`)},
		{1, 2, []byte(`{"@t":"2020-09-13T12:30:00.0000001Z","a":null,"s":"one"}`)},
		{10_000_000, 900, []byte(`{"@t":"2020-09-13T12:30:01Z","a":null,"s":"one","x":0}`)},
	}
	for i := range all {
		all[i].ts += 16_000_002_000_000_000
		again := all[i]
		again.ts, again.doc = again.ts+20_000_000, bytes.Replace(again.doc, []byte(":30:0"), []byte(":30:2"), 1)
		all = append(all, again)
	}
	return all
}

// inColumns makes small write pages of columns.
const inColumns Codec = 0xff

// small is a file of few pages: three written, and the first events once more from a file with another codec, copied behind them.
func small(tb testing.TB, c Codec) (*file, *Footer) {
	tb.Helper()
	f := &file{}
	o, copied, events := Options{PageBytes: 200, Codec: c}, Options{Codec: NoCodec}, few()
	if c == inColumns {
		o, copied, events = Options{PageBytes: 360 / columnPages, Layout: Columns}, Options{Layout: Columns}, alike()
	}
	w := NewWriter(f, path, Header{Stream: 1, ID: 7, Derived: true}, o)
	for _, e := range events {
		must(tb, w.Append(e.ts, e.arrival, e.doc))
	}
	later := events[:2]
	for i := range later {
		later[i].ts += 1_000_000_000
		later[i].doc = bytes.Replace(later[i].doc, []byte(`"a"`), []byte(`"copied"`), 1)
	}
	other, footer := write(tb, copied, later)
	stored, err := Stored(other, path, footer.Pages[0], nil)
	must(tb, err)
	must(tb, w.CopyPage(footer.Pages[0], stored, footer))
	return f, finish(tb, f, w)
}

// dump annotates a file's bytes.
func dump(tb testing.TB, f *file) string {
	var out strings.Builder
	show := func(from, to int64, what string, args ...any) {
		fmt.Fprintf(&out, "%s\n", fmt.Sprintf(what, args...))
		for at := from; at < to; at += 16 {
			fmt.Fprintf(&out, "  %06x  % x\n", at, f.b[at:min(at+16, to)])
		}
	}
	size := int64(len(f.b))
	h, err := ReadHeader(f, path)
	show(0, HeaderBytes, "header: %+v, error %v", h, err)
	footer, err := ReadFooter(f, size, path)
	must(tb, err)
	var p Page
	for _, info := range footer.Pages {
		h, derr := decodePageHeader(f.b[info.Offset:info.end()])
		show(info.Offset, info.Offset+int64(h.size()), "page header: codec %d, %+v, error %v", h.codec, info, derr)
		err := p.Load(f, path, info, nil, 0)
		show(info.Offset+int64(h.size()), info.end(), "body, error %v", err)
		if info.Layout == Rows {
			show(0, 0, "raw heads % x", p.raw[:p.rows.start])
		}
		for i := range p.Len() {
			ts, arrival, doc, err := p.At(i)
			must(tb, err)
			show(0, 0, "  event %d at %d: %s", arrival, ts, doc)
		}
	}
	end, err2 := decodeTrailer(f.b[size-TrailerBytes:], size)
	for at := end.Offset; at < size-TrailerBytes; {
		n := sectionHead + int64(f.b[at+1]) + int64(f.b[at+2])<<8
		show(at, at+n, "section %d", f.b[at])
		at += n
	}
	for _, p := range footer.Properties {
		show(0, 0, "  property %q: %d, %v", p.Path, p.Count, p.Types)
	}
	show(size-TrailerBytes, size, "trailer: %+v, error %v", end, err2)
	return out.String()
}

func TestFormatStaysAsItIs(t *testing.T) {
	for name, codec := range map[string]Codec{"testdata/sample.txt": Snappy, "testdata/columns.txt": inColumns} {
		checkFormat(t, name, codec)
	}
}

func checkFormat(t *testing.T, name string, codec Codec) {
	f, _ := small(t, codec)
	got := dump(t, f)
	if *update {
		must(t, os.WriteFile(name, []byte(got), 0o600))
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if got != string(want) {
		t.Errorf("the format has changed (-update rewrites):\n%s", got)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		start int64
		id    uint64
		want  string
	}{
		{15960070999999999, 3, "2020-07-29T07-18-3.span"},
		{0, 1, "1970-01-01T00-00-1.span"},
		{-1, 2, "1969-12-31T23-59-2.span"},
		{-62135596800 * 10_000_000, 9, "0001-01-01T00-00-9.span"},
	} {
		if got := Name(c.start, c.id); got != c.want {
			t.Errorf("%d: %s, want %s", c.start, got, c.want)
		}
	}
}

func TestWhatFitsIntoATickFitsIntoASpan(t *testing.T) {
	if MaxRaw != tick.MaxRaw {
		t.Errorf("%d bytes, a tick takes %d", MaxRaw, tick.MaxRaw)
	}
	w := NewWriter(&file{}, path, Header{}, Options{Codec: Snappy})
	doc := make([]byte, tick.MaxRaw-tick.EventOverhead+1)
	must(t, w.Append(1, 1, doc[1:]))
	doc = make([]byte, MaxRaw)
	if err := w.Append(2, 2, doc); !isTooLarge(err) {
		t.Errorf("error %v", err)
	}
	must(t, w.Append(2, 2, doc[:MaxRaw-6]))
	f, n, err := w.Finish()
	must(t, err)
	var p Page
	for _, info := range f.Pages {
		must(t, p.Load(w.f.(io.ReaderAt), path, info, nil, 0))
	}
	if n > MaxRaw/5 || len(f.Pages) != 2 || cap(w.out) > keepBytes || cap(w.filling.docs) > keepBatch {
		t.Errorf("%d bytes, %d pages; %d and %d bytes kept", n, len(f.Pages), cap(w.out), cap(w.filling.docs))
	}
}

func TestABodyOfOneFrameIsRead(t *testing.T) {
	f, footer := write(t, Options{Codec: NoCodec}, few())
	h, raw, derr := openPage(f.b[HeaderBytes:footer.Pages[0].end()], footer.Pages[0])
	if derr != nil {
		t.Fatal(derr)
	}
	z, err := zstd.NewWriter(nil)
	must(t, err)
	body := z.EncodeAll(raw, nil)
	h.codec, h.bodySum, h.Length = codecZstd, sum(body), PageHeaderBytes+len(body)
	g := &file{append(make([]byte, HeaderBytes), append(appendPageHeader(nil, &h), body...)...)}
	if !same(read(t, g, []PageInfo{h.PageInfo}), few()) {
		t.Error("other events")
	}
}
