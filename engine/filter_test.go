package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// manyValued are documents whose values are many, of several types and in several places, as Decode makes them.
func manyValued(t testing.TB, n int) []string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var dec = event.NewDecoder(event.Options{Now: new(int64)})
	var out []string
	for i := range n {
		var m []string
		add := func(format string, args ...any) { m = append(m, fmt.Sprintf(format, args...)) }
		add(`"n":%d`, i)
		add(`"id":"%08x"`, i*2654435761)
		switch i % 4 {
		case 0:
			add(`"@tr":"t%d"`, i/2)
		case 1:
			add(`"%s":"t%d"`, []string{"trace_id", "TRACE_ID", "traceid"}[r.IntN(3)], i/2)
		}
		switch r.IntN(5) {
		case 0:
			add(`"user":%d`, 100+i)
		case 1:
			add(`"user":"%d"`, 100+i)
		case 2:
			add(`"user":%d.0`, 100+i)
		case 3:
			add(`"user":{"id":%d,"name":"Größe\t%d"}`, 100+i, i)
		}
		if i%3 == 0 {
			add(`"@x":"System.TimeoutException: no answer for %d seconds\n   at Shop.Database.Query%d"`, i, i)
		}
		if i%7 == 0 {
			add(`"Exception":["not a text"]`)
		}
		doc, _, err := dec.Decode(nil, []byte("{"+strings.Join(m, ",")+"}"), nil)
		must(t, err)
		out = append(out, string(doc))
	}
	return out
}

// lookedUp are predicates that filters and indexes know something of.
var lookedUp = []string{
	"id = '%08x'", "id in ['%08x', 'x']", "text(id) = '%08x'", "user = %d", "text(user) = '%d'", "user.id = %d", "user.name = 'Größe\t%d'", "integer(user) = %d",
	"@tr = 't%d'", "text(@tr) = 't%d' or n = 3", "@x like '%%for %d sec%%'", "@x like '%%QUERY%d' ci", "user = %d or @x like '%%Query%[1]d'", "nosuch = 'x%d'", "n < %d",
	"id = '%08x' and n < 6",
}

func askedOf(k, i int) string {
	format := lookedUp[k]
	if strings.Contains(format, "%08x") {
		return fmt.Sprintf(format, i*2654435761)
	}
	if strings.Contains(format, "user") && !strings.Contains(format, "name") {
		i += 100
	}
	if strings.Contains(format, "'t%d") {
		i /= 2
	}
	return fmt.Sprintf(format, i)
}

// derivedStore is a store of several spans with filters and indexes, and its documents.
func derivedStore(t testing.TB, layout Layout, events int) (*vfs.Mem, []string, Options) {
	t.Helper()
	fs := vfs.NewMem()
	o := Options{SpanRaw: int64(events) * 25, PageBytes: 500, RAMBytes: -1, filterAll: true, Layout: inLayout(layout)}
	s := open(t, fs, o)
	for _, i := range []int64{6, 1000} {
		g := Signal{ID: s.NewSignalID(), Stream: 1, Name: fmt.Sprint("below", i), Where: below(i)}
		must(t, s.Alter(func(e *SchemaEdit) error { return e.CreateSignal(g) }))
	}
	docs := manyValued(t, events)
	for i, d := range docs {
		commitDocs(t, s, base+int64(i)*minute, d)
	}
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	must(t, s.Close())
	checkClean(t, fs)
	return fs, docs, o
}

// TestAnswersAreRightWhateverBecomesOfFiltersAndIndexes: any of them missing, cut, damaged or another's, each answer is what it was; check names those, and
// maintenance builds them anew.
func TestAnswersAreRightWhateverBecomesOfFiltersAndIndexes(t *testing.T) {
	type whole struct {
		files map[string][]byte
		names []string // of filters and indexes
		docs  []string
		o     Options
	}
	stores := map[Layout]*whole{}
	for _, layout := range []Layout{Rows, Columns} {
		fs, docs, o := derivedStore(t, layout, 60)
		w := &whole{files: contents(t, fs), docs: docs, o: o}
		filters := 0
		for name := range w.files {
			if strings.HasSuffix(name, filter.Ending) {
				filters++
				w.names = append(w.names, name)
			} else if strings.HasSuffix(name, ".index") {
				w.names = append(w.names, name)
			}
		}
		slices.Sort(w.names)
		if filters < 3 {
			t.Fatalf("%d filters", filters)
		}
		stores[layout] = w
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := stores[rapid.SampledFrom([]Layout{Rows, Columns}).Draw(rt, "layout")]
		fs := fill(t, w.files)
		harmed := map[string]bool{}
		for _, name := range w.names {
			b := slices.Clone(w.files[name])
			switch rapid.SampledFrom([]string{"", "", "", "missing", "flipped", "cut", "another's", "empty"}).Draw(rt, name) {
			case "":
				continue
			case "missing":
				must(t, fs.Remove(name))
			case "flipped":
				b[rapid.IntRange(0, len(b)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
				put(t, fs, name, b)
			case "cut":
				put(t, fs, name, b[:rapid.IntRange(0, len(b)-1).Draw(rt, "length")])
			case "another's":
				other := rapid.SampledFrom(w.names).Draw(rt, "other")
				if other == name {
					continue
				}
				put(t, fs, name, w.files[other])
			case "empty":
				put(t, fs, name, nil)
			}
			harmed[name] = true
		}
		found := findings(t, fs)
		for name := range harmed {
			if len(found[name]) == 0 || !found[name][0].Derived {
				rt.Fatalf("check says of %s: %v", name, found[name])
			}
		}
		if _, newer := found["error"]; len(found) != len(harmed) && !newer {
			rt.Fatalf("check names %v, harmed are %v", found, harmed)
		}
		s := open(t, fs, w.o)
		ask := func() {
			for range 4 {
				text := askedOf(rapid.IntRange(0, len(lookedUp)-1).Draw(rt, "predicate"), rapid.IntRange(0, 64).Draw(rt, "of"))
				answer(rt, s, w.docs, text, nil)
			}
		}
		if rapid.Bool().Draw(rt, "asked before") {
			ask()
		}
		maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
		ask()
		must(t, s.Close())
		checkClean(t, fs)
	})
}

// answer compares what a scan gives with what the predicate is true of.
func answer(t interface{ Fatalf(string, ...any) }, s *Store, docs []string, text string, st *ScanStats) {
	where, err := nql.ParseExpr(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	program, err := nql.CompileRows(where, nil, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var want []string
	for _, d := range docs {
		ok, err := program.Match(&nql.Event{Document: []byte(d)})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if ok {
			want = append(want, d)
		}
	}
	tx := s.Read()
	defer tx.Close()
	got, err := scanErr(tx, Spec{Where: where, Order: nql.Ascending, Stats: st})
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%s gives %v, %v, want %v", text, got, err, want)
	}
}

// A value among many costs one page, or two; so does what stands within texts.
func TestFiltersLeaveOutPages(t *testing.T) {
	for _, layout := range []Layout{Rows, Columns} {
		fs, docs, o := derivedStore(t, layout, 240)
		s := open(t, fs, o)
		for text, most := range map[string]int64{
			"id = '%08x'": 2, "@tr = 't%d'": 3, "user.id = %d": 2, "text(id) = '%08x'": 2, "@x like '%%for %d sec%%'": 12,
		} {
			var st ScanStats
			answer(t, s, docs, askedOf(slices.Index(lookedUp, text), 120), &st)
			if st.PagesRead.Load() > most || st.PagesFilter.Load() < 10 {
				t.Errorf("%s: %d pages were read, %d left out", text, st.PagesRead.Load(), st.PagesFilter.Load())
			}
		}
		must(t, s.Close())
	}
}
