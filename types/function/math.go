package function

import (
	"math"
	"math/rand/v2"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// SQLSTATEs of mathematics beside those that package types names.
const (
	codeInvalidLog         = "2201E"
	codeInvalidPower       = "2201F"
	codeInvalidWidthBucket = "2201G"
)

func inputOutOfRange() error {
	return types.Errorf(types.CodeNumericOutOfRange, "input is out of range")
}

func registerMath(r *registry) {
	total := func(f func(float64) float64, names ...string) {
		for _, n := range names {
			r.total(n+"(float8)", floatByRow(func(x float64) (float64, error) { return f(x), nil }))
		}
	}
	total(math.Ceil, "ceil", "ceiling")
	total(math.Floor, "floor")
	total(math.RoundToEven, "round", "dround")
	total(math.Trunc, "trunc", "dtrunc")
	total(math.Cbrt, "cbrt", "dcbrt")
	total(func(x float64) float64 { return x * (math.Pi / 180) }, "radians")
	total(math.Atan, "atan")
	total(math.Sinh, "sinh")
	total(math.Cosh, "cosh")
	total(math.Tanh, "tanh")
	total(math.Asinh, "asinh")
	total(func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return 0
	}, "sign")
	may := func(f func(float64) (float64, error), names ...string) {
		for _, n := range names {
			r.fn(n+"(float8)", floatByRow(f))
		}
	}
	may(sqrtFloat, "sqrt", "dsqrt")
	may(expFloat, "exp", "dexp")
	may(logFloat(math.Log), "ln", "dlog1")
	may(logFloat(math.Log10), "log", "log10", "dlog10")
	may(func(x float64) (float64, error) { return finite(x/(math.Pi/180), x, x) }, "degrees")
	may(periodic(math.Sin), "sin")
	may(periodic(math.Cos), "cos")
	may(periodic(math.Tan), "tan")
	may(periodic(func(x float64) float64 { return 1 / math.Tan(x) }), "cot")
	may(within(-1, 1, math.Asin), "asin")
	may(within(-1, 1, math.Acos), "acos")
	may(within(-1, 1, math.Atanh), "atanh")
	may(within(1, math.Inf(1), math.Acosh), "acosh")
	for _, n := range []string{"pow", "power", "dpow"} {
		r.fn(n+"(float8,float8)", floatsByRow(powerFloat))
	}
	r.total("atan2(float8,float8)", floatsByRow(func(y, x float64) (float64, error) { return math.Atan2(y, x), nil }))
	r.total("pi()", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendFloat(math.Pi)
		return nil
	}))
	r.total("random()", byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		if c.Env.Session != nil {
			out.AppendFloat(c.Env.Session.Random().Float())
		} else {
			out.AppendFloat(rand.Float64())
		}
		return nil
	}))
	r.fn("setseed(float8)", withSession(func(s types.Session, _ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendBytes(nil)
		return s.Random().Seed(a[0].Float(i))
	}))
	r.fn("width_bucket(float8,float8,float8,int4)", byRow(widthBucketFloat))
}

func sqrtFloat(x float64) (float64, error) {
	if x < 0 {
		return 0, types.Errorf(codeInvalidPower, "cannot take square root of a negative number")
	}
	return math.Sqrt(x), nil
}

func expFloat(x float64) (float64, error) {
	z := math.Exp(x)
	switch {
	case math.IsInf(z, 0) && !math.IsInf(x, 0):
		return 0, overflow()
	case z == 0 && !math.IsInf(x, 0):
		return 0, underflow()
	}
	return z, nil
}

func logFloat(f func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		switch {
		case x == 0:
			return 0, types.Errorf(codeInvalidLog, "cannot take logarithm of zero")
		case x < 0:
			return 0, types.Errorf(codeInvalidLog, "cannot take logarithm of a negative number")
		}
		return f(x), nil
	}
}

// periodic refuses infinities.
func periodic(f func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if math.IsInf(x, 0) {
			return 0, inputOutOfRange()
		}
		return f(x), nil
	}
}

func within(lo, hi float64, f func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if x < lo || x > hi {
			return 0, inputOutOfRange()
		}
		return f(x), nil
	}
}

func powerFloat(x, y float64) (float64, error) {
	switch {
	case x == 0 && y < 0:
		return 0, types.Errorf(codeInvalidPower, "zero raised to a negative power is undefined")
	case x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && y == y && y != math.Floor(y):
		return 0, types.Errorf(codeInvalidPower, "a negative number raised to a non-integer power yields a complex result")
	}
	z := math.Pow(x, y)
	if z == 0 && x != 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return 0, underflow()
	}
	return finite(z, x, y)
}

func widthBucketFloat(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	x, lo, hi, count := a[0].Float(i), a[1].Float(i), a[2].Float(i), a[3].Int(i)
	if err := checkBuckets(count, x != x || lo != lo || hi != hi, math.IsInf(lo, 0) || math.IsInf(hi, 0), lo == hi); err != nil {
		return err
	}
	if lo > hi { // counted downwards
		x, lo, hi = -x, -lo, -hi
	}
	var bucket int64
	switch {
	case x < lo:
		bucket = 0
	case x >= hi:
		bucket = count + 1
	default:
		bucket = int64((x-lo)/(hi-lo)*float64(count)) + 1
		bucket = min(bucket, count)
	}
	return appendInt4(out, bucket)
}

func checkBuckets(count int64, nan, infinite, same bool) error {
	switch {
	case count <= 0:
		return types.Errorf(codeInvalidWidthBucket, "count must be greater than zero")
	case nan:
		return types.Errorf(codeInvalidWidthBucket, "operand, lower bound, and upper bound cannot be NaN")
	case infinite:
		return types.Errorf(codeInvalidWidthBucket, "lower and upper bounds must be finite")
	case same:
		return types.Errorf(codeInvalidWidthBucket, "lower bound cannot equal upper bound")
	}
	return nil
}

func appendInt4(out *column.Vector, x int64) error {
	if x > math.MaxInt32 || x < math.MinInt32 {
		return outOfRange(types.Int4)
	}
	out.AppendInt(x)
	return nil
}
