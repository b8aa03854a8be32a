package span

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/event"
)

// summarised lists what a summary of documents says.
func summarised(docs ...string) (all []string, overflowed bool) {
	s := newSummary()
	for _, d := range docs {
		s.observe([]byte(d))
	}
	for _, p := range s.properties() {
		all = append(all, fmt.Sprintf("%s %d %v", strings.Join(p.Path, "."), p.Count, p.Types))
	}
	return all, s.overflowed
}

func TestSummaries(t *testing.T) {
	for _, c := range []struct {
		docs []string
		want string
	}{
		{[]string{`{}`, `{}`}, ""},
		{[]string{`{"@t":"x","a":1,"b":"two"}`, `{"a":null,"c":[{"d":1},"}"]}`}, "@t 1 string; a 2 null|number; b 1 string; c 1 array"},
		{[]string{`{"a":{"b":{"c":true},"d":-1},"e":{}}`, `{"a":{"d":"x"}}`}, "a 2 object; a.b 1 object; a.b.c 1 bool; a.d 2 number|string; e 1 object"},
		{[]string{`{"a\"b":1,"a\\":"\\\"","\\\\":2}`, `{"a\"b":false}`}, `a"b 2 bool|number; a\ 1 string; \\ 1 number`},
		{[]string{`{"":0,"ü":1.5e3}`}, ` 1 number; ü 1 number`},
		{[]string{`{"` + strings.Repeat("n", 63) + `":1,"` + strings.Repeat("n", 64) + `":{"a":1},"z":1}`}, strings.Repeat("n", 63) + " 1 number; z 1 number"},
		{[]string{`{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}},"b":1}`},
			"a 1 object; a.a 1 object; a.a.a 1 object; a.a.a.a 1 object; a.a.a.a.a 1 object; a.a.a.a.a.a 1 object; a.a.a.a.a.a.a 1 object; a.a.a.a.a.a.a.a 1 object; b 1 number"},
	} {
		got, overflowed := summarised(c.docs...)
		if s := strings.Join(got, "; "); s != c.want || overflowed {
			t.Errorf("%s\ngot  %s, overflowed %t\nwant %s", c.docs, s, overflowed, c.want)
		}
	}
}

func TestOfWhatIsNoEventNothingIsCertain(t *testing.T) {
	for _, doc := range []string{``, `1`, `[]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1}}`, `{"a": 1}`, `{"a":x}`, `{a:1}`, `{"a":"`, `{"a":[`, `{"a":{"b":1}`} {
		if _, overflowed := summarised(doc); !overflowed {
			t.Errorf("%s is taken for an event", doc)
		}
	}
}

func TestHas(t *testing.T) {
	_, f := write(t, Options{}, []sample{{1, 1, []byte(`{"@m":"x","a":{"b":1},"b":{"a":{"c":2}}}`)}})
	long := strings.Repeat("n", event.MaxNameBytes+1)
	for _, c := range []struct {
		path string
		want bool
	}{
		{"@m", true}, {"@x", false}, {"a", true}, {"a b", true}, {"a c", false}, {"b", true}, {"b a", true}, {"b a c", true}, {"a b c", false},
		{"c", false}, {"b b", false}, {long, true}, {"a " + long, true}, {"c " + long, false}, {"A", false},
	} {
		if got := f.Has(strings.Fields(c.path)...); got != c.want {
			t.Errorf("%s: %t", c.path, got)
		}
	}
	if !f.Has() {
		t.Error("the event itself is not there")
	}
}

func TestPastTheLimitOfPathsEverythingMayOccur(t *testing.T) {
	var all []sample
	for i := range event.MaxPaths + 1 {
		all = append(all, sample{int64(i), 1, fmt.Appendf(nil, `{"p%d":1}`, i)})
		if i < event.MaxPaths-1 {
			continue
		}
		f, footer := write(t, Options{PageBytes: 1000}, all)
		read, err := ReadFooter(f, int64(len(f.b)), path)
		must(t, err)
		over := i == event.MaxPaths
		if footer.Overflowed != over || read.Overflowed != over || len(read.Properties) != event.MaxPaths || read.Has("q") != over {
			t.Errorf("%d paths: overflowed %t, %d listed", i+1, read.Overflowed, len(read.Properties))
		}
		if n := footer.Bytes(); n < int64(len(read.Properties)*40) || n > 400_000 {
			t.Errorf("a footer of %d properties and %d pages takes %d bytes", len(read.Properties), len(read.Pages), n)
		}
	}
}

// shown lists what a summary says, in order of the paths.
func shown(s *summary) (all []string) {
	for _, p := range s.properties() {
		all = append(all, fmt.Sprintf("%q %d %v", p.Path, p.Count, p.Types))
	}
	slices.Sort(all)
	return all
}

// TestSummariesAgreeWithTheDecoders compares with what event.Summary, which the decoder tells, says of the same events.
func TestSummariesAgreeWithTheDecoders(t *testing.T) {
	name := rapid.SampledFrom([]string{`"a"`, `"b"`, `"c d"`, `"\""`, `"\\"`, `"@x"`, `"@@y"`, `"é"`, `""`, `"long name of a member"`})
	var value func(depth int) *rapid.Generator[string]
	object := func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			var b strings.Builder
			for i, n := range rapid.SliceOfN(name, 0, 6).Draw(t, "names") {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(n + ":" + value(depth+1).Draw(t, "value"))
			}
			return "{" + b.String() + "}"
		})
	}
	value = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			switch k := rapid.IntRange(0, 9).Draw(t, "kind"); {
			case k < 3 && depth < 10:
				return object(depth).Draw(t, "object")
			case k == 3 && depth < 10:
				return "[" + object(depth).Draw(t, "element") + "," + value(depth+1).Draw(t, "element") + "]"
			}
			return rapid.SampledFrom([]string{`null`, `true`, `false`, `0`, `-1.5e9`, `"text"`, `"with \" and \\"`, `"a string of more than thirty-two bytes \\\\"`, `{}`, `[]`}).Draw(t, "scalar")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		d := event.NewDecoder(event.Options{Now: new(int64)})
		var theirs event.Summary
		ours, builder := newSummary(), strip.NewBuilder()
		for range rapid.IntRange(1, 5).Draw(t, "events") {
			src := object(1).Draw(t, "event")
			doc, _, err := d.Decode(nil, []byte(src), &theirs)
			if err != nil {
				t.Fatalf("%s: %v", src, err)
			}
			ours.observe(doc)
			builder.Add(0, 0, doc)
		}
		// The builder of a page has walked through the documents, too.
		taken := newSummary()
		if !taken.take(builder) || taken.overflowed {
			t.Fatal("the builder has not looked at all documents")
		}
		if got, want := shown(taken), shown(ours); !slices.Equal(got, want) {
			t.Fatalf("the builder says %s\nand not %s", got, want)
		}
		list := func(path []string, count int64) string { return fmt.Sprintf("%q %d", path, count) }
		var got, want []string
		for _, p := range ours.properties() {
			if !event.IsBuiltin(p.Path[0]) {
				got = append(got, list(p.Path, p.Count))
			}
		}
		for _, p := range theirs.Properties() {
			want = append(want, list(p.Path, p.Count))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || ours.overflowed {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}
