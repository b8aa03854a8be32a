package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// questionSet is questions that belong together, and who is asked them.
type questionSet struct {
	title     string // of the chart, before the number of events
	name      string // of the files
	entrants  []entrant
	systems   []string // unless the flag says more
	cold      int
	questions func(subject) []query
}

// contest is what is to be compared, and how.
type contest struct {
	set     questionSet
	scratch scratch
	dataset dataset
	runs    int
	cold    int
	systems []string
	queries []string
	results string
}

func peersCommand() *cobra.Command {
	c := contest{set: eleven}
	cmd := &cobra.Command{
		Use:   "peers",
		Short: "The eleven queries on flare-pg and on what else one would use (also without a command)",
		Long: `Make events, load them into each system in turn, ask each the eleven queries, warm and cold, and compare the answers: a system whose answers
differ from those of the first is an error. Writes tables, and with --results also a Markdown file and a chart.

A system that is not on this machine is left out with a line that says so. PostgreSQL 15 must be installed; DuckDB and ClickHouse come from npm's packages
(installed into the user's cache at first, some 600 MB); VICTORIA_LOGS names the program of VictoriaLogs.`,
		Example: `  go run ./bench peers --events 1M --results ./results
  go run ./bench peers --events 100K --systems flare-pg,duckdb,clickhouse --queries Q4,Q5 --cold-runs 0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	c.flags(cmd)
	return cmd
}

// eleven is the questions of the first table in docs/performance.md.
var eleven = questionSet{title: "Eleven queries", name: "peers", entrants: entrants, systems: namesOf(entrants), cold: 3, questions: questionsAbout}

func namesOf(all []entrant) (names []string) {
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names
}

func (c *contest) flags(cmd *cobra.Command) {
	c.scratch.flags(cmd)
	c.dataset.flags(cmd, 1_000_000)
	cmd.Flags().IntVar(&c.runs, "runs", 7, "measured warm runs of each query")
	cmd.Flags().IntVar(&c.cold, "cold-runs", c.set.cold, "measured cold runs of each query, each after a new start; 0: none")
	cmd.Flags().StringSliceVar(&c.systems, "systems", c.set.systems, "systems to measure, of "+strings.Join(namesOf(c.set.entrants), ", ")+"; answers are compared with the first's")
	cmd.Flags().StringSliceVar(&c.queries, "queries", nil, "queries to ask, such as Q1,Q5; all unless given")
	cmd.Flags().StringVar(&c.results, "results", "", "directory for "+c.set.name+".md, .svg and .json")
}

// chosen gives the systems and the queries that are asked for.
func (c *contest) chosen(all []query) (systems []entrant, queries []query, err error) {
	for _, name := range c.systems {
		i := slices.IndexFunc(c.set.entrants, func(e entrant) bool { return e.Name == name })
		if i < 0 {
			return nil, nil, fmt.Errorf("there is no system %q", name)
		}
		systems = append(systems, c.set.entrants[i])
	}
	for _, q := range c.queries {
		if !slices.ContainsFunc(all, func(known query) bool { return strings.EqualFold(known.ID, q) }) {
			return nil, nil, fmt.Errorf("there is no query %q", q)
		}
	}
	for _, q := range all {
		if len(c.queries) == 0 || slices.ContainsFunc(c.queries, func(id string) bool { return strings.EqualFold(id, q.ID) }) {
			queries = append(queries, q)
		}
	}
	if len(systems) == 0 {
		err = errors.New("--systems names none")
	}
	return systems, queries, err
}

func (c *contest) run(ctx context.Context, out io.Writer) error {
	r, err := c.measure(ctx, out)
	if err != nil {
		return err
	}
	if err := r.markdown(out); err != nil {
		return err
	}
	if c.results != "" {
		if err := r.write(c.results); err != nil {
			return err
		}
	}
	return errors.Join(c.scratch.save(r), r.failure())
}

func (c *contest) measure(ctx context.Context, out io.Writer) (*comparison, error) {
	if err := c.dataset.check(); err != nil {
		return nil, err
	}
	if c.runs < 1 || c.cold < 0 {
		return nil, errors.New("--runs must be at least 1, and --cold-runs at least 0")
	}
	about, err := c.dataset.subject()
	if err != nil {
		return nil, err
	}
	systems, queries, err := c.chosen(c.set.questions(about))
	if err != nil {
		return nil, err
	}
	dir, end, err := c.scratch.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	r := &comparison{Title: c.set.title, Name: c.set.name, Machine: machine() + ", " + memoryOfMachine(), Dataset: c.dataset, Runs: c.runs, ColdRuns: c.cold, Forgotten: forgets}
	for _, q := range queries {
		r.Queries = append(r.Queries, heading{q.ID, q.What})
	}
	events := eventFile{Path: filepath.Join(dir, "events.ndjson"), Dataset: c.dataset}
	if events.Bytes, err = writeFile(ctx, events.Path, c.dataset); err != nil {
		return nil, err
	}
	r.Raw = events.Bytes
	fmt.Fprintf(out, "%s\n%s events, %s\n", r.Machine, count(c.dataset.Events), megabytes(r.Raw))
	reference := map[string]answer{}
	for i, e := range systems {
		home := filepath.Join(dir, strconv.Itoa(i), e.Name)
		if err := os.MkdirAll(home, 0o755); err != nil {
			return nil, err
		}
		s, err := c.measureSystem(ctx, e, home, events, about, queries, reference, r)
		if errors.Is(err, errAbsent) {
			fmt.Fprintf(out, "%s is left out: %v\n", e.title(""), err)
			r.LeftOut = append(r.LeftOut, e.title(""))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.title(""), err)
		}
		fmt.Fprintf(out, "%s: loaded in %s, disk %s\n", s.Title, seconds(s.Load), megabytes(s.Disk))
		r.Systems = append(r.Systems, *s)
		if err := os.RemoveAll(home); err != nil { // room for the next
			return nil, err
		}
	}
	fmt.Fprintln(out)
	return r, nil
}

// measureSystem has one system do all it has to do. The first that answers a query sets the reference.
func (c *contest) measureSystem(ctx context.Context, e entrant, home string, events eventFile, about subject, queries []query, reference map[string]answer, r *comparison) (st *standing, err error) {
	s := e.make(&c.scratch)
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.prepare(ctx, home); err != nil {
		return nil, err
	}
	st = &standing{Name: e.Name, Title: e.title(s.version()), Warm: map[string]timing{}, Cold: map[string]timing{}}
	if st.Load, err = s.load(ctx, events); err != nil {
		return nil, fmt.Errorf("loading: %w", err)
	}
	if st.Disk, err = s.disk(ctx); err != nil {
		return nil, err
	}
	texts := s.statements(about)
	for _, q := range queries {
		text, ok := texts[q.ID]
		if !ok {
			return nil, fmt.Errorf("it has no %s", q.ID)
		}
		t, err := s.ask(ctx, text, c.runs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.ID, err)
		}
		t.Estimate = text.Within > 0
		st.Warm[q.ID] = t
		if t.NotYet != "" {
			r.Problems = append(r.Problems, fmt.Sprintf("%s, %s: refused: %s", st.Title, q.ID, t.NotYet))
			continue
		}
		mine := normal(t.answer)
		if theirs, ok := reference[q.ID]; !ok {
			reference[q.ID] = mine
		} else if d := q.differBy(theirs, mine, max(lastDigits, text.Within)); d != "" {
			r.Problems = append(r.Problems, fmt.Sprintf("%s, %s: the answer differs from the first system's: %s\n%s", st.Title, q.ID, d, sideBySide(theirs, mine)))
		}
	}
	for _, q := range queries {
		if c.cold == 0 || st.Warm[q.ID].NotYet != "" {
			continue
		}
		var took []time.Duration
		for range c.cold {
			d, err := s.cold(ctx, texts[q.ID], forget)
			if err != nil {
				return nil, fmt.Errorf("%s, cold: %w", q.ID, err)
			}
			took = append(took, d)
		}
		t := timingOf(nil, took)
		t.Rows = st.Warm[q.ID].Rows
		st.Cold[q.ID] = t
	}
	st.Memory = s.memory()
	return st, nil
}

// sideBySide shows the first rows of two answers.
func sideBySide(a, b answer) string {
	const shown = 3
	var out strings.Builder
	for _, part := range []struct {
		name string
		rows answer
	}{{"first", a}, {"this", b}} {
		fmt.Fprintf(&out, "  %s: %d rows\n", part.name, len(part.rows))
		for _, row := range part.rows[:min(shown, len(part.rows))] {
			var cells []string
			for _, cell := range row {
				cells = append(cells, cellText(cell))
			}
			fmt.Fprintf(&out, "    %s\n", strings.Join(cells, " | "))
		}
	}
	return out.String()
}

// timingOf sums up runs.
func timingOf(a answer, took []time.Duration) timing {
	t := timing{Rows: len(a), Median: milliseconds(median(took)), answer: a}
	for _, d := range took {
		t.Runs = append(t.Runs, milliseconds(d))
	}
	return t
}

// wholeNumber reads an answer of one cell.
func wholeNumber(a answer) (int64, error) {
	if len(a) != 1 || len(a[0]) != 1 {
		return 0, fmt.Errorf("%d rows where one number was expected", len(a))
	}
	return strconv.ParseInt(cellText(a[0][0]), 10, 64)
}
