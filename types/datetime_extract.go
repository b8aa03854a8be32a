package types

import (
	"math"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
)

// part is a field of a date or time: value divided by 10 to the scale; or a day's share that is a
// fraction (julian), or an infinity.
type part struct {
	value    int64
	scale    int
	fraction bool
	dayShare int64 // microseconds of the day that are to be added as a fraction of it
	infinite int   // -1, 1
	null     bool
	months   int64 // of an interval's epoch, besides the microseconds in value
	days     int64
}

// Extract sets z to extract(name FROM row i of v); t is Date, Time, Timestamp, Timestamptz or
// Interval. ok is false where the result is null (a field of infinity that goes round). An unknown
// field is 22023, one that the type doesn't have 0A000.
func Extract(z *apd.Decimal, env *Env, t OID, name string, v *column.Vector, i int) (ok bool, err error) {
	p, err := partOf(env, t, name, v, i)
	if err != nil || p.null {
		return false, err
	}
	switch {
	case p.infinite != 0:
		setInf(z, p.infinite < 0)
	case p.months != 0 || p.days != 0:
		var s apd.Decimal
		// A year of an interval's epoch has 365.25 days, a month 30.
		NumericFromInt(z, (p.months/monthsPerYear*1461+p.months%monthsPerYear*daysPerMonth*4+p.days*4)*(secondsPerDay/4))
		NumericFromScaled(&s, p.value, 6)
		return true, NumericAdd(z, z, &s)
	default:
		NumericFromScaled(z, p.value, p.scale)
		if p.fraction {
			var share, day apd.Decimal
			NumericFromInt(&share, p.dayShare)
			NumericFromInt(&day, microsPerDay)
			if err := NumericDiv(&share, &share, &day); err != nil {
				return false, err
			}
			return true, NumericAdd(z, z, &share)
		}
	}
	return true, nil
}

// DatePart is date_part, which is Extract as a double precision.
func DatePart(env *Env, t OID, name string, v *column.Vector, i int) (f float64, ok bool, err error) {
	if t == Date { // date_part has no form for dates: it takes the midnight
		ts, err := DateToTimestamp(v.Int(i))
		if err != nil {
			return 0, false, err
		}
		m := column.New(column.Timestamp)
		m.AppendInt(ts)
		return DatePart(env, Timestamp, name, m, 0)
	}
	p, err := partOf(env, t, name, v, i)
	if err != nil || p.null {
		return 0, false, err
	}
	if p.infinite != 0 {
		return math.Inf(p.infinite), true, nil
	}
	f = float64(p.value) / math.Pow10(p.scale)
	if p.months != 0 || p.days != 0 {
		f += 365.25 * secondsPerDay * float64(p.months/monthsPerYear)
		f += daysPerMonth * secondsPerDay * float64(p.months%monthsPerYear)
		f += secondsPerDay * float64(p.days)
	}
	return f + float64(p.dayShare)/microsPerDay, true, nil
}

func partOf(env *Env, t OID, name string, v *column.Vector, i int) (part, error) {
	u, ok := ParseUnit(name)
	if !ok {
		return part{}, unitNotRecognized(name, t)
	}
	var p part
	switch t {
	case Interval:
		p, ok = spanPart(u, v.Span(i))
	case Time:
		p, ok = clockPart(u, v.Int(i))
	case TimeTZ:
		p, ok = zonedTimePart(u, LoadTimeTZ(v.Str(i)))
	case Date:
		p, ok = datePart(u, v.Int(i))
	case Timestamp:
		p, ok = timestampPart(u, v.Int(i), time.UTC, false)
	default:
		loc := time.UTC
		if env != nil {
			loc = env.Location
		}
		p, ok = timestampPart(u, v.Int(i), loc, true)
	}
	if !ok {
		return part{}, unitNotSupported(name, t)
	}
	return p, nil
}

func whole(x int64) (part, bool) { return part{value: x}, true }

// infinitePart: what grows without end is infinite, too; what goes round is null.
func infinitePart(u Unit, x int64) (part, bool) {
	switch u {
	case Year, Decade, Century, Millennium, Julian, ISOYear, Epoch:
		if x == NegInfinity {
			return part{infinite: -1}, true
		}
		return part{infinite: 1}, true
	}
	return part{null: true}, true
}

func dayPart(u Unit, days int64) (part, bool) {
	y, m, d := CivilDate(days)
	switch u {
	case Day:
		return whole(int64(d))
	case Month:
		return whole(int64(m))
	case Quarter:
		return whole(int64((m-1)/3 + 1))
	case Week:
		_, w := isoWeek(days)
		return whole(w)
	case ISOYear:
		iy, _ := isoWeek(days)
		if iy <= 0 {
			iy--
		}
		return whole(iy)
	case Year:
		if y <= 0 {
			y--
		}
		return whole(int64(y))
	case Decade:
		return whole(int64(floorDiv(y, 10)))
	case Century:
		return whole(centuryOf(y, 100))
	case Millennium:
		return whole(centuryOf(y, 1000))
	case DayOfWeek:
		return whole((weekday(days) + 1) % 7)
	case ISODayOfWeek:
		return whole(weekday(days) + 1)
	case DayOfYear:
		return whole(days - CivilDays(y, 1, 1) + 1)
	}
	return part{}, false
}

// centuryOf numbers centuries and millennia: the first begins with year 1, and before it is the
// first BC, -1.
func centuryOf(y, n int) int64 {
	if y > 0 {
		return int64((y + n - 1) / n)
	}
	return -int64((n - y) / n)
}

// isoWeek gives the ISO 8601 week and the (astronomical) year that it belongs to.
func isoWeek(days int64) (year, week int64) {
	thursday := days - weekday(days) + 3
	y, _, _ := CivilDate(thursday)
	return int64(y), (thursday-CivilDays(y, 1, 1))/7 + 1
}

func datePart(u Unit, days int64) (part, bool) {
	switch u {
	case Epoch, Julian:
	default:
		if _, ok := dayPart(u, 0); !ok {
			return part{}, false
		}
	}
	if Infinite(days) {
		return infinitePart(u, days)
	}
	switch u {
	case Epoch:
		return whole(days * secondsPerDay)
	case Julian:
		return whole(days + julianEpoch)
	}
	return dayPart(u, days)
}

func clockPart(u Unit, micros int64) (part, bool) {
	switch u {
	case Microseconds:
		return whole(micros % microsPerMinute)
	case Milliseconds:
		return part{value: micros % microsPerMinute, scale: 3}, true
	case Second:
		return part{value: micros % microsPerMinute, scale: 6}, true
	case Minute:
		return whole(micros / microsPerMinute % 60)
	case Hour:
		return whole(micros / microsPerHour)
	case Epoch:
		return part{value: micros, scale: 6}, true
	}
	return part{}, false
}

func zonedTimePart(u Unit, t ZonedTime) (part, bool) {
	if u == Epoch {
		return part{value: t.UTC(), scale: 6}, true
	}
	if p, ok := zonePart(u, -int64(t.West)); ok {
		return p, true
	}
	return clockPart(u, t.Micros)
}

// zonePart takes an offset east of UTC apart.
func zonePart(u Unit, offset int64) (part, bool) {
	switch u {
	case ZoneOffset:
		return whole(offset)
	case ZoneHour:
		return whole(offset / 3600)
	case ZoneMinute:
		return whole(offset / 60 % 60)
	}
	return part{}, false
}

func timestampPart(u Unit, ts int64, loc *time.Location, zoned bool) (part, bool) {
	if Infinite(ts) {
		return infinitePart(u, ts)
	}
	if u >= ZoneOffset && !zoned {
		return part{}, false
	}
	switch u {
	case Epoch:
		return part{value: ts, scale: 6}, true
	case ZoneOffset, ZoneHour, ZoneMinute:
		return zonePart(u, zoneOffset(floorDiv64(ts, microsPerSecond), loc))
	}
	days, micros := localDay(ts, loc)
	if u == Julian {
		return part{value: days + julianEpoch, fraction: true, dayShare: micros}, true
	}
	if p, ok := clockPart(u, micros); ok {
		return p, true
	}
	return dayPart(u, days)
}

func spanPart(u Unit, s column.Span) (part, bool) {
	years, months := int64(s.Months/monthsPerYear), int64(s.Months%monthsPerYear)
	switch u {
	case Epoch:
		return part{value: s.Micros, scale: 6, months: int64(s.Months), days: int64(s.Days)}, true
	case Day:
		return whole(int64(s.Days))
	case Month:
		return whole(months)
	case Quarter:
		return whole(months/3 + 1)
	case Year:
		return whole(years)
	case Decade:
		return whole(years / 10)
	case Century:
		return whole(years / 100)
	case Millennium:
		return whole(years / 1000)
	}
	return clockPart(u, s.Micros)
}
