package event

import "math/bits"

// sortRanks puts the members of the object in node n, the last nodes, in order by the ranks of their names, leaves out those that a later one
// replaces, and notes the order in d.order. It reports whether they stood in order already and none was left out.
func (d *Decoder) sortRanks(n, path uint32) (inOrder bool) {
	names, nodes := d.names.all, d.nodes
	if ascending(names, nodes, n) {
		for m := n + 1; m < uint32(len(nodes)); m = nodes[m].next {
			d.order = append(d.order, m)
		}
		return true
	}
	words := (len(names[path].children) + 63) / 64
	for len(d.present) < words {
		d.present = append(d.present, 0)
		d.slots = append(d.slots, make([]uint32, 64)...)
	}
	present, slots := d.present[:words], d.slots
	word, bits0 := 0, uint64(0) // the latest word of present
	for m := n + 1; m < uint32(len(nodes)); m = nodes[m].next {
		p := &nodes[m]
		if p.flags&dead != 0 {
			continue
		}
		rank := int(names[p.name].rank)
		if rank>>6 != word {
			present[word] = bits0
			word = rank >> 6
			bits0 = present[word]
		}
		if bits0>>(rank&63)&1 != 0 {
			nodes[slots[rank]].flags |= dead
		}
		bits0 |= 1 << (rank & 63)
		slots[rank] = m
	}
	present[word] = bits0
	order := d.order
	for w, b := range present {
		present[w] = 0
		for ; b != 0; b &= b - 1 {
			order = append(order, slots[w<<6|bits.TrailingZeros64(b)])
		}
	}
	d.order = order
	return false
}

// sortTop is sortRanks for the outermost object, whose order may be known from an event of the same shape.
func (d *Decoder) sortTop() {
	s, hash, store := d.findShape()
	if d.shape = s; s != nil {
		d.order = append(d.order, s.order...)
		return
	}
	from := len(d.order)
	d.sortRanks(0, root)
	if !store {
		return
	}
	for m := uint32(1); m < uint32(len(d.nodes)); m = d.nodes[m].next {
		if d.nodes[m].flags&dead != 0 {
			return // which shapes know nothing of
		}
	}
	d.keepShape(hash, d.order[from:])
}

// ascending reports whether all members of the object in node n, the last nodes, are to be kept and stand in ascending order.
func ascending(names []known, nodes []node, n uint32) bool {
	last := -1
	for m := n + 1; m < uint32(len(nodes)); m = nodes[m].next {
		p := &nodes[m]
		rank := int(names[p.name].rank)
		if rank <= last || p.flags&dead != 0 {
			return false
		}
		last = rank
	}
	return true
}
