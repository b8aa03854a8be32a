package oldevent

import "strconv"

// PropertyType is the type that SQL gives a property: PostgreSQL's type OID.
type PropertyType uint32

// The types that undeclared properties can have.
const (
	NoType  PropertyType = 0    // only nulls so far
	Boolean PropertyType = 16   // true, false
	Bigint  PropertyType = 20   // integers within 64 bits
	Text    PropertyType = 25   // strings; shows any scalar
	Double  PropertyType = 701  // numbers
	Numeric PropertyType = 1700 // numbers that neither bigint nor double precision holds exactly
	JSONB   PropertyType = 3802 // objects and arrays; shows anything
)

// Number reports whether t is a type of numbers.
func (t PropertyType) Number() bool { return t == Bigint || t == Double || t == Numeric }

// Widen gives the type of a property that had type t when a value of type o arrives: the first type
// stands, but numbers widen. It knows of o's type only; Property.Merge also knows of integers beyond 2^53.
func (t PropertyType) Widen(o PropertyType) PropertyType {
	switch {
	case t == NoType:
		return o
	case !t.Number() || !o.Number() || t == o:
		return t
	case t == Numeric || o == Numeric:
		return Numeric
	}
	return Double // one of each: Bigint and Double
}

// numberTraits is what a property's type must remember of its numbers. Traits of many numbers are or-ed,
// which is why it does not matter in which groups they are merged.
type numberTraits uint8

const (
	seenFraction numberTraits = 1 << iota // spelled with a fraction or an exponent
	seenBig                               // an integer beyond 2^53 in size, within 64 bits
	seenHuge                              // an integer beyond 64 bits, or beyond what a double holds
	seenLong                              // a fraction of more than 15 digits, or with an exponent
)

// numericType gives the type of a property whose numbers had these traits.
func (n numberTraits) numericType() PropertyType {
	switch {
	case n&seenHuge != 0, n&(seenFraction|seenBig) == seenFraction|seenBig:
		return Numeric
	case n&seenFraction != 0:
		return Double
	}
	return Bigint
}

// traitsOf classifies a valid JSON number.
func traitsOf(num []byte) numberTraits {
	digits := num
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	for i, c := range digits {
		if c == '.' || c == 'e' || c == 'E' {
			return fractionTraits(num, digits, i)
		}
	}
	if len(digits) <= 15 {
		return 0
	}
	if len(digits) > 19 {
		return seenHuge
	}
	var u uint64 // 19 digits fit
	for _, c := range digits {
		u = u*10 + uint64(c-'0')
	}
	limit := uint64(1<<63 - 1)
	if len(digits) != len(num) {
		limit++
	}
	switch {
	case u > limit:
		return seenHuge
	case u > 1<<53:
		return seenBig
	}
	return 0
}

// maxExact is how long a number with a point may be for its decimal value and its double to order
// alike: any two decimals of up to 15 digits have doubles that differ as they do.
const maxExact = 15 + 1

// fractionTraits classifies a number with a point or an exponent, the first of them at digits[at].
func fractionTraits(num, digits []byte, at int) numberTraits {
	if digits[at] == '.' && at <= 300 && lastIndexE(digits[at:]) < 0 {
		if len(digits) <= maxExact {
			return seenFraction
		}
		return seenFraction | seenLong
	}
	if _, err := strconv.ParseFloat(string(num), 64); err != nil {
		return seenFraction | seenLong | seenHuge
	}
	return seenFraction | seenLong
}

func lastIndexE(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == 'e' || b[i] == 'E' {
			return i
		}
	}
	return -1
}
