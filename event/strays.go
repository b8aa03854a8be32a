package event

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// stray is a member's name that is not remembered: the characters in d.text, escapes undone.
type stray struct{ from, to uint32 }

// strayName marks the name of a node as the index of a stray.
const strayName = 1 << 31

// stray takes in a name that has no id.
func (d *Decoder) stray(name []byte) uint32 {
	from := len(d.text)
	d.text = append(d.text, name...)
	d.strays = append(d.strays, stray{uint32(from), uint32(len(d.text))})
	return strayName | uint32(len(d.strays)-1)
}

// nameOf gives the characters of a member's name. They are not to be changed.
func (d *Decoder) nameOf(p *node) []byte {
	if p.name&strayName != 0 {
		s := d.strays[p.name&^strayName]
		return d.text[s.from:s.to]
	}
	return d.names.all[p.name].name
}

// kid is a member while its object is being sorted by names: its key orders them by their first bytes.
type kid struct {
	key  uint64
	node uint32
}

// keyEmpty is the key of the empty name: behind those of the built-in ones, before every other.
const keyEmpty = 100

// sortNames is sortRanks for an object that has strays.
func (d *Decoder) sortNames(n uint32) (inOrder bool) {
	kids := d.kids[:0]
	for m := n + 1; m < uint32(len(d.nodes)); m = d.nodes[m].next {
		p := &d.nodes[m]
		switch {
		case p.flags&dead != 0:
		case n == 0 && p.name <= lastID:
			kids = append(kids, kid{uint64(p.name), m})
		default:
			kids = append(kids, kid{keyOf(d.nameOf(p)), m})
		}
	}
	d.kids = kids
	inOrder = true
	for i := 1; i < len(kids); i++ {
		if d.compare(kids[i-1], kids[i]) >= 0 {
			inOrder = false
			break
		}
	}
	if !inOrder {
		d.sort(kids)
		kids = d.dedupe(kids)
	}
	for _, k := range kids {
		d.order = append(d.order, k.node)
	}
	return inOrder
}

// keyOf gives a name's first 8 bytes as a number that compares as they do.
func keyOf(name []byte) uint64 {
	if len(name) >= 8 {
		return binary.BigEndian.Uint64(name)
	}
	if len(name) == 0 {
		return keyEmpty
	}
	var k uint64
	for i, c := range name {
		k |= uint64(c) << uint(56-8*i)
	}
	return k
}

// compare orders by name; members of one name are equal.
func (d *Decoder) compare(a, b kid) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	if a.key <= lastID {
		return 0 // one built-in member, twice
	}
	m, n := d.nameOf(&d.nodes[a.node]), d.nameOf(&d.nodes[b.node])
	// Names of up to 8 bytes are all in the key. Zero bytes, with which it is filled, are in no name.
	if len(m) <= 8 || len(n) <= 8 {
		return cmp.Compare(len(m), len(n))
	}
	return bytes.Compare(m[8:], n[8:])
}

// sort is stable: of one name, the last received stays last.
func (d *Decoder) sort(kids []kid) {
	const few = 40
	if len(kids) > few {
		slices.SortFunc(kids, func(a, b kid) int {
			if c := d.compare(a, b); c != 0 {
				return c
			}
			return cmp.Compare(a.node, b.node)
		})
		return
	}
	for i := 1; i < len(kids); i++ {
		k, j := kids[i], i
		for ; j > 0; j-- {
			p := kids[j-1]
			if p.key < k.key || p.key == k.key && d.compare(p, k) <= 0 {
				break
			}
			kids[j] = p
		}
		kids[j] = k
	}
}

// dedupe keeps the last of each name among sorted members.
func (d *Decoder) dedupe(kids []kid) []kid {
	keep := kids[:0]
	for i, k := range kids {
		if i+1 < len(kids) && d.compare(k, kids[i+1]) == 0 {
			d.nodes[k.node].flags |= dead
			continue
		}
		keep = append(keep, k)
	}
	return keep
}
