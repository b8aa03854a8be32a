package types

import (
	"sync"

	"github.com/cockroachdb/apd/v3"
)

// The arithmetic of numeric, with PostgreSQL's scales: results show as many digits after the point
// as PostgreSQL's do. In all of it z may be x or y. Errors are 22003 (overflow) and 22012.

var smallPowers = func() (p [64]*apd.BigInt) {
	p[0] = apd.NewBigInt(1)
	for i := 1; i < len(p); i++ {
		p[i] = new(apd.BigInt).Mul(p[i-1], apd.NewBigInt(10))
	}
	return p
}()

var largePowers sync.Map // int to *apd.BigInt

// pow10 gives 10 to the n; the result must not be changed.
func pow10(n int) *apd.BigInt {
	if n < len(smallPowers) {
		return smallPowers[n]
	}
	if p, ok := largePowers.Load(n); ok {
		return p.(*apd.BigInt)
	}
	p := new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(n)), nil)
	if n <= 2048 { // larger ones are rare and many kilobytes each
		largePowers.Store(n, p)
	}
	return p
}

// finish puts a result in shape: no negative zero, no more digits than a numeric may have.
func finish(z *apd.Decimal) error {
	if z.Form == apd.Finite && z.Coeff.Sign() == 0 {
		z.Negative = false
	}
	if -z.Exponent > maxNumericScale && z.Form == apd.Finite {
		rescale(z, maxNumericScale, roundHalfUp)
	}
	if !numericFits(z) {
		return numericOverflow()
	}
	return nil
}

type rounding uint8

const (
	roundDown   rounding = iota // towards zero
	roundHalfUp                 // half away from zero
)

// rescale changes the display scale of a finite z; digits that go are rounded.
func rescale(z *apd.Decimal, scale int, how rounding) {
	have := int(-z.Exponent)
	switch {
	case scale > have:
		z.Coeff.Mul(&z.Coeff, pow10(scale-have))
	case scale < have:
		divRound(&z.Coeff, &z.Coeff, pow10(have-scale), how)
	}
	z.Exponent = -int32(scale)
	if z.Coeff.Sign() == 0 {
		z.Negative = false
	}
}

// divRound sets z to x/y, both not negative.
func divRound(z, x, y *apd.BigInt, how rounding) {
	var q, r apd.BigInt
	q.QuoRem(x, y, &r)
	if how == roundHalfUp {
		r.Add(&r, &r)
		if r.Cmp(y) >= 0 {
			q.Add(&q, smallPowers[0])
		}
	}
	z.Set(&q)
}

// aligned gives both coefficients at the greater of the two scales.
func aligned(x, y *apd.Decimal, bx, by *apd.BigInt) (cx, cy *apd.BigInt, exponent int32) {
	switch {
	case x.Exponent > y.Exponent:
		return bx.Mul(&x.Coeff, pow10(int(x.Exponent-y.Exponent))), &y.Coeff, y.Exponent
	case x.Exponent < y.Exponent:
		return &x.Coeff, by.Mul(&y.Coeff, pow10(int(y.Exponent-x.Exponent))), x.Exponent
	}
	return &x.Coeff, &y.Coeff, x.Exponent
}

// NumericAdd sets z to x + y.
func NumericAdd(z, x, y *apd.Decimal) error { return addSigned(z, x, y, y.Negative) }

// NumericSub sets z to x - y.
func NumericSub(z, x, y *apd.Decimal) error { return addSigned(z, x, y, !y.Negative) }

func addSigned(z, x, y *apd.Decimal, yNegative bool) error {
	if x.Form != apd.Finite || y.Form != apd.Finite {
		switch {
		case x.Form == apd.NaN || y.Form == apd.NaN:
			setNaN(z)
		case x.Form == apd.Infinite && y.Form == apd.Infinite && x.Negative != yNegative:
			setNaN(z)
		case x.Form == apd.Infinite:
			setInf(z, x.Negative)
		default:
			setInf(z, yNegative)
		}
		return nil
	}
	var bx, by apd.BigInt
	xNegative := x.Negative
	cx, cy, exponent := aligned(x, y, &bx, &by)
	z.Form, z.Exponent = apd.Finite, exponent
	if xNegative == yNegative {
		z.Coeff.Add(cx, cy)
		z.Negative = xNegative
	} else if cx.Cmp(cy) >= 0 {
		z.Coeff.Sub(cx, cy)
		z.Negative = xNegative
	} else {
		z.Coeff.Sub(cy, cx)
		z.Negative = yNegative
	}
	return finish(z)
}

// NumericMul sets z to x * y; the scale is the sum of the scales.
func NumericMul(z, x, y *apd.Decimal) error {
	negative := x.Negative != y.Negative
	if x.Form != apd.Finite || y.Form != apd.Finite {
		if x.Form == apd.NaN || y.Form == apd.NaN || NumericSign(x) == 0 || NumericSign(y) == 0 {
			setNaN(z)
		} else {
			setInf(z, negative)
		}
		return nil
	}
	exponent := x.Exponent + y.Exponent
	z.Coeff.Mul(&x.Coeff, &y.Coeff)
	z.Form, z.Negative, z.Exponent = apd.Finite, negative, exponent
	return finish(z)
}

func divisionByZero() error { return Errorf(CodeDivisionByZero, "division by zero") }

// divSpecial handles division where an operand is not finite or y is zero.
func divSpecial(z, x, y *apd.Decimal) (done bool, err error) {
	switch {
	case x.Form == apd.NaN || y.Form == apd.NaN:
		setNaN(z)
	case x.Form == apd.Infinite && y.Form == apd.Infinite:
		setNaN(z)
	case NumericSign(y) == 0:
		return true, divisionByZero()
	case x.Form == apd.Infinite:
		setInf(z, x.Negative != y.Negative)
	case y.Form == apd.Infinite:
		NumericFromInt(z, 0)
	default:
		return false, nil
	}
	return true, nil
}

// NumericDiv sets z to x / y, to at least 16 significant digits and at least the scale of either.
func NumericDiv(z, x, y *apd.Decimal) error {
	if done, err := divSpecial(z, x, y); done {
		return err
	}
	return divide(z, x, y, divScale(x, y), roundHalfUp)
}

// NumericDivTrunc sets z to the integer part of x / y: div(x, y).
func NumericDivTrunc(z, x, y *apd.Decimal) error {
	if done, err := divSpecial(z, x, y); done {
		return err
	}
	return divide(z, x, y, 0, roundDown)
}

func divide(z, x, y *apd.Decimal, scale int, how rounding) error {
	negative := x.Negative != y.Negative
	shift := scale + int(x.Exponent) - int(y.Exponent)
	var n, d apd.BigInt
	if shift >= 0 {
		n.Mul(&x.Coeff, pow10(shift))
		d.Set(&y.Coeff)
	} else {
		n.Set(&x.Coeff)
		d.Mul(&y.Coeff, pow10(-shift))
	}
	divRound(&z.Coeff, &n, &d, how)
	z.Form, z.Negative, z.Exponent = apd.Finite, negative, -int32(scale)
	return finish(z)
}

// base10000 gives the weight (the power of 10,000) and the value of x's first digit in base 10,000,
// in which PostgreSQL counts when it chooses a scale; zero has weight and digit 0.
func base10000(x *apd.Decimal) (weight, first int) {
	if x.Coeff.Sign() == 0 {
		return 0, 0
	}
	digits := int(apd.NumDigits(&x.Coeff))
	integer := digits + int(x.Exponent) // digits before the point; negative: zeros behind it
	weight = floorDiv(integer-1, 4)
	take := integer - 4*weight // 1 … 4 leading decimal digits make the first one
	var lead apd.BigInt
	if digits > take {
		lead.Quo(&x.Coeff, pow10(digits-take))
	} else {
		lead.Mul(&x.Coeff, pow10(take-digits))
	}
	return weight, int(lead.Int64())
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// divScale is the scale that PostgreSQL chooses for a quotient.
func divScale(x, y *apd.Decimal) int {
	wx, fx := base10000(x)
	wy, fy := base10000(y)
	w := wx - wy
	if fx <= fy {
		w--
	}
	scale := max(16-4*w, int(-x.Exponent), int(-y.Exponent), 0)
	return min(scale, 1000)
}

// NumericMod sets z to the remainder of x / y, with the sign of x.
func NumericMod(z, x, y *apd.Decimal) error {
	switch {
	case x.Form == apd.NaN || y.Form == apd.NaN:
		setNaN(z)
		return nil
	case NumericSign(y) == 0:
		return divisionByZero()
	case x.Form == apd.Infinite:
		setNaN(z)
		return nil
	case y.Form == apd.Infinite:
		z.Set(x)
		return nil
	}
	var bx, by apd.BigInt
	negative := x.Negative
	cx, cy, exponent := aligned(x, y, &bx, &by)
	z.Coeff.Rem(cx, cy)
	z.Form, z.Negative, z.Exponent = apd.Finite, negative, exponent
	return finish(z)
}

// NumericNeg sets z to -x.
func NumericNeg(z, x *apd.Decimal) {
	z.Set(x)
	if z.Form == apd.Infinite || z.Form == apd.Finite && z.Coeff.Sign() != 0 {
		z.Negative = !z.Negative
	}
}

// NumericAbs sets z to |x|.
func NumericAbs(z, x *apd.Decimal) { z.Set(x); z.Negative = false }

// NumericSign is -1, 0 or 1. It is 1 for NaN, which is greater than all numbers.
func NumericSign(x *apd.Decimal) int {
	switch {
	case x.Form == apd.Finite && x.Coeff.Sign() == 0:
		return 0
	case x.Form != apd.NaN && x.Negative:
		return -1
	}
	return 1
}

// NumericRound rounds x half away from zero to scale digits after the point (before it, if
// negative), and shows as many.
func NumericRound(z, x *apd.Decimal, scale int) error { return toScale(z, x, scale, roundHalfUp) }

// NumericTrunc cuts x to scale digits after the point (before it, if negative), and shows as many.
func NumericTrunc(z, x *apd.Decimal, scale int) error { return toScale(z, x, scale, roundDown) }

func toScale(z, x *apd.Decimal, scale int, how rounding) error {
	if z != x {
		z.Set(x)
	}
	if z.Form != apd.Finite {
		return nil
	}
	scale = min(max(scale, -2000), 16383) // the most fractional digits that a numeric shows
	if scale >= 0 {
		rescale(z, scale, how)
		return finish(z)
	}
	p := pow10(-scale)
	var q apd.BigInt
	divRound(&q, &z.Coeff, new(apd.BigInt).Mul(p, pow10(int(-z.Exponent))), how)
	z.Coeff.Mul(&q, p)
	z.Exponent = 0
	return finish(z)
}

// NumericCeil sets z to the smallest integer that is not less than x.
func NumericCeil(z, x *apd.Decimal) error { return toInteger(z, x, false) }

// NumericFloor sets z to the greatest integer that is not greater than x.
func NumericFloor(z, x *apd.Decimal) error { return toInteger(z, x, true) }

func toInteger(z, x *apd.Decimal, awayIfNegative bool) error {
	if x.Form != apd.Finite {
		z.Set(x)
		return nil
	}
	negative := x.Negative
	var q, r apd.BigInt
	q.QuoRem(&x.Coeff, pow10(int(-x.Exponent)), &r)
	if r.Sign() != 0 && negative == awayIfNegative {
		q.Add(&q, smallPowers[0])
	}
	z.Coeff.Set(&q)
	z.Form, z.Negative, z.Exponent = apd.Finite, negative, 0
	return finish(z)
}

// NumericTrimScale sets z to x without trailing zeros after the point.
func NumericTrimScale(z, x *apd.Decimal) {
	z.Set(x)
	if z.Form != apd.Finite {
		return
	}
	var q, r apd.BigInt
	for z.Exponent < 0 {
		q.QuoRem(&z.Coeff, smallPowers[1], &r)
		if r.Sign() != 0 {
			return
		}
		z.Coeff.Set(&q)
		z.Exponent++
	}
}

// NumericCompare orders numerics as SQL does: NaN equals itself and is greater than all else.
func NumericCompare(x, y *apd.Decimal) int {
	cx, cy := formRank(x), formRank(y)
	if cx != cy {
		if cx < cy {
			return -1
		}
		return 1
	}
	if x.Form != apd.Finite {
		return 0
	}
	var bx, by apd.BigInt
	a, b, _ := aligned(x, y, &bx, &by)
	if cx < 0 {
		return b.Cmp(a)
	}
	return a.Cmp(b)
}

func formRank(x *apd.Decimal) int {
	switch x.Form {
	case apd.Finite:
		return NumericSign(x)
	case apd.Infinite:
		return 2 * NumericSign(x)
	}
	return 3
}
