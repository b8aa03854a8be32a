package strip

import (
	"io"
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// Reader reads pages, one after the other. It is used by one goroutine. What it gives is valid until the next Open. Errors that the page is to blame for are
// *damage.Error and name where in the file the part begins that is damaged.
type Reader struct {
	rows, bytes int
	front       *Front
	dir         *directory // of the front
	from        io.ReaderAt
	file        string // for errors
	base        int64  // where in from the body begins

	data     [][]byte // of each part that was read
	times    *ints
	arrivals *ints
	rest     *textStrip
	strips   []strip

	structured bool    // whether the following is read
	shapes     []int64 // of each row
	plans      []plan

	left int // bytes that strips which are not open yet may be decompressed to

	at     int     // a row
	next   []int32 // of each strip, the value that comes next at that row; the last is of the rest
	counts []int32
	made   []byte
	index  []int32
	wanted []int

	Shared Shared // the dictionaries that pages share; nil: there are none

	unverified bool // for fuzzers, which guess no checksums
	memory     memory
	head       [2]ints
	converter  nql.Converter
}

// strip is a strip of the page at hand.
type strip struct {
	*stripInfo
	read   bool // and parsed
	ready  bool // and loaded
	bools  ints
	number *numberStrip
	text   *textStrip
	dict   *column.Vector // the dictionary as it is given away
}

// Open makes r read a page whose front is known already: file's, whose body begins at an offset of from. The body must stay unchanged as long as it is read. Nothing is
// read yet: each part is when it is first needed, and is verified then.
//
// What a page takes of memory is bounded by its front's rows and bytes, whatever the body says.
func (r *Reader) Open(f *Front, from io.ReaderAt, file string, at int64) {
	r.memory.reset()
	r.memory.shared = r.Shared
	r.front, r.dir, r.rows, r.bytes = f, &f.dir, f.rows, f.bytes
	r.from, r.file, r.base = from, file, at
	r.next, r.at, r.structured, r.left = r.next[:0], 0, false, r.maxText()
	r.times, r.arrivals, r.rest, r.shapes = nil, nil, nil, nil
	r.data = slices.Grow(r.data[:0], len(f.parts))[:len(f.parts)]
	clear(r.data)
	r.strips = slices.Grow(r.strips[:0], len(f.dir.strips))[:len(f.dir.strips)]
	for i := range r.strips {
		r.strips[i] = strip{stripInfo: &f.dir.strips[i]}
	}
}

// structure reads which shape each row has. Whoever reads a member that all events have does not need it.
func (r *Reader) structure() error {
	if r.structured {
		return nil
	}
	data, err := r.part(partShapes)
	if err != nil {
		return err
	}
	in := input{b: data}
	how := in.ints(r.rows, anyInts&^(1<<intsDelta))
	if in.bad || len(in.b) > 0 {
		return r.damaged(partShapes, ErrDamaged)
	}
	if r.shapes, err = how.decode(r.memory.longs.take(r.rows), &r.memory); err != nil {
		return r.damaged(partShapes, err)
	}
	if !r.countedShapes() {
		return r.damaged(partShapes, ErrDamaged)
	}
	r.plans = slices.Grow(r.plans[:0], len(r.dir.shapes))[:len(r.dir.shapes)]
	clear(r.plans)
	r.structured = true
	return nil
}

// countedShapes says whether as many rows have each shape as the front says.
func (r *Reader) countedShapes() bool {
	d := r.dir
	// Neighbours often have the same shape; four counters for each keep an addition from waiting for the one before.
	n := len(d.shapes)
	r.counts = slices.Grow(r.counts[:0], 4*n)[:4*n]
	clear(r.counts)
	c0, c1, c2, c3 := r.counts[:n], r.counts[n:][:n], r.counts[2*n:][:n], r.counts[3*n:][:n]
	rest := r.shapes
	for ; len(rest) >= 4; rest = rest[4:] {
		a, b, c, d := uint64(rest[0]), uint64(rest[1]), uint64(rest[2]), uint64(rest[3])
		if a >= uint64(n) || b >= uint64(n) || c >= uint64(n) || d >= uint64(n) {
			return false
		}
		c0[a]++
		c1[b]++
		c2[c]++
		c3[d]++
	}
	for _, s := range rest {
		if uint64(s) >= uint64(n) {
			return false
		}
		c0[s]++
	}
	for i := range c0 {
		c0[i] += c1[i] + c2[i] + c3[i]
	}
	for i := range d.shapes {
		if int(r.counts[i]) != d.shapes[i].rows {
			return false
		}
	}
	return true
}

// maxDirectory bounds the bytes of a directory: each name and each op that it lists stands for as many bytes in some document, or nearly so.
func maxDirectory(bytes int) int { return min(4*bytes+64<<10, maxBytes) }

// maxText bounds the bytes that all strips' texts are decompressed to: each stands in some document. The lengths and places in the rest may take as much again.
func (r *Reader) maxText() int { return min(r.bytes+r.rows, maxBytes) }
func (r *Reader) maxRest() int { return min(4*r.bytes, maxBytes) }

// Rows is the number of events.
func (r *Reader) Rows() int { return r.rows }

// timesOf and arrivalsOf give the events' timestamps and arrival numbers, as they are stored.
func (r *Reader) timesOf() (*ints, error) { return r.headOf(&r.times, partTimes) }

func (r *Reader) arrivalsOf() (*ints, error) { return r.headOf(&r.arrivals, partArrivals) }

func (r *Reader) headOf(v **ints, i int) (*ints, error) {
	if *v == nil {
		data, err := r.part(i)
		if err != nil {
			return nil, err
		}
		in := input{b: data}
		r.head[i] = in.ints(r.rows, anyInts)
		if in.bad || len(in.b) > 0 {
			return nil, r.damaged(i, ErrDamaged)
		}
		*v = &r.head[i]
	}
	return *v, nil
}

// Times gives the events' timestamps, in dst where that has room.
func (r *Reader) Times(dst []int64) ([]int64, error) {
	times, err := r.timesOf()
	if err != nil {
		return nil, err
	}
	if dst, err = times.decode(dst, &r.memory); err != nil {
		return nil, r.damaged(partTimes, err)
	}
	return dst, nil
}

// Arrivals gives the events' arrival numbers, in dst where that has room.
func (r *Reader) Arrivals(dst []uint64) ([]uint64, error) {
	arrivals, err := r.arrivalsOf()
	if err == nil {
		err = r.damaged(partArrivals, arrivals.load(&r.memory))
	}
	if err != nil {
		return nil, err
	}
	dst = slices.Grow(dst[:0], r.rows)
	for i := range r.rows {
		dst = append(dst, uint64(arrivals.at(i)))
	}
	return dst, nil
}

// Event gives timestamp and arrival number of one event.
func (r *Reader) Event(row int) (ts int64, arrival uint64, err error) {
	times, err := r.timesOf()
	if err == nil {
		err = r.damaged(partTimes, times.load(&r.memory))
	}
	if err != nil {
		return 0, 0, err
	}
	arrivals, err := r.arrivalsOf()
	if err == nil {
		err = r.damaged(partArrivals, arrivals.load(&r.memory))
	}
	if err != nil {
		return 0, 0, err
	}
	return times.at(row), uint64(arrivals.at(row)), nil
}

// rests makes the rests ready to be read.
func (r *Reader) rests() (*textStrip, error) {
	if r.rest == nil {
		data, err := r.part(partRests)
		if err != nil {
			return nil, err
		}
		in := input{b: data, left: r.maxRest(), memory: &r.memory}
		rest := in.texts(r.dir.rest, pieceText)
		if in.bad || len(in.b) > 0 {
			return nil, r.damaged(partRests, ErrDamaged)
		}
		if err := rest.load(&r.memory); err != nil {
			return nil, r.damaged(partRests, err)
		}
		r.rest = rest
	}
	return r.rest, nil
}

// parsed reads a strip as far as that goes without decoding its values.
func (r *Reader) parsed(i int) (*strip, error) {
	s := &r.strips[i]
	if s.read {
		return s, nil
	}
	data, err := r.part(partStrips + i)
	if err != nil {
		return nil, err
	}
	in := input{b: data, left: r.left, memory: &r.memory}
	switch s.typ {
	case Null:
	case Bool:
		s.bools = in.ints(s.n, codeInts)
	case Number:
		s.number = in.numbers(s.n)
	default:
		s.text = in.texts(s.n, textsOf(s.typ))
		in.bad = in.bad || s.text.form == textEventTime && s.n != r.rows
	}
	if in.bad || len(in.b) > 0 {
		return nil, r.damaged(partStrips+i, ErrDamaged)
	}
	r.left = in.left
	s.read = true
	return s, nil
}

// open makes a strip ready to be read.
func (r *Reader) open(i int) (*strip, error) {
	s := &r.strips[i]
	if s.ready {
		return s, nil
	}
	s, err := r.parsed(i)
	if err != nil {
		return nil, err
	}
	known := false // the dictionary is kept
	switch s.typ {
	case Null:
	case Bool:
		err = s.bools.load(&r.memory)
	case Number:
		err = s.number.load(&r.memory)
	default:
		if s.text.form == textEventTime {
			times, err := r.Times(r.memory.longs.take(r.rows))
			if err != nil {
				return nil, err
			}
			s.text.time.eventTimes(times)
		}
		known = r.front.known(i, s)
		err = s.text.load(&r.memory)
	}
	if err != nil {
		return nil, r.damaged(partStrips+i, err)
	}
	if s.text != nil && !known {
		r.front.keep(i, s)
	}
	s.ready = true
	return s, nil
}

// append appends value i as it is spelled; of strings what stands between the quotes.
func (s *strip) append(dst []byte, i int) []byte {
	switch s.typ {
	case Null:
		return append(dst, "null"...)
	case Bool:
		if s.bools.at(i) != 0 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		return s.number.append(dst, i)
	}
	return s.text.append(dst, i)
}
