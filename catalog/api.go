package catalog

import (
	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/nql"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// SEAM: what the binder asks.

// Snapshot is what exists in one generation. It is immutable and cheap to take for each statement
// (made once per schema version and kept).
//
//	func New(registry *Registry) *Catalog                      // system relations and providers registered by cmd and session
//	func (c *Catalog) Snapshot(schema *engine.Schema) *Snapshot
//	func (s *Snapshot) Relation(schema, name string) (Relation, bool) // schema "" follows the search path: pg_catalog, then "public"

// Relation is a stream or a system relation; exactly one of the two pointers is set.
type Relation struct {
	OID    types.OID
	Schema string
	Name   string
	Stream *Stream
	Source plan.Source
}

// Stream is a stream as a table.
type Stream struct {
	ID      engine.StreamID
	OID     types.OID
	Schema  string
	Name    string
	Columns []StreamColumn // core columns first (sql.md's order), then properties, oldest first
	//	func (s *Stream) Core(name string) (*StreamColumn, bool)       // by folded name
	//	func (s *Stream) Property(exact, folded string) (col *StreamColumn, others int, ok bool) // exact spelling first, then the oldest in any case
	//	func (s *Stream) Nested(path *nql.Path) (*StreamColumn, bool)  // the type of a nested path
	//	func (s *Stream) Nearest(name string) string                   // for the hint of 42703; "" none is near
}

// StreamColumn is a core or property column.
type StreamColumn struct {
	Name string
	Type types.OID
	Attr int16 // attnum, stable across restarts
	Core bool
	Star bool // part of SELECT *
	Read nql.Column
}
