package engine

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// DeadRows collects rows that a transaction deletes: events by their arrival numbers, which no other event of the store has.
// One goroutine uses it. The zero value is empty.
type DeadRows struct {
	ids    *roaring64.Bitmap
	lo, hi int64 // the range of their timestamps
}

// Add adds the event with a timestamp and an arrival number, as event.ParseID takes them out of an id. It reports whether the event was not there yet.
func (d *DeadRows) Add(ts int64, arrival uint64) bool {
	if d.ids == nil {
		d.ids, d.lo, d.hi = roaring64.New(), ts, ts
	}
	d.lo, d.hi = min(d.lo, ts), max(d.hi, ts)
	return d.ids.CheckedAdd(arrival)
}

// Len is the number of rows.
func (d *DeadRows) Len() int64 {
	if d.ids == nil {
		return 0
	}
	return int64(d.ids.GetCardinality())
}

// tombstones are all that a transaction has deleted so far. Immutable: a savepoint keeps a pointer.
type tombstones struct {
	streams map[StreamID]*deadStream
}

// deadStream is what is deleted of one stream.
type deadStream struct {
	ids    *roaring64.Bitmap // arrival numbers, staged ones (from stagedArrival on) among them; may be nil
	lo, hi int64             // the range of their timestamps
	ranges []deadRange
}

// deadRange is every event with from <= @t < to that is among the arrivals.
type deadRange struct {
	from, to int64
	arrived  *Arrivals
}

// dead reports whether an event is deleted. d may be nil.
func (d *deadStream) dead(ts int64, arrival uint64) bool {
	if d == nil {
		return false
	}
	for _, r := range d.ranges {
		if ts >= r.from && ts < r.to && r.arrived.has(arrival) {
			return true
		}
	}
	return d.ids != nil && ts >= d.lo && ts <= d.hi && d.ids.Contains(arrival)
}

// touches reports whether events with lo <= @t <= hi can be deleted.
func (d *deadStream) touches(lo, hi int64) bool {
	if d == nil {
		return false
	}
	for _, r := range d.ranges {
		if hi >= r.from && lo < r.to {
			return true
		}
	}
	return d.ids != nil && hi >= d.lo && lo <= d.hi
}

// mayHold reports whether events with lo <= @t <= hi and arrival numbers from first to last can be deleted.
func (d *deadStream) mayHold(lo, hi int64, first, last uint64) bool {
	if d == nil {
		return false
	}
	for _, r := range d.ranges {
		if hi >= r.from && lo < r.to && first < r.arrived.before {
			return true
		}
	}
	if d.ids == nil || hi < d.lo || lo > d.hi {
		return false
	}
	n := d.ids.Rank(last)
	if first > 0 {
		n -= d.ids.Rank(first - 1)
	}
	return n > 0
}

// covers reports whether all events with lo <= @t <= hi and arrival numbers up to last are deleted.
func (d *deadStream) covers(lo, hi int64, last uint64) bool {
	for _, r := range d.ranges {
		if lo >= r.from && hi < r.to && r.arrived.all(last+1) {
			return true
		}
	}
	return false
}

// except returns d and all that has arrived. d may be nil.
func (d *deadStream) except(arrived *Arrivals) *deadStream {
	n := &deadStream{lo: math.MaxInt64, hi: math.MinInt64}
	if d != nil {
		*n = *d
	}
	n.ranges = append(n.ranges[:len(n.ranges):len(n.ranges)], deadRange{MinTime, MaxTime, arrived})
	return n
}

// of gives what is deleted of a stream; nil: nothing. t may be nil.
func (t *tombstones) of(stream StreamID) *deadStream {
	if t == nil {
		return nil
	}
	return t.streams[stream]
}

// with returns t and more.
func (t *tombstones) with(stream StreamID, rows *DeadRows, ranges ...deadRange) *tombstones {
	n := &tombstones{streams: map[StreamID]*deadStream{}}
	if t != nil {
		for id, d := range t.streams {
			n.streams[id] = d
		}
	}
	d := &deadStream{lo: math.MaxInt64, hi: math.MinInt64}
	if old := n.streams[stream]; old != nil {
		*d = *old
	}
	if rows != nil && rows.ids != nil {
		sum := rows.ids.Clone()
		if d.ids != nil {
			sum.Or(d.ids)
		}
		sum.RunOptimize()
		d.ids, d.lo, d.hi = sum, min(d.lo, rows.lo), max(d.hi, rows.hi)
	}
	d.ranges = append(d.ranges[:len(d.ranges):len(d.ranges)], ranges...)
	n.streams[stream] = d
	return n
}

// deadOf gives what the transaction has deleted of a stream.
func (st *Stage) deadOf(stream StreamID) *deadStream {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.dead.of(stream)
}
