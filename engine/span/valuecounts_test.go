package span

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// drawValued draws events whose members have few values, some of them at times many, objects, or none.
func drawValued(t *rapid.T, from int64, most int) []sample {
	var all []sample
	d := event.NewDecoder(event.Options{Now: new(int64)})
	kinds := rapid.IntRange(0, 8).Draw(t, "kinds")
	for i := range rapid.IntRange(1, most).Draw(t, "events") {
		doc := []byte(`{"same":1`)
		for _, name := range []string{"@l", "level", "@mt", "a", `b"ü`, "o"} {
			switch rapid.IntRange(0, kinds).Draw(t, "kind") {
			case 0, 1:
				doc = fmt.Appendf(doc, `,%q:%q`, name, rapid.SampledFrom([]string{"", "x", "Information", `y"\n`}).Draw(t, "text"))
			case 2:
				doc = fmt.Appendf(doc, `,%q:%s`, name, rapid.SampledFrom([]string{"1", "1.0", "200", "-3", "1e3", "true", "null", "[1]"}).Draw(t, "value"))
			case 3:
				doc = fmt.Appendf(doc, `,%q:{"p":%d}`, name, rapid.IntRange(0, 3).Draw(t, "number"))
			case 4:
				doc = fmt.Appendf(doc, `,%q:%d`, name, rapid.IntRange(0, 100).Draw(t, "many"))
			}
		}
		doc, _, err := d.Decode(nil, append(doc, '}'), nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sample{from + int64(i), uint64(from) + uint64(i), doc})
	}
	return all
}

// TestCountsOfValuesAreWhatThePagesHold: what a footer says of the values of pages their events have, whichever layout they have and whether they were written or copied.
func TestCountsOfValuesAreWhatThePagesHold(t *testing.T) {
	counted := 0
	rapid.Check(t, func(r *rapid.T) {
		layout := rapid.SampledFrom([]Layout{Rows, Columns, Columns, Columns}).Draw(r, "layout")
		o := Options{Layout: layout, PageBytes: rapid.SampledFrom([]int{10, 100, 10_000}).Draw(r, "page bytes")}
		f := &file{}
		w := NewWriter(f, path, Header{Stream: 1, ID: 8}, o)
		for i := range rapid.IntRange(1, 3).Draw(r, "parts") {
			part := drawValued(r, int64(i)<<20, rapid.SampledFrom([]int{5, 300}).Draw(r, "most"))
			if !rapid.Bool().Draw(r, "copied") {
				for _, e := range part {
					must(t, w.Append(e.ts, e.arrival, e.doc))
				}
				continue
			}
			other, footer := write(t, o, part)
			for _, p := range footer.Pages {
				stored, err := Stored(other, path, p, nil)
				must(t, err)
				must(t, w.CopyPage(p, stored, footer))
			}
		}
		footer, _, err := w.Finish()
		must(t, err)
		sound(r, t, f, footer)
		for i, p := range footer.Pages {
			events := read(t, f, footer.Pages[i:i+1])
			for k := range footer.Values {
				v := &footer.Values[k]
				counts := make([]int64, len(v.Values)+1)
				if !v.Add(i, p.Events, counts) {
					continue
				}
				counted++
				for _, e := range events {
					counts[placeOf(v, e.doc)]--
				}
				if slices.ContainsFunc(counts, func(n int64) bool { return n != 0 }) {
					r.Fatalf("%v of page %d: off by %v", v.Member, i, counts)
				}
			}
		}
		if footer.Counted(nql.PageMember{Names: []string{"no", "such"}}) != nil {
			r.Fatal("a member that nothing has is counted")
		}
	})
	if counted < 500 {
		t.Errorf("only %d pages and members were counted", counted)
	}
}

// placeOf gives the place of a document's value; that behind the values where it has none.
func placeOf(v *ValueCounts, doc []byte) int {
	var value []byte
	if v.Member.Core == nql.Level {
		text, ok := event.AppendLevel(nil, doc)
		if !ok {
			return len(v.Values)
		}
		value = event.AppendString(nil, text)
	} else {
		var steps []sparse.Step
		for _, name := range v.Member.Names {
			steps = append(steps, sparse.Step{Name: name})
		}
		x := sparse.Get(doc, steps)
		if x.Kind == sparse.Missing {
			return len(v.Values)
		}
		value = x.Raw
	}
	return slices.IndexFunc(v.Values, func(x []byte) bool { return bytes.Equal(x, value) })
}

func TestMembersWithFewValuesAreCounted(t *testing.T) {
	f, footer := write(t, Options{Layout: Columns}, generated(t, 20_000))
	for name, want := range map[string]int{"Application": 8, "Environment": 3, "StatusCode": 8, "MachineName": 50, "@l": 3} {
		if v := footer.Counted(nql.PageMember{Names: []string{name}}); v == nil || len(v.Values) != want {
			t.Errorf("%s: %v", name, v)
		}
	}
	if v := footer.Counted(nql.PageMember{Core: nql.Level}); v == nil || len(v.Values) != 3 {
		t.Errorf("the level: %v", v)
	}
	for _, name := range []string{"RequestId", "UserId", "Data"} {
		if v := footer.Counted(nql.PageMember{Names: []string{name}}); v != nil {
			t.Errorf("%s: %v", name, v)
		}
	}
	size := len(appendFooter(nil, footer))
	without := *footer
	without.Values = nil
	took := size - len(appendFooter(nil, &without))
	t.Logf("%d members of %d pages take %d of %d bytes", len(footer.Values), len(footer.Pages), took, len(f.b))
	if took > len(f.b)/countShare {
		t.Errorf("counts take %d of %d bytes", took, len(f.b))
	}
}

// TestCountsThatDoNotAgreeWithAPageAreReported: a footer whose counts are another page's passes its checksum, and no check.
func TestCountsThatDoNotAgreeWithAPageAreReported(t *testing.T) {
	f, footer := write(t, Options{Layout: Columns}, generated(t, 300))
	f.b = f.b[:footer.Pages[0].end()]
	for i := range footer.Values {
		v := &footer.Values[i]
		if len(v.Values) == 3 && v.Member.Core == nql.Level {
			v.Values[0], v.Values[1] = v.Values[1], v.Values[0]
		}
	}
	f.b = appendFooter(f.b, footer)
	at := footer.Pages[0].end()
	f.b = appendTrailer(f.b, trailer{Offset: at, Length: uint32(len(f.b) - int(at)), Sum: sum(f.b[at:])})
	var found []string
	must(t, Verify(f, int64(len(f.b)), path, func(e *damage.Error) { found = append(found, e.What) }))
	if !slices.Equal(found, []string{"footer: counts of values do not agree with the page"}) {
		t.Errorf("%q", found)
	}
}

func TestTooManyValuesAreNotCounted(t *testing.T) {
	var all []sample
	for i := range 3 * columnEvents {
		all = append(all, sample{int64(i), uint64(i), fmt.Appendf(nil, `{"few":%d,"many":%d}`, i%strip.MaxTally, i/50)})
	}
	_, footer := write(t, Options{Layout: Columns}, all)
	few, many := footer.Counted(nql.PageMember{Names: []string{"few"}}), footer.Counted(nql.PageMember{Names: []string{"many"}})
	if few == nil || len(few.Values) != strip.MaxTally || many != nil {
		t.Errorf("few %v, many %v", few, many)
	}
}
