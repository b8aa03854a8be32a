package function

import (
	"bytes"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerExtremes gives every min and max of the table whose type we can order its accumulator. Of values that are equal
// and look different (1.0 and 1.00, 1 day and 24 hours) the last one stays, as in PostgreSQL.
func registerExtremes(r *registry) {
	for _, name := range []string{"min", "max"} {
		sign := 1
		if name == "min" {
			sign = -1
		}
		for _, a := range r.aggregates[name] {
			t := a.Args[0]
			switch {
			case t == types.BPChar || t == types.Numeric || t == types.Inet || t == types.TimeTZ:
				a.New = func(*Call) Accumulator { return &extremeBytes{sign: sign, compare: comparerOf(t)} }
			case types.KindOf(t) == column.Int64 || types.KindOf(t) == column.Timestamp:
				a.New = func(*Call) Accumulator { return newExtremeInt(sign > 0) }
			case types.KindOf(t) == column.Float64:
				a.New = func(*Call) Accumulator { return newExtremeFloat(sign > 0) }
			case types.KindOf(t) == column.Interval:
				a.New = func(*Call) Accumulator {
					return newFold((*column.Vector).Span, func(x, y column.Span) column.Span {
						if sign*types.SpanCompare(x, y) > 0 {
							return x
						}
						return y
					}, (*column.Vector).AppendSpan)
				}
			case t == types.AnyArray:
				a.New = func(c *Call) Accumulator { return &extremeBytes{sign: sign, compare: comparerOf(c.Args[0])} }
			case t == types.Text || t == types.Tid || t == types.PgLSN:
				a.New = func(*Call) Accumulator { return &extremeBytes{sign: sign, compare: bytes.Compare} }
			}
		}
	}
}

// comparerOf compares single values of a type that vectors hold as bytes.
func comparerOf(t types.OID) func(x, y []byte) int {
	var a, b column.Vector
	one := func(v *column.Vector, s []byte) *column.Vector {
		v.Kind, v.Len, v.Bytes, v.Offsets = types.KindOf(t), 1, s, append(v.Offsets[:0], 0, int32(len(s)))
		return v
	}
	return func(x, y []byte) int { return types.Compare(t, one(&a, x), 0, one(&b, y), 0) }
}

// extremeBytes is min (sign -1) and max (sign 1) of values held as bytes.
type extremeBytes struct {
	sign    int
	compare func(x, y []byte) int
	best    [][]byte // nil: none yet
	size    int64
}

func (a *extremeBytes) Resize(n int) { a.best = grow(a.best, n) }

func (a *extremeBytes) feed(g int32, x []byte) {
	b := a.best[g]
	if b != nil && a.sign*a.compare(b, x) > 0 {
		return
	}
	before := cap(b)
	if b = append(b[:0], x...); b == nil {
		b = []byte{}
	}
	a.size += int64(cap(b) - before)
	a.best[g] = b
}

func (a *extremeBytes) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	return present(v, n, sel, groups, func(i int, g int32) error { a.feed(g, v.Str(i)); return nil })
}

func (a *extremeBytes) Merge(other Accumulator, to []int32) error {
	for g, x := range other.(*extremeBytes).best {
		if x != nil {
			a.feed(to[g], x)
		}
	}
	return nil
}

func (a *extremeBytes) Result(_ *Call, n int, out *column.Vector) error {
	for _, b := range a.best[:n] {
		if b == nil {
			out.AppendNull()
		} else {
			out.AppendBytes(b)
		}
	}
	return nil
}

func (a *extremeBytes) Bytes() int64 { return 24*int64(cap(a.best)) + a.size }
