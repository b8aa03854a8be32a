package oldevent

import (
	"cmp"
	"slices"
)

// Decoder turns received events into stored ones. It holds scratch memory that is used again for every
// event, at most some 25 times the event's bytes (an event of nothing but tiny members); it is used by one goroutine at a time.
//
// It works in two passes. The first (parse.go) validates the text and notes every value that may have to
// be moved or rewritten as a node; the members of each object are sorted when the object ends. The second
// (emit.go) writes the nodes in their order, copying from the text whatever already stands in normalised form.
type Decoder struct {
	o Options

	src   []byte
	nodes []node
	kids  []kid    // stack: the members of the objects that are open
	order []uint32 // the sorted members of closed objects, as nodes
	text  []byte   // unescaped names
	err   *Error

	// What the top-level members of the event at hand turned out to hold: nodes, or none.
	time           [timePlaces]uint32
	chosen         uint32 // the one that counts
	level, message uint32
	killed         bool // a member is dead already

	instant instant
	digits  []byte // of an epoch number
	value   []byte // an unescaped value
}

// node is a value with its name, if it is an object's member. Positions are in src, but for the names
// that had escapes: those are in text.
type node struct {
	name, nameEnd uint32 // the characters of the name, escapes undone
	val, valEnd   uint32
	next          uint32 // the node behind this one's members
	from, to      uint32 // of an object: its members, in order
	kind          nodeKind
	flags         nodeFlags
}

type nodeKind uint8

const (
	nodeNull nodeKind = iota
	nodeFalse
	nodeTrue
	nodeNumber
	nodeString
	nodeObject
	nodeArray
)

type nodeFlags uint8

const (
	valueDirty nodeFlags = 1 << iota // the value must be rewritten
	nameInText                       // the name had escapes
	loose                            // white space between name and value
	dead                             // a later member of this name counts
	isTime                           // the member @t
)

// kid is a member while its object is being sorted: its key orders names by their first bytes.
type kid struct {
	key  uint64
	node uint32
}

const none = ^uint32(0)

// keyEmpty is the key of the empty name: behind those of the built-in ones, before every other.
const keyEmpty = 100

// NewDecoder returns a Decoder.
func NewDecoder(o Options) *Decoder {
	if o.Bytes <= 0 {
		o.Bytes = DefaultBytes
	}
	if o.Depth <= 0 {
		o.Depth = DefaultDepth
	}
	o.Bytes, o.Depth = min(o.Bytes, maxLimitBytes), min(o.Depth, maxLimitDepth)
	return &Decoder{o: o}
}

// Limits gives the limits in force.
func (d *Decoder) Limits() Limits { return d.o.Limits }

// Decode appends the normalised form of the event in src to dst and returns dst so extended, with the
// event's time in 100 ns since 1970. White space around the object is allowed. observe, when not nil, is told every property's type.
// After an error, an *Error with the offset in src, dst is returned as it was given and observe has been told nothing.
func (d *Decoder) Decode(dst, src []byte, observe *Summary) (doc []byte, ts int64, err error) {
	if len(src) > d.o.Bytes {
		return dst, 0, &Error{Code: CodeTooLarge, Offset: -1, Reason: tooLarge(len(src), d.o.Bytes)}
	}
	d.src = src
	d.nodes, d.kids, d.order, d.text = d.nodes[:0], d.kids[:0], d.order[:0], d.text[:0]
	d.err = nil
	ok := d.parse()
	if ok {
		dst = d.emitObject(dst, 0)
		ts = d.instant.ticks()
		if observe != nil {
			d.observe(observe)
		}
	}
	d.src = nil
	d.shrink()
	if !ok {
		return dst, 0, d.err
	}
	return dst, ts, nil
}

// shrink gives back the memory that an unusually large event took.
func (d *Decoder) shrink() {
	const most = 1 << 16 // nodes
	if cap(d.nodes) > most {
		d.nodes, d.kids, d.order = nil, nil, nil
	}
	if cap(d.text) > 1<<20 {
		d.text = nil
	}
	if cap(d.value) > 1<<20 {
		d.value = nil
	}
}

// fail notes an error and returns the position that means failure.
func (d *Decoder) fail(code string, offset int, reason string) int {
	d.err = &Error{Code: code, Reason: reason, Offset: offset}
	return -1
}

// nameOf gives a member's name, escapes undone.
func (d *Decoder) nameOf(n *node) []byte {
	if n.flags&nameInText != 0 {
		return d.text[n.name:n.nameEnd]
	}
	return d.src[n.name:n.nameEnd]
}

// close sorts the members on the stack from base on, drops those that a later one replaces, and moves
// them to d.order. It reports whether they stood in order already and none was dropped.
func (d *Decoder) close(n, base int) (inOrder bool) {
	kids := d.kids[base:]
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
	from := len(d.order)
	for _, k := range kids {
		d.order = append(d.order, k.node)
	}
	d.kids = d.kids[:base]
	d.nodes[n].from, d.nodes[n].to = uint32(from), uint32(len(d.order))
	return inOrder
}

// compare orders by name; members of one name are equal.
func (d *Decoder) compare(a, b kid) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	m, n := &d.nodes[a.node], &d.nodes[b.node]
	// Names of up to 8 bytes are all in the key. Zero bytes, with which it is filled, are in no name.
	if m.nameEnd-m.name <= 8 || n.nameEnd-n.name <= 8 {
		return cmp.Compare(m.nameEnd-m.name, n.nameEnd-n.name)
	}
	return slices.Compare(d.nameOf(m)[8:], d.nameOf(n)[8:])
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
