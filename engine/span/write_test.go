package span

import (
	"errors"
	"fmt"
	"testing"
)

func isTooLarge(err error) bool { return errors.Is(err, ErrTooLarge) }

func TestAFileWithoutEventsIsRead(t *testing.T) {
	f, footer := write(t, Options{}, nil)
	got, err := ReadFooter(f, int64(len(f.b)), path)
	must(t, err)
	if got.Events != 0 || len(got.Pages) != 0 || got.Header != footer.Header || got.Has("a") {
		t.Errorf("%+v", got)
	}
	if first, end := got.Find(-1, 1); first != 0 || end != 0 {
		t.Errorf("pages %d to %d", first, end)
	}
}

func TestWhatIsOutOfOrderIsPassedOver(t *testing.T) {
	f := &file{}
	w := NewWriter(f, path, Header{}, Options{})
	doc := []byte(`{}`)
	must(t, w.Append(10, 5, doc))
	for _, e := range []sample{{9, 6, doc}, {10, 5, doc}, {10, 4, doc}} {
		if err := w.Append(e.ts, e.arrival, e.doc); !errors.Is(err, ErrOrder) {
			t.Errorf("%d, %d: error %v", e.ts, e.arrival, err)
		}
	}
	other, footer := write(t, Options{}, []sample{{10, 4, doc}, {11, 9, doc}})
	stored, err := Stored(other, path, footer.Pages[0], nil)
	must(t, err)
	if err := w.CopyPage(footer.Pages[0], stored, footer); !errors.Is(err, ErrOrder) {
		t.Errorf("error %v", err)
	}
	must(t, w.Append(10, 6, doc))
	must(t, w.Append(11, 1, doc))
	if got := finish(t, f, w); got.Events != 3 || w.Events() != 3 || len(got.Pages) != 1 || w.Size() != int64(len(f.b)) {
		t.Errorf("%+v", got)
	}
	if err := w.Append(12, 1, doc); err == nil {
		t.Error("an event was taken after Finish")
	}
	if _, _, err := w.Finish(); err == nil {
		t.Error("finished twice")
	}
}

func TestAPageThatWasNotReadWellIsNotCopied(t *testing.T) {
	other, footer := write(t, Options{}, few())
	stored, err := Stored(other, path, footer.Pages[0], nil)
	must(t, err)
	for i := range stored {
		stored[i] ^= 1
		f := &file{}
		w := NewWriter(f, path, Header{}, Options{})
		if err := w.CopyPage(footer.Pages[0], stored, footer); err == nil {
			t.Fatalf("byte %d is wrong, and the page was copied", i)
		}
		if _, _, err := w.Finish(); err == nil {
			t.Fatal("a file was finished after an error")
		}
		stored[i] ^= 1
	}
}

// failing is a disk with room for so many bytes.
type failing struct {
	file
	room int
}

var errFull = errors.New("full")

func (f *failing) WriteAt(b []byte, off int64) (int, error) {
	if int(off)+len(b) > f.room {
		return 0, errFull
	}
	return f.file.WriteAt(b, off)
}

func TestAnErrorOfWritingIsFinal(t *testing.T) {
	all := generated(t, 4000)
	_, footer := write(t, Options{Codec: NoCodec}, all)
	ended := map[string]int{}
	for room := 0; ; room += 700_000 {
		f := &failing{room: room}
		w := NewWriter(f, path, Header{}, Options{Codec: NoCodec})
		var err error
		for i := 0; i < len(all) && err == nil; i++ {
			err = w.Append(all[i].ts, all[i].arrival, all[i].doc)
		}
		if err != nil {
			ended["Append"]++
		}
		got, _, last := w.Finish()
		if last == nil {
			if got.Events != footer.Events || err != nil {
				t.Fatalf("%d events, error %v", got.Events, err)
			}
			break
		}
		if !errors.Is(last, errFull) || err != nil && !errors.Is(err, errFull) {
			t.Fatalf("errors %v, %v", err, last)
		}
		ended["Finish"]++
	}
	if ended["Append"] < 2 || ended["Finish"] <= ended["Append"] {
		t.Errorf("errors were met too seldom: %v", ended)
	}
}

func TestNoPageOfColumnsIsLeftSmallBehindAnother(t *testing.T) {
	const full = 100 // events of a page
	var all []sample
	for i := range 3*full + 10 {
		all = append(all, sample{int64(i), 1, fmt.Appendf(nil, `{"n":%06d,"text":"%038d"}`, i+100_000, i)})
	}
	o := Options{Layout: Columns, PageBytes: (full*len(all[0].doc) + columnPages - 1) / columnPages}
	helped(func(h *Helpers) {
		for _, n := range []int{1, 10, full, full + 1, full + 10, 2*full + 1, 3*full + 10} {
			f, footer := write(t, o, all[:n])
			if want := (n + full - 1) / full; len(footer.Pages) != want {
				t.Errorf("%d events take %d pages, not %d", n, len(footer.Pages), want)
			}
			for _, p := range footer.Pages {
				if p.Events < full/3 && n > full {
					t.Errorf("a page has %d of %d events", p.Events, n)
				}
			}
			if !same(read(t, f, footer.Pages), all[:n]) {
				t.Errorf("%d events became others", n)
			}
			o.Helpers = h
		}
	})
}
