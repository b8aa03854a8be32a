package engine

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/event"
)

// Stage collects the rows of one write transaction, grouped by tick and compressed into the tick's frames already,
// so that a commit copies bytes. Past Options.StageBytes the frames go to a temporary file. One goroutine
// appends; scans, in any goroutine, see what was appended before they began.
type Stage struct {
	store *Store

	mu     sync.Mutex
	parts  map[partKey]*part
	last   *part // the one that was appended to last
	events int64
	open   int64 // capacity of all open frames
	kept   int64 // bytes of closed frames in RAM
	block  []byte
	spill  *spill
	used   bool
	broken error // writing the temporary file failed
	epoch  int   // counts marks
	undo   []undo
	seen   []map[StreamID]*event.Summary // one layer for each mark, and one below
	made   uint64                        // parts made so far
	dead   *tombstones                   // what the transaction deletes
	// changes are those of the schema, in order.
	changes []func(*SchemaEdit) error
	pack    []byte // scratch for compression
}

// partKey names the tick that a row falls into.
type partKey struct {
	stream StreamID
	start  int64
}

// part is what a stage holds for one tick.
type part struct {
	key    partKey
	number uint64 // in order of making
	partState
	open   []byte // raw events of the frame that is being filled
	shared bool   // a scan reads open: it may be appended to, but not written over
	epoch  int
}

// partState is what a savepoint must bring back of a part.
type partState struct {
	frames []frame
	opened frame // of the open frame: events, min, max; raw is len(open)
	events int64
	raw    int64
}

// frame is a closed frame: in RAM (data) or in the temporary file (at).
type frame struct {
	data     []byte
	at       int64
	stored   int
	raw      int
	events   int
	min, max int64
	sum      uint32 // of the stored bytes in the temporary file, to notice that it changed
}

const (
	// openLimit bounds the memory of all open frames of a stage.
	openLimit = 8 << 20
	// blockBytes is how much memory for closed frames is taken at once.
	blockBytes = 512 << 10
	// chunkSlack is what compressing may take beyond the stored size at most, while it is at it.
	chunkSlack = 16 << 10
	// minTime and maxTime are the years 1 to 9999.
	minTime, maxTime = -62135596800 * 10_000_000, 253402300800*10_000_000 - 1
)

// NewStage begins a write transaction. It ends with Commit or Discard.
func (s *Store) NewStage() *Stage {
	return &Stage{store: s, parts: map[partKey]*part{}, seen: []map[StreamID]*event.Summary{{}}}
}

// Append adds an event. doc, in package event's normalised form, is copied.
func (st *Stage) Append(stream StreamID, ts int64, doc []byte) error {
	if ts < minTime || ts > maxTime {
		return fmt.Errorf("timestamp %d is outside the years 1 to 9999", ts)
	}
	if len(doc) > tick.MaxRaw-tick.EventOverhead {
		return fmt.Errorf("event of %d bytes is larger than %d", len(doc), tick.MaxRaw-tick.EventOverhead)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.used {
		return ErrStageUsed
	}
	if st.broken != nil {
		return st.broken
	}
	p := st.last
	if p == nil || p.key.stream != stream || ts < p.key.start || ts-p.key.start >= tick.Range {
		p = st.part(partKey{stream, tick.RangeStart(ts)})
	}
	if p.epoch != st.epoch {
		st.remember(p)
	}
	if err := st.put(p, ts, doc); err != nil {
		return err
	}
	st.events++
	if st.open > openLimit {
		return st.relieve()
	}
	return nil
}

// put appends a row to a part.
func (st *Stage) put(p *part, ts int64, doc []byte) error {
	size := len(doc) + tick.EventOverhead
	if len(p.open) > 0 && len(p.open)+size > tick.FrameBytes {
		if err := st.close(p); err != nil {
			return err
		}
	}
	had := cap(p.open)
	p.open = tick.AppendEvent(p.open, ts, doc)
	st.open += int64(cap(p.open) - had)
	o := &p.opened
	if o.events == 0 {
		o.min, o.max = ts, ts
	}
	o.min, o.max = min(o.min, ts), max(o.max, ts)
	o.events++
	p.events++
	p.raw += int64(size)
	return nil
}

// first is the arrival number of a part's first row until it is committed: rows of a stage have numbers of their own, and come
// after all that is committed.
func (p *part) first() uint64 { return stagedArrival + p.number<<40 }

func (st *Stage) part(key partKey) *part {
	p := st.parts[key]
	if p == nil {
		p = &part{key: key, number: st.made, epoch: -1}
		st.made++
		if st.epoch == 0 {
			p.epoch = 0
		}
		st.parts[key] = p
	}
	st.last = p
	return p
}

// relieve closes the larger ones of the open frames, of which there are too many: the rows fall into many ticks.
func (st *Stage) relieve() error {
	var open int64
	var n int64
	for _, p := range st.parts {
		if cap(p.open) > 0 {
			open, n = open+int64(cap(p.open)), n+1
		}
	}
	mean := int(open / max(n, 1))
	for _, p := range st.parts {
		if cap(p.open) < mean || cap(p.open) == 0 {
			continue
		}
		if len(p.open) > 0 {
			if p.epoch != st.epoch {
				st.remember(p)
			}
			if err := st.close(p); err != nil {
				return err
			}
		}
		st.open -= int64(cap(p.open))
		p.open, p.shared = nil, false
	}
	return nil
}

// close compresses a part's open frame.
func (st *Stage) close(p *part) error {
	f := p.opened
	f.raw = len(p.open)
	if err := st.keep(&f, p.open); err != nil {
		st.broken = err
		return err
	}
	p.frames = append(p.frames, f)
	p.opened = frame{}
	if p.shared || cap(p.open) > 2*tick.FrameBytes {
		st.open -= int64(cap(p.open))
		p.open, p.shared = nil, false
	}
	p.open = p.open[:0]
	return nil
}

// keep compresses a frame's raw bytes into RAM, or into the temporary file.
func (st *Stage) keep(f *frame, raw []byte) error {
	// Where it fits for sure it is compressed to its place.
	worst := int(tick.MaxStored(len(raw))) + chunkSlack
	if st.spill == nil && cap(st.block)-len(st.block) >= worst && st.kept+int64(worst) <= st.store.opts.StageBytes {
		at := len(st.block)
		st.block = tick.AppendChunks(st.block, raw)
		f.data = st.block[at:len(st.block):len(st.block)]
		f.stored = len(f.data)
		st.kept += int64(f.stored)
		return nil
	}
	st.pack = tick.AppendChunks(st.pack[:0], raw)
	stored := st.pack
	if cap(st.pack) > 4*tick.FrameBytes {
		st.pack = nil // one huge event does not hold its memory for ever
	}
	f.stored = len(stored)
	if st.spill == nil && st.kept+int64(len(stored)) > st.store.opts.StageBytes {
		if err := st.spillAll(); err != nil {
			return err
		}
	}
	if st.spill != nil {
		at, err := st.spill.write(stored)
		f.at, f.sum = at, tick.Sum(stored)
		return err
	}
	if len(st.block)+len(stored) > cap(st.block) {
		// A small stage takes what it needs.
		st.block = make([]byte, 0, max(len(stored), min(blockBytes, 2*int(st.kept))))
	}
	at := len(st.block)
	st.block = append(st.block, stored...)
	f.data = st.block[at:len(st.block):len(st.block)]
	st.kept += int64(len(stored))
	return nil
}

// spillAll moves the closed frames to a temporary file.
func (st *Stage) spillAll() error {
	sp, err := st.store.newSpill()
	if err != nil {
		return err
	}
	move := func(frames []frame) ([]frame, error) {
		moved := slices.Clone(frames) // scans and savepoints may have the old slice
		for i := range moved {
			if moved[i].data == nil {
				continue
			}
			if moved[i].at, err = sp.write(moved[i].data); err != nil {
				return nil, err
			}
			moved[i].sum, moved[i].data = tick.Sum(moved[i].data), nil
		}
		return moved, nil
	}
	for _, p := range st.parts {
		if p.frames, err = move(p.frames); err != nil {
			return errors.Join(err, sp.release())
		}
	}
	// What a savepoint remembers are beginnings of these lists, but for frames rolled back meanwhile: those keep their bytes.
	for i := range st.undo {
		u := &st.undo[i]
		if u.part.frames != nil && len(u.state.frames) <= len(u.part.frames) {
			u.state.frames = u.part.frames[:len(u.state.frames):len(u.state.frames)]
		}
	}
	st.spill, st.block, st.kept = sp, nil, 0
	return nil
}

// Events is the number of rows.
func (st *Stage) Events() int64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.events
}

// Observe adds what was observed of rows appended since the last call. sum is read, not kept.
func (st *Stage) Observe(stream StreamID, sum *event.Summary) {
	st.mu.Lock()
	defer st.mu.Unlock()
	layer := st.seen[len(st.seen)-1]
	s := layer[stream]
	if s == nil {
		s = new(event.Summary)
		layer[stream] = s
	}
	s.Merge(sum)
}

// Schema gives base with what the stage's rows add to it: the schema that their own session sees.
func (st *Stage) Schema(base *Schema) *Schema {
	st.mu.Lock()
	defer st.mu.Unlock()
	e := SchemaEdit{schema: base}
	if err := st.altered(&e); err != nil {
		e = SchemaEdit{schema: base} // the commit will say so
	}
	st.observed(&e)
	return e.schema
}

func (st *Stage) observed(e *SchemaEdit) {
	for _, layer := range st.seen {
		for _, id := range slices.Sorted(maps.Keys(layer)) {
			e.observe(id, layer[id])
		}
	}
}

// Discard ends the transaction without a trace (ROLLBACK).
func (st *Stage) Discard() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.drop()
}

// drop lets go of everything. A scan that still reads the stage keeps what it needs.
func (st *Stage) drop() {
	st.used = true
	st.parts, st.last, st.block, st.undo, st.pack, st.seen = nil, nil, nil, nil, nil, []map[StreamID]*event.Summary{{}}
	st.events, st.open, st.kept = 0, 0, 0
	st.dead, st.changes = nil, nil
	if st.spill != nil {
		if err := st.spill.release(); err != nil {
			st.store.opts.Log.Warn("temporary file is left behind", "error", err)
		}
		st.spill = nil
	}
}

// finish closes every frame and lists the parts in a fixed order.
func (st *Stage) finish() ([]*part, error) {
	if st.used {
		return nil, ErrStageUsed
	}
	if st.broken != nil {
		return nil, st.broken
	}
	var parts []*part
	for _, p := range st.parts {
		if err := st.purge(p); err != nil {
			return nil, err
		}
		if p.events > 0 {
			parts = append(parts, p)
		}
	}
	slices.SortFunc(parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.key.stream, b.key.stream), cmp.Compare(a.key.start, b.key.start))
	})
	return parts, nil
}
