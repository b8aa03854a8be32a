package strip

import "encoding/binary"

const (
	flagManyRest = 1 // more members may be in the rest than the directory says
	maxRestNodes = 1024

	// largeDirectory is the bytes from which on a directory is compressed: a small one shall cost nothing when a page is read for the first time.
	largeDirectory = 3 << 10

	nodeInRest = 1

	stripBounded = 1

	shapeRest = 1
)

// encode appends the page's body, and gives how many bytes of it are the front.
func (b *Builder) encode(dst []byte) (body []byte, front int) {
	n := len(b.rows)
	bodies := b.bodies[:0]
	d := append(b.directory[:0], 0)
	at := 0
	part := func() {
		d = binary.AppendUvarint(d, uint64(len(bodies)-at))
		d = binary.LittleEndian.AppendUint32(d, sum(bodies[at:]))
		at = len(bodies)
	}
	bodies = b.appendInts(bodies, b.times, anyInts)
	part()
	bodies = b.appendInts(bodies, b.arrivals, anyInts)
	part()
	bodies = b.appendInts(bodies, b.shape, anyInts&^(1<<intsDelta))
	part()
	d = binary.AppendUvarint(d, uint64(len(b.rest.refs)))
	if len(b.rest.refs) > 0 {
		bodies = b.appendTexts(bodies, b.rest, pieceText, nil)
		part()
	}

	number, nodes, flags := b.numberNodes()
	d[0] = flags
	d = binary.AppendUvarint(d, uint64(len(nodes)-1))
	for _, k := range nodes[1:] {
		x := &b.nodes[k]
		in := uint64(0)
		if len(b.rest.refs) > 0 && b.restNodes[k] {
			in = nodeInRest
		}
		d = binary.AppendUvarint(d, uint64(number[x.parent])<<1|in)
		d = binary.AppendUvarint(d, uint64(x.name.to-x.name.from))
		d = append(d, b.names[x.name.from:x.name.to]...)
	}
	d = binary.AppendUvarint(d, uint64(len(b.strips)))
	for _, s := range b.strips {
		b.pause()
		bodies = b.appendStrip(bodies, s, n)
		d = binary.AppendUvarint(d, uint64(number[s.node]))
		d = append(d, byte(s.typ))
		d = binary.AppendUvarint(d, uint64(len(s.refs)))
		part()
		if !b.bounded {
			d = append(d, 0)
			continue
		}
		d = append(d, stripBounded)
		d = binary.AppendVarint(d, b.least)
		d = binary.AppendVarint(d, b.most)
		d = append(d, byte(b.digits))
	}
	split := len(d)
	for i := range b.shapes {
		s := &b.shapes[i]
		in := byte(0)
		if s.rest {
			in = shapeRest
		}
		d = append(d, in)
		d = binary.AppendUvarint(d, uint64(s.rows))
		d = binary.AppendUvarint(d, uint64(len(s.ops)))
		for _, o := range s.ops {
			if isOpen(o) {
				o = opOpen(number[nodeOf(o)])
			}
			d = binary.AppendUvarint(d, uint64(o))
		}
	}
	b.directory, b.bodies = d, bodies
	from := len(dst)
	dst = b.zstd.appendIfLarge(dst, d[:split], largeDirectory)
	dst = binary.AppendUvarint(dst, uint64(len(b.shapes)))
	dst = b.zstd.appendBytes(dst, d[split:])
	return append(dst, bodies...), len(dst) - from
}

// numberNodes gives the members that the directory lists, those with strips, the objects around them, and those in the rest, and the number of each.
func (b *Builder) numberNodes() (number, nodes []uint32, flags byte) {
	wanted := make([]bool, len(b.nodes))
	want := func(n uint32) {
		for ; !wanted[n]; n = b.nodes[n].parent {
			wanted[n] = true
		}
	}
	want(0)
	for _, s := range b.strips {
		want(s.node)
	}
	for i := range b.shapes {
		for _, o := range b.shapes[i].ops {
			if isOpen(o) {
				want(nodeOf(o))
			}
		}
	}
	if len(b.rest.refs) > 0 {
		more := 0
		for n, in := range b.restNodes {
			if in && !wanted[n] {
				more++
			}
		}
		if more > maxRestNodes {
			flags = flagManyRest
		} else {
			for n, in := range b.restNodes {
				if in {
					want(uint32(n))
				}
			}
		}
	}
	number = make([]uint32, len(b.nodes))
	for n, w := range wanted {
		if w {
			number[n] = uint32(len(nodes))
			nodes = append(nodes, uint32(n))
		}
	}
	return number, nodes, flags
}

// appendStrip appends a strip's values.
func (b *Builder) appendStrip(dst []byte, s *building, rows int) []byte {
	b.bounded, b.strip = false, s
	t := texts{b.docs, s.refs}
	switch s.typ {
	case Null:
		return dst
	case Bool:
		v := b.takeInts(len(s.refs))
		for i, r := range s.refs {
			v[i] = 0
			if b.docs[r.from] == 't' {
				v[i] = 1
			}
		}
		dst = b.appendInts(dst, v, codeInts)
		b.giveInts(v)
		return dst
	case Number:
		return b.appendNumbers(dst, t)
	}
	var times []int64
	if len(s.refs) == rows && s.typ == String {
		times = b.times
	}
	return b.appendTexts(dst, t, textsOf(s.typ), times)
}

// textsOf gives the forms that texts of a type have.
func textsOf(t Type) uint {
	if t == String {
		return anyText
	}
	return otherText
}
