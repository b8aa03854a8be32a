package engine

import (
	"math/bits"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/nql"
)

// matches remembers which events of a run a predicate is true of, block by block as scans get there. A run does not change, and
// dashboards ask the same again and again, so each event is asked once for all of them.
type matches struct {
	predicate string // as printed, parameters in their places
	known     []atomic.Bool
	words     []atomic.Uint64 // bit i of word b: event 64*b+i
}

// blockEvents is how many events are asked at once.
const blockEvents = 64

// maxMatches is how many predicates a run remembers; the next one takes the place of one of them.
const maxMatches = 8

// matchesOf gives what is remembered of a predicate, nothing at first.
func (r *run) matchesOf(predicate string) *matches {
	for i := range r.matches {
		if m := r.matches[i].Load(); m != nil && m.predicate == predicate {
			return m
		}
	}
	n := (len(r.events) + blockEvents - 1) / blockEvents
	m := &matches{predicate: predicate, known: make([]atomic.Bool, n), words: make([]atomic.Uint64, n)}
	for i := range r.matches {
		if r.matches[i].CompareAndSwap(nil, m) {
			return m
		}
	}
	r.matches[int(r.turn.Add(1))%maxMatches].Store(m)
	return m
}

// block gives the matches among the events of a block, which are asked if need be.
func (m *matches) block(b int, r *run, q *query, event *nql.Event) (uint64, error) {
	if m.known[b].Load() {
		return m.words[b].Load(), nil
	}
	from := b * blockEvents
	events := r.events[from:min(from+blockEvents, len(r.events))]
	may := ^uint64(0)
	if q.program.sieve != nil {
		may = r.sift(events, q.program.sieve)
	}
	var word uint64
	for may &= 1<<len(events) - 1; may != 0; may &= may - 1 {
		i := bits.TrailingZeros64(may)
		e := &events[i]
		event.Timestamp, event.Arrival, event.Document = e.ts, e.arrival, r.raw[e.off:e.off+e.n]
		ok, err := q.program.MatchPassed(event)
		if err != nil {
			return 0, err
		}
		if ok {
			word |= 1 << i
		}
	}
	// Others may do the same at once, with the same result. The word before the flag that says that it is there.
	m.words[b].Store(word)
	m.known[b].Store(true)
	return word, nil
}

// sift tells, a bit for each, which of a block's events may match by their raw bytes. They are searched at once where they stand one behind the
// other in the run, as events do that came in order of time.
func (r *run) sift(events []runEvent, sieve *nql.Sieve) uint64 {
	var ends, room [blockEvents]uint32
	start := events[0].off
	for i := range events {
		e := &events[i]
		if i > 0 && e.off < ends[i-1] {
			return ^uint64(0)
		}
		ends[i] = e.off + e.n
	}
	list, all := sieve.Pass(r.raw, start, ends[:len(events)], room[:0])
	if all {
		return ^uint64(0)
	}
	var may uint64
	for _, i := range list {
		may |= 1 << i
	}
	return may
}
