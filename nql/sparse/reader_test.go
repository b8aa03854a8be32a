package sparse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// lookup is the reference: encoding/json's view of a path. Where names repeat it can't be asked.
func lookup(doc any, path []Step) (any, bool) {
	for _, s := range path {
		switch d := doc.(type) {
		case map[string]any:
			v, ok := d[s.Name]
			if s.Element || !ok {
				return nil, false
			}
			doc = v
		case []any:
			i := s.Index
			if i < 0 {
				i += len(d)
			}
			if !s.Element || i < 0 || i >= len(d) {
				return nil, false
			}
			doc = d[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

func decode(t tester, raw []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q is not a value: %v", raw, err)
	}
	return v
}

// same reports whether v is the value want, by decoding what v holds.
func same(t tester, v Value, want any, ok bool) bool {
	if !ok || v.Kind == Missing {
		return !ok && v.Kind == Missing
	}
	if v.Kind == String {
		if s, isString := want.(string); !isString || string(Unquote(nil, v.Raw)) != s {
			return false
		}
	}
	a, _ := json.Marshal(decode(t, v.Raw))
	b, _ := json.Marshal(want)
	return bytes.Equal(a, b)
}

// everyPath lists the paths of all values in doc, and some that lead nowhere.
func everyPath(doc any, prefix []Step, list [][]Step) [][]Step {
	at := func(s Step) []Step { return append(prefix[:len(prefix):len(prefix)], s) }
	list = append(list, prefix, at(Step{Name: "no such"}), at(Step{Element: true, Index: 99}))
	switch d := doc.(type) {
	case map[string]any:
		for name, v := range d {
			list = everyPath(v, at(Step{Name: name}), list)
		}
	case []any:
		for i, v := range d {
			list = everyPath(v, at(Step{Element: true, Index: i}), list)
			list = append(list, at(Step{Element: true, Index: i - len(d)}))
		}
	}
	return list
}

func repeats(raw []byte) bool {
	switch v := Of(raw); v.Kind {
	case Object:
		seen := map[string]bool{}
		for it := Members(raw); ; {
			key, m, ok := it.Next()
			if !ok {
				return false
			}
			name := string(Unquote(nil, key))
			if seen[name] || repeats(m.Raw) {
				return true
			}
			seen[name] = true
		}
	case Array:
		for it := Elements(raw); ; {
			e, ok := it.Next()
			if !ok {
				return false
			}
			if repeats(e.Raw) {
				return true
			}
		}
	}
	return false
}

var seeds = []string{
	`{"@t":"2020-07-29T07:10:00.0000000Z","Data":{"checks":{"database":{"isOk":true}}},"Elapsed":12.5,"Items":[{"Sku":"A-1"},{"Sku":"B-2"}],"Tags":["x","y"]}`,
	`{}`, `[]`, `null`, `"a\"b\\"`, `-1.5e-7`, `{"a":{"b":{"c":[[[1]]]}},"d":"}]{["}`,
	`{"q\"uote":"\\","ü":"\u00fc\ud83d\ude00","empty":"","":1}`,
	" { \"a\" : [ 1 , 2 ,\n 3 ] , \"b\" : { } } ",
	`{"a":1`, `{"a"`, `{"a":}`, `{"a":,}`, `[1,,2`, `{"a":"unterminated`, `{"\`, `{:::}`, `[[[[[[[`, `{"a":{"b":`, `{"a" "b"}`, `"\u12`, `"\ud800\u0041"`,
}

func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) { checkRead(t, doc) })
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// checkRead checks reading of any bytes: that it ends, gives parts of the document, the same with each kernel, and of JSON what encoding/json gives.
func checkRead(t tester, doc []byte) {
	t.Helper()
	paths := [][]Step{
		{}, {{Name: "a"}}, {{Name: "a"}, {Name: "b"}}, {{Name: "A", Fold: true}}, {{Element: true, Index: 1}},
		{{Name: "a"}, {Element: true, Index: -1}}, {{Name: "Items"}, {Element: true}, {Name: "Sku"}},
	}
	for _, w := range []*Wanted{Compile(paths), Compile(paths[1:3]), CompileSorted([]string{"@t", "a"}, append(paths[:3:3], paths[4:]...))} {
		var first []Value
		eachKernel(func(k kernel) {
			out := make([]Value, w.Len())
			w.Read(doc, out)
			for i, v := range out {
				Unquote(nil, v.Raw)
				if len(v.Raw) > 0 && !bytes.Contains(doc, v.Raw) {
					t.Fatalf("path %d: %q is not of the document", i, v.Raw)
				}
				if first != nil && (v.Kind != first[i].Kind || !bytes.Equal(v.Raw, first[i].Raw)) {
					t.Fatalf("%q: path %d: kernel %d gives %q, another %q", doc, i, k, v.Raw, first[i].Raw)
				}
			}
			first = out
		})
	}
	if !json.Valid(doc) || !utf8.Valid(doc) {
		return
	}
	if n := bytes.Count(doc, []byte("[")) + bytes.Count(doc, []byte("{")); n > 100 || len(doc) > 4000 {
		return // every path of every value is too much of a good thing
	}
	if repeats(bytes.TrimSpace(doc)) {
		return
	}
	v := decode(t, doc)
	paths = everyPath(v, nil, nil)
	eachKernel(func(k kernel) {
		compilers := []func([][]Step) *Wanted{Compile}
		if isSorted(doc) {
			compilers = append(compilers, func(p [][]Step) *Wanted { return CompileSorted(nil, p) })
		}
		for _, compile := range compilers {
			var r Reader
			out := make([]Value, len(paths))
			r.Read(compile(paths), doc, out)
			for i, p := range paths {
				want, ok := lookup(v, p)
				if !same(t, out[i], want, ok) {
					t.Errorf("kernel %d: %s: read together, %v = %q, want %v", k, doc, p, out[i].Raw, want)
				}
				if got := Get(doc, p); !same(t, got, want, ok) {
					t.Errorf("kernel %d: %s: Get(%v) = %q, want %v", k, doc, p, got.Raw, want)
				}
				var alone [1]Value
				r.Read(compile([][]Step{p}), doc, alone[:])
				if !same(t, alone[0], want, ok) {
					t.Errorf("kernel %d: %s: read alone, %v = %q, want %v", k, doc, p, alone[0].Raw, want)
				}
			}
		}
	})
}

// isSorted reports whether the members of all objects stand in the order of their names.
func isSorted(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	before, first := "", true
	for it := Members(raw); ; first = false {
		key, m, ok := it.Next()
		if !ok {
			break
		}
		name := string(Unquote(nil, key))
		if !first && name <= before || !isSorted(m.Raw) {
			return false
		}
		before = name
	}
	for it := Elements(raw); ; {
		e, ok := it.Next()
		if !ok {
			return true
		}
		if !isSorted(e.Raw) {
			return false
		}
	}
}

func TestFoldedNamesTakeTheFirstMemberInAnyCase(t *testing.T) {
	test := func(doc, name, want string) {
		t.Helper()
		w := Compile([][]Step{{{Name: name, Fold: true}}, {{Name: "last"}}})
		var out [2]Value
		w.Read([]byte(doc), out[:])
		if string(out[0].Raw) != want {
			t.Errorf("%s in %s: %q, want %q", name, doc, out[0].Raw, want)
		}
		if got := Get([]byte(doc), []Step{{Name: name, Fold: true}}); string(got.Raw) != want {
			t.Errorf("Get %s in %s: %q, want %q", name, doc, got.Raw, want)
		}
	}
	test(`{"LEVEL":1,"last":0,"level":2}`, "level", "1")
	test(`{"last":0,"Level":3}`, "level", "3")
	test(`{"lev":0,"Levels":3}`, "level", "")
	test(`{"STRASSE":1,"straße":2}`, "STRAßE", "2")
	test(`{"tra\u0063e_id":5}`, "trace_ID", "5")
	test(`{"\u212a":5}`, "k", "5") // the Kelvin sign folds to k
	test(`{"a@b":1,"a`+"`"+`b":2}`, "A`B", "2")
}

func TestAnExactAndAFoldedPathMayShareAMember(t *testing.T) {
	w := Compile([][]Step{{{Name: "level"}}, {{Name: "level", Fold: true}}, {{Name: "Level", Fold: true}, {Name: "x"}}, {{Name: "z"}}})
	out := make([]Value, 4)
	w.Read([]byte(`{"level":{"x":1},"z":2}`), out)
	for i, want := range []string{`{"x":1}`, `{"x":1}`, `1`, `2`} {
		if string(out[i].Raw) != want {
			t.Errorf("path %d: %q, want %q", i, out[i].Raw, want)
		}
	}
}

func TestMoreMembersThanAreCounted(t *testing.T) {
	var paths [][]Step
	var doc strings.Builder
	doc.WriteString("{")
	for i := range 150 {
		paths = append(paths, []Step{{Name: fmt.Sprintf("p%d", i)}})
		fmt.Fprintf(&doc, `"p%d":%d,"p%d":"again",`, i, i, i)
	}
	doc.WriteString(`"end":0}`)
	out := make([]Value, len(paths))
	Compile(paths).Read([]byte(doc.String()), out)
	for i, v := range out {
		if v.Kind == Missing {
			t.Errorf("p%d is missing", i)
		}
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	w := Compile([][]Step{{{Name: "Items"}, {Element: true, Index: -1}, {Name: "Sku"}}, {{Name: "elapsed", Fold: true}}, {{Name: "none"}}})
	doc := []byte(seeds[0])
	out := make([]Value, 3)
	if n := testing.AllocsPerRun(100, func() { w.Read(doc, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { Get(doc, []Step{{Name: "Tags"}, {Element: true, Index: 1}}) }); n != 0 {
		t.Errorf("Get: %v allocations", n)
	}
}
