package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/flare-pg/flare-pg/nql"
)

func nqlCommand() *cobra.Command {
	var file string
	a := &asker{}
	cmd := &cobra.Command{
		Use:   "nql --data DIR [QUERY]",
		Short: "Ask a data directory in NQL, the store's own language",
		Long: `Run an NQL query over a data directory and print the rows. The query is the argument, or the text
of --file, or what comes on standard input; on a terminal, without any of them, queries are asked for
one after the other (\? tells more). It may run beside a server; it sees what is committed when the query starts.
EXPLAIN in SQL shows the NQL that a statement becomes, and SQL reads NQL with flare.nql('select …').`,
		Example: `  flare-pg nql --data ./data "select @t, @m from stream where @l = 'Error' order by @t desc limit 10"
  flare-pg nql --data ./data --format ndjson --file query.nql
  flare-pg nql --data ./data`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("want one query, in quotes, not %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := requireData(a.data); err != nil {
				return err
			}
			if rowPrinters[a.format] == nil {
				return usageError{fmt.Errorf("--format %q: want table, ndjson or csv", a.format)}
			}
			a.out = cmd.OutOrStdout()
			in, isFile := cmd.InOrStdin().(*os.File)
			var text string
			switch {
			case len(args) == 1 && file != "":
				return usageError{errors.New("want a query or --file, not both")}
			case len(args) == 1:
				text = args[0]
			case file == "" && isFile && term.IsTerminal(int(in.Fd())):
				return runShell(cmd.Context(), in, a)
			default:
				var err error
				if text, err = readQuery(file, cmd.InOrStdin()); err != nil {
					return err
				}
			}
			return shown(a.ask(cmd.Context(), text))
		},
	}
	cmd.Flags().StringVar(&a.data, "data", "", "data directory to ask")
	cmd.Flags().StringVar(&a.format, "format", "table", "how rows are printed: table, ndjson or csv")
	cmd.Flags().StringVarP(&file, "file", "f", "", "file that has the query; - is standard input")
	cmd.Flags().BoolVar(&a.explain, "explain", false, "print the plan: time bounds, predicate, paths read, bytes searched for")
	return cmd
}

// readQuery reads a query from a file or, where that is named - or not at all, from in.
func readQuery(file string, in io.Reader) (string, error) {
	if file != "" && file != "-" {
		b, err := os.ReadFile(file)
		return string(b), err
	}
	b, err := io.ReadAll(in)
	if err == nil && strings.TrimSpace(string(b)) == "" {
		err = usageError{errors.New("no query: give one as argument, in --file or on standard input")}
	}
	return string(b), err
}

// shown makes an error in a query's text one that shows the place.
func shown(err error) error {
	var e *nql.SyntaxError
	if errors.As(err, &e) {
		return errors.New(e.Show())
	}
	return err
}
