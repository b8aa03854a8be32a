package main

import (
	"context"
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// provideColumns registers flare.columns: every property path that events had so far, nested ones too, with the type that
// SQL gives it.
func provideColumns(r *catalog.Registry, store *engine.Store) {
	columns := []plan.Column{
		{Name: "stream", Type: types.Text},
		{Name: "path", Type: types.Text},     // as SQL spells it
		{Name: "type", Type: types.Text},     // null where only nulls were seen
		{Name: "depth", Type: types.Int4},    // 1: a column of the stream's own
		{Name: "position", Type: types.Int8}, // in order of first appearance, from 1
		{Name: "declared", Type: types.Bool}, // by a statement, so that it never widens
	}
	r.Provide("flare", "columns", columns, func(_ context.Context, env *types.Env, rows *catalog.Rows) error {
		tx := store.Read()
		defer tx.Close()
		for _, s := range tx.Schema().Streams {
			if !catalog.Readable(env, s.ID) {
				continue
			}
			for i := range s.Properties {
				p := s.Properties[i]
				rows.Begin()
				rows.Text("stream", s.Schema+"."+s.Name)
				rows.Text("path", spellPath(p.Path))
				if p.Type != 0 {
					rows.Text("type", types.FormatType(types.OID(p.Type), -1))
				}
				rows.Int("depth", int64(len(p.Path)))
				rows.Int("position", int64(p.Seq))
				rows.Bool("declared", p.Declared)
				rows.End()
			}
		}
		return nil
	})
}

// spellPath writes a path as a query may: Data.checks, each name quoted where it has to be.
func spellPath(path []string) string {
	names := make([]string, len(path))
	for i, name := range path {
		names[i] = function.QuoteIdent(name)
	}
	return strings.Join(names, ".")
}
