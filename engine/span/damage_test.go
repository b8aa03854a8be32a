package span

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// named fails where err is not damage, named with its place, or a newer version.
func named(t *testing.T, err error, size int) {
	t.Helper()
	var d *damage.Error
	if !errors.As(err, &d) || d.File != path || d.Offset < 0 || d.Offset > int64(size) || d.What == "" {
		t.Fatalf("error %v", err)
	}
}

// verify gives what Verify reports.
func verify(t *testing.T, f *file) (all []*damage.Error) {
	t.Helper()
	err := Verify(f, int64(len(f.b)), path, func(e *damage.Error) {
		named(t, e, len(f.b))
		all = append(all, e)
	})
	must(t, err)
	return all
}

// loadAll loads a page and decodes all of it.
func loadAll(p *Page, f *file, info PageInfo) error {
	err := p.Load(f, path, info, nil, 0)
	if err == nil {
		_, _, _, err = p.Documents()
	}
	return err
}

func TestEachWrongByteIsFoundAndNeverGivenAsData(t *testing.T) {
	for _, c := range []Codec{NoCodec, Snappy, Zstd, inColumns} {
		good, footer := small(t, c)
		want := read(t, good, footer.Pages)
		if len(footer.Pages) < 3 || len(verify(t, good)) > 0 || (footer.Pages[0].Layout == Columns) != (c == inColumns) {
			t.Fatalf("%d pages", len(footer.Pages))
		}
		f := &file{bytes.Clone(good.b)}
		step := 1
		if raceDetector {
			step = 4
		}
		for at := 0; at < len(f.b); at += step {
			for bit := range 9 {
				mask := byte(1) << bit
				if bit == 8 {
					mask = 0xff
				}
				f.b[at] ^= mask
				found := verify(t, f)
				if len(found) == 0 {
					t.Fatalf("%v: byte %d: Verify finds nothing", c, at)
				}
				// The pages as a reader sees them that has the footer already.
				bad := 0
				for _, info := range footer.Pages {
					var p Page
					err := loadAll(&p, f, info)
					hit := int64(at) >= info.Offset && int64(at) < info.end()
					if hit != (err != nil) {
						t.Fatalf("%v: byte %d: page at %d gives %v", c, at, info.Offset, err)
					}
					if err != nil {
						bad++
						named(t, err, len(f.b))
						if d := found[0]; info.Layout == Rows && p.Len() != 0 || d.Offset < info.Offset || d.Offset >= info.end() || len(found) != 1 {
							t.Fatalf("%v: byte %d: %v", c, at, d)
						}
					}
				}
				got, err := ReadFooter(f, int64(len(f.b)), path)
				if (err != nil) != (bad == 0) {
					t.Fatalf("%v: byte %d: %d pages are bad, ReadFooter gives %v", c, at, bad, err)
				}
				if err != nil {
					named(t, err, len(f.b))
				} else if got.Events != int64(len(want)) {
					t.Fatalf("%v: byte %d: %+v", c, at, got)
				}
				f.b[at] ^= mask
			}
		}
	}
}

func TestAFileCutShortIsFound(t *testing.T) {
	for _, c := range []Codec{Zstd, inColumns} {
		cutShort(t, c)
	}
}

func cutShort(t *testing.T, c Codec) {
	good, footer := small(t, c)
	for n := range good.b {
		f := &file{good.b[:n]}
		if len(verify(t, f)) == 0 {
			t.Fatalf("cut to %d bytes: Verify finds nothing", n)
		}
		_, err := ReadFooter(f, int64(n), path)
		named(t, err, n)
		for _, info := range footer.Pages {
			var p Page
			if err := loadAll(&p, f, info); (err != nil) != (info.end() > int64(n)) {
				t.Fatalf("cut to %d bytes: page up to %d gives %v", n, info.end(), err)
			}
		}
		// A reader that was told the whole length.
		_, err = ReadFooter(f, int64(len(good.b)), path)
		named(t, err, n)
	}
	f := &file{append(bytes.Clone(good.b), 0)}
	if len(verify(t, f)) == 0 {
		t.Error("a byte too many: Verify finds nothing")
	}
}

func TestWithoutAFooterPagesAreFoundByTheirHeaders(t *testing.T) {
	f, footer := small(t, Zstd)
	f.b[len(f.b)-1] ^= 1
	f.b[footer.Pages[1].end()-1] ^= 1
	f.b[footer.Pages[3].Offset+60] ^= 1
	var all []string
	for _, e := range verify(t, f) {
		all = append(all, e.What)
	}
	if got := strings.Join(all, ", "); got != "trailer, body of a page, page header" {
		t.Errorf("found %s", got)
	}
}

func TestANewerVersionIsRefused(t *testing.T) {
	f, _ := small(t, Zstd)
	f.b[8] = Version + 1
	_, err := ReadFooter(f, int64(len(f.b)), path)
	named(t, err, len(f.b))
	if !errors.Is(err, ErrNewerFormat) {
		t.Errorf("error %v", err)
	}
	if found := verify(t, f); len(found) != 1 || !errors.Is(found[0], ErrNewerFormat) {
		t.Errorf("found %v", found)
	}
	binary.LittleEndian.PutUint32(f.b[60:], sum(f.b[:60]))
	var d *damage.Error
	if _, err = ReadHeader(f, path); !errors.Is(err, ErrNewerFormat) || errors.As(err, &d) {
		t.Errorf("error %v", err)
	}
	if err := Verify(f, int64(len(f.b)), path, func(e *damage.Error) { t.Error(e) }); !errors.Is(err, ErrNewerFormat) {
		t.Errorf("error %v", err)
	}
}

// broken answers reads of a part with an error.
type broken struct {
	*file
	from, to int64
}

var errDisk = errors.New("disk")

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off < b.to && off+int64(len(p)) > b.from {
		return 0, errDisk
	}
	return b.file.ReadAt(p, off)
}

func TestBytesThatCantBeReadAreDamage(t *testing.T) {
	f, footer := small(t, Zstd)
	r := broken{f, footer.Pages[1].Offset, footer.Pages[1].Offset + 1}
	var p Page
	err := p.Load(r, path, footer.Pages[1], nil, 0)
	named(t, err, len(f.b))
	if !errors.Is(err, errDisk) {
		t.Errorf("error %v", err)
	}
	if _, err := Stored(r, path, footer.Pages[1], nil); !errors.Is(err, errDisk) {
		t.Errorf("error %v", err)
	}
	must(t, p.Load(r, path, footer.Pages[0], nil, 0))
	if _, err := ReadFooter(broken{f, 0, 1}, int64(len(f.b)), path); !errors.Is(err, errDisk) {
		t.Errorf("error %v", err)
	}
}

func TestAnUnknownSectionIsPassedOverOrRefused(t *testing.T) {
	f, footer := small(t, Zstd)
	e, err := decodeTrailer(f.b[len(f.b)-TrailerBytes:], int64(len(f.b)))
	if err != nil {
		t.Fatal(err)
	}
	b := f.b[e.Offset : len(f.b)-TrailerBytes]
	for _, c := range []struct {
		tag  byte
		fine bool
	}{{0x85, true}, {0xff, true}, {0x84, false}, {4, false}, {0, false}, {3, false}, {1, false}} {
		with := append(bytes.Clone(b), c.tag, 3, 0, 0, 0, 1, 2, 3)
		got, err := decodeFooter(with, e.Offset)
		if (err == nil) != c.fine || c.fine && got.Events != footer.Events {
			t.Errorf("section %#x: error %v", c.tag, err)
		}
	}
}

func TestAnExtensionOfAPageHeaderIsPassedOverAndCopied(t *testing.T) {
	for _, c := range []Codec{Zstd, inColumns} {
		extended(t, c)
	}
}

func extended(t *testing.T, c Codec) {
	f, footer := small(t, c)
	h, body, err := openPage(f.b[footer.Pages[0].Offset:footer.Pages[0].end()], footer.Pages[0])
	if err != nil {
		t.Fatal(err)
	}
	h.ext = []byte("zone maps")
	h.Length += len(h.ext)
	g := &file{append(make([]byte, HeaderBytes), append(appendPageHeader(nil, &h), body...)...)}
	want := read(t, f, footer.Pages[:1])
	if got := read(t, g, []PageInfo{h.PageInfo}); !same(got, want) {
		t.Error("other events")
	}
	stored, serr := Stored(g, path, h.PageInfo, nil)
	must(t, serr)
	to := &file{}
	w := NewWriter(to, path, Header{}, Options{})
	must(t, w.CopyPage(h.PageInfo, stored, footer))
	copied := finish(t, to, w)
	if got := read(t, to, copied.Pages); !same(got, want) || !bytes.Contains(to.b, h.ext) || len(verify(t, to)) > 0 {
		t.Error("the copy has other events or no extension")
	}
}
