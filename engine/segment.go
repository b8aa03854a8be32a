package engine

import (
	"context"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// segment is a part of a stream as a scan sees it: a tick, a RAM run, rows of a stage, a span. Segments of one stream
// can overlap in time; no event is in two of a scan's segments.
type segment interface {
	// bounds: from <= @t < to for every event of the segment.
	bounds() (from, to int64)
	// raw is about how many bytes of documents it has.
	raw() int64
	// sorted: cursors deliver rows in the query's order. Else they come in any.
	sorted() bool
	// apart: parts of the segment can be read by themselves, so that a scan may cut it at any time.
	apart() bool
	// open begins to read what q asks for. The cursor is used by one goroutine.
	open(q *query) (cursor, error)
}

// cursor reads a segment.
type cursor interface {
	// fill appends rows that match to b until b is full (query.full) or the segment ends, and their keys to keys where that is not
	// nil. more says that there may be more. After an error that is a *DamageError the caller may go on: what is damaged is passed over.
	fill(ctx context.Context, b *column.Batch, keys *[]sortKey) (more bool, err error)
	close()
}

// sortKey is what rows are ordered by.
type sortKey struct {
	ts      int64
	arrival uint64
}

// query is what the cursors of one fragment work for.
type query struct {
	store    *Store
	from, to int64 // from <= @t < to: the fragment's
	// scanFrom and scanTo are the bounds of the scan that this is a piece of. Where no order is wanted a page of a span that a cut goes
	// through is read by one of the two fragments, whole.
	scanFrom, scanTo int64
	program          *program
	order            nql.Order // that sorted cursors keep to
	counts           bool      // nothing but the number of rows is wanted, and every row counts
	rows             int       // that a batch takes at most
	dead             *deadStream
	narrow           *Narrowing
	// predicate is the scan's as printed, for runs to remember it by; empty: there is none.
	predicate string
	anyOrder  bool      // rows of a page may come in any order
	paged     *int64    // bytes that are reserved for a page of a RAM run
	sealed    *bool     // the batch is columns of a page, in any form, or rows with weights, and takes no more
	weighing  *weighing // nil: each row is one event
	stats     *ScanStats
	reserve   func(bytes int64) error
	shared    *shared
}

// full says when a batch is.
func (q *query) full(b *column.Batch) bool {
	if b.Len >= q.rows || *q.sealed {
		return true
	}
	var n int
	for _, c := range b.Cols {
		n += len(c.Bytes)
	}
	return n >= column.BatchBytes
}

// askEvery is how many events are read between two looks at the context.
const askEvery = 16

// rows feeds events to a query's program. Cursors that read events one after the other embed it. What their bytes must contain is for the cursor
// to have searched them for, many events at once.
type rows struct {
	q     *query
	event nql.Event
	asked int
}

// add evaluates one event. stop says that the batch is full or ctx has ended; the event was added.
func (r *rows) add(ctx context.Context, ts int64, arrival uint64, doc []byte, b *column.Batch, keys *[]sortKey) (stop bool, err error) {
	if ts >= r.q.from && ts < r.q.to && !r.q.dead.dead(ts, arrival) {
		r.event.Timestamp, r.event.Arrival, r.event.Document = ts, arrival, doc
		ok, err := r.q.program.AppendPassed(&r.event, b)
		if err != nil {
			return true, err
		}
		if ok {
			if keys != nil {
				*keys = append(*keys, sortKey{ts, arrival})
			}
			// How many bytes the columns have is asked now and then: they may go a few rows past what is full.
			if b.Len >= r.q.rows || (b.Len%8 == 0 || len(doc) > 8<<10) && r.q.full(b) {
				return true, nil
			}
		}
	}
	if r.asked++; r.asked >= askEvery || len(doc) > 64<<10 {
		r.asked = 0
		return false, ctx.Err()
	}
	return false, nil
}

// stagedArrival is the arrival number of a stage's first row: they come after everything committed.
const stagedArrival = math.MaxInt64 + 1
