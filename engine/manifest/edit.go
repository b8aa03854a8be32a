package manifest

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// An edit is a tag (1), the length of its body (uvarint), and the body. "u" is an unsigned varint, "v" a signed (zigzag) one,
// both as encoding/binary has them; "s" is a length (u) and so many bytes.
//
//	tag  edit                body
//	 1   counters            seq u, next arrival u, next file id u, schema version u
//	 2   file added          id u, stream u, kind u (1 tick), start v (100 ns)
//	 3   file removed        id u
//	 4   known length        id u, length u, events u, raw bytes u, smallest timestamp v, largest v
//	 5   stream              id u, schema s, name s
//	 6   property            stream u, seq u, type OID u, flags u (1 declared, 2 big, 4 long), steps u, step s …
//	 7   object put          kind s, name s, data s
//	 8   object deleted      kind s, name s
//	 9   sealed              (nothing): a clean stop; every file is exactly as long as the MANIFEST says
//	10   lost                from u, to u, file id u, end u: durable transactions that were not found
//	11   span added          id u, stream u, start v, end v (100 ns; what it may hold: start <= @t < end)
//	12   stream dropped      id u; its files are removed first
//	13   signal put          id u, stream u, name s, predicate s (NQL), definition s
//	14   signal dropped      id u; its indexes go with it
//	15   index added         file id u, signal id u, length u, pages u, set u (how many of the pages may match)
//	16   index removed       file id u, signal id u
//	17   ids                 next stream id u, next signal id u
//	18   filter              file id u, bytes of its filter file u
const (
	tagCounters = iota + 1
	tagFileAdded
	tagFileRemoved
	tagLength
	tagStream
	tagProperty
	tagPut
	tagDelete
	tagSealed
	tagLost
	tagSpanAdded
	tagStreamDropped
	tagSignal
	tagSignalDropped
	tagIndex
	tagIndexRemoved
	tagIDs
	tagFilter
)

// The kinds of files.
const (
	Tick = 1 // .tick
	Span = 2 // .span
)

// Counters are what goes on counting.
type Counters struct {
	// Seq is the sequence number of the last transaction that lies below the known lengths. Every transaction up to it does.
	Seq     uint64
	Arrival uint64 // number of the next event to arrive
	File    uint64 // id of the next file
	Schema  uint64 // version of the schema
}

// File is what the MANIFEST knows of a file.
type File struct {
	ID, Stream uint64
	Kind       uint64
	Start, End int64 // of its range, 100 ns: Start <= @t < End. A tick's End is not stored: a tick has one length
	Length     int64 // known to be durable
	Events     int64
	Raw        int64
	Min, Max   int64 // timestamps; meaningful when Events > 0
	// Indexes are the page bitmaps that lie beside a span, by signal. Not to be changed: states and generations share it.
	Indexes map[uint64]Index
	// Filter is the length of the filter file that lies beside a span; 0: there is none.
	Filter int64
}

// Index is what the MANIFEST knows of a page bitmap.
type Index struct {
	Length     int64 // of its file
	Pages, Set int64 // pages of the span, and how many of them may hold a match; Set 0 excludes the span unopened
}

// Signal is a predicate whose matches are noted per page of each span.
type Signal struct {
	ID, Stream uint64
	Name       string
	Where      string // NQL
	Definition string // as the user gave it; the catalog's business
}

// Stream is a stream.
type Stream struct {
	ID           uint64
	Schema, Name string
	Properties   []Property // Properties[i].Seq == i+1
}

// Property is a property of a stream.
type Property struct {
	Path     []string
	Type     uint32
	Seq      uint32
	Declared bool
	Big      bool
	Long     bool
}

// ObjectKey names a catalog object.
type ObjectKey struct{ Kind, Name string }

// Lost are transactions that were committed, as far as is known, and were not found at recovery. They count when they are found
// later, in a file that was put back or can be read again.
type Lost struct {
	From, To uint64 // sequence numbers
	// File is where they are missing, 0 where that is not known, and End the offset up to which it ought to reach; 0: the file could
	// not be read, and whether it has any of them is not known.
	File, End uint64
}

// Edits collects edits, encoded. The zero value is empty.
type Edits struct{ b, body []byte }

// Empty reports whether there are none.
func (e *Edits) Empty() bool { return len(e.b) == 0 }

// Bytes gives the encoded edits.
func (e *Edits) Bytes() []byte { return e.b }

func (e *Edits) add(tag byte) {
	e.b = append(e.b, tag)
	e.b = binary.AppendUvarint(e.b, uint64(len(e.body)))
	e.b = append(e.b, e.body...)
	e.body = e.body[:0]
}

func (e *Edits) u(vs ...uint64) {
	for _, v := range vs {
		e.body = binary.AppendUvarint(e.body, v)
	}
}

func (e *Edits) v(x int64) { e.body = binary.AppendVarint(e.body, x) }

func (e *Edits) s(ss ...string) {
	for _, s := range ss {
		e.body = binary.AppendUvarint(e.body, uint64(len(s)))
		e.body = append(e.body, s...)
	}
}

// Counters sets the counters.
func (e *Edits) Counters(c Counters) {
	e.u(c.Seq, c.Arrival, c.File, c.Schema)
	e.add(tagCounters)
}

// AddFile adds an empty file; its length is told by Length, its indexes by Index, its filter by Filter.
func (e *Edits) AddFile(f File) {
	if f.Kind == Span {
		e.u(f.ID, f.Stream)
		e.v(f.Start)
		e.v(f.End)
		e.add(tagSpanAdded)
		return
	}
	e.u(f.ID, f.Stream, f.Kind)
	e.v(f.Start)
	e.add(tagFileAdded)
}

// RemoveFile removes a file.
func (e *Edits) RemoveFile(id uint64) {
	e.u(id)
	e.add(tagFileRemoved)
}

// Length tells a file's known length and what is below it.
func (e *Edits) Length(f File) {
	e.u(f.ID, uint64(f.Length), uint64(f.Events), uint64(f.Raw))
	e.v(f.Min)
	e.v(f.Max)
	e.add(tagLength)
}

// Stream adds a stream, or renames one.
func (e *Edits) Stream(id uint64, schema, name string) {
	e.u(id)
	e.s(schema, name)
	e.add(tagStream)
}

// DropStream removes a stream that has no files any more.
func (e *Edits) DropStream(id uint64) {
	e.u(id)
	e.add(tagStreamDropped)
}

// Signal adds a signal, or renames one.
func (e *Edits) Signal(s Signal) {
	e.u(s.ID, s.Stream)
	e.s(s.Name, s.Where, s.Definition)
	e.add(tagSignal)
}

// DropSignal removes a signal with its indexes.
func (e *Edits) DropSignal(id uint64) {
	e.u(id)
	e.add(tagSignalDropped)
}

// Index notes that a span has a page bitmap for a signal.
func (e *Edits) Index(file, signal uint64, x Index) {
	e.u(file, signal, uint64(x.Length), uint64(x.Pages), uint64(x.Set))
	e.add(tagIndex)
}

// Filter notes that a span has a filter file of so many bytes.
func (e *Edits) Filter(file uint64, length int64) {
	e.u(file, uint64(length))
	e.add(tagFilter)
}

// RemoveIndex takes a page bitmap away.
func (e *Edits) RemoveIndex(file, signal uint64) {
	e.u(file, signal)
	e.add(tagIndexRemoved)
}

// IDs sets the ids that are given next.
func (e *Edits) IDs(stream, signal uint64) {
	e.u(stream, signal)
	e.add(tagIDs)
}

// Property adds a property to a stream, or changes one.
func (e *Edits) Property(stream uint64, p Property) {
	var flags uint64
	if p.Declared {
		flags |= 1
	}
	if p.Big {
		flags |= 2
	}
	if p.Long {
		flags |= 4
	}
	e.u(stream, uint64(p.Seq), uint64(p.Type), flags, uint64(len(p.Path)))
	e.s(p.Path...)
	e.add(tagProperty)
}

// Put puts a catalog object.
func (e *Edits) Put(k ObjectKey, data []byte) {
	e.s(k.Kind, k.Name, string(data))
	e.add(tagPut)
}

// Delete deletes a catalog object.
func (e *Edits) Delete(k ObjectKey) {
	e.s(k.Kind, k.Name)
	e.add(tagDelete)
}

// Seal marks a clean stop.
func (e *Edits) Seal() { e.add(tagSealed) }

// Lost notes that transactions are missing.
func (e *Edits) Lost(l Lost) {
	e.u(l.From, l.To, l.File, l.End)
	e.add(tagLost)
}

var errShort = errors.New("edit is cut short")

// body reads an edit's body; the first error sticks.
type body struct {
	b   []byte
	err error
}

func (r *body) u() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errShort
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *body) v() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errShort
		return 0
	}
	r.b = r.b[n:]
	return v
}

// size reads a number that must fit an int64.
func (r *body) size() int64 {
	v := r.u()
	if v > 1<<62 && r.err == nil {
		r.err = fmt.Errorf("size %d is impossible", v)
	}
	return int64(v)
}

func (r *body) u32() uint32 {
	v := r.u()
	if v > 1<<32-1 && r.err == nil {
		r.err = fmt.Errorf("number %d is too large", v)
	}
	return uint32(v)
}

func (r *body) s() string {
	n := r.u()
	if n > uint64(len(r.b)) {
		r.b, r.err = nil, errShort
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

// end is the error, also when something is left over.
func (r *body) end() error {
	if r.err == nil && len(r.b) > 0 {
		return fmt.Errorf("edit has %d bytes too many", len(r.b))
	}
	return r.err
}
