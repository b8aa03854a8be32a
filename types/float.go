package types

import (
	"bytes"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// AppendFloat appends the text of a value of t, which is Float4 or Float8. From extra_float_digits 1
// on (the default) it is the shortest text that reads back as the same value; below, so many digits
// more or less than the 6 or 15 that every value can show.
func AppendFloat(dst []byte, env *Env, t OID, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	exact, bits := 15, 64
	if t == Float4 {
		exact, bits = 6, 32
	}
	if env != nil && env.FloatDigits <= 0 {
		return appendG(dst, f, exact+env.FloatDigits)
	}
	if f == 0 {
		return appendG(dst, f, 1)
	}
	if t == Float8 {
		if dst, ok := appendFewDigits(dst, f); ok {
			return dst
		}
	}
	var buf [32]byte
	return appendScientific(dst, shortest(buf[:0], f, bits), exact)
}

// appendFewDigits appends a number of six digits behind the point at the most, as measured ones often are. Of decimals of up to 15 digits no two
// are read as the same double, so where one is read as f, none is shorter.
func appendFewDigits(dst []byte, f float64) ([]byte, bool) {
	a := math.Abs(f)
	if a < 1e-3 || a >= 1e9 {
		return dst, false
	}
	scaled := math.RoundToEven(a * 1e6)
	if scaled/1e6 != a { // both are exact, so this is rounded as reading the digits is
		return dst, false
	}
	if f < 0 {
		dst = append(dst, '-')
	}
	x := uint64(scaled)
	return appendFraction(strconv.AppendUint(dst, x/1_000_000, 10), int64(x%1_000_000)), true
}

// shortest appends the shortest decimal that lies between f and the middles to its neighbours. Go also
// takes a middle itself, where reading would round it back to f; PostgreSQL does not, so 1e23 is shown
// as 9.999999999999999e+22.
func shortest(dst []byte, f float64, size int) []byte {
	s := strconv.AppendFloat(dst, f, 'e', -1, size)
	if shortDecimal(f, size) {
		s = toEven(s, f, size)
	}
	// A middle has few enough decimal digits only where it is an integer with few factors of five.
	if a := math.Abs(f); size == 64 && (a < 1<<54 || a > 1e41) || size == 32 && (a < 1<<25 || a > 1e20) {
		return s
	}
	digits := bytes.IndexByte(s, 'e') - bytes.IndexByte(s, '.') // one more than s has behind its point
	if bytes.IndexByte(s, '.') < 0 {
		digits = 1
	}
	for ; isMiddle(s, f, size); digits++ {
		s = strconv.AppendFloat(dst, f, 'e', digits, size)
	}
	return s
}

// shortDecimal reports whether all the decimal digits of f are so few that it may lie just between two texts that are equally short.
func shortDecimal(f float64, size int) bool {
	fraction, exponent := math.Frexp(math.Abs(f))
	mantissa := uint64(fraction * (1 << 53))
	significant := 53 - bits.TrailingZeros64(mantissa)
	behind := max(0, significant-exponent) // binary digits behind the point, each of which is one decimal digit there
	digits := float64(significant)*0.302 + float64(behind)*0.699
	if behind == 0 {
		digits = float64(exponent) * 0.302
	}
	if size == 32 {
		return digits <= 12
	}
	return digits <= 20
}

// toEven takes, of two texts of the same length that are equally near to f, the one with the even last digit, as PostgreSQL does; Go takes the upper one.
func toEven(s []byte, f float64, size int) []byte {
	behind := max(0, bytes.IndexByte(s, 'e')-bytes.IndexByte(s, '.')-1)
	if bytes.IndexByte(s, '.') < 0 {
		behind = 0
	}
	var buf [32]byte
	even := strconv.AppendFloat(buf[:0], f, 'e', behind, 64)
	if back, err := strconv.ParseFloat(string(even), size); err != nil || back != f {
		return s
	}
	return append(s[:0], even...)
}

// isMiddle reports whether a decimal is just between f and one of its neighbours.
func isMiddle(s []byte, f float64, bits int) bool {
	d, _, err := big.ParseFloat(string(s), 10, 512, big.ToNearestEven) // exact for these magnitudes
	if err != nil {
		return false
	}
	for _, toward := range []float64{math.Inf(1), math.Inf(-1)} {
		n := math.Nextafter(f, toward)
		if bits == 32 {
			n = float64(math.Nextafter32(float32(f), float32(toward)))
		}
		sum := new(big.Float).SetPrec(512).Add(big.NewFloat(f), big.NewFloat(n))
		if sum.Cmp(new(big.Float).SetPrec(512).Mul(d, big.NewFloat(2))) == 0 {
			return true
		}
	}
	return false
}

// parseFloat reads the text of a value of t, which is Float4 or Float8, as C's strtod does, spaces
// around it allowed. Errors are 22P02 and 22003.
// ParseFloat reads PostgreSQL's text input of float8.
func ParseFloat(s []byte) (float64, error) { return parseFloat(s, Float8) }

func parseFloat(s []byte, t OID) (float64, error) {
	w := bytes.Trim(s, spaces)
	bits := 64
	if t == Float4 {
		bits = 32
	}
	if isNaNText(w) {
		return math.NaN(), nil
	}
	f, end, ok := leadingFloat(w, bits)
	switch {
	case !ok: // is found before what may follow the number
		if t == Float8 {
			s = w[:end]
		}
		return 0, Errorf(CodeNumericOutOfRange, "\"%s\" is out of range for type %s", s, FormatType(t, -1))
	case end == 0 || end < len(w):
		return 0, badSyntax(t, s)
	}
	return f, nil
}

// leadingFloat is the number with which a text begins, as C's strtod reads it, and where it ends: 0 where there is none. ok is false where it is out of range.
func leadingFloat(w []byte, bits int) (f float64, end int, ok bool) {
	end = floatEnd(w)
	if end == 0 {
		return 0, 0, true
	}
	text := string(w[:end])
	if len(text) > 2 && strings.ContainsAny(text, "xX") && !strings.ContainsAny(text, "pP") {
		text += "p0" // C needs no exponent, Go does
	}
	f, err := strconv.ParseFloat(text, bits)
	return f, end, err == nil && (f != 0 || !significant(w[:end]))
}

// floatEnd is how much of the beginning of w is a number as C reads it, infinity included.
func floatEnd(w []byte) int {
	at := func(i int) byte {
		if i < len(w) {
			return w[i] | 0x20
		}
		return 0
	}
	i := 0
	if len(w) > 0 && (w[0] == '+' || w[0] == '-') {
		i = 1
	}
	for _, word := range []string{"infinity", "inf"} {
		if len(w)-i >= len(word) && bytes.EqualFold(w[i:i+len(word)], []byte(word)) {
			return i + len(word)
		}
	}
	exponent, isFigure := byte('e'), isDigit
	if at(i) == '0' && at(i+1) == 'x' {
		exponent, isFigure = 'p', func(c byte) bool { return hexValue(c) >= 0 }
		i += 2
	}
	figures := 0
	count := func() {
		for i < len(w) && isFigure(w[i]) {
			i, figures = i+1, figures+1
		}
	}
	count()
	if i < len(w) && w[i] == '.' {
		i++
		count()
	}
	if figures == 0 {
		return 0
	}
	if at(i) == exponent {
		k := i + 1
		if k < len(w) && (w[k] == '+' || w[k] == '-') {
			k++
		}
		if k < len(w) && isDigit(w[k]) {
			for k < len(w) && isDigit(w[k]) {
				k++
			}
			return k
		}
	}
	return i
}

// significant reports whether a spelling has a digit other than 0 before its exponent.
func significant(w []byte) bool {
	hex := bytes.ContainsAny(w, "xX")
	for _, c := range w {
		switch {
		case !hex && c|0x20 == 'e' || hex && c|0x20 == 'p':
			return false
		case c >= '1' && c <= '9' || hex && c|0x20 >= 'a' && c|0x20 <= 'f':
			return true
		}
	}
	return false
}

// isNaNText: C takes a sign before nan and any word in parentheses behind it.
func isNaNText(w []byte) bool {
	if len(w) > 0 && (w[0] == '+' || w[0] == '-') {
		w = w[1:]
	}
	if len(w) < 3 || !bytes.EqualFold(w[:3], []byte("nan")) {
		return false
	}
	if w = w[3:]; len(w) == 0 {
		return true
	}
	if len(w) < 2 || w[0] != '(' || w[len(w)-1] != ')' {
		return false
	}
	for _, c := range w[1 : len(w)-1] {
		if !isDigit(c) && !isAlpha(c) && c != '_' {
			return false
		}
	}
	return true
}
