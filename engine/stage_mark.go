package engine

import (
	"slices"

	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/event"
)

// StageMark is a savepoint: a place in a stage to return to.
type StageMark struct {
	epoch   int
	undo    int
	layers  int
	events  int64
	dead    *tombstones
	changes int
}

// undo is a part as it was when the mark before its first change after that mark was set.
type undo struct {
	part   *part
	state  partState
	open   int // bytes of the open frame
	before int // the part's epoch
}

// Mark sets a savepoint. It costs little: a part is remembered when it is changed after it.
func (st *Stage) Mark() StageMark {
	st.mu.Lock()
	defer st.mu.Unlock()
	m := StageMark{epoch: st.epoch, undo: len(st.undo), layers: len(st.seen), events: st.events, dead: st.dead, changes: len(st.changes)}
	st.epoch++
	st.seen = append(st.seen, map[StreamID]*event.Summary{})
	return m
}

func (st *Stage) remember(p *part) {
	st.undo = append(st.undo, undo{part: p, state: p.partState, open: len(p.open), before: p.epoch})
	p.epoch = st.epoch
}

// RollbackTo forgets every row and observation since m was set. Marks set after m are gone; m itself stays.
func (st *Stage) RollbackTo(m StageMark) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.used {
		return
	}
	for len(st.undo) > m.undo {
		u := st.undo[len(st.undo)-1]
		st.undo = st.undo[:len(st.undo)-1]
		st.restore(u)
	}
	st.events = m.events
	st.dead, st.changes = m.dead, st.changes[:m.changes]
	clear(st.seen[m.layers:])
	st.seen = append(st.seen[:m.layers], map[StreamID]*event.Summary{})
	// A new epoch, since parts changed after the mark must be remembered again.
	st.epoch++
}

// restore puts a part back. The open frame's beginning is in the open frame still, or in the frame that it was closed to.
func (st *Stage) restore(u undo) {
	p := u.part
	if n := len(u.state.frames); n < len(p.frames) && u.open > 0 {
		raw, err := st.read(p.frames[n])
		if err != nil {
			st.broken = err
			return
		}
		st.open += int64(cap(raw) - cap(p.open))
		p.open, p.shared = raw, false
	}
	if p.shared {
		st.open -= int64(cap(p.open))
		p.open, p.shared = slices.Clone(p.open[:u.open]), false
		st.open += int64(cap(p.open))
	}
	p.open = p.open[:u.open]
	p.partState, p.epoch = u.state, u.before
	p.frames = p.frames[:len(p.frames):len(p.frames)] // what is appended must not write over what a scan may read
}

// read decodes a closed frame of the stage.
func (st *Stage) read(f frame) ([]byte, error) {
	stored, err := f.load(st.spill, nil)
	if err != nil {
		return nil, err
	}
	raw, derr := tick.DecodeChunks(nil, stored, f.raw)
	if derr != nil {
		return nil, derr
	}
	return raw, nil
}
