package nql

import (
	"math"
	"math/bits"
)

// Arithmetic is NQL's own, not SQL's: it never fails. Integers are exact while they have 64 bits; every other result is a
// float. What has no result (division by zero, text, different kinds) is null.

func (c *compiler) negate(e *Unary) (operand, error) {
	x, err := c.value(e.X)
	if err != nil {
		return operand{}, err
	}
	zero := val{kind: Integer}
	return fold(func(st *state) val {
		v := x.eval(st)
		if v.kind == Duration {
			return subtract(&val{kind: Duration}, &v)
		}
		return subtract(&zero, &v)
	}, x), nil
}

func (c *compiler) arithmetic(e *Binary) (operand, error) {
	l, err := c.value(e.L)
	if err != nil {
		return operand{}, err
	}
	r, err := c.value(e.R)
	if err != nil {
		return operand{}, err
	}
	op := e.Op
	return fold(func(st *state) val {
		a, b := l.eval(st), r.eval(st)
		switch op { // direct calls, so that a and b stay on the stack
		case Add:
			return add(&a, &b)
		case Sub:
			return subtract(&a, &b)
		case Mul:
			return multiply(&a, &b)
		case Div:
			return divide(&a, &b)
		}
		return modulo(&a, &b)
	}, l, r), nil
}

var null = val{kind: Null}

// floats computes in floats; a result that is no finite number is null.
func floats(a, b *val, f func(x, y float64) float64) val {
	x, ok1 := a.asFloat()
	y, ok2 := b.asFloat()
	if !ok1 || !ok2 {
		return null
	}
	z := f(x, y)
	if z-z != 0 {
		return null
	}
	return val{kind: Float, f: z}
}

// integers gives both operands where they are integers, however spelled.
func integers(a, b *val) (x, y int64, ok bool) {
	if !a.numeric() || !b.numeric() {
		return 0, 0, false
	}
	x, ok1 := a.asInteger()
	y, ok2 := b.asInteger()
	return x, y, ok1 && ok2
}

func addInts(x, y int64) (int64, bool) {
	z := x + y
	return z, (x^z)&(y^z) >= 0
}

func subInts(x, y int64) (int64, bool) {
	z := x - y
	return z, (x^y)&(x^z) >= 0
}

func mulInts(x, y int64) (int64, bool) {
	if x == math.MinInt64 || y == math.MinInt64 {
		return x * y, x == 0 || y == 0 || x == 1 || y == 1
	}
	hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
	return x * y, hi == 0 && lo <= math.MaxInt64
}

// exact makes a value of kind where the integer operation did not overflow, and null where it did.
func exact(kind ValueKind) func(z int64, ok bool) val {
	return func(z int64, ok bool) val {
		if !ok {
			return null
		}
		return val{kind: kind, i: z}
	}
}

func add(a, b *val) val {
	switch {
	case a.kind == Instant && b.kind == Duration, a.kind == Duration && b.kind == Instant:
		return exact(Instant)(addInts(a.i, b.i))
	case a.kind == Duration && b.kind == Duration:
		return exact(Duration)(addInts(a.i, b.i))
	}
	if x, y, ok := integers(a, b); ok {
		if z, ok := addInts(x, y); ok {
			return val{kind: Integer, i: z}
		}
	}
	return floats(a, b, func(x, y float64) float64 { return x + y })
}

func subtract(a, b *val) val {
	switch {
	case a.kind == Instant && b.kind == Duration:
		return exact(Instant)(subInts(a.i, b.i))
	case a.kind == Instant && b.kind == Instant, a.kind == Duration && b.kind == Duration:
		return exact(Duration)(subInts(a.i, b.i))
	}
	if x, y, ok := integers(a, b); ok {
		if z, ok := subInts(x, y); ok {
			return val{kind: Integer, i: z}
		}
	}
	return floats(a, b, func(x, y float64) float64 { return x - y })
}

func multiply(a, b *val) val {
	if b.kind == Duration {
		a, b = b, a
	}
	if a.kind == Duration {
		if y, ok := b.asInteger(); ok && b.numeric() {
			return exact(Duration)(mulInts(a.i, y))
		}
		return null
	}
	if x, y, ok := integers(a, b); ok {
		if z, ok := mulInts(x, y); ok {
			return val{kind: Integer, i: z}
		}
	}
	return floats(a, b, func(x, y float64) float64 { return x * y })
}

func divide(a, b *val) val {
	if x, y, ok := integers(a, b); ok && y != 0 && y != -1 && x%y == 0 {
		return val{kind: Integer, i: x / y}
	}
	return floats(a, b, func(x, y float64) float64 { return x / y })
}

func modulo(a, b *val) val {
	if x, y, ok := integers(a, b); ok && y != 0 {
		if y == -1 {
			return val{kind: Integer}
		}
		return val{kind: Integer, i: x % y}
	}
	return floats(a, b, math.Mod)
}
