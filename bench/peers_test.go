package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

func TestChoosing(t *testing.T) {
	all := questionsAbout(subject{})
	c := contest{set: eleven, systems: []string{"duckdb", "flare-pg"}, queries: []string{"q11", "Q2"}}
	systems, queries, err := c.chosen(all)
	if err != nil || len(systems) != 2 || systems[0].Name != "duckdb" || len(queries) != 2 || queries[0].ID != "Q2" {
		t.Errorf("%v, %v, %v", systems, queries, err)
	}
	if _, queries, err = (&contest{set: eleven, systems: []string{"flare-pg"}}).chosen(all); err != nil || len(queries) != 11 {
		t.Errorf("without --queries there are %d, %v", len(queries), err)
	}
	for _, wrong := range []contest{{set: eleven}, {set: eleven, systems: []string{"oracle"}}, {set: eleven, systems: []string{"flare-pg"}, queries: []string{"Q12"}}} {
		if _, _, err := wrong.chosen(all); err == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
}

// Every system has every query, and what it names of the data.
func TestEverySystemIsAskedEverything(t *testing.T) {
	d := dataset{Events: 2000, Seed: 1, PerDay: 1_000_000}
	about, err := d.subject()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range secondSet.entrants {
		statements := e.make(&scratch{}).statements(about)
		for _, q := range sqlQuestions(about) {
			if statements[q.ID].Text == "" {
				t.Errorf("%s has no %s", e.Name, q.ID)
			}
		}
	}
	seen := map[string]bool{}
	for _, e := range entrants {
		if seen[e.Name] {
			t.Errorf("there are two systems %s", e.Name)
		}
		seen[e.Name] = true
		statements := e.make(&scratch{}).statements(about)
		for _, q := range questionsAbout(about) {
			text := statements[q.ID].Text
			switch {
			case text == "":
				t.Errorf("%s has no %s", e.Name, q.ID)
			case strings.ContainsAny(strings.ReplaceAll(text, "_time:[", ""), "[") && e.Name != "victorialogs":
				t.Errorf("%s, %s: something was not filled in: %s", e.Name, q.ID, text)
			case q.ID == "Q4" && !strings.Contains(text, about.Request), q.ID == "Q5" && !strings.Contains(text, about.Rare):
				t.Errorf("%s, %s does not name what it looks for: %s", e.Name, q.ID, text)
			}
		}
	}
}

var (
	elevenContests = []contest{{set: eleven, runs: 2}, {set: eleven, runs: 1, cold: 1, queries: []string{"Q1", "Q4"}}}
	sqlContests    = []contest{{set: secondSet, runs: 1}}
)

// contestOf runs 2,000 events and fails where a system is left out or disagrees. Starting systems anew for cold runs takes the most of the time, so that is done for two queries.
func contestOf(t *testing.T, contests []contest, systems ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	binary := filepath.Join(t.TempDir(), "flare-pg")
	if err := build(ctx, binary); err != nil {
		t.Fatal(err)
	}
	for _, c := range contests {
		c.scratch = scratch{work: t.TempDir(), binary: binary}
		c.dataset = dataset{Events: 2000, Seed: 1, PerDay: 1_000_000}
		c.systems = systems
		var out strings.Builder
		r, err := c.measure(ctx, &out)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.failure(); err != nil {
			t.Error(err)
		}
		if len(r.Systems) != len(systems) {
			t.Fatalf("%d systems of %d took part:\n%s", len(r.Systems), len(systems), out.String())
		}
		for _, s := range r.Systems {
			checkStanding(t, c, s)
		}
	}
}

func checkStanding(t *testing.T, c contest, s standing) {
	queries, cold := len(c.set.questions(subject{})), 0
	if c.cold > 0 {
		queries, cold = len(c.queries), len(c.queries)
	}
	if len(s.Warm) != queries || len(s.Cold) != cold || s.Disk == 0 || s.Load == 0 {
		t.Errorf("%s: %d warm, %d cold, %d bytes, loaded in %s", s.Title, len(s.Warm), len(s.Cold), s.Disk, s.Load)
	}
	if n := s.Warm["Q1"].answer; c.set.name == eleven.name && (len(n) != 1 || cellText(n[0][0]) != "2000") {
		t.Errorf("%s does not hold 2,000 events", s.Title)
	}
	if n := s.Warm["Q4"].Rows; c.set.name == eleven.name && n != 1 {
		t.Errorf("%s has %d rows for Q4", s.Title, n)
	}
	for id, least := range map[string]int{"Q3": 20, "Q11": 50, "S1": 10, "S7": 300, "S10": 200, "S13": 1000, "S14": 20, "S22": 20, "S23": 1000} {
		if w, ok := s.Warm[id]; ok && w.Rows < least {
			t.Errorf("%s has %d rows for %s", s.Title, w.Rows, id)
		}
	}
	for id, w := range s.Warm {
		if len(w.Runs) != c.runs {
			t.Errorf("%s: %d runs of %s", s.Title, len(w.Runs), id)
		}
	}
}

func TestPostgreSQLAndWeAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and loads three systems")
	}
	if _, err := postgresPrograms(t.Context()); err != nil && os.Getenv(pgoracle.RequirePrograms) != "1" {
		t.Skip(err)
	}
	contestOf(t, elevenContests, "flare-pg", "postgresql", "postgresql-tuned")
	contestOf(t, sqlContests, "flare-pg", "postgresql-typed")
}

// The packages of DuckDB and ClickHouse are too large to install for a test; where a benchmark has installed them, it runs.
func TestColumnStoresAndWeAgree(t *testing.T) {
	if dir, err := peersDirectory(); testing.Short() || err != nil || !installed(dir) {
		t.Skip("DuckDB and ClickHouse are not installed: `go run ./bench peers` does that")
	}
	contestOf(t, elevenContests, "flare-pg", "duckdb", "duckdb-json", "clickhouse", "clickhouse-json")
	contestOf(t, sqlContests, "flare-pg", "duckdb")
}

func TestVictoriaLogsAndWeAgree(t *testing.T) {
	if testing.Short() || os.Getenv(victoriaVariable) == "" {
		t.Skipf("%s does not name the program of VictoriaLogs", victoriaVariable)
	}
	contestOf(t, elevenContests, "flare-pg", "victorialogs")
}

// A wrong answer is found, and both are shown.
func TestADisagreementShowsBoth(t *testing.T) {
	q := query{ID: "Q2", Ordered: true}
	a, b := normal(rows("Error 3", "Warning 5")), normal(rows("Error 4", "Warning 5"))
	if d := q.differBy(a, b, 0.1); !strings.Contains(d, "3, 4") {
		t.Errorf("counts may not differ, an estimate or not: %q", d)
	}
	if s := sideBySide(a, b); !strings.Contains(s, "Error | 3") || !strings.Contains(s, "Error | 4") {
		t.Error(s)
	}
	if d := q.differBy(rows("p 100.5"), rows("p 104.25"), 0.1); d != "" {
		t.Error(d)
	}
}
