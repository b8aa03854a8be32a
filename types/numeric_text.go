package types

import (
	"bytes"
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// A numeric is computed with as an *apd.Decimal in one particular shape: Exponent is minus the
// display scale (the digits that are shown after the point), so never positive; Form is Finite,
// NaN or Infinite; zero is never negative. In vectors of kind Decimal it is kept as its text.

// PostgreSQL's limits of a numeric: digits before and after the decimal point.
const (
	maxNumericInteger = 131072
	maxNumericScale   = 16383
)

var errNumericOverflow = &Error{Code: CodeNumericOutOfRange, Message: "value overflows numeric format"}

func numericOverflow() error { e := *errNumericOverflow; return &e }

// LoadNumeric reads the text of a row of a Decimal vector. What is no numeric (which such a vector
// never holds) is read as NaN.
func LoadNumeric(d *apd.Decimal, s []byte) {
	if !scanNumeric(d, s) || !numericFits(d) {
		setNaN(d)
	}
}

// ParseNumeric reads numeric input as a user writes it: spaces around, an exponent, NaN and
// Infinity in any case. Errors are 22P02 and 22003.
func ParseNumeric(d *apd.Decimal, s []byte) error {
	if !scanNumeric(d, bytes.Trim(s, spaces)) {
		return badSyntax(Numeric, s)
	}
	if !numericFits(d) {
		return numericOverflow()
	}
	return nil
}

func setNaN(d *apd.Decimal) {
	d.Form, d.Negative, d.Exponent = apd.NaN, false, 0
	d.Coeff.SetInt64(0)
}

func setInf(d *apd.Decimal, negative bool) {
	d.Form, d.Negative, d.Exponent = apd.Infinite, negative, 0
	d.Coeff.SetInt64(0)
}

// scanNumeric reads a numeric without spaces around it; false: it is none. A value that passes the
// limits is left in a state that numericFits rejects.
func scanNumeric(d *apd.Decimal, s []byte) bool {
	p, negative := 0, false
	if p < len(s) && (s[p] == '-' || s[p] == '+') {
		negative = s[p] == '-'
		p++
	}
	if p < len(s) && s[p] > '9' {
		switch word := string(bytes.ToLower(s[p:])); word {
		case "nan":
			if p > 0 {
				return false
			}
			setNaN(d)
			return true
		case "inf", "infinity":
			setInf(d, negative)
			return true
		}
		return false
	}

	var small uint64 // the coefficient, as long as digits is at most 19
	digits, fraction, any := 0, 0, false
	start := p
	seenPoint := false
	for ; p < len(s); p++ {
		c := s[p]
		if c == '.' && !seenPoint {
			seenPoint = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		any = true
		if seenPoint {
			fraction++
		}
		if digits > 0 || c != '0' {
			if digits++; digits <= 19 {
				small = small*10 + uint64(c-'0')
			}
		}
	}
	end := p
	if !any {
		return false
	}
	exponent := 0
	if p < len(s) && (s[p] == 'e' || s[p] == 'E') {
		// As in PostgreSQL, whose strtol passes over blanks.
		e, ok := scanExponent(bytes.TrimLeft(s[p+1:], " \t\n\v\f\r"))
		if !ok {
			return false
		}
		exponent, p = e, len(s)
	}
	if p < len(s) {
		return false
	}

	d.Form, d.Negative = apd.Finite, negative
	scale := fraction - exponent
	if digits == 0 {
		d.Coeff.SetInt64(0)
		d.Negative = false
		d.Exponent = -int32(min(max(scale, 0), math.MaxInt32))
		return true
	}
	if digits-scale > maxNumericInteger || scale > maxNumericScale {
		d.Coeff.SetInt64(1)
		d.Exponent = math.MinInt32 // doesn't fit
		return true
	}
	if digits <= 19 {
		d.Coeff.SetUint64(small)
	} else {
		text := make([]byte, 0, end-start)
		for _, c := range s[start:end] {
			if c != '.' {
				text = append(text, c)
			}
		}
		d.Coeff.SetString(string(text), 10)
	}
	if scale < 0 {
		d.Coeff.Mul(&d.Coeff, pow10(-scale))
		scale = 0
	}
	d.Exponent = -int32(scale)
	return true
}

// scanExponent reads the digits behind "e". What is too big for any numeric is given as a number
// that is too big, too.
func scanExponent(s []byte) (int, bool) {
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if len(s) == 0 {
		return 0, false
	}
	e := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		e = min(e*10+int(c-'0'), 1<<30)
	}
	if negative {
		e = -e
	}
	return e, true
}

// numericFits reports whether a value is within PostgreSQL's limits.
func numericFits(d *apd.Decimal) bool {
	if d.Form != apd.Finite {
		return true
	}
	if d.Exponent < -maxNumericScale {
		return false
	}
	return d.Coeff.IsUint64() || apd.NumDigits(&d.Coeff)+int64(d.Exponent) <= maxNumericInteger
}

// AppendNumeric appends PostgreSQL's text: all digits of the display scale, never an exponent.
func AppendNumeric(dst []byte, d *apd.Decimal) []byte {
	switch d.Form {
	case apd.Infinite:
		if d.Negative {
			return append(dst, "-Infinity"...)
		}
		return append(dst, "Infinity"...)
	case apd.Finite:
	default:
		return append(dst, "NaN"...)
	}
	if d.Negative && d.Coeff.Sign() != 0 {
		dst = append(dst, '-')
	}
	scale := int(-d.Exponent)
	start := len(dst)
	if d.Coeff.IsUint64() {
		dst = strconv.AppendUint(dst, d.Coeff.Uint64(), 10)
	} else {
		dst = d.Coeff.Append(dst, 10)
	}
	if scale <= 0 {
		return dst
	}
	if n := len(dst) - start; n <= scale { // 0.00…
		pad := scale - n + 1
		for range pad {
			dst = append(dst, '0')
		}
		copy(dst[start+pad:], dst[start:start+n])
		for i := range pad {
			dst[start+i] = '0'
		}
	}
	point := len(dst) - scale
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

// CompareNumericText compares two texts of Decimal vectors as numerics, without computing: NaN is
// greatest and equals itself.
func CompareNumericText(a, b []byte) int {
	sa, sb := numericClass(a), numericClass(b)
	if sa != sb {
		if sa < sb {
			return -1
		}
		return 1
	}
	switch sa {
	case 1:
		return compareMagnitude(a, b)
	case -1:
		return compareMagnitude(b[1:], a[1:])
	}
	return 0
}

// numericClass orders the sorts of numerics: -infinity -2, negative -1, zero 0, positive 1, infinity 2, NaN 3.
func numericClass(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	switch s[0] {
	case 'N':
		return 3
	case 'I':
		return 2
	case '-':
		if len(s) > 1 && s[1] == 'I' {
			return -2
		}
		if isZeroText(s[1:]) {
			return 0
		}
		return -1
	}
	if isZeroText(s) {
		return 0
	}
	return 1
}

func isZeroText(s []byte) bool {
	for _, c := range s {
		if c != '0' && c != '.' {
			return false
		}
	}
	return true
}

// splitNumeric gives the digits before the point without leading zeros and those behind it without
// trailing zeros, of a text without sign.
func splitNumeric(s []byte) (integer, fraction []byte) {
	integer = s
	if p := bytes.IndexByte(s, '.'); p >= 0 {
		integer, fraction = s[:p], s[p+1:]
		for len(fraction) > 0 && fraction[len(fraction)-1] == '0' {
			fraction = fraction[:len(fraction)-1]
		}
	}
	for len(integer) > 0 && integer[0] == '0' {
		integer = integer[1:]
	}
	return integer, fraction
}

func compareMagnitude(a, b []byte) int {
	ai, af := splitNumeric(a)
	bi, bf := splitNumeric(b)
	if len(ai) != len(bi) {
		if len(ai) < len(bi) {
			return -1
		}
		return 1
	}
	if c := bytes.Compare(ai, bi); c != 0 {
		return c
	}
	return bytes.Compare(af, bf)
}

// appendNumericCanonical appends the text by which all equal numerics are spelled alike.
func appendNumericCanonical(dst, s []byte) []byte {
	switch numericClass(s) {
	case 0:
		return append(dst, '0')
	case -1:
		dst, s = append(dst, '-'), s[1:]
	case 1:
	default:
		return append(dst, s...)
	}
	integer, fraction := splitNumeric(s)
	if len(integer) == 0 {
		dst = append(dst, '0')
	}
	dst = append(dst, integer...)
	if len(fraction) > 0 {
		dst = append(append(dst, '.'), fraction...)
	}
	return dst
}
