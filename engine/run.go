package engine

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/flare-pg/flare-pg/engine/tick"
)

// run is a part of a tick kept in RAM: the events of consecutive batches, sorted by time, ties in order of
// arrival. Immutable once published, but for what it remembers of predicates.
type run struct {
	from, to int64 // the part of the file that it stands for
	raw      []byte
	events   []runEvent
	seq      uint64     // of the newest transaction in it; the oldest runs are dropped first
	pages    []*runPage // by column, in order of time, in the place of raw and events; none: it is small, or new

	unlike atomic.Bool // its events have too little in common for a page by column

	matches [maxMatches]atomic.Pointer[matches]
	turn    atomic.Uint32 // whose place the next predicate takes
}

type runEvent struct {
	ts      int64
	arrival uint64
	off, n  uint32 // the payload in raw
}

const (
	// runLimit is the raw size up to which runs are merged, and batchLimit that past which a batch gets none: it is read back from the tick.
	runLimit      = 4 << 20
	batchLimit    = 16 << 20
	runEventBytes = 24
)

func (r *run) bytes() int64 {
	if len(r.pages) > 0 {
		n := int64(0)
		for _, p := range r.pages {
			n += int64(cap(p.body)) + p.front.Bytes() + maxMatches*(64+int64(p.events)/8)
		}
		return n
	}
	// A bit an event and predicate, and a flag a block.
	return int64(cap(r.raw)) + int64(cap(r.events))*(runEventBytes+1) + 64*(maxMatches+2)
}

// bounds gives the first and the last timestamp.
func (r *run) bounds() (first, last int64) {
	if n := len(r.pages); n > 0 {
		return r.pages[0].first, r.pages[n-1].last
	}
	return r.events[0].ts, r.events[len(r.events)-1].ts
}

// empty: there are no events in it.
func (r *run) empty() bool { return len(r.pages) == 0 && len(r.events) == 0 }

func runBytes(runs []*run) int64 {
	var n int64
	for _, r := range runs {
		n += r.bytes()
	}
	return n
}

func compareRunEvents(a, b runEvent) int {
	return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.arrival, b.arrival))
}

// newRun makes a run of raw events; arrivals count from 0 until place.
func newRun(raw []byte, events int) *run {
	r := &run{raw: raw, events: make([]runEvent, 0, events)}
	for rest := raw; len(rest) > 0; {
		ts, payload, next, err := tick.NextEvent(rest)
		if err != nil {
			return nil // made by ourselves, so it can't be; without a run the tick is read
		}
		off := len(raw) - len(rest) + 12
		r.events = append(r.events, runEvent{ts: ts, arrival: uint64(len(r.events)), off: uint32(off), n: uint32(len(payload))})
		rest = next
	}
	slices.SortFunc(r.events, compareRunEvents)
	return r
}

// place gives a new run its place in the file and in the order of arrival.
func (r *run) place(from, to int64, arrival, seq uint64) {
	r.from, r.to, r.seq = from, to, seq
	for i := range r.events {
		r.events[i].arrival += arrival
	}
}

// merge makes one run of two, the second following the first in the file.
func merge(a, b *run) *run {
	m := &run{from: a.from, to: b.to, seq: max(a.seq, b.seq)}
	m.raw = make([]byte, 0, len(a.raw)+len(b.raw))
	m.raw = append(append(m.raw, a.raw...), b.raw...)
	m.events = make([]runEvent, 0, len(a.events)+len(b.events))
	x, y := a.events, b.events
	for len(x) > 0 && len(y) > 0 {
		if compareRunEvents(x[0], y[0]) <= 0 {
			m.events, x = append(m.events, x[0]), x[1:]
			continue
		}
		e := y[0]
		e.off += uint32(len(a.raw))
		m.events, y = append(m.events, e), y[1:]
	}
	m.events = append(m.events, x...)
	for _, e := range y {
		e.off += uint32(len(a.raw))
		m.events = append(m.events, e)
	}
	return m
}

// addRuns is addRun for runs that follow each other. Small ones are made one first: a group of commits has many.
func addRuns(runs, more []*run) []*run {
	for len(more) > 0 {
		n, raw, events := 0, 0, 0
		for n < len(more) && (n == 0 || raw+len(more[n].raw) <= runLimit) {
			raw, events, n = raw+len(more[n].raw), events+len(more[n].events), n+1
		}
		r := more[0]
		if n > 1 {
			r = &run{from: more[0].from, to: more[n-1].to, raw: make([]byte, 0, raw), events: make([]runEvent, 0, events)}
			for _, x := range more[:n] {
				r.seq = max(r.seq, x.seq)
				for _, e := range x.events {
					e.off += uint32(len(r.raw))
					r.events = append(r.events, e)
				}
				r.raw = append(r.raw, x.raw...)
			}
			slices.SortFunc(r.events, compareRunEvents)
		}
		runs, more = addRun(runs, r), more[n:]
	}
	return runs
}

// addRun gives runs with r behind them. Neighbours of like size are merged, so that n commits leave about log n runs, each
// event having been copied about log n times.
func addRun(runs []*run, r *run) []*run {
	runs = slices.Clone(runs)
	for len(runs) > 0 {
		last := runs[len(runs)-1]
		if last.to != r.from || len(last.pages) > 0 || len(last.raw) > 2*len(r.raw) || len(last.raw)+len(r.raw) > runLimit {
			break
		}
		r = merge(last, r)
		runs = runs[:len(runs)-1]
	}
	return append(runs, r)
}

// cool widens what is known of the part of f that no run holds.
func (f *file) cool(lo, hi int64) { f.coldMin, f.coldMax = min(f.coldMin, lo), max(f.coldMax, hi) }

// cold bounds the events of f that no run holds.
func (f *file) cold() (lo, hi int64) {
	if f.warm {
		return f.coldMin, f.coldMax
	}
	return f.Min, f.Max
}

// evict drops the oldest runs of g, which is not published yet, until the budget is kept with some room.
func (g *generation) evict(budget int64) {
	if g.runBytes <= budget {
		return
	}
	type place struct {
		stream StreamID
		file   int
		run    *run
	}
	var all []place
	for id, files := range g.files {
		for i, f := range files {
			for _, r := range f.runs {
				all = append(all, place{id, i, r})
			}
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Compare(a.run.seq, b.run.seq) })
	copied := map[StreamID]bool{}
	for _, p := range all {
		if g.runBytes <= budget-budget/8 {
			return
		}
		if !copied[p.stream] {
			g.files[p.stream] = slices.Clone(g.files[p.stream])
			copied[p.stream] = true
		}
		f := *g.files[p.stream][p.file]
		f.cool(p.run.bounds())
		f.runs = slices.DeleteFunc(slices.Clone(f.runs), func(r *run) bool { return r == p.run })
		g.files[p.stream][p.file] = &f
		g.runBytes -= p.run.bytes()
	}
}
