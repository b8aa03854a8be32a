package types

import (
	"strconv"
	"time"
)

// The text forms are those of DateStyle ISO.

// appendPadded appends x, at least width digits.
func appendPadded(dst []byte, x, width int) []byte {
	if width == 2 && x < 100 {
		return append(dst, byte('0'+x/10), byte('0'+x%10))
	}
	if width == 4 && x >= 1000 && x < 10000 {
		return append(dst, byte('0'+x/1000), byte('0'+x/100%10), byte('0'+x/10%10), byte('0'+x%10))
	}
	for p := 1000; p > 1; p /= 10 {
		if width == 4 && x < p {
			dst = append(dst, '0')
		}
	}
	return strconv.AppendInt(dst, int64(x), 10)
}

// appendYMD appends year-month-day and tells whether the year is BC, which is said at the end.
func appendYMD(dst []byte, days int64) (_ []byte, bc bool) {
	y, m, d := CivilDate(days)
	if y <= 0 {
		y, bc = 1-y, true
	}
	dst = appendPadded(dst, y, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, m, 2)
	dst = append(dst, '-')
	return appendPadded(dst, d, 2), bc
}

// appendClock appends hours:minutes:seconds and as much of a fraction as there is.
func appendClock(dst []byte, micros int64) []byte {
	dst = appendPadded(dst, int(micros/microsPerHour), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(micros/microsPerMinute%60), 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, int(micros/microsPerSecond%60), 2)
	return appendFraction(dst, micros%microsPerSecond)
}

// appendFraction appends ".dddddd" without trailing zeros, nothing for 0.
func appendFraction(dst []byte, micros int64) []byte {
	if micros == 0 {
		return dst
	}
	x := uint32(micros)
	dst = append(dst, '.', byte('0'+x/100_000), byte('0'+x/10_000%10), byte('0'+x/1000%10), byte('0'+x/100%10), byte('0'+x/10%10), byte('0'+x%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendInfinity(dst []byte, x int64) []byte {
	if x == NegInfinity {
		dst = append(dst, '-')
	}
	return append(dst, "infinity"...)
}

// AppendDate appends the text of a date.
func AppendDate(dst []byte, days int64) []byte {
	if Infinite(days) {
		return appendInfinity(dst, days)
	}
	dst, bc := appendYMD(dst, days)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// AppendTime appends the text of a time of day.
func AppendTime(dst []byte, micros int64) []byte { return appendClock(dst, micros) }

// AppendTimestamp appends the text of a timestamp without time zone.
func AppendTimestamp(dst []byte, ts int64) []byte { return appendTimestamp(dst, ts, ' ') }

func appendTimestamp(dst []byte, ts int64, separator byte) []byte {
	if Infinite(ts) {
		return appendInfinity(dst, ts)
	}
	days, micros := splitDay(ts)
	dst, bc := appendYMD(dst, days)
	dst = appendClock(append(dst, separator), micros)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// AppendTimestamptz appends the text of a timestamp with time zone in a zone.
func AppendTimestamptz(dst []byte, ts int64, loc *time.Location) []byte {
	return appendTimestamptz(dst, ts, loc, ' ', false)
}

// appendTimestamptz: whole offsets are "+00", or "+00:00" where minutes are wanted.
func appendTimestamptz(dst []byte, ts int64, loc *time.Location, separator byte, minutes bool) []byte {
	if Infinite(ts) {
		return appendInfinity(dst, ts)
	}
	offset := zoneOffset(floorDiv64(ts, microsPerSecond), loc)
	days, micros := splitDay(ts)
	micros += offset * microsPerSecond // a wall clock at the very ends of the range may not fit in one number
	shift := floorDiv64(micros, microsPerDay)
	days, micros = days+shift, micros-shift*microsPerDay
	dst, bc := appendYMD(dst, days)
	dst = appendClock(append(dst, separator), micros)
	dst = appendOffset(dst, int(offset), minutes)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendOffset appends an offset east of UTC: +hh, +hh:mm or +hh:mm:ss, as short as possible.
func appendOffset(dst []byte, seconds int, minutes bool) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = appendPadded(append(dst, sign), seconds/3600, 2)
	if seconds%3600 != 0 || minutes {
		dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	}
	if seconds%60 != 0 {
		dst = appendPadded(append(dst, ':'), seconds%60, 2)
	}
	return dst
}
