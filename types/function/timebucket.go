package function

import (
	"math"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerTimeBucket registers time_bucket in the forms of TimescaleDB, where Grafana and many dashboards take it from. It is found with and without
// the schema flare.
func registerTimeBucket(r *registry) {
	for _, schema := range []string{"pg_catalog", "flare"} {
		kernel := func(signature, third string, result types.OID, v Volatility, k Kernel) {
			f := r.own(schema, "time_bucket("+signature+")", result, v, k)
			f.Names = []string{"bucket_width", "ts"}
			if third != "" {
				f.Names = append(f.Names, third)
			}
		}
		own := func(signature, third string, result types.OID, v Volatility, k rowFunc) {
			kernel(signature, third, result, v, byRow(k))
		}
		for _, t := range []types.OID{types.Timestamptz, types.Timestamp} {
			name := typeName(t)
			kernel("interval,"+name, "", t, Immutable, inSteps(1, bucketOfTimestamp, bucketBounds))
			kernel("interval,"+name+","+name, "origin", t, Immutable, inSteps(1, bucketOfTimestamp, bucketBounds))
		}
		own("interval,timestamp,interval", "offset", types.Timestamp, Immutable, shiftedBucket(false))
		own("interval,timestamptz,interval", "offset", types.Timestamptz, Stable, shiftedBucket(true))
		own("interval,date", "", types.Date, Immutable, bucketOfDate)
		own("interval,date,date", "origin", types.Date, Immutable, bucketOfDate)
		own("interval,date,interval", "offset", types.Date, Immutable, shiftedBucketOfDate)
		for _, t := range []types.OID{types.Int2, types.Int4, types.Int8} {
			name := typeName(t)
			own(name+","+name, "", t, Immutable, bucketOfInteger(t))
			own(name+","+name+","+name, "offset", t, Immutable, bucketOfInteger(t))
		}
		r.ownWithDefaults(schema, "time_bucket(interval,timestamptz,text,timestamptz,interval)", types.Timestamptz, Immutable,
			[]string{"bucket_width", "ts", "timezone", "origin", "offset"},
			[]string{"NULL::timestamp with time zone", "NULL::interval"}, bucketInZone)
	}
}

func typeName(t types.OID) string {
	ty, _ := types.Lookup(t)
	return ty.Name
}

// mondayIn2000 is 2000-01-03T00:00:00Z, where buckets count from unless told otherwise, so that weeks begin on Mondays. Buckets of months
// count from firstOf2000.
const (
	mondayIn2000 = 946_857_600_000_000
	firstOf2000  = 946_684_800_000_000
)

// bucketOrigin is where buckets of a width count from by themselves.
func bucketOrigin(width column.Span) int64 {
	if width.Months != 0 {
		return firstOf2000
	}
	return mondayIn2000
}

// timeBucket is the start of the bucket of ts. The wall clock is UTC's: a day has 24 hours. Of the origin of months only the month counts.
func timeBucket(width column.Span, ts, origin int64) (int64, error) {
	switch {
	case !finiteTime(ts):
		return ts, nil
	case !finiteTime(origin):
		return 0, types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range")
	case width.Months != 0:
		return monthBucket(width, ts, origin)
	}
	period, err := bucketPeriod(width)
	if err != nil {
		return 0, err
	}
	start, ok := integerBucket(period, ts, origin, math.MinInt64, math.MaxInt64)
	if !ok {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range")
	}
	return types.TimestampAddInterval(start, column.Span{}) // which looks at the range
}

func bucketPeriod(width column.Span) (int64, error) {
	const most = math.MaxInt64 / microsPerDay
	days, period := int64(width.Days), width.Micros
	if days > most || days < -most {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "interval out of range")
	}
	days *= microsPerDay
	if period += days; days > 0 && period < width.Micros || days < 0 && period > width.Micros {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "interval out of range")
	}
	if period <= 0 {
		return 0, periodNotPositive()
	}
	return period, nil
}

func periodNotPositive() error {
	return types.Errorf(types.CodeInvalidParameterValue, "period must be greater than 0")
}

func monthBucket(width column.Span, ts, origin int64) (int64, error) {
	switch {
	case width.Days != 0 || width.Micros != 0:
		return 0, types.Errorf(types.CodeInvalidParameterValue, "month intervals cannot have day or time component")
	case width.Months < 0:
		return 0, periodNotPositive()
	}
	month, ok := integerBucket(int64(width.Months), monthNumber(ts), monthNumber(origin), math.MinInt32, math.MaxInt32)
	if !ok {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range")
	}
	year := int(math.Floor(float64(month) / 12))
	return types.DateToTimestamp(types.CivilDays(year, int(month)-year*12+1, 1))
}

// monthNumber counts months from the beginning of the year 0.
func monthNumber(ts int64) int64 {
	year, month, _ := types.CivilDate(types.TimestampToDate(ts))
	return int64(year)*12 + int64(month) - 1
}

// integerBucket is the start of the bucket of x, where one begins at offset; ok is false where it is less than low or can't be computed
// between low and high.
func integerBucket(period, x, offset, low, high int64) (start int64, ok bool) {
	offset %= period
	if offset > 0 && x < low+offset || offset < 0 && x > high+offset {
		return 0, false
	}
	x -= offset
	start = x - x%period
	if x < 0 && x%period != 0 {
		if start < low+period {
			return 0, false
		}
		start -= period
	}
	if offset < 0 && start < low-offset {
		return 0, false
	}
	return start + offset, true
}

func bucketOfTimestamp(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	origin := bucketOrigin(a[0].Span(i))
	if len(a) == 3 {
		origin = a[2].Int(i)
	}
	return appendInt(out)(timeBucket(a[0].Span(i), a[1].Int(i), origin))
}

// shiftedBucket moves the buckets by an offset; days and months of an offset are the session zone's where zoned.
func shiftedBucket(zoned bool) rowFunc {
	return func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		add := types.TimestampAddInterval
		if zoned {
			add = func(ts int64, s column.Span) (int64, error) {
				return types.TimestamptzAddInterval(ts, s, c.Env.Location)
			}
		}
		return appendInt(out)(bucketBeside(a[0].Span(i), a[1].Int(i), bucketOrigin(a[0].Span(i)), a[2].Span(i), add))
	}
}

// bucketBeside is the bucket of ts less offset, moved by offset.
func bucketBeside(width column.Span, ts, origin int64, offset column.Span, add func(int64, column.Span) (int64, error)) (int64, error) {
	back, err := types.SpanNeg(offset)
	if err != nil {
		return 0, err
	}
	if ts, err = add(ts, back); err != nil {
		return 0, err
	}
	if ts, err = timeBucket(width, ts, origin); err != nil {
		return 0, err
	}
	return add(ts, offset)
}

func bucketOfDate(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	width := a[0].Span(i)
	if width.Months == 0 && width.Micros%microsPerDay != 0 {
		return types.Errorf(types.CodeInvalidParameterValue, "interval must not have sub-day precision")
	}
	origin := bucketOrigin(width)
	var err error
	if len(a) == 3 {
		if origin, err = types.DateToTimestamp(a[2].Int(i)); err != nil {
			return err
		}
	}
	ts, err := types.DateToTimestamp(a[1].Int(i))
	if err != nil {
		return err
	}
	if ts, err = timeBucket(width, ts, origin); err != nil {
		return err
	}
	out.AppendInt(types.TimestampToDate(ts))
	return nil
}

func shiftedBucketOfDate(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	ts, err := types.DateToTimestamp(a[1].Int(i))
	if err != nil {
		return err
	}
	if ts, err = bucketBeside(a[0].Span(i), ts, bucketOrigin(a[0].Span(i)), a[2].Span(i), types.TimestampAddInterval); err != nil {
		return err
	}
	out.AppendInt(types.TimestampToDate(ts))
	return nil
}

func bucketOfInteger(t types.OID) rowFunc {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	switch t {
	case types.Int2:
		low, high = math.MinInt16, math.MaxInt16
	case types.Int4:
		low, high = math.MinInt32, math.MaxInt32
	}
	return func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		period, offset := a[0].Int(i), int64(0)
		if period <= 0 {
			return periodNotPositive()
		}
		if len(a) == 3 {
			offset = a[2].Int(i)
		}
		start, ok := integerBucket(period, a[1].Int(i), offset, low, high)
		if !ok {
			return types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range")
		}
		out.AppendInt(start)
		return nil
	}
}

// bucketInZone buckets the wall clock of a zone: a bucket of a day is there as long as the day is. Origin and offset may be left out or null.
func bucketInZone(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
	var name string
	var loc *time.Location
	return eachRow(c, n, sel, args, out, func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		if a[0].Null(i) || a[1].Null(i) || a[2].Null(i) {
			out.AppendNull()
			return nil
		}
		var err error
		if s := a[2].Str(i); loc == nil || string(s) != name {
			if loc, err = types.ParseZone(string(s)); err != nil {
				return err
			}
			name = string(s)
		}
		width := a[0].Span(i)
		ts, err := types.TimestamptzToTimestamp(a[1].Int(i), loc)
		if err != nil {
			return err
		}
		origin := bucketOrigin(width)
		if len(a) > 3 && !a[3].Null(i) {
			if origin, err = types.TimestamptzToTimestamp(a[3].Int(i), loc); err != nil {
				return err
			}
		}
		var offset column.Span
		if len(a) > 4 && !a[4].Null(i) {
			offset = a[4].Span(i)
		}
		if ts, err = bucketBeside(width, ts, origin, offset, types.TimestampAddInterval); err != nil {
			return err
		}
		return appendInt(out)(types.TimestampToTimestamptz(ts, loc))
	})
}
