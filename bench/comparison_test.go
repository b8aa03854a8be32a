package main

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite golden files")

// sample is a comparison of made-up figures: one system has an estimate, and one refuses a query.
func sample() *comparison {
	runs := func(ms float64) timing { return timing{Median: ms, Runs: []float64{ms}} }
	estimate := runs(2000)
	estimate.Estimate = true
	c := &comparison{
		Title: "Some queries", Name: "peers",
		Machine: "2 × Processor, load 0.10 0.20 0.30, 24 GiB of memory", Dataset: dataset{Events: 1_000_000, Seed: 1, PerDay: 1_000_000}, Raw: 940_000_000,
		Runs: 7, ColdRuns: 3, Forgotten: true, Queries: []heading{{"Q1", "count all"}, {"Q7", "p95 by application"}},
		LeftOut: []string{"VictoriaLogs"},
	}
	c.Systems = []standing{
		{
			Title: "flare-pg 1.0.0", Load: 10 * time.Second, Disk: 94_000_000, Memory: memory{MaxAnonymous: 500e6},
			Warm: map[string]timing{"Q1": runs(0.5), "Q7": runs(20)}, Cold: map[string]timing{"Q1": runs(5), "Q7": runs(40)},
		},
		{
			Title: "Other 2.0, JSON", Load: 20 * time.Second, Disk: 188_000_000, Memory: memory{MaxAnonymous: 1e9},
			Warm: map[string]timing{"Q1": runs(2), "Q7": estimate}, Cold: map[string]timing{"Q1": runs(50), "Q7": runs(4000)},
		},
		{
			Title: "Third 3.0", Load: 40 * time.Second, Disk: 1_880_000_000, Memory: memory{MaxAnonymous: 2e9},
			Warm: map[string]timing{"Q1": runs(0.1), "Q7": {NotYet: "no percentiles"}}, Cold: map[string]timing{"Q1": runs(10)},
		},
	}
	c.Problems = []string{"Third 3.0, Q7: refused: no percentiles"}
	return c
}

func TestTheTablesAreAsTheyWere(t *testing.T) {
	var b strings.Builder
	if err := sample().markdown(&b); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "peers.md")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the tables are not those of %s; with -update it is rewritten:\n%s", golden, b.String())
	}
}

func TestRatiosAreGeometricMeans(t *testing.T) {
	c := sample()
	if got := c.meanRatio(c.Systems[0].Warm, c.Systems[1].Warm); math.Abs(got-20) > 1e-9 { // 4 and 100
		t.Errorf("the mean of 4 and 100 is %v", got)
	}
	if got := c.meanRatio(c.Systems[0].Warm, c.Systems[2].Warm); math.Abs(got-0.2) > 1e-9 { // what is missing does not count
		t.Errorf("the mean of 0.2 alone is %v", got)
	}
	if got := c.meanRatio(c.Systems[0].Warm, nil); got != 0 {
		t.Errorf("the mean of nothing is %v", got)
	}
}

func TestResultsAreWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	if err := sample().write(dir); err != nil {
		t.Fatal(err)
	}
	for name, part := range map[string]string{"peers.md": "| flare-pg 1.0.0", "peers.svg": "Other 2.0, JSON</text>", "peers.json": `"raw_bytes": 940000000`} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(b), part) {
			t.Errorf("%s lacks %q (%v)", name, part, err)
		}
	}
	if err := sample().failure(); err == nil || !strings.Contains(err.Error(), "no percentiles") {
		t.Errorf("a query that was refused is no failure: %v", err)
	}
}

func TestTimesShowThreeDigits(t *testing.T) {
	for ms, want := range map[float64]string{0.084: "0.08", 9.994: "9.99", 9.996: "10.0", 99.94: "99.9", 99.96: "100", 12345.6: "12,346"} {
		if got := shownTime(timing{Median: ms, Runs: []float64{ms}}); got != want {
			t.Errorf("%v is shown as %s, want %s", ms, got, want)
		}
	}
}
