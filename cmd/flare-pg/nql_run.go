package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

// asker answers NQL queries from a data directory, each from what is committed when it is asked.
type asker struct {
	data    string
	out     io.Writer
	format  string
	explain bool
}

// ask answers one query; a semicolon behind it is allowed.
func (a *asker) ask(ctx context.Context, text string) error {
	query, err := nql.Parse(strings.TrimSuffix(strings.TrimRight(text, " \t\r\n"), ";"))
	if err != nil {
		return err
	}
	if a.explain {
		plan, err := nql.Explain(query, nil)
		if err == nil {
			_, err = fmt.Fprintln(a.out, strings.TrimRight(plan, "\n"))
		}
		return err
	}
	program, err := nql.Compile(query, nil)
	if err != nil {
		return err
	}
	store, err := openStore(a.data, engine.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	out := bufio.NewWriterSize(a.out, 64<<10)
	p := rowPrinters[a.format](out, program)
	if err := runNQL(ctx, store, query, program, p.row); err != nil {
		out.Flush()
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	return out.Flush()
}

// errEnough ends a scan whose limit is reached.
var errEnough = errors.New("enough rows")

// runNQL scans a store for what a query wants. The predicate goes down into the scan; what
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
