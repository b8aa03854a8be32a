package tick

import (
	"errors"
	"hash/crc32"
	"io"

	"github.com/flare-pg/flare-pg/engine/damage"
)

// WindowBytes is what a Walker reads at once.
const WindowBytes = 256 << 10

// Kind tells what a Walker stands on.
type Kind uint8

// What a Walker can stand on.
const (
	Frame Kind = iota + 1
	Commit
)

// Walker goes over the frames and commit records in a part of a file, in order. Its fields describe what it stands on.
// Every error but io.EOF is a *damage.Error with the file and the offset in it.
type Walker struct {
	Offset int64 // of the head or the record
	Head   Head
	Record Record

	// Sums, when set before the first Next, makes Next read frames whole and compare each batch with its record. The
	// walk must then start where a batch does.
	Sums bool
	// Records, when set, makes Resync look for commit records only.
	Records bool

	src    io.ReaderAt
	name   string
	at, to int64 // what comes next, and the end

	win    []byte // bytes of the file from winAt on
	winAt  int64
	buffer []byte

	batch struct { // what the current batch came to so far
		at      int64
		sum     uint32
		events  uint64
		arrival uint64
	}
}

// NewWalker walks src, called name, from one offset to another, which must be where a head or record begins
// or a batch ends. buffer is memory for it to use, best of WindowBytes; it may be nil.
func NewWalker(src io.ReaderAt, name string, from, to int64, buffer []byte) *Walker {
	w := &Walker{src: src, name: name, at: from, to: to, buffer: buffer[:cap(buffer)]}
	w.batch.at = from
	return w
}

// peek gives n bytes at off, valid until the next peek.
func (w *Walker) peek(off int64, n int) ([]byte, *damage.Error) {
	if off+int64(n) > w.to {
		return nil, w.damage(off, &damage.Error{What: "goes past the end of what was committed"})
	}
	if off >= w.winAt && off+int64(n) <= w.winAt+int64(len(w.win)) {
		i := off - w.winAt
		return w.win[i : i+int64(n)], nil
	}
	size := int(min(int64(max(n, WindowBytes)), w.to-off))
	if cap(w.buffer) < size {
		w.buffer = make([]byte, size)
	}
	b := w.buffer[:size]
	got, err := w.src.ReadAt(b, off)
	w.win, w.winAt = b[:got], off
	if got < n {
		if errors.Is(err, io.EOF) {
			return nil, w.damage(off+int64(got), &damage.Error{What: "the file ends before what was committed does"})
		}
		return nil, w.damage(off+int64(got), &damage.Error{What: "can't be read", Err: err})
	}
	return b[:n], nil
}

func (w *Walker) damage(off int64, e *damage.Error) *damage.Error {
	e.File, e.Offset = w.name, off+e.Offset
	return e
}

// Next steps to the next frame or commit record; io.EOF at the end of the part.
func (w *Walker) Next() (Kind, error) {
	if w.at >= w.to {
		return 0, io.EOF
	}
	w.Offset = w.at
	first, err := w.peek(w.at, 1)
	if err != nil {
		return 0, err
	}
	switch first[0] {
	case chunkHead:
		return w.frame()
	case chunkRecord:
		return w.record()
	}
	return 0, w.damage(w.at, &damage.Error{What: "neither a frame nor a commit record"})
}

func (w *Walker) frame() (Kind, error) {
	b, err := w.peek(w.at, HeadBytes)
	if err != nil {
		return 0, err
	}
	if w.Head, err = decodeHead(b); err != nil {
		return 0, w.damage(w.at, err)
	}
	end := w.at + HeadBytes + int64(w.Head.Stored)
	if end > w.to {
		return 0, w.damage(w.at, &damage.Error{What: "frame: goes past the end of what was committed"})
	}
	if w.Sums {
		if b, err = w.peek(w.at, int(end-w.at)); err != nil {
			return 0, err
		}
		if w.batch.events == 0 {
			w.batch.arrival = w.Head.Arrival
		}
		if w.Head.Arrival != w.batch.arrival+w.batch.events {
			return 0, w.damage(w.at, &damage.Error{What: "head of a frame: arrival numbers have a gap"})
		}
		w.batch.sum = crc32.Update(w.batch.sum, castagnoli, b)
		w.batch.events += uint64(w.Head.Events)
	}
	w.at = end
	return Frame, nil
}

func (w *Walker) record() (Kind, error) {
	b, err := w.peek(w.at, RecordBytes)
	if err != nil {
		return 0, err
	}
	if w.Record, err = decodeRecord(b); err != nil {
		return 0, w.damage(w.at, err)
	}
	if w.Sums {
		r := &w.Record
		if w.batch.sum != r.Sum {
			return 0, w.damage(w.batch.at, &damage.Error{What: "batch", HasSum: true, Expected: r.Sum, Found: w.batch.sum})
		}
		if r.Length != uint64(w.at-w.batch.at) || r.Events != w.batch.events || r.Arrival != w.batch.arrival || r.Events == 0 {
			return 0, w.damage(w.at, &damage.Error{What: "commit record: does not agree with its batch"})
		}
	}
	w.at += RecordBytes
	w.batch.at, w.batch.sum, w.batch.events, w.batch.arrival = w.at, 0, 0, 0
	return Commit, nil
}

// End is the offset behind what the walker stands on.
func (w *Walker) End() int64 { return w.at }

// Events decodes the frame that the walker stands on, appending its raw bytes to dst.
func (w *Walker) Events(dst []byte) ([]byte, error) {
	at := w.Offset + HeadBytes
	b, err := w.peek(at, int(w.Head.Stored))
	if err != nil {
		return dst, err
	}
	dst, err = DecodeChunks(dst, b, int(w.Head.Raw))
	if err != nil {
		return dst, w.damage(at, err)
	}
	return dst, nil
}

// Damaged places damage in an event of the current frame at the frame.
func (w *Walker) Damaged(e *damage.Error) *damage.Error { return w.damage(w.Offset, e) }

// Resync steps over damage: to the next frame head or commit record behind the offset where the walker stands whose own checksum
// holds. It reports false where there is none. Sums must not be set.
func (w *Walker) Resync() bool {
	if w.at == w.Offset {
		w.at++ // the head itself is damaged
	}
	for w.at+RecordBytes <= w.to {
		size := int(min(int64(WindowBytes), w.to-w.at))
		b, err := w.peek(w.at, size)
		if err != nil {
			if size == RecordBytes || len(w.win) == 0 {
				return false
			}
			b = w.win[:min(len(w.win), size)] // what could be read
		}
		i := 0
		for ; i+RecordBytes <= len(b); i++ {
			if b[i+2] != 0 || b[i+3] != 0 {
				continue
			}
			switch {
			case b[i] == chunkHead && b[i+1] == HeadBytes-4 && !w.Records:
				if _, err := decodeHead(b[i : i+HeadBytes]); err == nil {
					w.at += int64(i)
					return true
				}
			case b[i] == chunkRecord && b[i+1] == RecordBytes-4:
				if _, err := decodeRecord(b[i : i+RecordBytes]); err == nil {
					w.at += int64(i)
					return true
				}
			}
		}
		if i == 0 {
			return false
		}
		w.at += int64(i)
	}
	w.at = w.to
	return false
}
