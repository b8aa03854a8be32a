package session

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// COPY's format binary is, numbers big-endian,
//
//	signature (11) · flags (4) · length of the extension (4) · extension
//	for each row: number of fields (2) · for each field: length (4), -1 null · bytes
//	-1 (2)
//
// Of the flags the upper half are critical: one that is not known must be refused.
const copySignature = "PGCOPY\n\xff\r\n\x00"

// copyEnd is the number of fields that ends the data.
const copyEnd = math.MaxUint16

// copyBinaryReader reads rows in the format binary.
type copyBinaryReader struct {
	in    *bufio.Reader
	b     *translate.Copy
	env   *types.Env
	line  int64
	col   int // being read; -1: none
	value []byte
}

func newCopyBinaryReader(env *types.Env, in io.Reader, b *translate.Copy) *copyBinaryReader {
	return &copyBinaryReader{in: bufio.NewReaderSize(in, 64<<10), b: b, env: env, col: -1}
}

func (r *copyBinaryReader) at() (int64, int, []byte) { return r.line, r.col, nil }

func badCopy(format string, args ...any) error { return types.Errorf("22P04", format, args...) }

// header reads up to the first row.
func (r *copyBinaryReader) header() error {
	var signature [len(copySignature)]byte
	if err := r.full(signature[:], "COPY file signature not recognized"); err != nil {
		return err
	}
	if string(signature[:]) != copySignature {
		return badCopy("COPY file signature not recognized")
	}
	flags, err := r.uint32("invalid COPY file header (missing flags)")
	if err != nil {
		return err
	}
	if flags&(1<<16) != 0 {
		return badCopy("invalid COPY file header (WITH OIDS)")
	}
	if flags>>16 != 0 {
		return badCopy("unrecognized critical flags in COPY file header")
	}
	more, err := r.uint32("invalid COPY file header (missing length)")
	if err != nil {
		return err
	}
	if int32(more) < 0 {
		return badCopy("invalid COPY file header (missing length)")
	}
	if n, err := io.CopyN(io.Discard, r.in, int64(more)); err == io.EOF && n < int64(more) {
		return badCopy("invalid COPY file header (wrong length)")
	} else if err != nil {
		return err
	}
	return nil
}

// row implements rowReader.
func (r *copyBinaryReader) row(cols []*column.Vector) (bool, error) {
	r.col = -1
	if r.line == 0 {
		if err := r.header(); err != nil {
			return false, err
		}
	}
	r.line++
	var head [2]byte
	if _, err := io.ReadFull(r.in, head[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return false, nil // PostgreSQL takes the end of the data for its end mark
	} else if err != nil {
		return false, err
	}
	n := binary.BigEndian.Uint16(head[:])
	if n == copyEnd {
		switch _, err := r.in.ReadByte(); err {
		case nil:
			return false, badCopy("received copy data after EOF marker")
		case io.EOF:
			return false, nil
		default:
			return false, err
		}
	}
	if int(n) != len(cols) {
		return false, badCopy("row field count is %d, expected %d", int16(n), len(cols))
	}
	for i, t := range r.b.Targets {
		r.col = i
		length, err := r.uint32("unexpected EOF in COPY data")
		if err != nil {
			return false, err
		}
		size := int32(length)
		if size == -1 {
			cols[i].AppendNull()
			continue
		}
		if size < 0 {
			return false, badCopy("invalid field size")
		}
		if size > maxCopyLine {
			return false, types.Errorf(types.CodeProgramLimitExceeded, "a value is longer than %d bytes", maxCopyLine)
		}
		if err := r.read(int(size)); err != nil {
			return false, err
		}
		if err := types.ParseBinary(cols[i], r.env, t.Type, t.Typmod, r.value); err != nil {
			return false, err
		}
	}
	r.col = -1
	return true, nil
}

// valueStep is how much memory is taken at once for a value whose length the input only claims.
const valueStep = 1 << 20

// read reads a value of n bytes.
func (r *copyBinaryReader) read(n int) error {
	r.value = r.value[:0]
	for len(r.value) < n {
		have := len(r.value)
		step := min(n-have, valueStep)
		if cap(r.value) < have+step {
			r.value = append(make([]byte, 0, min(n, 2*(have+step))), r.value...)
		}
		r.value = r.value[:have+step]
		if err := r.full(r.value[have:], "unexpected EOF in COPY data"); err != nil {
			return err
		}
	}
	return nil
}

// full fills p; short says what it means when the input ends before.
func (r *copyBinaryReader) full(p []byte, short string) error {
	_, err := io.ReadFull(r.in, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return badCopy("%s", short)
	}
	return err
}

func (r *copyBinaryReader) uint32(short string) (uint32, error) {
	var b [4]byte
	err := r.full(b[:], short)
	return binary.BigEndian.Uint32(b[:]), err
}

// copyBinaryWriter writes rows in the format binary. The header goes with what comes first, the first row or the end, as PostgreSQL sends it:
// psycopg takes each message for a row.
type copyBinaryWriter struct {
	env  *types.Env
	cols []plan.Column
	line []byte
	head bool // line is the header, which goes with the first row, as PostgreSQL sends it
}

func (w *copyBinaryWriter) begin() []byte {
	w.line, w.head = append([]byte(copySignature), 0, 0, 0, 0, 0, 0, 0, 0), true
	return nil
}

// next gives the buffer for what is sent next.
func (w *copyBinaryWriter) next() []byte {
	if !w.head {
		w.line = w.line[:0]
	}
	w.head = false
	return w.line
}

func (w *copyBinaryWriter) end() []byte { return binary.BigEndian.AppendUint16(w.next(), copyEnd) }

func (w *copyBinaryWriter) row(cols []*column.Vector, i int) ([]byte, error) {
	w.line = binary.BigEndian.AppendUint16(w.next(), uint16(len(w.cols)))
	for c := range w.cols {
		if cols[c].Null(i) {
			w.line = binary.BigEndian.AppendUint32(w.line, math.MaxUint32)
			continue
		}
		at := len(w.line)
		var err error
		if w.line, err = types.AppendBinary(append(w.line, 0, 0, 0, 0), w.env, w.cols[c].Type, cols[c], i); err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint32(w.line[at:], uint32(len(w.line)-at-4))
	}
	return w.line, nil
}
