package engine

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// SEAM: the scan.

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
	// Order by @t within a fragment and of the fragments themselves. Ties keep arrival order (reversed when Descending).
	Order nql.Order
	// Stage holds rows of the reader's own open transaction to be scanned with the rest; nil: none.
	Stage *Stage
	// Memory that the scan needs is reserved here; nil: not accounted.
	Memory column.Account
}

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

// SEAM: the store (implemented in this package's other files; signatures that other rooms build on).
//
//	type Options struct {
//		FS       vfs.FS                     // nil: the real one
//		ReadOnly bool                       // beside a running server: no lock, no recovery writes
//		Create   bool                       // make the directory where it is absent or empty
//		RAMBytes int64                      // budget of RAM runs
//		StageBytes int64                    // a stage's RAM before it goes to a temporary file
//		Parallel func(n int, f func(i int)) // nil: one after the other
//		Pace     func()
//		Now      func() time.Time
//		Log      *slog.Logger               // nil: silent
//	}
//	func Open(dir string, o Options) (*Store, error)   // ErrNotDataDir, ErrLocked (says who), ErrNewerFormat, *DamageError
//	func (s *Store) Close() error                      // clean stop: durable lengths recorded, MANIFEST sealed
//	func (s *Store) Read() *ReadTx
//	func (tx *ReadTx) Schema() *Schema
//	func (tx *ReadTx) Generation() uint64
//	func (tx *ReadTx) Scan(spec Spec) ([]Fragment, error)
//	func (tx *ReadTx) Files() []FileInfo               // for inspect and flare.files
//	func (tx *ReadTx) Retain() *ReadTx                 // another reference to the same generation
//	func (tx *ReadTx) Close()
//
//	// A Stage collects the rows of one write transaction, in RAM and past a limit in a temporary file, compressed
//	// and grouped by tick already, so that a commit copies bytes. One goroutine appends; scans see what was appended before they began.
//	func (s *Store) NewStage() *Stage
//	func (st *Stage) Append(stream StreamID, ts int64, doc []byte) error
//	func (st *Stage) Observe(stream StreamID, sum *event.Summary)
//	func (st *Stage) Events() int64
//	func (st *Stage) Mark() StageMark                  // a savepoint
//	func (st *Stage) RollbackTo(m StageMark)
//	func (st *Stage) Discard()                         // ROLLBACK
//	// Commit makes the stage's rows visible and durable, all or nothing. After an error nothing of it is there, unless the
//	// error is ErrUnknownOutcome (an fsync failed); the stage is used up either way. ErrPoisoned, ErrNoSpace.
//	func (s *Store) Commit(ctx context.Context, st *Stage, d Durability) error
//
//	// CreateStream and Put edit the schema in a MANIFEST transaction of their own.
//	func (s *Store) CreateStream(schema, name string) (StreamID, error)
//	func (s *Store) Put(objects ...Object) error       // catalog objects (views, roles, settings …); nil Data deletes
//
//	type Schema struct { Version uint64; Streams []*StreamSchema; Objects map[ObjectKey][]byte } // immutable; "public"."stream" (StreamID 1) exists from the start
//	type StreamSchema struct { ID StreamID; Schema, Name string; Properties []Property }
//	type Property struct { Path []string; Type uint32; Seq uint32; Declared bool } // in order of Seq, the order of first appearance
//
//	func Check(dir string, o Options, report func(Finding)) (CheckResult, error)
