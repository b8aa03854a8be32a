package function

import (
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerTimeParts(r *registry) {
	r.fn("date_trunc(text,timestamp)", inSteps(1, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TruncTimestamp(string(a[0].Str(i)), a[1].Int(i)))
	}, truncSteps(func(*Call, []*column.Vector) (*time.Location, error) { return nil, nil })))
	r.fn("date_trunc(text,timestamptz)", inSteps(1, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TruncTimestamptz(string(a[0].Str(i)), a[1].Int(i), c.Env.Location))
	}, truncSteps(func(c *Call, _ []*column.Vector) (*time.Location, error) { return c.Env.Location, nil })))
	zonedTrunc := zoned(2, 1, func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TruncTimestamptz(string(a[0].Str(i)), a[1].Int(i), loc))
	})
	r.fn("date_trunc(text,timestamptz,text)", func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		if args[0].Form != column.Constant || args[2].Form != column.Constant {
			return zonedTrunc(c, n, sel, args, out)
		}
		begin := truncSteps(func(_ *Call, a []*column.Vector) (*time.Location, error) { return types.ParseZone(string(a[2].Str(0))) })
		return stepped(n, sel, args[1], out, begin(c, args))
	})
	r.fn("date_trunc(text,interval)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendSpan(out)(types.TruncInterval(string(a[0].Str(i)), a[1].Span(i)))
	}))
	for _, t := range []types.OID{types.Date, types.Time, types.TimeTZ, types.Timestamp, types.Timestamptz, types.Interval} {
		ty, _ := types.Lookup(t)
		epoch := func(k Kernel) Kernel { return k }
		if t == types.Timestamp || t == types.Timestamptz {
			epoch = func(k Kernel) Kernel {
				return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
					if epochs(n, sel, args, out) {
						return nil
					}
					return k(c, n, sel, args, out)
				}
			}
		}
		r.fn("extract(text,"+ty.Name+")", epoch(byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			var z apd.Decimal
			ok, err := types.Extract(&z, c.Env, t, string(a[0].Str(i)), a[1], i)
			switch {
			case err != nil:
				return err
			case ok:
				appendNumeric(out, &z)
			default:
				out.AppendNull()
			}
			return nil
		})))
		r.fn("date_part(text,"+ty.Name+")", epoch(byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
			f, ok, err := types.DatePart(c.Env, t, string(a[0].Str(i)), a[1], i)
			switch {
			case err != nil:
				return err
			case ok:
				out.AppendFloat(f)
			default:
				out.AppendNull()
			}
			return nil
		})))
	}
	bin := inSteps(1, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.DateBin(a[0].Span(i), a[1].Int(i), a[2].Int(i)))
	}, binOf)
	r.fn("date_bin(interval,timestamp,timestamp)", bin)
	r.fn("date_bin(interval,timestamptz,timestamptz)", bin)
	toLocal := func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TimestamptzToTimestamp(a[1].Int(i), loc))
	}
	fromLocal := func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(types.TimestampToTimestamptz(a[1].Int(i), loc))
	}
	r.fn("timezone(text,timestamptz)", zoned(0, 1, toLocal))
	r.fn("timezone(text,timestamp)", zoned(0, 1, fromLocal))
	r.fn("timezone(interval,timestamptz)", offset(toLocal))
	r.fn("timezone(interval,timestamp)", offset(fromLocal))
}

// zoned calls f with the time zone that argument at names; the last one found is kept for the rows that follow. Infinite times, of argument moment (-1 none), are
// what they are in every zone, also in one that does not exist.
func zoned(at, moment int, f func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error) Kernel {
	return func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
		var name string
		var loc *time.Location
		return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			if moment >= 0 && types.Infinite(a[moment].Int(i)) {
				out.AppendInt(a[moment].Int(i))
				return nil
			}
			if s := a[at].Str(i); loc == nil || string(s) != name {
				var err error
				if loc, err = types.ParseZone(string(s)); err != nil {
					return err
				}
				name = string(s)
			}
			return f(loc, a, i, out)
		})
	}
}

// offset calls f with the zone that is an interval east of UTC.
func offset(f func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error) Kernel {
	return byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		s := a[0].Span(i)
		if a[1].Kind == column.Timestamp && types.Infinite(a[1].Int(i)) {
			out.AppendInt(a[1].Int(i))
			return nil
		}
		if s.Months != 0 || s.Days != 0 {
			return types.Errorf(types.CodeInvalidParameterValue, "interval time zone \"%s\" must not include months or days",
				types.TextOf(c.Env, types.Interval, a[0], i))
		}
		return f(time.FixedZone("", int(s.Micros/1_000_000)), a, i, out)
	})
}
