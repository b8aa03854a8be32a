package column

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
)

// A block is the bytes of a batch in a temporary file, little-endian:
//
//	│ rows u32 │ columns u32 │ columns × column │ CRC-32C u32 of all before │
//
// A column is its kind (u8), whether there are nulls (u8), in that case a bitmap of the valid rows in words of 64 bits, and its values: booleans as such
// a bitmap, intervals as months, days (i32 each) and microseconds, other fixed kinds 8 bytes each, the others rows + 1 offsets (u32) and their bytes.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrBlock is what reading a block fails with whose bytes are not those that were written.
var ErrBlock = errors.New("a temporary file has other bytes than were written")

// AppendBlock appends the block of a batch whose vectors are Plain, all of whose rows count.
func AppendBlock(dst []byte, b *Batch) []byte {
	le := binary.LittleEndian
	from := len(dst)
	dst = le.AppendUint32(le.AppendUint32(dst, uint32(b.Len)), uint32(len(b.Cols)))
	for _, v := range b.Cols {
		if dst = append(dst, byte(v.Kind)); v.Valid == nil {
			dst = append(dst, 0)
		} else {
			dst = appendWords(append(dst, 1), v.Valid, b.Len)
		}
		switch v.Kind {
		case Bool:
			dst = appendWords(dst, v.Bools, b.Len)
		case Int64, Timestamp:
			for _, x := range v.Ints[:b.Len] {
				dst = le.AppendUint64(dst, uint64(x))
			}
		case Float64:
			for _, x := range v.Floats[:b.Len] {
				dst = le.AppendUint64(dst, math.Float64bits(x))
			}
		case Interval:
			for _, x := range v.Spans[:b.Len] {
				dst = le.AppendUint32(le.AppendUint32(dst, uint32(x.Months)), uint32(x.Days))
				dst = le.AppendUint64(dst, uint64(x.Micros))
			}
		default:
			if len(v.Offsets) == 0 { // no rows
				dst = le.AppendUint32(dst, 0)
				continue
			}
			for _, x := range v.Offsets[:b.Len+1] {
				dst = le.AppendUint32(dst, uint32(x))
			}
			dst = append(dst, v.Bytes[:v.Offsets[b.Len]]...)
		}
	}
	return sealBlock(dst, from)
}

func appendWords(dst []byte, m Bitmap, n int) []byte {
	for _, w := range m[:(n+63)/64] {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// sealBlock puts the checksum behind the block that begins at from.
func sealBlock(dst []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

// ReadBlock makes b what a block was made of, in b's own memory. A block that can't be read leaves b with anything.
func (b *Batch) ReadBlock(s []byte) error {
	le := binary.LittleEndian
	if len(s) < 12 || crc32.Checksum(s[:len(s)-4], castagnoli) != le.Uint32(s[len(s)-4:]) {
		return ErrBlock
	}
	r := blockReader{rows: int(le.Uint32(s)), rest: s[8 : len(s)-4]}
	cols := int(le.Uint32(s[4:]))
	if cols > len(r.rest)/2 {
		return ErrBlock
	}
	b.Len, b.Sel = r.rows, nil
	for len(b.Cols) < cols {
		b.Cols = append(b.Cols, new(Vector))
	}
	b.Cols = b.Cols[:cols]
	for i, v := range b.Cols {
		if v == nil {
			v = new(Vector)
			b.Cols[i] = v
		}
		if !r.column(v) {
			return ErrBlock
		}
	}
	if len(r.rest) > 0 {
		return ErrBlock
	}
	return nil
}

// blockReader reads the columns of a block.
type blockReader struct {
	rows int
	rest []byte
}

func (r *blockReader) take(n int) ([]byte, bool) {
	if n < 0 || n > len(r.rest) {
		return nil, false
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b, true
}

func (r *blockReader) words(m Bitmap) (Bitmap, bool) {
	s, ok := r.take((r.rows + 63) / 64 * 8)
	m = m[:0]
	for ; len(s) > 0; s = s[8:] {
		m = append(m, binary.LittleEndian.Uint64(s))
	}
	return m, ok
}

// column reads the next column into v, false where it can't be one.
func (r *blockReader) column(v *Vector) bool {
	le := binary.LittleEndian
	head, ok := r.take(2)
	if !ok || head[1] > 1 {
		return false
	}
	v.Reset(Kind(head[0]))
	v.Len = r.rows
	if head[1] == 1 {
		if v.own, ok = r.words(v.own); !ok {
			return false
		}
		if v.Valid = v.own; len(v.own) == 0 { // no rows, no nulls
			v.Valid = nil
		}
	}
	var s []byte
	switch v.Kind {
	case Bool:
		v.Bools, ok = r.words(v.Bools)
	case Int64, Timestamp:
		if s, ok = r.take(8 * r.rows); !ok {
			return false
		}
		for ; len(s) > 0; s = s[8:] {
			v.Ints = append(v.Ints, int64(le.Uint64(s)))
		}
	case Float64:
		if s, ok = r.take(8 * r.rows); !ok {
			return false
		}
		for ; len(s) > 0; s = s[8:] {
			v.Floats = append(v.Floats, math.Float64frombits(le.Uint64(s)))
		}
	case Interval:
		if s, ok = r.take(16 * r.rows); !ok {
			return false
		}
		for ; len(s) > 0; s = s[16:] {
			v.Spans = append(v.Spans, Span{Months: int32(le.Uint32(s)), Days: int32(le.Uint32(s[4:])), Micros: int64(le.Uint64(s[8:]))})
		}
	case Decimal, Text, JSON:
		if s, ok = r.take(4 * (r.rows + 1)); !ok {
			return false
		}
		last := int32(0)
		for at := s; len(at) > 0; at = at[4:] {
			x := int32(le.Uint32(at))
			if x < last || len(v.Offsets) == 0 && x != 0 {
				return false
			}
			last = x
			v.Offsets = append(v.Offsets, x)
		}
		if s, ok = r.take(int(last)); ok {
			v.Bytes = append(v.Bytes, s...)
		}
	default:
		return false
	}
	return ok
}
