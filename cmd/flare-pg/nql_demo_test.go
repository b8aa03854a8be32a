package main

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// TestQueriesOverTheDemosEvents asks every query and every example of docs/nql.md, and a few that the events have answers for, of a store with the demo's events,
// as they were written and merged. The answers are those of the query evaluated on each event, with nothing planned.
func TestQueriesOverTheDemosEvents(t *testing.T) {
	ctx := context.Background()
	store, err := openStore(t.TempDir(), engine.Options{Create: true, RAMBytes: -1, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := fillDemo(ctx, store, 1, 1000); err != nil {
		t.Fatal(err)
	}
	texts := append(documented(t, "../../docs/nql.md"), withRows...)
	if len(texts) < 130 {
		t.Fatalf("found only %d queries in the document", len(texts)-len(withRows))
	}
	events := everyEvent(t, store)
	check := func(kind string) {
		for _, text := range texts {
			query, err := nql.Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			program, err := nql.Compile(query, nil)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var got, want []string
			err = runNQL(ctx, store, query, program, func(row []nql.Value) error {
				got = append(got, string(program.AppendRow(nil, row)))
				return nil
			})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if query.Order == nql.Descending {
				slices.Reverse(events)
			}
			for i := range events {
				row, ok, err := program.Row(&events[i])
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				if ok && (query.Limit < 0 || int64(len(want)) < query.Limit) {
					want = append(want, string(program.AppendRow(nil, row)))
				}
			}
			if query.Order == nql.Descending {
				slices.Reverse(events)
			} else if query.Order == nql.Unordered {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s\ngives %d rows, want %d, or other ones", kind, text, len(got), len(want))
			}
			if len(got) == 0 && slices.Contains(withRows, text) {
				t.Errorf("%s: %s\ngives no rows", kind, text)
			}
		}
	}
	check("written")
	if err := compact(ctx, store, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	check("merged")
}

// withRows are queries that the demo's events have answers for.
var withRows = []string{
	`select StatusCode, Elapsed * 1000 as Micros, { app: Application, env: Environment } as Origin
from stream
where Method = 'GET' and Elapsed > 100 and Items[?].Sku like 'A-%' and not has(@Exception)`,
	"select @t, @m from stream where @l = 'Error' and @x = /^System\\..*Exception/ order by @t desc limit 10",
	"select Path, if StatusCode >= 500 then 'bad' else if StatusCode >= 400 then 'odd' else 'fine' as State from stream where Path = /ORDERS\\/[0-9]*0$/ ci order by @t asc",
	"select filter(Items, i => i.Price > 150)[0].Sku as Dear, sum(map(Items, i => i.Price * i.Quantity)) as Sum from stream where some(Items, i => i.Price > 150 and i.Sku like 'B%')",
	"select Items[*].Sku as Skus, [..Tags, lower(Method)] as Tags from stream where 'vip' in Tags and length(Items) > 1",
	"select bucket(@t, 1h) as Hour, split(Path, '/')[2] as Resource, { ..Data.checks.database, app: Application } as Database from stream where not Data.checks.database.isOk",
	"select @id, UserName from stream where every(Tags, t => t like '%e%') and Tags[?] <> 'web' and substring(UserName, -1) in ['7', '8']",
}

func everyEvent(t *testing.T, store *engine.Store) []nql.Event {
	t.Helper()
	query, err := nql.Parse("select @id, @d from stream order by @t")
	if err != nil {
		t.Fatal(err)
	}
	program, err := nql.Compile(query, nil)
	if err != nil {
		t.Fatal(err)
	}
	var events []nql.Event
	err = runNQL(context.Background(), store, query, program, func(row []nql.Value) error {
		e := nql.Event{Document: []byte(row[1].Text)}
		e.Timestamp, e.Arrival, _ = event.ParseID([]byte(row[0].Text))
		events = append(events, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// documented takes the queries off a document, and makes one of each predicate that it gives as an example.
func documented(t *testing.T, file string) (queries []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	whole := func(predicate string) {
		if number, rest, ok := strings.Cut(predicate, ": "); ok && len(number) == 1 {
			predicate = rest
		}
		queries = append(queries, "select * from stream where "+predicate)
	}
	block, text := "", ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			if strings.TrimPrefix(line, "```") == "error" { // of the query before
				queries = queries[:len(queries)-1]
			}
			if block == "nql" {
				queries = append(queries, text)
			}
			block, text = strings.TrimPrefix(line, "```"), ""
		case block == "values":
			whole(line)
		case block != "":
			text += line + "\n"
		case strings.HasPrefix(line, "| `") && strings.HasSuffix(line, "` |"):
			if cells := strings.Split(strings.Trim(line, "| "), " | "); len(cells) == 4 {
				whole(strings.Trim(cells[3], "`"))
			}
		}
	}
	return queries
}
