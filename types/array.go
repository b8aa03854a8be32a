package types

import (
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// A value of an array type (int2vector and oidvector are two of them) lies in a Text vector in this form:
//
//	┌──────┬───────┬────────────────────────────┬───────────────────┬──────────────────────────┐
//	│ dims │ flags │ dims × (length, lower)     │ bitmap of nulls   │ elements that aren't null│
//	│ 1 B  │ 1 B   │ 2 × int32, little-endian   │ if flags & 1      │ row-major                │
//	└──────┴───────┴────────────────────────────┴───────────────────┴──────────────────────────┘
//
// An element has the form that its own Kind gives it: bool 1 byte, integers, floats and timestamps 8, intervals 16
// (months, days, microseconds), all else a length (uvarint) and its bytes. So a timestamptz in an array is the same instant whatever
// time zone it is shown in. The empty array has no dimensions, and nothing behind its two bytes.
//
// Bytes that are no such form, as they may lie under a null, read as the empty array.

// MaxDimensions is how many dimensions an array may have: PostgreSQL's MAXDIM.
const MaxDimensions = 6

// MaxArrayElements is how many elements an array may have (PostgreSQL's MaxArraySize).
const MaxArrayElements = 134217727

// Dim is one dimension of an array: its subscripts are Lower … Lower+Length-1.
type Dim struct{ Length, Lower int }

// Array is an array taken apart: its dimensions, outermost first, and its elements in row-major order in a Plain
// vector.
type Array struct {
	Dims   []Dim
	Values *column.Vector
}

const arrayHasNulls = 1

// ReadArray takes an array of elements of type elem apart.
func ReadArray(elem OID, s []byte) Array {
	var a Array
	a.Read(elem, s)
	return a
}

// Read is ReadArray into memory that a has already.
func (a *Array) Read(elem OID, s []byte) {
	kind := KindOf(elem)
	a.Dims = a.Dims[:0]
	if a.Values == nil {
		a.Values = column.New(kind)
	}
	a.Values.Reset(kind)
	dims, n, rest, ok := arrayHeader(a.Dims, s)
	if !ok || n == 0 {
		return
	}
	if nulls := s[1]&arrayHasNulls != 0; !readElements(a.Values, n, nulls, rest) {
		a.Values.Reset(kind)
		return
	}
	a.Dims = dims
}

// ArrayDims gives the dimensions of an array without its elements.
func ArrayDims(s []byte) []Dim {
	dims, _, _, _ := arrayHeader(nil, s)
	return dims
}

// ArrayLen is the number of an array's elements.
func ArrayLen(s []byte) int {
	var buf [MaxDimensions]Dim
	_, n, _, _ := arrayHeader(buf[:0], s)
	return n
}

func arrayHeader(dims []Dim, s []byte) (_ []Dim, n int, rest []byte, ok bool) {
	if len(s) < 2 || s[0] > MaxDimensions || len(s) < 2+8*int(s[0]) {
		return dims, 0, nil, false
	}
	if s[0] == 0 {
		return dims, 0, nil, true
	}
	n, rest = 1, s[2:]
	for range s[0] {
		d := Dim{int(int32(binary.LittleEndian.Uint32(rest))), int(int32(binary.LittleEndian.Uint32(rest[4:])))}
		if d.Length < 1 {
			return dims[:0], 0, nil, false
		}
		if n *= d.Length; n > 8*len(s) {
			return dims[:0], 0, nil, false
		}
		dims, rest = append(dims, d), rest[8:]
	}
	return dims, n, rest, true
}

// readElements appends n elements to out; false where the bytes don't hold them.
func readElements(out *column.Vector, n int, nulls bool, rest []byte) bool {
	var bitmap []byte
	if nulls {
		m := (n + 7) / 8
		if len(rest) < m {
			return false
		}
		bitmap, rest = rest[:m], rest[m:]
	}
	ok := true
	for i := range n {
		if bitmap != nil && bitmap[i>>3]>>(i&7)&1 != 0 {
			out.AppendNull()
			continue
		}
		if rest, ok = readElement(out, rest); !ok {
			return false
		}
	}
	return true
}

// readElement appends the element with which s begins.
func readElement(out *column.Vector, s []byte) (rest []byte, ok bool) {
	le := binary.LittleEndian
	switch out.Kind {
	case column.Bool:
		if len(s) < 1 {
			return nil, false
		}
		out.AppendBool(s[0] != 0)
		return s[1:], true
	case column.Int64, column.Timestamp:
		if len(s) < 8 {
			return nil, false
		}
		out.AppendInt(int64(le.Uint64(s)))
		return s[8:], true
	case column.Float64:
		if len(s) < 8 {
			return nil, false
		}
		out.AppendFloat(math.Float64frombits(le.Uint64(s)))
		return s[8:], true
	case column.Interval:
		if len(s) < 16 {
			return nil, false
		}
		out.AppendSpan(column.Span{Months: int32(le.Uint32(s)), Days: int32(le.Uint32(s[4:])), Micros: int64(le.Uint64(s[8:]))})
		return s[16:], true
	}
	size, n := binary.Uvarint(s)
	if n <= 0 || size > uint64(len(s)-n) {
		return nil, false
	}
	end := n + int(size)
	out.AppendBytes(s[n:end])
	return s[end:], true
}

// appendElement appends row i of v, which is not null, as readElement reads it.
func appendElement(dst []byte, v *column.Vector, i int) []byte {
	le := binary.LittleEndian
	switch v.Kind {
	case column.Bool:
		if v.Bool(i) {
			return append(dst, 1)
		}
		return append(dst, 0)
	case column.Int64, column.Timestamp:
		return le.AppendUint64(dst, uint64(v.Int(i)))
	case column.Float64:
		return le.AppendUint64(dst, math.Float64bits(v.Float(i)))
	case column.Interval:
		s := v.Span(i)
		dst = le.AppendUint32(dst, uint32(s.Months))
		dst = le.AppendUint32(dst, uint32(s.Days))
		return le.AppendUint64(dst, uint64(s.Micros))
	}
	s := v.Str(i)
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// AppendArray appends an array of the elements of v, of any form; their number is the product of the dimensions' lengths. Without
// elements it is the empty array.
func AppendArray(dst []byte, dims []Dim, v *column.Vector) []byte {
	if v.Len == 0 || len(dims) == 0 {
		return append(dst, 0, 0)
	}
	flags := byte(0)
	if v.HasNulls() {
		flags = arrayHasNulls
	}
	dst = append(dst, byte(len(dims)), flags)
	for _, d := range dims {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(int32(d.Length)))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(int32(d.Lower)))
	}
	return appendElements(dst, v, flags != 0)
}

func appendElements(dst []byte, v *column.Vector, nulls bool) []byte {
	if nulls {
		at := len(dst)
		dst = append(dst, make([]byte, (v.Len+7)/8)...)
		for i := range v.Len {
			if v.Null(i) {
				dst[at+i>>3] |= 1 << (i & 7)
			}
		}
	}
	for i := range v.Len {
		if !v.Null(i) {
			dst = appendElement(dst, v, i)
		}
	}
	return dst
}

// AppendList appends an array of one dimension, counted from 1.
func AppendList(dst []byte, v *column.Vector) []byte {
	return AppendArray(dst, []Dim{{v.Len, 1}}, v)
}

// AppendInts appends an array of integers: from 0 on for int2vector and oidvector, from 1 for the others.
func AppendInts(dst []byte, t OID, list ...int64) []byte {
	v := column.New(column.Int64)
	for _, x := range list {
		v.AppendInt(x)
	}
	return AppendArray(dst, []Dim{{len(list), lowerOf(t)}}, v)
}

// AppendTexts appends a text array of one dimension.
func AppendTexts(dst []byte, list ...string) []byte {
	v := column.New(column.Text)
	for _, s := range list {
		v.AppendString(s)
	}
	return AppendList(dst, v)
}

// lowerOf is the lower bound that arrays of a type are made with.
func lowerOf(t OID) int {
	if t == Int2Vector || t == OidVector {
		return 0
	}
	return 1
}

// checkDims fails for dimensions that no array may have.
func checkDims(dims []Dim) error {
	if len(dims) > MaxDimensions {
		return Errorf(CodeProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims), MaxDimensions)
	}
	n := int64(1)
	for _, d := range dims {
		if n *= int64(d.Length); n > MaxArrayElements {
			return Errorf(CodeProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", MaxArrayElements)
		}
	}
	for _, d := range dims {
		if int64(d.Lower)+int64(d.Length) > math.MaxInt32 {
			return Errorf(CodeProgramLimitExceeded, "array lower bound is too large: %d", d.Lower)
		}
	}
	return nil
}

// nested writes the elements of an array with its brackets; write appends element i.
func nested(dst []byte, opening, closing, comma string, dims []Dim, write func(dst []byte, i int) []byte) []byte {
	if len(dims) == 0 {
		return append(append(dst, opening...), closing...)
	}
	i := 0
	var list func(depth int)
	list = func(depth int) {
		dst = append(dst, opening...)
		for k := range dims[depth].Length {
			if k > 0 {
				dst = append(dst, comma...)
			}
			if depth+1 < len(dims) {
				list(depth + 1)
			} else {
				dst = write(dst, i)
				i++
			}
		}
		dst = append(dst, closing...)
	}
	list(0)
	return dst
}
