package types

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// A value of a range type lies in a Text vector in this form:
//
//	┌───────┬──────────────────────────┬──────────────────────────┐
//	│ flags │ lower bound              │ upper bound              │
//	│ 1 B   │ unless empty or infinite │ unless empty or infinite │
//	└───────┴──────────────────────────┴──────────────────────────┘
//
// flags: 1 empty, 2 the lower bound is in the range, 4 the upper one is, 8 there is no lower bound, 16 there is no upper one (PostgreSQL's
// bits). A bound has the form of an array's element: 8 bytes for integers, dates and timestamps, a length and the digits for numerics.
//
// Ranges of integers and dates are kept with the lower bound in and the upper one out, as PostgreSQL shows them, so that ranges of the same
// values are the same bytes. An infinity of a date or a timestamp is a value like any other: it is not the lack of a bound.
//
// Bytes that are no such form, as they may lie under a null, read as the empty range.

// The range types and the types of several ranges.
const (
	Int4Range      OID = 3904
	NumRange       OID = 3906
	TSRange        OID = 3908
	TSTZRange      OID = 3910
	DateRange      OID = 3912
	Int8Range      OID = 3926
	Int4Multirange OID = 4451
	NumMultirange  OID = 4532
	TSMultirange   OID = 4533
	TSTZMultirange OID = 4534
	DateMultirange OID = 4535
	Int8Multirange OID = 4536
)

// rangeTypes are the rows of pg_range.
var rangeTypes = []struct{ of, multi, sub OID }{
	{Int4Range, Int4Multirange, Int4},
	{NumRange, NumMultirange, Numeric},
	{TSRange, TSMultirange, Timestamp},
	{TSTZRange, TSTZMultirange, Timestamptz},
	{DateRange, DateMultirange, Date},
	{Int8Range, Int8Multirange, Int8},
}

// SubtypeOf gives the type of the bounds of a range type or of a type of several ranges, 0 for any other type.
func SubtypeOf(oid OID) OID {
	for _, r := range rangeTypes {
		if oid == r.of || oid == r.multi {
			return r.sub
		}
	}
	return 0
}

// MultirangeOf gives the type of several ranges of a range type, 0 for any other type.
func MultirangeOf(oid OID) OID {
	for _, r := range rangeTypes {
		if oid == r.of {
			return r.multi
		}
	}
	return 0
}

// RangeOf gives the range type of a type of several ranges, 0 for any other type.
func RangeOf(oid OID) OID {
	for _, r := range rangeTypes {
		if oid == r.multi {
			return r.of
		}
	}
	return 0
}

// IsRange reports whether a type is a range type; a type of several ranges is none.
func IsRange(oid OID) bool { return MultirangeOf(oid) != 0 }

// Bound is an end of a range. Its value is in Int, or in Decimal where the range is of numerics; without any (Infinite) the range has no end there.
type Bound struct {
	Infinite  bool
	Inclusive bool // the value belongs to the range; never with Infinite
	Int       int64
	Decimal   []byte
}

// Range is a range taken apart. Of an empty one the bounds mean nothing.
type Range struct {
	Empty        bool
	Lower, Upper Bound
}

const (
	rangeEmpty = 1 << iota
	rangeLowerIn
	rangeUpperIn
	rangeNoLower
	rangeNoUpper
)

// EmptyRange holds no value.
var EmptyRange = Range{Empty: true}

// BoundOf is a bound at row i of v, a value of a range's subtype; null is no bound.
func BoundOf(v *column.Vector, i int, inclusive bool) Bound {
	switch {
	case v.Null(i):
		return Bound{Infinite: true}
	case v.Kind == column.Decimal:
		return Bound{Inclusive: inclusive, Decimal: v.Str(i)}
	}
	return Bound{Inclusive: inclusive, Int: v.Int(i)}
}

// AppendTo appends the bound's value to a vector of the subtype: null where it has none.
func (b Bound) AppendTo(out *column.Vector) {
	switch {
	case b.Infinite:
		out.AppendNull()
	case out.Kind == column.Decimal:
		out.AppendBytes(b.Decimal)
	default:
		out.AppendInt(b.Int)
	}
}

// compareValues orders the values of two bounds that have one.
func (b Bound) compareValues(o Bound) int {
	if b.Decimal != nil {
		return CompareNumericText(b.Decimal, o.Decimal)
	}
	return cmp.Compare(b.Int, o.Int)
}

// CompareLower orders where two ranges begin.
func CompareLower(a, b Bound) int { return compareBounds(a, false, b, false) }

// CompareUpper orders where two ranges end.
func CompareUpper(a, b Bound) int { return compareBounds(a, true, b, true) }

// compareBounds orders bounds of which each is an upper or a lower one: no lower bound lies below all values, no upper one above; a lower bound that is not
// in its range lies just above its value, such an upper one just below.
func compareBounds(a Bound, aUpper bool, b Bound, bUpper bool) int {
	if a.Infinite || b.Infinite {
		return cmp.Compare(infinity(a, aUpper), infinity(b, bUpper))
	}
	if c := a.compareValues(b); c != 0 {
		return c
	}
	return cmp.Compare(nudge(a, aUpper), nudge(b, bUpper))
}

func infinity(b Bound, upper bool) int {
	switch {
	case !b.Infinite:
		return 0
	case upper:
		return 1
	}
	return -1
}

// nudge says on which side of its value a bound lies.
func nudge(b Bound, upper bool) int {
	switch {
	case b.Inclusive:
		return 0
	case upper:
		return -1
	}
	return 1
}

// NewRange makes a range of two bounds: canonical, and the empty one where no value lies between them. It fails (22000) where the lower bound
// lies above the upper one, and where a canonical bound is beyond the type (22003, 22008).
func NewRange(sub OID, lower, upper Bound) (Range, error) {
	if lower.Infinite {
		lower = Bound{Infinite: true}
	}
	if upper.Infinite {
		upper = Bound{Infinite: true}
	}
	if !lower.Infinite && !upper.Infinite {
		switch c := lower.compareValues(upper); {
		case c > 0:
			return Range{}, Errorf(CodeDataException, "range lower bound must be less than or equal to range upper bound")
		case c == 0 && !(lower.Inclusive && upper.Inclusive):
			return EmptyRange, nil
		}
	}
	if sub != Int4 && sub != Int8 && sub != Date {
		return Range{Lower: lower, Upper: upper}, nil
	}
	if err := canonicalBound(sub, &lower, false); err != nil {
		return Range{}, err
	}
	if err := canonicalBound(sub, &upper, true); err != nil {
		return Range{}, err
	}
	if !lower.Infinite && !upper.Infinite && lower.Int >= upper.Int && !(lower.Inclusive && upper.Inclusive) {
		return EmptyRange, nil
	}
	return Range{Lower: lower, Upper: upper}, nil
}

// canonicalBound makes a lower bound of a discrete type inclusive, an upper one exclusive. The infinities of dates have no neighbours.
func canonicalBound(sub OID, b *Bound, upper bool) error {
	if b.Infinite || b.Inclusive != upper || sub == Date && Infinite(b.Int) {
		return nil
	}
	if sub == Date {
		if b.Int+1 >= endDays {
			return dateRange()
		}
	} else if b.Int == math.MaxInt64 || CheckInt(b.Int+1, sub) != nil {
		return intOutOfRange(sub)
	}
	b.Int++
	b.Inclusive = !upper
	return nil
}

// ReadRange takes a range of bounds of type sub apart. Decimal bounds are part of s.
func ReadRange(sub OID, s []byte) Range {
	r, _, ok := readRange(sub, s)
	if !ok {
		return EmptyRange
	}
	return r
}

// readRange reads the range with which s begins.
func readRange(sub OID, s []byte) (r Range, rest []byte, ok bool) {
	if len(s) == 0 || s[0] > 31 {
		return EmptyRange, nil, false
	}
	flags, rest := s[0], s[1:]
	if flags&rangeEmpty != 0 {
		return EmptyRange, rest, true
	}
	r.Lower, r.Upper = Bound{Infinite: true}, Bound{Infinite: true}
	if flags&rangeNoLower == 0 {
		r.Lower = Bound{Inclusive: flags&rangeLowerIn != 0}
		if rest, ok = r.Lower.read(sub, rest); !ok {
			return EmptyRange, nil, false
		}
	}
	if flags&rangeNoUpper == 0 {
		r.Upper = Bound{Inclusive: flags&rangeUpperIn != 0}
		if rest, ok = r.Upper.read(sub, rest); !ok {
			return EmptyRange, nil, false
		}
	}
	return r, rest, true
}

func (b *Bound) read(sub OID, s []byte) (rest []byte, ok bool) {
	if sub == Numeric {
		size, n := binary.Uvarint(s)
		if n <= 0 || size == 0 || size > uint64(len(s)-n) {
			return nil, false
		}
		end := n + int(size)
		b.Decimal = s[n:end:end]
		return s[end:], true
	}
	if len(s) < 8 {
		return nil, false
	}
	b.Int = int64(binary.LittleEndian.Uint64(s))
	return s[8:], true
}

// AppendRange appends a range's form.
func AppendRange(dst []byte, r Range) []byte {
	if r.Empty {
		return append(dst, rangeEmpty)
	}
	dst = append(dst, r.flags())
	for _, b := range [...]Bound{r.Lower, r.Upper} {
		switch {
		case b.Infinite:
		case b.Decimal != nil:
			dst = append(binary.AppendUvarint(dst, uint64(len(b.Decimal))), b.Decimal...)
		default:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(b.Int))
		}
	}
	return dst
}

func (r Range) flags() byte {
	if r.Empty {
		return rangeEmpty
	}
	var f byte
	set := func(on bool, bit byte) {
		if on {
			f |= bit
		}
	}
	set(r.Lower.Infinite, rangeNoLower)
	set(r.Upper.Infinite, rangeNoUpper)
	set(r.Lower.Inclusive && !r.Lower.Infinite, rangeLowerIn)
	set(r.Upper.Inclusive && !r.Upper.Infinite, rangeUpperIn)
	return f
}

// compareRanges orders ranges by where they begin, then by where they end; empty ones come first.
func compareRanges(a, b Range) int {
	switch {
	case a.Empty && b.Empty:
		return 0
	case a.Empty:
		return -1
	case b.Empty:
		return 1
	}
	return cmp.Or(CompareLower(a.Lower, b.Lower), CompareUpper(a.Upper, b.Upper))
}

// compareRangeForms is compareRanges of two forms.
func compareRangeForms(sub OID, a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	return compareRanges(ReadRange(sub, a), ReadRange(sub, b))
}

// appendRangeKey appends what is the same for equal ranges: the form, but for the spelling of numerics.
func appendRangeKey(dst []byte, sub OID, r Range) []byte {
	if sub != Numeric || r.Empty {
		return AppendRange(dst, r)
	}
	for _, b := range []*Bound{&r.Lower, &r.Upper} {
		if !b.Infinite {
			b.Decimal = appendNumericCanonical(nil, b.Decimal)
		}
	}
	return AppendRange(dst, r)
}
