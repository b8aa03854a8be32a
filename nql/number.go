package nql

import "math"

// Numbers compare by value, whatever their spelling: 1, 1.0 and 1e0 are equal, and so are no two different decimals however
// close. A Float stands for the shortest decimal that reads back as it, which is also how JSON spells it.

// decimal is a number taken apart, without a copy: the digits (a point may lie among them) and the power of ten of
// the first significant one. It is zero when there is no significant digit.
type decimal struct {
	negative bool
	digits   []byte // from the first significant digit to the last, a point maybe among them
	exp      int64  // of the first: 2 for 345.6
}

// exponents beyond this are all the same to us; no JSON that fits a document spells a number out that far.
const maxExponent = math.MaxInt64 / 4

// takeApart reads the spelling of a number. Bytes that are no number give nonsense.
func takeApart(s []byte) decimal {
	var d decimal
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		d.negative = s[i] == '-'
		i++
	}
	first, last, point, mantissa := -1, -1, -1, len(s)
	for j := i; j < len(s); j++ {
		c := s[j]
		if c == '.' {
			point = j
			continue
		}
		if c < '0' || c > '9' {
			mantissa = j
			break
		}
		if c != '0' {
			if first < 0 {
				first = j
			}
			last = j
		}
	}
	if first < 0 {
		return decimal{}
	}
	if point < 0 {
		point = mantissa
	}
	d.digits = s[first : last+1]
	d.exp = int64(point - first)
	if first < point {
		d.exp--
	}
	if mantissa+1 < len(s) { // e
		d.exp += exponent(s[mantissa+1:])
	}
	return d
}

func exponent(s []byte) int64 {
	negative := false
	if s[0] == '-' || s[0] == '+' {
		negative = s[0] == '-'
		s = s[1:]
	}
	var e int64
	for _, c := range s {
		if c < '0' || c > '9' {
			break
		}
		if e < maxExponent/10 {
			e = e*10 + int64(c-'0')
		} else {
			e = maxExponent
		}
	}
	if negative {
		return -e
	}
	return e
}

// compareDecimals compares two numbers by their spellings: -1, 0 or 1.
func compareDecimals(a, b []byte) int {
	x, y := takeApart(a), takeApart(b)
	return x.compare(&y)
}

func (d *decimal) sign() int {
	switch {
	case len(d.digits) == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d *decimal) compare(o *decimal) int {
	s, t := d.sign(), o.sign()
	switch {
	case s < t:
		return -1
	case s > t:
		return 1
	case s == 0:
		return 0
	case d.exp < o.exp:
		return -s
	case d.exp > o.exp:
		return s
	}
	a, b := d.digits, o.digits
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == '.':
			a = a[1:]
		case b[0] == '.':
			b = b[1:]
		case a[0] < b[0]:
			return -s
		case a[0] > b[0]:
			return s
		default:
			a, b = a[1:], b[1:]
		}
	}
	// Neither ends in zeros, so what is left over is significant.
	switch {
	case len(a) > 0:
		return s
	case len(b) > 0:
		return -s
	}
	return 0
}

// shortInt reads a plain integer of at most 18 digits, the usual case.
func shortInt(s []byte) (int64, bool) {
	digits := s
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(s) {
		return -n, n != 0 // -0 keeps its spelling
	}
	return n, true
}

// integerOf gives the number's value where it is an integer within 64 bits, however spelled.
func integerOf(s []byte) (int64, bool) {
	if n, ok := shortInt(s); ok {
		return n, true
	}
	d := takeApart(s)
	if len(d.digits) == 0 {
		return 0, len(s) > 0
	}
	if d.exp < 0 || d.exp > 18 {
		return 0, false
	}
	var n uint64
	left := d.exp + 1
	for _, c := range d.digits {
		if c == '.' {
			continue
		}
		if left--; left < 0 {
			return 0, false // a fraction: the last digit is significant
		}
		n = n*10 + uint64(c-'0') // at most 19 digits: no overflow
	}
	for ; left > 0; left-- {
		n *= 10
	}
	switch {
	case d.negative && n <= 1<<63:
		return -int64(n), true
	case !d.negative && n < 1<<63:
		return int64(n), true
	}
	return 0, false
}

// PostgreSQL's limits of numeric: digits before and behind the point.
const (
	maxIntegerDigits  = 131072
	maxFractionDigits = 16383
)

// appendNumeric appends a JSON number in PostgreSQL's text form of numeric: without exponent, with as many fractional
// digits as its spelling implies. It reports false where numeric has no room for it.
func appendNumeric(dst, s []byte) ([]byte, bool) {
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	mantissa := len(s)
	exp := int64(0)
	for i, c := range s {
		if c == 'e' || c == 'E' {
			mantissa = i
			if i+1 < len(s) {
				exp = exponent(s[i+1:])
			}
			break
		}
	}
	s = s[:mantissa]
	point := len(s)
	fraction := 0
	for i, c := range s {
		if c == '.' {
			point, fraction = i, len(s)-i-1
		}
	}
	d := takeApart(s)
	if len(d.digits) > 0 && negative {
		dst = append(dst, '-') // zero has no sign
	}
	scale := max(int64(fraction)-exp, 0)
	if scale > maxFractionDigits || len(d.digits) > 0 && d.exp+exp >= maxIntegerDigits {
		return dst, false
	}
	// digit k of the mantissa (0: the first) is worth 10^(point-1-k+exp).
	at := func(power int64) byte {
		k := int64(point) - 1 + exp - power
		if k >= int64(point) {
			k++ // over the point
		}
		if k < 0 || k >= int64(len(s)) {
			return '0'
		}
		return s[k]
	}
	top := max(d.exp+exp, 0)
	if len(d.digits) == 0 {
		top = 0
	}
	for power := top; power >= 0; power-- {
		dst = append(dst, at(power))
	}
	if scale > 0 {
		dst = append(dst, '.')
		for power := int64(-1); power >= -scale; power-- {
			dst = append(dst, at(power))
		}
	}
	return dst, true
}
