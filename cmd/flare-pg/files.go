package main

import (
	"context"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// provideFiles registers flare.files: the files of the store's current generation.
func provideFiles(r *catalog.Registry, store *engine.Store) {
	columns := []plan.Column{
		{Name: "path", Type: types.Text}, {Name: "stream", Type: types.Text},
		{Name: "from", Type: types.Timestamptz}, {Name: "to", Type: types.Timestamptz},
		{Name: "events", Type: types.Int8}, {Name: "bytes", Type: types.Int8}, {Name: "raw_bytes", Type: types.Int8},
	}
	r.Provide("flare", "files", columns, func(_ context.Context, _ *types.Env, rows *catalog.Rows) error {
		tx := store.Read()
		defer tx.Close()
		for _, f := range tx.Files() {
			rows.Begin()
			rows.Text("path", f.Path)
			if s := tx.Schema().Stream(f.Stream); s != nil {
				rows.Text("stream", s.Schema+"."+s.Name)
			}
			rows.Time("from", f.From/10)
			rows.Time("to", f.To/10)
			rows.Int("events", f.Events)
			rows.Int("bytes", f.Bytes)
			rows.Int("raw_bytes", f.Raw)
			rows.End()
		}
		return nil
	})
}
