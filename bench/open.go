package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
)

// opened is one start of a server over a data directory.
type opened struct {
	Ready       time.Duration `json:"ready_ns"` // from exec until it listened
	First       time.Duration `json:"first_ns"` // from exec until the first query had answered
	AfterFirst  memory        `json:"memory_after_first"`
	Count       time.Duration `json:"count_ns"`
	Events      string        `json:"events"`
	AfterCount  memory        `json:"memory_after_count"`
	Minute      time.Duration `json:"minute_ns"`
	MinuteRows  string        `json:"minute_events"`
	AfterMinute memory        `json:"memory_after_minute"`
	Files       files         `json:"files"`
}

func openCommand() *cobra.Command {
	var s scratch
	var data string
	var runs int
	cmd := &cobra.Command{
		Use:   "open --data DIR",
		Short: "Time from exec until the first answer over a large stream, and memory",
		Long: `Start the server over a data directory, ask for the newest event, then count(*), then one minute in the middle of the
stream, and print how long each took and what anonymous memory the server had then. Files are as the system's cache has them.`,
		Example: `  go run ./bench bulk --data /tmp/big && go run ./bench open --data /tmp/big`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := os.Stat(data); data == "" || err != nil {
				return errors.New("--data must name a data directory that exists")
			}
			if runs < 1 {
				return errors.New("--runs must be at least 1")
			}
			_, end, err := s.begin(cmd.Context())
			if err != nil {
				return err
			}
			defer end()
			var all []opened
			for range runs {
				o, err := open(cmd.Context(), s.binary, data)
				if err != nil {
					return err
				}
				all = append(all, o)
			}
			printOpened(cmd.OutOrStdout(), all)
			return s.save(all)
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&data, "data", "", "data directory, which is left as it is but for what maintenance does")
	cmd.Flags().IntVar(&runs, "runs", 3, "how often it is started")
	return cmd
}

func open(ctx context.Context, binary, data string) (o opened, err error) {
	s, err := startServer(ctx, binary, data)
	if err != nil {
		return o, err
	}
	defer func() {
		if _, serr := s.stop(); err == nil {
			err = serr
		}
	}()
	o.Ready = time.Since(s.started)
	c, err := s.connect(ctx)
	if err != nil {
		return o, err
	}
	defer c.Close(ctx)
	if _, err := ask(ctx, c, "select timestamp from stream order by timestamp desc limit 1"); err != nil {
		return o, err
	}
	o.First = time.Since(s.started)
	o.AfterFirst = s.watch.look()

	start := time.Now()
	a, err := ask(ctx, c, "select count(*) from stream")
	if err != nil {
		return o, err
	}
	o.Count, o.Events, o.AfterCount = time.Since(start), cellText(a[0][0]), s.watch.look()

	var from, to time.Time
	if err := c.QueryRow(ctx, `select min("from"), max("to") from flare.files`).Scan(&from, &to); err != nil {
		return o, err
	}
	middle := from.Add(to.Sub(from) / 2).UTC().Truncate(time.Minute)
	start = time.Now()
	a, err = ask(ctx, c, fmt.Sprintf("select timestamp, level, message from stream where timestamp >= '%s' and timestamp < '%s'",
		middle.Format(instant), middle.Add(time.Minute).Format(instant)))
	if err != nil {
		return o, err
	}
	o.Minute, o.MinuteRows, o.AfterMinute = time.Since(start), fmt.Sprint(len(a)), s.watch.look()
	o.Files, err = filesIn(data)
	return o, err
}

func printOpened(w io.Writer, all []opened) {
	last := all[len(all)-1]
	fmt.Fprintf(w, "%s\n%s events; %d files, %s\n\n", machine(), last.Events, last.Files.Number, megabytes(last.Files.Bytes))
	rows := [][]string{{"", "median ms", "RssAnon max of the runs, MB", "rows"}}
	row := func(name string, took func(opened) time.Duration, mem func(opened) memory, n string) {
		var d []time.Duration
		var anon int64
		for _, o := range all {
			d = append(d, took(o))
			anon = max(anon, mem(o).Anonymous)
		}
		rows = append(rows, []string{name, fmt.Sprintf("%.1f", milliseconds(median(d))), fmt.Sprintf("%.1f", float64(anon)/1e6), n})
	}
	row("exec until it listens", func(o opened) time.Duration { return o.Ready }, func(o opened) memory { return o.AfterFirst }, "")
	row("exec until the newest event is told", func(o opened) time.Duration { return o.First }, func(o opened) memory { return o.AfterFirst }, "1")
	row("count(*)", func(o opened) time.Duration { return o.Count }, func(o opened) memory { return o.AfterCount }, last.Events)
	row("one minute", func(o opened) time.Duration { return o.Minute }, func(o opened) memory { return o.AfterMinute }, last.MinuteRows)
	table(w, rows)
	var most int64
	for _, o := range all {
		most = max(most, o.AfterMinute.MaxAnonymous)
	}
	fmt.Fprintf(w, "\nRssAnon at most, of samples every %s: %s\n", sampleEvery, megabytes(most))
}

// isRefused reports whether the server answered that it does not do that.
func isRefused(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused)
}
