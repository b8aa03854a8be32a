package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func generateCommand() *cobra.Command {
	var d dataset
	cmd := &cobra.Command{
		Use:   "generate [FILE]",
		Short: "Write made-up events as NDJSON to a file or standard output",
		Example: `  go run ./bench generate --events 1000000 events.ndjson
  go run ./bench generate --events 100000 | ./flare-pg import --data ./data -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := d.check(); err != nil {
				return err
			}
			var out io.Writer = cmd.OutOrStdout()
			if len(args) > 0 && args[0] != "-" {
				f, err := os.Create(args[0])
				if err != nil {
					return err
				}
				defer func() {
					if cerr := f.Close(); err == nil {
						err = cerr
					}
				}()
				out = f
			}
			start := time.Now()
			n, err := writeEvents(cmd.Context(), out, d.generator(), d.Events)
			if err != nil {
				return err
			}
			took := time.Since(start)
			fmt.Fprintf(cmd.ErrOrStderr(), "%s events, %s (%d bytes an event) in %s: %.0f MB/s\n",
				count(d.Events), megabytes(n), n/d.Events, seconds(took), float64(n)/took.Seconds()/1e6)
			return nil
		},
	}
	d.flags(cmd, 100_000)
	return cmd
}
