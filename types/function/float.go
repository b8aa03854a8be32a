package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func overflow() error {
	return types.Errorf(types.CodeNumericOutOfRange, "value out of range: overflow")
}

func underflow() error {
	return types.Errorf(types.CodeNumericOutOfRange, "value out of range: underflow")
}

func registerFloat(r *registry) {
	for _, p := range []struct {
		left, right string
		single      bool
	}{{"float8", "float8", false}, {"float4", "float8", false}, {"float8", "float4", false}, {"float4", "float4", true}} {
		fs := func(f func(x, y float64) (float64, error)) Kernel {
			if p.single {
				f = rounded(f)
			}
			return floatsByRow(f)
		}
		r.op(p.left+" + "+p.right, fs(addFloat))
		r.op(p.left+" - "+p.right, fs(subFloat))
		r.op(p.left+" * "+p.right, fs(mulFloat))
		r.op(p.left+" / "+p.right, fs(divFloat))
	}
	for _, n := range []string{"float4", "float8"} {
		r.totalOp("- "+n, floatByRow(func(x float64) (float64, error) { return -x, nil }))
		r.totalOp("+ "+n, floatByRow(func(x float64) (float64, error) { return x, nil }))
		r.totalOp("@ "+n, floatByRow(func(x float64) (float64, error) { return math.Abs(x), nil }))
		r.total("abs("+n+")", floatByRow(func(x float64) (float64, error) { return math.Abs(x), nil }))
	}
}

// floatsByRow computes a float of two, for selected rows.
func floatsByRow(f func(x, y float64) (float64, error)) Kernel {
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, ac := floatsOf(args[0], n)
		b, bc := floatsOf(args[1], n)
		out.Floats, out.Len = resize(out.Floats, n), n
		z := out.Floats
		return eachSelected(n, sel, func(i int) (err error) {
			j, k := i, i
			if ac {
				j = 0
			}
			if bc {
				k = 0
			}
			z[i], err = f(a[j], b[k])
			return err
		})
	}
}

// floatByRow computes a float of one.
func floatByRow(f func(x float64) (float64, error)) Kernel {
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, _ := floatsOf(args[0], n)
		out.Floats, out.Len = resize(out.Floats, n), n
		z := out.Floats
		return eachSelected(n, sel, func(i int) (err error) {
			z[i], err = f(a[i%len(a)])
			return err
		})
	}
}

// rounded makes float8 arithmetic float4's: the exact result of two float4 in float8 rounds to the same float4.
func rounded(f func(x, y float64) (float64, error)) func(x, y float64) (float64, error) {
	return func(x, y float64) (float64, error) {
		z, err := f(x, y)
		if err != nil {
			return 0, err
		}
		s := float64(float32(z))
		switch {
		case math.IsInf(s, 0) && !math.IsInf(z, 0):
			return 0, overflow()
		case s == 0 && z != 0:
			return 0, underflow()
		}
		return s, nil
	}
}

func addFloat(x, y float64) (float64, error) { return finite(x+y, x, y) }
func subFloat(x, y float64) (float64, error) { return finite(x-y, x, y) }

func mulFloat(x, y float64) (float64, error) {
	z := x * y
	if z == 0 && x != 0 && y != 0 {
		return 0, underflow()
	}
	return finite(z, x, y)
}

func divFloat(x, y float64) (float64, error) {
	if y == 0 && x == x {
		return 0, divisionByZero()
	}
	z := x / y
	if z == 0 && x != 0 && !math.IsInf(y, 0) {
		return 0, underflow()
	}
	return finite(z, x, x)
}

// finite refuses an infinity that comes of finite operands.
func finite(z, x, y float64) (float64, error) {
	if math.IsInf(z, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return 0, overflow()
	}
	return z, nil
}
