package event

import (
	"hash/maphash"
	"strings"
)

// Summary is what a set of events has: for each property path, top-level and nested (arrays are not
// descended), in order of first appearance, its merged Property. Built-in members are not properties.
//
// It holds MaxPaths paths; what appears later is passed over, and so are names and depths past the
// limits, each occurrence being counted in Dropped. The zero value is empty and ready. A Summary is used
// by one goroutine at a time.
type Summary struct {
	paths   []path
	table   []uint32 // open addressing: 1 + index of paths; a power of two
	dropped int64
	last    uint32 // 1 + the path stepped to last; 0: none
	epoch   uint64 // tells this life from others (observe.go); 0: not told yet

	tallies []tally
	members []counted // of the tallies
}

// path is a node of the tree of paths.
type path struct {
	parent int32 // index of paths, or top
	first  class // of the first value that was not null
	traits numberTraits
	level  uint8
	hash   uint64
	name   string
	counts [classes]int64
	// follower is 1 + the index of the path that was stepped to after this one the last time; 0: none yet.
	follower uint32
}

// tally counts events of one shape that are not counted in paths yet.
type tally struct {
	events   int64
	from, to int   // what each counts for, in Summary.members
	dropped  int64 // and how many of its values are passed over
}

// counted is a path, and a class of its values.
type counted struct {
	path  int32
	class class
}

// mostMembers is how large Summary.members is let grow.
const mostMembers = 1 << 16

// settle counts in paths what the tallies hold.
func (s *Summary) settle() {
	for i := range s.tallies {
		t := &s.tallies[i]
		if t.events == 0 {
			continue
		}
		for _, m := range s.members[t.from:t.to] {
			s.paths[m.path].counts[m.class] += t.events
		}
		s.dropped += t.events * t.dropped
		t.events = 0
	}
}

// forgetTallies begins a new life, as far as Decoders know.
func (s *Summary) forgetTallies() {
	s.settle()
	s.tallies, s.members = s.tallies[:0], s.members[:0]
	s.epoch = epochs.Add(1)
}

const top = -1

var seed = maphash.MakeSeed()

// hashStep mixes a name's hash with the path it is a member of.
func hashStep(parent int32, name uint64) uint64 {
	return name ^ uint64(uint32(parent)+1)*0x9e3779b97f4a7c15
}

// Reset empties s and keeps its memory.
func (s *Summary) Reset() {
	s.paths = s.paths[:0]
	clear(s.table)
	s.tallies, s.members = s.tallies[:0], s.members[:0]
	s.dropped, s.last, s.epoch = 0, 0, 0
}

// Len is the number of paths.
func (s *Summary) Len() int { return len(s.paths) }

// Dropped is the number of values met whose paths were past a limit.
func (s *Summary) Dropped() int64 {
	s.settle()
	return s.dropped
}

// step finds or makes the path of the member name of parent; -1 where a limit forbids it.
//
// Events of one shipper have the same members in the same order, so the path that followed the one before is tried first.
func (s *Summary) step(parent int32, name []byte) int32 {
	if s.last > 0 {
		if f := s.paths[s.last-1].follower; f > 0 {
			if p := &s.paths[f-1]; p.parent == parent && p.name == string(name) {
				s.last = f
				return int32(f - 1)
			}
		}
	}
	at := s.find(parent, name)
	if at >= 0 {
		if s.last > 0 {
			s.paths[s.last-1].follower = uint32(at + 1)
		}
		s.last = uint32(at + 1)
	}
	return at
}

// find is step by the table.
func (s *Summary) find(parent int32, name []byte) int32 {
	h := hashStep(parent, maphash.Bytes(seed, name))
	if len(s.table) > 0 {
		mask := uint64(len(s.table) - 1)
		for i := h & mask; s.table[i] != 0; i = (i + 1) & mask {
			p := &s.paths[s.table[i]-1]
			if p.hash == h && p.parent == parent && p.name == string(name) {
				return int32(s.table[i] - 1)
			}
		}
	}
	return s.add(parent, h, name)
}

// add makes a path that is not there yet.
func (s *Summary) add(parent int32, h uint64, name []byte) int32 {
	level := uint8(1)
	if parent != top {
		level = s.paths[parent].level + 1
	}
	if len(s.paths) >= MaxPaths || len(name) > MaxNameBytes || level > MaxLevels {
		s.dropped++
		return -1
	}
	if 2*(len(s.paths)+1) > len(s.table) {
		s.grow()
	}
	s.paths = append(s.paths, path{parent: parent, level: level, hash: h, name: string(name)})
	s.place(h, uint32(len(s.paths)))
	return int32(len(s.paths) - 1)
}

func (s *Summary) place(h uint64, entry uint32) {
	mask := uint64(len(s.table) - 1)
	i := h & mask
	for s.table[i] != 0 {
		i = (i + 1) & mask
	}
	s.table[i] = entry
}

func (s *Summary) grow() {
	s.table = make([]uint32, max(64, 2*len(s.table)))
	for i := range s.paths {
		s.place(s.paths[i].hash, uint32(i+1))
	}
}

// observe counts one value of a path. traits counts for numbers only.
func (p *path) observe(c class, traits numberTraits) {
	if p.first == classNull {
		p.first = c
	}
	p.counts[c]++
	p.traits |= traits
}

// Merge adds what o knows, of events that came after those of s. Merging summaries in the events' order
// gives what observing the events one by one gives (as long as no limit is met).
func (s *Summary) Merge(o *Summary) {
	o.settle()
	to := make([]int32, len(o.paths))
	for i := range o.paths {
		q := &o.paths[i]
		parent := int32(top)
		if q.parent != top {
			if parent = to[q.parent]; parent < 0 {
				to[i] = -1
				continue
			}
		}
		if to[i] = s.step(parent, []byte(q.name)); to[i] < 0 {
			continue
		}
		p := &s.paths[to[i]]
		if p.first == classNull {
			p.first = q.first
		}
		p.traits |= q.traits
		for c, n := range q.counts {
			p.counts[c] += n
		}
	}
	s.dropped += o.dropped
}

// Properties lists the paths in order of first appearance (a nested path after the path it is a
// member of). The result is the caller's own.
func (s *Summary) Properties() []Property {
	s.settle()
	all := make([]Property, len(s.paths))
	for i := range s.paths {
		p := &s.paths[i]
		steps := make([]string, p.level)
		for q, n := p, int(p.level)-1; ; n-- {
			steps[n] = q.name
			if q.parent == top {
				break
			}
			q = &s.paths[q.parent]
		}
		all[i] = Property{Path: steps, counts: p.counts, traits: p.traits}
		all[i].settle(p.first)
	}
	return all
}

// String shows the paths with their types, for people and tests.
func (s *Summary) String() string {
	var b strings.Builder
	for _, p := range s.Properties() {
		b.WriteString(strings.Join(p.Path, "."))
		b.WriteByte(' ')
		b.WriteString(p.Type.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// String gives SQL's name of the type.
func (t PropertyType) String() string {
	switch t {
	case NoType:
		return "unknown"
	case Boolean:
		return "boolean"
	case Bigint:
		return "bigint"
	case Text:
		return "text"
	case Double:
		return "double precision"
	case Numeric:
		return "numeric"
	case JSONB:
		return "jsonb"
	}
	return "invalid"
}
