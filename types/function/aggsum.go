package function

import (
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerSums(r *registry) {
	for _, t := range []string{"int2", "int4"} {
		r.agg("sum("+t+")", func(*Call) Accumulator { return newSumInt(wideToInt8) })
	}
	r.agg("sum(int8)", func(*Call) Accumulator { return newSumInt(wideToNumeric) })
	for _, t := range []string{"int2", "int4", "int8"} {
		r.agg("avg("+t+")", func(*Call) Accumulator { return newSumInt(wideAverage) })
	}
	r.agg("sum(float8)", func(*Call) Accumulator { return newSumFloat(false, false) })
	r.agg("sum(float4)", func(*Call) Accumulator { return newSumFloat(true, false) })
	for _, t := range []string{"float4", "float8"} {
		r.agg("avg("+t+")", func(*Call) Accumulator { return newSumFloat(false, true) })
	}
	r.agg("sum(numeric)", func(*Call) Accumulator { return &sumNumeric{} })
	r.agg("avg(numeric)", func(*Call) Accumulator { return &sumNumeric{average: true} })
	r.agg("sum(interval)", func(*Call) Accumulator { return &sumSpan{} })
	r.agg("avg(interval)", func(*Call) Accumulator { return &sumSpan{average: true} })
}

// wide is a 128-bit sum of 64-bit integers and how many there were.
type wide struct {
	hi    int64
	lo    uint64
	count int64
}

func (w *wide) add(x int64) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, uint64(x), 0)
	w.hi += x>>63 + int64(carry)
	w.count++
}

// addAll adds the sum of n values.
func (w *wide) addAll(x, n int64) {
	w.add(x)
	w.count += n - 1
}

func (w *wide) merge(o wide) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, o.lo, 0)
	w.hi += o.hi + int64(carry)
	w.count += o.count
}

// decimal gives the sum as a numeric of scale 0.
func (w *wide) decimal(z *apd.Decimal) {
	b := new(big.Int).SetInt64(w.hi)
	b.Lsh(b, 64).Add(b, new(big.Int).SetUint64(w.lo))
	*z = apd.Decimal{Negative: b.Sign() < 0}
	z.Coeff.SetMathBigInt(b.Abs(b))
}

func wideToInt8(w *wide, out *column.Vector) error {
	if x := int64(w.lo); w.hi == x>>63 {
		out.AppendInt(x)
		return nil
	}
	return outOfRange(types.Int8)
}

func wideToNumeric(w *wide, out *column.Vector) error {
	var z apd.Decimal
	w.decimal(&z)
	appendNumeric(out, &z)
	return nil
}

func wideAverage(w *wide, out *column.Vector) error {
	var sum, n, z apd.Decimal
	w.decimal(&sum)
	types.NumericFromInt(&n, w.count)
	if err := types.NumericDiv(&z, &sum, &n); err != nil {
		return err
	}
	appendNumeric(out, &z)
	return nil
}

// sumInt is sum and avg of integers, exact.
type sumInt struct {
	sums   []wide
	finish func(w *wide, out *column.Vector) error
	fed    dense[int64]
	short  []int64 // scratch
}

func newSumInt(finish func(w *wide, out *column.Vector) error) *sumInt {
	return &sumInt{finish: finish, fed: newDenseInts()}
}

func (a *sumInt) Resize(n int) { a.sums = grow(a.sums, n) }

func (a *sumInt) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	values, of := a.fed.lay(args[0], n, sel, groups)
	if of == nil {
		if len(values) > 0 {
			w := a.sums[0]
			for _, x := range values {
				w.add(x)
			}
			a.sums[0] = w
		}
		return nil
	}
	if a.addShort(values, of) {
		return nil
	}
	sums := a.sums
	for i, g := range of {
		sums[g].add(values[i])
	}
	return nil
}

func (a *sumInt) Merge(other Accumulator, to []int32) error {
	for g, w := range other.(*sumInt).sums {
		a.sums[to[g]].merge(w)
	}
	return nil
}

func (a *sumInt) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		if a.sums[g].count == 0 {
			out.AppendNull()
		} else if err := a.finish(&a.sums[g], out); err != nil {
			return err
		}
	}
	return nil
}

func (a *sumInt) Bytes() int64 { return 24*int64(cap(a.sums)) + 8*int64(cap(a.short)) + a.fed.bytes() }

// sumFloat is sum and avg of floats.
type sumFloat struct {
	single, average bool
	sums            []float64
	counts          []int64
	fed             dense[float64]
}

func newSumFloat(single, average bool) *sumFloat {
	return &sumFloat{single: single, average: average, fed: newDenseFloats()}
}

func (a *sumFloat) Resize(n int) { a.sums, a.counts = grow(a.sums, n), grow(a.counts, n) }

func (a *sumFloat) feed(g int32, x float64, n int64) error {
	z := a.sums[g] + x
	if a.single {
		z = float64(float32(z))
	}
	var err error
	if a.sums[g], err = finite(z, a.sums[g], x); err != nil {
		return err
	}
	a.counts[g] += n
	return nil
}

func (a *sumFloat) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	values, of := a.fed.lay(args[0], n, sel, groups)
	switch {
	case a.single:
		for i, x := range values {
			if err := a.feed(groupOf(of, i), x, 1); err != nil {
				return err
			}
		}
		return nil
	case of == nil:
		for i, x := range values {
			z := a.sums[0] + x
			if z-z != 0 { // not finite: feed tells why
				return a.rest(values[i:], nil)
			}
			a.sums[0] = z
			a.counts[0]++
		}
		return nil
	}
	sums, counts := a.sums, a.counts
	for i, g := range of {
		z := sums[g] + values[i]
		if z-z != 0 {
			return a.rest(values[i:], of[i:])
		}
		sums[g] = z
		counts[g]++
	}
	return nil
}

// rest is Add for values among which there are infinities or NaN, or that overflow.
func (a *sumFloat) rest(values []float64, of []int32) error {
	for i, x := range values {
		if err := a.feed(groupOf(of, i), x, 1); err != nil {
			return err
		}
	}
	return nil
}

func (a *sumFloat) Merge(other Accumulator, to []int32) error {
	o := other.(*sumFloat)
	for g, x := range o.sums {
		if err := a.feed(to[g], x, o.counts[g]); err != nil {
			return err
		}
	}
	return nil
}

func (a *sumFloat) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		switch {
		case a.counts[g] == 0:
			out.AppendNull()
		case a.average:
			out.AppendFloat(a.sums[g] / float64(a.counts[g]))
		default:
			out.AppendFloat(a.sums[g])
		}
	}
	return nil
}

func (a *sumFloat) Bytes() int64 { return 8*int64(cap(a.sums)+cap(a.counts)) + a.fed.bytes() }

// sumNumeric is sum and avg of numerics.
type sumNumeric struct {
	average bool
	sums    []apd.Decimal
	counts  []int64
}

func (a *sumNumeric) Resize(n int) { a.sums, a.counts = grow(a.sums, n), grow(a.counts, n) }

func (a *sumNumeric) feed(g int32, x *apd.Decimal, n int64) error {
	a.counts[g] += n
	return types.NumericAdd(&a.sums[g], &a.sums[g], x)
}

func (a *sumNumeric) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	var x apd.Decimal
	return present(v, n, sel, groups, func(i int, g int32) error {
		types.LoadNumeric(&x, v.Str(i))
		return a.feed(g, &x, 1)
	})
}

func (a *sumNumeric) Merge(other Accumulator, to []int32) error {
	o := other.(*sumNumeric)
	for g := range o.sums {
		if o.counts[g] == 0 {
			continue
		}
		if err := a.feed(to[g], &o.sums[g], o.counts[g]); err != nil {
			return err
		}
	}
	return nil
}

func (a *sumNumeric) Result(_ *Call, n int, out *column.Vector) error {
	var count, z apd.Decimal
	for g := range n {
		switch {
		case a.counts[g] == 0:
			out.AppendNull()
		case a.average:
			types.NumericFromInt(&count, a.counts[g])
			if err := types.NumericDiv(&z, &a.sums[g], &count); err != nil {
				return err
			}
			appendNumeric(out, &z)
		default:
			appendNumeric(out, &a.sums[g])
		}
	}
	return nil
}

// Bytes counts the decimals' inline digits; those of sums beyond 38 digits lie outside and are few.
func (a *sumNumeric) Bytes() int64 { return 64*int64(cap(a.sums)) + 8*int64(cap(a.counts)) }

// sumSpan is sum and avg of intervals.
type sumSpan struct {
	average bool
	sums    []column.Span
	counts  []int64
}

func (a *sumSpan) Resize(n int) { a.sums, a.counts = grow(a.sums, n), grow(a.counts, n) }

func (a *sumSpan) feed(g int32, x column.Span, n int64) (err error) {
	a.sums[g], err = types.SpanAdd(a.sums[g], x)
	a.counts[g] += n
	return err
}

func (a *sumSpan) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	return present(v, n, sel, groups, func(i int, g int32) error { return a.feed(g, v.Span(i), 1) })
}

func (a *sumSpan) Merge(other Accumulator, to []int32) error {
	o := other.(*sumSpan)
	for g, x := range o.sums {
		if err := a.feed(to[g], x, o.counts[g]); err != nil {
			return err
		}
	}
	return nil
}

func (a *sumSpan) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		switch {
		case a.counts[g] == 0:
			out.AppendNull()
		case a.average:
			if err := appendSpan(out)(types.SpanDiv(a.sums[g], float64(a.counts[g]))); err != nil {
				return err
			}
		default:
			out.AppendSpan(a.sums[g])
		}
	}
	return nil
}

func (a *sumSpan) Bytes() int64 { return 16*int64(cap(a.sums)) + 8*int64(cap(a.counts)) }
