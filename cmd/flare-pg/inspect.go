package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
)

func inspectCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "inspect --data DIR",
		Short: "Show what a data directory holds",
		Long: `List the streams of a data directory, its indexes and its files: kind (tick: recent, span:
merged), time range, events, bytes on disk, bytes of JSON (raw), the one divided by the other
(ratio), how many pages of which layout a span has, and the indexes that have a bitmap of
it. It may run beside a server; what is shown is the generation that is current when it
starts.`,
		Example: "  flare-pg inspect --data ./data",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireData(data); err != nil {
				return err
			}
			store, err := openStore(data, engine.Options{ReadOnly: true})
			if err != nil {
				return err
			}
			defer store.Close()
			tx := store.Read()
			defer tx.Close()
			return inspect(cmd.OutOrStdout(), data, tx)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data directory to look at")
	return cmd
}

// inspect prints the files with their paths relative to the data directory.
func inspect(out io.Writer, data string, tx *engine.ReadTx) error {
	schema, files := tx.Schema(), tx.Files()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "generation %d\n\n", tx.Generation())
	fmt.Fprintln(w, "stream\tid\tevents\tproperties\tfiles\tbytes\traw\tratio\tfrom\tto")
	for _, s := range schema.Streams {
		var events, bytes, raw, n int64
		from, to := int64(engine.MaxTime), int64(engine.MinTime)
		for _, f := range files {
			if f.Stream == s.ID {
				n++
				events, bytes, raw = events+f.Events, bytes+f.Bytes, raw+f.Raw
				from, to = min(from, f.From), max(to, f.To)
			}
		}
		fmt.Fprintf(w, "%s.%s\t%d\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n", s.Schema, s.Name, s.ID, thousands(events), len(s.Properties), n,
			bytesText(bytes), bytesText(raw), ratioText(bytes, raw), timeText(from, n), timeText(to, n))
	}
	if len(schema.Signals) > 0 {
		fmt.Fprintln(w, "\nindex\tstream\tpredicate\tbitmaps of spans")
		for _, g := range schema.Signals {
			inspectIndex(w, schema, files, g)
		}
	}
	if len(files) > 0 {
		slices.SortFunc(files, func(a, b engine.FileInfo) int { return strings.Compare(a.Path, b.Path) })
		fmt.Fprintln(w, "\nfile\tkind\tevents\tbytes\traw\tratio\tpages\tfrom\tto\tindexes")
		for _, f := range files {
			path := f.Path
			if rel, err := filepath.Rel(data, path); err == nil {
				path = rel
			}
			pages := "-"
			if f.Kind == "span" {
				pages = pagesText(tx.Pages(f.Path))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", path, f.Kind, thousands(f.Events), bytesText(f.Bytes), bytesText(f.Raw),
				ratioText(f.Bytes, f.Raw), pages, timeText(f.From, f.Events), timeText(f.To, f.Events), cmp.Or(indexNames(schema, &f), "-"))
		}
	}
	return w.Flush()
}

// inspectIndex prints an index: its predicate as the store knows it, and of how many spans it has a bitmap.
func inspectIndex(w io.Writer, schema *engine.Schema, files []engine.FileInfo, g *engine.Signal) {
	var spans, built int
	for _, f := range files {
		if f.Stream == g.Stream && f.Kind == "span" {
			spans++
			if slices.Contains(f.Indexes, g.ID) {
				built++
			}
		}
	}
	name := "?"
	if s := schema.Stream(g.Stream); s != nil {
		name = s.Schema + "." + s.Name
	}
	predicate := g.Definition
	if g.Where != nil {
		predicate = nql.Print(g.Where)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\n", g.Name, name, predicate, built, spans)
}

// pagesText shows how many pages there are of each layout. Of a file that can't be read it says so and no more: that is what check is for.
func pagesText(pages map[engine.Layout]int, err error) string {
	if err != nil {
		return "damaged"
	}
	var all []string
	for _, l := range []engine.Layout{engine.Columns, engine.Rows} {
		if n := pages[l]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, l))
		}
	}
	return strings.Join(all, ", ")
}

// timeText shows a time of the store (100 ns since 1970); "-" when n, the number of files behind it, is 0.
func timeText(ts, n int64) string {
	if n == 0 {
		return "-"
	}
	const perSecond = 10_000_000
	s, r := ts/perSecond, ts%perSecond
	return time.Unix(s, r*100).UTC().Format("2006-01-02T15:04:05Z")
}

func ratioText(bytes, raw int64) string {
	if raw == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(bytes)/float64(raw))
}
