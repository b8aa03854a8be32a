package function

import (
	"math"
	"strconv"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// pick appends the value at a fraction of sorted values, of which there is one at least.
type pick func(out, sorted *column.Vector, fraction float64) error

func discrete(out, sorted *column.Vector, fraction float64) error {
	row := int(math.Ceil(fraction * float64(sorted.Len)))
	out.AppendFrom(sorted, max(row, 1)-1)
	return nil
}

// interpolated takes a value between the two rows around the fraction.
func interpolated(out, sorted *column.Vector, fraction float64) error {
	at := fraction * float64(sorted.Len-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	if low == high {
		out.AppendFrom(sorted, low)
		return nil
	}
	share := at - float64(low)
	if sorted.Kind == column.Interval {
		x, y := sorted.Span(low), sorted.Span(high)
		d, err := types.SpanSub(y, x)
		if err != nil {
			return err
		}
		if d, err = types.SpanMul(d, share); err != nil {
			return err
		}
		if d, err = types.SpanAdd(x, d); err != nil {
			return err
		}
		out.AppendSpan(d)
		return nil
	}
	x, y := sorted.Float(low), sorted.Float(high)
	out.AppendFloat(x + share*(y-x))
	return nil
}

func checkFraction(f float64) error {
	if f < 0 || f > 1 || math.IsNaN(f) {
		return types.Errorf(types.CodeNumericOutOfRange, "percentile value %s is not between 0 and 1", strconv.FormatFloat(f, 'g', 6, 64))
	}
	return nil
}

// percentile finishes a percentile of one fraction.
func percentile(p pick) func(*Call, *listed, *column.Vector) error {
	return func(_ *Call, g *listed, out *column.Vector) error {
		if g.direct.Null(0) {
			out.AppendNull()
			return nil
		}
		f := g.direct.Float(0)
		if err := checkFraction(f); err != nil {
			return err
		}
		return p(out, g.values, f)
	}
}

// percentiles finishes percentiles of an array of fractions.
func percentiles(p pick) func(*Call, *listed, *column.Vector) error {
	return func(_ *Call, g *listed, out *column.Vector) error {
		if g.direct.Null(0) {
			out.AppendNull()
			return nil
		}
		fractions := types.ReadArray(types.Float8, g.direct.Str(0))
		v := column.New(g.values.Kind)
		for i := range fractions.Values.Len {
			if fractions.Values.Null(i) {
				v.AppendNull()
				continue
			}
			f := fractions.Values.Float(i)
			if err := checkFraction(f); err != nil {
				return err
			}
			if err := p(v, g.values, f); err != nil {
				return err
			}
		}
		appendArray(out, fractions.Dims, v)
		return nil
	}
}

// mostFrequent finishes mode(): of values that are equally frequent the first in order.
func mostFrequent(c *Call, g *listed, out *column.Vector) error {
	best, most := 0, 0
	for from := 0; from < g.values.Len; {
		to := from + 1
		for to < g.values.Len && types.Compare(c.Result, g.values, from, g.values, to) == 0 {
			to++
		}
		if to-from > most {
			best, most = from, to-from
		}
		from = to
	}
	out.AppendFrom(g.values, best)
	return nil
}
