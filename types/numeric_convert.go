package types

import (
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// NumericFromInt sets z to x, with no digits after the point.
func NumericFromInt(z *apd.Decimal, x int64) {
	z.Form, z.Exponent = apd.Finite, 0
	z.Negative = x < 0
	if x < 0 {
		z.Coeff.SetUint64(-uint64(x))
	} else {
		z.Coeff.SetUint64(uint64(x))
	}
}

// NumericFromScaled sets z to x divided by 10 to the scale.
func NumericFromScaled(z *apd.Decimal, x int64, scale int) {
	NumericFromInt(z, x)
	z.Exponent = -int32(scale)
}

// NumericFromFloat sets z to a double precision, rounded to 15 significant digits as PostgreSQL does.
func NumericFromFloat(z *apd.Decimal, f float64) error { return numericFromFloat(z, f, 15) }

// NumericFromFloat4 sets z to a real, rounded to 6 significant digits.
func NumericFromFloat4(z *apd.Decimal, f float64) error { return numericFromFloat(z, f, 6) }

func numericFromFloat(z *apd.Decimal, f float64, digits int) error {
	switch {
	case math.IsNaN(f):
		setNaN(z)
		return nil
	case math.IsInf(f, 0):
		setInf(z, f < 0)
		return nil
	}
	var buf [32]byte
	s := appendG(buf[:0], f, digits)
	if !scanNumeric(z, s) || !numericFits(z) {
		return numericOverflow()
	}
	return nil
}

// NumericToInt rounds x half away from zero to t, which is Int2, Int4 or Int8. Out of range is
// 22003, NaN and infinity are 0A000.
func NumericToInt(x *apd.Decimal, t OID) (int64, error) {
	switch x.Form {
	case apd.Finite:
	case apd.Infinite:
		return 0, Errorf(CodeFeatureNotSupported, "cannot convert infinity to %s", FormatType(t, -1))
	default:
		return 0, Errorf(CodeFeatureNotSupported, "cannot convert NaN to %s", FormatType(t, -1))
	}
	c := &x.Coeff
	if x.Exponent < 0 {
		c = new(apd.BigInt)
		divRound(c, &x.Coeff, pow10(int(-x.Exponent)), roundHalfUp)
	}
	if !c.IsUint64() {
		return 0, intOutOfRange(t)
	}
	u := c.Uint64()
	switch {
	case x.Negative && u <= 1<<63:
		return int64(-u), CheckInt(int64(-u), t)
	case !x.Negative && u < 1<<63:
		return int64(u), CheckInt(int64(u), t)
	}
	return 0, intOutOfRange(t)
}

// NumericToFloat converts to the nearest value of t, which is Float4 or Float8. Out of range is 22003.
func NumericToFloat(x *apd.Decimal, t OID) (float64, error) {
	switch x.Form {
	case apd.Finite:
	case apd.Infinite:
		if x.Negative {
			return math.Inf(-1), nil
		}
		return math.Inf(1), nil
	default:
		return math.NaN(), nil
	}
	var buf [64]byte
	return parseFloat(AppendNumeric(buf[:0], x), t)
}

// CheckInt fails with 22003 where x is not within t, which is Int2, Int4, Int8 or Oid.
func CheckInt(x int64, t OID) error {
	switch t {
	case Int2:
		if x != int64(int16(x)) {
			return intOutOfRange(t)
		}
	case Int4:
		if x != int64(int32(x)) {
			return intOutOfRange(t)
		}
	case Oid:
		if x != int64(uint32(x)) {
			return intOutOfRange(t)
		}
	}
	return nil
}

func intOutOfRange(t OID) error {
	return Errorf(CodeNumericOutOfRange, "%s out of range", FormatType(t, -1))
}

// FloatToInt rounds f half to even to t, which is Int2, Int4 or Int8. NaN and what is out of range are 22003.
func FloatToInt(f float64, t OID) (int64, error) {
	f = math.RoundToEven(f)
	if !(f >= -1<<63 && f < 1<<63) { // false for NaN
		return 0, intOutOfRange(t)
	}
	return int64(f), CheckInt(int64(f), t)
}

// CheckFloat4 converts a double precision to the nearest real; overflow and underflow are 22003.
func CheckFloat4(f float64) (float64, error) {
	g := float64(float32(f))
	if math.IsInf(g, 0) && !math.IsInf(f, 0) {
		return 0, Errorf(CodeNumericOutOfRange, "value out of range: overflow")
	}
	if g == 0 && f != 0 {
		return 0, Errorf(CodeNumericOutOfRange, "value out of range: underflow")
	}
	return g, nil
}

// appendG is C's %.*g: digits significant digits, without trailing zeros, exponent form where the
// exponent is below -4 or not below digits.
func appendG(dst []byte, f float64, digits int) []byte {
	if f == 0 {
		if math.Signbit(f) {
			return append(dst, "-0"...)
		}
		return append(dst, '0')
	}
	digits = max(digits, 1)
	var buf [400]byte
	s := strconv.AppendFloat(buf[:0], f, 'e', digits-1, 64)
	return appendScientific(dst, s, digits)
}

// appendScientific turns "d.ddde±dd" into C's shortest spelling: fixed where -4 <= exponent < limit.
func appendScientific(dst, s []byte, limit int) []byte {
	if s[0] == '-' {
		dst, s = append(dst, '-'), s[1:]
	}
	e := len(s) - 1
	for s[e] != 'e' {
		e--
	}
	exponent, _ := strconv.Atoi(string(s[e+1:]))
	var db [40]byte
	digits := append(db[:0], s[0])
	if e > 2 {
		digits = append(digits, s[2:e]...)
	}
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	switch {
	case exponent < -4 || exponent >= limit:
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(append(dst, '.'), digits[1:]...)
		}
		dst = append(dst, 'e')
		if exponent < 0 {
			dst, exponent = append(dst, '-'), -exponent
		} else {
			dst = append(dst, '+')
		}
		if exponent < 10 {
			dst = append(dst, '0')
		}
		return strconv.AppendInt(dst, int64(exponent), 10)
	case exponent < 0:
		dst = append(dst, "0."...)
		for range -exponent - 1 {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	for i := 0; i <= exponent; i++ {
		if i < len(digits) {
			dst = append(dst, digits[i])
		} else {
			dst = append(dst, '0')
		}
	}
	if len(digits) > exponent+1 {
		dst = append(append(dst, '.'), digits[exponent+1:]...)
	}
	return dst
}
