package main

import (
	"context"
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// provideFiles registers flare.files: the files of the store's current generation.
func provideFiles(r *catalog.Registry, store *engine.Store) {
	columns := []plan.Column{
		{Name: "path", Type: types.Text}, {Name: "stream", Type: types.Text},
		{Name: "from", Type: types.Timestamptz}, {Name: "to", Type: types.Timestamptz}, // of the events in it
		{Name: "events", Type: types.Int8}, {Name: "bytes", Type: types.Int8}, {Name: "raw_bytes", Type: types.Int8},
		{Name: "kind", Type: types.Text},                                                           // tick or span
		{Name: "range_from", Type: types.Timestamptz}, {Name: "range_to", Type: types.Timestamptz}, // that it may hold; the end is outside
		{Name: "ram_bytes", Type: types.Int8},                                        // of its recent events
		{Name: "indexes", Type: types.Text}, {Name: "index_bytes", Type: types.Int8}, // that have a bitmap of it, by name
	}
	r.Provide("flare", "files", columns, func(_ context.Context, env *types.Env, rows *catalog.Rows) error {
		tx := store.Read()
		defer tx.Close()
		for _, f := range tx.Files() {
			if !catalog.Readable(env, f.Stream) {
				continue // what files say of its events is for its readers
			}
			rows.Begin()
			rows.Text("path", f.Path)
			rows.Text("kind", f.Kind)
			rows.Time("range_from", f.RangeFrom/10)
			rows.Time("range_to", f.RangeTo/10)
			if s := tx.Schema().Stream(f.Stream); s != nil {
				rows.Text("stream", s.Schema+"."+s.Name)
			}
			if f.Events > 0 {
				rows.Time("from", f.From/10)
				rows.Time("to", f.To/10)
			}
			rows.Int("events", f.Events)
			rows.Int("bytes", f.Bytes)
			rows.Int("raw_bytes", f.Raw)
			rows.Int("ram_bytes", f.RAM)
			rows.Int("index_bytes", f.IndexBytes)
			rows.Text("indexes", indexNames(tx.Schema(), &f))
			rows.End()
		}
		return nil
	})
}

// indexNames lists the indexes that have a bitmap of a file.
func indexNames(schema *engine.Schema, f *engine.FileInfo) string {
	var names []string
	for _, g := range schema.StreamSignals(f.Stream) {
		for _, id := range f.Indexes {
			if g.ID == id {
				names = append(names, g.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}
