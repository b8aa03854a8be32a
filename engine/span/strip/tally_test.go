package strip

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// TestTalliesAreWhatGoingThroughTheEventsCounts: where a page tells how many events have which value, the events have them; also after rows were read, and
// with dictionaries that are shared.
func TestTalliesAreWhatGoingThroughTheEventsCounts(t *testing.T) {
	b := NewBuilder()
	rapid.Check(t, func(t *rapid.T) {
		all := drawEvents(t)
		if len(all) == 0 {
			t.Skip("no events")
		}
		shared := &sharing{ids: map[string]uint64{}}
		if b.Sharer = nil; rapid.Bool().Draw(t, "shared") {
			b.Sharer = shared
		}
		body, ok := smallPage(t, b, all)
		if !ok {
			t.Skip("too little in common")
		}
		r := Reader{Shared: shared}
		if err := openBody(&r, body, len(all), size(all)); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "read before") {
			if err := r.Each(func(int, []byte) bool { return true }); err != nil {
				t.Fatal(err)
			}
		}
		var c Columns
		c.Turn(&r)
		for _, path := range append(pathsOf(all), []string{"no such"}) {
			checkTally(t, &c, all, nql.PageMember{Names: path})
		}
		for _, core := range []nql.Builtin{nql.Level, nql.Exception, nql.TraceID, nql.SpanID} {
			checkTally(t, &c, all, nql.PageMember{Core: core})
		}
		named := map[string]bool{}
		complete, err := c.Tallies(func(m nql.PageMember, got *Tally) {
			named[fmt.Sprint(m)] = true
			if got != nil {
				compareTally(t, got, all, m)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range pathsOf(all) {
			if m := (nql.PageMember{Names: path}); complete && !named[fmt.Sprint(m)] {
				if want, _ := tallied(all, m); len(want) > 0 {
					t.Fatalf("%q is in events, and not named", path)
				}
			}
		}
	})
}

func checkTally(t *rapid.T, c *Columns, all []sample, m nql.PageMember) {
	var got Tally
	ok, err := c.Tally(m, &got)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		compareTally(t, &got, all, m)
	}
}

func compareTally(t rapid.TB, got *Tally, all []sample, m nql.PageMember) {
	want, missing := tallied(all, m)
	found := map[string]int64{}
	for i, v := range got.Values {
		found[string(v)] += got.Counts[i]
	}
	if !maps.Equal(found, want) || got.Missing != missing || len(found) != len(got.Values) || len(got.Values) > MaxTally {
		t.Fatalf("%v: %v and %d without, want %v and %d", m, found, got.Missing, want, missing)
	}
}

// tallied counts events by their value, one by one.
func tallied(all []sample, m nql.PageMember) (values map[string]int64, missing int64) {
	values = map[string]int64{}
	var steps []sparse.Step
	for _, name := range m.Names {
		steps = append(steps, sparse.Step{Name: name})
	}
	for _, e := range all {
		if m.Core != nql.NoBuiltin {
			if text, ok := appendCore(nil, e.doc, m.Core); ok {
				values[string(event.AppendString(nil, text))]++
			} else {
				missing++
			}
			continue
		}
		if v := sparse.Get(e.doc, steps); v.Kind == sparse.Missing {
			missing++
		} else {
			values[string(v.Raw)]++
		}
	}
	return values, missing
}

func TestTalliesOfGeneratedEvents(t *testing.T) {
	all := generated(t, 2000)
	var r Reader
	must(t, openBody(&r, page(t, NewBuilder(), all), len(all), size(all)))
	var c Columns
	c.Turn(&r)
	got := map[string]int{}
	complete, err := c.Tallies(func(m nql.PageMember, tally *Tally) {
		got[fmt.Sprint(m.Names, m.Core)] = -1
		if tally != nil {
			got[fmt.Sprint(m.Names, m.Core)] = len(tally.Values)
			compareTally(t, tally, all, m)
		}
	})
	must(t, err)
	if !complete {
		t.Error("there are other members")
	}
	for path, want := range map[string]int{"[Application]": 8, "[@l]": 3, "[@mt]": 1, "[]": 3, "[RequestId]": -1, "[Data]": -1, "[Data checks database isOk]": 2} {
		core := nql.NoBuiltin
		if path == "[]" {
			core = nql.Level
		}
		if n := got[path+" "+fmt.Sprint(core)]; n != want {
			t.Errorf("%s has %d values, want %d", path, n, want)
		}
	}
}
