package nql

import (
	"errors"
	"os"
	"regexp"
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

// Every example of docs/nql.md: queries with their rows or errors, and predicates, each with the number of the event that it is true of.
func TestTheDocumentsExamples(t *testing.T) {
	list := blocks(t, "../docs/nql.md")
	var events []*Event
	queries, truths := 0, 0
	holds := func(line int, text string) {
		t.Helper()
		truths++
		at := 1
		if number, rest, ok := strings.Cut(text, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				at, text = n, rest
			}
		}
		if got := runExample(events[at-1:at], "select @d from stream where "+text); strings.Count(got, "\n") != 1 || got[0] != '{' {
			t.Errorf("line %d: not true: %s: %s", line, text, got)
		}
	}
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
				holds(b.line+n+1, line)
			}
		}
	}
	for _, row := range exampleRows(t, "../docs/nql.md") {
		holds(row.line, row.example)
	}
	if len(events) != 5 || queries < 13 || truths < 130 {
		t.Errorf("found only %d events, %d queries, %d examples", len(events), queries, truths)
	}
}

// exampleRow is a row of a table whose last column is an example.
type exampleRow struct {
	line           int
	first, example string
}

func exampleRows(t *testing.T, file string) (rows []exampleRow) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inTable := false
	for i, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		last := cells[len(cells)-1]
		switch {
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case last == "example":
			inTable = true
		case inTable && !strings.HasPrefix(last, "---"):
			rows = append(rows, exampleRow{i + 1, cells[0], strings.Trim(last, "`")})
		}
	}
	return rows
}

var called = regexp.MustCompile("`([a-z0-9]+)\\(")

// Each function stands in a table with an example that calls it, and no other function does.
func TestEveryFunctionIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, row := range exampleRows(t, "../docs/nql.md") {
		for _, m := range called.FindAllStringSubmatch(row.first, -1) {
			documented[m[1]] = true
			if registry[m[1]] == nil {
				t.Errorf("line %d: there is no function %s", row.line, m[1])
			}
			if !strings.Contains(row.example, m[1]+"(") {
				t.Errorf("line %d: the example does not call %s", row.line, m[1])
			}
		}
	}
	for name := range registry {
		if !documented[name] {
			t.Errorf("%s is not documented", name)
		}
	}
	if len(registry) < 60 {
		t.Errorf("only %d functions", len(registry))
	}
}

// runExample answers a query as flare-pg nql --format ndjson does, an error as its text.
func runExample(events []*Event, text string) string {
	q, err := Parse(text)
	var wrong *SyntaxError
	if errors.As(err, &wrong) {
		return wrong.Show() + "\n"
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
