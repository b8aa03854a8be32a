package function

import (
	"math"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

const microsPerDay = 24 * 60 * 60 * 1_000_000

func registerTimeArithmetic(r *registry) {
	// Operands in either order are two functions.
	timestampPlus := func(ts, span int, zoned bool, negate bool) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			return addSpan(c, out, a[ts].Int(i), a[span].Span(i), zoned, negate)
		})
	}
	r.op("timestamptz + interval", timestampPlus(0, 1, true, false))
	r.op("interval + timestamptz", timestampPlus(1, 0, true, false))
	r.op("timestamptz - interval", timestampPlus(0, 1, true, true))
	r.op("timestamp + interval", timestampPlus(0, 1, false, false))
	r.op("interval + timestamp", timestampPlus(1, 0, false, false))
	r.op("timestamp - interval", timestampPlus(0, 1, false, true))
	datePlus := func(date, span int, negate bool) Kernel {
		return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			ts, err := types.DateToTimestamp(a[date].Int(i))
			if err != nil {
				return err
			}
			return addSpan(c, out, ts, a[span].Span(i), false, negate)
		})
	}
	r.op("date + interval", datePlus(0, 1, false))
	r.op("interval + date", datePlus(1, 0, false))
	r.op("date - interval", datePlus(0, 1, true))
	r.op("date + int4", intsByRow(types.DateAddDays))
	r.op("int4 + date", intsByRow(func(n, d int64) (int64, error) { return types.DateAddDays(d, n) }))
	r.op("date - int4", intsByRow(func(d, n int64) (int64, error) { return types.DateAddDays(d, -n) }))
	r.op("date - date", intsByRow(types.DateSub))
	dateTime := func(date, time int) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			ts, err := types.DateToTimestamp(a[date].Int(i))
			if err != nil {
				return err
			}
			if ts != math.MaxInt64 && ts != math.MinInt64 {
				ts += a[time].Int(i)
			}
			out.AppendInt(ts)
			return nil
		})
	}
	r.op("date + time", dateTime(0, 1))
	r.op("time + date", dateTime(1, 0))
	timePlus := func(time, span int, negate bool) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			s := a[span].Span(i)
			if negate {
				var err error
				if s, err = types.SpanNeg(column.Span{Micros: s.Micros}); err != nil {
					return err
				}
			}
			out.AppendInt(types.TimeAddInterval(a[time].Int(i), s))
			return nil
		})
	}
	r.op("time + interval", timePlus(0, 1, false))
	r.op("interval + time", timePlus(1, 0, false))
	r.op("time - interval", timePlus(0, 1, true))
	r.totalOp("time - time", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendSpan(column.Span{Micros: a[0].Int(i) - a[1].Int(i)})
		return nil
	}))
	difference := byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendSpan(out)(types.TimestampSub(a[0].Int(i), a[1].Int(i)))
	})
	r.op("timestamptz - timestamptz", difference)
	r.op("timestamp - timestamp", difference)
	spans := func(f func(a, b column.Span) (column.Span, error)) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return appendSpan(out)(f(a[0].Span(i), a[1].Span(i)))
		})
	}
	r.op("interval + interval", spans(types.SpanAdd))
	r.op("interval - interval", spans(types.SpanSub))
	scaled := func(f func(a column.Span, x float64) (column.Span, error), span, factor int) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return appendSpan(out)(f(a[span].Span(i), a[factor].Float(i)))
		})
	}
	r.op("interval * float8", scaled(types.SpanMul, 0, 1))
	r.op("float8 * interval", scaled(types.SpanMul, 1, 0))
	r.op("interval / float8", scaled(types.SpanDiv, 0, 1))
	span := func(f func(a column.Span) (column.Span, error)) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			return appendSpan(out)(f(a[0].Span(i)))
		})
	}
	r.op("- interval", span(types.SpanNeg))
	r.fn("justify_hours(interval)", span(types.JustifyHours))
	r.fn("justify_days(interval)", span(types.JustifyDays))
	r.fn("justify_interval(interval)", span(types.JustifyInterval))
	r.fn("age(timestamp,timestamp)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendSpan(out)(types.TimestampAge(a[0].Int(i), a[1].Int(i)))
	}))
	r.fn("age(timestamptz,timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendSpan(out)(types.TimestamptzAge(a[0].Int(i), a[1].Int(i), c.Env.Location))
	}))
	r.fn("age(timestamp)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		today, err := types.DateToTimestamp(currentDate(c.Env))
		if err != nil {
			return err
		}
		return appendSpan(out)(types.TimestampAge(today, a[0].Int(i)))
	}))
	r.fn("age(timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		today, err := types.DateToTimestamptz(currentDate(c.Env), c.Env.Location)
		if err != nil {
			return err
		}
		return appendSpan(out)(types.TimestamptzAge(today, a[0].Int(i), c.Env.Location))
	}))
	for _, t := range []string{"date", "timestamp", "timestamptz"} {
		r.total("isfinite("+t+")", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			out.AppendBool(finiteTime(a[0].Int(i)))
			return nil
		}))
	}
	r.total("isfinite(interval)", byRow(func(_ *Call, _ []*column.Vector, _ int, out *column.Vector) error {
		out.AppendBool(true)
		return nil
	}))
}

// finiteTime: dates and timestamps share their infinities.
func finiteTime(x int64) bool { return x != math.MaxInt64 && x != math.MinInt64 }

// addSpan appends ts + s, or ts - s; with a zone, days and months are those of its calendar.
func addSpan(c *Call, out *column.Vector, ts int64, s column.Span, zoned, negate bool) (err error) {
	if negate {
		if s, err = types.SpanNeg(s); err != nil {
			return err
		}
	}
	if zoned {
		ts, err = types.TimestamptzAddInterval(ts, s, c.Env.Location)
	} else {
		ts, err = types.TimestampAddInterval(ts, s)
	}
	if err != nil {
		return err
	}
	out.AppendInt(ts)
	return nil
}

// appendSpan, appendInt and appendFloat append a result unless it comes with an error.
func appendSpan(out *column.Vector) func(column.Span, error) error {
	return func(s column.Span, err error) error {
		if err == nil {
			out.AppendSpan(s)
		}
		return err
	}
}

func appendBool(out *column.Vector) func(bool, error) error {
	return func(b bool, err error) error {
		if err == nil {
			out.AppendBool(b)
		}
		return err
	}
}

func appendInt(out *column.Vector) func(int64, error) error {
	return func(x int64, err error) error {
		if err == nil {
			out.AppendInt(x)
		}
		return err
	}
}

func appendFloat(out *column.Vector) func(float64, error) error {
	return func(x float64, err error) error {
		if err == nil {
			out.AppendFloat(x)
		}
		return err
	}
}
