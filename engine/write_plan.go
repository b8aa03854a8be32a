package engine

import (
	"fmt"
	"math"
	"slices"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
)

// target is a tick that a group writes to.
type target struct {
	file    *file // as the current generation has it; a new one is empty
	fresh   bool
	batches []batch
	bytes   int64  // of all batches with their records
	after   file   // as the next generation has it
	region  []byte // what was written without records, where it is small
}

// batch is one transaction's part in one tick.
type batch struct {
	*sealed
	seq, arrival uint64
	prev         place  // of the transaction before
	sum          uint32 // set when it was copied
}

// record makes the record that ends b.
func (w *writer) record(b *batch, manifest bool) tick.Record {
	return tick.Record{Seq: b.seq, Length: uint64(b.stored), Events: uint64(b.events), Arrival: b.arrival, Sum: b.sum, Manifest: manifest,
		Durable: w.durable, PrevFile: b.prev.file, PrevEnd: b.prev.end}
}

// plan is what a group comes to.
type plan struct {
	requests []*request
	targets  []*target
	find     map[partKey]*target
	edit     SchemaEdit
	counters manifest.Counters
	last     place
	streams  []StreamID // new ones
	swap     swap       // what takes the place of what
	multi    bool       // a transaction lies in several ticks
	sync     bool
}

// plan decides what goes where. A request that can't be is told so and left out.
func (w *writer) plan(group []*request) *plan {
	g := w.s.chain.current.Load()
	p := &plan{find: map[partKey]*target{}, edit: SchemaEdit{schema: g.schema}, counters: w.Counters, last: w.last}
	for _, r := range group {
		if err := w.admit(p, r); err != nil {
			r.turn <- turn{err: err}
			continue
		}
		p.requests = append(p.requests, r)
		p.sync = p.sync || r.durability == Sync
		if r.swap != nil {
			p.swap = *r.swap
		}
		for _, id := range p.edit.dropped {
			p.swap.remove = append(p.swap.remove, g.files[id]...)
		}
		if len(r.parts) == 0 {
			continue
		}
		p.counters.Seq++
		p.multi = p.multi || len(r.parts) > 1
		end := place{}
		for _, part := range r.parts {
			t := w.target(p, g, part.key)
			t.batches = append(t.batches, batch{sealed: part, seq: p.counters.Seq, arrival: p.counters.Arrival, prev: p.last})
			t.bytes += part.stored + tick.RecordBytes
			p.counters.Arrival += uint64(part.events)
			end = place{t.file.ID, uint64(t.file.Length + t.bytes)}
		}
		p.last = end
		if len(r.parts) > 1 {
			p.last = place{} // a transaction over several ticks is the MANIFEST's
		}
	}
	return p
}

// admit applies what a request changes of the schema, and tells whether it can be.
func (w *writer) admit(p *plan, r *request) error {
	// What takes the place of others is smaller, or makes way for what is: that is what the reserve is for.
	if len(r.parts) > 0 || r.swap != nil && len(r.swap.add) > 0 && len(r.swap.remove) == 0 {
		if err := w.s.roomLeft(); err != nil {
			return err
		}
	}
	if r.swap != nil {
		g := w.s.chain.current.Load()
		for _, f := range r.swap.remove {
			if now := g.file(f); now == nil || now.Length != f.Length {
				return fmt.Errorf("%w: %s", errChanged, f.path)
			}
		}
		for _, x := range r.swap.index {
			if g.file(x.file) == nil || p.edit.schema.signal(x.signal) == nil {
				return fmt.Errorf("%w: %s", errChanged, x.file.path)
			}
		}
		for _, x := range r.swap.filter {
			if g.file(x.file) == nil {
				return fmt.Errorf("%w: %s", errChanged, x.file.path)
			}
		}
	}
	if r.edit != nil {
		before := p.edit.schema
		if err := r.edit(&p.edit); err != nil {
			return err
		}
		for _, t := range p.edit.schema.Streams {
			if before.Stream(t.ID) == nil {
				p.streams = append(p.streams, t.ID)
			}
		}
		// Rows of a stream that the same transaction drops.
		r.parts = slices.DeleteFunc(r.parts, func(s *sealed) bool { return slices.Contains(p.edit.dropped, s.key.stream) })
	}
	for _, part := range r.parts {
		if p.edit.schema.Stream(part.key.stream) == nil {
			return fmt.Errorf("%w: %d", ErrNoStream, part.key.stream)
		}
	}
	if r.stage != nil {
		r.stage.observed(&p.edit)
	}
	return nil
}

func (w *writer) target(p *plan, g *generation, key partKey) *target {
	if t := p.find[key]; t != nil {
		return t
	}
	t := &target{file: g.tail(key.stream, key.start)}
	if t.file == nil {
		m := manifest.File{ID: p.counters.File, Stream: uint64(key.stream), Kind: manifest.Tick, Start: key.start, Length: tick.HeaderBytes}
		p.counters.File++
		t.file, t.fresh = &file{File: m, path: filePath(w.s.dir, m), warm: true, coldMin: math.MaxInt64, coldMax: math.MinInt64}, true
	}
	p.find[key] = t
	p.targets = append(p.targets, t)
	return t
}
