package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// loaded is what a load took and left.
type loaded struct {
	Machine string  `json:"machine"`
	Dataset dataset `json:"dataset"`
	Raw     int64   `json:"raw_bytes"`
	Import  usage   `json:"import"`
	Settle  usage   `json:"settle"`
	How     string  `json:"settled_by"`
	After   files   `json:"files_after_import"`
	Files   files   `json:"files"`
}

func loadCommand() *cobra.Command {
	var s scratch
	d := dataset{}
	var data string
	var pipe bool
	cmd := &cobra.Command{
		Use:   "load",
		Short: "Import events offline and merge them: rate, memory, disk",
		Long: `Generate events, import them with 'flare-pg import', merge what that left with 'flare-pg compact' (or, where there is no such
command yet, with VACUUM in a server), and print how fast that was, what memory it took and what lies on the disk.`,
		Example: `  go run ./bench load --events 1000000
  go run ./bench load --events 10000000 --pipe --data /tmp/ten`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return err
			}
			dir, end, err := s.begin(cmd.Context())
			if err != nil {
				return err
			}
			defer end()
			if data == "" {
				data = filepath.Join(dir, "data")
			} else if _, err := os.Stat(data); err == nil {
				return fmt.Errorf("%s exists already; the data directory must be a fresh one", data)
			}
			l, err := load(cmd.Context(), s.binary, dir, data, d, pipe)
			if err != nil {
				return err
			}
			l.print(cmd.OutOrStdout())
			return s.save(l)
		},
	}
	s.flags(cmd)
	d.flags(cmd, 1_000_000)
	cmd.Flags().StringVar(&data, "data", "", "data directory to make and keep; a scratch one unless given")
	cmd.Flags().BoolVar(&pipe, "pipe", false, "generate into a pipe instead of a file: no room needed, but the generator takes part of the processor")
	return cmd
}

// load imports d into a fresh data directory and merges it.
func load(ctx context.Context, binary, dir, data string, d dataset, pipe bool) (l loaded, err error) {
	l = loaded{Machine: machine(), Dataset: d}
	if pipe {
		l.Raw, l.Import, err = importPiped(ctx, binary, data, &eventReader{ctx: ctx, g: d.generator(), left: d.Events})
	} else {
		l.Raw, l.Import, err = importFile(ctx, binary, dir, data, d)
	}
	if err != nil {
		return l, err
	}
	if l.After, err = filesIn(data); err != nil {
		return l, err
	}
	if l.How, l.Settle, err = settle(ctx, binary, data); err != nil {
		return l, err
	}
	l.Files, err = filesIn(data)
	return l, err
}

// importFile imports from a file, which it removes.
func importFile(ctx context.Context, binary, dir, data string, d dataset) (raw int64, u usage, err error) {
	path := filepath.Join(dir, "events.ndjson")
	defer os.Remove(path)
	if raw, err = writeFile(ctx, path, d); err != nil {
		return raw, u, err
	}
	u, err = run(ctx, nil, binary, "import", "--data", data, path)
	return raw, u, err
}

// writeFile writes the events into a file, and returns when they are on the disk: their writing back shall not be part of what is measured.
func writeFile(ctx context.Context, path string, d dataset) (raw int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	raw, err = writeEvents(ctx, f, d.generator(), d.Events)
	if err == nil {
		err = f.Sync()
	}
	return raw, errors.Join(err, f.Close())
}

// importPiped imports what r generates.
func importPiped(ctx context.Context, binary, data string, r *eventReader) (raw int64, u usage, err error) {
	before := r.bytes
	u, err = run(ctx, r, binary, "import", "--data", data, "-")
	if err == nil && r.left > 0 {
		err = fmt.Errorf("%d events were not read", r.left)
	}
	return r.bytes - before, u, err
}

// settle merges all that an import left.
func settle(ctx context.Context, binary, data string) (how string, u usage, err error) {
	if hasCommand(ctx, binary, "compact") {
		u, err = run(ctx, nil, binary, "compact", "--data", data)
		return "compact", u, err
	}
	s, err := startServer(ctx, binary, data)
	if err != nil {
		return "", u, err
	}
	c, err := s.connect(ctx)
	if err == nil {
		_, err = c.Exec(ctx, "vacuum")
		c.Close(ctx)
	}
	u, serr := s.stop()
	if err == nil {
		err = serr
	}
	return "VACUUM", u, err
}

func (l loaded) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%s events, %s, %d bytes an event\n\n", l.Machine, count(l.Dataset.Events), megabytes(l.Raw), l.Raw/l.Dataset.Events)
	row := func(name string, u usage) []string {
		rate := func(t time.Duration) float64 { return float64(l.Dataset.Events) / t.Seconds() }
		if u.Wall == l.Settle.Wall && l.After.Bytes == l.Files.Bytes { // there was nothing to merge
			rest := []string{fmt.Sprintf("%.2f", u.Wall.Seconds()), fmt.Sprintf("%.2f", u.CPU.Seconds())}
			return append(append([]string{name}, rest...), "–", "–", "–", "–", "–")
		}
		return []string{
			name, fmt.Sprintf("%.2f", u.Wall.Seconds()), fmt.Sprintf("%.2f", u.CPU.Seconds()), count(int64(rate(u.Wall))),
			fmt.Sprintf("%.1f", float64(l.Raw)/u.Wall.Seconds()/1e6), fmt.Sprintf("%.1f", float64(l.Raw)/u.CPU.Seconds()/1e6),
			fmt.Sprintf("%.0f", float64(u.Memory.MaxAnonymous)/1e6), fmt.Sprintf("%.0f", float64(u.Memory.MaxResident)/1e6),
		}
	}
	table(w, [][]string{
		{"load", "s", "cpu s", "events/s", "MB/s", "MB/cpu s", "RssAnon max MB", "VmHWM MB"},
		row("import", l.Import), row(l.How, l.Settle), row("both", l.Import.plus(l.Settle)),
	})
	fmt.Fprintf(w, "\ndisk after import: %s\ndisk in the end:   %s\n", l.After.text(l.Raw), l.Files.text(l.Raw))
}

func (f files) text(raw int64) string {
	var kinds []string
	for _, k := range slices.Sorted(maps.Keys(f.Kinds)) {
		kinds = append(kinds, fmt.Sprintf("%d %s (%s)", f.Kinds[k], k, megabytes(f.Sizes[k])))
	}
	return fmt.Sprintf("%s, %.3f of raw: %s", megabytes(f.Bytes), float64(f.Bytes)/float64(raw), strings.Join(kinds, ", "))
}
