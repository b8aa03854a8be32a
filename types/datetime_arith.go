package types

import (
	"time"

	"github.com/flare-pg/flare-pg/column"
)

// addMonths moves a day by months; a day that the month doesn't have becomes its last.
func addMonths(days int64, months int32) int64 {
	y, m, d := CivilDate(days)
	total := int64(y)*monthsPerYear + int64(m-1) + int64(months)
	year := floorDiv64(total, monthsPerYear)
	month := int(total-year*monthsPerYear) + 1
	if last := daysInMonth(int(year), month); d > last {
		d = last
	}
	return CivilDays(int(year), month, d)
}

// TimestampAddInterval adds months, then days, then time to a timestamp without time zone.
func TimestampAddInterval(ts int64, s column.Span) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	days, micros := splitDay(ts)
	var err error
	if s.Months != 0 {
		if ts, err = makeTimestamp(addMonths(days, s.Months), micros); err != nil {
			return 0, err
		}
		days, micros = splitDay(ts)
	}
	if s.Days != 0 {
		if ts, err = makeTimestamp(days+int64(s.Days), micros); err != nil {
			return 0, err
		}
	}
	return addMicros(ts, s.Micros)
}

func addMicros(ts, micros int64) (int64, error) {
	sum, ok := add64(ts, micros)
	if !ok || sum < minTimestamp || sum > maxTimestamp {
		return 0, timestampRange()
	}
	return sum, nil
}

// TimestamptzAddInterval adds months, then days on the wall clock of a zone, then time.
func TimestamptzAddInterval(ts int64, s column.Span, loc *time.Location) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	var err error
	if s.Months != 0 {
		days, micros := localDay(ts, loc)
		if ts, err = fromLocal(addMonths(days, s.Months), micros, loc); err != nil {
			return 0, err
		}
	}
	if s.Days != 0 {
		days, micros := localDay(ts, loc)
		if ts, err = fromLocal(days+int64(s.Days), micros, loc); err != nil {
			return 0, err
		}
	}
	return addMicros(ts, s.Micros)
}

// localDay splits an instant into the day and the microseconds in it on the wall clock of a zone.
func localDay(ts int64, loc *time.Location) (days, micros int64) {
	days, micros = splitDay(ts)
	micros += zoneOffset(floorDiv64(ts, microsPerSecond), loc) * microsPerSecond
	shift := floorDiv64(micros, microsPerDay)
	return days + shift, micros - shift*microsPerDay
}

// fromLocal is the reverse of localDay.
func fromLocal(days, micros int64, loc *time.Location) (int64, error) {
	if days < minDays-2 || days > endDays {
		return 0, timestampRange()
	}
	wall := days*secondsPerDay + floorDiv64(micros, microsPerSecond)
	return makeTimestamp(days, micros-localOffset(wall, loc)*microsPerSecond)
}

// TimestampSub gives a - b in days and time, for timestamps with or without time zone.
func TimestampSub(a, b int64) (column.Span, error) {
	if Infinite(a) || Infinite(b) {
		return column.Span{}, Errorf(CodeDatetimeOverflow, "cannot subtract infinite timestamps")
	}
	d, ok := sub64(a, b)
	if !ok {
		return column.Span{}, intervalRange()
	}
	return JustifyHours(column.Span{Micros: d})
}

// TimestampAge gives a - b in years, months, days and time. Of infinity it is 22008, where
// PostgreSQL 15 gives what the bits happen to mean.
func TimestampAge(a, b int64) (column.Span, error) { return TimestamptzAge(a, b, time.UTC) }

// TimestamptzAge is TimestampAge on the wall clock of a zone.
func TimestamptzAge(a, b int64, loc *time.Location) (column.Span, error) {
	if Infinite(a) || Infinite(b) {
		return column.Span{}, timestampRange()
	}
	ad, am := localDay(a, loc)
	bd, bm := localDay(b, loc)
	sign := int64(1)
	first := bd // the day whose month's length counts when days are borrowed
	if a < b {
		ad, am, bd, bm, sign = bd, bm, ad, am, -1
		first = bd
	}
	ay, amo, aday := CivilDate(ad)
	by, bmo, bday := CivilDate(bd)
	micros := am - bm
	days := int64(aday - bday)
	months := int64(amo - bmo)
	years := int64(ay - by)
	if micros < 0 {
		micros, days = micros+microsPerDay, days-1
	}
	fy, fm, _ := CivilDate(first)
	for days < 0 {
		days, months = days+int64(daysInMonth(fy, fm)), months-1
	}
	for months < 0 {
		months, years = months+monthsPerYear, years-1
	}
	return span(sign*(years*monthsPerYear+months), sign*days, sign*micros, true)
}

// DateAddDays gives a date n days later.
func DateAddDays(days, n int64) (int64, error) {
	if Infinite(days) {
		return days, nil
	}
	d, ok := add64(days, n)
	if !ok || d < minDays || d >= endDays {
		return 0, dateRange()
	}
	return d, nil
}

// DateSub gives the days from b to a.
func DateSub(a, b int64) (int64, error) {
	if Infinite(a) || Infinite(b) {
		return 0, Errorf(CodeDatetimeOverflow, "cannot subtract infinite dates")
	}
	return a - b, nil
}

// DateToTimestamp gives the midnight with which a date begins.
func DateToTimestamp(days int64) (int64, error) { return DateToTimestamptz(days, time.UTC) }

// DateToTimestamptz gives the midnight with which a date begins in a zone.
func DateToTimestamptz(days int64, loc *time.Location) (int64, error) {
	if Infinite(days) {
		return days, nil
	}
	ts, err := fromLocal(days, 0, loc)
	if err != nil {
		return 0, Errorf(CodeDatetimeOverflow, "date out of range for timestamp")
	}
	return ts, nil
}

// TimestampToDate gives the day of a timestamp without time zone.
func TimestampToDate(ts int64) int64 { return TimestamptzToDate(ts, time.UTC) }

// TimestamptzToDate gives the day of an instant in a zone.
func TimestamptzToDate(ts int64, loc *time.Location) int64 {
	if Infinite(ts) {
		return ts
	}
	days, _ := localDay(ts, loc)
	return days
}

// TimestampToTimestamptz reads a wall clock in a zone: the cast (with the session's zone), and
// timestamp AT TIME ZONE.
func TimestampToTimestamptz(ts int64, loc *time.Location) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	days, micros := splitDay(ts)
	return fromLocal(days, micros, loc)
}

// TimestamptzToTimestamp gives the wall clock of a zone: the cast (with the session's zone), and
// timestamptz AT TIME ZONE.
func TimestamptzToTimestamp(ts int64, loc *time.Location) (int64, error) {
	if Infinite(ts) {
		return ts, nil
	}
	days, micros := localDay(ts, loc)
	return makeTimestamp(days, micros)
}

// TimestampToTime gives the time of day of a timestamp without time zone; false (SQL's null) for
// infinity. Of a timestamptz, take TimestamptzToTimestamp's result.
func TimestampToTime(ts int64) (int64, bool) {
	if Infinite(ts) {
		return 0, false
	}
	_, micros := splitDay(ts)
	return micros, true
}

// TimeAddInterval adds an interval's time to a time of day, around midnight if need be; months and
// days don't count.
func TimeAddInterval(t int64, s column.Span) int64 {
	sum := t + s.Micros%microsPerDay
	return sum - floorDiv64(sum, microsPerDay)*microsPerDay
}

// roundMicros rounds a timestamp, an interval's time or a time of day to a precision of 0 … 6
// digits of seconds.
func roundMicros(us int64, precision int32) int64 {
	if precision < 0 || precision >= 6 || Infinite(us) {
		return us
	}
	unit := int64(1)
	for range 6 - precision {
		unit *= 10
	}
	if us >= 0 {
		return (us + unit/2) / unit * unit
	}
	return -((-us + unit/2) / unit * unit)
}
