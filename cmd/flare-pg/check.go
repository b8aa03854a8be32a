package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
)

func checkCommand() *cobra.Command {
	var data string
	var quarantine bool
	cmd := &cobra.Command{
		Use:   "check --data DIR",
		Short: "Look for damage in a data directory",
		Long: `Read every committed byte of a data directory and compare checksums. Each damaged,
missing or unknown file is named, with the offset where that is known. Nothing is
changed. It may run beside a server. Exit code 1 if anything was found; files that were put aside
after a crash (*.lost) are named, but are no damage.

With --quarantine, and no server running, the files that were named get another name
(*.quarantined); nothing is deleted. Statements that need such a file fail until it is put
back, or go on without it with SET flare.skip_damaged = on; an index is built anew.`,
		Example: `  flare-pg check --data ./data
  flare-pg check --data ./data --quarantine`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			found := 0
			var files []string
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
				if !slices.Contains(files, f.File) {
					files = append(files, f.File)
				}
				fmt.Fprintln(out, text)
			})
			if err != nil {
				return explainOpen(data, err, false)
			}
			size := fmt.Sprintf("%s, %s, %s", count(int64(result.Files), "file"), count(result.Events, "event"), bytesText(result.Bytes))
			if found > 0 {
				if quarantine {
					fmt.Fprintf(out, "%s found: %s read\n", count(int64(found), "problem"), size)
					return setAside(out, data, files)
				}
				fmt.Fprintf(out, "%s found: %s read; nothing was changed\n", count(int64(found), "problem"), size)
				fmt.Fprintln(out, "In SQL, SET flare.skip_damaged = on reads what is undamaged.")
				return errReported
			}
			_, err = fmt.Fprintf(out, "no damage found: %s\n", size)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to read")
	cmd.Flags().BoolVar(&quarantine, "quarantine", false, "give damaged files another name (*.quarantined); no server may be running")
	return cmd
}

// setAside puts files into quarantine. What was found stays a failure: the exit code is 1 all the same.
func setAside(out io.Writer, data string, files []string) error {
	moved, err := engine.Quarantine(data, engine.Options{}, files)
	for _, path := range moved {
		fmt.Fprintln(out, "put aside: "+path)
	}
	if err != nil {
		return explainOpen(data, err, false)
	}
	if len(moved) == 0 {
		fmt.Fprintln(out, "there was nothing to put aside")
	}
	return errReported
}
