package function

import (
	"math"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerVariance(r *registry) {
	for name, v := range map[string]variance{
		"variance": {sample: true}, "var_samp": {sample: true}, "var_pop": {},
		"stddev": {sample: true, root: true}, "stddev_samp": {sample: true, root: true}, "stddev_pop": {root: true},
	} {
		for _, t := range []string{"float4", "float8"} {
			r.agg(name+"("+t+")", func(*Call) Accumulator { return &varianceFloat{variance: v} })
		}
		for _, t := range []string{"int2", "int4", "int8", "numeric"} {
			r.agg(name+"("+t+")", func(*Call) Accumulator { return &varianceNumeric{variance: v} })
		}
	}
}

// variance says which of the family: of a sample (n-1) or the population, and whether its square root.
type variance struct{ sample, root bool }

// defined says whether n values have it.
func (v variance) defined(n float64) bool { return n > 1 || n == 1 && !v.sample }

// moments are count, sum, and sum of squares of differences from the mean, updated as Youngs and Cramer do
// (Communications in Statistics, 1971), so that large values with small differences keep their digits.
type moments struct{ n, sum, squares float64 }

// varianceFloat is the family over floats.
type varianceFloat struct {
	variance
	groups []moments
}

func (a *varianceFloat) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *varianceFloat) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	return present(v, n, sel, groups, func(i int, g int32) error {
		x, m := v.Float(i), &a.groups[g]
		before := m.sum
		m.n++
		m.sum += x
		switch {
		case m.n > 1:
			d := x*m.n - m.sum
			m.squares += d * d / (m.n * (m.n - 1))
			if math.IsInf(m.sum, 0) || math.IsInf(m.squares, 0) {
				if !math.IsInf(before, 0) && !math.IsInf(x, 0) {
					return overflow()
				}
				m.squares = math.NaN()
			}
		case x != x || math.IsInf(x, 0):
			m.squares = math.NaN()
		}
		return nil
	})
}

func (a *varianceFloat) Merge(other Accumulator, to []int32) error {
	for g, o := range other.(*varianceFloat).groups {
		m := &a.groups[to[g]]
		switch {
		case o.n == 0:
		case m.n == 0:
			*m = o
		default:
			d := m.sum/m.n - o.sum/o.n
			m.squares += o.squares + m.n*o.n*d*d/(m.n+o.n)
			m.n += o.n
			m.sum += o.sum
			if math.IsInf(m.squares, 0) {
				return overflow()
			}
		}
	}
	return nil
}

func (a *varianceFloat) Result(_ *Call, n int, out *column.Vector) error {
	for _, m := range a.groups[:n] {
		if !a.defined(m.n) {
			out.AppendNull()
			continue
		}
		x := m.squares / m.n
		if a.sample {
			x = m.squares / (m.n - 1)
		}
		if a.root {
			x = math.Sqrt(x)
		}
		out.AppendFloat(x)
	}
	return nil
}

func (a *varianceFloat) Bytes() int64 { return 24 * int64(cap(a.groups)) }

// varianceNumeric is the family over integers and numerics, exact until the last division.
type varianceNumeric struct {
	variance
	groups []exactMoments
}

type exactMoments struct {
	n            int64
	sum, squares apd.Decimal
}

func (a *varianceNumeric) Resize(n int) { a.groups = grow(a.groups, n) }

func (a *varianceNumeric) Add(_ *Call, n int, sel column.Selection, groups []int32, args []*column.Vector) error {
	v := args[0]
	var x, square apd.Decimal
	return present(v, n, sel, groups, func(i int, g int32) error {
		if v.Kind == column.Decimal {
			types.LoadNumeric(&x, v.Str(i))
		} else {
			types.NumericFromInt(&x, v.Int(i))
		}
		m := &a.groups[g]
		m.n++
		if err := types.NumericMul(&square, &x, &x); err != nil {
			return err
		}
		return m.add(&x, &square)
	})
}

func (m *exactMoments) add(sum, squares *apd.Decimal) error {
	if err := types.NumericAdd(&m.sum, &m.sum, sum); err != nil {
		return err
	}
	return types.NumericAdd(&m.squares, &m.squares, squares)
}

func (a *varianceNumeric) Merge(other Accumulator, to []int32) error {
	o := other.(*varianceNumeric)
	for g := range o.groups {
		m := &a.groups[to[g]]
		m.n += o.groups[g].n
		if err := m.add(&o.groups[g].sum, &o.groups[g].squares); err != nil {
			return err
		}
	}
	return nil
}

func (a *varianceNumeric) Result(_ *Call, n int, out *column.Vector) error {
	for g := range n {
		m := &a.groups[g]
		if !a.defined(float64(m.n)) {
			out.AppendNull()
			continue
		}
		z, err := a.finish(m)
		if err != nil {
			return err
		}
		appendNumeric(out, z)
	}
	return nil
}

// finish computes (n*squares - sum^2) / (n*(n-1)), or / n^2, at the scale of numeric division, and takes the root at that scale.
func (a *varianceNumeric) finish(m *exactMoments) (*apd.Decimal, error) {
	if m.squares.Form != apd.Finite {
		return &apd.Decimal{Form: apd.NaN}, nil
	}
	var count, less, squares, square, z apd.Decimal
	types.NumericFromInt(&count, m.n)
	types.NumericFromInt(&less, m.n)
	if a.sample {
		types.NumericFromInt(&less, m.n-1)
	}
	if err := types.NumericMul(&squares, &m.squares, &count); err != nil {
		return nil, err
	}
	if err := types.NumericMul(&square, &m.sum, &m.sum); err != nil {
		return nil, err
	}
	if err := types.NumericSub(&squares, &squares, &square); err != nil {
		return nil, err
	}
	if types.NumericSign(&squares) <= 0 {
		return &z, nil
	}
	if err := types.NumericMul(&less, &less, &count); err != nil {
		return nil, err
	}
	if err := types.NumericDiv(&z, &squares, &less); err != nil {
		return nil, err
	}
	if !a.root {
		return &z, nil
	}
	var root, rounded apd.Decimal
	scale := int(-z.Exponent)
	ctx := apd.BaseContext.WithPrecision(uint32(z.NumDigits()) + uint32(scale) + 8)
	if _, err := ctx.Sqrt(&root, &z); err != nil {
		return nil, err
	}
	return &rounded, types.NumericRound(&rounded, &root, scale)
}

func (a *varianceNumeric) Bytes() int64 { return 136 * int64(cap(a.groups)) }
