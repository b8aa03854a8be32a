package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// load of the latency test: who does what how often.
type traffic struct {
	Rate     int64         `json:"events_per_second"`
	Batch    int           `json:"batch"`
	Readers  int           `json:"readers"`
	PerRead  int64         `json:"reads_per_second_and_reader"`
	WarmUp   time.Duration `json:"warm_up_ns"`
	Duration time.Duration `json:"duration_ns"`
	Backlog  int64         `json:"backlog"`
	Window   time.Duration `json:"late_window_ns"`
	Seed     uint64        `json:"seed"`
	SQL      string        `json:"sql"`
	pool     int
}

func latencyCommand() *cobra.Command {
	var s scratch
	var t traffic
	var serve []string
	cmd := &cobra.Command{
		Use:   "latency",
		Short: "Latency of reads while events come in and maintenance runs",
		Long: `One client ingests --rate events a second (COPY in batches, each its own transaction, synchronous_commit on, event times are now)
while --readers clients ask for the last 100 errors, each --reads times a second. Everything is due at a time that is set beforehand, and latency counts
from there (an open loop), so that what waits behind something slow is counted.

So that maintenance has something to do, --backlog events of the hour before are loaded first, and the server is started again: it begins to
merge them when the test begins. By default they are as many as come in during the test, as in the long run.`,
		Example: `  go run ./bench latency --duration 2m
  go run ./bench latency --duration 30s --rate 5000 --serve-flags=--recent-memory=256`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if t.Rate < 1 || t.Batch < 1 || t.Readers < 0 || t.PerRead < 1 || t.Duration <= 0 || t.WarmUp < 0 || t.pool < t.Batch {
				return errors.New("--rate, --batch, --reads, --duration must be positive, and --pool at least --batch")
			}
			if t.Backlog < 0 {
				t.Backlog = int64(t.Duration.Seconds() * float64(t.Rate))
			}
			ctx := cmd.Context()
			dir, end, err := s.begin(ctx)
			if err != nil {
				return err
			}
			defer end()
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s\n%s events/s in batches of %d; %d readers, %d reads/s each; %s after a warm-up of %s; backlog %s events\n",
				machine(), count(t.Rate), t.Batch, t.Readers, t.PerRead, t.Duration, t.WarmUp, count(t.Backlog))
			pool, err := newLines(t.Seed, t.pool)
			if err != nil {
				return err
			}
			data := filepath.Join(dir, "data")
			if err := t.loadBacklog(ctx, s.binary, data, pool); err != nil {
				return fmt.Errorf("the backlog: %w", err)
			}
			srv, err := startServer(ctx, s.binary, data, append([]string{"--late-window", t.Window.String()}, serve...)...)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "the server is process %d\n", srv.pid())
			f, err := t.run(ctx, srv, data, pool)
			_, serr := srv.stop()
			if err := errors.Join(err, serr); err != nil { // a server that broke says why
				return err
			}
			f.print(out)
			return s.save(f)
		},
	}
	s.flags(cmd)
	cmd.Flags().Int64Var(&t.Rate, "rate", 20_000, "events a second")
	cmd.Flags().IntVar(&t.Batch, "batch", 500, "events of a commit")
	cmd.Flags().IntVar(&t.Readers, "readers", 20, "clients that read")
	cmd.Flags().Int64Var(&t.PerRead, "reads", 5, "reads a second of each")
	cmd.Flags().DurationVar(&t.Duration, "duration", 2*time.Minute, "how long is measured")
	cmd.Flags().DurationVar(&t.WarmUp, "warm-up", 10*time.Second, "how long is not measured before")
	cmd.Flags().Int64Var(&t.Backlog, "backlog", -1, "events of the hour before that wait to be merged; -1: rate × duration")
	cmd.Flags().DurationVar(&t.Window, "late-window", time.Minute, "--late-window of the server: what is older is merged")
	cmd.Flags().Uint64Var(&t.Seed, "seed", 1, "seed of the events and of the readers' phases")
	cmd.Flags().StringVar(&t.SQL, "sql", "select timestamp, level, message from stream where level = 'Error' order by timestamp desc limit 100", "what the readers ask")
	cmd.Flags().IntVar(&t.pool, "pool", 50_000, "events made beforehand, used round and round")
	cmd.Flags().StringArrayVar(&serve, "serve-flags", nil, "a flag for 'flare-pg serve', such as --recent-memory=256; may be repeated")
	return cmd
}

// loadBacklog commits the backlog through a server that merges nothing: as ticks.
func (t *traffic) loadBacklog(ctx context.Context, binary, data string, pool *lines) error {
	if t.Backlog == 0 {
		return nil
	}
	s, err := startServer(ctx, binary, data, "--late-window", "1000h", "--tick-budget", "1000000", "--recent-memory", "0")
	if err != nil {
		return err
	}
	err = t.copyBacklog(ctx, s, pool)
	if _, serr := s.stop(); err == nil {
		err = serr
	}
	return err
}

func (t *traffic) copyBacklog(ctx context.Context, s *server, pool *lines) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	// From an hour ago to where the window for late events begins, evenly.
	to := time.Now().Add(-t.Window - 6*time.Minute)
	step := time.Hour / time.Duration(t.Backlog)
	for left := t.Backlog; left > 0; {
		n := min(left, 5000, int64(t.pool))
		left -= n
		end := to.Add(-time.Duration(left) * step)
		if err := copyBatch(ctx, c, pool.batch(int(n), end, step)); err != nil {
			return err
		}
	}
	return nil
}
