package engine

import (
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// StreamID identifies a stream for ever; names change.
type StreamID uint64

// Spec says what a scan shall deliver.
type Spec struct {
	Stream StreamID
	// Where is the predicate, nil for all; Params are the values of its nql.Param nodes.
	Where  nql.Expr
	Params []nql.Value
	// From and To bound @t: From <= @t < To, in 100 ns since 1970. Use MinTime and MaxTime for "none".
	From, To int64
	// Columns of the batches that Next delivers, in this order.
	Columns []nql.Column
	// Compiled is what Compile made of Where, Params and Columns; nil: the scan compiles them itself.
	Compiled *Compiled
	// Order by @t within a fragment and of the fragments themselves. Ties keep arrival order (reversed when Descending).
	Order nql.Order
	// Limit is how many rows are wanted at most where there is an Order; 0: all. Each fragment delivers so many at most, the first
	// ones: it need not look at, or keep, what can't be among them.
	Limit int64
	// Stage holds rows of the reader's own open transaction to be scanned with the rest, and knows what it has deleted; nil: none.
	Stage *Stage
	// Except, when not nil, leaves out the events that an earlier generation had.
	Except *Arrivals
	// Memory that the scan needs is reserved here; nil: not accounted.
	Memory column.Account
	// SkipDamaged, when not nil, is told of damage, which is then passed over: what lies undamaged behind it is still
	// read. Several fragments may call it at once.
	SkipDamaged func(*DamageError)
	// Stats, when not nil, counts what the scan goes over.
	Stats *ScanStats
	// Narrow, when not nil, tells which rows are still wanted.
	Narrow *Narrowing
	// Weighted lets a row of a batch stand for several that are equal: behind Columns comes a column of kind Int64 with how many. It is for scans without an Order
	// whose predicate and columns read one member (nql.OnlyMember): what files say of how many events have which value is then not gone through.
	Weighted bool
	// AnyOrder: rows of a batch may come in any order, not only in that of the events, where there is no Order.
	AnyOrder bool
}

// Narrowing leaves rows out by what one column shows, while the scan runs: it is read before the others, which are then not read of rows that nobody
// wants any more. Rows that are not wanted may be delivered all the same, where all is read at once.
type Narrowing struct {
	Column int // index in Spec.Columns
	// Wanted appends the rows of v that are wanted to dst, which is empty and not nil; it gives nil where all are. Several fragments
	// may call it at once.
	Wanted func(v *column.Vector, dst column.Selection) column.Selection
}

// MinTime and MaxTime are the bounds of @t that leave nothing out.
const (
	MinTime = math.MinInt64
	MaxTime = math.MaxInt64
)

// Fragment is a piece of a scan that one goroutine of the caller runs alone. The fragments of a
// scan are disjoint in time; with an Order they are listed in that order.
type Fragment interface {
	// Next fills b with the next rows and reports whether there were any. b's memory is reused.
	// It returns ctx's error soon (a few ms) after ctx ends. A damaged file is a *DamageError.
	Next(ctx context.Context, b *column.Batch) (bool, error)
	// Bounds gives the range of @t, From <= @t < To, that the fragment covers.
	Bounds() (from, to int64)
	Close()
}
