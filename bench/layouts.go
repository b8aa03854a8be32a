package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
)

// byLayout is one file of events in both page layouts.
type byLayout struct {
	File       string    `json:"file"`
	Raw        int64     `json:"raw_bytes"`
	Events     int64     `json:"events"`
	Rows       layoutRun `json:"rows"`
	Columns    layoutRun `json:"columns"`
	Properties []string  `json:"properties"` // those asked about, the most frequent first
}

// layoutRun is what one layout takes.
type layoutRun struct {
	Disk  int64     `json:"disk_bytes"`
	Times []float64 `json:"ms"` // a median for each property
}

func (l layoutRun) total() (sum float64) {
	for _, t := range l.Times {
		sum += t
	}
	return sum
}

func layoutsCommand() *cobra.Command {
	var s scratch
	var properties, runs int
	cmd := &cobra.Command{
		Use:   "layouts FILE...",
		Short: "The two page layouts beside each other: aggregates over the most frequent properties, disk",
		Long: `Load each file of events into a stream of pages by row and one of pages by column, merge them, count the values of each of the
most frequent properties in both, compare the answers, and print medians and disk bytes.`,
		Example: `  go run ./bench layouts events.ndjson.zst`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if properties < 1 || runs < 1 {
				return errors.New("--properties and --runs must be at least 1")
			}
			dir, end, err := s.begin(cmd.Context())
			if err != nil {
				return err
			}
			defer end()
			all, err := measureLayouts(cmd.Context(), s.binary, dir, paths, properties, runs)
			if err != nil {
				return err
			}
			printLayouts(cmd.OutOrStdout(), all, properties, runs)
			return s.save(all)
		},
	}
	s.flags(cmd)
	cmd.Flags().IntVar(&properties, "properties", 10, "how many properties are asked about")
	cmd.Flags().IntVar(&runs, "runs", 7, "measured runs of each query")
	return cmd
}

func measureLayouts(ctx context.Context, binary, dir string, paths []string, properties, runs int) (all []byLayout, err error) {
	srv, err := startServer(ctx, binary, filepath.Join(dir, "data"))
	if err != nil {
		return nil, err
	}
	defer func() {
		_, serr := srv.stop()
		err = errors.Join(err, serr)
	}()
	c, err := connectUTC(ctx, srv.dsn())
	if err != nil {
		return nil, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	for i, path := range paths {
		f := byLayout{File: strings.SplitN(filepath.Base(path), ".", 2)[0]}
		streams := map[string]*layoutRun{"rows": &f.Rows, "columns": &f.Columns}
		for layout, r := range streams {
			stream := fmt.Sprintf("%s_%d", layout, i)
			for _, sql := range []string{"create table " + stream + " ()", fmt.Sprintf("alter table %s set (layout = '%s')", stream, layout)} {
				if _, err := c.Exec(ctx, sql); err != nil {
					return nil, fmt.Errorf("%s: %w", sql, err)
				}
			}
			if _, err := run(ctx, nil, binary, "import", "--url", srv.dsn(), "--stream", stream, path); err != nil {
				return nil, err
			}
			if _, err := c.Exec(ctx, "vacuum "+stream); err != nil {
				return nil, err
			}
			if err := c.QueryRow(ctx, "select sum(bytes + index_bytes)::bigint, sum(raw_bytes)::bigint, sum(events)::bigint from flare.files where stream = $1",
				"public."+stream).Scan(&r.Disk, &f.Raw, &f.Events); err != nil {
				return nil, err
			}
		}
		if f.Properties, err = mostFrequent(ctx, c, fmt.Sprintf("rows_%d", i), properties); err != nil {
			return nil, err
		}
		for n, property := range f.Properties {
			var answers []answer
			for layout, r := range streams {
				sql := fmt.Sprintf("select %s, count(*) from %s_%d group by 1", property, layout, i)
				t, err := measure(ctx, c, fmt.Sprintf("%s_%d_%d", layout, i, n), sql, runs)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", sql, err)
				}
				if t.NotYet != "" {
					return nil, fmt.Errorf("%s: %s", sql, t.NotYet)
				}
				r.Times = append(r.Times, t.Median)
				answers = append(answers, t.answer)
			}
			if d := (query{}).differ(answers[0], answers[1]); d != "" {
				return nil, fmt.Errorf("%s, %s: the layouts' answers differ: %s", f.File, property, d)
			}
		}
		all = append(all, f)
	}
	return all, nil
}

var coreColumns = []string{
	"timestamp", "level", "message", "exception", "properties", "message_template", "event_type", "trace_id", "span_id", "document", "event_id",
}

// mostFrequent gives the properties that most events of a stream have, as they are written in SQL.
func mostFrequent(ctx context.Context, c *pgx.Conn, stream string, n int) ([]string, error) {
	rows, err := c.Query(ctx, "select path from flare.columns where stream = $1 and depth = 1 and type <> 'jsonb'", "public."+stream)
	if err != nil {
		return nil, err
	}
	paths, err := pgx.CollectRows(rows, pgx.RowTo[string])
	// A core column comes before a property of its name.
	paths = slices.DeleteFunc(paths, func(p string) bool { return slices.Contains(coreColumns, p) })
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	counts := make([]int64, len(paths))
	into := make([]any, len(paths))
	for i := range counts {
		into[i] = &counts[i]
	}
	if err := c.QueryRow(ctx, "select count("+strings.Join(paths, "), count(")+") from "+stream).Scan(into...); err != nil {
		return nil, err
	}
	order := make([]int, len(paths))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	var out []string
	for _, i := range order[:min(n, len(order))] {
		out = append(out, paths[i])
	}
	return out, nil
}

func printLayouts(w io.Writer, all []byLayout, properties, runs int) {
	fmt.Fprintf(w, "%s\ncount by each of the %d most frequent properties: sum of the medians of %d runs\n\n", machine(), properties, runs)
	rows := [][]string{{"", "events", "raw MB", "rows: disk ÷ raw", "columns: disk ÷ raw", "rows ms", "columns ms", "rows ÷ columns"}}
	for _, f := range all {
		rows = append(rows, []string{
			f.File, count(f.Events), fmt.Sprintf("%.1f", float64(f.Raw)/1e6), fmt.Sprintf("%.4f", float64(f.Rows.Disk)/float64(f.Raw)),
			fmt.Sprintf("%.4f", float64(f.Columns.Disk)/float64(f.Raw)), fmt.Sprintf("%.1f", f.Rows.total()), fmt.Sprintf("%.1f", f.Columns.total()),
			fmt.Sprintf("%.1f", f.Rows.total()/f.Columns.total()),
		})
	}
	table(w, rows)
}
