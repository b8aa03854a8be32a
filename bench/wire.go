package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// sentRows is how many rows of one column are sent where sending is measured.
const sentRows = 40_000

// wireFigures are what stands between a client's statement and its rows.
type wireFigures struct {
	Machine string       `json:"machine"`
	Dataset dataset      `json:"dataset"`
	Sent    []sentFigure `json:"sent"`
	// First is until the first row of a scan without an order was there, of a statement that was cancelled then.
	First time.Duration `json:"first_row_ns"`
	// Newest is until the newest hundred events were there, Pages how many pages that read of how many.
	Newest      time.Duration `json:"newest_ns"`
	NewestPages [2]int64      `json:"newest_pages"`
	Trips       []tripFigure  `json:"round_trips"`
}

// sentFigure is how fast rows of one column come.
type sentFigure struct {
	How    string        `json:"how"`
	Median time.Duration `json:"median_ns"`
	Rows   int64         `json:"rows"`
}

func (s sentFigure) rate() float64 { return float64(s.Rows) / s.Median.Seconds() }

// tripFigure is how long a small prepared statement takes, there and back.
type tripFigure struct {
	SQL    string        `json:"sql"`
	Median time.Duration `json:"median_ns"`
}

func wireCommand() *cobra.Command {
	var s scratch
	d := dataset{}
	var data string
	var runs int
	cmd := &cobra.Command{
		Use:   "wire",
		Short: "What stands between a statement and its rows, through libpq: rows a second, first row, round trips",
		Long: `Load events, serve them, and ask through libpq, prepared: 40,000 rows of one column, in text and binary, collected and row by row; the first
row of a scan without an order; the newest hundred events, and how many pages that reads; statements that find hardly anything. Each median is of --runs runs
after one that warms up. A C compiler and libpq's headers are needed.`,
		Example: `  go run ./bench wire --events 1M
  go run ./bench load --events 5M --pipe --data /tmp/five && go run ./bench wire --events 5M --data /tmp/five`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return err
			}
			if runs < 1 {
				return errors.New("--runs must be at least 1")
			}
			ctx := cmd.Context()
			dir, end, err := s.begin(ctx)
			if err != nil {
				return err
			}
			defer end()
			client, err := buildLibpq(ctx, dir)
			if err != nil {
				return err
			}
			if data == "" {
				data = filepath.Join(dir, "data")
			}
			if _, err := os.Stat(data); err != nil {
				if _, err := load(ctx, s.binary, dir, data, d, true); err != nil {
					return err
				}
			}
			f, err := measureWire(ctx, s.binary, client, data, d, runs)
			if err != nil {
				return err
			}
			f.print(cmd.OutOrStdout())
			return s.save(f)
		},
	}
	s.flags(cmd)
	d.flags(cmd, 1_000_000)
	cmd.Flags().StringVar(&data, "data", "", "data directory that 'load' has filled, or that is to be made and kept; a scratch one unless given")
	cmd.Flags().IntVar(&runs, "runs", 25, "measured runs of each statement")
	return cmd
}

func measureWire(ctx context.Context, binary, client, data string, d dataset, runs int) (f *wireFigures, err error) {
	srv, err := startServer(ctx, binary, data)
	if err != nil {
		return nil, err
	}
	defer func() {
		if _, serr := srv.stop(); err == nil {
			err = serr
		}
	}()
	f = &wireFigures{Machine: machine(), Dataset: d}
	l := libpqClient{client, srv.dsn()}
	whole := func(r libpqRun) time.Duration { return r.Whole }
	for _, way := range []string{"whole", "rows"} {
		for _, binary := range []bool{false, true} {
			all, err := l.ask(ctx, way, binary, runs, fmt.Sprintf("select StatusCode from stream limit %d", sentRows))
			if err != nil {
				return nil, err
			}
			how := map[string]string{"whole": "collected", "rows": "row by row"}[way] + map[bool]string{false: ", text", true: ", binary"}[binary]
			f.Sent = append(f.Sent, sentFigure{how, medianOf(all, whole), all[0].Rows})
		}
	}
	all, err := l.ask(ctx, "first", false, runs, "select timestamp, level, message from stream")
	if err != nil {
		return nil, err
	}
	f.First = medianOf(all, func(r libpqRun) time.Duration { return r.First })
	newest := "select timestamp, level, message from stream order by timestamp desc limit 100"
	if all, err = l.ask(ctx, "whole", false, runs, newest); err != nil {
		return nil, err
	}
	f.Newest = medianOf(all, whole)
	if f.NewestPages, err = pagesOf(ctx, srv, newest); err != nil {
		return nil, err
	}
	for _, sql := range []string{"select 1", "select count(*) from stream"} {
		if all, err = l.ask(ctx, "whole", true, 40*runs, sql); err != nil {
			return nil, err
		}
		f.Trips = append(f.Trips, tripFigure{sql, medianOf(all, whole)})
	}
	return f, nil
}

// pagesOf runs a statement under EXPLAIN ANALYZE and gives how many pages its scans read, and of how many.
func pagesOf(ctx context.Context, srv *server, sql string) (pages [2]int64, err error) {
	c, err := srv.connect(ctx)
	if err != nil {
		return pages, err
	}
	defer c.Close(ctx)
	var text string
	if err := c.QueryRow(ctx, "explain (analyze, format json) "+sql).Scan(&text); err != nil {
		return pages, err
	}
	type node struct {
		Read  int64 `json:"Pages Read"`
		Pages int64 `json:"Pages"`
		Plans []json.RawMessage
	}
	var add func(text []byte) error
	add = func(text []byte) error {
		var n node
		if err := json.Unmarshal(text, &n); err != nil {
			return err
		}
		pages[0], pages[1] = pages[0]+n.Read, pages[1]+n.Pages
		for _, p := range n.Plans {
			if err := add(p); err != nil {
				return err
			}
		}
		return nil
	}
	var explained []struct{ Plan json.RawMessage }
	if err := json.Unmarshal([]byte(text), &explained); err != nil {
		return pages, err
	}
	for _, e := range explained {
		if err := add(e.Plan); err != nil {
			return pages, err
		}
	}
	return pages, nil
}

func (f *wireFigures) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%s events\n\n", f.Machine, count(f.Dataset.Events))
	rows := [][]string{{fmt.Sprintf("%s rows of one column", count(sentRows)), "ms", "rows/s"}}
	for _, s := range f.Sent {
		rows = append(rows, []string{s.How, fmt.Sprintf("%.2f", milliseconds(s.Median)), count(int64(s.rate()))})
	}
	table(w, rows)
	fmt.Fprintf(w, "\nfirst row of a scan without an order: %.2f ms\n", milliseconds(f.First))
	fmt.Fprintf(w, "newest hundred events: %.2f ms, %d of %d pages\n", milliseconds(f.Newest), f.NewestPages[0], f.NewestPages[1])
	for _, t := range f.Trips {
		fmt.Fprintf(w, "%s, prepared: %d µs\n", t.SQL, t.Median.Microseconds())
	}
}
