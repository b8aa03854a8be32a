package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flare-pg/flare-pg/bench/chart"
)

// comparison is the outcome of a contest.
type comparison struct {
	Title     string     `json:"title"`
	Name      string     `json:"-"` // of the files
	Machine   string     `json:"machine"`
	Dataset   dataset    `json:"dataset"`
	Raw       int64      `json:"raw_bytes"`
	Runs      int        `json:"runs"`
	ColdRuns  int        `json:"cold_runs"`
	Forgotten bool       `json:"page_cache_dropped"` // for a cold run; else the system was only started anew
	Queries   []heading  `json:"queries"`
	Systems   []standing `json:"systems"`
	LeftOut   []string   `json:"left_out,omitempty"`
	Problems  []string   `json:"problems,omitempty"`
}

type heading struct {
	ID   string `json:"id"`
	What string `json:"what"`
}

// standing is one system's.
type standing struct {
	Name   string            `json:"name"`
	Title  string            `json:"title"`
	Load   time.Duration     `json:"load_ns"`
	Disk   int64             `json:"disk_bytes"`
	Memory memory            `json:"memory"`
	Warm   map[string]timing `json:"warm"`
	Cold   map[string]timing `json:"cold,omitempty"`
}

// failure is an error where an answer was wrong or refused.
func (c *comparison) failure() error {
	if len(c.Problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(c.Problems, "\n"))
}

// write puts the tables, the chart and the figures into a directory.
func (c *comparison) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var md, svg strings.Builder
	if err := c.markdown(&md); err != nil {
		return err
	}
	if err := c.chart().SVG(&svg); err != nil {
		return err
	}
	figures, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{c.Name + ".md": md.String(), c.Name + ".svg": svg.String(), c.Name + ".json": string(figures) + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// markdown writes the tables.
func (c *comparison) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s events, %s (%d bytes an event), seed %d, %s a day. %s.\n", count(c.Dataset.Events), megabytes(c.Raw), c.Raw/max(c.Dataset.Events, 1), c.Dataset.Seed,
		count(c.Dataset.PerDay), c.Machine)
	if len(c.LeftOut) > 0 {
		fmt.Fprintf(&b, "Not on the machine: %s.\n", strings.Join(c.LeftOut, "; "))
	}
	fmt.Fprintf(&b, "\nLoading.\n\n")
	table(&b, c.loads())
	fmt.Fprintf(&b, "\nWarm, median of %d runs, ms. ≈: an estimate by design. ×: geometric mean of the ratios to %s.\n\n", c.Runs, c.first())
	table(&b, c.times(func(s standing) map[string]timing { return s.Warm }))
	if len(c.Systems) > 1 {
		fmt.Fprintf(&b, "\nWarm, as a multiple of what %s takes.\n\n", c.first())
		table(&b, c.ratios())
	}
	if c.ColdRuns > 0 {
		how := "its files dropped from the page cache"
		if !c.Forgotten {
			how = "the page cache as it was"
		}
		fmt.Fprintf(&b, "\nCold, median of %d runs, each the first query of a system just started, with %s, ms.\n\n", c.ColdRuns, how)
		table(&b, c.times(func(s standing) map[string]timing { return s.Cold }))
	}
	b.WriteString("\n")
	for i, q := range c.Queries {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(q.ID + " " + q.What)
	}
	b.WriteString(".\n")
	for _, p := range c.Problems {
		fmt.Fprintf(&b, "\nProblem: %s\n", p)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *comparison) first() string {
	if len(c.Systems) == 0 {
		return "nothing"
	}
	return c.Systems[0].Title
}

func (c *comparison) loads() [][]string {
	rows := [][]string{{"", "s", "events/s", "disk MB", "÷ raw", "peak anonymous memory MB"}}
	for _, s := range c.Systems {
		rows = append(rows, []string{
			s.Title, fmt.Sprintf("%.1f", s.Load.Seconds()), count(int64(float64(c.Dataset.Events) / s.Load.Seconds())),
			fmt.Sprintf("%.1f", float64(s.Disk)/1e6), fmt.Sprintf("%.3f", float64(s.Disk)/float64(c.Raw)), fmt.Sprintf("%.0f", float64(s.Memory.MaxAnonymous)/1e6),
		})
	}
	return rows
}

func (c *comparison) head(more string) []string {
	head := []string{""}
	for _, q := range c.Queries {
		head = append(head, q.ID)
	}
	return append(head, more)
}

func (c *comparison) times(of func(standing) map[string]timing) [][]string {
	rows := [][]string{c.head("×")}
	for _, s := range c.Systems {
		row := []string{s.Title}
		for _, q := range c.Queries {
			row = append(row, shownTime(of(s)[q.ID]))
		}
		rows = append(rows, append(row, shownRatio(c.meanRatio(of(c.Systems[0]), of(s)))))
	}
	return rows
}

// shownTime gives three digits that count.
func shownTime(t timing) string {
	if t.NotYet != "" || len(t.Runs) == 0 {
		return "–"
	}
	text := fmt.Sprintf("%.2f", t.Median)
	switch {
	case t.Median >= 99.95:
		text = count(int64(math.Round(t.Median)))
	case t.Median >= 9.995:
		text = fmt.Sprintf("%.1f", t.Median)
	}
	if t.Estimate {
		text = "≈" + text
	}
	return text
}

func shownRatio(r float64) string {
	switch {
	case r == 0:
		return "–"
	case r >= 9.95:
		return count(int64(math.Round(r)))
	case r < 0.995:
		return fmt.Sprintf("%.2f", r)
	default:
		return fmt.Sprintf("%.1f", r)
	}
}

// ratio is how much longer b took, 0 where one of them has no time.
func ratio(a, b timing) float64 {
	if a.Median == 0 || b.Median == 0 {
		return 0
	}
	return b.Median / a.Median
}

// meanRatio is the geometric mean of the ratios of the queries that both have.
func (c *comparison) meanRatio(a, b map[string]timing) float64 {
	var sum float64
	n := 0
	for _, q := range c.Queries {
		if r := ratio(a[q.ID], b[q.ID]); r > 0 {
			sum += math.Log(r)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return math.Exp(sum / float64(n))
}

// ratios has a line for each system but the first, and one for the fastest of them at each query.
func (c *comparison) ratios() [][]string {
	rows := [][]string{c.head("×")}
	base := c.Systems[0].Warm
	best := map[string]timing{}
	for _, s := range c.Systems[1:] {
		row := []string{s.Title}
		for _, q := range c.Queries {
			row = append(row, shownRatio(ratio(base[q.ID], s.Warm[q.ID])))
			if t := s.Warm[q.ID]; t.Median > 0 && (best[q.ID].Median == 0 || t.Median < best[q.ID].Median) {
				best[q.ID] = t
			}
		}
		rows = append(rows, append(row, shownRatio(c.meanRatio(base, s.Warm))))
	}
	row := []string{"the fastest of them"}
	for _, q := range c.Queries {
		row = append(row, shownRatio(ratio(base[q.ID], best[q.ID])))
	}
	return append(rows, append(row, shownRatio(c.meanRatio(base, best))))
}

func (c *comparison) chart() *chart.Chart {
	ch := &chart.Chart{
		Title: fmt.Sprintf("%s over %s events, warm", c.Title, count(c.Dataset.Events)),
		Note:  fmt.Sprintf("Milliseconds, logarithmic, median of %d runs; shorter is better. %s", c.Runs, c.Machine),
	}
	for _, s := range c.Systems {
		ch.Series = append(ch.Series, s.Title)
	}
	for _, q := range c.Queries {
		g := chart.Group{Name: q.ID, Label: q.What}
		for _, s := range c.Systems {
			g.Values = append(g.Values, s.Warm[q.ID].Median)
			g.Texts = append(g.Texts, shownTime(s.Warm[q.ID]))
		}
		ch.Groups = append(ch.Groups, g)
	}
	return ch
}
