package engine

import (
	"github.com/flare-pg/flare-pg/engine/tick"
)

// Alter adds a change of the schema to the transaction. It is tried at once over base, the schema that the transaction began with, so that
// its error is known; it is applied again whenever Schema is asked for, and at Commit.
func (st *Stage) Alter(base *Schema, change func(*SchemaEdit) error) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.used {
		return ErrStageUsed
	}
	e := &SchemaEdit{schema: base}
	if err := st.altered(e); err != nil {
		return err
	}
	if err := change(e); err != nil {
		return err
	}
	st.changes = append(st.changes[:len(st.changes):len(st.changes)], change)
	return nil
}

// altered applies the transaction's changes so far.
func (st *Stage) altered(e *SchemaEdit) error {
	for _, change := range st.changes {
		if err := change(e); err != nil {
			return err
		}
	}
	return nil
}

// Delete deletes rows of a stream that the transaction has seen, its own staged ones among them.
func (st *Stage) Delete(stream StreamID, rows *DeadRows) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.used {
		return ErrStageUsed
	}
	if rows.Len() > 0 {
		st.dead = st.dead.with(stream, rows)
	}
	return nil
}

// DeleteRange deletes every event of a stream with from <= @t < to that tx sees, and those among the staged rows.
func (st *Stage) DeleteRange(tx *ReadTx, stream StreamID, from, to int64) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.used {
		return ErrStageUsed
	}
	var own DeadRows
	for _, p := range st.parts {
		if p.key.stream != stream || p.key.start >= to || p.key.start+tick.Range <= from {
			continue
		}
		if err := st.each(p, func(ts int64, arrival uint64, _ []byte) error {
			if ts >= from && ts < to {
				own.Add(ts, arrival)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	st.dead = st.dead.with(stream, &own, deadRange{from, to, tx.Arrivals()})
	return nil
}

// each calls f for every row of a part, in order of arrival. doc is valid during the call.
func (st *Stage) each(p *part, f func(ts int64, arrival uint64, doc []byte) error) error {
	arrival := p.first()
	rows := func(raw []byte) error {
		for len(raw) > 0 {
			ts, doc, rest, derr := tick.NextEvent(raw)
			if derr != nil {
				return derr
			}
			if err := f(ts, arrival, doc); err != nil {
				return err
			}
			raw = rest
			arrival++
		}
		return nil
	}
	var stored, raw []byte
	for _, fr := range p.frames {
		b, err := fr.load(st.spill, stored)
		if err != nil {
			return err
		}
		if fr.data == nil {
			stored = b
		}
		if raw, err = decodeAll(raw[:0], b, fr.raw); err != nil {
			return err
		}
		if err := rows(raw); err != nil {
			return err
		}
	}
	return rows(p.open)
}

// Empty reports whether the transaction changes nothing.
func (st *Stage) Empty() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.events == 0 && st.dead == nil && len(st.changes) == 0
}

// NewStreamID gives an id for SchemaEdit.CreateStream that no stream has, had, or will have.
func (s *Store) NewStreamID() StreamID { return StreamID(s.streamIDs.Add(1) - 1) }

// NewSignalID gives an id for SchemaEdit.CreateSignal.
func (s *Store) NewSignalID() SignalID { return SignalID(s.signalIDs.Add(1) - 1) }

// purge takes rows out of a part that the transaction itself has deleted. It is done once, at the commit.
func (st *Stage) purge(p *part) error {
	d := st.dead.of(p.key.stream)
	if d == nil || d.ids == nil || p.events == 0 || !d.mayHold(p.key.start, p.key.start+tick.Range-1, p.first(), p.first()+uint64(p.events)-1) {
		return nil
	}
	old := *p
	fresh := &part{key: p.key, number: p.number}
	err := st.each(&old, func(ts int64, arrival uint64, doc []byte) error {
		if d.dead(ts, arrival) {
			st.events--
			return nil
		}
		return st.put(fresh, ts, doc)
	})
	if err != nil {
		st.broken = err
		return err
	}
	*p = *fresh
	return nil
}
