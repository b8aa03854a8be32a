package session

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// A chunk of a tape in a temporary file, little-endian:
//
//	│ rows u32 │ columns u32 │ columns × column │ CRC-32C u32 of all before │
//
// A column is its kind (u8), whether there are nulls (u8), in that case a bitmap of the valid rows in words of 64 bits, and its values: booleans as such
// a bitmap, intervals as months, days (i32 each) and microseconds, other fixed kinds 8 bytes each, the others rows + 1 offsets (u32) and their bytes.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errTape = errors.New("a temporary file has other bytes than were written")

// appendChunk appends a batch whose vectors are Plain, all of whose rows count.
func appendChunk(dst []byte, b *column.Batch) []byte {
	le := binary.LittleEndian
	from := len(dst)
	dst = le.AppendUint32(le.AppendUint32(dst, uint32(b.Len)), uint32(len(b.Cols)))
	words := func(m column.Bitmap) {
		for i := range (b.Len + 63) / 64 {
			dst = le.AppendUint64(dst, m[i])
		}
	}
	for _, v := range b.Cols {
		if dst = append(dst, byte(v.Kind)); v.Valid == nil {
			dst = append(dst, 0)
		} else {
			dst = append(dst, 1)
			words(v.Valid)
		}
		switch v.Kind {
		case column.Bool:
			words(v.Bools)
		case column.Int64, column.Timestamp:
			for _, x := range v.Ints[:b.Len] {
				dst = le.AppendUint64(dst, uint64(x))
			}
		case column.Float64:
			for _, x := range v.Floats[:b.Len] {
				dst = le.AppendUint64(dst, math.Float64bits(x))
			}
		case column.Interval:
			for _, x := range v.Spans[:b.Len] {
				dst = le.AppendUint32(le.AppendUint32(dst, uint32(x.Months)), uint32(x.Days))
				dst = le.AppendUint64(dst, uint64(x.Micros))
			}
		default:
			for i := range b.Len + 1 {
				x := int32(0)
				if len(v.Offsets) > 0 {
					x = v.Offsets[i]
				}
				dst = le.AppendUint32(dst, uint32(x))
			}
			dst = append(dst, v.Bytes...)
		}
	}
	return append(dst[:from], sealChunk(dst[from:])...)
}

// sealChunk puts the checksum behind a chunk.
func sealChunk(s []byte) []byte {
	return binary.LittleEndian.AppendUint32(s, crc32.Checksum(s, castagnoli))
}

// readChunk is the reverse of appendChunk. The batch has memory of its own.
func readChunk(s []byte) (*column.Batch, error) {
	le := binary.LittleEndian
	if len(s) < 12 || crc32.Checksum(s[:len(s)-4], castagnoli) != le.Uint32(s[len(s)-4:]) {
		return nil, errTape
	}
	s = s[:len(s)-4]
	ok := true
	take := func(n int) []byte {
		if n < 0 || n > len(s) {
			ok = false
			return nil
		}
		b := s[:n]
		s = s[n:]
		return b
	}
	head := take(8)
	rows, cols := int(le.Uint32(head)), int(le.Uint32(head[4:]))
	if cols > len(s)/2 {
		return nil, errTape
	}
	out := &column.Batch{Len: rows, Cols: make([]*column.Vector, cols)}
	words := func() column.Bitmap {
		b := take((rows + 63) / 64 * 8)
		m := make(column.Bitmap, len(b)/8)
		for i := range m {
			m[i] = le.Uint64(b[8*i:])
		}
		return m
	}
	for i := range out.Cols {
		h := take(2)
		if !ok {
			return nil, errTape
		}
		v := column.New(column.Kind(h[0]))
		v.Len = rows
		if h[1] != 0 {
			v.Valid = words()
		}
		switch v.Kind {
		case column.Bool:
			v.Bools = words()
		case column.Int64, column.Timestamp:
			b := take(8 * rows)
			v.Ints = make([]int64, len(b)/8)
			for k := range v.Ints {
				v.Ints[k] = int64(le.Uint64(b[8*k:]))
			}
		case column.Float64:
			b := take(8 * rows)
			v.Floats = make([]float64, len(b)/8)
			for k := range v.Floats {
				v.Floats[k] = math.Float64frombits(le.Uint64(b[8*k:]))
			}
		case column.Interval:
			b := take(16 * rows)
			v.Spans = make([]column.Span, len(b)/16)
			for k := range v.Spans {
				x := b[16*k:]
				v.Spans[k] = column.Span{Months: int32(le.Uint32(x)), Days: int32(le.Uint32(x[4:])), Micros: int64(le.Uint64(x[8:]))}
			}
		case column.Decimal, column.Text, column.JSON:
			b := take(4 * (rows + 1))
			v.Offsets = make([]int32, len(b)/4)
			for k := range v.Offsets {
				if v.Offsets[k] = int32(le.Uint32(b[4*k:])); v.Offsets[k] < 0 || k > 0 && v.Offsets[k] < v.Offsets[k-1] {
					return nil, errTape
				}
			}
			if ok {
				v.Bytes = append([]byte(nil), take(int(v.Offsets[rows]))...)
			}
		default:
			return nil, errTape
		}
		if !ok {
			return nil, errTape
		}
		out.Cols[i] = v
	}
	if len(s) > 0 {
		return nil, errTape
	}
	return out, nil
}
