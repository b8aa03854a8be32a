package types

import (
	"time"

	"github.com/flare-pg/flare-pg/column"
)

// subDay gives the length in microseconds of a unit that is shorter than a day, 0 for others.
func (u Unit) subDay() int64 {
	switch u {
	case Microseconds:
		return 1
	case Milliseconds:
		return 1000
	case Second:
		return microsPerSecond
	case Minute:
		return microsPerMinute
	case Hour:
		return microsPerHour
	}
	return 0
}

// truncDay gives the first day of the unit that a day lies in; false: the unit is none of days.
func truncDay(u Unit, days int64) (int64, bool) {
	y, m, _ := CivilDate(days)
	switch u {
	case Day:
		return days, true
	case Week:
		return days - weekday(days), true
	case Month:
		return CivilDays(y, m, 1), true
	case Quarter:
		return CivilDays(y, (m-1)/3*3+1, 1), true
	case Year:
		return CivilDays(y, 1, 1), true
	case Decade:
		return CivilDays(floorDiv(y, 10)*10, 1, 1), true
	case Century:
		return CivilDays(floorDiv(y-1, 100)*100+1, 1, 1), true
	case Millennium:
		return CivilDays(floorDiv(y-1, 1000)*1000+1, 1, 1), true
	}
	return 0, false
}

// weekday counts from Monday, 0.
func weekday(days int64) int64 {
	d := days + 3 // 1970-01-01 was a Thursday
	return d - floorDiv64(d, 7)*7
}

// TruncTimestamp is date_trunc of a timestamp without time zone. An unknown unit is 22023, one that
// date_trunc doesn't have 0A000.
func TruncTimestamp(name string, ts int64) (int64, error) {
	return trunc(name, ts, time.UTC, Timestamp)
}

// TruncTimestamptz is date_trunc of a timestamp with time zone, on the wall clock of a zone.
func TruncTimestamptz(name string, ts int64, loc *time.Location) (int64, error) {
	return trunc(name, ts, loc, Timestamptz)
}

func trunc(name string, ts int64, loc *time.Location, t OID) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	u, ok := ParseUnit(name)
	if !ok || u >= Julian && u <= Epoch { // these are fields only
		return 0, unitNotRecognized(name, t)
	}
	if n := u.subDay(); n > 0 {
		_, micros := localDay(ts, loc)
		return addMicros(ts, -(micros % n))
	}
	days, _ := localDay(ts, loc)
	first, ok := truncDay(u, days)
	if !ok {
		return 0, unitNotSupported(name, t)
	}
	return fromLocal(first, 0, loc)
}

// TruncBounds is TruncTimestamptz, or TruncTimestamp where loc is nil, with a range of times around ts that are truncated to the same
// value: from ≤ t < to; none where from is not less than to.
func TruncBounds(name string, ts int64, loc *time.Location) (value, from, to int64, err error) {
	t := Timestamptz
	if loc == nil {
		t, loc = Timestamp, time.UTC
	}
	if value, err = trunc(name, ts, loc, t); err != nil || Infinite(ts) {
		return value, 0, 0, err
	}
	u, _ := ParseUnit(name)
	n := u.subDay()
	if n == 0 {
		n = microsPerDay // of longer units a day at a time
	}
	// Within a zone's one offset the wall clock goes as time does.
	_, micros := localDay(ts, loc)
	from = ts - micros%n
	to = from + n
	if loc != time.UTC {
		begin, end := time.UnixMicro(ts).In(loc).ZoneBounds()
		if !begin.IsZero() {
			from = max(from, begin.UnixMicro())
		}
		if !end.IsZero() {
			to = min(to, end.UnixMicro())
		}
	}
	return value, from, to, nil
}

// TruncInterval is date_trunc of an interval.
func TruncInterval(name string, s column.Span) (column.Span, error) {
	u, ok := ParseUnit(name)
	if !ok || u >= Julian && u <= Epoch {
		return s, unitNotRecognized(name, Interval)
	}
	if n := u.subDay(); n > 0 {
		s.Micros -= s.Micros % n
		return s, nil
	}
	s.Micros = 0
	if u == Day {
		return s, nil
	}
	s.Days = 0
	unit := int32(0)
	switch u {
	case Month:
		unit = 1
	case Quarter:
		unit = 3
	case Year:
		unit = monthsPerYear
	case Decade:
		unit = 10 * monthsPerYear
	case Century:
		unit = 100 * monthsPerYear
	case Millennium:
		unit = 1000 * monthsPerYear
	case Week:
		return s, unitNotSupported(name, Interval).(*Error).WithDetail("Months usually have fractional weeks.")
	default:
		return s, unitNotSupported(name, Interval)
	}
	s.Months -= s.Months % unit
	return s, nil
}

// DateBin gives the start of the bin that a timestamp lies in, bins being stride wide and counted
// from origin. Errors are 0A000 (a stride with months) and 22008.
func DateBin(stride column.Span, ts, origin int64) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	if Infinite(origin) {
		return 0, Errorf(CodeDatetimeOverflow, "origin out of range")
	}
	if stride.Months != 0 {
		return 0, Errorf(CodeFeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	width, ok := mulAdd(int64(stride.Days), microsPerDay, stride.Micros)
	if !ok {
		return 0, intervalRange()
	}
	if width <= 0 {
		return 0, Errorf(CodeDatetimeOverflow, "stride must be greater than zero")
	}
	diff, ok := sub64(ts, origin)
	if !ok {
		return 0, intervalRange()
	}
	return addMicros(origin, floorDiv64(diff, width)*width)
}
