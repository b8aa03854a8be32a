package types

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// SQLSTATEs of PostgreSQL for arguments that roots, logarithms and powers don't have.
const (
	codeLogarithmArgument = "2201E"
	codePowerArgument     = "2201F"
)

// scaleFor bounds a scale as PostgreSQL does for the results of these functions: at least what the
// arguments show, at most 1,000.
func scaleFor(scale int, args ...*apd.Decimal) int {
	for _, a := range args {
		scale = max(scale, int(-a.Exponent))
	}
	return min(max(scale, 0), 1000)
}

// precisely gives a context for so many significant digits.
func precisely(digits int) *apd.Context {
	c := apd.BaseContext.WithPrecision(uint32(max(digits, 20)))
	c.Traps = 0
	return c
}

// fix brings what apd has computed into a numeric's shape.
func fix(z *apd.Decimal, scale int) error {
	if z.Form != apd.Finite {
		return numericOverflow()
	}
	if z.Exponent > 0 {
		if z.Exponent > maxNumericInteger {
			return numericOverflow()
		}
		z.Coeff.Mul(&z.Coeff, pow10(int(z.Exponent)))
		z.Exponent = 0
	}
	rescale(z, scale, roundHalfUp)
	return finish(z)
}

// NumericSqrt sets z to the square root of x; a negative x is 2201F.
func NumericSqrt(z, x *apd.Decimal) error {
	if NumericSign(x) < 0 {
		return Errorf(codePowerArgument, "cannot take square root of a negative number")
	}
	if x.Form != apd.Finite {
		z.Set(x)
		return nil
	}
	weight, _ := base10000(x)
	scale := scaleFor(16-((weight+1)*4/2-1), x)
	var n, r, square apd.BigInt
	n.Mul(&x.Coeff, pow10(2*scale+int(x.Exponent)))
	r.Sqrt(&n)
	square.Mul(&r, &r)
	if n.Sub(&n, &square); n.Cmp(&r) > 0 {
		r.Add(&r, smallPowers[0])
	}
	z.Coeff.Set(&r)
	z.Form, z.Negative, z.Exponent = apd.Finite, false, -int32(scale)
	return finish(z)
}

// approximate is x as a float, as near as floats get.
func approximate(x *apd.Decimal) float64 {
	f, err := x.Float64()
	if err != nil {
		return math.Copysign(math.MaxFloat64, float64(NumericSign(x)))
	}
	return f
}

const log10e = 0.434294481903252

// NumericExp sets z to e to the x.
func NumericExp(z, x *apd.Decimal) error {
	if x.Form != apd.Finite {
		if x.Form == apd.Infinite && x.Negative {
			NumericFromInt(z, 0)
		} else {
			z.Set(x)
		}
		return nil
	}
	v := approximate(x)
	weight := min(max(v*log10e, -2000), 2000)
	scale := scaleFor(16-int(weight), x)
	return expScaled(z, x, v, scale)
}

// expScaled sets z to e to the x, which is about v, at a scale.
func expScaled(z, x *apd.Decimal, v float64, scale int) error {
	if v >= 6000 {
		return numericOverflow()
	}
	if v <= -6000 {
		NumericFromScaled(z, 0, scale)
		return nil
	}
	var e apd.Decimal
	if _, err := precisely(scale+int(v*log10e)+12).Exp(&e, x); err != nil {
		return numericOverflow()
	}
	z.Set(&e)
	return fix(z, scale)
}

// logWeight estimates the decimal weight of a logarithm's first digit.
func logWeight(x *apd.Decimal) int {
	var low, high, diff apd.Decimal
	NumericFromScaled(&low, 9, 1)
	NumericFromScaled(&high, 11, 1)
	if NumericCompare(x, &low) >= 0 && NumericCompare(x, &high) <= 0 {
		NumericFromInt(&high, 1)
		if NumericSub(&diff, x, &high) != nil || diff.Coeff.Sign() == 0 {
			return 0
		}
		weight, first := base10000(&diff)
		return weight*4 + int(math.Log10(float64(first)))
	}
	digits := int(apd.NumDigits(&x.Coeff))
	var lead apd.BigInt
	drop := max(digits-15, 0)
	lead.Quo(&x.Coeff, pow10(drop))
	ln := math.Log(float64(lead.Int64())) + float64(drop+int(x.Exponent))*math.Ln10
	if ln == 0 {
		return 0
	}
	return int(math.Log10(math.Abs(ln)))
}

func logArgument(x *apd.Decimal) error {
	switch NumericSign(x) {
	case -1:
		return Errorf(codeLogarithmArgument, "cannot take logarithm of a negative number")
	case 0:
		return Errorf(codeLogarithmArgument, "cannot take logarithm of zero")
	}
	return nil
}

// NumericLn sets z to the natural logarithm of x; x <= 0 is 2201E.
func NumericLn(z, x *apd.Decimal) error {
	if err := logArgument(x); err != nil {
		return err
	}
	if x.Form != apd.Finite {
		z.Set(x)
		return nil
	}
	scale := scaleFor(16-logWeight(x), x)
	if err := lnDigits(z, x, scale+12); err != nil {
		return err
	}
	return fix(z, scale)
}

// lnDigits sets z to the logarithm of a finite x > 0, right to so many digits after the point.
func lnDigits(z, x *apd.Decimal, digits int) error {
	var ln apd.Decimal
	weight := max(logWeight(x), 0) + 1
	if _, err := precisely(digits+weight).Ln(&ln, x); err != nil || ln.Form != apd.Finite {
		return numericOverflow()
	}
	z.Set(&ln)
	return nil
}

// NumericLog sets z to the logarithm of x to a base; arguments <= 0 are 2201E, base 1 is 22012.
func NumericLog(z, base, x *apd.Decimal) error {
	if base.Form == apd.NaN || x.Form == apd.NaN {
		setNaN(z)
		return nil
	}
	if base.Form == apd.Infinite || x.Form == apd.Infinite { // then being negative is said before being zero
		if NumericSign(base) < 0 || NumericSign(x) < 0 {
			return logArgument(apd.New(-1, 0))
		}
	}
	if err := logArgument(base); err != nil {
		return err
	}
	if err := logArgument(x); err != nil {
		return err
	}
	switch {
	case base.Form == apd.Infinite && x.Form == apd.Infinite:
		setNaN(z)
		return nil
	case base.Form == apd.Infinite:
		NumericFromInt(z, 0)
		return nil
	case x.Form == apd.Infinite:
		setInf(z, false)
		return nil
	}
	bw, xw := logWeight(base), logWeight(x)
	scale := scaleFor(16-(xw-bw), base, x)
	digits := scale + 24 + max(0, -bw) + max(0, -xw)
	var lb, lx, q apd.Decimal
	if err := lnDigits(&lb, base, digits); err != nil {
		return err
	}
	if err := lnDigits(&lx, x, digits); err != nil {
		return err
	}
	if lb.Coeff.Sign() == 0 {
		return divisionByZero()
	}
	if _, err := precisely(digits).Quo(&q, &lx, &lb); err != nil {
		return numericOverflow()
	}
	z.Set(&q)
	return fix(z, scale)
}

// NumericPower sets z to x to the y. Zero to a negative power and a negative number to a power that
// is no integer are 2201F.
func NumericPower(z, x, y *apd.Decimal) error {
	var one apd.Decimal
	NumericFromInt(&one, 1)
	if x.Form != apd.Finite || y.Form != apd.Finite {
		return powerSpecial(z, x, y, &one)
	}
	yInteger := isInteger(y)
	if NumericSign(x) == 0 && NumericSign(y) < 0 {
		return Errorf(codePowerArgument, "zero raised to a negative power is undefined")
	}
	if NumericSign(x) < 0 && !yInteger {
		return Errorf(codePowerArgument, "a negative number raised to a non-integer power yields a complex result")
	}
	if n, err := NumericToInt(y, Int4); yInteger && err == nil {
		return powerInt(z, x, n, scaleFor(16, x, y))
	}
	if NumericSign(x) == 0 {
		NumericFromScaled(z, 0, 16)
		return nil
	}
	negative := x.Negative && !isEven(y)
	var base, ln, e apd.Decimal
	NumericAbs(&base, x)
	// PostgreSQL estimates the result's weight with few digits, and from it follows the scale.
	few := max(8-logWeight(&base), 0)
	if err := lnDigits(&ln, &base, few+2); err != nil {
		return err
	}
	rescale(&ln, few, roundHalfUp)
	if err := NumericMul(&e, &ln, y); err != nil {
		return err
	}
	rescale(&e, few, roundHalfUp)
	v := approximate(&e)
	if v > 6020 {
		return numericOverflow()
	}
	if v < -6020 {
		NumericFromScaled(z, 0, 1000)
		return nil
	}
	scale := scaleFor(16-int(v*log10e), x, y)
	digits := scale + max(0, int(v*log10e)) + 24
	yDigits := int(apd.NumDigits(&y.Coeff)) + int(y.Exponent)
	if err := lnDigits(&ln, &base, digits+max(0, yDigits)); err != nil {
		return err
	}
	if _, err := precisely(digits+max(0, yDigits)+8).Mul(&e, &ln, y); err != nil {
		return numericOverflow()
	}
	if err := expScaled(z, &e, v, scale); err != nil {
		return err
	}
	z.Negative = negative && z.Coeff.Sign() != 0
	return nil
}

func isInteger(x *apd.Decimal) bool {
	var r apd.BigInt
	return x.Exponent == 0 || r.Rem(&x.Coeff, pow10(int(-x.Exponent))).Sign() == 0
}

// isEven tells of an integer.
func isEven(x *apd.Decimal) bool {
	var q apd.BigInt
	q.Quo(&x.Coeff, pow10(int(-x.Exponent)))
	return q.Bit(0) == 0
}

// powerInt sets z to x to the n, at a scale.
func powerInt(z, x *apd.Decimal, n int64, scale int) error {
	if n == 0 || x.Coeff.Sign() == 0 {
		NumericFromInt(z, 0)
		if n == 0 {
			NumericFromInt(z, 1)
		}
		rescale(z, scale, roundDown)
		return nil
	}
	digits := int(apd.NumDigits(&x.Coeff))
	var lead apd.BigInt
	drop := max(digits-17, 0)
	lead.Quo(&x.Coeff, pow10(drop))
	weight := float64(n) * (math.Log10(float64(lead.Int64())) + float64(drop+int(x.Exponent)))
	if weight > 3*math.MaxInt16*4 {
		return numericOverflow()
	}
	if weight+1 < -float64(scale) {
		NumericFromScaled(z, 0, scale)
		return nil
	}
	if weight > maxNumericInteger+1 {
		return numericOverflow()
	}
	significant := scale + int(weight) + 12 + int(math.Log10(math.Abs(float64(n))+1))
	c := precisely(significant)
	// Repeated squaring; every step is rounded to the digits that matter.
	result, base := apd.New(1, 0), new(apd.Decimal).Set(x)
	negative := x.Negative && n%2 != 0
	base.Negative = false
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	for ; m > 0; m >>= 1 {
		if m&1 != 0 {
			c.Mul(result, result, base)
		}
		if m > 1 {
			c.Mul(base, base, base)
		}
	}
	if n < 0 {
		c.Quo(result, apd.New(1, 0), result)
	}
	z.Set(result)
	z.Negative = negative
	return fix(z, scale)
}

// powerSpecial is power where an argument is NaN or infinite.
func powerSpecial(z, x, y, one *apd.Decimal) error {
	xIsOne := NumericCompare(x, one) == 0
	switch {
	case x.Form == apd.NaN:
		if y.Form == apd.Finite && NumericSign(y) == 0 {
			NumericFromInt(z, 1)
		} else {
			setNaN(z)
		}
		return nil
	case y.Form == apd.NaN:
		if xIsOne {
			NumericFromInt(z, 1)
		} else {
			setNaN(z)
		}
		return nil
	case xIsOne, y.Form == apd.Finite && NumericSign(y) == 0:
		NumericFromInt(z, 1)
		return nil
	case NumericSign(x) == 0 && y.Form == apd.Infinite:
		if y.Negative {
			return Errorf(codePowerArgument, "zero raised to a negative power is undefined")
		}
		NumericFromInt(z, 0)
		return nil
	case y.Form == apd.Infinite:
		var magnitude apd.Decimal
		NumericAbs(&magnitude, x)
		switch c := NumericCompare(&magnitude, one); {
		case c == 0:
			NumericFromInt(z, 1)
		case (c > 0) == !y.Negative:
			setInf(z, false)
		default:
			NumericFromInt(z, 0)
		}
		return nil
	}
	// x is infinite, y finite and not zero.
	if x.Negative && !isInteger(y) {
		return Errorf(codePowerArgument, "a negative number raised to a non-integer power yields a complex result")
	}
	if y.Negative {
		NumericFromInt(z, 0)
	} else {
		setInf(z, x.Negative && !isEven(y))
	}
	return nil
}
