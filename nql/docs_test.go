package nql

import (
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/event"
)

// block is a fenced block of a document.
type block struct {
	kind string
	line int
	text string
}

func blocks(t *testing.T, file string) []block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []block
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(line, "```") && !open:
			list = append(list, block{kind: line[3:], line: i + 1})
			open = true
		case strings.HasPrefix(line, "```"):
			open = false
		case open:
			list[len(list)-1].text += line + "\n"
		}
	}
	return list
}

// Every example of docs/nql.md: queries with their rows or errors, and truths, each with the number of the event it is true of.
func TestTheDocumentsExamples(t *testing.T) {
	list := blocks(t, "../docs/nql.md")
	var events []*Event
	queries, truths := 0, 0
	for i, b := range list {
		switch b.kind {
		case "events":
			d := event.NewDecoder(event.Options{})
			for n, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
				doc, ts, err := d.Decode(nil, []byte(line), nil)
				if err != nil {
					t.Fatalf("line %d: %v", b.line+n+1, err)
				}
				events = append(events, &Event{Timestamp: ts, Arrival: uint64(n), Document: doc})
			}
		case "nql":
			queries++
			want := list[i+1]
			if got := runExample(events, b.text); got != want.text || want.kind != "ndjson" && want.kind != "error" {
				t.Errorf("line %d: the query gives\n%s, the document says\n%s", b.line, got, want.text)
			}
		case "values":
			for n, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
				truths++
				number, text, _ := strings.Cut(line, ": ")
				at, _ := strconv.Atoi(number)
				if got := runExample(events[at-1:at], "select @d from stream where "+text); strings.Count(got, "\n") != 1 || got[0] != '{' {
					t.Errorf("line %d: not true: %s: %s", b.line+n+1, text, got)
				}
			}
		}
	}
	if len(events) != 5 || queries < 6 || truths < 35 {
		t.Errorf("found only %d events, %d queries, %d truths", len(events), queries, truths)
	}
}

// runExample answers a query as flare-pg nql --format ndjson does, an error as its text.
func runExample(events []*Event, text string) string {
	q, err := Parse(text)
	if err != nil {
		return err.Error() + "\n"
	}
	p, err := Compile(q, nil)
	if err != nil {
		return err.Error() + "\n"
	}
	events = append([]*Event(nil), events...)
	if q.Order == Descending {
		sort.Slice(events, func(i, j int) bool { return events[i].Timestamp > events[j].Timestamp })
	}
	var out []byte
	for _, e := range events {
		row, ok, err := p.Row(e)
		if err != nil {
			return err.Error() + "\n"
		}
		if ok && q.Limit != 0 {
			out = append(p.AppendRow(out, row), '\n')
			q.Limit--
		}
	}
	return string(out)
}
