package types

import (
	"encoding/binary"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// The binary form of numeric:
//
//	digits  2 bytes: how many digits of base 10,000 follow
//	weight  2 bytes, signed: the power of 10,000 of the first of them
//	sign    2 bytes: 0x0000 +, 0x4000 -, 0xC000 NaN, 0xD000 infinity, 0xF000 -infinity
//	scale   2 bytes: decimal digits shown after the point
//	        2 bytes for each digit, 0 … 9999
const (
	signPositive = 0x0000
	signNegative = 0x4000
	signNaN      = 0xc000
	signInf      = 0xd000
	signNegInf   = 0xf000
)

// appendNumericBinary makes the binary form from the text.
func appendNumericBinary(dst, s []byte) []byte {
	be := binary.BigEndian
	head := func(n, weight, sign, scale int) {
		dst = be.AppendUint16(dst, uint16(n))
		dst = be.AppendUint16(dst, uint16(weight))
		dst = be.AppendUint16(dst, uint16(sign))
		dst = be.AppendUint16(dst, uint16(scale))
	}
	switch numericClass(s) {
	case 3:
		head(0, 0, signNaN, 0)
		return dst
	case 2:
		head(0, 0, signInf, 0x20) // PostgreSQL sends this scale
		return dst
	case -2:
		head(0, 0, signNegInf, 0x20)
		return dst
	}
	sign := signPositive
	if len(s) > 0 && s[0] == '-' {
		sign, s = signNegative, s[1:]
	}
	scale := 0
	for i, c := range s {
		if c == '.' {
			scale = len(s) - i - 1
		}
	}
	integer, fraction := splitNumeric(s)
	if len(integer)+len(fraction) == 0 {
		head(0, 0, signPositive, scale)
		return dst
	}
	groups := (len(integer) + 3) / 4
	weight := groups - 1
	at := func(i int) int { // decimal digit i; 0 is the first of the first group
		i -= groups*4 - len(integer)
		switch {
		case i < 0 || i >= len(integer)+len(fraction):
			return 0
		case i < len(integer):
			return int(integer[i] - '0')
		}
		return int(fraction[i-len(integer)] - '0')
	}
	total := groups + (len(fraction)+3)/4
	group := func(g int) int {
		return at(4*g)*1000 + at(4*g+1)*100 + at(4*g+2)*10 + at(4*g+3)
	}
	first, last := 0, total
	for first < last && group(first) == 0 {
		first, weight = first+1, weight-1
	}
	for last > first && group(last-1) == 0 {
		last--
	}
	head(last-first, weight, sign, scale)
	for g := first; g < last; g++ {
		dst = be.AppendUint16(dst, uint16(group(g)))
	}
	return dst
}

// parseNumericBinary reads the binary form. Digits behind the scale are cut, as PostgreSQL does.
func parseNumericBinary(out *column.Vector, typmod int32, b []byte) error {
	be := binary.BigEndian
	if len(b) < 8 {
		return shortBinary()
	}
	n, weight, sign, scale := int(be.Uint16(b)), int(int16(be.Uint16(b[2:]))), be.Uint16(b[4:]), int(be.Uint16(b[6:]))
	if len(b) < 8+2*n {
		return shortBinary()
	}
	if len(b) != 8+2*n || n > 1<<14 {
		return badBinary(Numeric)
	}
	var d apd.Decimal
	switch sign {
	case signNaN:
		setNaN(&d)
	case signInf, signNegInf:
		setInf(&d, sign == signNegInf)
	case signPositive, signNegative:
		if scale > maxNumericScale {
			return Errorf(CodeInvalidBinary, "invalid scale in external \"numeric\" value")
		}
		text := make([]byte, 0, 4*n+1)
		for i := range n {
			g := be.Uint16(b[8+2*i:])
			if g > 9999 {
				return Errorf(CodeInvalidBinary, "invalid digit in external \"numeric\" value")
			}
			text = append(text, '0'+byte(g/1000), '0'+byte(g/100%10), '0'+byte(g/10%10), '0'+byte(g%10))
		}
		if n > 0 {
			d.Coeff.SetString(string(text), 10)
		}
		d.Negative = sign == signNegative
		// The last digit has the power weight-n+1 of 10,000.
		if e := 4 * (weight - n + 1); n > 0 && e > 0 {
			d.Coeff.Mul(&d.Coeff, pow10(e))
		} else if n > 0 {
			d.Exponent = int32(e)
		}
		rescale(&d, scale, roundDown)
		if !numericFits(&d) {
			return numericOverflow()
		}
	default:
		return Errorf(CodeInvalidBinary, "invalid sign in external \"numeric\" value")
	}
	if err := ApplyNumericTypmod(&d, typmod); err != nil {
		return err
	}
	appendDecimal(out, &d)
	return nil
}
