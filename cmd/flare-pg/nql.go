package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

func nqlCommand() *cobra.Command {
	var data, format string
	cmd := &cobra.Command{
		Use:   "nql --data DIR QUERY",
		Short: "Ask a data directory in NQL, the store's own language",
		Long: `Run one NQL query over a data directory and print the rows. It may run beside a server; it sees
what was committed when it started. EXPLAIN in SQL shows the NQL that a statement becomes.`,
		Example: `  flare-pg nql --data ./data "select @t, @m from stream where @l = 'Error' order by @t desc limit 10"
  flare-pg nql --data ./data --format ndjson "select * from stream where StatusCode >= 500"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("want one query, in quotes, not %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			newPrinter, ok := rowPrinters[format]
			if !ok {
				return usageError{fmt.Errorf("--format %q: want table, ndjson or csv", format)}
			}
			query, err := nql.Parse(args[0])
			if err != nil {
				return err
			}
			program, err := nql.Compile(query, nil)
			if err != nil {
				return err
			}
			store, err := openStore(data, engine.Options{ReadOnly: true})
			if err != nil {
				return err
			}
			defer store.Close()
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
			p := newPrinter(out, program)
			if err := runNQL(cmd.Context(), store, query, program, p.row); err != nil {
				out.Flush()
				return err
			}
			if err := p.end(); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to ask")
	cmd.Flags().StringVar(&format, "format", "table", "how rows are printed: table, ndjson or csv")
	return cmd
}

// errEnough ends a scan whose limit is reached.
var errEnough = errors.New("enough rows")

// runNQL scans a store for what a query wants. The predicate and the bounds of time go down into the scan; what
// matches comes back as documents, from which the program makes the rows.
func runNQL(ctx context.Context, store *engine.Store, query *nql.Query, program *nql.Program, row func([]nql.Value) error) error {
	tx := store.Read()
	defer tx.Close()
	stream := tx.Schema().Lookup("public", query.Stream)
	if stream == nil {
		return fmt.Errorf("there is no stream %q", query.Stream)
	}
	spec := engine.Spec{
		Stream: stream.ID, Where: query.Where, Order: query.Order, From: engine.MinTime, To: engine.MaxTime,
		Columns: []nql.Column{
			{Path: &nql.Path{Root: nql.Document}, Kind: column.JSON},
			{Path: &nql.Path{Root: nql.ID}, Kind: column.Text},
		},
	}
	if query.Where != nil {
		spec.From, spec.To, spec.Where = nql.TimeBounds(query.Where)
	}
	fragments, err := tx.Scan(spec)
	if err != nil {
		return err
	}
	defer func() {
		for _, f := range fragments {
			f.Close()
		}
	}()
	left := query.Limit
	var batch column.Batch
	for _, f := range fragments {
		err := eachRow(ctx, f, &batch, func(e *nql.Event) error {
			if left == 0 {
				return errEnough
			}
			left--
			values, ok, err := program.Row(e)
			if err != nil || !ok {
				return err
			}
			return row(values)
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func eachRow(ctx context.Context, f engine.Fragment, b *column.Batch, do func(*nql.Event) error) error {
	for {
		more, err := f.Next(ctx, b)
		if err != nil || !more {
			return err
		}
		for i := range b.Rows() {
			if b.Sel != nil {
				i = int(b.Sel[i])
			}
			e := nql.Event{Document: b.Cols[0].Str(i)}
			e.Timestamp, e.Arrival, _ = event.ParseID(b.Cols[1].Str(i))
			if err := do(&e); err != nil {
				return err
			}
		}
	}
}

// rowPrinter prints rows in one format.
type rowPrinter interface {
	row([]nql.Value) error
	end() error
}

var rowPrinters = map[string]func(io.Writer, *nql.Program) rowPrinter{
	"table":  newTablePrinter,
	"ndjson": newNDJSONPrinter,
	"csv":    newCSVPrinter,
}
