package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
)

func compactCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "compact --data DIR",
		Short: "Merge all files of a data directory now",
		Long: `Merge what was written recently into stable, compressed files, and small ones into larger
ones; build missing indexes and filters. A server does all that by itself in the background, and on
VACUUM; compact is for a directory that no server runs on. Each step is whole by itself, so
it can be interrupted at any time.`,
		Example: "  flare-pg compact --data ./data",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			store, err := openStore(data, engine.Options{RAMBytes: -1, Now: time.Now})
			if err != nil {
				return err
			}
			err = compact(cmd.Context(), store, cmd.OutOrStdout(), cmd.ErrOrStderr())
			if cerr := store.Close(); err == nil && cerr != nil {
				err = fmt.Errorf("closing the store: %w", cerr)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory; no server may be running on it")
	return cmd
}

// compacted sums up what the steps did.
type compacted struct {
	steps, files, made, indexes, filters int
	in, out                              int64
	damaged                              []error
}

func (c *compacted) add(s *engine.Step) {
	c.steps++
	switch s.Kind {
	case engine.StepIndex:
		c.indexes++
		return
	case engine.StepFilter:
		c.filters++
		return
	}
	c.files, c.made = c.files+len(s.In), c.made+len(s.Out)
	c.in, c.out = c.in+s.BytesIn, c.out+s.BytesOut
}

// compact maintains a store until nothing is due, and says what it did in a line.
func compact(ctx context.Context, store *engine.Store, stdout, stderr io.Writer) error {
	start := time.Now()
	meter := newMeter(stderr)
	total := store.Stats().Ticks.Bytes
	var sum compacted
	for {
		meter.bytes("merging", min(sum.in, total), total, time.Since(start))
		step, done, err := store.Maintain(ctx, engine.MaintainOptions{Now: time.Now().UnixNano() / 100, Force: true})
		var damage *engine.DamageError
		switch {
		case errors.As(err, &damage) && len(sum.damaged) < reportedLines:
			// What is damaged is left alone from now on.
			sum.damaged = append(sum.damaged, err)
			meter.println("left alone: " + err.Error())
			continue
		case err != nil:
			meter.done()
			return err
		case !done:
			sum.add(&step)
			continue
		}
		break
	}
	meter.done()
	if _, err := fmt.Fprintln(stdout, sum.text(time.Since(start))); err != nil {
		return err
	}
	if len(sum.damaged) > 0 {
		return errReported
	}
	return nil
}

// text is "merged 40 files into 2: 120 MB became 30 MB; built 3 indexes; 1.2 s".
func (c *compacted) text(took time.Duration) string {
	if c.steps == 0 {
		return "nothing to merge"
	}
	var parts []string
	if c.files > 0 {
		parts = append(parts, fmt.Sprintf("merged %s into %d: %s became %s", count(int64(c.files), "file"), c.made, bytesText(c.in), bytesText(c.out)))
	}
	if c.indexes == 1 {
		parts = append(parts, "built the bitmap of 1 index")
	} else if c.indexes > 1 {
		parts = append(parts, fmt.Sprintf("built %d bitmaps of indexes", c.indexes))
	}
	if c.filters > 0 {
		parts = append(parts, "built "+count(int64(c.filters), "filter"))
	}
	return strings.Join(append(parts, durationText(took)), "; ")
}
