package nql

import (
	"errors"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/column"
)

// Column is one column that a scan shall produce: a path and the physical form to give its values.
//
// JSON becomes typed here and nowhere else. A JSON null or a missing member is null. Otherwise, by Kind:
//
//	Bool       true, false
//	Int64      a number that is an integer within 64 bits (also spelled 1.0 or 1e3)
//	Float64    any number
//	Decimal    any number, in PostgreSQL's text form (1e3 becomes 1000; 1.50 stays 1.50)
//	Text       any scalar: a string's characters, a number's spelling, true or false
//	JSON       any value, as spelled
//	Timestamp  for @t: its microseconds, rounded down
//
// A value that doesn't fit gives null and is counted in Misfits.
type Column struct {
	Path    *Path
	Kind    column.Kind
	Misfits *atomic.Int64 // may be nil
}

// Event is one stored event as a segment shows it to a RowProgram.
type Event struct {
	Timestamp int64  // 100 ns since 1970-01-01T00:00:00Z
	Arrival   uint64 // store-wide number in order of arrival; with Timestamp it makes the id
	Document  []byte // normalised JSON (package event)
}

// RowProgram is a predicate and a projection compiled for row-wise reading. It is used by one
// goroutine; Clone makes one for another.
type RowProgram struct{ kinds []column.Kind }

var errNotYet = errors.New("nql: evaluation is being built")

// CompileRows compiles a predicate (nil: all events) over params and the columns to read of events for which it is true.
func CompileRows(where Expr, params []Value, columns []Column) (*RowProgram, error) {
	return nil, errNotYet
}

// Clone returns a program that another goroutine may use.
func (p *RowProgram) Clone() *RowProgram { c := *p; return &c }

// Kinds are the kinds of the columns, in their order: what a batch is Reset to before the first Append.
func (p *RowProgram) Kinds() []column.Kind { return p.kinds }

// Append evaluates the predicate on e and, where it is true, appends one row to b, whose vectors are Plain and of Kinds().
func (p *RowProgram) Append(e *Event, b *column.Batch) (bool, error) { return false, errNotYet }

// Match evaluates the predicate only.
func (p *RowProgram) Match(e *Event) (bool, error) { return false, errNotYet }
