package types

import (
	"math"
	"time"
)

// Days are counted from 1970-01-01 in the proleptic Gregorian calendar; timestamps are microseconds
// from its midnight. The year before year 1 is year 0 (1 BC), as astronomers count.

const (
	microsPerSecond = 1_000_000
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
	secondsPerDay   = 24 * 60 * 60

	daysPerMonth  = 30 // as intervals count
	monthsPerYear = 12

	julianEpoch = 2440588 // the Julian day of 1970-01-01
	daysTo2000  = 10957   // PostgreSQL's binary formats count from 2000-01-01

	minDays = -julianEpoch             // 4714-11-24 BC, PostgreSQL's first date
	endDays = 2147483494 - julianEpoch // 5874898-01-01, the first that is too late for it

	minTimestamp = minDays * microsPerDay // PostgreSQL's first timestamp
	// PostgreSQL's last timestamp is in 294276; 64 bits of microseconds from 1970 end in January 294247,
	// and so do ours.
	maxTimestamp = math.MaxInt64 - 1

	// Infinity and NegInfinity are the dates and timestamps 'infinity' and '-infinity'.
	Infinity    = math.MaxInt64
	NegInfinity = math.MinInt64
)

// Infinite reports whether a date or timestamp is infinity or -infinity.
func Infinite(x int64) bool { return x == Infinity || x == NegInfinity }

// CivilDays gives the day number of a date. Months outside 1 … 12 count on into other years and
// days outside the month into other months.
func CivilDays(year, month, day int) int64 {
	month--
	y := int64(year) + int64(floorDiv(month, 12))
	m := month - 12*floorDiv(month, 12) // 0 … 11 from January
	// Count from March, so that the leap day comes last (the usual arithmetic of 400-year cycles).
	if m < 2 {
		y--
		m += 12
	}
	m -= 2
	era := floorDiv64(y, 400)
	yoe := y - era*400
	doy := int64(153*m+2) / 5
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468 + int64(day-1)
}

// CivilDate gives the date of a day number.
func CivilDate(days int64) (year, month, day int) {
	z := days + 719468
	era := floorDiv64(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp) + 3
	y := yoe + era*400
	if month > 12 {
		month -= 12
		y++
	}
	return int(y), month, day
}

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// splitDay gives the day of a finite timestamp and the microseconds in it.
func splitDay(ts int64) (days, micros int64) {
	days = floorDiv64(ts, microsPerDay)
	return days, ts - days*microsPerDay
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysInMonth(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// zoneOffset gives the offset east of UTC, in seconds, at an instant in seconds since 1970.
func zoneOffset(seconds int64, loc *time.Location) int64 {
	if loc == nil || loc == time.UTC {
		return 0
	}
	_, offset := time.Unix(seconds, 0).In(loc).Zone()
	return int64(offset)
}

// localOffset gives the offset east of UTC that a wall clock (in seconds, as if it were UTC) has in a
// zone, as PostgreSQL decides where the clock was changed: a time that was skipped is read with the
// offset before the change, one that came twice with the offset after it.
func localOffset(wall int64, loc *time.Location) int64 {
	if loc == nil || loc == time.UTC {
		return 0
	}
	p := time.Unix(wall-secondsPerDay, 0).In(loc)
	_, b := p.Zone()
	_, end := p.ZoneBounds()
	if end.IsZero() {
		return int64(b)
	}
	boundary := end.Unix()
	_, a := end.Zone()
	before, after := int64(b), int64(a)
	asBefore, asAfter := wall-before, wall-after
	switch {
	case asBefore < boundary && asAfter < boundary:
		return before
	case asBefore > boundary && asAfter >= boundary:
		return after
	case asBefore > asAfter:
		return before
	}
	return after
}

func timestampRange() error { return Errorf(CodeDatetimeOverflow, "timestamp out of range") }
func dateRange() error      { return Errorf(CodeDatetimeOverflow, "date out of range") }
func intervalRange() error  { return Errorf(CodeDatetimeOverflow, "interval out of range") }

// makeTimestamp puts a day and microseconds together; micros may be outside the day.
func makeTimestamp(days, micros int64) (int64, error) {
	if days < minDays-2 || days > maxTimestamp/microsPerDay+2 {
		return 0, timestampRange()
	}
	if ts, ok := mulAdd(days, microsPerDay, micros); ok && ts >= minTimestamp && ts <= maxTimestamp {
		return ts, nil
	}
	// One day off may overflow where the sum doesn't.
	if days > 0 && micros < 0 {
		if ts, ok := mulAdd(days-1, microsPerDay, micros+microsPerDay); ok && ts <= maxTimestamp {
			return ts, nil
		}
	}
	return 0, timestampRange()
}

// mulAdd computes a*b+c.
func mulAdd(a, b, c int64) (int64, bool) {
	p, ok := mul64(a, b)
	if !ok {
		return 0, false
	}
	return add64(p, c)
}

func add64(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}

func sub64(a, b int64) (int64, bool) {
	s := a - b
	return s, (s < a) == (b > 0)
}

func mul64(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	if p/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, false
	}
	return p, true
}
