package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func bulkCommand() *cobra.Command {
	var s scratch
	d := dataset{}
	var data string
	var part int64
	cmd := &cobra.Command{
		Use:   "bulk --data DIR",
		Short: "Build a large stream in a data directory, which is kept",
		Long: `Generate events into the standard input of one 'flare-pg import' after the other, --part events each, and merge what they left. No
generated text is stored, so the disk needs room for the stored events, once more while they are merged, and no more. 20 M events are about 20 GB of text.`,
		Example: `  go run ./bench bulk --events 20000000 --data /tmp/big`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return err
			}
			if data == "" || part < 1 {
				return errors.New("--data must name the directory to make, and --part be at least 1")
			}
			if _, err := os.Stat(data); err == nil {
				return fmt.Errorf("%s exists already; the data directory must be a fresh one", data)
			}
			ctx, out := cmd.Context(), cmd.OutOrStdout()
			_, end, err := s.begin(ctx)
			if err != nil {
				return err
			}
			defer end()
			l := loaded{Machine: machine(), Dataset: d}
			r := &eventReader{ctx: ctx, g: d.generator()}
			for done := int64(0); done < d.Events; {
				r.left = min(part, d.Events-done)
				done += r.left
				raw, u, err := importPiped(ctx, s.binary, data, r)
				if err != nil {
					return err
				}
				l.Raw += raw
				l.Import = l.Import.plus(u)
				f, err := filesIn(data)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "%s  %s events, %s of text; %s in %d files\n", time.Now().Format(time.TimeOnly), count(done), megabytes(l.Raw), megabytes(f.Bytes), f.Number)
			}
			if l.After, err = filesIn(data); err != nil {
				return err
			}
			if l.How, l.Settle, err = settle(ctx, s.binary, data); err != nil {
				return err
			}
			if l.Files, err = filesIn(data); err != nil {
				return err
			}
			l.print(out)
			return s.save(l)
		},
	}
	s.flags(cmd)
	d.flags(cmd, 20_000_000)
	cmd.Flags().StringVar(&data, "data", "", "data directory to make and keep")
	cmd.Flags().Int64Var(&part, "part", 2_000_000, "events of one import")
	return cmd
}
