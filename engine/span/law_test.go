package span

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// drawEvents draws sorted events.
func drawEvents(t *rapid.T, from int64, most int) []sample {
	var all []sample
	ts := from
	seen := map[uint64]bool{}
	for range rapid.IntRange(0, most).Draw(t, "events") {
		step := rapid.SampledFrom([]int64{0, 0, 1, 1000, 1 << 40, math.MaxInt64}).Draw(t, "step")
		if ts+step < ts {
			step = 0
		}
		ts += step
		arrival := rapid.Uint64().Draw(t, "arrival")
		if seen[arrival] {
			continue
		}
		seen[arrival] = true
		doc := []byte(`{}`)
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			doc = []byte(`{"a":"` + string(bytes.Repeat([]byte("long "), rapid.SampledFrom([]int{100, 1000, 80_000}).Draw(t, "size"))) + `"}`)
		case 1, 2:
			doc = fmt.Appendf(nil, `{"n":%d,"o":{"p":[%q]}}`, rapid.Int().Draw(t, "n"), rapid.StringMatching("[a-z ]{0,30}").Draw(t, "text"))
		case 3:
			doc = nil // no event, but nothing here minds
		case 4:
			noise := make([]byte, rapid.IntRange(0, 300).Draw(t, "noise"))
			for i := range noise {
				noise[i] = byte(i*i*7 + i>>3 + int(arrival))
			}
			doc = noise
		}
		all = append(all, sample{ts, arrival, doc})
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival)) })
	return all
}

func drawOptions(t *rapid.T) Options {
	return Options{
		Layout:    rapid.SampledFrom([]Layout{Rows, Columns}).Draw(t, "layout"),
		PageBytes: rapid.SampledFrom([]int{0, 1, 40, 300, 3000, 100_000}).Draw(t, "page bytes"),
		Codec:     rapid.SampledFrom([]Codec{DefaultCodec, NoCodec, Snappy, Zstd}).Draw(t, "codec"),
	}
}

// helped gives f a few helpers.
func helped(f func(h *Helpers)) {
	h := NewHelpers()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { h.Help(nil) })
	}
	f(h)
	h.Close()
	all.Wait()
}

// sound fails where Verify finds damage or the footer read is not the one that was written.
func sound(t *rapid.T, tb testing.TB, f *file, footer *Footer) {
	must(tb, Verify(f, int64(len(f.b)), path, func(e *damage.Error) { t.Fatalf("%v", e) }))
	got, err := ReadFooter(f, int64(len(f.b)), path)
	must(tb, err)
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", footer) {
		t.Fatalf("read %+v\nwritten %+v", got, footer)
	}
}

func TestWhatWasWrittenComesBackInBothDirections(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := drawEvents(r, rapid.SampledFrom([]int64{math.MinInt64, -5, 0, 1e16}).Draw(r, "from"), 60)
		o := drawOptions(r)
		var f *file
		var footer *Footer
		if rapid.Bool().Draw(r, "helped") {
			helped(func(h *Helpers) { o.Helpers = h; f, footer = write(t, o, all) })
		} else {
			f, footer = write(t, o, all)
		}
		if got := read(t, f, footer.Pages); !same(got, all) {
			r.Fatalf("%d events of %d, or others", len(got), len(all))
		}
		sound(r, t, f, footer)
		for _, p := range footer.Pages {
			if o.PageBytes > 0 && p.Layout == Rows && p.Raw > o.PageBytes && p.Events > 1 || p.Layout == Columns && (o.Layout == Rows || p.Events > columnEvents) {
				r.Fatalf("page of %d bytes and %d events in %v, %d wanted in %v", p.Raw, p.Events, p.Layout, o.PageBytes, o.Layout)
			}
		}
	})
}

func TestPagesMadeByHelpersAreTheSame(t *testing.T) {
	all := generated(t, 2500)
	for _, l := range []Layout{Rows, Columns} {
		one, _ := write(t, Options{Layout: l, PageBytes: 10_000}, all)
		var many *file
		var footer *Footer
		helped(func(h *Helpers) { many, footer = write(t, Options{Layout: l, PageBytes: 10_000, Helpers: h}, all) })
		if !bytes.Equal(one.b, many.b) {
			t.Errorf("%v: the files differ", l)
		}
		for _, p := range footer.Pages {
			if p.Layout != l {
				t.Errorf("%v: a page has %v", l, p.Layout)
			}
		}
		if !same(read(t, many, footer.Pages), all) {
			t.Errorf("%v: other events", l)
		}
	}
}

func TestPagesCopiedAmongWrittenEventsComeBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := &file{}
		w := NewWriter(f, path, Header{Stream: 1, ID: 8}, drawOptions(r))
		var want []sample
		paths := map[string]bool{}
		var buf []byte
		for i := range rapid.IntRange(1, 6).Draw(r, "parts") {
			part := drawEvents(r, int64(i)<<44, 20)
			for j := range part {
				part[j].ts = min(part[j].ts, int64(i+1)<<44-1)
			}
			slices.SortFunc(part, func(a, b sample) int { return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival)) })
			if rapid.Bool().Draw(r, "copied") {
				other, footer := write(t, drawOptions(r), part)
				for _, p := range footer.Pages {
					var err error
					buf, err = Stored(other, path, p, buf)
					must(t, err)
					must(t, w.CopyPage(p, buf, footer))
				}
				for _, p := range footer.Properties {
					paths[fmt.Sprint(p.Path)] = paths[fmt.Sprint(p.Path)] || len(footer.Pages) > 0
				}
			} else {
				for _, e := range part {
					must(t, w.Append(e.ts, e.arrival, e.doc))
				}
			}
			want = append(want, part...)
			if w.Events() != int64(len(want)) {
				r.Fatalf("%d events of %d", w.Events(), len(want))
			}
		}
		footer := finish(t, f, w)
		if got := read(t, f, footer.Pages); !same(got, want) {
			r.Fatalf("%d events of %d, or others", len(got), len(want))
		}
		for p, copied := range paths {
			if copied && !slices.ContainsFunc(footer.Properties, func(q Property) bool { return fmt.Sprint(q.Path) == p }) {
				r.Fatalf("property %s of a copied page is not listed", p)
			}
		}
		sound(r, t, f, footer)
	})
}

func TestFindIsALinearSearch(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := &Footer{}
		ts := rapid.Int64Range(-100, 100).Draw(r, "from")
		for range rapid.IntRange(0, 40).Draw(r, "pages") {
			p := PageInfo{Events: 1, First: ts}
			ts += rapid.SampledFrom([]int64{0, 1, 2, 50}).Draw(r, "long")
			p.Last = ts
			ts += rapid.SampledFrom([]int64{0, 1, 3, 40, 10_000}).Draw(r, "gap")
			f.Pages = append(f.Pages, p)
			f.count(&p)
		}
		for range 20 {
			from := rapid.Int64Range(-200, ts+100).Draw(r, "from")
			to := from + rapid.SampledFrom([]int64{-1, 0, 1, 10, 5000}).Draw(r, "range")
			first, end := f.Find(from, to)
			for i, p := range f.Pages {
				if may := p.Last >= from && p.First < to && from < to; may != (i >= first && i < end) && from < to {
					r.Fatalf("from %d to %d: pages %d to %d, and page %d is %+v", from, to, first, end, i, p)
				}
			}
			if first < 0 || end < first || end > len(f.Pages) {
				r.Fatalf("pages %d to %d", first, end)
			}
		}
		for _, c := range [][2]int64{{math.MinInt64, math.MaxInt64}, {math.MaxInt64, math.MinInt64}, {math.MinInt64, math.MinInt64}} {
			if first, end := f.Find(c[0], c[1]); c[0] < c[1] && (first != 0 || end != len(f.Pages)) || c[0] >= c[1] && first != end {
				r.Fatalf("from %d to %d: pages %d to %d of %d", c[0], c[1], first, end, len(f.Pages))
			}
		}
	})
}

// drawJSON draws a valid document as somebody may write it: with spaces, escapes, names that stand twice, and numbers spelled in any way.
func drawJSON(t *rapid.T, depth int) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", "", " ", "\t\n "}).Draw(t, "space") }
	text := func() string {
		return rapid.SampledFrom([]string{`""`, `"a"`, `"b"`, `"\u0061"`, `"a\"b\\"`, `"ü"`, `"\ud83d\ude00"`, `"2020-07-29T07:10:00.123Z"`, `"0f3a-77"`, `"a longer text with 17 and 4 in it"`}).Draw(t, "text")
	}
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind = 6
	} else if depth < 0 {
		kind = min(kind, 4)
	}
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false"}).Draw(t, "word")
	case 1, 2:
		return rapid.SampledFrom([]string{"0", "-0", "7", "-12.50", "1e5", "1E-05", "12345678901234567890", "0.1000", "9007199254740993"}).Draw(t, "number")
	case 3, 4:
		return text()
	case 5:
		var all []string
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			all = append(all, space()+drawJSON(t, less(depth))+space())
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	var all []string
	for range rapid.IntRange(0, 5).Draw(t, "members") {
		all = append(all, space()+text()+space()+":"+space()+drawJSON(t, less(depth))+space())
	}
	return "{" + strings.Join(all, ",") + "}"
}

// less is the depth below: after a few levels there are only scalars.
func less(depth int) int {
	if depth == 0 {
		return 4
	}
	if depth == 1 {
		return -1
	}
	return depth - 1
}

func TestAnyJSONComesBackByteForByteFromPagesByColumn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var kinds, docs []string
		for range rapid.IntRange(1, 6).Draw(r, "kinds") {
			kinds = append(kinds, drawJSON(r, 0))
		}
		var all []sample
		for i := range rapid.IntRange(1, 80).Draw(r, "events") {
			doc := rapid.SampledFrom(kinds).Draw(r, "document")
			docs = append(docs, doc)
			all = append(all, sample{int64(i) * 1000, uint64(i), []byte(doc)})
		}
		f, footer := write(t, Options{Layout: Columns, PageBytes: rapid.SampledFrom([]int{0, 20, 100}).Draw(r, "page bytes")}, all)
		got := read(t, f, footer.Pages)
		for i, e := range got {
			if string(e.doc) != docs[i] || e.ts != all[i].ts || e.arrival != all[i].arrival {
				r.Fatalf("event %d: %s, was %s", i, e.doc, docs[i])
			}
		}
		if len(got) != len(all) {
			r.Fatalf("%d events of %d", len(got), len(all))
		}
		sound(r, t, f, footer)
	})
}
