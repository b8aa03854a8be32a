package function

import (
	"fmt"
	"math"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

func registerTimeMake(r *registry) {
	clock := func(f func(e *types.Env) int64) Kernel {
		return func(c *Call, n int, _ column.Selection, _ []*column.Vector, out *column.Vector) error {
			out.AppendInt(f(c.Env))
			out.Repeat(n)
			return nil
		}
	}
	transaction := func(e *types.Env) int64 { return e.TransactionStart.UnixMicro() }
	simple := func(f func(e *types.Env) int64) Kernel { // for lift, which wants Plain
		return byRow(func(c *Call, _ []*column.Vector, _ int, out *column.Vector) error {
			out.AppendInt(f(c.Env))
			return nil
		})
	}
	r.total("now()", simple(transaction))
	r.total("transaction_timestamp()", simple(transaction))
	r.total("statement_timestamp()", simple(func(e *types.Env) int64 { return e.StatementStart.UnixMicro() }))
	r.total("clock_timestamp()", clock(func(e *types.Env) int64 { return e.Clock().UnixMicro() }))
	r.fn("to_timestamp(float8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(fromEpoch(a[0].Float(i)))
	}))
	r.fn("make_date(int4,int4,int4)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(makeDate(a[0].Int(i), a[1].Int(i), a[2].Int(i)))
	}))
	r.fn("make_time(int4,int4,float8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(makeTime(a[0].Int(i), a[1].Int(i), a[2].Float(i)))
	}))
	r.fn("make_timestamp(int4,int4,int4,int4,int4,float8)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(makeTimestamp(a, i))
	}))
	r.fn("make_timestamptz(int4,int4,int4,int4,int4,float8)", byRow(func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
		return appendInt(out)(makeTimestamptz(a, i, c.Env.Location))
	}))
	r.fn("make_timestamptz(int4,int4,int4,int4,int4,float8,text)", byRow(func(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
		ts, err := makeTimestamp(a, i)
		if err != nil {
			return err
		}
		loc, err := types.ParseZoneEast(string(a[6].Str(i)))
		if err != nil {
			return err
		}
		return appendInt(out)(types.TimestampToTimestamptz(ts, loc))
	}))
	r.fn("make_interval(int4,int4,int4,int4,int4,int4,float8)", byRow(makeInterval))
}

func localTimestamp(e *types.Env) int64 {
	t := e.TransactionStart.In(e.Location)
	_, offset := t.Zone()
	return t.UnixMicro() + int64(offset)*1_000_000
}

func currentDate(e *types.Env) int64 { return types.TimestampToDate(localTimestamp(e)) }

// Seconds since 1970 between which timestamps lie: from 4713 BC, where PostgreSQL's begin, to 294247 AD, where
// ours end (PostgreSQL counts from 2000 and gets 30 years further).
const (
	minEpoch = -210866803200
	maxEpoch = 9223372036854
)

func fromEpoch(s float64) (int64, error) {
	switch {
	case s != s:
		return 0, types.Errorf(types.CodeDatetimeOverflow, "timestamp cannot be NaN")
	case math.IsInf(s, 1):
		return math.MaxInt64, nil
	case math.IsInf(s, -1):
		return math.MinInt64, nil
	case s < minEpoch || s >= maxEpoch:
		return 0, types.Errorf(types.CodeDatetimeOverflow, "timestamp out of range: \"%s\"", fmt.Sprintf("%g", s))
	}
	// PostgreSQL counts from 2000 when it multiplies and rounds.
	const to2000 = 946684800
	return int64(math.RoundToEven((s-to2000)*1e6)) + to2000*1_000_000, nil
}

func makeDate(year, month, day int64) (int64, error) {
	outOfRange := types.Errorf(types.CodeDatetimeOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	y := year
	if year < 0 { // 1 BC is -1 here and the year 0 of astronomers
		y = year + 1
	}
	if year == 0 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, outOfRange
	}
	if year < -4714 || year > 5874897 {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "date out of range: %d-%02d-%02d", year, month, day)
	}
	d := types.CivilDays(int(y), int(month), int(day))
	if _, m, back := types.CivilDate(d); m != int(month) || back != int(day) {
		return 0, outOfRange
	}
	return d, nil
}

func makeTime(hour, minute int64, second float64) (int64, error) {
	micros := math.RoundToEven(second * 1e6)
	if hour < 0 || minute < 0 || minute > 59 || second != second || second < 0 || second > 60 || hour > 24 ||
		hour == 24 && (minute > 0 || second > 0) {
		return 0, types.Errorf(types.CodeDatetimeOverflow, "time field value out of range: %d:%02d:%02.6g", hour, minute, second)
	}
	return (hour*60+minute)*60_000_000 + int64(micros), nil
}

func makeTimestamp(a []*column.Vector, i int) (int64, error) {
	date, err := makeDate(a[0].Int(i), a[1].Int(i), a[2].Int(i))
	if err != nil {
		return 0, err
	}
	clock, err := makeTime(a[3].Int(i), a[4].Int(i), a[5].Float(i))
	if err != nil {
		return 0, err
	}
	ts, err := types.DateToTimestamp(date)
	return ts + clock, err
}

func makeTimestamptz(a []*column.Vector, i int, loc *time.Location) (int64, error) {
	ts, err := makeTimestamp(a, i)
	if err != nil {
		return 0, err
	}
	return types.TimestampToTimestamptz(ts, loc)
}

// makeInterval takes years, months, weeks, days, hours, minutes, seconds; those left out are zero.
func makeInterval(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	tooLarge := func() error { return types.Errorf(types.CodeDatetimeOverflow, "interval out of range") }
	var n [6]int64
	for j := range min(len(a), 6) {
		n[j] = a[j].Int(i)
	}
	months, days := n[0]*12+n[1], n[2]*7+n[3]
	if months != int64(int32(months)) || days != int64(int32(days)) {
		return tooLarge()
	}
	micros := n[4]*3600_000_000 + n[5]*60_000_000
	if len(a) == 7 {
		s := a[6].Float(i)
		if s != s || math.IsInf(s, 0) || math.Abs(s) > 9e12 {
			return tooLarge()
		}
		micros += int64(math.RoundToEven(s * 1e6))
	}
	out.AppendSpan(column.Span{Months: int32(months), Days: int32(days), Micros: micros})
	return nil
}
