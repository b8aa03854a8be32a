package function

import (
	"math"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func divisionByZero() error { return types.Errorf(types.CodeDivisionByZero, "division by zero") }

// intPairs are the operand types of integer arithmetic, which has a function for each, and the result types.
var intPairs = []struct {
	left, right string
	result      types.OID
}{
	{"int2", "int2", types.Int2}, {"int4", "int4", types.Int4}, {"int8", "int8", types.Int8},
	{"int2", "int4", types.Int4}, {"int4", "int2", types.Int4}, {"int2", "int8", types.Int8},
	{"int8", "int2", types.Int8}, {"int4", "int8", types.Int8}, {"int8", "int4", types.Int8},
}

func registerInt(r *registry) {
	for _, p := range intPairs {
		r.op(p.left+" + "+p.right, addInts(p.result))
		r.op(p.left+" - "+p.right, subInts(p.result))
		r.op(p.left+" * "+p.right, mulInts(p.result))
		r.op(p.left+" / "+p.right, intsByRow(divInt(p.result)))
	}
	for _, t := range []types.OID{types.Int2, types.Int4, types.Int8} {
		ty, _ := types.Lookup(t)
		n := ty.Name
		r.op(n+" % "+n, intsByRow(modInt))
		r.fn("mod("+n+","+n+")", intsByRow(modInt))
		r.op("- "+n, intByRow(negateInt(t)))
		r.totalOp("+ "+n, intByRow(func(x int64) (int64, error) { return x, nil }))
		r.op("@ "+n, intByRow(absInt(t)))
		r.fn("abs("+n+")", intByRow(absInt(t)))
		r.totalOp("~ "+n, intByRow(func(x int64) (int64, error) { return ^x, nil }))
		r.totalOp(n+" & "+n, intsByRow(func(x, y int64) (int64, error) { return x & y, nil }))
		r.totalOp(n+" | "+n, intsByRow(func(x, y int64) (int64, error) { return x | y, nil }))
		r.totalOp(n+" # "+n, intsByRow(func(x, y int64) (int64, error) { return x ^ y, nil }))
		r.totalOp(n+" << int4", intsByRow(shift(t, false)))
		r.totalOp(n+" >> int4", intsByRow(shift(t, true)))
		r.total(n+"larger("+n+","+n+")", intsByRow(func(x, y int64) (int64, error) { return max(x, y), nil }))
		r.total(n+"smaller("+n+","+n+")", intsByRow(func(x, y int64) (int64, error) { return min(x, y), nil }))
	}
	for _, t := range []types.OID{types.Int4, types.Int8} {
		ty, _ := types.Lookup(t)
		r.fn("gcd("+ty.Name+","+ty.Name+")", intsByRow(gcdInt(t)))
		r.fn("lcm("+ty.Name+","+ty.Name+")", intsByRow(lcmInt(t)))
		r.total("to_hex("+ty.Name+")", byRow(toHex(t)))
	}
}

// outOfRange is the error of an integer type that can't hold a result.
func outOfRange(t types.OID) error {
	name := "integer"
	switch t {
	case types.Int2:
		name = "smallint"
	case types.Int8:
		name = "bigint"
	}
	return types.Errorf(types.CodeNumericOutOfRange, "%s out of range", name)
}

// limits are the least and greatest value of an integer type.
func limits(t types.OID) (lo, hi int64) {
	switch t {
	case types.Int2:
		return math.MinInt16, math.MaxInt16
	case types.Int4:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// checkedAdd, checkedSub and checkedMul say whether the 64-bit result is the true one.
func checkedAdd(x, y int64) (int64, bool) {
	z := x + y
	return z, (x^z)&(y^z) >= 0
}

func checkedSub(x, y int64) (int64, bool) {
	z := x - y
	return z, (x^y)&(x^z) >= 0
}

func checkedMul(x, y int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	h := int64(hi)
	if x < 0 {
		h -= y
	}
	if y < 0 {
		h -= x
	}
	return int64(lo), h == int64(lo)>>63
}

// addInts adds all rows in one loop without branches; only where some row is out of range does it look at which
// rows count, so that one that is null or not selected fails nothing.
func addInts(t types.OID) Kernel {
	lo, hi := limits(t)
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b, z := operands(n, args, out)
		bad := false
		for i := range z {
			s := a[i] + b[i]
			bad = bad || (a[i]^s)&(b[i]^s) < 0 || s < lo || s > hi
			z[i] = s
		}
		return recheck(bad, t, n, sel, a, b, checkedAdd)
	}
}

func subInts(t types.OID) Kernel {
	lo, hi := limits(t)
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b, z := operands(n, args, out)
		bad := false
		for i := range z {
			s := a[i] - b[i]
			bad = bad || (a[i]^b[i])&(a[i]^s) < 0 || s < lo || s > hi
			z[i] = s
		}
		return recheck(bad, t, n, sel, a, b, checkedSub)
	}
}

func mulInts(t types.OID) Kernel {
	lo, hi := limits(t)
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b, z := operands(n, args, out)
		bad := false
		for i := range z {
			s, ok := checkedMul(a[i], b[i])
			bad = bad || !ok || s < lo || s > hi
			z[i] = s
		}
		return recheck(bad, t, n, sel, a, b, checkedMul)
	}
}

// operands gives both arguments as slices of n integers and out's, sized.
func operands(n int, args []*column.Vector, out *column.Vector) (a, b, z []int64) {
	out.Ints, out.Len = resize(out.Ints, n), n
	return spread(args[0], n), spread(args[1], n), out.Ints[:n]
}

func spread(v *column.Vector, n int) []int64 {
	xs, constant := intsOf(v, n)
	if !constant {
		return xs
	}
	full := make([]int64, n)
	for i := range full {
		full[i] = xs[0]
	}
	return full
}

func recheck(bad bool, t types.OID, n int, sel column.Selection, a, b []int64, f func(x, y int64) (int64, bool)) error {
	if !bad {
		return nil
	}
	lo, hi := limits(t)
	check := func(i int) error {
		if z, ok := f(a[i], b[i]); !ok || z < lo || z > hi {
			return outOfRange(t)
		}
		return nil
	}
	return eachSelected(n, sel, check)
}

// eachSelected calls f for the selected rows until it fails.
func eachSelected(n int, sel column.Selection, f func(i int) error) error {
	if sel == nil {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range sel {
		if err := f(int(i)); err != nil {
			return err
		}
	}
	return nil
}

// intsByRow computes an integer of two, for selected rows.
func intsByRow(f func(x, y int64) (int64, error)) Kernel {
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		a, b, z := operands(n, args, out)
		return eachSelected(n, sel, func(i int) (err error) {
			z[i], err = f(a[i], b[i])
			return err
		})
	}
}

// intByRow computes an integer of one.
func intByRow(f func(x int64) (int64, error)) Kernel {
	return func(_ *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		out.Ints, out.Len = resize(out.Ints, n), n
		a, z := spread(args[0], n), out.Ints
		return eachSelected(n, sel, func(i int) (err error) {
			z[i], err = f(a[i])
			return err
		})
	}
}

func divInt(t types.OID) func(x, y int64) (int64, error) {
	lo, hi := limits(t)
	return func(x, y int64) (int64, error) {
		switch {
		case y == 0:
			return 0, divisionByZero()
		case y == -1:
			if x == math.MinInt64 || -x < lo || -x > hi {
				return 0, outOfRange(t)
			}
			return -x, nil
		}
		return x / y, nil
	}
}

func modInt(x, y int64) (int64, error) {
	switch y {
	case 0:
		return 0, divisionByZero()
	case -1:
		return 0, nil
	}
	return x % y, nil
}

func negateInt(t types.OID) func(x int64) (int64, error) {
	lo, _ := limits(t)
	return func(x int64) (int64, error) {
		if x == lo {
			return 0, outOfRange(t)
		}
		return -x, nil
	}
}

func absInt(t types.OID) func(x int64) (int64, error) {
	negate := negateInt(t)
	return func(x int64) (int64, error) {
		if x < 0 {
			return negate(x)
		}
		return x, nil
	}
}

// shift shifts as C does on the machines PostgreSQL runs on: the count modulo 32 (int2, int4) or 64.
func shift(t types.OID, right bool) func(x, y int64) (int64, error) {
	return func(x, y int64) (int64, error) {
		count := uint64(y) & 31
		if t == types.Int8 {
			count = uint64(y) & 63
		}
		if right {
			return x >> count, nil
		}
		switch x <<= count; t {
		case types.Int2:
			return int64(int16(x)), nil
		case types.Int4:
			return int64(int32(x)), nil
		}
		return x, nil
	}
}

func gcdInt(t types.OID) func(x, y int64) (int64, error) {
	_, hi := limits(t)
	return func(x, y int64) (int64, error) {
		a, b := magnitude(x), magnitude(y)
		for b != 0 {
			a, b = b, a%b
		}
		if a > uint64(hi) {
			return 0, outOfRange(t)
		}
		return int64(a), nil
	}
}

func lcmInt(t types.OID) func(x, y int64) (int64, error) {
	gcd := gcdInt(t)
	_, hi := limits(t)
	return func(x, y int64) (int64, error) {
		if x == 0 || y == 0 {
			return 0, nil
		}
		g, err := gcd(x, y)
		if err != nil {
			return 0, err
		}
		over, z := bits.Mul64(magnitude(x)/uint64(g), magnitude(y))
		if over != 0 || z > uint64(hi) {
			return 0, outOfRange(t)
		}
		return int64(z), nil
	}
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func toHex(t types.OID) rowFunc {
	return func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		x := uint64(a[0].Int(i))
		if t == types.Int4 {
			x &= math.MaxUint32
		}
		appendHex(out, x)
		return nil
	}
}
