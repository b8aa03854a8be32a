package strip

import (
	"encoding/binary"
	"slices"
)

const (
	flagManyRest = 1 // more members may be in the rest than the directory says
	maxRestNodes = 1024

	// largeDirectory is the bytes from which on a directory is compressed. Every read of a page begins with it, so a small one shall cost nothing.
	largeDirectory = 3 << 10

	nodeInRest = 1

	stripBounded = 1

	shapeRest = 1
)

// encode appends the page's body.
func (b *Builder) encode(dst []byte) []byte {
	n := len(b.rows)
	bodies := b.bodies[:0]
	bodies = b.appendInts(bodies, b.times, anyInts)
	bodies = b.appendInts(bodies, b.arrivals, anyInts)
	bodies = b.appendInts(bodies, b.shape, anyInts&^(1<<intsDelta))
	if len(b.rest.refs) > 0 {
		bodies = b.appendTexts(bodies, b.rest, pieceText, nil)
	}
	head := len(bodies)

	number, nodes, flags := b.numberNodes()
	d := append(b.directory[:0], flags)
	d = binary.AppendUvarint(d, uint64(len(b.rest.refs)))
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
		from := len(bodies)
		bodies = b.appendStrip(bodies, s, n)
		d = binary.AppendUvarint(d, uint64(number[s.node]))
		d = append(d, byte(s.typ))
		d = binary.AppendUvarint(d, uint64(len(s.refs)))
		d = binary.AppendUvarint(d, uint64(len(bodies)-from))
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
		d = binary.AppendUvarint(d, uint64(len(s.ops)))
		for _, o := range s.ops {
			if isOpen(o) {
				o = opOpen(number[nodeOf(o)])
			}
			d = binary.AppendUvarint(d, uint64(o))
		}
	}
	b.directory, b.bodies = d, bodies
	dst = b.zstd.appendIfLarge(dst, d[:split], largeDirectory)
	dst = binary.AppendUvarint(dst, uint64(len(b.shapes)))
	dst = b.zstd.appendBytes(dst, d[split:])
	dst = binary.AppendUvarint(dst, uint64(head))
	return append(dst, bodies...)
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

// directory is what a page says of its strips.
type directory struct {
	flags  byte
	nodes  []nodeInfo
	strips []stripInfo
	shapes []shape
	ops    []op // of all shapes
	rest   int  // rows that have one
}

type nodeInfo struct {
	parent uint32
	inRest bool
	name   []byte // as it is spelled
	strips [types]int32
}

type stripInfo struct {
	node    uint32
	typ     Type
	n       int
	length  int
	bounded bool
	least   int64
	most    int64
	digits  int
}

// shape is how documents are put together: before each op its literal, and at the end the last one.
type shape struct {
	rest bool
	ops  []op
	rows int
}

// directory reads a directory for so many rows into d, whose memory is used again.
func (in *input) directory(d *directory, rows int) {
	d.flags = in.byte()
	d.rest = in.count(rows)
	nodes := in.count(min(len(in.b)/2, maxNodes)) + 1
	if in.bad {
		return
	}
	d.nodes = slices.Grow(d.nodes[:0], nodes)[:nodes]
	for i := range d.nodes {
		x := &d.nodes[i]
		*x = nodeInfo{}
		for t := range x.strips {
			x.strips[t] = -1
		}
		if i == 0 {
			continue
		}
		p := in.count(2*i - 1)
		x.parent, x.inRest = uint32(p>>1), p&nodeInRest != 0
		x.name = in.take(in.count(len(in.b)))
	}
	strips := in.count(min(len(in.b)/5, maxStrips))
	d.strips = slices.Grow(d.strips[:0], strips)[:strips]
	for i := range d.strips {
		s := &d.strips[i]
		*s = stripInfo{}
		s.node = uint32(in.count(nodes - 1))
		s.typ = Type(in.byte())
		s.n = in.count(rows)
		s.length = in.count(maxBytes * 2)
		switch in.byte() {
		case 0:
		case stripBounded:
			s.bounded, s.least, s.most, s.digits = true, in.varint(), in.varint(), int(in.byte())
		default:
			in.fail()
		}
		if in.bad || s.typ >= Rest || s.n == 0 || s.node == 0 && s.typ != JSON || d.nodes[s.node].strips[s.typ] >= 0 {
			in.fail()
			return
		}
		d.nodes[s.node].strips[s.typ] = int32(i)
	}
	if len(in.b) > 0 {
		in.fail()
	}
}

// shapes reads so many shapes.
func (in *input) shapes(d *directory, n int) {
	d.shapes = slices.Grow(d.shapes[:0], n)[:n]
	ops := d.ops[:0]
	for i := range d.shapes {
		s := &d.shapes[i]
		*s = shape{}
		switch in.byte() {
		case 0:
		case shapeRest:
			s.rest = true
		default:
			in.fail()
		}
		from := len(ops)
		for range in.count(len(in.b)) {
			ops = append(ops, op(in.count(1<<31)))
		}
		s.ops = ops[from:len(ops):len(ops)]
		if in.bad || !d.fits(s.ops) {
			in.fail()
			return
		}
	}
	d.ops = ops
	if len(in.b) > 0 {
		in.fail()
	}
}

// fits says whether ops make a document.
func (d *directory) fits(ops []op) bool {
	at := uint32(0)
	for _, o := range ops {
		switch {
		case o == opClose:
			if at == 0 {
				return false
			}
			at = d.nodes[at].parent
		case isOpen(o):
			n := nodeOf(o)
			if n == 0 || int(n) >= len(d.nodes) || d.nodes[n].parent != at {
				return false
			}
			at = n
		default:
			s := stripOf(o)
			if s >= len(d.strips) {
				return false
			}
			if n := d.strips[s].node; n == 0 && len(ops) > 1 || n != 0 && d.nodes[n].parent != at {
				return false
			}
		}
	}
	return at == 0
}
