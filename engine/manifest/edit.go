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
)

// Tick is the kind of a .tick file.
const Tick = 1

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
	Start      int64 // of its range, 100 ns
	Length     int64 // known to be durable
	Events     int64
	Raw        int64
	Min, Max   int64 // timestamps; meaningful when Events > 0
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

// AddFile adds an empty file; its length is told by Length.
func (e *Edits) AddFile(f File) {
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
