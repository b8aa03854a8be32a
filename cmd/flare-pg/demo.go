package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/ingest/demo"
)

func demoCommand() *cobra.Command {
	var f serveFlags
	var data string
	var events int
	var seed uint64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a server on a scratch directory full of made-up events",
		Long: `Make up a day of events of a web shop (CLEF, about 1 KB each), store them in a scratch
directory, and serve them. The directory is removed at the end unless --data names one.`,
		Example: `  flare-pg demo
  flare-pg demo --events 1000000 --data ./demo`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if events < 0 {
				return usageError{fmt.Errorf("--events: %d is out of range", events)}
			}
			dir := data
			if dir == "" {
				var err error
				if dir, err = os.MkdirTemp("", "flare-pg-demo-"); err != nil {
					return err
				}
				defer os.RemoveAll(dir)
			}
			out := cmd.OutOrStdout()
			fill := func(ctx context.Context, store *engine.Store) error {
				start := time.Now()
				n, err := fillDemo(ctx, store, seed, events)
				if err == nil && n > 0 {
					fmt.Fprintf(out, "stored %s made-up events of the last 24 hours in %s\n", thousands(int64(n)), durationText(time.Since(start)))
				}
				return err
			}
			return f.run(cmd.Context(), dir, out, cmd.ErrOrStderr(), fill)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&data, "data", "", "data directory to make and keep; one that has events already is served as it is")
	cmd.Flags().IntVar(&events, "events", 100_000, "how many events to make up")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of the generator: equal seeds make equal events")
	return cmd
}

// fillDemo stores n made-up events of the last 24 hours, as the one decoder on every road in would take them. A
// store that has events already is left alone.
func fillDemo(ctx context.Context, store *engine.Store, seed uint64, n int) (int, error) {
	tx := store.Read()
	id, filled := tx.Schema().Streams[0].ID, len(tx.Files()) > 0
	tx.Close()
	if filled {
		return 0, nil
	}
	to := time.Now().UTC().Truncate(time.Minute)
	generator := demo.New(seed, to.Add(-24*time.Hour), to).Of(n)
	decoder := event.NewDecoder(event.Options{})
	stage := store.NewStage()
	var line, doc []byte
	var seen event.Summary
	for i := range n {
		if i%1024 == 0 && ctx.Err() != nil {
			stage.Discard()
			return 0, ctx.Err()
		}
		line = generator.Next(line[:0])
		var ts int64
		var err error
		if doc, ts, err = decoder.Decode(doc[:0], line, &seen); err == nil {
			err = stage.Append(id, ts, doc)
		}
		if err != nil {
			stage.Discard()
			return 0, err
		}
	}
	stage.Observe(id, &seen)
	return n, store.Commit(ctx, stage, engine.Sync)
}
