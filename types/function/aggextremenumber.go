package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// extremeInt is min and max of integers and times.
type extremeInt struct {
	greatest bool
	best     []int64 // where there was none yet, what any value replaces
	some     []bool
	fed      dense[int64]
}

func newExtremeInt(greatest bool) *extremeInt {
	return &extremeInt{greatest: greatest, fed: newDenseInts()}
}

func (a *extremeInt) Resize(n int) {
	old := len(a.best)
	a.best, a.some = grow(a.best, n), grow(a.some, n)
	if !a.greatest && n > old {
		fill(a.best[old:], math.MaxInt64)
	} else if n > old {
		fill(a.best[old:], math.MinInt64)
	}
}

func (a *extremeInt) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	a.feed(a.fed.lay(args[0], n, sel, groups))
	return nil
}

func (a *extremeInt) feed(values []int64, of []int32) {
	best, some := a.best, a.some
	switch {
	case len(values) == 0:
	case of == nil:
		b := best[0]
		if a.greatest {
			for _, x := range values {
				b = max(b, x)
			}
		} else {
			for _, x := range values {
				b = min(b, x)
			}
		}
		best[0], some[0] = b, true
	case a.greatest:
		for i, g := range of {
			best[g], some[g] = max(best[g], values[i]), true
		}
	default:
		for i, g := range of {
			best[g], some[g] = min(best[g], values[i]), true
		}
	}
}

func (a *extremeInt) Merge(other Accumulator, to []int32) error {
	o := other.(*extremeInt)
	for g, x := range o.best {
		if o.some[g] {
			a.feed([]int64{x}, to[g:g+1])
		}
	}
	return nil
}

func (a *extremeInt) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		if a.some[g] {
			out.AppendInt(a.best[g])
		} else {
			out.AppendNull()
		}
	}
	return nil
}

func (a *extremeInt) Bytes() int64 {
	return 8*int64(cap(a.best)) + int64(cap(a.some)) + a.fed.bytes()
}

// extremeFloat is min and max of doubles. NaN is greatest; of zeros of both signs the last one stays.
type extremeFloat struct {
	greatest bool
	best     []float64
	some     []bool
	fed      dense[float64]
}

func newExtremeFloat(greatest bool) *extremeFloat {
	return &extremeFloat{greatest: greatest, fed: newDenseFloats()}
}

func (a *extremeFloat) Resize(n int) { a.best, a.some = grow(a.best, n), grow(a.some, n) }

func (a *extremeFloat) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	a.feed(a.fed.lay(args[0], n, sel, groups))
	return nil
}

func (a *extremeFloat) feed(values []float64, of []int32) {
	for i, x := range values {
		g := groupOf(of, i)
		switch b := a.best[g]; {
		case !a.some[g]:
			a.some[g] = true
		case b != b: // NaN
			if a.greatest {
				continue
			}
		case a.greatest && b > x, !a.greatest && (b < x || x != x):
			continue
		}
		a.best[g] = x
	}
}

func (a *extremeFloat) Merge(other Accumulator, to []int32) error {
	o := other.(*extremeFloat)
	for g, x := range o.best {
		if o.some[g] {
			a.feed([]float64{x}, to[g:g+1])
		}
	}
	return nil
}

func (a *extremeFloat) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		if a.some[g] {
			out.AppendFloat(a.best[g])
		} else {
			out.AppendNull()
		}
	}
	return nil
}

func (a *extremeFloat) Bytes() int64 {
	return 8*int64(cap(a.best)) + int64(cap(a.some)) + a.fed.bytes()
}
