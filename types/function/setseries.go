package function

import (
	"math"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerSeries gives generate_series its rows, which are computed as they are drawn.
func registerSeries(s *setFunctions) {
	s.define("generate_series(int4,int4)", intSeries(math.MaxInt32, math.MinInt32))
	s.define("generate_series(int4,int4,int4)", intSeries(math.MaxInt32, math.MinInt32))
	s.define("generate_series(int8,int8)", intSeries(math.MaxInt64, math.MinInt64))
	s.define("generate_series(int8,int8,int8)", intSeries(math.MaxInt64, math.MinInt64))
	s.define("generate_series(numeric,numeric)", numericSeries)
	s.define("generate_series(numeric,numeric,numeric)", numericSeries)
	s.define("generate_series(timestamp,timestamp,interval)", timeSeries(func(_ *types.Env, t int64, s column.Span) (int64, error) {
		return types.TimestampAddInterval(t, s)
	}))
	s.define("generate_series(timestamptz,timestamptz,interval)", timeSeries(func(env *types.Env, t int64, s column.Span) (int64, error) {
		return types.TimestamptzAddInterval(t, s, env.Location)
	}))
}

func zeroStep() error {
	return types.Errorf(types.CodeInvalidParameterValue, "step size cannot equal zero")
}

// intRows counts from at to last.
type intRows struct {
	at, last, step int64
	max, min       int64
	done           bool
}

func intSeries(most, least int64) func(c *SetCall) (Rows, error) {
	return func(c *SetCall) (Rows, error) {
		r := &intRows{at: c.Args[0].Int(0), last: c.Args[1].Int(0), step: 1, max: most, min: least}
		if len(c.Args) > 2 {
			r.step = c.Args[2].Int(0)
		}
		if r.step == 0 {
			return nil, zeroStep()
		}
		r.done = r.step > 0 && r.at > r.last || r.step < 0 && r.at < r.last
		return r, nil
	}
}

func (r *intRows) Next(max int, out []*column.Vector) error {
	for ; max > 0 && !r.done; max-- {
		out[0].AppendInt(r.at)
		// The next number is behind the last one, or behind what the type can hold.
		if r.step > 0 {
			r.done = r.at > r.max-r.step || r.at+r.step > r.last
		} else {
			r.done = r.at < r.min-r.step || r.at+r.step < r.last
		}
		if !r.done {
			r.at += r.step
		}
	}
	return nil
}

// timeRows counts in intervals, which may be months of different lengths: each step is taken from the one before.
type timeRows struct {
	env      *types.Env
	at, last int64
	step     column.Span
	sign     int
	add      func(env *types.Env, t int64, s column.Span) (int64, error)
}

func timeSeries(add func(env *types.Env, t int64, s column.Span) (int64, error)) func(c *SetCall) (Rows, error) {
	return func(c *SetCall) (Rows, error) {
		r := &timeRows{env: c.Env, at: c.Args[0].Int(0), last: c.Args[1].Int(0), step: c.Args[2].Span(0), add: add}
		if r.sign = types.SpanCompare(r.step, column.Span{}); r.sign == 0 {
			return nil, zeroStep()
		}
		return r, nil
	}
}

func (r *timeRows) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		if r.sign > 0 && r.at > r.last || r.sign < 0 && r.at < r.last {
			return nil
		}
		out[0].AppendInt(r.at)
		var err error
		if r.at, err = r.add(r.env, r.at, r.step); err != nil {
			return err
		}
	}
	return nil
}

// numericRows counts in decimals.
type numericRows struct{ at, next, last, step apd.Decimal }

func numericSeries(c *SetCall) (Rows, error) {
	r := &numericRows{}
	types.NumericFromInt(&r.step, 1)
	for i, x := range []*apd.Decimal{&r.at, &r.last, &r.step}[:len(c.Args)] {
		types.LoadNumeric(x, c.Args[i].Str(0))
		what := [...]string{"start", "stop", "step size"}[i]
		if i < 2 {
			what += " value"
		}
		switch x.Form {
		case apd.Finite:
		case apd.Infinite:
			return nil, types.Errorf(types.CodeInvalidParameterValue, "%s cannot be infinity", what)
		default:
			return nil, types.Errorf(types.CodeInvalidParameterValue, "%s cannot be NaN", what)
		}
	}
	if types.NumericSign(&r.step) == 0 {
		return nil, zeroStep()
	}
	return r, nil
}

func (r *numericRows) Next(max int, out []*column.Vector) error {
	for ; max > 0; max-- {
		if c := r.at.Cmp(&r.last); c == types.NumericSign(&r.step) {
			return nil
		}
		appendNumeric(out[0], &r.at)
		if err := types.NumericAdd(&r.next, &r.at, &r.step); err != nil {
			return err
		}
		r.at.Set(&r.next)
	}
	return nil
}
