package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// pingFigures is how long many clients wait for a small statement.
type pingFigures struct {
	Machine string        `json:"machine"`
	Clients int           `json:"clients"`
	Asked   int           `json:"asked"`
	P50     time.Duration `json:"p50_ns"`
	P99     time.Duration `json:"p99_ns"`
	Max     time.Duration `json:"max_ns"`
}

func pingsCommand() *cobra.Command {
	var s scratch
	var clients, rate int
	var duration, limit time.Duration
	cmd := &cobra.Command{
		Use:   "pings",
		Short: "Latency of `select 1` for many clients that ask at a steady rate",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := measurePings(cmd.Context(), &s, clients, rate, duration)
			if err != nil {
				return err
			}
			f.print(cmd.OutOrStdout())
			if limit > 0 && f.P99 > limit {
				return fmt.Errorf("the 99th percentile, %v, is above %v", f.P99, limit)
			}
			return s.save(f)
		},
	}
	s.flags(cmd)
	cmd.Flags().IntVar(&clients, "clients", 200, "how many")
	cmd.Flags().IntVar(&rate, "rate", 20, "statements a second of each")
	cmd.Flags().DurationVar(&duration, "duration", time.Minute, "for how long")
	cmd.Flags().DurationVar(&limit, "limit", 10*time.Millisecond, "fail where the 99th percentile is above; 0: never")
	return cmd
}

func measurePings(ctx context.Context, s *scratch, clients, rate int, duration time.Duration) (*pingFigures, error) {
	dir, end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	srv, err := startServer(ctx, s.binary, filepath.Join(dir, "data"), "--max-connections", strconv.Itoa(clients+10))
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	var mu sync.Mutex
	var took []time.Duration
	g, ctx := errgroup.WithContext(ctx)
	every := time.Second / time.Duration(rate)
	begin := time.Now().Add(2 * time.Second) // once all are connected
	for i := range clients {
		g.Go(func() error {
			time.Sleep(time.Duration(i) * 5 * time.Millisecond) // the server lets only so many wait before they are let in
			c, err := pgconn.Connect(ctx, srv.dsn())
			if err != nil {
				return err
			}
			defer c.Close(context.WithoutCancel(ctx))
			var mine []time.Duration
			// Each asks at its own moments, and a late answer does not put off the next question's: it counts from when it was due.
			for due := begin.Add(every * time.Duration(i) / time.Duration(clients)); due.Before(begin.Add(duration)); due = due.Add(every) {
				time.Sleep(time.Until(due))
				if err := c.Exec(ctx, "select 1").Close(); err != nil {
					return err
				}
				mine = append(mine, time.Since(due))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(took)
	return &pingFigures{Machine: machine(), Clients: clients, Asked: len(took), P50: percentile(took, 0.5), P99: percentile(took, 0.99), Max: percentile(took, 1)}, nil
}

func (f *pingFigures) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%d clients asked `select 1` %d times: p50 %v, p99 %v, slowest %v\n", f.Machine, f.Clients, f.Asked, f.P50, f.P99, f.Max)
}
