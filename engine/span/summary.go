package span

import (
	"bytes"

	"github.com/flare-pg/flare-pg/engine/span/strip"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
)

// summary gathers the properties of a file that is being written. What is past the limits of package event is passed over.
type summary struct {
	nodes   []node
	table   map[edge]int32
	last    int32  // the node stepped to last, or top
	first   int32  // what followed top the last time, or top
	scratch []byte // a name, escapes undone
	spelled []byte
	to      []spot // of the members of what is added
	// overflowed: Properties may lack paths.
	overflowed bool
}

// node is one path.
type node struct {
	parent   int32
	follower int32 // the node that was stepped to after this one the last time, or top
	types    Types
	count    int64
	spelled  string // the name as it first stood in a document: its quotes and escapes, and the colon
	name     string
}

// edge leads from a node, or top, to a member.
type edge struct {
	parent int32
	name   string
}

func newSummary() *summary {
	return &summary{table: map[edge]int32{}, last: top, first: top}
}

// reset empties s.
func (s *summary) reset() {
	clear(s.table)
	s.nodes, s.last, s.first, s.overflowed = s.nodes[:0], top, top, false
}

// observe adds the properties of a normalised event. Of other bytes anything may be missed, so then Overflowed is set.
func (s *summary) observe(doc []byte) {
	s.last = top
	if len(doc) == 0 || doc[0] != '{' || s.walk(doc, 1, top, 1) != len(doc) {
		s.overflowed = true
	}
}

// expected gives the node that followed the one before the last time, if it is the member of parent whose name stands at doc[i:]; else
// top. Events of one shipper have the same members in the same order.
func (s *summary) expected(parent int32, doc []byte, i int) int32 {
	f := s.first
	if s.last >= 0 {
		f = s.nodes[s.last].follower
	}
	if f < 0 {
		return top
	}
	n := &s.nodes[f]
	if end := i + len(n.spelled); n.parent != parent || end > len(doc) || string(doc[i:end]) != n.spelled {
		return top
	}
	s.last = f
	return f
}

// step finds or makes the node of the member of parent whose name and colon are spelled so; top where a limit forbids it. It is expected
// to follow the same node the next time.
func (s *summary) step(parent int32, spelled []byte, level int) int32 {
	at := s.find(parent, spelled, level)
	if at < 0 {
		return top
	}
	if s.last >= 0 {
		s.nodes[s.last].follower = at
	} else {
		s.first = at
	}
	s.last = at
	return at
}

// find is step by the table.
func (s *summary) find(parent int32, spelled []byte, level int) int32 {
	name := spelled[1 : len(spelled)-2]
	if bytes.IndexByte(name, '\\') >= 0 {
		s.scratch = sparse.Unquote(s.scratch[:0], spelled[:len(spelled)-1])
		name = s.scratch
	}
	if at, ok := s.table[edge{parent, string(name)}]; ok {
		return at
	}
	if len(name) > event.MaxNameBytes || level > event.MaxLevels {
		return top
	}
	if len(s.nodes) >= event.MaxPaths {
		s.overflowed = true
		return top
	}
	at := int32(len(s.nodes))
	n := node{parent: parent, follower: top, spelled: string(spelled), name: string(name)}
	s.nodes = append(s.nodes, n)
	s.table[edge{parent, n.name}] = at
	return at
}

// add adds what the summary of a part of the file says.
func (s *summary) add(part *summary) {
	s.last = top
	s.overflowed = s.overflowed || part.overflowed
	s.to = s.to[:0]
	for i := range part.nodes {
		p := &part.nodes[i]
		at := spot{top, 1}
		if p.parent != top {
			at.level = s.to[p.parent].level + 1
		}
		if p.parent == top || s.to[p.parent].node != top {
			parent := int32(top)
			if p.parent != top {
				parent = s.to[p.parent].node
			}
			s.spelled = append(s.spelled[:0], p.spelled...)
			at.node = s.step(parent, s.spelled, at.level)
		}
		s.to = append(s.to, at)
		if at.node != top {
			n := &s.nodes[at.node]
			n.count += p.count
			n.types |= p.types
		}
	}
}

// spot is a node, or top, and how many steps lead to it.
type spot struct {
	node  int32
	level int
}

// merge adds what another file's footer says.
func (s *summary) merge(f *Footer) {
	s.last = top
	s.overflowed = s.overflowed || f.Overflowed
	var spelled []byte
	to := make([]int32, len(f.Properties))
	for i := range f.Properties {
		p := &f.Properties[i]
		parent := int32(top)
		if p.parent != top {
			if parent = to[p.parent]; parent < 0 {
				to[i] = top
				continue
			}
		}
		spelled = append(event.AppendString(spelled[:0], []byte(p.name())), ':')
		if to[i] = s.step(parent, spelled, len(p.Path)); to[i] >= 0 {
			n := &s.nodes[to[i]]
			n.count += p.Count
			n.types |= p.Types
		}
	}
}

// take adds the properties of the documents that a Builder has taken apart; false where it has not.
func (s *summary) take(b *strip.Builder) bool {
	s.last = top
	s.to = append(s.to[:0], spot{top, 0})
	return b.Members(func(_ int, m *strip.Member) {
		parent := s.to[m.Parent]
		at := spot{top, parent.level + 1}
		count, types := m.Objects, Types(0)
		if count > 0 {
			types = Object
		}
		for t, n := range m.Counts {
			if count += n; n > 0 {
				types |= typeOfStrip[t]
			}
		}
		if count > 0 && (m.Parent == 0 || parent.node != top) {
			s.spelled = append(append(append(s.spelled[:0], '"'), m.Name...), '"', ':')
			at.node = s.step(parent.node, s.spelled, at.level)
		}
		s.to = append(s.to, at)
		if at.node != top {
			n := &s.nodes[at.node]
			n.count += int64(count)
			n.types |= types
		}
	}, func(doc []byte) {
		s.observe(doc)
		s.last = top
	})
}

// typeOfStrip tells the type of a strip's values. Documents are no member's.
var typeOfStrip = [...]Types{strip.Null: Null, strip.Bool: Bool, strip.Number: Number, strip.String: String, strip.JSON: Array, strip.Rest: 0}

// properties lists the paths, a nested one behind the path it is a member of.
func (s *summary) properties() []Property {
	all := make([]Property, len(s.nodes))
	for i := range s.nodes {
		n := &s.nodes[i]
		all[i] = Property{Path: pathOf(all, n.parent, n.name), Count: n.count, Types: n.types, parent: n.parent}
	}
	return all
}

// pathOf gives the path of the member name of the property at parent.
func pathOf(all []Property, parent int32, name string) []string {
	if parent < 0 {
		return []string{name}
	}
	before := all[parent].Path
	return append(before[:len(before):len(before)], name)
}
