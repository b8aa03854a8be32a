package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/integration/grafana"
)

// grafanaFigures is how long the statements of the dashboards take.
type grafanaFigures struct {
	Machine    string             `json:"machine"`
	Events     int                `json:"events"`
	Statements []statementFigures `json:"statements"`
}

// statementFigures is one statement over one range of time.
type statementFigures struct {
	Dashboard string        `json:"dashboard"`
	Title     string        `json:"title"`
	Range     string        `json:"range"`
	Rows      int           `json:"rows"`
	Median    time.Duration `json:"median_ns"`
	Max       time.Duration `json:"max_ns"`
}

func grafanaCommand() *cobra.Command {
	var s scratch
	var events, runs int
	var dashboards string
	var keep string
	cmd := &cobra.Command{
		Use:   "grafana",
		Short: "The statements of the dashboards, as Grafana sends them, over a day of events: the last hour, and the whole day",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := measureGrafana(cmd.Context(), &s, events, runs, dashboards, keep)
			if err != nil {
				return err
			}
			f.print(cmd.OutOrStdout())
			return s.save(f)
		},
	}
	s.flags(cmd)
	cmd.Flags().IntVar(&events, "events", 1_000_000, "how many events the day has")
	cmd.Flags().IntVar(&runs, "runs", 20, "how often each statement is asked")
	cmd.Flags().StringVar(&dashboards, "dashboards", "docker/grafana/dashboards", "folder of the dashboards")
	cmd.Flags().StringVar(&keep, "results", "", "also write the rows of the first dashboard to this folder, a file a panel, for a picture")
	return cmd
}

func measureGrafana(ctx context.Context, s *scratch, events, runs int, dashboards, keep string) (*grafanaFigures, error) {
	dir, end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	srv, err := startProgram(ctx, s.binary, "demo", "--data", filepath.Join(dir, "data"), "--events", strconv.Itoa(events), "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	config, err := pgx.ParseConfig(srv.dsn())
	if err != nil {
		return nil, err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // all that Grafana uses
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "vacuum"); err != nil {
		return nil, err
	}
	var now time.Time
	if err := c.QueryRow(ctx, "select max(timestamp) from stream").Scan(&now); err != nil {
		return nil, err
	}
	f := &grafanaFigures{Machine: machine(), Events: events}
	for i, name := range []string{"log-stream", "health"} {
		d, err := grafana.Read(filepath.Join(dashboards, name+".json"))
		if err != nil {
			return nil, err
		}
		for _, from := range []string{"now-1h", "now-24h"} {
			d.Time.From, d.Time.To = from, "now"
			r, err := d.Range(now.Add(time.Second).Truncate(time.Second))
			if err != nil {
				return nil, err
			}
			statements, err := dashboardStatements(ctx, c, d, r)
			if err != nil {
				return nil, err
			}
			for _, st := range statements {
				one, err := timeStatement(ctx, c, st, runs)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", name, st.Title, err)
				}
				one.Dashboard, one.Range = name, from
				f.Statements = append(f.Statements, *one)
				if keep != "" && i == 0 && from == "now-1h" {
					if err := keepRows(ctx, c, st, keep); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return f, nil
}

// dashboardStatements makes a dashboard's statements with everything chosen, those of its variables first.
func dashboardStatements(ctx context.Context, c *pgx.Conn, d *grafana.Dashboard, r grafana.Range) ([]grafana.Statement, error) {
	var out []grafana.Statement
	values := map[string]grafana.Value{}
	for _, v := range d.Templating.List {
		sql, err := v.VariableQuery(r)
		if err != nil {
			return nil, err
		}
		var texts []string
		if sql != "" {
			rows, err := c.Query(ctx, sql)
			if err != nil {
				return nil, err
			}
			if texts, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
				return nil, fmt.Errorf("variable %s: %w", v.Name, err)
			}
			out = append(out, grafana.Statement{Kind: "variable", Title: "variable " + v.Name, SQL: sql})
		}
		values[v.Name] = v.All(texts)
	}
	more, err := d.Statements(r, values)
	return append(out, more...), err
}

func timeStatement(ctx context.Context, c *pgx.Conn, st grafana.Statement, runs int) (*statementFigures, error) {
	f := &statementFigures{Title: st.Title}
	var took []time.Duration
	for range runs {
		began := time.Now()
		rows, err := c.Query(ctx, st.SQL)
		if err != nil {
			return nil, err
		}
		f.Rows = 0
		for rows.Next() {
			f.Rows++
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	f.Median, f.Max = percentile(took, 0.5), percentile(took, 1)
	return f, nil
}

func (f *grafanaFigures) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%d events of a day; each statement's median and slowest time\n", f.Machine, f.Events)
	for _, s := range f.Statements {
		fmt.Fprintf(w, "%-10s %-7s %-34s %6d rows %10v %10v\n", s.Dashboard, s.Range, s.Title, s.Rows, s.Median.Round(100*time.Microsecond), s.Max.Round(100*time.Microsecond))
	}
}
