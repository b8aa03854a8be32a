package function

import (
	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerNumeric(r *registry) {
	for op, f := range map[string]func(z, x, y *apd.Decimal) error{
		"+": types.NumericAdd, "-": types.NumericSub, "*": types.NumericMul, "/": types.NumericDiv, "%": types.NumericMod, "^": types.NumericPower,
	} {
		r.op("numeric "+op+" numeric", numerics(f))
	}
	r.totalOp("- numeric", numericOf(func(z, x *apd.Decimal) error { types.NumericNeg(z, x); return nil }))
	r.totalOp("+ numeric", numericOf(func(z, x *apd.Decimal) error { z.Set(x); return nil }))
	abs := numericOf(func(z, x *apd.Decimal) error { types.NumericAbs(z, x); return nil })
	r.totalOp("@ numeric", abs)
	r.total("abs(numeric)", abs)
	r.fn("mod(numeric,numeric)", numerics(types.NumericMod))
	r.fn("div(numeric,numeric)", numerics(types.NumericDivTrunc))
	for _, n := range []string{"power", "pow"} {
		r.fn(n+"(numeric,numeric)", numerics(types.NumericPower))
	}
	r.fn("log(numeric,numeric)", numerics(types.NumericLog))
	for _, f := range []struct {
		names []string
		f     func(z, x *apd.Decimal) error
	}{
		{[]string{"ceil", "ceiling"}, types.NumericCeil},
		{[]string{"floor"}, types.NumericFloor},
		{[]string{"sqrt", "numeric_sqrt"}, types.NumericSqrt},
		{[]string{"exp", "numeric_exp"}, types.NumericExp},
		{[]string{"ln", "numeric_ln"}, types.NumericLn},
		{[]string{"log", "log10"}, func(z, x *apd.Decimal) error {
			var ten apd.Decimal
			types.NumericFromInt(&ten, 10)
			return types.NumericLog(z, &ten, x)
		}},
		{[]string{"round"}, func(z, x *apd.Decimal) error { return types.NumericRound(z, x, 0) }},
		{[]string{"trunc"}, func(z, x *apd.Decimal) error { return types.NumericTrunc(z, x, 0) }},
		{[]string{"sign"}, signNumeric},
	} {
		for _, n := range f.names {
			r.fn(n+"(numeric)", numericOf(f.f))
		}
	}
	r.fn("round(numeric,int4)", numericScaled(types.NumericRound))
	r.fn("trunc(numeric,int4)", numericScaled(types.NumericTrunc))
	r.total("scale(numeric)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		var x apd.Decimal
		if types.LoadNumeric(&x, a[0].Str(i)); x.Form != apd.Finite {
			out.AppendNull()
			return nil
		}
		out.AppendInt(int64(-x.Exponent))
		return nil
	}))
	r.fn("width_bucket(numeric,numeric,numeric,int4)", byRow(widthBucketNumeric))
	registerScales(r)
}

// numerics computes a numeric of two. The decimals are made once a batch.
func numerics(f func(z, x, y *apd.Decimal) error) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		var x, y, z apd.Decimal
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			types.LoadNumeric(&x, a[0].Str(i))
			types.LoadNumeric(&y, a[1].Str(i))
			if err := f(&z, &x, &y); err != nil {
				return err
			}
			appendNumeric(out, &z)
			return nil
		})
	}
}

// numericOf computes a numeric of one.
func numericOf(f func(z, x *apd.Decimal) error) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		var x, z apd.Decimal
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			types.LoadNumeric(&x, a[0].Str(i))
			if err := f(&z, &x); err != nil {
				return err
			}
			appendNumeric(out, &z)
			return nil
		})
	}
}

// maxScale bounds the digits that round and trunc take, on either side of the point, as PostgreSQL does.
const maxScale = 16383

func numericScaled(f func(z, x *apd.Decimal, scale int) error) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		var x, z apd.Decimal
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			types.LoadNumeric(&x, a[0].Str(i))
			if err := f(&z, &x, int(max(-maxScale, min(maxScale, a[1].Int(i))))); err != nil {
				return err
			}
			appendNumeric(out, &z)
			return nil
		})
	}
}

func appendNumeric(out *column.Vector, z *apd.Decimal) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendNumeric(dst, z) })
}

func signNumeric(z, x *apd.Decimal) error {
	if x.Form == apd.NaN {
		z.Set(x)
		return nil
	}
	types.NumericFromInt(z, int64(types.NumericSign(x)))
	return nil
}

func widthBucketNumeric(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	var x, lo, hi, n, z apd.Decimal
	types.LoadNumeric(&x, a[0].Str(i))
	types.LoadNumeric(&lo, a[1].Str(i))
	types.LoadNumeric(&hi, a[2].Str(i))
	count := a[3].Int(i)
	order := types.NumericCompare(&lo, &hi)
	err := checkBuckets(count, x.Form == apd.NaN || lo.Form == apd.NaN || hi.Form == apd.NaN,
		lo.Form != apd.Finite || hi.Form != apd.Finite, order == 0)
	if err != nil {
		return err
	}
	down := order > 0
	switch below, above := types.NumericCompare(&x, &lo), types.NumericCompare(&x, &hi); {
	case !down && below < 0 || down && below > 0:
		return appendInt4(out, 0)
	case !down && above >= 0 || down && above <= 0:
		return appendInt4(out, count+1)
	}
	// floor((x - lo) * count / (hi - lo)) + 1, both differences having the same sign
	types.NumericFromInt(&n, count)
	var d, w apd.Decimal
	for _, step := range []func() error{
		func() error { return types.NumericSub(&d, &x, &lo) },
		func() error { return types.NumericSub(&w, &hi, &lo) },
		func() error { return types.NumericMul(&d, &d, &n) },
		func() error { return types.NumericDivTrunc(&z, &d, &w) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	b, err := types.NumericToInt(&z, types.Int8)
	if err != nil {
		return err
	}
	return appendInt4(out, b+1)
}
