package event

import (
	"bytes"
	"hash/maphash"
)

// shape is what events have in common whose members have the same names in the same order, and values of the same classes: the order of the outermost
// members once they are sorted, and what they count for in a Summary. Events of one template have one shape, or a few.
type shape struct {
	hash  uint64
	sig   []byte   // the signature: Decoder.sig
	order []uint32 // of the outermost members, as nodes

	epoch  uint64 // of the Summary that has a tally of such events
	tally  int    // its index
	traits []byte // of each node's numbers, those that this Summary has been told
}

// shapes keeps shapes by their hash, one a slot. A shape is kept when it is met the second time in a row in its slot.
type shapes struct {
	slots []shape  // a power of two
	met   []uint64 // for each slot, the hash of the latest one that is not kept
}

const (
	fewShapes  = 16
	mostShapes = 1024
	maxShape   = 256 // nodes
)

// findShape finds the shape of the event at hand; nil where it is not kept. store tells whether it is worth keeping now.
func (d *Decoder) findShape() (s *shape, hash uint64, store bool) {
	if d.irregular || len(d.nodes) > maxShape {
		return nil, 0, false
	}
	t := &d.shapes
	if t.slots == nil {
		t.grow()
	}
	sig := d.sig[:2*len(d.nodes)]
	hash = maphash.Bytes(seed, sig)
	at := hash & uint64(len(t.slots)-1)
	if s := &t.slots[at]; s.hash == hash && bytes.Equal(s.sig, sig) {
		return s, hash, false
	}
	store = t.met[at] == hash
	t.met[at] = hash
	return nil, hash, store
}

// keepShape keeps the shape of the event at hand, whose outermost members stand in this order.
func (d *Decoder) keepShape(hash uint64, order []uint32) {
	t := &d.shapes
	s := &t.slots[hash&uint64(len(t.slots)-1)]
	for s.sig != nil && len(t.slots) < mostShapes {
		t.grow()
		s = &t.slots[hash&uint64(len(t.slots)-1)]
	}
	s.hash, s.epoch = hash, 0
	s.sig = append(s.sig[:0], d.sig[:2*len(d.nodes)]...)
	s.order = append(s.order[:0], order...)
}

func (t *shapes) grow() {
	old := t.slots
	n := max(fewShapes, 2*len(old))
	t.slots, t.met = make([]shape, n), make([]uint64, n)
	for _, s := range old {
		if s.sig != nil {
			t.slots[s.hash&uint64(n-1)] = s
		}
	}
}
