package strip

import (
	"slices"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/nql"
)

// Reader reads pages, one after the other. It is used by one goroutine. What it gives is valid until the next Open.
type Reader struct {
	rows, bytes int
	dir         directory
	times       ints
	arrivals    ints
	rest        *textStrip
	strips      []strip

	structured bool // whether the following is read
	shapesHow  ints
	shapesText body
	shapesN    int
	shapes     []int64 // of each row
	plans      []plan

	left int // bytes that strips which are not open yet may be decompressed to

	at     int     // a row
	next   []int32 // of each strip, the value that comes next at that row; the last is of the rest
	counts []int32
	made   []byte
	index  []int32

	Shared Shared // the dictionaries that pages share; nil: there are none

	memory    memory
	converter nql.Converter
}

// strip is a strip of the page at hand.
type strip struct {
	*stripInfo
	data   []byte
	ready  bool // read and loaded
	bools  ints
	number *numberStrip
	text   *textStrip
	dict   *column.Vector // the dictionary as it is given away
}

// Open makes r read a page: its body, and how many events and bytes of documents the page header says it has. The body must stay unchanged as long as it is read.
//
// It is checked here as far as that goes without decoding strips. What a page takes of memory is bounded by rows and bytes, whatever the body says.
func (r *Reader) Open(body []byte, rows, bytes int) error {
	r.memory.reset()
	r.memory.shared = r.Shared
	r.rows, r.bytes = rows, bytes
	r.next, r.at, r.structured, r.rest, r.strips, r.left = r.next[:0], 0, false, nil, r.strips[:0], r.maxText()
	if rows < 1 || rows > MaxRows || bytes < 0 || bytes > maxBytes {
		return ErrDamaged
	}
	in := input{b: body}
	packed := in.body(maxDirectory(bytes))
	r.shapesN = in.count(rows)
	r.shapesText = in.body(maxDirectory(bytes))
	first := input{b: in.take(in.count(len(in.b)))}
	if in.bad {
		return ErrDamaged
	}
	raw, err := packed.open(&r.memory)
	if err != nil {
		return err
	}
	d := input{b: raw}
	if d.directory(&r.dir, rows); d.bad {
		return ErrDamaged
	}
	r.times = first.ints(rows, anyInts)
	r.arrivals = first.ints(rows, anyInts)
	r.shapesHow = first.ints(rows, anyInts&^(1<<intsDelta))
	if r.dir.rest > 0 {
		first.left = r.maxRest()
		r.rest = first.texts(r.dir.rest, pieceText)
	}
	if first.bad || len(first.b) > 0 {
		return ErrDamaged
	}
	r.strips = slices.Grow(r.strips[:0], len(r.dir.strips))[:len(r.dir.strips)]
	for i := range r.strips {
		s := &r.strips[i]
		*s = strip{stripInfo: &r.dir.strips[i]}
		s.data = in.take(s.length)
	}
	if in.bad || len(in.b) > 0 {
		return ErrDamaged
	}
	return nil
}

// structure reads the shapes and which of them each row has. Whoever reads a member that all events have needs neither.
func (r *Reader) structure() error {
	if r.structured {
		return nil
	}
	raw, err := r.shapesText.open(&r.memory)
	if err != nil {
		return err
	}
	in := input{b: raw}
	if in.shapes(&r.dir, r.shapesN); in.bad {
		return ErrDamaged
	}
	if r.shapes, err = r.shapesHow.decode(r.memory.longs.take(r.rows), &r.memory); err != nil {
		return err
	}
	if err := r.count(); err != nil {
		return err
	}
	r.plans = slices.Grow(r.plans[:0], r.shapesN)[:r.shapesN]
	clear(r.plans)
	r.structured = true
	return nil
}

// maxDirectory bounds the bytes of a directory: each name and each op that it lists stands for as many bytes in some document, or nearly so.
func maxDirectory(bytes int) int { return min(4*bytes+64<<10, maxBytes) }

// maxText bounds the bytes that all strips' texts are decompressed to: each stands in some document. The lengths and places in the rest may take as much again.
func (r *Reader) maxText() int { return min(r.bytes+r.rows, maxBytes) }
func (r *Reader) maxRest() int { return min(4*r.bytes, maxBytes) }

// count sees to it that the rows have as many values as the strips.
func (r *Reader) count() error {
	d := &r.dir
	for _, s := range r.shapes {
		if uint64(s) >= uint64(len(d.shapes)) {
			return ErrDamaged
		}
		d.shapes[s].rows++
	}
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
			return ErrDamaged
		}
	}
	if rest != 0 {
		return ErrDamaged
	}
	return nil
}

// Rows is the number of events.
func (r *Reader) Rows() int { return r.rows }

// Times gives the events' timestamps, in dst where that has room.
func (r *Reader) Times(dst []int64) ([]int64, error) { return r.times.decode(dst, &r.memory) }

// Arrivals gives the events' arrival numbers, in dst where that has room.
func (r *Reader) Arrivals(dst []uint64) ([]uint64, error) {
	if err := r.arrivals.load(&r.memory); err != nil {
		return nil, err
	}
	dst = dst[:0]
	for i := range r.rows {
		dst = append(dst, uint64(r.arrivals.at(i)))
	}
	return dst, nil
}

// Event gives timestamp and arrival number of one event.
func (r *Reader) Event(row int) (ts int64, arrival uint64, err error) {
	if err = r.times.load(&r.memory); err != nil {
		return 0, 0, err
	}
	if err = r.arrivals.load(&r.memory); err != nil {
		return 0, 0, err
	}
	return r.times.at(row), uint64(r.arrivals.at(row)), nil
}

// open makes a strip ready to be read.
func (r *Reader) open(i int) (*strip, error) {
	s := &r.strips[i]
	if s.ready {
		return s, nil
	}
	in := input{b: s.data, left: r.left}
	var err error
	switch s.typ {
	case Null:
	case Bool:
		if s.bools = in.ints(s.n, codeInts); !in.bad {
			err = s.bools.load(&r.memory)
		}
	case Number:
		if s.number = in.numbers(s.n); !in.bad {
			err = s.number.load(&r.memory)
		}
	default:
		s.text = in.texts(s.n, textsOf(s.typ))
		if in.bad {
			break
		}
		if s.text.form == textEventTime {
			if s.n != r.rows {
				return nil, ErrDamaged
			}
			times, err := r.times.decode(r.memory.longs.take(r.rows), &r.memory)
			if err != nil {
				return nil, err
			}
			s.text.time.eventTimes(times)
		}
		err = s.text.load(&r.memory)
	}
	if in.bad || len(in.b) > 0 {
		return nil, ErrDamaged
	}
	if err != nil {
		return nil, err
	}
	r.left = in.left
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
