package strip

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// Few names, so that documents have members in common, and in other types.
var names = []string{"a", "b", "c", "Data", "id", "ü", "x\"y", "tab\t", "", "@t", "when", "much", "z"}

var spellings = []string{"0", "1", "-1", "12.50", "1.0", "-0", "-0.0", "0.05", "-0.5", "1e2", "1E+2", "1.5e-3", "123456789012345678", "1234567890123456789",
	"9007199254740993", "-9223372036854775809", "922337203685477580.7", "92233720368547758.08", "9999999999999999999", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "0.1234567890123456789", "1e400", "1e-400", "100.00000000000000000",
	"3.0000000000000001", "9007199254740993.5", "900719925474099.31", "1000000000000000000000000"}

// drawText draws what may stand in a string, unescaped.
func drawText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "x", "Information", "Error", "line\nbreak", `quo"te`, `back\slash`, `\`, `"`, "ünï", "\x01", "\u2028", "0", "007", "10.0.0.1", "{a} is {id:000} {{", "took {much} of {no such}, {much,8}"}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("user%05d", rapid.IntRange(0, 99999).Draw(t, "user")) }),
		rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("%d.%d.%d", rapid.IntRange(0, 300).Draw(t, "a"), rapid.IntRange(0, 9).Draw(t, "b"), rapid.IntRange(0, 99).Draw(t, "c"))
		}),
		rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}`),
		rapid.StringMatching(`\{[0-9A-F]{7}\}`),
		rapid.Custom(drawTime),
		rapid.String(),
	).Draw(t, "text")
}

func drawTime(t *rapid.T) string {
	s := string(event.AppendTime(nil, rapid.Int64Range(event.MinTime, event.MaxTime).Draw(t, "time")))
	s = s[:len(s)-1]
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		s = s[:19]
	case 1:
		s += "12"
	case 2:
		s = s[:23]
	}
	if rapid.Bool().Draw(t, "space") {
		s = s[:10] + " " + s[11:]
	}
	if rapid.Bool().Draw(t, "Z") {
		s += "Z"
	}
	return s
}

// A maker makes values of one member: most members keep to one.
func drawMaker(t *rapid.T) func(t *rapid.T) string {
	quote := func(s string) string { return string(event.AppendString(nil, []byte(s))) }
	switch rapid.IntRange(0, 9).Draw(t, "maker") {
	case 0:
		v := drawValue(t, 2)
		return func(*rapid.T) string { return v }
	case 1:
		of := []string{quote(drawText(t)), quote(drawText(t)), quote(drawText(t))}
		return func(t *rapid.T) string { return rapid.SampledFrom(of).Draw(t, "one of") }
	case 2:
		most := rapid.IntRange(1, 1<<40).Draw(t, "most")
		return func(t *rapid.T) string { return strconv.Itoa(rapid.IntRange(-3, most).Draw(t, "integer")) }
	case 3:
		digits := rapid.IntRange(0, 6).Draw(t, "digits")
		return func(t *rapid.T) string {
			return strconv.FormatFloat(rapid.Float64Range(-1000, 1000).Draw(t, "float"), 'f', digits, 64)
		}
	case 4:
		next := 0
		return func(t *rapid.T) string { next += rapid.IntRange(0, 3).Draw(t, "step"); return strconv.Itoa(next) }
	case 5:
		return func(t *rapid.T) string { return quote(drawTime(t)) }
	case 6:
		return func(t *rapid.T) string { return quote(rapid.StringMatching(`[0-9a-f]{16}`).Draw(t, "hex")) }
	case 7:
		return func(t *rapid.T) string {
			return quote(fmt.Sprintf("host-%03d/%d", rapid.IntRange(0, 999).Draw(t, "host"), rapid.IntRange(0, 99999).Draw(t, "port")))
		}
	}
	return func(t *rapid.T) string { return drawValue(t, 2) }
}

func drawValue(t *rapid.T, depth int) string {
	most := 6
	if depth == 0 {
		most = 4
	}
	switch rapid.IntRange(0, most).Draw(t, "type") {
	case 0:
		return "null"
	case 1:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case 2:
		return rapid.SampledFrom(spellings).Draw(t, "number")
	case 3:
		return strconv.Itoa(rapid.Int().Draw(t, "integer"))
	case 5:
		s := []byte{'['}
		for i := range rapid.IntRange(0, 3).Draw(t, "elements") {
			if i > 0 {
				s = append(s, ',')
			}
			s = append(s, drawValue(t, depth-1)...)
		}
		return string(append(s, ']'))
	case 6:
		return drawObject(t, depth-1, nil)
	}
	return string(event.AppendString(nil, []byte(drawText(t))))
}

func drawObject(t *rapid.T, depth int, makers map[string]func(*rapid.T) string) string {
	return drawObjectOf(t, names, depth, makers)
}

func drawObjectOf(t *rapid.T, names []string, depth int, makers map[string]func(*rapid.T) string) string {
	s := []byte{'{'}
	for _, name := range names {
		make := makers[name]
		switch {
		case make != nil && rapid.IntRange(0, 9).Draw(t, "has") == 0, make == nil && rapid.IntRange(0, 4).Draw(t, "has") > 0:
			continue
		}
		if len(s) > 1 {
			s = append(s, ',')
		}
		s = append(event.AppendString(s, []byte(name)), ':')
		if make != nil {
			s = append(s, make(t)...)
		} else {
			s = append(s, drawValue(t, depth)...)
		}
	}
	return string(append(s, '}'))
}

// drawEvents draws events as they are stored, many of which have members in common.
func drawEvents(t *rapid.T) []sample { return drawEventsOf(t, names) }

func drawEventsOf(t *rapid.T, names []string) []sample {
	makers := map[string]func(*rapid.T) string{}
	for _, name := range names {
		if name != "@t" && rapid.Bool().Draw(t, "common") {
			makers[name] = drawMaker(t)
		}
	}
	if rapid.Bool().Draw(t, "timed") {
		makers["@t"] = func(t *rapid.T) string { return `"` + drawTime(t) + `"` }
	}
	n := rapid.SampledFrom([]int{1, 2, 5, 20, 60, 200}).Draw(t, "rows")
	now := int64(0)
	d := event.NewDecoder(event.Options{Now: &now})
	var all []sample
	for i := range n {
		now += rapid.Int64Range(0, 1000).Draw(t, "later")
		doc, ts, err := d.Decode(nil, []byte(drawObjectOf(t, names, 2, makers)), nil)
		if err != nil {
			continue // a time that is none, or characters that are not stored
		}
		all = append(all, sample{ts, uint64(i) * 3, doc})
	}
	return all
}

// smallPage is a page of events, most often however little they have in common; false where that is too little.
func smallPage(t *rapid.T, b *Builder, all []sample) ([]byte, bool) {
	b.forced = rapid.SampledFrom([]int{0, 1, 2, 5, 30}).Draw(t, "rare")
	body, err := tryPage(b, all)
	if errors.Is(err, ErrDifferent) {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return body, true
}

func checkSame(t interface{ Fatalf(string, ...any) }, body []byte, all []sample) {
	var r Reader
	if err := openBody(&r, body, len(all), size(all)); err != nil {
		t.Fatalf("%v", err)
	}
	if err := r.Each(func(row int, doc []byte) bool {
		if !bytes.Equal(doc, all[row].doc) {
			t.Fatalf("row %d: %q, was %q", row, doc, all[row].doc)
		}
		ts, arrival, err := r.Event(row)
		if err != nil || ts != all[row].ts || arrival != all[row].arrival {
			t.Fatalf("row %d: %d %d %v, was %d %d", row, ts, arrival, err, all[row].ts, all[row].arrival)
		}
		return true
	}); err != nil {
		t.Fatalf("%v", err)
	}
	// In an order that steps back and far ahead.
	for i := range all {
		row := i * 37 % len(all)
		doc, err := r.Document(nil, row)
		if err != nil || !bytes.Equal(doc, all[row].doc) {
			t.Fatalf("row %d alone: %q %v, was %q", row, doc, err, all[row].doc)
		}
	}
}

func TestDocumentsComeBack(t *testing.T) {
	b := NewBuilder()
	pages, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all := drawEvents(t)
		if len(all) == 0 {
			t.Skip("no events")
		}
		if body, ok := smallPage(t, b, all); ok {
			checkSame(t, body, all)
			pages++
		} else {
			refused++
		}
	})
	t.Logf("%d pages, %d refused", pages, refused)
}

// Whatever bytes a document is, they come back: what is not as package event writes it is kept whole.
func TestAnyBytesComeBack(t *testing.T) {
	b := NewBuilder()
	odd := []string{"", "{}", "[]", "null", `{"a":1,"a":2}`, `{ "a":1}`, `{"a":1 }`, `{"a":1}x`, `{"a":}`, `{"a"}`, `{"a":1`, `{"a":{"b":1}`, `{"a":[1}`, `{"a":[1,{"b":"]"}]}`,
		`{"a":tru}`, `{"a":truex}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, "{\"a\":\"\n\"}", "{\"a\":\"x\x01y7\"}", `{"a":"\"}`, `{"a":"\""}`, `{"a":"\u0061"}`, `{"\u0061":1}`, `{"":{"":{}}}`, `{"a":{}}`, `{"a":{},"b":{}}`,
		`{"a":1,}`, `{,"a":1}`, `{"a":1,,"b":2}`, `{"a":[]]}`, `{"a":1}}`, `{{"a":1}}`, `"a"`, `{"a":1]`, "\xff", "{\"\xff\":\"\xff\"}"}
	rapid.Check(t, func(t *rapid.T) {
		var all []sample
		for range rapid.IntRange(1, 40).Draw(t, "rows") {
			doc := []byte(rapid.OneOf(rapid.SampledFrom(odd), rapid.Custom(func(t *rapid.T) string { return drawObject(t, 2, nil) })).Draw(t, "document"))
			if len(doc) > 0 && rapid.IntRange(0, 3).Draw(t, "spoil") == 0 {
				doc[rapid.IntRange(0, len(doc)-1).Draw(t, "at")] = rapid.SampledFrom([]byte(`{}[]:,"\ 0a`)).Draw(t, "byte")
			}
			all = append(all, sample{0, 0, doc})
		}
		if body, ok := smallPage(t, b, all); ok {
			checkSame(t, body, all)
		}
	})
}

// pathsOf are paths of members in the events, and some that are in none.
func pathsOf(all []sample) [][]string {
	seen := map[string]bool{}
	paths := [][]string{{"no such"}, {"a", "b", "c", "z"}}
	var walk func(object []byte, path []string)
	walk = func(object []byte, path []string) {
		for it := sparse.Members(object); ; {
			key, v, ok := it.Next()
			if !ok {
				return
			}
			p := append(slices.Clone(path), string(sparse.Unquote(nil, key)))
			if k := fmt.Sprintf("%q", p); !seen[k] && len(paths) < 60 {
				seen[k] = true
				paths = append(paths, p)
			}
			walk(v.Raw, p)
		}
	}
	for _, e := range all {
		walk(e.doc, nil)
	}
	return slices.DeleteFunc(paths, func(p []string) bool { return len(p) == 1 && event.IsBuiltin(p[0]) })
}

var kinds = []column.Kind{column.Bool, column.Int64, column.Float64, column.Decimal, column.Text, column.JSON}

// checkColumns compares the columns of a page with what package nql reads of the documents.
func checkColumns(t interface{ Fatalf(string, ...any) }, body []byte, all []sample, paths [][]string, sel column.Selection) {
	var r Reader
	if err := openBody(&r, body, len(all), size(all)); err != nil {
		t.Fatalf("%v", err)
	}
	got := column.New(column.Text)
	for _, path := range paths {
		p := &nql.Path{}
		for _, name := range path {
			p.Steps = append(p.Steps, nql.Step{Kind: nql.Member, Name: name})
		}
		for _, kind := range kinds {
			for _, keepNull := range []bool{false, true} {
				if keepNull && kind != column.JSON {
					continue
				}
				var misfits atomic.Int64
				program, err := nql.CompileRows(nil, nil, []nql.Column{{Path: p, Kind: kind, KeepNull: keepNull, Misfits: &misfits}})
				if err != nil {
					t.Fatalf("%v", err)
				}
				var want column.Batch
				want.Reset(program.Kinds())
				add := func(row int) {
					if _, err := program.Append(&nql.Event{Timestamp: all[row].ts, Document: all[row].doc}, &want); err != nil {
						t.Fatalf("%v", err)
					}
				}
				if sel == nil {
					for row := range all {
						add(row)
					}
				}
				for _, row := range sel {
					add(int(row))
				}
				n, err := r.Column(got, r.Find(path...), kind, sel, keepNull)
				if err != nil {
					t.Fatalf("%q as %v: %v", path, kind, err)
				}
				if int64(n) != misfits.Load() {
					t.Fatalf("%q as %v: %d misfits, not %d", path, kind, n, misfits.Load())
				}
				if got.Len != want.Len {
					t.Fatalf("%q as %v: %d rows, not %d", path, kind, got.Len, want.Len)
				}
				for i := range want.Len {
					if g, w := show(got, i), show(want.Cols[0], i); g != w {
						row := i
						if sel != nil {
							row = int(sel[i])
						}
						t.Fatalf("%q as %v: %s, not %s, of %s", path, kind, g, w, all[row].doc)
					}
				}
			}
		}
	}
}

func show(v *column.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case column.Bool:
		return fmt.Sprint(v.Bool(i))
	case column.Int64:
		return fmt.Sprint(v.Int(i))
	case column.Float64:
		return fmt.Sprint(v.Float(i))
	}
	return fmt.Sprintf("%q", v.Str(i))
}

func TestColumnsAreWhatDocumentsSay(t *testing.T) {
	b := NewBuilder()
	rapid.Check(t, func(t *rapid.T) {
		all := drawEvents(t)
		if len(all) == 0 {
			t.Skip("no events")
		}
		body, ok := smallPage(t, b, all)
		if !ok {
			t.Skip("too little in common")
		}
		var sel column.Selection
		if rapid.Bool().Draw(t, "some") {
			sel = column.Selection{}
			for row := range all {
				if rapid.Bool().Draw(t, "selected") {
					sel = append(sel, int32(row))
				}
			}
		}
		checkColumns(t, body, all, pathsOf(all), sel)
	})
}

func TestColumnsOfGeneratedAndRealEvents(t *testing.T) {
	parts := map[string][]sample{"generated": generated(t, 1000)}
	for _, name := range realFiles() {
		all := decoded(t, unpacked(t, name))
		parts[name] = all[:min(len(all), 400)]
	}
	b := NewBuilder()
	for name, all := range parts {
		body, err := tryPage(b, all)
		if errors.Is(err, ErrDifferent) {
			continue
		}
		must(t, err)
		paths := pathsOf(all)
		if len(paths) > 20 && name != "generated" {
			paths = paths[:20]
		}
		checkColumns(t, body, all, paths, nil)
		checkColumns(t, body, all, paths[:5], column.Selection{0, 7, 8, int32(len(all)) - 1})
	}
}
