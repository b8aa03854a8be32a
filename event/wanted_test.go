package event

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/nql/sparse"
)

// memberNames are names whose order is easily got wrong.
var memberNames = append([]string{"", " ", "!", "\"", "\\", "\n", "\x01", "0", "5xx", "@", "@@", "@@t", "@a", "@ti", "@timestamp", "@tz", "@z",
	"A", "A\"", "A\n", "A\\", "Ab", "Abcdefgh", "Abcdefgh\n", "Abcdefghi", "Abcdefg", "Z", "_", "a", "ab", "abc", "aé", "~", "é", "ü", "ſ", "日本", "😀",
	"Elapsed", "level", "a/b", "a\\nb", "\u007f", "\u2028"}, builtinOrder...)

// spellings of a name: plain where that is allowed, and with everything escaped.
func spell(t *rapid.T, name string) string {
	if rapid.Bool().Draw(t, "escaped") {
		var b strings.Builder
		b.WriteByte('"')
		for _, r := range name {
			if r >= 0x10000 {
				r -= 0x10000
				fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
				continue
			}
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		return b.String() + `"`
	}
	return string(AppendString(nil, []byte(name)))
}

func drawName() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(memberNames), rapid.StringOfN(rapid.RuneFrom([]rune("@tmA\\\"é\n")), 0, 4, -1))
}

func drawObject(t *rapid.T, depth int) string {
	var parts []string
	for range rapid.IntRange(0, 8).Draw(t, "members") {
		parts = append(parts, spell(t, drawName().Draw(t, "name"))+":"+drawMember(t, depth))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func drawMember(t *rapid.T, depth int) string {
	most := 4
	if depth > 0 {
		most = 6
	}
	switch rapid.IntRange(0, most).Draw(t, "kind") {
	case 0:
		return "null"
	case 1:
		return fmt.Sprint(rapid.IntRange(-9, 99).Draw(t, "number"))
	case 2:
		return "true"
	case 3, 4:
		return rapid.SampledFrom([]string{`""`, `"x"`, `"\""`, `"\\"`, `"}{,\"A\":1"`, `"a text of more than thirty-two bytes, \"quoted\" too\\"`}).Draw(t, "text")
	case 5:
		return "[" + drawMember(t, depth-1) + "," + drawObject(t, depth-1) + "]"
	}
	return drawObject(t, depth-1)
}

// Reading with knowledge of the order gives what reading without it does, on every document that a Decoder makes.
func TestReadingInOrderEqualsReadingAll(t *testing.T) {
	now := int64(16e15)
	d := NewDecoder(Options{Now: &now})
	rapid.Check(t, func(t *rapid.T) {
		doc, _, err := d.Decode(nil, []byte(drawObject(t, 3)), nil)
		if err != nil {
			t.Skip("no event")
		}
		var paths [][]sparse.Step
		for range rapid.IntRange(1, 6).Draw(t, "paths") {
			var p []sparse.Step
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 2, 2, 3}).Draw(t, "steps") {
				if rapid.IntRange(0, 4).Draw(t, "step") == 0 {
					p = append(p, sparse.Step{Element: true, Index: rapid.IntRange(-2, 2).Draw(t, "index")})
				} else {
					p = append(p, sparse.Step{Name: drawName().Draw(t, "name")})
				}
			}
			paths = append(paths, p)
		}
		checkWanted(t, doc, paths)
	})
}

// checkWanted reads paths of doc together, each alone, and without knowledge of the order.
func checkWanted(t failer, doc []byte, paths [][]sparse.Step) {
	t.Helper()
	got, want := make([]sparse.Value, len(paths)), make([]sparse.Value, len(paths))
	Wanted(paths).Read(doc, got)
	sparse.Compile(paths).Read(doc, want)
	for i, p := range paths {
		alone := make([]sparse.Value, 1)
		Wanted(paths[i:i+1]).Read(doc, alone)
		single := sparse.Get(doc, p)
		for _, v := range []sparse.Value{got[i], alone[0], single} {
			if v.Kind != want[i].Kind || !bytes.Equal(v.Raw, want[i].Raw) {
				t.Fatalf("%v of %s:\n%q where all is read\n%q in order\n%q in order, alone\n%q of Get", p, doc, want[i].Raw, got[i].Raw, alone[0].Raw, single.Raw)
			}
		}
	}
}

// Every member of a document is found: each alone, all together, and with names that are not there between them.
func TestReadingInOrderFindsEveryMember(t *testing.T) {
	now := int64(16e15)
	d := NewDecoder(Options{Now: &now})
	var b strings.Builder
	var paths [][]sparse.Step
	for i, name := range memberNames {
		if name == "@t" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.Write(AppendString(nil, []byte(name)))
		fmt.Fprintf(&b, ":%d", i)
		paths = append(paths, []sparse.Step{{Name: name}}, []sparse.Step{{Name: "deep"}, {Name: name}},
			[]sparse.Step{{Name: name + "-"}}, []sparse.Step{{Name: "-" + name}})
	}
	members := b.String()
	doc, _, err := d.Decode(nil, []byte(`{"@t":"2020-01-01T00:00:00Z",`+members+`,"deep":{`+members+`}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkWanted(t, doc, paths)
	for i, p := range paths {
		if v := sparse.Get(doc, p); i%4 < 2 && v.Kind != sparse.Number {
			t.Fatalf("%v is not in %s", p, doc)
		}
	}
	for i, name := range builtinOrder {
		if builtinRank(name) != uint64(i+1) {
			t.Errorf("%s is not at place %d", name, builtinRank(name))
		}
	}
	if slices.ContainsFunc(memberNames, func(s string) bool { return IsBuiltin(s) && builtinRank(s) == 0 }) {
		t.Error("a built-in name without a rank")
	}
}

// FuzzWanted reads the member names of any event that decodes.
func FuzzWanted(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s), "a", "@t")
	}
	f.Fuzz(func(t *testing.T, src []byte, a, b string) {
		now := int64(16e15)
		doc, _, err := NewDecoder(Options{Now: &now}).Decode(nil, src, nil)
		if err != nil {
			return
		}
		paths := [][]sparse.Step{{{Name: a}}, {{Name: b}}, {{Name: a}, {Name: b}}, {{Name: b}, {Element: true}, {Name: a}}}
		n := 0
		for it := sparse.Members(doc); n < 60; n++ {
			key, _, ok := it.Next()
			if !ok {
				break
			}
			name := string(sparse.Unquote(nil, key))
			paths = append(paths, []sparse.Step{{Name: name}}, []sparse.Step{{Name: name}, {Name: a}}, []sparse.Step{{Name: name + "x"}})
		}
		checkWanted(t, doc, paths)
	})
}
