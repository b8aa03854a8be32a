package filter

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/damage"
)

var update = flag.Bool("update", false, "write the golden file anew")

// part is what a section was made of.
type part struct {
	kind  Kind
	path  []string
	pages [][]string // texts
	skip  []bool
}

func (p *part) keys(page int) []uint64 {
	var keys []uint64
	for _, text := range p.pages[page] {
		switch p.kind {
		case Trigrams:
			keys = AppendTrigrams(keys, []byte(text))
		case Messages:
			keys = append(AppendTrigrams(keys, Fold(nil, []byte(text))), TemplateKey(text), SeamKey([]byte(text), []byte(" "), []byte(text)))
		default:
			keys = append(keys, Key([]byte(text)))
		}
	}
	return keys
}

func parts(pages int) *rapid.Generator[part] {
	return rapid.Custom(func(t *rapid.T) part {
		p := part{
			kind: rapid.SampledFrom([]Kind{Values, Trigrams, Messages}).Draw(t, "kind"),
			path: rapid.SliceOfN(rapid.StringN(0, 3, -1), 1, 3).Draw(t, "path"),
		}
		for range pages {
			p.pages = append(p.pages, rapid.SliceOfN(rapid.String(), 0, 40).Draw(t, "texts"))
			p.skip = append(p.skip, rapid.IntRange(0, 9).Draw(t, "skip") == 0)
		}
		return p
	})
}

func encoded(t interface{ Fatal(...any) }, pages int, parts []part) []byte {
	var m Maker
	var all []*Builder
	for _, p := range parts {
		b := m.Section(p.kind, p.path)
		for i := range p.pages {
			for _, text := range p.pages[i] {
				if p.kind == Messages && !p.skip[i] {
					b.Template(text)
				}
			}
			if p.skip[i] {
				b.Skip()
			} else if err := b.Add(p.keys(i), i%2 == 0); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, b)
	}
	return Encode(77, pages, all)
}

func decoded(b []byte) (*Directory, []*Pages, error) {
	n, err := DirectoryBytes(b, "x")
	if err != nil {
		return nil, nil, err
	}
	d, err := DecodeDirectory(b[:min(len(b), HeaderBytes+n)], int64(len(b)), "x")
	if err != nil {
		return nil, nil, err
	}
	var all []*Pages
	for i := range d.Sections {
		s := &d.Sections[i]
		p, err := s.Decode(b[s.Offset:s.Offset+s.Length], d.Pages, "x")
		if err != nil {
			return nil, nil, err
		}
		all = append(all, p)
	}
	return d, all, nil
}

func TestNoValueThatIsThereIsDenied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pages := rapid.IntRange(1, 4).Draw(t, "pages")
		all := rapid.SliceOfN(parts(pages), 0, 3).Draw(t, "sections")
		d, sections, err := decoded(encoded(t, pages, all))
		if err != nil {
			t.Fatal(err)
		}
		if d.Span != 77 || int(d.Pages) != pages || len(sections) != len(all) {
			t.Fatalf("%+v", d)
		}
		for n, p := range all {
			if s := d.Sections[n]; s.Kind != p.kind || !slices.Equal(s.Path, p.path) {
				t.Fatalf("%+v instead of %+v", s, p)
			}
			if d.Find(p.kind, p.path) == nil {
				t.Fatalf("%q is not found", p.path)
			}
			for i := range pages {
				keys := p.keys(i)
				if sections[n].Known(i) == p.skip[i] {
					t.Fatalf("page %d of %q: known is %v", i, p.path, !p.skip[i])
				}
				for _, text := range p.pages[i] {
					if p.kind == Messages && !p.skip[i] && !slices.Contains(sections[n].Templates(), text) {
						t.Fatalf("template %q is lost", text)
					}
				}
				for _, k := range keys {
					if sections[n].Lacks(i, k, false) || sections[n].Lacks(i, k, true) {
						t.Fatalf("page %d of %q lacks %x", i, p.path, k)
					}
				}
				if sections[n].LacksAny(i, keys) {
					t.Fatalf("page %d of %q lacks one of its own", i, p.path)
				}
				if p.skip[i] && sections[n].Lacks(i, 1, false) || i%2 > 0 && sections[n].Lacks(i, 1, true) {
					t.Fatalf("page %d of %q denies what it does not know of", i, p.path)
				}
				if !p.skip[i] && len(keys) == 0 && !sections[n].Lacks(i, 1, false) {
					t.Fatalf("page %d of %q has nothing and does not say so", i, p.path)
				}
			}
			if sections[n].Lacks(pages, 1, false) {
				t.Fatal("a page that the span does not have is spoken of")
			}
		}
	})
}

// A page of many values lets through few others: the hash is fixed, so the number is.
func TestOneOtherValueIn256IsLetThrough(t *testing.T) {
	var m Maker
	b := m.Section(Values, []string{"RequestId"})
	var keys []uint64
	for i := range 4096 {
		keys = append(keys, Key(fmt.Append(nil, i)))
	}
	if err := b.Add(keys, true); err != nil {
		t.Fatal(err)
	}
	if got := b.Bytes() * 8; got > 12*4096 {
		t.Errorf("%d bits for %d values", got, len(keys))
	}
	_, sections, err := decoded(Encode(1, 1, []*Builder{b}))
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for i := range 100_000 {
		if !sections[0].Lacks(0, Key(fmt.Append(nil, "other", i)), true) {
			passed++
		}
	}
	if passed < 250 || passed > 550 {
		t.Errorf("%d of 100000 are let through", passed)
	}
}

func TestEveryFlippedByteAndEveryCutIsNamed(t *testing.T) {
	b := encoded(t, 2, []part{
		{Values, []string{"a", "b"}, [][]string{{"x", "y", "z"}, nil}, make([]bool, 2)},
		{Trigrams, []string{"@x"}, [][]string{{"Exception"}, {"at"}}, make([]bool, 2)},
		{Messages, nil, [][]string{{"{A} is {B}"}, {""}}, make([]bool, 2)},
	})
	if _, _, err := decoded(b); err != nil {
		t.Fatal(err)
	}
	var d *damage.Error
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x20
		if _, _, err := decoded(c); !errors.As(err, &d) && !errors.Is(err, damage.ErrNewerFormat) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, _, err := decoded(b[:i]); !errors.As(err, &d) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
	if _, _, err := decoded(append(bytes.Clone(b), 0)); !errors.As(err, &d) {
		t.Errorf("a byte too many: %v", err)
	}
}

// What an earlier program has written is read as it was meant: v1.filter is of the first format version.
func TestEarlierFiltersAreRead(t *testing.T) {
	want, err := os.ReadFile("testdata/v1.filter")
	if err != nil {
		t.Fatal(err)
	}
	_, sections, err := decoded(want)
	if err != nil {
		t.Fatal(err)
	}
	valuesAreFound(t, sections)
}

func valuesAreFound(t *testing.T, sections []*Pages) {
	t.Helper()
	for _, text := range []string{"4711", "a", "Zürich", ""} {
		if sections[0].Lacks(0, Key([]byte(text)), true) {
			t.Errorf("%q is not found in what an earlier program has written", text)
		}
	}
	if sections[1].LacksAny(0, AppendTrigrams(nil, []byte("timeoutEX"))) || !sections[0].Lacks(2, 1, false) {
		t.Error("an earlier program's trigrams are not found")
	}
}

// The file of these values is what it was when the format was made.
func TestTheFormatIsWhatItWas(t *testing.T) {
	const golden = "testdata/v2.filter"
	b := encoded(t, 3, []part{
		{Values, []string{"RequestId"}, [][]string{{"4711", "a", "Zürich", ""}, {"b"}, {}}, []bool{false, true, false}},
		{Trigrams, []string{"Data", "text"}, [][]string{{"System.TimeoutException"}, {"ab"}, {"Größe"}}, make([]bool, 3)},
		{Messages, nil, [][]string{{"{Method} {Path} responded {Status}", ""}, {"Started"}, {}}, []bool{false, false, true}},
	})
	if *update {
		if err := os.WriteFile(golden, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	_, sections, err := decoded(want)
	if err != nil {
		t.Fatal(err)
	}
	valuesAreFound(t, sections)
	m := sections[2]
	if !slices.Equal(m.Templates(), []string{"{Method} {Path} responded {Status}", "", "Started"}) || m.Lacks(1, TemplateKey("Started"), false) || m.Known(2) {
		t.Errorf("the templates are %q", m.Templates())
	}
	if !bytes.Equal(b, want) {
		t.Error("the bytes are not those of the golden file")
	}
}

// The case that ci compares in is that of Unicode: Fold must know each character beyond ASCII whose lower case is within.
func TestFoldKnowsWhateverBecomesASCII(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		folded := string(Fold(nil, []byte(string(r))))
		switch low := unicode.ToLower(r); {
		case !utf8.ValidRune(r):
		case low < utf8.RuneSelf && folded != string(low), low >= utf8.RuneSelf && folded != string(r):
			t.Errorf("%q is %q", r, folded)
		}
	}
}

// The key of a seam hangs on the ends alone, however long the values are.
func TestSeamsAreOfTheEndsOfValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aBk\u212aİö7 ")), 0, 12, -1)
		before, between, after := text.Draw(t, "before"), text.Draw(t, "between"), text.Draw(t, "after")
		key := SeamKey([]byte(before), []byte(between), []byte(after))
		if b := Fold(nil, []byte(before)); len(b) >= SeamBytes {
			before = text.Draw(t, "more") + string(b[len(b)-SeamBytes:])
		}
		if a := Fold(nil, []byte(after)); len(a) >= SeamBytes {
			after = string(a[:SeamBytes]) + text.Draw(t, "more")
		}
		if SeamKey([]byte(before), Fold(nil, []byte(between)), []byte(after)) != key {
			t.Fatalf("another key of %q, %q, %q", before, between, after)
		}
	})
}

func TestIntegersAreTheOnesSpelledPlainly(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "7": true, "-7": true, "4711": true, "123456789012345678901234567890": true, "10": true,
		"": false, "-": false, "-0": false, "007": false, "1.0": false, "1e2": false, "+1": false, "true": false, "1 ": false,
	} {
		if Integer([]byte(text)) != want {
			t.Errorf("%q", text)
		}
	}
}
