package span

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/event"
)

// The targets put right checksums into what they are given, since no fuzzer guesses them.

func FuzzHeader(f *testing.F) {
	f.Add(appendHeader(nil, Header{Stream: 1, ID: 2, Derived: true}))
	f.Add([]byte("FlareSpa"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= HeaderBytes {
			binary.LittleEndian.PutUint32(b[60:], sum(b[:60]))
		}
		h, err := decodeHeader(b, path)
		if err == nil && !bytes.Equal(appendHeader(nil, h)[:32], b[:32]) {
			t.Fatalf("%+v", h)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	f.Add(appendTrailer(nil, trailer{Offset: 64, Length: 10, Sum: 1}), int64(64+10+TrailerBytes))
	f.Add(appendTrailer(nil, trailer{Offset: -1, Length: math.MaxUint32, Sum: 1}), int64(100))
	f.Add(appendTrailer(nil, trailer{Offset: math.MaxInt64, Length: MaxFooter}), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		if len(b) < TrailerBytes {
			return
		}
		b = b[:TrailerBytes]
		binary.LittleEndian.PutUint32(b[24:], sum(b[:24]))
		e, err := decodeTrailer(b, size)
		if err == nil && (!bytes.Equal(appendTrailer(nil, e), b) || e.Offset+int64(e.Length)+TrailerBytes != size) {
			t.Fatalf("%+v", e)
		}
	})
}

func FuzzFooter(f *testing.F) {
	_, footer := small(f, Zstd)
	last := footer.Pages[len(footer.Pages)-1]
	good := appendFooter(nil, footer)
	f.Add(good, last.end())
	_, columns := small(f, inColumns)
	f.Add(appendFooter(nil, columns), columns.Pages[len(columns.Pages)-1].end())
	f.Add(append(bytes.Clone(good), 0x85, 1, 0, 0, 0, 9), last.end())
	f.Add(appendFooter(nil, &Footer{}), int64(HeaderBytes))
	f.Add([]byte{tagCounts, 0xff, 0xff, 0xff, 0xff}, int64(HeaderBytes))
	f.Add([]byte{tagCounts, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, tagPages, 5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 15}, int64(HeaderBytes))
	f.Fuzz(func(t *testing.T, b []byte, at int64) {
		got, err := decodeFooter(b, at)
		if err != nil {
			if err.Offset < 0 || err.Offset > int64(len(b)) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if n := got.Bytes(); n > 1000+80*int64(len(b)) {
			t.Fatalf("%d bytes became %d", len(b), n)
		}
		again, err := decodeFooter(appendFooter(nil, got), at)
		if err != nil || fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", got) {
			t.Fatalf("%+v\nbecame, with error %v,\n%+v", got, err, again)
		}
		got.Has("a", "b")
		got.Find(math.MinInt64, math.MaxInt64)
	})
}

func FuzzPage(f *testing.F) {
	for _, c := range []Codec{NoCodec, Snappy, Zstd, inColumns} {
		s, footer := small(f, c)
		for _, p := range footer.Pages {
			f.Add(s.b[p.Offset:p.end()])
		}
	}
	f.Add([]byte(pageMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= PageHeaderBytes {
			// Right lengths and checksums, as far as they can be.
			ext := int(binary.LittleEndian.Uint16(b[84:]))
			if body := len(b) - PageHeaderBytes - ext; body > 0 {
				binary.LittleEndian.PutUint32(b[4:], uint32(body))
				binary.LittleEndian.PutUint32(b[76:], sum(b[PageHeaderBytes+ext:]))
				raw := min(int(binary.LittleEndian.Uint32(b[8:])), 1<<20)
				binary.LittleEndian.PutUint32(b[8:], uint32(raw))
				if Layout(b[2]) == Columns {
					front := min(raw, body)
					binary.LittleEndian.PutUint32(b[8:], uint32(front))
					binary.LittleEndian.PutUint32(b[12:], min(binary.LittleEndian.Uint32(b[12:]), 1<<20))
					binary.LittleEndian.PutUint32(b[80:], sum(b[PageHeaderBytes+ext:][:front]))
				} else if out, _, err := decompress(nil, b[PageHeaderBytes+ext:], b[3], raw); err == nil && b[3] <= codecZstd {
					binary.LittleEndian.PutUint32(b[80:], sum(out))
				}
				binary.LittleEndian.PutUint32(b[PageHeaderBytes-4+ext:], sum(b[:PageHeaderBytes-4+ext]))
			}
		}
		h, err := decodePageHeader(b)
		if err != nil {
			return
		}
		if got := appendPageHeader(nil, &h); !bytes.Equal(got, b[:len(got)]) {
			t.Fatalf("%+v is encoded otherwise", h)
		}
		var p Page
		if err := p.Load(&file{b}, path, h.PageInfo, nil, 0); err != nil {
			var d *damage.Error
			if !errors.As(err, &d) || p.Len() != 0 {
				t.Fatalf("error %v, %d events", err, p.Len())
			}
		}
		if cap(p.buffer) > max(h.Raw+spare, keepBytes) || cap(p.rows.ts) > h.Raw || cap(p.stored) > h.Length {
			t.Fatalf("a page of %d raw bytes takes %d, %d and %d", h.Raw, cap(p.buffer), cap(p.rows.ts), cap(p.stored))
		}
		if p.Columns() != nil {
			if _, _, _, err := p.Documents(); err != nil {
				var d *damage.Error
				if !errors.As(err, &d) || d.File != path || d.Offset >= int64(len(b)) {
					t.Fatalf("error %v", err)
				}
				return
			}
		}
		for i := 1; i < p.Len(); i++ {
			ts, arrival, err := p.Key(i)
			must(t, err)
			if before, one, err := p.Key(i - 1); err != nil || ts < before || ts == before && arrival <= one {
				t.Fatalf("event %d is not in order", i)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	for _, c := range []Codec{NoCodec, Zstd, inColumns} {
		s, _ := small(f, c)
		f.Add(s.b)
		f.Add(s.b[:len(s.b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		clean := true
		s := &file{b}
		if err := Verify(s, int64(len(b)), path, func(*damage.Error) { clean = false }); err != nil || !clean {
			return
		}
		footer, err := ReadFooter(s, int64(len(b)), path)
		must(t, err)
		read(t, s, footer.Pages)
	})
}

func FuzzSummary(f *testing.F) {
	for _, e := range few() {
		f.Add(e.doc)
	}
	f.Add([]byte(`{"a":{"b":[1,{"c":"\\"}],"":null},"d":`))
	d := event.NewDecoder(event.Options{Now: new(int64)})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newSummary()
		s.observe(b)
		s.observe(b)
		if len(s.properties()) > len(b) {
			t.Fatalf("%d paths", len(s.properties()))
		}
		doc, _, err := d.Decode(nil, b, nil)
		if err != nil {
			return
		}
		s = newSummary()
		if s.observe(doc); s.overflowed && len(s.nodes) < event.MaxPaths {
			t.Fatalf("%s is not understood", doc)
		}
	})
}
