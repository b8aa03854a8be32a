package strip

import (
	"hash/crc32"
	"sync/atomic"
	"unsafe"
)

// Front is what a page says of itself at its beginning: its members, strips, shapes, and where everything lies; and some dictionaries and parts that were read once. It does not change
// otherwise and may be shared by goroutines, for any number of Readers of the one page.
type Front struct {
	rows, bytes int
	length      int // of the front
	body        int
	dir         directory
	parts       []part // the head's, then the strips
	size        int64

	kept     []atomic.Pointer[keptTexts] // by strip
	keptSize atomic.Int64

	keepsParts atomic.Pointer[Parts]    // nil: no parts are kept
	keptParts  []atomic.Pointer[[]byte] // by part
	held       heldParts
}

// part is a piece of the body that is read, and verified, by itself.
type part struct {
	at, length int // from the body's beginning
	sum        uint32
}

// The parts. Strips follow.
const (
	partTimes = iota
	partArrivals
	partShapes
	partRests
	partStrips
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum of a part: CRC-32C.
func sum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// ParseFront decodes the front that b begins with, of a page with so many bytes of body, and, by its page header, events and bytes of documents. It keeps nothing of b.
//
// What it takes of memory is bounded by rows and bytes, whatever b says.
func ParseFront(b []byte, body, rows, bytes int) (*Front, error) {
	if rows < 1 || rows > MaxRows || bytes < 0 || bytes > maxBytes {
		return nil, ErrDamaged
	}
	f := &Front{rows: rows, bytes: bytes, body: body}
	in := input{b: b}
	var m memory
	packed := in.body(maxDirectory(bytes))
	shapes := in.count(rows)
	how := in.body(maxDirectory(bytes))
	if in.bad {
		return nil, ErrDamaged
	}
	f.length = len(b) - len(in.b)
	raw, err := packed.open(&m)
	if err != nil {
		return nil, err
	}
	d := input{b: raw}
	if f.directory(&d); d.bad {
		return nil, ErrDamaged
	}
	if raw, err = how.open(&m); err != nil {
		return nil, err
	}
	d = input{b: raw}
	if d.shapes(&f.dir, shapes, rows); d.bad || !f.counted() {
		return nil, ErrDamaged
	}
	at := f.length
	for i := range f.parts {
		f.parts[i].at = at
		if at += f.parts[i].length; at > body {
			return nil, ErrDamaged
		}
	}
	if at != body {
		return nil, ErrDamaged
	}
	f.kept = make([]atomic.Pointer[keptTexts], len(f.dir.strips))
	f.keptParts = make([]atomic.Pointer[[]byte], len(f.parts))
	f.size += keptBytes + 8*int64(len(f.kept)) + 8*int64(len(f.keptParts)) + int64(unsafe.Sizeof(*f)) + int64(len(f.parts))*int64(unsafe.Sizeof(part{})) + int64(len(f.dir.strips))*int64(unsafe.Sizeof(stripInfo{})) +
		int64(len(f.dir.nodes))*int64(unsafe.Sizeof(nodeInfo{})) + int64(len(f.dir.shapes))*int64(unsafe.Sizeof(shape{})) + int64(cap(f.dir.ops))*4
	return f, nil
}

// Bytes is about how much memory f takes at most, for a cache.
func (f *Front) Bytes() int64 { return f.size }

// Length is how many bytes of the body the front takes, and Body how many the body has.
func (f *Front) Length() int { return f.length }

func (f *Front) Body() int { return f.body }

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
	bounded bool
	least   int64
	most    int64
	digits  int
}

// shape is a shape and how many rows have it.
type shape struct {
	rest bool
	ops  []op
	rows int
}

// directory reads the directory.
func (f *Front) directory(in *input) {
	d := &f.dir
	d.flags = in.byte()
	f.parts = make([]part, partStrips)
	f.parts[partTimes] = in.part()
	f.parts[partArrivals] = in.part()
	f.parts[partShapes] = in.part()
	if d.rest = in.count(f.rows); d.rest > 0 {
		f.parts[partRests] = in.part()
	}
	nodes := in.count(min(len(in.b)/2, maxNodes)) + 1
	if in.bad {
		return
	}
	d.nodes = make([]nodeInfo, nodes)
	names := 0
	for i := range d.nodes {
		x := &d.nodes[i]
		for t := range x.strips {
			x.strips[t] = -1
		}
		if i == 0 {
			continue
		}
		p := in.count(2*i - 1)
		x.parent, x.inRest = uint32(p>>1), p&nodeInRest != 0
		x.name = in.take(in.count(len(in.b)))
		names += len(x.name)
	}
	// The names in one piece, lest they keep what they were decoded from.
	room := make([]byte, 0, names)
	for i := range d.nodes {
		x := &d.nodes[i]
		from := len(room)
		room = append(room, x.name...)
		x.name = room[from:len(room):len(room)]
	}
	f.size = int64(names)
	strips := in.count(min(len(in.b)/9, maxStrips))
	d.strips = make([]stripInfo, strips)
	for i := range d.strips {
		s := &d.strips[i]
		s.node = uint32(in.count(nodes - 1))
		s.typ = Type(in.byte())
		s.n = in.count(f.rows)
		f.parts = append(f.parts, in.part())
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

// part reads a part's length and checksum.
func (in *input) part() part { return part{length: in.count(maxBytes * 2), sum: in.uint32()} }

// shapes reads so many shapes, of so many rows in all.
func (in *input) shapes(d *directory, n, rows int) {
	d.shapes = make([]shape, n)
	ends := make([]int, n)
	for i := range d.shapes {
		s := &d.shapes[i]
		switch in.byte() {
		case 0:
		case shapeRest:
			s.rest = true
		default:
			in.fail()
		}
		s.rows = in.count(rows)
		rows -= s.rows
		for range in.count(len(in.b)) {
			d.ops = append(d.ops, op(in.count(1<<30)))
		}
		ends[i] = len(d.ops)
		if in.bad {
			return
		}
	}
	if rows != 0 || len(in.b) > 0 {
		in.fail()
		return
	}
	d.ops = append(make([]op, 0, len(d.ops)), d.ops...)
	from := 0
	for i, end := range ends {
		s := &d.shapes[i]
		s.ops = d.ops[from:end:end]
		from = end
		if !d.fits(s.ops) {
			in.fail()
			return
		}
	}
}

// counted says whether the strips have as many values as the rows' shapes say.
func (f *Front) counted() bool {
	d := &f.dir
	left, rest := make([]int, len(d.strips)), d.rest
	for i := range d.strips {
		left[i] = d.strips[i].n
	}
	for i := range d.shapes {
		s := &d.shapes[i]
		for _, o := range s.ops {
			if o != opClose && !isOpen(o) {
				left[stripOf(o)] -= s.rows
			}
		}
		if s.rest {
			rest -= s.rows
		}
	}
	for _, n := range left {
		if n != 0 {
			return false
		}
	}
	return rest == 0
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
