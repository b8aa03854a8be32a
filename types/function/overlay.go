package function

import (
	"math"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerOverlay(r *registry) {
	overlay := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		s, with, from := a[0].Str(i), a[1].Str(i), a[2].Int(i)
		count := int64(utf8.RuneCount(with))
		if len(a) > 3 {
			count = a[3].Int(i)
		}
		if from <= 0 {
			return types.Errorf(codeSubstring, "negative substring length not allowed")
		}
		if from+count > math.MaxInt32 {
			return types.Errorf(types.CodeNumericOutOfRange, "integer out of range")
		}
		head, tail := runeOffset(s, from-1), runeOffset(s, from-1+count)
		out.AppendFunc(func(dst []byte) []byte { return append(append(append(dst, s[:head]...), with...), s[tail:]...) })
		return nil
	})
	r.fn("overlay(text,text,int4)", overlay)
	r.fn("overlay(text,text,int4,int4)", overlay)
}

// runeOffset is where character n of a text begins, counted from 0; the text's end where it has fewer.
func runeOffset(s []byte, n int64) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRune(s[at:])
		at += size
	}
	return at
}

// maxFactorial is the largest number whose factorial numeric holds here in reasonable time; PostgreSQL's own limit is 32,177.
const maxFactorial = 32177

func registerScales(r *registry) {
	r.total("min_scale(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var x apd.Decimal
		if types.LoadNumeric(&x, a[0].Str(i)); x.Form != apd.Finite {
			out.AppendNull()
			return nil
		}
		out.AppendInt(int64(minScale(&x)))
		return nil
	}))
	r.total("trim_scale(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var x apd.Decimal
		types.LoadNumeric(&x, a[0].Str(i))
		if x.Form == apd.Finite && x.Exponent < 0 {
			var z apd.Decimal
			if err := types.NumericTrunc(&z, &x, int(minScale(&x))); err != nil {
				return err
			}
			x = z
		}
		appendNumeric(out, &x)
		return nil
	}))
	r.fn("factorial(int8)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		n := a[0].Int(i)
		switch {
		case n < 0:
			return types.Errorf(types.CodeNumericOutOfRange, "factorial of a negative number is undefined")
		case n > maxFactorial:
			return types.Errorf(types.CodeNumericOutOfRange, "value overflows numeric format")
		}
		x := apd.NewBigInt(1)
		for k := int64(2); k <= n; k++ {
			x.Mul(x, apd.NewBigInt(k))
		}
		appendNumeric(out, apd.NewWithBigInt(x, 0))
		return nil
	}))
}

// minScale is how many fractional digits a number needs.
func minScale(x *apd.Decimal) int32 {
	if x.Exponent >= 0 || x.IsZero() {
		return 0
	}
	var reduced apd.Decimal
	reduced.Reduce(x)
	return max(-reduced.Exponent, 0)
}
