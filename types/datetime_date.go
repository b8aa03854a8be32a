package types

import (
	"math"
	"strings"
)

// readDate reads parts that are divided by anything, each by one character at least: numbers and a month's name.
func (r *dateTimeReader) readDate(s string) (have, fault) {
	var parts [maxFields]string
	n := 0
	for i := 0; i < len(s); {
		for i < len(s) && !isDigit(s[i]) && !isAlpha(s[i]) {
			i++
		}
		start := i
		if start == len(s) || n == len(parts) {
			return 0, badFormat
		}
		of := isAlpha
		if isDigit(s[i]) {
			of = isDigit
		}
		for i < len(s) && of(s[i]) {
			i++
		}
		parts[n] = s[start:i]
		n++
		i++
	}
	var got have
	given := r.m.given
	for i, p := range parts[:n] {
		if !isAlpha(p[0]) {
			continue
		}
		w, ok := dateWords[p]
		parts[i] = ""
		if ok && w.sort == wordIgnored {
			continue
		}
		if !ok || w.sort != wordMonth || (given|got)&haveMonth != 0 {
			return 0, badFormat
		}
		r.m.month = w.value
		r.textMonth = true
		got |= haveMonth
	}
	for _, p := range parts[:n] {
		if p == "" {
			continue
		}
		g, f := r.readNumber(p, given|got)
		if f != fine {
			return 0, f
		}
		if (given|got)&g != 0 {
			return 0, badFormat
		}
		got |= g
	}
	if (given|got)&^(haveDayOfYear|haveZone) != haveDate {
		return 0, badFormat
	}
	return got, fine
}

// plainNumber reads a number, field i, that nothing says the meaning of.
func (r *dateTimeReader) plainNumber(fields []field, i int) (have, fault) {
	s, given := fields[i].text, r.m.given
	if r.timeOnly {
		given |= haveDate
	}
	point := strings.IndexByte(s, '.')
	switch {
	case point >= 0 && given&haveDate == 0:
		return r.readDate(s)
	case r.timeOnly && point >= 0 && i == 0 && len(fields) > 1 && fields[len(fields)-1].sort == dateField:
		return r.readDate(s)
	case point > 2:
		return r.runTogether(s, given)
	case len(s) >= 6 && (given&haveDate == 0 || given&haveTime == 0):
		return r.runTogether(s, given)
	}
	return r.readNumber(s, given)
}

// readNumber decides by what is given already whether a number is year, month, day or time.
func (r *dateTimeReader) readNumber(s string, given have) (have, fault) {
	m := &r.m
	n, rest, ok := number(s)
	if !ok {
		return 0, fieldOverflow
	}
	if rest == s {
		return 0, badFormat
	}
	if rest != "" {
		if rest[0] != '.' {
			return 0, badFormat
		}
		if len(s)-len(rest) > 2 {
			return r.runTogether(s, given|haveDate)
		}
		if m.micros, ok = microsOf(rest); !ok {
			return 0, badFormat
		}
	}
	if len(s) == 3 && given&haveDate == haveYear && n >= 1 && n <= 366 {
		m.yearDay = n
		return haveDayOfYear | haveMonth | haveDay, fine
	}
	year := func() (have, fault) {
		m.year, r.shortYear = n, len(s) <= 2
		return haveYear, fine
	}
	month := func() (have, fault) { m.month = n; return haveMonth, fine }
	day := func() (have, fault) { m.day = n; return haveDay, fine }
	switch given & haveDate {
	case 0:
		switch {
		case len(s) >= 3 || r.order() == "YMD":
			return year()
		case r.order() == "DMY":
			return day()
		}
		return month()
	case haveYear, haveDay:
		return month()
	case haveMonth:
		if r.textMonth && (len(s) >= 3 || r.order() == "YMD") {
			return year()
		}
		return day()
	case haveYear | haveMonth:
		if r.textMonth && len(s) >= 3 && r.shortYear { // the first number was the day after all
			m.day, m.year, r.shortYear = m.year, n, false
			return haveDay, fine
		}
		return day()
	case haveMonth | haveDay:
		return year()
	case haveDate:
		return r.runTogether(s, given)
	}
	return 0, badFormat
}

// runTogether reads yyyymmdd, yymmdd, hhmmss, hhmm and these with a fraction of seconds.
func (r *dateTimeReader) runTogether(s string, given have) (have, fault) {
	m := &r.m
	digits := s
	if point := strings.IndexByte(s, '.'); point >= 0 {
		us, ok := microsOf(s[point:])
		if !ok {
			return 0, badFormat
		}
		m.micros = us
		digits = s[:point]
	} else if given&haveDate != haveDate && len(s) >= 6 {
		n := len(s)
		year, tail, ok := number(s[:n-4])
		if !ok || tail != "" {
			return 0, fieldOverflow
		}
		m.year = year
		m.month, _, _ = number(s[n-4 : n-2])
		m.day, _, _ = number(s[n-2:])
		if n-4 == 2 {
			r.shortYear = true
		}
		return haveDate, fine
	}
	if given&haveTime != haveTime && (len(digits) == 4 || len(digits) == 6) {
		for _, c := range []byte(digits) {
			if !isDigit(c) {
				return 0, badFormat
			}
		}
		m.hour, _, _ = number(digits[:2])
		m.minute, _, _ = number(digits[2:4])
		m.second = 0
		if len(digits) == 6 {
			m.second, _, _ = number(digits[4:])
		}
		return haveTime, fine
	}
	return 0, badFormat
}

// labelled reads a number whose unit was said before it: "y1999", "j2451187", "t040506".
func (r *dateTimeReader) labelled(s string) (have, fault) {
	m := &r.m
	unit := r.unit
	r.unit = unitNone
	if unit == unitTime {
		return r.runTogether(s, m.given|haveDate)
	}
	m.special = -1
	n, rest, ok := number(s)
	if !ok {
		return 0, fieldOverflow
	}
	if rest != "" && rest[0] != '.' {
		return 0, badFormat
	}
	if rest != "" && unit != unitSecond && unit != unitJulian {
		return 0, badFormat
	}
	switch unit {
	case unitYear:
		m.year = n
		return haveYear, fine
	case unitMonth:
		if m.given&haveMonth != 0 && m.given&haveHour != 0 {
			m.minute = n
			return haveMinute, fine
		}
		m.month = n
		return haveMonth, fine
	case unitDay:
		m.day = n
		return haveDay, fine
	case unitHour:
		m.hour = n
		return haveHour, fine
	case unitMinute:
		m.minute = n
		return haveMinute, fine
	case unitSecond:
		m.second = n
		if rest != "" {
			if m.micros, ok = microsOf(rest); !ok {
				return 0, badFormat
			}
		}
		return haveSecond, fine
	case unitJulian:
		m.year, m.month, m.day = CivilDate(int64(n) - julianEpoch)
		r.julian = true
		if rest == "" {
			return haveDate, fine
		}
		f, ok := fractionOf(rest)
		if !ok {
			return 0, badFormat
		}
		us := int64(math.RoundToEven(f * microsPerDay))
		m.hour, m.minute = int(us/microsPerHour), int(us/microsPerMinute%60)
		m.second, m.micros = int(us/microsPerSecond%60), us%microsPerSecond
		return haveDate | haveTime, fine
	}
	return 0, badFormat
}
