package event

import "github.com/flare-pg/flare-pg/nql/sparse"

// Decoder turns received events into stored ones. It holds scratch memory that is used again for every
// event, at most some 25 times the event's bytes (an event of nothing but tiny members), and remembers the names that it has met (names.go); it
// is used by one goroutine at a time.
//
// It works in two passes. The first (parse.go) validates the text and notes every value that may have to
// be moved or rewritten as a node; the members of each object are put in order when the object ends (order.go). The second
// (emit.go) writes the nodes in their order, copying from the text whatever already stands in normalised form.
type Decoder struct {
	o      Options
	names  names
	second bool // this is the second event, or a later one
	shapes shapes

	src      []byte
	specials []byte // a bit for each byte of src that ends a run of plain characters in a string
	nodes    []node
	sig      []byte   // of each node in two bytes: its name's id and its value's class
	traits   []byte   // of each node: what it means for a property's type if it is a number
	order    []uint32 // the members of closed objects in their order, as nodes
	present  []uint64 // of the object that is being put in order: the ranks of its members
	slots    []uint32 // and the node for each
	strays   []stray
	kids     []kid  // the members of an object with strays while it is being sorted
	text     []byte // strays' names, and names that had escapes
	err      *Error

	// What the top-level members of the event at hand turned out to hold: nodes, or none.
	time           [timePlaces]uint32
	chosen         uint32 // the one that counts
	level, message uint32

	irregular bool   // it has strays
	shape     *shape // nil: none that is kept

	instant   instant
	digits    []byte // of an epoch number
	value     []byte // an unescaped value
	unescaped []byte // a name
}

// node is a value with its name, if it is an object's member. Positions are in src.
type node struct {
	start       uint32 // of a member: where its name begins, at the quote
	val, valEnd uint32
	next        uint32 // the node behind this one's members
	from, to    uint32 // of an object: its members, in order
	name        uint32 // of a member: the name's id, or strayName and the index of a stray
	kind        nodeKind
	flags       nodeFlags
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
	nameDirty                        // the name is spelled otherwise, or white space follows it
	dead                             // a later member of this name counts
	isTime                           // the member @t, to be written anew
)

const none = ^uint32(0)

// NewDecoder returns a Decoder.
func NewDecoder(o Options) *Decoder {
	if o.Bytes <= 0 {
		o.Bytes = DefaultBytes
	}
	if o.Depth <= 0 {
		o.Depth = DefaultDepth
	}
	o.Bytes, o.Depth = min(o.Bytes, maxLimitBytes), min(o.Depth, maxLimitDepth)
	d := &Decoder{o: o}
	d.forget()
	return d
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
	d.begin(src)
	ok := d.parse()
	if ok {
		dst = d.emit(dst)
		ts = d.instant.ticks()
		if observe != nil {
			d.observe(observe)
		}
	}
	d.src = nil
	d.second = true
	d.shrink()
	if !ok {
		return dst, 0, d.err
	}
	return dst, ts, nil
}

// begin makes ready for the event in src.
func (d *Decoder) begin(src []byte) {
	if d.names.strays > manyStrays {
		d.forget()
	}
	d.src = src
	d.specials = sparse.Specials(d.specials, src)
	d.nodes, d.order, d.strays, d.text = d.nodes[:0], d.order[:0], d.strays[:0], d.text[:0]
	d.err = nil
}

// shrink gives back the memory that an unusually large event took.
func (d *Decoder) shrink() {
	const most = 1 << 16 // nodes
	if cap(d.nodes) > most {
		d.nodes, d.sig, d.traits, d.order, d.strays, d.kids = nil, nil, nil, nil, nil, nil
	}
	if cap(d.specials) > most {
		d.specials = nil
	}
	if cap(d.text) > 1<<20 {
		d.text = nil
	}
	if cap(d.value)+cap(d.unescaped) > 1<<20 {
		d.value, d.unescaped = nil, nil
	}
}

// fail notes an error and returns the position that means failure.
func (d *Decoder) fail(code string, offset int, reason string) int {
	d.err = &Error{Code: code, Reason: reason, Offset: offset}
	return -1
}
