package strip

import (
	"errors"
	"hash/maphash"
	"slices"
	"unsafe"
)

// ErrDifferent: the documents of a page have too little in common to be taken apart.
var ErrDifferent = errors.New("events have too little in common for a page by column")

// MaxRows is how many events a page has at most.
const MaxRows = 1 << 16

const (
	// maxStrips is how many strips a page has at most: those of the most frequent members.
	maxStrips = 1024
	// maxNodes is how many different members are told apart while a page is filled.
	maxNodes = 1 << 14
	// rareRows: a member that fewer than one in so many documents have stays in the rest.
	rareRows = 200
)

// Builder makes pages, one after the other. It is used by one goroutine.
type Builder struct {
	Sharer Sharer // nil: each page has dictionaries of its own
	// Pause, where not nil, is called now and then, every few tenths of a millisecond of work, so that others can work in between: a page takes some 20.
	Pause func()

	docs     []byte
	own      []byte // what docs is otherwise, where it is borrowed
	borrowed bool
	rows     []ref // of docs
	times    []int64
	arrivals []int64

	nodes   []node
	names   []byte
	known   map[nodeKey]uint32
	strips  []*building
	shapes  []shapeBuilding
	shape   []int64 // of each row
	bySum   map[uint64]uint32
	before  uint32 // the shape of the row before
	tooMany bool
	forced  int // for tests: the page is made in any case, with what fewer documents have in the rest

	rest      texts // of the rows that have one
	restNodes []bool

	// Of the document at hand.
	tape   []uint32
	ops    []op
	places []uint32 // of the ops
	found  []value
	stack  []uint32

	// Of the strip at hand.
	strip       *building
	bounded     bool
	least, most int64
	digits      int

	zstd      compressor
	spare     [][]int64
	distinct  []int64
	seen      [4 * maxCoded]uint16
	small     []byte
	joined    []byte
	slots     []slot
	skeletons texts
	fields    [][]int64
	pool      []*building
	directory []byte
	bodies    []byte
}

// building is a strip while a page is filled.
type building struct {
	node uint32
	typ  Type
	refs []ref // of Builder.docs
	rare bool
}

// shapeBuilding is a shape while a page is filled.
type shapeBuilding struct {
	ops  []op
	rows int
	rest bool // rows of it have more than the ops say
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	b := &Builder{}
	b.Reset()
	return b
}

// Reset empties the Builder.
func (b *Builder) Reset() {
	if b.borrowed {
		b.docs, b.own, b.borrowed = b.own, nil, false
	}
	b.docs, b.rows, b.times, b.arrivals = b.docs[:0], b.rows[:0], b.times[:0], b.arrivals[:0]
	b.nodes, b.names = b.nodes[:0], b.names[:0]
	b.known, b.bySum = map[nodeKey]uint32{}, map[uint64]uint32{}
	b.pool = append(b.pool, b.strips...)
	b.strips, b.shapes, b.shape = b.strips[:0], b.shapes[:0], b.shape[:0]
	b.tooMany = false
	b.newNode(0, ref{})
}

// Len is the number of events in the page so far, and Bytes that of their documents.
func (b *Builder) Len() int   { return len(b.rows) }
func (b *Builder) Bytes() int { return len(b.docs) }

// Add adds an event, behind those before. The document is copied.
func (b *Builder) Add(ts int64, arrival uint64, doc []byte) {
	base := uint32(len(b.docs))
	b.docs = append(b.docs, doc...)
	b.add(ts, arrival, base, uint32(len(b.docs)))
}

// Use adds the events of a page at once, to an empty Builder: document i ends at ends[i] of docs, where the next one begins. The documents are not copied and must stay as
// they are until Finish or Reset.
func (b *Builder) Use(docs []byte, ends []uint32, times []int64, arrivals []uint64) {
	b.own, b.docs = b.docs, docs[:len(docs):len(docs)]
	b.borrowed = true
	from := uint32(0)
	for i, end := range ends {
		b.add(times[i], arrivals[i], from, end)
		if from = end; i%pauseDocs == pauseDocs-1 {
			b.pause()
		}
	}
}

// pauseDocs is how many documents are walked through between two pauses.
const pauseDocs = 128

func (b *Builder) pause() {
	if b.Pause != nil {
		b.Pause()
	}
}

// add adds an event whose document is in b.docs.
func (b *Builder) add(ts int64, arrival uint64, base, end uint32) {
	row := len(b.rows)
	doc := b.docs[base:end]
	b.rows = append(b.rows, ref{base, end})
	b.times, b.arrivals = append(b.times, ts), append(b.arrivals, int64(arrival))
	if b.tooMany = b.tooMany || len(b.nodes) > maxNodes; b.tooMany {
		return
	}
	if !b.walk(doc, int32(row)) {
		for _, o := range b.ops {
			if isOpen(o) {
				b.nodes[nodeOf(o)].opened--
			}
		}
		b.ops, b.found = b.ops[:0], b.found[:0]
		b.value(0, JSON, 0, uint32(len(doc)))
	}
	for _, v := range b.found {
		s := b.strips[v.strip]
		s.refs = append(s.refs, ref{base + v.from, base + v.to})
	}
	shape := b.shapeOf(b.ops)
	b.shapes[shape].rows++
	b.shape = append(b.shape, int64(shape))
}

func (b *Builder) newStrip(n uint32, t Type) int {
	var s *building
	if k := len(b.pool); k > 0 {
		s, b.pool = b.pool[k-1], b.pool[:k-1]
		*s = building{node: n, typ: t, refs: s.refs[:0]}
	} else {
		s = &building{node: n, typ: t}
	}
	b.strips = append(b.strips, s)
	b.nodes[n].strips[t] = int32(len(b.strips) - 1)
	return len(b.strips) - 1
}

// shapeOf gives the number of the shape with these ops.
func (b *Builder) shapeOf(ops []op) uint32 {
	if int(b.before) < len(b.shapes) && slices.Equal(b.shapes[b.before].ops, ops) {
		return b.before
	}
	sum := maphash.Bytes(seed, unsafe.Slice((*byte)(unsafe.Pointer(&ops[0])), 4*len(ops)))
	for {
		n, ok := b.bySum[sum]
		if !ok {
			n = uint32(len(b.shapes))
			b.shapes = append(b.shapes, shapeBuilding{ops: slices.Clone(ops)})
			b.bySum[sum] = n
		}
		if slices.Equal(b.shapes[n].ops, ops) {
			b.before = n
			return n
		}
		sum++
	}
}

// Finish gives the page's body, appended to dst, and how many bytes of it are its front, and empties the Builder. It wraps ErrDifferent where the events are better off
// in rows.
func (b *Builder) Finish(dst []byte) (body []byte, front int, err error) {
	defer b.Reset()
	n := len(b.rows)
	if n == 0 || n > MaxRows || b.tooMany || len(b.nodes) > maxNodes || len(b.docs) > maxBytes {
		return dst, 0, ErrDifferent
	}
	if err := b.reduce(); err != nil {
		return dst, 0, err
	}
	body, front = b.encode(dst)
	return body, front, nil
}
