package manifest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// State is what the records add up to.
type State struct {
	Counters
	Records uint64 // how many were applied: the number of the next
	Sealed  bool   // the last record is a clean stop's
	Files   map[uint64]*File
	Streams map[uint64]*Stream
	Objects map[ObjectKey][]byte
	Signals map[uint64]*Signal
	Lost    []Lost
	// NextStream and NextSignal are ids that were never given; 0: one more than the highest there is.
	NextStream, NextSignal uint64
}

// NewState returns the state of no records.
func NewState() *State {
	return &State{Files: map[uint64]*File{}, Streams: map[uint64]*Stream{}, Objects: map[ObjectKey][]byte{}, Signals: map[uint64]*Signal{}}
}

// Apply applies the edits of the next record.
func (s *State) Apply(edits []byte) error {
	s.Sealed = false
	for len(edits) > 0 {
		tag := edits[0]
		n, w := binary.Uvarint(edits[1:])
		if w <= 0 || n > uint64(len(edits)-1-w) {
			return errShort
		}
		b := edits[1+w : 1+w+int(n)]
		edits = edits[1+w+int(n):]
		if err := s.edit(tag, &body{b: b}); err != nil {
			return fmt.Errorf("edit with tag %d: %w", tag, err)
		}
	}
	s.Records++
	return nil
}

func (s *State) edit(tag byte, r *body) error {
	switch tag {
	case tagCounters:
		s.Counters = Counters{Seq: r.u(), Arrival: r.u(), File: r.u(), Schema: r.u()}
	case tagFileAdded:
		f := &File{ID: r.u(), Stream: r.u(), Kind: r.u(), Start: r.v()}
		if r.err == nil && s.Files[f.ID] != nil {
			return fmt.Errorf("file %d is there already", f.ID)
		}
		if r.err == nil && s.Streams[f.Stream] == nil {
			return fmt.Errorf("file %d is of stream %d, which is not there", f.ID, f.Stream)
		}
		if r.err == nil && f.Kind != Tick {
			return fmt.Errorf("file %d is of the unknown kind %d", f.ID, f.Kind)
		}
		s.Files[f.ID] = f
	case tagSpanAdded:
		f := &File{ID: r.u(), Stream: r.u(), Kind: Span, Start: r.v(), End: r.v()}
		switch {
		case r.err != nil:
		case s.Files[f.ID] != nil:
			return fmt.Errorf("file %d is there already", f.ID)
		case s.Streams[f.Stream] == nil:
			return fmt.Errorf("file %d is of stream %d, which is not there", f.ID, f.Stream)
		case f.End <= f.Start:
			return fmt.Errorf("span %d ends at %d, before it begins", f.ID, f.End)
		}
		s.Files[f.ID] = f
	case tagFileRemoved:
		id := r.u()
		if r.err == nil && s.Files[id] == nil {
			return fmt.Errorf("no file %d", id)
		}
		delete(s.Files, id)
	case tagLength:
		id := r.u()
		f := s.Files[id]
		if f == nil {
			return fmt.Errorf("no file %d", id)
		}
		f.Length, f.Events, f.Raw, f.Min, f.Max = r.size(), r.size(), r.size(), r.v(), r.v()
	case tagStream:
		id := r.u()
		t := s.Streams[id]
		if t == nil {
			t = &Stream{ID: id}
			s.Streams[id] = t
		}
		t.Schema, t.Name = r.s(), r.s()
	case tagProperty:
		return s.property(r)
	case tagPut:
		k := ObjectKey{r.s(), r.s()}
		s.Objects[k] = []byte(r.s())
	case tagDelete:
		delete(s.Objects, ObjectKey{r.s(), r.s()})
	case tagSealed:
		s.Sealed = true
	case tagStreamDropped:
		return s.dropStream(r)
	case tagSignal:
		g := &Signal{ID: r.u(), Stream: r.u(), Name: r.s(), Where: r.s(), Definition: r.s()}
		if r.err == nil && s.Streams[g.Stream] == nil {
			return fmt.Errorf("signal %d is of stream %d, which is not there", g.ID, g.Stream)
		}
		s.Signals[g.ID] = g
	case tagSignalDropped:
		id := r.u()
		if r.err == nil && s.Signals[id] == nil {
			return fmt.Errorf("no signal %d", id)
		}
		s.dropSignal(id)
	case tagIndex, tagIndexRemoved:
		return s.index(tag, r)
	case tagFilter:
		id, n := r.u(), r.size()
		f := s.Files[id]
		if r.err == nil && (f == nil || f.Kind != Span) {
			return fmt.Errorf("no span %d", id)
		}
		if r.err == nil {
			f.Filter = n
		}
	case tagIDs:
		s.NextStream, s.NextSignal = r.u(), r.u()
	case tagLost:
		l := Lost{From: r.u(), To: r.u(), File: r.u(), End: r.u()}
		if r.err == nil && (l.From == 0 || l.To < l.From || l.To > math.MaxInt64 || l.End > math.MaxInt64) {
			return fmt.Errorf("transactions %d to %d are impossible", l.From, l.To)
		}
		s.Lost = append(s.Lost, l)
	default:
		return fmt.Errorf("unknown")
	}
	return r.end()
}

func (s *State) dropStream(r *body) error {
	id := r.u()
	if err := r.end(); err != nil {
		return err
	}
	if s.Streams[id] == nil {
		return fmt.Errorf("no stream %d", id)
	}
	for _, f := range s.Files {
		if f.Stream == id {
			return fmt.Errorf("stream %d has file %d still", id, f.ID)
		}
	}
	for _, g := range s.Signals {
		if g.Stream == id {
			return fmt.Errorf("stream %d has signal %d still", id, g.ID)
		}
	}
	delete(s.Streams, id)
	return nil
}

func (s *State) dropSignal(id uint64) {
	delete(s.Signals, id)
	for _, f := range s.Files {
		s.setIndex(f, id, nil)
	}
}

// setIndex puts or, with nil, removes an index in a copy of the map, which others may share.
func (s *State) setIndex(f *File, signal uint64, x *Index) {
	if _, there := f.Indexes[signal]; !there && x == nil {
		return
	}
	c := maps.Clone(f.Indexes)
	if c == nil {
		c = map[uint64]Index{}
	}
	if x != nil {
		c[signal] = *x
	} else {
		delete(c, signal)
	}
	if len(c) == 0 {
		c = nil
	}
	f.Indexes = c
}

func (s *State) index(tag byte, r *body) error {
	file, signal := r.u(), r.u()
	x := &Index{}
	if tag == tagIndex {
		*x = Index{Length: r.size(), Pages: r.size(), Set: r.size()}
	} else {
		x = nil
	}
	if err := r.end(); err != nil {
		return err
	}
	f := s.Files[file]
	if f == nil || f.Kind != Span || s.Signals[signal] == nil || s.Signals[signal].Stream != f.Stream {
		return fmt.Errorf("no span %d with signal %d", file, signal)
	}
	if x != nil && x.Set > x.Pages {
		return fmt.Errorf("index of span %d: %d of %d pages", file, x.Set, x.Pages)
	}
	s.setIndex(f, signal, x)
	return nil
}

func (s *State) property(r *body) error {
	id := r.u()
	t := s.Streams[id]
	if t == nil {
		return fmt.Errorf("no stream %d", id)
	}
	p := Property{Seq: r.u32(), Type: r.u32()}
	flags := r.u()
	p.Declared, p.Big, p.Long = flags&1 != 0, flags&2 != 0, flags&4 != 0
	steps := r.u()
	if r.err == nil && steps > uint64(len(r.b)) {
		return errShort
	}
	for range steps {
		p.Path = append(p.Path, r.s())
	}
	if err := r.end(); err != nil {
		return err
	}
	switch n := uint32(len(t.Properties)); {
	case p.Seq >= 1 && p.Seq <= n:
		t.Properties[p.Seq-1] = p
	case p.Seq == n+1:
		t.Properties = append(t.Properties, p)
	default:
		return fmt.Errorf("property %d of stream %d comes after %d", p.Seq, id, n)
	}
	return nil
}

// Edits gives the edits that make the state from nothing, in a fixed order.
func (s *State) Edits() *Edits {
	e := new(Edits)
	e.Counters(s.Counters)
	for _, id := range slices.Sorted(maps.Keys(s.Streams)) {
		t := s.Streams[id]
		e.Stream(id, t.Schema, t.Name)
		for _, p := range t.Properties {
			e.Property(id, p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.Signals)) {
		e.Signal(*s.Signals[id])
	}
	for _, id := range slices.Sorted(maps.Keys(s.Files)) {
		f := s.Files[id]
		e.AddFile(*f)
		e.Length(*f)
		for _, g := range slices.Sorted(maps.Keys(f.Indexes)) {
			e.Index(id, g, f.Indexes[g])
		}
		if f.Filter > 0 {
			e.Filter(id, f.Filter)
		}
	}
	if s.NextStream > 0 || s.NextSignal > 0 {
		e.IDs(s.NextStream, s.NextSignal)
	}
	keys := slices.SortedFunc(maps.Keys(s.Objects), func(a, b ObjectKey) int {
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, k := range keys {
		e.Put(k, s.Objects[k])
	}
	for _, l := range s.Lost {
		e.Lost(l)
	}
	return e
}

// Equal reports whether two states say the same; the count of records and the seal do not matter.
func (s *State) Equal(o *State) bool { return bytes.Equal(s.Edits().Bytes(), o.Edits().Bytes()) }
