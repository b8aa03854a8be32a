package engine

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/engine/filter"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
)

// Whatever templates show, a text that stands in a message is found with the filter of messages.
func TestWhatStandsInMessagesIsFoundWithTheirFilter(t *testing.T) {
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		docs := messageDocs(t)
		s := messageStore(tb, docs, rapid.IntRange(10, 500).Draw(t, "page"))
		defer func() { must(tb, s.Close()) }()
		for range 8 {
			var text string
			if m, ok := event.AppendMessage(nil, []byte(rapid.SampledFrom(docs).Draw(t, "of"))); ok && len(m) > 0 && rapid.IntRange(0, 4).Draw(t, "known") > 0 {
				runes := []rune(string(m))
				from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
				text = string(runes[from:min(len(runes), from+rapid.IntRange(1, 14).Draw(t, "length"))])
			} else {
				text = messageText(t, "text")
			}
			if strings.ContainsAny(text, `\%_`) || text == "" {
				continue
			}
			ci := ""
			if rapid.Bool().Draw(t, "ci") {
				ci = " ci"
				text = rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower}).Draw(t, "case")(text)
			}
			text = strings.ReplaceAll(text, "'", "''")
			answer(t, s, docs, "@m like '%"+text+"%'"+ci, nil)
		}
	})
}

// messageText draws a text of few different characters, so that several meet.
func messageText(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "B", "k", "\u212a", "İ", "i", "ö", "Ö", "7", "0", " ", ".", "ab", "Kab", "12", "s", "ſ", `"`}), 0, 6).Draw(t, name), "")
}

// messageDocs draws documents with messages, in the order of their times.
func messageDocs(t *rapid.T) []string {
	hole := func() string {
		return rapid.SampledFrom([]string{"{A}", "{B}", "{@C}", "{A:0.0}", "{B,8}", "{A,-3:x}", "{Nowhere}", "{@t}", "{A}{B}", "{{", "}}"}).Draw(t, "hole")
	}
	templates := rapid.SliceOfN(rapid.Custom(func(*rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			b.WriteString(messageText(t, "literal"))
			b.WriteString(hole())
		}
		return b.String() + messageText(t, "literal")
	}), 1, 4).Draw(t, "templates")
	dec := event.NewDecoder(event.Options{Now: new(int64)})
	var docs []string
	for range rapid.IntRange(1, 60).Draw(t, "events") {
		var m []string
		add := func(name, value string) { m = append(m, fmt.Sprintf("%q:%s", name, value)) }
		quoted := func(s string) string { return string(event.AppendString(nil, []byte(s))) }
		if rapid.IntRange(0, 9).Draw(t, "templated") > 0 {
			add("@mt", quoted(rapid.SampledFrom(templates).Draw(t, "template")))
		}
		switch rapid.IntRange(0, 40).Draw(t, "own") {
		case 0:
			add("@m", quoted(messageText(t, "message")))
		case 1:
			add("@r", `["`+rapid.SampledFrom([]string{"7.0", "ab"}).Draw(t, "rendering")+`"]`)
		case 2:
			add("message", quoted(messageText(t, "message")))
		case 3:
			add("@m", rapid.SampledFrom([]string{"null", "7", "true", "{}", "[]"}).Draw(t, "message"))
		}
		for _, name := range []string{"A", "B", "C"} {
			switch rapid.IntRange(0, 12).Draw(t, name) {
			case 0:
			case 1:
				add(name, rapid.SampledFrom([]string{"null", "true", `{"x":7}`, `["ab",1]`, "1.50", "1e3", "-0"}).Draw(t, "value"))
			case 2, 3, 4:
				add(name, fmt.Sprint(rapid.IntRange(-5, 1300).Draw(t, "number")))
			default:
				add(name, quoted(messageText(t, "value")))
			}
		}
		doc, _, err := dec.Decode(nil, []byte("{"+strings.Join(m, ",")+"}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(doc))
	}
	return docs
}

// messageStore is a store of one span in pages by column, with its filter.
func messageStore(t *testing.T, docs []string, pageBytes int) *Store {
	t.Helper()
	s := open(t, vfs.NewMem(), Options{PageBytes: pageBytes, RAMBytes: -1, filterAll: true, Layout: inLayout(Columns)})
	commitDocs(t, s, base, docs...)
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	return s
}

// Two values of which each is in every page meet in few: the others are left out. So are pages without the template that has a text, or the value.
func TestTheFilterOfMessagesLeavesOutPages(t *testing.T) {
	var docs []string
	for i := range 2000 {
		status := 200
		if i%40 == 7 {
			status = 503
		}
		docs = append(docs, fmt.Sprintf(`{"@mt":"{Method} {Path} responded {Status} in {Elapsed:0.0} ms","Elapsed":%d,"Method":"GET","Path":"/api/orders/%d","Status":%d}`, i, i%20, status))
	}
	docs[700] = `{"@mt":"Disk {Name} is full","Name":"C"}`
	docs[900] = `{"@m":"nothing else"}`
	s := messageStore(t, docs, 300)
	for text, most := range map[string]int64{
		"rs/7 responded 503": 40, "rs/8 responded 503": 0, "/8 responded 503": 40, "Orders/8 Responded 503": 0, "is full": 1, "disk c is": 1, "NOTHING else": 1, "orders/77": 0, "/7 responded": 1000,
	} {
		for _, ci := range []string{"", " ci"} {
			var st ScanStats
			answer(t, s, docs, "@m like '%"+text+"%'"+ci, &st)
			if n := st.PagesRead.Load() + st.PagesExcluded.Load(); n > most || st.Pages.Load() < 30 {
				t.Errorf("%s%s: %d of %d pages are read", text, ci, n, st.Pages.Load())
			}
		}
	}
	must(t, s.Close())
}

// More templates than a section can have: the pages whose they are can have any text.
func TestPagesWithTooManyTemplatesAreRead(t *testing.T) {
	var docs []string
	for i := range filter.MaxTemplates + 100 {
		docs = append(docs, fmt.Sprintf(`{"@mt":"text number %d"}`, i))
	}
	s := messageStore(t, docs, 1000)
	for _, i := range []int{0, 255, 256, 300} {
		answer(t, s, docs, fmt.Sprintf("@m like '%%number %d%%'", i), nil)
	}
	must(t, s.Close())
}
