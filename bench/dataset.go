package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/flare-pg/flare-pg/ingest/demo"
)

// dataset is the events of a run, the same for the same numbers. Their density in time is constant: ten times the events are
// ten times the days, so that a query over an hour asks for as much.
type dataset struct {
	Events int64  `json:"events"`
	Seed   uint64 `json:"seed"`
	PerDay int64  `json:"per_day"`
}

func (d *dataset) flags(cmd *cobra.Command, events int64) {
	d.Events = events
	cmd.Flags().Var((*amount)(&d.Events), "events", "number of events; K and M stand for thousands and millions")
	cmd.Flags().Uint64Var(&d.Seed, "seed", 1, "seed of the generator: equal seeds make equal events")
	cmd.Flags().Int64Var(&d.PerDay, "per-day", 1_000_000, "events in a day of the data")
}

func (d dataset) check() error {
	if d.Events < 1 || d.PerDay < 1 {
		return fmt.Errorf("--events and --per-day must be at least 1")
	}
	return nil
}

func (d dataset) from() time.Time { return time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC) }

func (d dataset) to() time.Time {
	days := float64(d.Events) / float64(d.PerDay)
	return d.from().Add(max(time.Second, time.Duration(days*24*float64(time.Hour)).Round(time.Second)))
}

func (d dataset) generator() *demo.Generator {
	return demo.New(d.Seed, d.from(), d.to()).Of(int(d.Events))
}

// middle gives a range of the given length in the middle of the data, cut at its ends, which are whole minutes.
func (d dataset) middle(length time.Duration) (from, to time.Time) {
	half := d.to().Sub(d.from()) / 2
	from = d.from().Add(max(0, half-length/2)).Truncate(time.Minute)
	return from, from.Add(length)
}

// chunk is how many bytes are handed on at once.
const chunk = 1 << 20

// writeEvents writes the next n events of g as NDJSON and returns their bytes.
func writeEvents(ctx context.Context, w io.Writer, g *demo.Generator, n int64) (written int64, err error) {
	buf := make([]byte, 0, chunk+16<<10)
	for i := range n {
		buf = append(g.Next(buf), '\n')
		if len(buf) < chunk && i < n-1 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return written, err
		}
		if _, err := w.Write(buf); err != nil {
			return written, err
		}
		written += int64(len(buf))
		buf = buf[:0]
	}
	return written, nil
}

// eventReader is the NDJSON of n events as a reader, generated while it is read.
type eventReader struct {
	ctx   context.Context
	g     *demo.Generator
	left  int64
	bytes int64 // generated so far
	buf   []byte
	rest  []byte // of buf
}

func (r *eventReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		r.buf = r.buf[:0]
		for r.left > 0 && len(r.buf) < chunk {
			r.buf = append(r.g.Next(r.buf), '\n')
			r.left--
		}
		r.bytes += int64(len(r.buf))
		r.rest = r.buf
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
