package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// jsonText draws JSON in all its spellings: white space, escapes, duplicate names.
func jsonText(depth int) *rapid.Generator[string] {
	space := rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r"})
	character := rapid.SampledFrom([]string{
		"a", "b", "é", "😀", "z", "0", "@", `\n`, `\"`, `\\`, `\/`, `\u0061`, `\u00E9`, `\ud83d\ude00`, `\u001f`, `\u007f`, "\x7f", "abcdefgh", "\u2028",
	})
	str := rapid.Custom(func(t *rapid.T) string {
		return `"` + strings.Join(rapid.SliceOfN(character, 0, 5).Draw(t, "characters"), "") + `"`
	})
	scalar := rapid.OneOf(str, rapid.SampledFrom([]string{"null", "true", "false", "0", "-0", "1.50", "1e5", "-1E-2", "9007199254740993", "12345678901234567890"}))
	if depth == 0 {
		return scalar
	}
	inner := jsonText(depth - 1)
	array := rapid.Custom(func(t *rapid.T) string {
		s := "[" + space.Draw(t, "space")
		for i, v := range rapid.SliceOfN(inner, 0, 4).Draw(t, "elements") {
			if i > 0 {
				s += "," + space.Draw(t, "space")
			}
			s += v + space.Draw(t, "space")
		}
		return s + "]"
	})
	object := rapid.Custom(func(t *rapid.T) string {
		s := "{" + space.Draw(t, "space")
		for i, v := range rapid.SliceOfN(inner, 0, 6).Draw(t, "members") {
			if i > 0 {
				s += "," + space.Draw(t, "space")
			}
			name := rapid.OneOf(str, rapid.SampledFrom([]string{`"a"`, `"b"`, `"@m"`, `"@l"`, `"time"`})).Draw(t, "name")
			s += name + space.Draw(t, "space") + ":" + space.Draw(t, "space") + v + space.Draw(t, "space")
		}
		return s + "}"
	})
	return rapid.OneOf(scalar, array, object, object)
}

func eventText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		members := []string{`"@t":"2024-05-01T00:00:00.5Z"`}
		for _, v := range rapid.SliceOfN(jsonText(3), 0, 60).Draw(t, "values") {
			name := rapid.OneOf(rapid.SampledFrom([]string{`"a"`, `"A"`, `"@x"`, `"@mt"`, `"nested"`, `""`}), rapid.Custom(func(t *rapid.T) string {
				return fmt.Sprintf("%q", rapid.StringMatching(`[a-c]{1,10}`).Draw(t, "name"))
			})).Draw(t, "name")
			members = append(members, name+":"+v)
		}
		return "{" + strings.Join(rapid.Permutation(members).Draw(t, "order"), ",") + "}"
	})
}

func TestDecodedEventsKeepTheirMeaningAndAreNormalised(t *testing.T) {
	d := NewDecoder(Options{})
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(eventText().Draw(t, "event"))
		doc, ts, err := d.Decode(nil, src, new(Summary))
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		checkDecoded(t, src, doc, ts)
	})
}

func TestEveryPrefixIsAnError(t *testing.T) {
	d := NewDecoder(Options{})
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(eventText().Draw(t, "event"))
		for n := range src {
			if out, _, err := d.Decode(nil, src[:n], nil); err == nil || len(out) > 0 {
				t.Fatalf("%q was accepted", src[:n])
			}
		}
	})
}

func TestMergingSummariesEqualsObservingAll(t *testing.T) {
	value := rapid.SampledFrom([]string{
		"null", "true", "1", "1.5", "1e400", "9007199254740993", "-9007199254740993", "9223372036854775808", `"x"`, "[1]", `{"c":1}`, `{"c":"x","d":null}`,
	})
	event := rapid.Custom(func(t *rapid.T) string {
		s := `{"@t":0`
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4, rapid.ID).Draw(t, "names") {
			s += fmt.Sprintf(",%q:%s", name, value.Draw(t, "value"))
		}
		return s + "}"
	})
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(event, 0, 12).Draw(t, "events")
		d := NewDecoder(Options{})
		observe := func(events []string) *Summary {
			s := new(Summary)
			for _, e := range events {
				if _, _, err := d.Decode(nil, []byte(e), s); err != nil {
					t.Fatal(err)
				}
			}
			return s
		}
		all := observe(events).Properties()
		i := rapid.IntRange(0, len(events)).Draw(t, "i")
		j := rapid.IntRange(i, len(events)).Draw(t, "j")
		a, b, c := observe(events[:i]), observe(events[i:j]), observe(events[j:])

		left := new(Summary)
		for _, s := range []*Summary{a, b, c} {
			left.Merge(s)
		}
		if !reflect.DeepEqual(left.Properties(), all) {
			t.Fatalf("(a b) c is\n%+v\nwant\n%+v", left.Properties(), all)
		}
		b.Merge(c)
		a.Merge(b)
		if !reflect.DeepEqual(a.Properties(), all) {
			t.Fatalf("a (b c) is\n%+v\nwant\n%+v", a.Properties(), all)
		}

		// A store keeps the exported fields alone, and merges property by property.
		stored := map[string]*Property{}
		for _, s := range []*Summary{observe(events[:i]), observe(events[i:j]), observe(events[j:])} {
			for _, p := range s.Properties() {
				key := strings.Join(p.Path, ".")
				old := stored[key]
				if old == nil {
					old = &Property{Path: p.Path}
				}
				old.Merge(&p)
				stored[key] = &Property{Path: old.Path, Type: old.Type, Big: old.Big, Long: old.Long, Count: old.Count, Misfits: old.Misfits}
			}
		}
		for _, p := range all {
			got := stored[strings.Join(p.Path, ".")]
			if got.Type != p.Type || got.Big != p.Big || got.Long != p.Long || got.Count != p.Count {
				t.Fatalf("stored %+v, want %+v", *got, p)
			}
		}
	})
}

func TestPropertyTypes(t *testing.T) {
	for _, c := range []struct {
		values  string
		want    PropertyType
		misfits int64
	}{
		{"null null", NoType, 0},
		{"null true", Boolean, 0},
		{`true 1 "x"`, Boolean, 2},
		{"1", Bigint, 0},
		{"1 1.5", Double, 0},
		{"1 1e3", Double, 0},
		{"9007199254740992 1.5", Double, 0},
		{"9007199254740993 1.5", Numeric, 0},
		{"1.5 -9007199254740993", Numeric, 0},
		{"9223372036854775807", Bigint, 0},
		{"-9223372036854775808", Bigint, 0},
		{"9223372036854775808", Numeric, 0},
		{"-9223372036854775809", Numeric, 0},
		{"1 123456789012345678901234567890", Numeric, 0},
		{"1.5 1e400", Numeric, 0},
		{`1 "x" [1] null 2`, Bigint, 2},
		{`"x" 1 true`, Text, 0},
		{`"x" [] {}`, Text, 2},
		{`[] 1 "x" true`, JSONB, 0},
		{`{} 1.5`, JSONB, 0},
	} {
		var s Summary
		d := NewDecoder(Options{})
		for _, v := range strings.Fields(c.values) {
			if _, _, err := d.Decode(nil, []byte(`{"@t":0,"a":`+v+`}`), &s); err != nil {
				t.Fatal(err)
			}
		}
		p := s.Properties()[0]
		if p.Type != c.want || p.Misfits != c.misfits || p.Count != int64(len(strings.Fields(c.values))) {
			t.Errorf("%s: %+v, want %s with %d misfits", c.values, p, c.want, c.misfits)
		}
	}
}

func TestWidenAgreesWithObserving(t *testing.T) {
	types := []PropertyType{NoType, Boolean, Bigint, Text, Double, Numeric, JSONB}
	for _, a := range types {
		for _, b := range types {
			p := Property{Type: a, Count: 1}
			p.Merge(&Property{Type: b, Count: 1})
			if got := a.Widen(b); got != p.Type {
				t.Errorf("%s then %s: %s, but merged %s", a, b, got, p.Type)
			}
		}
	}
}

func TestPathsStandInOrderOfAppearance(t *testing.T) {
	var s Summary
	d := NewDecoder(Options{})
	for _, e := range []string{
		`{"z":1,"@t":0,"@mt":"x","Data":{"y":{"deep":true},"x":[{"no":1}]},"a":null}`,
		`{"new":1,"@t":0,"Data":{"w":1},"z":2.5}`,
	} {
		if _, _, err := d.Decode(nil, []byte(e), &s); err != nil {
			t.Fatal(err)
		}
	}
	const want = "z double precision\nData jsonb\nData.y jsonb\nData.y.deep boolean\nData.x jsonb\na unknown\nnew bigint\nData.w bigint\n"
	if got := s.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestPathsAreLimited(t *testing.T) {
	var s Summary
	d := NewDecoder(Options{})
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"@t":0,%q:1,%q:2`, strings.Repeat("n", 63), strings.Repeat("n", 64))
	fmt.Fprintf(&b, `,"d":%s1%s`, strings.Repeat(`{"d":`, 10), strings.Repeat("}", 10))
	for i := range 3000 {
		fmt.Fprintf(&b, `,"p%d":1`, i)
	}
	b.WriteString("}")
	for range 2 { // the second time, too
		if _, _, err := d.Decode(nil, b.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
	}
	all := s.Properties()
	if len(all) != MaxPaths || len(all[0].Path[0]) != 63 || len(all[8].Path) != 8 || len(all[9].Path) != 1 {
		t.Fatalf("%d paths", len(all))
	}
	if all[MaxPaths-1].Count != 2 || s.Dropped() != 2*(2+3000-(MaxPaths-9)) {
		t.Errorf("%+v, %d dropped", all[MaxPaths-1], s.Dropped())
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	d := NewDecoder(Options{})
	var s Summary
	var dst []byte
	lines := clefLines()
	lines = append(lines, []byte(`{"z":1,"ts":1600000000.25,"a\n":[1, 2,{"b":1,"a":"\u00e9"}],"o":{"b":1,"a":{"d":1,"c":2}},"\u0041":1}`))
	run := func() {
		for _, l := range lines {
			var err error
			if dst, _, err = d.Decode(dst[:0], l, &s); err != nil {
				t.Fatal(err)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStringsEndWhereTheyDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chars := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "characters")
		text, err := json.Marshal(string(bytes.ToValidUTF8(chars, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(`\u0000`)) {
			t.Skip()
		}
		d := &Decoder{src: text, specials: sparse.Specials(nil, text)}
		if end, _ := d.str(1); end != len(text)-1 {
			t.Fatalf("%s ends at %d: %v", text, end, d.err)
		}
	})
}
