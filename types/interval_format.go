package types

import (
	"strconv"

	"github.com/flare-pg/flare-pg/column"
)

// spanParts are the numbers that an interval's text shows, each with its own sign.
type spanParts struct {
	years, months, days         int64
	hours, minutes, seconds, us int64
}

func partsOf(s column.Span) spanParts {
	t := s.Micros
	return spanParts{
		years: int64(s.Months / monthsPerYear), months: int64(s.Months % monthsPerYear), days: int64(s.Days),
		hours: t / microsPerHour, minutes: t / microsPerMinute % 60,
		seconds: t / microsPerSecond % 60, us: t % microsPerSecond,
	}
}

func (p *spanParts) anyTime() bool {
	return p.hours != 0 || p.minutes != 0 || p.seconds != 0 || p.us != 0
}

func (p *spanParts) timeNegative() bool {
	return p.hours < 0 || p.minutes < 0 || p.seconds < 0 || p.us < 0
}

// AppendInterval appends an interval's text in a style of the setting IntervalStyle: "postgres" (also
// for an unknown one), "postgres_verbose", "iso_8601" or "sql_standard".
func AppendInterval(dst []byte, style string, s column.Span) []byte {
	p := partsOf(s)
	switch style {
	case "iso_8601":
		return p.appendISO(dst)
	case "sql_standard":
		return p.appendSQL(dst)
	case "postgres_verbose":
		return p.appendVerbose(dst)
	}
	return p.appendPostgres(dst)
}

func abs64(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// appendInt2 appends |x| with at least two digits.
func appendInt2(dst []byte, x int64) []byte {
	if x = abs64(x); x < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, x, 10)
}

// appendSeconds appends |seconds| and the fraction.
func (p *spanParts) appendSeconds(dst []byte, pad bool) []byte {
	if pad {
		dst = appendInt2(dst, p.seconds)
	} else {
		dst = strconv.AppendInt(dst, abs64(p.seconds), 10)
	}
	return appendFraction(dst, abs64(p.us))
}

func (p *spanParts) appendPostgres(dst []byte) []byte {
	empty, before := true, false
	part := func(x int64, unit string) {
		if x == 0 {
			return
		}
		if !empty {
			dst = append(dst, ' ')
		}
		if before && x > 0 {
			dst = append(dst, '+') // or it would be read as negative, too
		}
		dst = append(append(strconv.AppendInt(dst, x, 10), ' '), unit...)
		if x != 1 {
			dst = append(dst, 's')
		}
		empty, before = false, x < 0
	}
	part(p.years, "year")
	part(p.months, "mon")
	part(p.days, "day")
	if empty || p.anyTime() {
		if !empty {
			dst = append(dst, ' ')
		}
		if p.timeNegative() {
			dst = append(dst, '-')
		} else if before {
			dst = append(dst, '+')
		}
		dst = append(appendInt2(dst, p.hours), ':')
		dst = append(appendInt2(dst, p.minutes), ':')
		dst = p.appendSeconds(dst, true)
	}
	return dst
}

func (p *spanParts) appendVerbose(dst []byte) []byte {
	empty, before := true, false
	dst = append(dst, '@')
	part := func(x int64, unit string) {
		if x == 0 {
			return
		}
		if empty {
			before = x < 0
			x = abs64(x)
		} else if before {
			x = -x
		}
		dst = append(append(strconv.AppendInt(append(dst, ' '), x, 10), ' '), unit...)
		if x != 1 {
			dst = append(dst, 's')
		}
		empty = false
	}
	part(p.years, "year")
	part(p.months, "mon")
	part(p.days, "day")
	part(p.hours, "hour")
	part(p.minutes, "min")
	if p.seconds != 0 || p.us != 0 {
		dst = append(dst, ' ')
		if p.seconds < 0 || p.us < 0 {
			if empty {
				before = true
			} else if !before {
				dst = append(dst, '-')
			}
		} else if before {
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), " sec"...)
		if abs64(p.seconds) != 1 || p.us != 0 {
			dst = append(dst, 's')
		}
		empty = false
	}
	if empty {
		dst = append(dst, " 0"...)
	}
	if before {
		dst = append(dst, " ago"...)
	}
	return dst
}

func (p *spanParts) appendISO(dst []byte) []byte {
	if *p == (spanParts{}) {
		return append(dst, "PT0S"...)
	}
	part := func(x int64, unit byte) {
		if x != 0 {
			dst = append(strconv.AppendInt(dst, x, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(p.years, 'Y')
	part(p.months, 'M')
	part(p.days, 'D')
	if p.anyTime() {
		dst = append(dst, 'T')
	}
	part(p.hours, 'H')
	part(p.minutes, 'M')
	if p.seconds != 0 || p.us != 0 {
		if p.seconds < 0 || p.us < 0 {
			dst = append(dst, '-')
		}
		dst = append(p.appendSeconds(dst, false), 'S')
	}
	return dst
}

func (p *spanParts) appendSQL(dst []byte) []byte {
	negative := p.years < 0 || p.months < 0 || p.days < 0 || p.timeNegative()
	positive := p.years > 0 || p.months > 0 || p.days > 0 || p.hours > 0 || p.minutes > 0 || p.seconds > 0 || p.us > 0
	yearMonth := p.years != 0 || p.months != 0
	dayTime := p.days != 0 || p.anyTime()
	if !negative && !positive {
		return append(dst, '0')
	}
	if negative && positive || yearMonth && dayTime { // the standard has no form for these
		sign := func(minus bool) {
			if minus {
				dst = append(dst, '-')
			} else {
				dst = append(dst, '+')
			}
		}
		sign(p.years < 0 || p.months < 0)
		dst = append(strconv.AppendInt(dst, abs64(p.years), 10), '-')
		dst = append(strconv.AppendInt(dst, abs64(p.months), 10), ' ')
		sign(p.days < 0)
		dst = append(strconv.AppendInt(dst, abs64(p.days), 10), ' ')
		sign(p.timeNegative())
		return p.appendSQLTime(dst)
	}
	if negative {
		dst = append(dst, '-')
	}
	if yearMonth {
		dst = append(strconv.AppendInt(dst, abs64(p.years), 10), '-')
		return strconv.AppendInt(dst, abs64(p.months), 10)
	}
	if p.days != 0 {
		dst = append(strconv.AppendInt(dst, abs64(p.days), 10), ' ')
	}
	return p.appendSQLTime(dst)
}

func (p *spanParts) appendSQLTime(dst []byte) []byte {
	dst = append(strconv.AppendInt(dst, abs64(p.hours), 10), ':')
	dst = append(appendInt2(dst, p.minutes), ':')
	return p.appendSeconds(dst, true)
}
