package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
)

func checkCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "check --data DIR",
		Short: "Look for damage in a data directory",
		Long: `Read every committed byte of a data directory and compare checksums. Each damaged,
missing or unknown file is named, with the offset where that is known. Nothing is
changed. It may run beside a server. Exit code 1 if anything was found; files that were put aside
after a crash (*.lost) are named, but are no damage.`,
		Example: "  flare-pg check --data ./data",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			found := 0
			out := cmd.OutOrStdout()
			result, err := engine.Check(data, engine.Options{ReadOnly: true, Parallel: parallel}, func(f engine.Finding) {
				text := f.Err.Error()
				if !strings.Contains(text, f.File) {
					text = f.File + ": " + text
				}
				if f.Aside {
					fmt.Fprintln(out, "note: "+text+"; delete it when nobody needs it")
					return
				}
				found++
				fmt.Fprintln(out, text)
			})
			if err != nil {
				return explainOpen(data, err, false)
			}
			size := fmt.Sprintf("%s, %s, %s", count(int64(result.Files), "file"), count(result.Events, "event"), bytesText(result.Bytes))
			if found > 0 {
				fmt.Fprintf(out, "%s found: %s read; nothing was changed\n", count(int64(found), "problem"), size)
				fmt.Fprintln(out, "In SQL, SET flare.skip_damaged = on reads what is undamaged.")
				return errReported
			}
			_, err = fmt.Fprintf(out, "no damage found: %s\n", size)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to read")
	return cmd
}
