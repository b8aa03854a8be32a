package engine

import (
	"context"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// frameRows goes over the events of one decoded frame.
type frameRows struct {
	rows
	raw     []byte // the frame's memory
	rest    []byte // events that are left
	count   int    // rows without columns that are left instead
	arrival uint64 // of the next
	damaged func(*DamageError) error

	// Where the predicate demands something of the raw bytes: the events that may match, and where each event ends.
	sifted bool
	passed []uint32 // that are left
	list   []uint32
	ends   []uint32
	broken *DamageError // behind the last of ends
}

// turn goes to another frame, of which raw is the events.
func (f *frameRows) turn(raw []byte, arrival uint64) {
	f.rest, f.arrival, f.sifted = raw, arrival, false
	if f.q.program.sieve == nil || len(raw) == 0 {
		return
	}
	f.ends, f.broken = f.ends[:0], nil
	for rest := raw; len(rest) > 0; {
		_, _, next, err := tick.NextEvent(rest)
		if f.broken = err; err != nil {
			break
		}
		f.ends = append(f.ends, uint32(len(raw)-len(next)))
		rest = next
	}
	list, all := f.q.program.sieve.Pass(raw, 0, f.ends, f.list[:0])
	if f.list = list; all {
		return
	}
	f.sifted, f.passed = true, list
	f.q.stats.siftedFrame(len(f.ends), len(list))
}

// drain adds what is left of the frame. done says that nothing is.
func (f *frameRows) drain(ctx context.Context, b *column.Batch, keys *[]sortKey) (done bool, err error) {
	if f.count > 0 {
		n := min(f.count, f.q.rows-b.Len)
		b.Len, f.count = b.Len+n, f.count-n
		return f.count == 0, nil
	}
	if f.sifted {
		return f.drainPassed(ctx, b, keys)
	}
	for len(f.rest) > 0 {
		ts, doc, rest, derr := tick.NextEvent(f.rest)
		if derr != nil {
			f.rest = nil // where the next event begins can't be known
			return true, f.damaged(derr)
		}
		f.rest = rest
		arrival := f.arrival
		f.arrival++
		stop, err := f.add(ctx, ts, arrival, doc, b, keys)
		if err != nil || stop {
			return len(f.rest) == 0, err
		}
	}
	return true, nil
}

// drainPassed is drain of a frame's events that may match.
func (f *frameRows) drainPassed(ctx context.Context, b *column.Batch, keys *[]sortKey) (done bool, err error) {
	for len(f.passed) > 0 {
		i := f.passed[0]
		f.passed = f.passed[1:]
		from := uint32(0)
		if i > 0 {
			from = f.ends[i-1]
		}
		ts, doc, _, _ := tick.NextEvent(f.rest[from:f.ends[i]]) // which turn has gone over
		if stop, err := f.add(ctx, ts, f.arrival+uint64(i), doc, b, keys); err != nil || stop {
			return false, err
		}
	}
	f.arrival += uint64(len(f.ends))
	f.rest, f.sifted = nil, false
	if broken := f.broken; broken != nil {
		f.broken = nil
		return true, f.damaged(broken)
	}
	return true, nil
}
