package column

import (
	"errors"
	"fmt"
	"math"
)

// ErrTooLong is what appending to a Text, JSON or Decimal vector panics with when its bytes would
// pass 2 GiB, which 32-bit offsets can't count. Producers end batches at BatchBytes, far below;
// whoever gathers values without such a bound has reserved the memory for them first.
var ErrTooLong = errors.New("column: more than 2 GiB of bytes in one vector")

// Kind is the physical type of a vector's values.
type Kind uint8

const (
	Invalid   Kind = iota
	Bool           // Bools
	Int64          // Ints
	Float64        // Floats
	Decimal        // Bytes: PostgreSQL's text form of a numeric ("-12.340", "NaN", "Infinity")
	Text           // Bytes: any bytes; SQL text is UTF-8 without NUL
	JSON           // Bytes: one JSON value, as spelled
	Timestamp      // Ints: microseconds since 1970-01-01T00:00:00Z; minimum and maximum mean -infinity and infinity
	Interval       // Spans
)

var kindNames = [...]string{"invalid", "bool", "int64", "float64", "decimal", "text", "json", "timestamp", "interval"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Fixed reports whether values of the kind have a fixed width; the others are offsets and bytes.
func (k Kind) Fixed() bool { return k != Decimal && k != Text && k != JSON }

// Form says how a vector's rows map to its stored values.
type Form uint8

const (
	Plain      Form = iota // row i is value i
	Constant               // every row is value 0
	Dictionary             // row i is value Codes[i] of Dict; validity is by row, in Valid
)

// Span is an interval as PostgreSQL keeps it.
type Span struct {
	Months, Days int32
	Micros       int64
}

// Vector is one column of a batch. Exactly one of the value fields is in use, given by Kind.
//
// In Plain form Valid and the values have Len rows. In Constant form they have one and Len says how
// often it counts. In Dictionary form Codes has Len entries into Dict, a Plain vector of the same
// Kind without nulls; Valid (by row) may be nil, and a null row's code is 0 and meaningless.
// The value stored under a null is unspecified (but present, so that positions agree).
type Vector struct {
	Kind Kind
	Form Form
	Len  int

	Valid   Bitmap // nil: no nulls
	Bools   Bitmap
	Ints    []int64
	Floats  []float64
	Spans   []Span
	Offsets []int32 // Len+1 of them, the first 0; may be empty when Len is 0
	Bytes   []byte

	Codes []int32
	Dict  *Vector

	own    Bitmap // memory that v allocated for Valid; a Valid that is other memory is copied before it is changed
	shared bool   // the values are another vector's memory
}

// New returns an empty Plain vector of the kind.
func New(k Kind) *Vector { return &Vector{Kind: k} }

// NewNull returns a Constant vector of n nulls.
func NewNull(k Kind, n int) *Vector {
	v := New(k)
	v.AppendNull()
	v.Form, v.Len = Constant, n
	return v
}

// Reset makes v an empty Plain vector of kind k, keeping its memory where it is its own.
func (v *Vector) Reset(k Kind) {
	if v.shared {
		*v = Vector{own: v.own}
	}
	v.Kind, v.Form, v.Len = k, Plain, 0
	v.Valid, v.Bools = nil, v.Bools[:0]
	v.Ints, v.Floats, v.Spans = v.Ints[:0], v.Floats[:0], v.Spans[:0]
	v.Offsets, v.Bytes = v.Offsets[:0], v.Bytes[:0]
	v.Codes, v.Dict = v.Codes[:0], nil
}

// index gives where row i's value is stored in v (Plain, Constant) or in v.Dict.
func (v *Vector) index(i int) int {
	switch v.Form {
	case Constant:
		return 0
	case Dictionary:
		return int(v.Codes[i])
	}
	return i
}

func (v *Vector) values() *Vector {
	if v.Form == Dictionary {
		return v.Dict
	}
	return v
}

// Null reports whether row i is null.
func (v *Vector) Null(i int) bool {
	if v.Valid == nil {
		return false
	}
	if v.Form == Constant {
		i = 0
	}
	return !v.Valid.Get(i)
}

// HasNulls reports whether any row is null.
func (v *Vector) HasNulls() bool {
	if v.Valid == nil {
		return false
	}
	n := v.Len
	if v.Form == Constant {
		n = min(n, 1)
	}
	return v.Valid.Count(n) < n
}

// Bool returns row i of a Bool vector.
func (v *Vector) Bool(i int) bool { return v.values().Bools.Get(v.index(i)) }

// Int returns row i of an Int64 or Timestamp vector.
func (v *Vector) Int(i int) int64 { return v.values().Ints[v.index(i)] }

// Float returns row i of a Float64 vector.
func (v *Vector) Float(i int) float64 { return v.values().Floats[v.index(i)] }

// Span returns row i of an Interval vector.
func (v *Vector) Span(i int) Span { return v.values().Spans[v.index(i)] }

// Str returns the bytes of row i of a Text, JSON or Decimal vector, valid as long as the vector's memory is.
func (v *Vector) Str(i int) []byte {
	w, i := v.values(), v.index(i)
	return w.Bytes[w.Offsets[i]:w.Offsets[i+1]:w.Offsets[i+1]]
}

// appended counts one more valid row of a Plain vector.
func (v *Vector) appended() {
	v.Len++
	if v.Valid != nil {
		v.mark(true)
	}
}

// mark records whether the last row of a Plain vector is valid.
func (v *Vector) mark(valid bool) {
	i := v.Len - 1
	if v.Valid == nil {
		v.ownValid(i, v.Len)
	} else if i>>6 >= len(v.Valid) || !v.ownsValid() {
		v.ownValid(i, v.Len)
	}
	v.Valid.Put(i, valid)
}

func (v *Vector) ownsValid() bool {
	return len(v.own) > 0 && len(v.Valid) > 0 && &v.own[0] == &v.Valid[0]
}

// ownValid makes Valid memory of v's own with room for n bits; the first old bits are kept.
func (v *Vector) ownValid(old, n int) {
	switch {
	case v.Valid == nil:
		v.own = v.own[:0].Resize(max(n, 1))
		v.own.Fill(old, true)
	case v.ownsValid():
		v.own = v.Valid.Resize(n)
	default:
		v.own = v.own[:0].Resize(n)
		copy(v.own, v.Valid)
	}
	v.Valid = v.own
}

// AppendNull appends a null to a Plain vector.
func (v *Vector) AppendNull() {
	switch v.Kind {
	case Bool:
		v.Bools = v.Bools.Resize(v.Len + 1)
		v.Bools.Clear(v.Len)
	case Int64, Timestamp:
		v.Ints = append(v.Ints, 0)
	case Float64:
		v.Floats = append(v.Floats, 0)
	case Interval:
		v.Spans = append(v.Spans, Span{})
	default:
		v.offset()
	}
	v.Len++
	v.mark(false)
}

// AppendBool appends to a Plain Bool vector.
func (v *Vector) AppendBool(b bool) {
	v.Bools = v.Bools.Resize(v.Len + 1)
	v.Bools.Put(v.Len, b)
	v.appended()
}

// AppendInt appends to a Plain Int64 or Timestamp vector.
func (v *Vector) AppendInt(x int64) { v.Ints = append(v.Ints, x); v.appended() }

// AppendFloat appends to a Plain Float64 vector.
func (v *Vector) AppendFloat(x float64) { v.Floats = append(v.Floats, x); v.appended() }

// AppendSpan appends to a Plain Interval vector.
func (v *Vector) AppendSpan(x Span) { v.Spans = append(v.Spans, x); v.appended() }

// AppendBytes appends a copy of b to a Plain Text, JSON or Decimal vector.
func (v *Vector) AppendBytes(b []byte) {
	v.begin()
	v.Bytes = append(v.Bytes, b...)
	v.offset()
	v.appended()
}

// AppendString is AppendBytes of a string.
func (v *Vector) AppendString(s string) {
	v.begin()
	v.Bytes = append(v.Bytes, s...)
	v.offset()
	v.appended()
}

// AppendFunc appends what f adds to the bytes it is given: f must return its argument extended. It
// spares a copy where a value is made piece by piece.
func (v *Vector) AppendFunc(f func(dst []byte) []byte) {
	v.begin()
	v.Bytes = f(v.Bytes)
	v.offset()
	v.appended()
}

// begin gives an offsets-and-bytes vector the offset of its first value.
func (v *Vector) begin() {
	if len(v.Offsets) == 0 {
		v.Offsets = append(v.Offsets, 0)
	}
}

// offset ends the current value of an offsets-and-bytes vector.
func (v *Vector) offset() {
	v.begin()
	v.checkLength()
	v.Offsets = append(v.Offsets, int32(len(v.Bytes)))
}

func (v *Vector) checkLength() {
	if len(v.Bytes) > math.MaxInt32 {
		panic(ErrTooLong)
	}
}

// SetNull makes row i of a Plain or Dictionary vector null. A Valid that was taken over from another
// vector is copied first.
func (v *Vector) SetNull(i int) {
	if !v.ownsValid() {
		v.ownValid(v.Len, v.Len)
	}
	v.Valid.Clear(i)
}

// Repeat turns a vector with one row into a Constant of n rows.
func (v *Vector) Repeat(n int) *Vector { v.Form, v.Len = Constant, n; return v }

// Size estimates the bytes of memory that v holds, its dictionary included.
func (v *Vector) Size() int64 {
	n := 8*int64(cap(v.own)+cap(v.Bools)+cap(v.Ints)+cap(v.Floats)) + 16*int64(cap(v.Spans)) +
		4*int64(cap(v.Offsets)+cap(v.Codes)) + int64(cap(v.Bytes))
	if v.Dict != nil {
		n += v.Dict.Size()
	}
	return n
}
