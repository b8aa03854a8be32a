package function

import (
	"fmt"
	"sort"

	"github.com/cockroachdb/apd/v3"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerMathMore: common divisors of numerics, buckets by thresholds, and the functions that PostgreSQL's own machinery calls by name.
func registerMathMore(r *registry) {
	r.fn("gcd(numeric,numeric)", numerics(func(z, x, y *apd.Decimal) error { gcdNumeric(z, x, y); return nil }))
	r.fn("lcm(numeric,numeric)", numerics(lcmNumeric))
	r.fn("numeric_div_trunc(numeric,numeric)", numerics(types.NumericDivTrunc))
	r.fn("numeric_log(numeric,numeric)", numerics(types.NumericLog))
	r.fn("width_bucket(anycompatible,anycompatiblearray)", byRow(widthBucketArray))

	one := apd.New(1, 0)
	r.fn("numeric_inc(numeric)", numericOf(func(z, x *apd.Decimal) error { return types.NumericAdd(z, x, one) }))
	plus := func(t types.OID, n int64) Kernel {
		return intByRow(func(x int64) (int64, error) {
			if z := x + n; (z > x) == (n > 0) && types.CheckInt(z, t) == nil {
				return z, nil
			}
			return 0, outOfRange(t)
		})
	}
	r.fn("int4inc(int4)", plus(types.Int4, 1))
	r.fn("int8inc(int8)", plus(types.Int8, 1))
	r.fn("int8dec(int8)", plus(types.Int8, -1))
}

// integers gives two finite numerics as integers of one scale.
func integers(x, y *apd.Decimal) (a, b apd.BigInt, exponent int32) {
	exponent = min(x.Exponent, y.Exponent, 0)
	scale := func(to *apd.BigInt, d *apd.Decimal) {
		var ten apd.BigInt
		ten.Exp(apd.NewBigInt(10), apd.NewBigInt(int64(d.Exponent-exponent)), nil)
		to.Mul(&d.Coeff, &ten)
	}
	scale(&a, x)
	scale(&b, y)
	return a, b, exponent
}

func gcdNumeric(z, x, y *apd.Decimal) {
	if x.Form != apd.Finite || y.Form != apd.Finite {
		*z = apd.Decimal{Form: apd.NaN}
		return
	}
	a, b, exponent := integers(x, y)
	z.Form, z.Negative, z.Exponent = apd.Finite, false, exponent
	z.Coeff.GCD(nil, nil, &a, &b)
}

func lcmNumeric(z, x, y *apd.Decimal) error {
	if x.Form != apd.Finite || y.Form != apd.Finite {
		*z = apd.Decimal{Form: apd.NaN}
		return nil
	}
	a, b, exponent := integers(x, y)
	z.Form, z.Negative, z.Exponent = apd.Finite, false, exponent
	if a.Sign() == 0 || b.Sign() == 0 {
		z.Coeff.SetInt64(0)
		return nil
	}
	var g, q apd.BigInt
	g.GCD(nil, nil, &a, &b)
	q.Quo(&a, &g)
	z.Coeff.Mul(&q, &b)
	var zero apd.Decimal
	return types.NumericAdd(z, z, &zero) // fails where the result is too large
}

// widthBucketArray counts the thresholds that an operand has reached.
func widthBucketArray(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	elem := types.ElemOf(c.Args[1])
	array := types.ReadArray(elem, a[1].Str(i))
	if len(array.Dims) > 1 {
		return types.Errorf(codeArraySubscript, "thresholds must be one-dimensional array")
	}
	if array.Values.HasNulls() {
		return types.Errorf(codeNullNotAllowed, "thresholds array must not contain NULLs")
	}
	out.AppendInt(int64(sort.Search(array.Values.Len, func(k int) bool { return types.Compare(elem, a[0], i, array.Values, k) < 0 })))
	return nil
}

// registerOddments: what belongs to no other subject.
func registerOddments(r *registry) {
	r.fn("timestamp(date,time)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		ts, err := types.DateToTimestamp(a[0].Int(i))
		if err == nil && !types.Infinite(ts) {
			ts += a[1].Int(i)
		}
		return appendInt(out)(ts, err)
	}))
	r.fn("timestamptz(date,time)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		ts, err := types.DateToTimestamp(a[0].Int(i))
		if err == nil && !types.Infinite(ts) {
			ts, err = types.TimestampToTimestamptz(ts+a[1].Int(i), c.Env.Location)
		}
		return appendInt(out)(ts, err)
	}))
	r.fn("timeofday()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		t := c.Env.Clock().In(c.Env.Location)
		out.AppendString(t.Format("Mon Jan 02 15:04:05.") + fmt.Sprintf("%06d", t.Nanosecond()/1000) + t.Format(" 2006 MST"))
		return nil
	}))
	r.fn("char(int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		switch x := a[0].Int(i); {
		case x < -128 || x > 127:
			return types.Errorf(types.CodeNumericOutOfRange, "\"char\" out of range")
		case x == 0:
			out.AppendBytes(nil)
		default:
			out.AppendBytes([]byte{byte(x)})
		}
		return nil
	}))
	r.total("int4(char)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x := int64(0)
		if s := a[0].Str(i); len(s) > 0 {
			x = int64(int8(s[0]))
		}
		out.AppendInt(x)
		return nil
	}))
	r.total("bpchar(char)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBytes(a[0].Str(i))
		return nil
	}))
	r.total("xid(xid8)", intByRow(func(x int64) (int64, error) { return int64(uint32(x)), nil }))
}
