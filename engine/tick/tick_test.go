package tick

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
)

var update = flag.Bool("update", false, "rewrite golden files")

// frameOf makes a frame of events.
func frameOf(dst []byte, arrival uint64, ts int64, docs ...string) []byte {
	var raw []byte
	for i, d := range docs {
		raw = AppendEvent(raw, ts+int64(i), []byte(d))
	}
	chunks := AppendChunks(nil, raw)
	h := Head{Arrival: arrival, Events: uint32(len(docs)), Raw: uint32(len(raw)), Stored: uint32(len(chunks)), Min: ts, Max: ts + int64(len(docs)-1)}
	return append(AppendHead(dst, h), chunks...)
}

// sample is a file of two batches.
func sample() []byte {
	ts := int64(16_000_002_000_000_000)
	b := AppendHeader(nil, Header{Stream: 1, ID: 7, Start: RangeStart(ts)})
	from := len(b)
	b = frameOf(b, 1, ts, `{"@t":"2020-09-13T12:30:00Z","a":1}`, `{"@t":"2020-09-13T12:30:00.0000001Z","a":2}`)
	b = AppendRecord(b, Record{Seq: 1, Length: uint64(len(b) - from), Events: 2, Arrival: 1, Sum: Sum(b[from:]), Manifest: true})
	from = len(b)
	b = frameOf(b, 3, ts, `{"@t":"2020-09-13T12:30:00Z","b":"`+strings.Repeat("ab", 40)+`"}`)
	return AppendRecord(b, Record{Seq: 2, Length: uint64(len(b) - from), Events: 1, Arrival: 3, Sum: Sum(b[from:])})
}

// dump annotates a file's bytes.
func dump(b []byte) string {
	var out strings.Builder
	show := func(from, to int64, what string, args ...any) {
		fmt.Fprintf(&out, "%s\n", fmt.Sprintf(what, args...))
		for at := from; at < to; at += 16 {
			fmt.Fprintf(&out, "  %06x  % x\n", at, b[at:min(at+16, to)])
		}
	}
	h, err := DecodeHeader(b, "sample")
	show(0, HeaderBytes, "header: stream %d, file %d, range from %d, error %v", h.Stream, h.ID, h.Start, err)
	w := NewWalker(bytes.NewReader(b), "sample", HeaderBytes, int64(len(b)), nil)
	w.Sums = true
	for {
		kind, err := w.Next()
		if err != nil {
			fmt.Fprintf(&out, "end: %v\n", err)
			return out.String()
		}
		if kind == Commit {
			show(w.Offset, w.End(), "commit record: %+v", w.Record)
			continue
		}
		show(w.Offset, w.Offset+HeadBytes, "head: %+v", w.Head)
		raw, err := w.Events(nil)
		show(w.Offset+HeadBytes, w.End(), "chunks, error %v", err)
		for len(raw) > 0 {
			var ts int64
			var doc []byte
			if ts, doc, raw, _ = CheckEvent(raw); doc != nil {
				fmt.Fprintf(&out, "    event at %d: %s\n", ts, doc)
			}
		}
	}
}

func TestFormatStaysAsItIs(t *testing.T) {
	got := dump(sample())
	const name = "testdata/sample.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the format has changed (-update rewrites):\n%s", got)
	}
}

func TestBehindTheHeaderAnySnappyReaderReads(t *testing.T) {
	got, err := io.ReadAll(snappy.NewReader(bytes.NewReader(sample()[HeaderBytes-10:])))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(got, []byte(`"@t"`)); n != 3 {
		t.Errorf("%d events", n)
	}
}

func TestNamesAndRanges(t *testing.T) {
	for _, c := range []struct {
		ts   int64
		id   uint64
		want string
	}{
		{15960070999999999, 3, "2020-07-29T07-15-3.tick"},
		{0, 1, "1970-01-01T00-00-1.tick"},
		{-1, 2, "1969-12-31T23-55-2.tick"},
		{-62135596800 * 10_000_000, 9, "0001-01-01T00-00-9.tick"},
	} {
		if got := Name(RangeStart(c.ts), c.id); got != c.want {
			t.Errorf("%d: %s, want %s", c.ts, got, c.want)
		}
	}
}

func TestFramesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var raw []byte
		var docs [][]byte
		for range rapid.IntRange(1, 20).Draw(t, "events") {
			d := bytes.Repeat([]byte{byte(rapid.IntRange(0, 255).Draw(t, "byte"))}, rapid.SampledFrom([]int{0, 1, 100, 70_000}).Draw(t, "size"))
			if rapid.Bool().Draw(t, "random") {
				for i := range d {
					d[i] ^= byte(i * i >> 3)
				}
			}
			docs = append(docs, d)
			raw = AppendEvent(raw, int64(len(docs)), d)
		}
		chunks := AppendChunks(nil, raw)
		if uint64(len(chunks)) > MaxStored(len(raw)) {
			t.Fatalf("%d raw bytes became %d", len(raw), len(chunks))
		}
		got, err := DecodeChunks([]byte("before"), chunks, len(raw))
		if err != nil || !bytes.Equal(got[6:], raw) {
			t.Fatalf("error %v", err)
		}
		for i, rest := 0, got[6:]; len(rest) > 0; i++ {
			var ts int64
			var doc []byte
			if ts, doc, rest, err = CheckEvent(rest); err != nil || ts != int64(i+1) || !bytes.Equal(doc, docs[i]) {
				t.Fatalf("event %d: %v", i, err)
			}
		}
	})
}

// walkAll walks any bytes to their end, over damage too, and fails on what must never be.
func walkAll(t *testing.T, b []byte) {
	w := NewWalker(bytes.NewReader(b), "fuzz", 0, int64(len(b)), nil)
	last := int64(-1)
	for {
		kind, err := w.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			var d *damage.Error
			if !errors.As(err, &d) || d.File != "fuzz" || d.Offset < 0 || d.Offset > int64(len(b)) {
				t.Fatalf("error %v", err)
			}
			if !w.Resync() {
				return
			}
			if w.End() <= last {
				t.Fatal("no progress")
			}
			last = w.End()
			continue
		}
		if kind == Frame {
			raw, err := w.Events(nil)
			for err == nil && len(raw) > 0 {
				var derr *damage.Error
				if _, _, raw, derr = CheckEvent(raw); derr != nil {
					break
				}
			}
		}
	}
}

func FuzzWalk(f *testing.F) {
	s := sample()
	f.Add(s)
	f.Add(s[HeaderBytes:])
	f.Add(s[HeaderBytes+HeadBytes:])
	f.Add([]byte{chunkHead, HeadBytes - 4, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = DecodeHeader(b, "fuzz")
		walkAll(t, b)
		sums := NewWalker(bytes.NewReader(b), "fuzz", 0, int64(len(b)), nil)
		sums.Sums = true
		for at := int64(0); ; {
			kind, err := sums.Next()
			if err != nil {
				break
			}
			// What is taken for valid is what the encoder would write, and the walk goes on right behind it.
			var want []byte
			if kind == Commit {
				want = AppendRecord(nil, sums.Record)
			} else {
				want = AppendHead(nil, sums.Head)
			}
			if sums.Offset != at || sums.End() < at+int64(len(want)) || !bytes.Equal(b[at:at+int64(len(want))], want) {
				t.Fatalf("kind %d at %d (up to %d) encodes to % x", kind, sums.Offset, sums.End(), want)
			}
			at = sums.End()
		}
	})
}

func FuzzDecodeChunks(f *testing.F) {
	raw := AppendEvent(nil, 1, bytes.Repeat([]byte("abc"), 100))
	f.Add(AppendChunks(nil, raw), len(raw))
	f.Add(AppendChunks(nil, raw), -1)
	f.Add([]byte{0, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 15}, 1<<20)
	f.Fuzz(func(t *testing.T, chunks []byte, raw int) {
		out, err := DecodeChunks(nil, chunks, min(raw, 1<<20))
		if err == nil && len(out) != min(raw, 1<<20) {
			t.Fatalf("%d bytes instead of %d", len(out), raw)
		}
		for len(out) > 0 {
			if _, _, out, err = CheckEvent(out); err != nil {
				break
			}
		}
	})
}
