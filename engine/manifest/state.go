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
	Lost    []Lost
}

// NewState returns the state of no records.
func NewState() *State {
	return &State{Files: map[uint64]*File{}, Streams: map[uint64]*Stream{}, Objects: map[ObjectKey][]byte{}}
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
	for _, id := range slices.Sorted(maps.Keys(s.Files)) {
		e.AddFile(*s.Files[id])
		e.Length(*s.Files[id])
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
