package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
)

// timing is how one system did at one question.
type timing struct {
	Median float64   `json:"median_ms"`
	Runs   []float64 `json:"runs_ms,omitempty"`
	Rows   int       `json:"rows"`
	// Estimate: the answer is one by design, and was compared with a wider bound.
	Estimate bool `json:"estimate,omitempty"`
	// NotYet says why it does not run, "" if it does.
	NotYet string `json:"not_yet,omitempty"`
	answer answer
}

// result is one line of the table.
type result struct {
	ID       string  `json:"id"`
	What     string  `json:"what"`
	SQL      string  `json:"sql"`
	Flare    timing  `json:"flare_pg"`
	Postgres *timing `json:"postgresql,omitempty"`
	Differ   string  `json:"differ,omitempty"`
}

func queriesCommand() *cobra.Command {
	var s scratch
	d := dataset{}
	var data string
	var runs int
	var peer bool
	cmd := &cobra.Command{
		Use:   "queries",
		Short: "Run the eleven queries, warm; beside PostgreSQL with --postgres",
		Long: `Load events, serve them, and run each of the eleven queries once to warm up and --runs times to measure, prepared
and binary, all rows to the client. A query that the server does not take yet is shown as such. With --postgres the same events
go into a scratch PostgreSQL 15 (a table of a timestamp and a jsonb column, a btree on the timestamp) and the answers are compared.`,
		Example: `  go run ./bench queries --events 1000000 --runs 7
  go run ./bench queries --events 100000 --postgres --json queries.json
  go run ./bench load --events 1000000 --data /tmp/m && go run ./bench queries --events 1000000 --data /tmp/m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return err
			}
			if runs < 1 {
				return errors.New("--runs must be at least 1")
			}
			ctx, out := cmd.Context(), cmd.OutOrStdout()
			dir, end, err := s.begin(ctx)
			if err != nil {
				return err
			}
			defer end()
			fmt.Fprintf(out, "%s\n%s events\n", machine(), count(d.Events))
			if data == "" {
				data = filepath.Join(dir, "data")
			}
			if _, err := os.Stat(data); err != nil {
				l, err := load(ctx, s.binary, dir, data, d, true)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "loaded in %s, disk %s\n", seconds(l.Import.Wall+l.Settle.Wall), l.Files.text(l.Raw))
			}
			results, err := askAll(ctx, out, s.binary, dir, data, d, runs, peer)
			if err != nil {
				return err
			}
			fmt.Fprintln(out)
			printResults(out, results)
			return s.save(struct {
				Machine string   `json:"machine"`
				Dataset dataset  `json:"dataset"`
				Results []result `json:"results"`
			}{machine(), d, results})
		},
	}
	s.flags(cmd)
	d.flags(cmd, 1_000_000)
	cmd.Flags().StringVar(&data, "data", "", "data directory that 'load' has filled with the same events, or that is to be made and kept; a scratch one unless given")
	cmd.Flags().IntVar(&runs, "runs", 5, "measured runs of each query")
	cmd.Flags().BoolVar(&peer, "postgres", false, "ask PostgreSQL 15 the same")
	return cmd
}

// askAll runs the queries on flare-pg, then on PostgreSQL: one server at a time has the machine.
func askAll(ctx context.Context, out io.Writer, binary, dir, data string, d dataset, runs int, peer bool) ([]result, error) {
	questions, err := questions(d)
	if err != nil {
		return nil, err
	}
	results := make([]result, len(questions))
	for i, q := range questions {
		results[i] = result{ID: q.ID, What: q.What, SQL: q.Flare}
	}
	s, err := startServer(ctx, binary, data)
	if err != nil {
		return nil, err
	}
	err = askOne(ctx, s.dsn(), runs, questions, func(q query) string { return q.Flare }, func(i int, t timing) { results[i].Flare = t })
	u, serr := s.stop()
	if err == nil {
		err = serr
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "the server took %s of processor time and at most %s of anonymous memory\n", seconds(u.CPU), megabytes(u.Memory.MaxAnonymous))
	if n := results[0].Flare.answer; len(n) != 1 || cellText(n[0][0]) != fmt.Sprint(d.Events) {
		return nil, fmt.Errorf("%s does not hold the %d events that are asked about", data, d.Events)
	}
	if !peer {
		return results, nil
	}
	bin, err := postgresPrograms(ctx)
	if err != nil {
		return nil, err
	}
	p, err := startPostgres(ctx, bin)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	took, size, err := p.load(ctx, d, "events")
	if err != nil {
		return nil, fmt.Errorf("loading into PostgreSQL: %w", err)
	}
	fmt.Fprintf(out, "PostgreSQL took %s to load (COPY, index, VACUUM ANALYZE), %s events/s; disk %s\n",
		seconds(took), count(int64(float64(d.Events)/took.Seconds())), megabytes(size))
	err = askOne(ctx, p.dsn, runs, questions, func(q query) string { return q.Postgres }, func(i int, t timing) {
		results[i].Postgres = &t
		if results[i].Flare.NotYet == "" && t.NotYet == "" {
			results[i].Differ = questions[i].differ(results[i].Flare.answer, t.answer)
		}
	})
	return results, err
}

func askOne(ctx context.Context, dsn string, runs int, questions []query, sql func(query) string, each func(int, timing)) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "set timezone = 'UTC'"); err != nil {
		return err
	}
	for i, q := range questions {
		t, err := measure(ctx, c, q.ID, sql(q), runs)
		if err != nil {
			return fmt.Errorf("%s: %w", q.ID, err)
		}
		each(i, t)
	}
	return nil
}

// measure runs a statement once for its answer, which warms up, and then runs times. A statement that the server refuses is "not yet".
func measure(ctx context.Context, c *pgx.Conn, name, sql string, runs int) (t timing, err error) {
	var refused *pgconn.PgError
	if t.answer, err = ask(ctx, c, sql); errors.As(err, &refused) {
		return timing{NotYet: refused.Message}, nil
	} else if err != nil {
		return t, err
	}
	if _, err := c.Prepare(ctx, name, sql); err != nil {
		return t, err
	}
	var took []time.Duration
	for range runs {
		start := time.Now()
		n, err := drain(ctx, c, name)
		if err != nil {
			return t, err
		}
		took = append(took, time.Since(start))
		if t.Rows = n; n != len(t.answer) {
			return t, fmt.Errorf("%d rows in text, %d in binary", len(t.answer), n)
		}
	}
	for _, d := range took {
		t.Runs = append(t.Runs, milliseconds(d))
	}
	t.Median = milliseconds(median(took))
	return t, c.Deallocate(ctx, name)
}

// ask gives the answer in text form.
func ask(ctx context.Context, c *pgx.Conn, sql string) (answer, error) {
	r := c.PgConn().ExecParams(ctx, sql, nil, nil, nil, nil)
	var a answer
	for r.NextRow() {
		row := make([]*string, len(r.Values()))
		for i, v := range r.Values() {
			if v != nil {
				s := string(v)
				row[i] = &s
			}
		}
		a = append(a, row)
	}
	_, err := r.Close()
	return a, err
}

// drain runs a prepared statement and counts its rows, which it takes from the wire and does not decode.
func drain(ctx context.Context, c *pgx.Conn, prepared string) (int, error) {
	rows, err := c.Query(ctx, prepared)
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func printResults(w io.Writer, results []result) {
	peer := results[0].Postgres != nil
	head := []string{"query", "flare-pg ms", "rows"}
	if peer {
		head = append(head, "PostgreSQL ms", "ratio", "answers")
	}
	rows := [][]string{head}
	for _, r := range results {
		row := []string{r.ID + " " + r.What, r.Flare.text(), fmt.Sprint(r.Flare.Rows)}
		if peer {
			ratio, answers := "–", "–"
			if r.Flare.NotYet == "" && r.Postgres.NotYet == "" {
				ratio, answers = fmt.Sprintf("%.1f", r.Postgres.Median/r.Flare.Median), "agree"
				if r.Differ != "" {
					answers = "DIFFER: " + r.Differ
				}
			}
			row = append(row, r.Postgres.text(), ratio, answers)
		}
		rows = append(rows, row)
	}
	table(w, rows)
	for _, r := range results {
		if r.Flare.NotYet != "" {
			fmt.Fprintf(w, "\n%s does not run yet: %s\n", r.ID, r.Flare.NotYet)
		}
	}
}

func (t timing) text() string {
	if t.NotYet != "" {
		return "not yet"
	}
	return fmt.Sprintf("%.1f", t.Median)
}
