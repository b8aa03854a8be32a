package main

import (
	"context"
	"time"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// provideGenerations registers flare.generations: those that somebody reads, and the current one. What they hold on the disk is freed when
// their last reader ends. Who asks reads one too.
func provideGenerations(r *catalog.Registry, store *engine.Store) {
	columns := []plan.Column{
		{Name: "id", Type: types.Int8}, {Name: "since", Type: types.Timestamptz}, {Name: "current", Type: types.Bool}, {Name: "readers", Type: types.Int8},
		{Name: "files", Type: types.Int8},
		{Name: "held_bytes", Type: types.Int8}, // of files that are no longer current and can't be deleted before it ends
	}
	r.Provide("flare", "generations", columns, func(_ context.Context, _ *types.Env, rows *catalog.Rows) error {
		for _, g := range store.Stats().Generations {
			rows.Begin()
			rows.Int("id", int64(g.ID))
			timeColumn(rows, "since", g.Since)
			rows.Bool("current", g.Current)
			rows.Int("readers", g.Readers)
			rows.Int("files", int64(g.Files))
			rows.Int("held_bytes", g.Held)
			rows.End()
		}
		return nil
	})
}

// provideMaintenance registers flare.maintenance: what was done since the start, the latest 200 steps, and what is being done.
func provideMaintenance(r *catalog.Registry, store *engine.Store) {
	columns := []plan.Column{
		{Name: "started", Type: types.Timestamptz}, {Name: "ended", Type: types.Timestamptz}, // null: it runs
		{Name: "kind", Type: types.Text}, {Name: "stream", Type: types.Text}, {Name: "reason", Type: types.Text},
		{Name: "files_in", Type: types.Int8}, {Name: "files_out", Type: types.Int8}, {Name: "events", Type: types.Int8},
		{Name: "bytes_in", Type: types.Int8}, {Name: "bytes_out", Type: types.Int8},
		{Name: "error", Type: types.Text}, // why it was given up; nothing has changed then
	}
	r.Provide("flare", "maintenance", columns, func(_ context.Context, env *types.Env, rows *catalog.Rows) error {
		tx := store.Read()
		defer tx.Close()
		st := store.Stats()
		show := func(s *engine.Step) {
			if tx.Schema().Stream(s.Stream) != nil && !catalog.Readable(env, s.Stream) {
				return
			}
			rows.Begin()
			timeColumn(rows, "started", s.Started)
			timeColumn(rows, "ended", s.Ended)
			rows.Text("kind", string(s.Kind))
			if t := tx.Schema().Stream(s.Stream); t != nil {
				rows.Text("stream", t.Schema+"."+t.Name)
			}
			rows.Text("reason", s.Reason)
			rows.Int("files_in", int64(len(s.In)))
			rows.Int("files_out", int64(len(s.Out)))
			rows.Int("events", s.Events)
			rows.Int("bytes_in", s.BytesIn)
			rows.Int("bytes_out", s.BytesOut)
			if s.Err != nil {
				rows.Text("error", s.Err.Error())
			}
			rows.End()
		}
		for i := range st.Steps {
			show(&st.Steps[i])
		}
		if st.Running != nil {
			show(st.Running)
		}
		return nil
	})
}

// timeColumn sets a time, null where there is none.
func timeColumn(rows *catalog.Rows, name string, t time.Time) {
	if !t.IsZero() {
		rows.Time(name, t.UnixMicro())
	}
}
