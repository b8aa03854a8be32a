package event

import (
	"bytes"
	"sync/atomic"
)

// epochs numbers the lives of summaries: what a Decoder remembers of one is good until it is emptied.
var epochs atomic.Uint64

// observe tells s the types of the event's properties. Of events of a shape that s has been told in full it counts how many there are.
func (d *Decoder) observe(s *Summary) {
	if s.epoch == 0 {
		s.epoch = epochs.Add(1)
	}
	h := d.shape
	if h == nil {
		d.observeMembers(s, top, 1, uint32(len(d.nodes)), true, false)
		return
	}
	traits := d.traits[:len(d.nodes)]
	if h.epoch != s.epoch {
		if len(s.members) > mostMembers {
			s.forgetTallies()
		}
		// It is told in full once, which settles what comes first and what the numbers are like.
		t := tally{from: len(s.members), dropped: -s.dropped}
		d.observeMembers(s, top, 1, uint32(len(d.nodes)), true, true)
		t.to, t.dropped = len(s.members), t.dropped+s.dropped
		h.epoch, h.tally = s.epoch, len(s.tallies)
		h.traits = append(h.traits[:0], traits...)
		s.tallies = append(s.tallies, t)
		return
	}
	if !bytes.Equal(h.traits, traits) {
		var more byte
		for i, t := range traits {
			more |= t &^ h.traits[i]
			h.traits[i] |= t
		}
		if more != 0 {
			d.observeMembers(s, top, 1, uint32(len(d.nodes)), true, false)
			return
		}
	}
	s.tallies[h.tally].events++
}

// observeMembers observes the members among the nodes from…to, in the order received; with record it lists in s.members where they were counted.
func (d *Decoder) observeMembers(s *Summary, parent int32, from, to uint32, outermost, record bool) {
	nodes, all := d.nodes, d.names.all
	for m := from; m < to; m = nodes[m].next {
		p := &nodes[m]
		if p.flags&dead != 0 || outermost && p.name <= lastID {
			continue
		}
		var at int32
		if p.name&strayName == 0 {
			k := &all[p.name]
			if k.epoch != s.epoch {
				k.at, k.epoch = s.step(parent, k.name), s.epoch
			} else if k.at < 0 {
				s.dropped++
			}
			at = k.at
		} else {
			at = s.step(parent, d.nameOf(p))
		}
		if at < 0 {
			continue
		}
		c := classOfKind[p.kind]
		s.paths[at].observe(c, numberTraits(d.traits[m]))
		if record {
			s.members = append(s.members, counted{at, c})
		}
		if p.kind == nodeObject {
			d.observeMembers(s, at, m+1, p.next, false, record)
		}
	}
}

// classOfKind gives the class of values of a kind.
var classOfKind = [...]class{
	nodeNull: classNull, nodeFalse: classBool, nodeTrue: classBool, nodeNumber: classNumber, nodeString: classText, nodeObject: classJSON, nodeArray: classJSON,
}
