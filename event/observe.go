package event

import "sync/atomic"

// epochs numbers the lives of summaries: what a Decoder remembers of one is good until it is emptied.
var epochs atomic.Uint64

// observe tells s the types of the event's properties.
func (d *Decoder) observe(s *Summary) {
	if s.epoch == 0 {
		s.epoch = epochs.Add(1)
	}
	d.observeMembers(s, top, 1, uint32(len(d.nodes)), true)
}

// observeMembers observes the members among the nodes from…to, in the order received.
func (d *Decoder) observeMembers(s *Summary, parent int32, from, to uint32, outermost bool) {
	for m := from; m < to; m = d.nodes[m].next {
		p := &d.nodes[m]
		if p.flags&dead != 0 {
			continue
		}
		var at int32
		if p.name&strayName == 0 {
			if outermost && p.name <= lastID {
				continue
			}
			k := &d.names.all[p.name]
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
		s.paths[at].observe(classOfKind[p.kind], p.traits)
		if p.kind == nodeObject {
			d.observeMembers(s, at, m+1, p.next, false)
		}
	}
}

// classOfKind gives the class of values of a kind.
var classOfKind = [...]class{
	nodeNull: classNull, nodeFalse: classBool, nodeTrue: classBool, nodeNumber: classNumber, nodeString: classText, nodeObject: classJSON, nodeArray: classJSON,
}
