package engine

import (
	"io"
	"log/slog"
	"time"

	"github.com/flare-pg/flare-pg/engine/span"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// Options say how a store is opened. The zero value is ready for use.
type Options struct {
	FS         vfs.FS                     // nil: the real one
	ReadOnly   bool                       // beside a running server: no lock, no recovery writes
	Create     bool                       // make the directory where it is absent or empty
	RAMBytes   int64                      // budget of RAM runs; 0: 64 MiB, negative: none
	StageBytes int64                      // a stage's RAM before it goes to a temporary file; 0: 16 MiB
	Parallel   func(n int, f func(i int)) // runs f(0) … f(n-1), begun in this order, and returns when all have; nil: one after the other
	Pace       func()                     // called at least every millisecond of maintenance work; nil: nothing
	Now        func() time.Time           // says since when a generation or transaction is there; nil: nobody asks
	Reserve    int64                      // bytes of the disk that writes leave free; 0: none
	SortBytes  int64                      // RAM that merging and bulk loads sort in before they go to temporary files; 0: 64 MiB
	PageBytes  int                        // raw bytes of a span's page of rows, a 24th of one of columns; 0: what docs/decisions.md has measured best
	BulkTicks  int                        // ticks that a transaction may fall into before it is sorted straight into spans; 0: 128
	SpanRaw    int64                      // raw bytes of a span at most; 0: 1 GiB
	Log        *slog.Logger               // nil: silent

	// Layout says how the pages of a stream's spans are laid out, by the schema of the moment; nil: in columns.
	Layout func(*Schema, StreamID) Layout

	codec    span.Codec // of spans' rows; measurements set it
	together bool       // Parallel was given
	// condense is the raw bytes from which on a RAM run becomes a page by column; 0: as described at condenseBytes. Tests set it.
	condense  int
	filterAll bool // filters whatever they cost; tests set it
}

func (o Options) withDefaults() Options {
	if o.FS == nil {
		o.FS = vfs.OS
	}
	if o.RAMBytes == 0 {
		o.RAMBytes = 64 << 20
	}
	if o.SortBytes == 0 {
		o.SortBytes = 64 << 20
	}
	if o.BulkTicks == 0 {
		o.BulkTicks = 128
	}
	if o.SpanRaw == 0 {
		o.SpanRaw = 1 << 30
	}
	if o.StageBytes == 0 {
		o.StageBytes = 16 << 20
	}
	o.together = o.Parallel != nil
	if o.Parallel == nil {
		o.Parallel = func(n int, f func(int)) {
			for i := range n {
				f(i)
			}
		}
	}
	if o.Layout == nil {
		o.Layout = func(*Schema, StreamID) Layout { return Columns }
	}
	if o.Pace == nil {
		o.Pace = func() {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return o
}

// Layout is how events stand in the pages of spans. Pages of either layout are read, whatever is written.
type Layout = span.Layout

// The layouts.
const (
	Rows    = span.Rows
	Columns = span.Columns
)

// Durability says when a commit returns.
type Durability uint8

const (
	// Sync: when the events survive a power cut.
	Sync Durability = iota
	// Async: when they survive the end of the process; Store.Flush makes them survive a power cut, as does
	// the next commit with Sync. A power cut loses a suffix of the commits, never one from the middle.
	Async
)
