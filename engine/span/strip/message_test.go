package strip

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// messages are what templates and members are made of, so that texts lie over both.
var (
	messageTexts = []string{"", "a", "ab", "b a", " ", "  ", "-", "1", "12", ".5", "K", "k", "ſ", "é", "É", "İ", "{a}", "%", "_", `\`, "null", "true", "Ab", "{", "}"}
	messageHoles = []string{"{a}", "{b}", "{@a}", "{$c}", "{a}{b}", "{a:0.00}", "{b:000}", "{c:X}", "{a,4}", "{b,-5}", "{c,3:0}", "{@t}", "{gone}", "{{", "}}", "{{a}}", "{ a}", "{1}"}
)

func drawTemplate(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(0, 5).Draw(t, "parts") {
		b.WriteString(rapid.SampledFrom(append(messageTexts, messageHoles...)).Draw(t, "part"))
	}
	return b.String()
}

func drawMessage(t *rapid.T, templates []string) sample {
	quoted := func(s string) string { return string(event.AppendString(nil, []byte(s))) }
	value := func() string {
		switch rapid.IntRange(0, 5).Draw(t, "value") {
		case 0:
			return rapid.SampledFrom([]string{"1", "12", "-0", "0", "1.50", "1e2", "123456789012345678901", "0.5", "true", "false", "null", "{}", `{"a":1}`, "[]", `["a b"]`}).Draw(t, "json")
		case 1:
			return quoted(strings.Join(rapid.SliceOfN(rapid.SampledFrom(messageTexts), 0, 3).Draw(t, "texts"), ""))
		}
		return quoted(rapid.SampledFrom(messageTexts).Draw(t, "text"))
	}
	var m []string
	add := func(name string, often int, value func() string) {
		if rapid.IntRange(0, 9).Draw(t, "has "+name) < often {
			m = append(m, quoted(name)+":"+value())
		}
	}
	add("@mt", 9, func() string { return quoted(rapid.SampledFrom(templates).Draw(t, "template")) })
	add("@m", 1, value)
	add("@r", 1, func() string { return `["ab","1 2"]` })
	for _, name := range []string{"a", "b", "c", "1"} {
		add(name, 8, value)
	}
	add("message", 1, value)
	doc, ts, err := event.NewDecoder(event.Options{Now: new(int64)}).Decode(nil, []byte("{"+strings.Join(m, ",")+"}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return sample{ts: ts, doc: doc}
}

// drawAsked draws a predicate of the message, mostly with a text that stands in one.
func drawAsked(t *rapid.T, all []sample) nql.Expr {
	text := rapid.SampledFrom(messageTexts).Draw(t, "text")
	if m, ok := event.AppendMessage(nil, rapid.SampledFrom(all).Draw(t, "event").doc); ok && rapid.IntRange(0, 4).Draw(t, "of a message") > 0 {
		runes := []rune(string(m))
		from := rapid.IntRange(0, len(runes)).Draw(t, "from")
		text = string(runes[from:rapid.IntRange(from, len(runes)).Draw(t, "to")])
	}
	x := rapid.SampledFrom([]nql.Expr{&nql.Path{Root: nql.Message}, &nql.Call{Name: "text", Args: []nql.Expr{&nql.Path{Root: nql.Message}}}}).Draw(t, "x")
	constant := &nql.Literal{Value: nql.StringValue(text)}
	ci, not := rapid.Bool().Draw(t, "ci"), rapid.IntRange(0, 5).Draw(t, "not") == 0
	switch rapid.IntRange(0, 6).Draw(t, "form") {
	case 0:
		return &nql.Call{Name: rapid.SampledFrom([]string{"startswith", "contains", "endswith"}).Draw(t, "name"), Args: []nql.Expr{x, constant}}
	case 1:
		return &nql.Binary{Op: nql.Eq, L: x, R: constant, CI: ci}
	case 2:
		return &nql.Regex{X: x, Pattern: regexp.QuoteMeta(text) + rapid.SampledFrom([]string{"", ".", "|ab "}).Draw(t, "more"), CI: ci, Not: not}
	case 3:
		return &nql.In{X: x, List: []nql.Expr{constant, &nql.Literal{Value: nql.StringValue("ab")}}, CI: ci, Not: not}
	}
	pattern := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
	pattern = fmt.Sprintf(rapid.SampledFrom([]string{"%%%s%%", "%%%s", "%s%%", "%%%s_", "%%%s%%a%%"}).Draw(t, "pattern"), pattern)
	return &nql.Like{X: x, Pattern: &nql.Literal{Value: nql.StringValue(pattern)}, CI: ci, Not: not}
}

// TestMessagesAreFoundAsTheyAreRowByRow: what is left out by templates and members has no message that matches.
func TestMessagesAreFoundAsTheyAreRowByRow(t *testing.T) {
	b := NewBuilder()
	var r Reader
	var c Columns
	rapid.Check(t, func(t *rapid.T) {
		templates := []string{drawTemplate(t), drawTemplate(t)}
		var all []sample
		for i := range rapid.IntRange(1, 12).Draw(t, "events") {
			e := drawMessage(t, templates)
			e.ts, e.arrival = int64(i), uint64(i)
			all = append(all, e)
		}
		body, ok := smallPage(t, b, all)
		if !ok {
			return
		}
		if err := openBody(&r, body, len(all), size(all)); err != nil {
			t.Fatal(err)
		}
		c.Turn(&r)
		for range 4 {
			where := drawAsked(t, all)
			p, err := nql.CompileRows(where, nil, nil)
			if err != nil {
				t.Skip(err)
			}
			pages, err := p.Pages()
			if err != nil {
				t.Fatal(err)
			}
			var want []int32
			for row, e := range all {
				is, err := p.Match(&nql.Event{Timestamp: e.ts, Arrival: e.arrival, Document: e.doc})
				if err != nil {
					t.Fatal(err)
				}
				if is {
					want = append(want, int32(row))
				}
			}
			found, err := pages.Select(&c, nil)
			if err != nil {
				t.Fatal(err)
			}
			if found == nil {
				found = everyRow(nil, len(all))
			}
			if len(want) > 0 && pages.Excludes(&c) || fmt.Sprint(found) != fmt.Sprint(want) {
				text := ""
				for _, e := range all {
					m, _ := event.AppendMessage(nil, e.doc)
					text += fmt.Sprintf("\n%s\n   %s", m, e.doc)
				}
				t.Fatalf("%s\nfinds %v\nwant  %v%s", nql.Print(where), found, want, text)
			}
		}
	})
}
