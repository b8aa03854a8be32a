package event

import "math/bits"

// sortRanks puts the members of the object in node n, the last nodes, in order by the ranks of their names, leaves out those that a later one
// replaces, and notes the order in d.order. It reports whether they stood in order already and none was left out.
func (d *Decoder) sortRanks(n, path uint32) (inOrder bool) {
	names := d.names.all
	words := (len(names[path].children) + 63) / 64
	for len(d.present) < words {
		d.present = append(d.present, 0)
		d.slots = append(d.slots, make([]uint32, 64)...)
	}
	nodes, present, slots := d.nodes, d.present[:words], d.slots
	inOrder = true
	last := -1
	for m := n + 1; m < uint32(len(nodes)); m = nodes[m].next {
		p := &nodes[m]
		if p.flags&dead != 0 {
			continue
		}
		rank := int(names[p.name].rank)
		bit := uint64(1) << (rank & 63)
		if present[rank>>6]&bit != 0 {
			nodes[slots[rank]].flags |= dead
		}
		present[rank>>6] |= bit
		slots[rank] = m
		inOrder = inOrder && rank > last
		last = rank
	}
	order := d.order
	for w, b := range present {
		present[w] = 0
		for ; b != 0; b &= b - 1 {
			order = append(order, slots[w<<6|bits.TrailingZeros64(b)])
		}
	}
	d.order = order
	return inOrder
}
