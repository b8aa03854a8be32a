package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// connectionFigures is what many idle connections take.
type connectionFigures struct {
	Machine     string `json:"machine"`
	Connections int    `json:"connections"`
	Before      int64  `json:"rss_anon_before"`
	Idle        int64  `json:"rss_anon_idle"`      // all are connected
	AfterQuery  int64  `json:"rss_anon_after_one"` // each has run SELECT 1
}

func connectionsCommand() *cobra.Command {
	var s scratch
	var count int
	var limitMB int64
	cmd := &cobra.Command{
		Use:   "connections",
		Short: "Memory of many idle connections, before and after each has run a statement",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := measureConnections(cmd.Context(), &s, count)
			if err != nil {
				return err
			}
			f.print(cmd.OutOrStdout())
			if most := max(f.Idle, f.AfterQuery); limitMB > 0 && most > limitMB<<20 {
				return fmt.Errorf("%d MiB of anonymous memory are more than %d", most>>20, limitMB)
			}
			return s.save(f)
		},
	}
	s.flags(cmd)
	cmd.Flags().IntVar(&count, "connections", 5000, "how many")
	cmd.Flags().Int64Var(&limitMB, "limit", 400, "fail above so many MiB of anonymous memory; 0: never")
	return cmd
}

func measureConnections(ctx context.Context, s *scratch, count int) (*connectionFigures, error) {
	dir, end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	srv, err := startServer(ctx, s.binary, filepath.Join(dir, "data"), "--max-connections", strconv.Itoa(count+10))
	if err != nil {
		return nil, err
	}
	defer srv.stop()
	f := &connectionFigures{Machine: machine(), Connections: count}
	f.Before = settled(srv)
	conns := make([]*pgconn.PgConn, count)
	defer func() {
		for _, c := range conns {
			if c != nil {
				c.Close(context.WithoutCancel(ctx))
			}
		}
	}()
	each := func(do func(i int) error) error {
		var g errgroup.Group
		g.SetLimit(32) // fewer than the server lets wait before they are let in
		for i := range conns {
			g.Go(func() error { return do(i) })
		}
		return g.Wait()
	}
	if err := each(func(i int) (err error) {
		conns[i], err = pgconn.Connect(ctx, srv.dsn())
		return err
	}); err != nil {
		return nil, err
	}
	f.Idle = settled(srv)
	if err := each(func(i int) error { return conns[i].Exec(ctx, "select 1").Close() }); err != nil {
		return nil, err
	}
	f.AfterQuery = settled(srv)
	return f, nil
}

// settled is a server's anonymous memory once the garbage of what it did has had time to go: the runtime collects every two minutes
// at the latest, and what matters is what stays within its limits, so it is the present value after a short rest.
func settled(srv *server) int64 {
	time.Sleep(2 * time.Second)
	m, _ := memoryOf(srv.pid())
	return m.Anonymous
}

func (f *connectionFigures) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%d connections: %d MiB of anonymous memory before, %d MiB with all idle, %d MiB after SELECT 1 in each (%d KiB a connection)\n",
		f.Machine, f.Connections, f.Before>>20, f.Idle>>20, f.AfterQuery>>20, (f.AfterQuery-f.Before)/int64(f.Connections)>>10)
}
