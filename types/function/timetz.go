package function

import (
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerTimeTZ: time with time zone.
func registerTimeTZ(r *registry) {
	load := func(a *column.Vector, i int) types.ZonedTime { return types.LoadTimeTZ(a.Str(i)) }
	plus := func(at, span int, negate bool) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			t, s := load(a[at], i), column.Span{Micros: a[span].Span(i).Micros}
			if negate {
				var err error
				if s, err = types.SpanNeg(s); err != nil {
					return err
				}
			}
			t.Micros = types.TimeAddInterval(t.Micros, s)
			appendTimeTZ(out, t)
			return nil
		})
	}
	r.op("timetz + interval", plus(0, 1, false))
	r.op("interval + timetz", plus(1, 0, false))
	r.op("timetz - interval", plus(0, 1, true))
	onDay := func(date, at int) Kernel {
		return byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
			day := a[date].Int(i)
			ts, err := types.DateToTimestamp(day)
			if err != nil || !finiteTime(ts) {
				return appendInt(out)(ts, err)
			}
			return appendInt(out)(types.TimestampAddInterval(ts, column.Span{Micros: load(a[at], i).UTC()}))
		})
	}
	r.op("date + timetz", onDay(0, 1))
	r.op("timetz + date", onDay(1, 0))
	r.fn("timestamptz(date,timetz)", onDay(0, 1))
	r.total("time(timetz)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		out.AppendInt(load(a[0], i).Micros)
		return nil
	}))
	r.fn("timetz(time)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		appendTimeTZ(out, types.ZonedTime{Micros: a[0].Int(i), West: c.Env.ZoneWest(c.Env.TransactionStart.UnixMicro())})
		return nil
	}))
	r.fn("timetz(timestamptz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		ts := a[0].Int(i)
		if !finiteTime(ts) {
			out.AppendNull()
			return nil
		}
		appendTimeTZ(out, types.ZonedTime{Micros: (ts%microsPerDay + microsPerDay) % microsPerDay}.In(c.Env.ZoneWest(ts)))
		return nil
	}))
	r.fn("timezone(text,timetz)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		loc, err := types.ParseZone(string(a[0].Str(i)))
		if err != nil {
			return err
		}
		_, east := c.Env.TransactionStart.In(loc).Zone() // a zone that changes is meant as it is now
		appendTimeTZ(out, load(a[1], i).In(int32(-east)))
		return nil
	}))
	r.fn("timezone(interval,timetz)", offset(func(loc *time.Location, a []*column.Vector, i int, out *column.Vector) error {
		_, east := time.Time{}.In(loc).Zone()
		appendTimeTZ(out, load(a[1], i).In(int32(-east)))
		return nil
	}))
	r.fn("timetz(timetz,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return types.ApplyTypmod(out, types.TimeTZ, int32(a[1].Int(i)), a[0], i, true)
	}))
}

func appendTimeTZ(out *column.Vector, t types.ZonedTime) {
	out.AppendFunc(func(dst []byte) []byte { return types.AppendTimeTZ(dst, t) })
}
