package types

import (
	"math"
	"strings"
	"time"
)

// have is a set of the parts of a date and time that an input has given.
type have uint16

const (
	haveYear have = 1 << iota
	haveMonth
	haveDay
	haveHour
	haveMinute
	haveSecond
	haveZone
	haveDST
	haveAMPM
	haveEra
	haveWeekday
	haveDayOfYear
	haveSpecial

	haveDate = haveYear | haveMonth | haveDay
	haveTime = haveHour | haveMinute | haveSecond
)

// fault says why an input can't be read.
type fault uint8

const (
	fine fault = iota
	badFormat
	fieldOverflow
	monthDayOverflow // maybe month and day are meant the other way round
	zoneOverflow
	unknownZone
	intervalOverflow
)

// moment is a date and time as it was written.
type moment struct {
	special int // nowEpoch, nowLate, nowEarly; else -1
	given   have
	year    int
	month   int
	day     int
	yearDay int
	hour    int
	minute  int
	second  int
	micros  int64
	offset  int            // seconds east of UTC, if haveZone and zone is nil
	zone    *time.Location // a zone by name
	dynamic bool           // zone was named by an abbreviation that means an offset by the date

	abbreviation string // in capitals, if dynamic
	badZone      string
}

// dateTimeReader reads the fields one after the other.
type dateTimeReader struct {
	env       *Env
	m         moment
	timeOnly  bool // of type time: no date is needed
	textMonth bool // the month was given by name
	shortYear bool // the year had one or two digits
	julian    bool
	bc        bool
	clock     int
	unit      int // of the next number
}

func (r *dateTimeReader) order() string {
	if r.env == nil || r.env.DateOrder == "" {
		return "MDY"
	}
	return r.env.DateOrder
}

// readMoment reads a date, a time or both. Which parts there must be is the caller's business,
// except that a date is either whole or absent, and absent only with a time.
func readMoment(env *Env, s []byte, timeOnly bool) (*moment, fault) {
	var buf [8]field
	fields, ok := splitFields(buf[:], s)
	if !ok || len(fields) == 0 {
		return nil, badFormat
	}
	r := dateTimeReader{env: env, timeOnly: timeOnly}
	r.m.special = -1
	for i := range fields {
		got, f := r.field(fields, i)
		if f != fine {
			return &r.m, f
		}
		if got&r.m.given != 0 {
			return nil, badFormat
		}
		r.m.given |= got
	}
	return &r.m, r.finish()
}

func (r *dateTimeReader) field(fields []field, i int) (have, fault) {
	f := &fields[i]
	switch f.sort {
	case dateField:
		return r.dateField(fields, i)
	case timeField:
		if r.unit != unitNone {
			if r.unit != unitTime {
				return 0, badFormat
			}
			r.unit = unitNone
		}
		return r.readTime(f.text)
	case offsetField:
		return r.readOffset(f.text)
	case numberField:
		if r.unit != unitNone {
			return r.labelled(f.text)
		}
		return r.plainNumber(fields, i)
	}
	return r.word(fields, i)
}

func (r *dateTimeReader) dateField(fields []field, i int) (have, fault) {
	f, m := &fields[i], &r.m
	date := r.unit == unitNone && m.given&(haveMonth|haveDay) != haveMonth|haveDay
	if r.timeOnly { // then there is a date only before a time, or before a zone at the end
		date = i == 0 && len(fields) > 1 && (fields[1].sort == timeField || fields[len(fields)-1].sort == dateField)
	}
	switch {
	case r.unit == unitJulian: // "J2451187-08": with a zone behind it
		r.unit = unitNone
		n, rest, ok := number(f.text)
		if !ok || rest == "" {
			return 0, badFormat
		}
		m.year, m.month, m.day = CivilDate(int64(n) - julianEpoch)
		r.julian = true
		got, fault := r.readOffset(rest)
		return haveDate | haveTime | got, fault
	case date:
		return r.readDate(f.text)
	case isDigit(f.text[0]) || r.unit != unitNone: // hhmmss-zz
		if r.unit != unitNone && r.unit != unitTime {
			return 0, badFormat
		}
		r.unit = unitNone
		if m.given&haveTime == haveTime {
			return 0, badFormat
		}
		minus := strings.IndexByte(f.text, '-')
		if minus < 0 {
			return 0, badFormat
		}
		zone, fault := r.readOffset(f.text[minus:])
		if fault != fine {
			return 0, fault
		}
		got, fault := r.runTogether(f.text[:minus], m.given|haveDate)
		return got | zone, fault
	}
	return r.namedZone(f)
}

func (r *dateTimeReader) namedZone(f *field) (have, fault) {
	loc, ok := loadZone(f.raw)
	if !ok {
		if loc, ok = posixZone(f.raw); !ok {
			r.m.badZone = f.text
			return 0, unknownZone
		}
	}
	r.m.zone = loc
	return haveZone, fine
}

// readTime reads hh:mm, hh:mm:ss, hh:mm:ss.ffffff or mm:ss.ffffff.
func (r *dateTimeReader) readTime(s string) (have, fault) {
	h, mi, sec, us, f := clockParts(s, false, math.MaxInt)
	if f != fine {
		return 0, f
	}
	if h > math.MaxInt32 || mi > 59 || sec > 60 {
		return 0, fieldOverflow
	}
	if !r.timeOnly && (h > 24 || h == 24 && (mi > 0 || sec > 0 || us > 0)) { // of a time alone it is found at the end
		return 0, fieldOverflow
	}
	r.m.hour, r.m.minute, r.m.second, r.m.micros = h, mi, sec, us
	return haveTime, fine
}

// clockParts reads the numbers between colons. Two numbers with a fraction are minutes and seconds,
// and so are two without if toSecond is set. More hours than mostHours are an overflow.
func clockParts(s string, toSecond bool, mostHours int) (h, mi, sec int, us int64, f fault) {
	h, rest, ok := numberUpTo(s, mostHours)
	if !ok {
		return 0, 0, 0, 0, fieldOverflow
	}
	if rest == "" || rest[0] != ':' {
		return 0, 0, 0, 0, badFormat
	}
	mi, rest, ok = number(rest[1:])
	if !ok {
		return 0, 0, 0, 0, fieldOverflow
	}
	switch {
	case rest == "":
		if toSecond {
			h, mi, sec = 0, h, mi
		}
		return h, mi, sec, 0, fine
	case rest[0] == '.':
		h, mi, sec = 0, h, mi
	case rest[0] == ':':
		sec, rest, ok = number(rest[1:])
		if !ok {
			return 0, 0, 0, 0, fieldOverflow
		}
	default:
		return 0, 0, 0, 0, badFormat
	}
	if rest == "" {
		return h, mi, sec, 0, fine
	}
	if rest[0] != '.' {
		return 0, 0, 0, 0, badFormat
	}
	us, ok = microsOf(rest)
	if !ok {
		return 0, 0, 0, 0, badFormat
	}
	return h, mi, sec, us, fine
}

// microsOf reads ".dddd", rounded to microseconds (a million where it rounds up to one second).
func microsOf(s string) (int64, bool) {
	f, ok := fractionOf(s)
	return int64(math.RoundToEven(f * microsPerSecond)), ok
}

// readOffset reads +hh, +hhmm, +hh:mm or +hh:mm:ss.
func (r *dateTimeReader) readOffset(s string) (have, fault) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, badFormat
	}
	h, rest, ok := number(s[1:])
	if !ok {
		return 0, zoneOverflow
	}
	mi, sec := 0, 0
	switch {
	case rest == "" && len(s) > 3:
		h, mi = h/100, h%100
	case rest == "":
	case rest[0] == ':':
		if mi, rest, ok = number(rest[1:]); !ok {
			return 0, zoneOverflow
		}
		if rest != "" && rest[0] == ':' {
			if sec, rest, ok = number(rest[1:]); !ok {
				return 0, zoneOverflow
			}
		}
	}
	if h < 0 || h > 15 || mi < 0 || mi > 59 || sec < 0 || sec > 59 {
		return 0, zoneOverflow
	}
	if rest != "" {
		return 0, badFormat
	}
	r.m.offset = h*3600 + mi*60 + sec
	if s[0] == '-' {
		r.m.offset = -r.m.offset
	}
	return haveZone, fine
}

func (r *dateTimeReader) word(fields []field, i int) (have, fault) {
	f, m := &fields[i], &r.m
	if loc, ok := abbreviation(f.text); ok {
		if f.text == "z" || dynamicAbbreviations[f.text] == "" {
			_, m.offset = time.Unix(0, 0).In(loc).Zone()
		} else {
			m.zone, m.dynamic, m.abbreviation = loc, true, strings.ToUpper(f.text)
		}
		return haveZone, fine
	}
	w, ok := dateWords[f.text]
	if ok && r.timeOnly && (w.sort == wordMonth || w.sort == wordDay || w.sort == wordNow && w.value != nowNow && w.value != nowAllballs) {
		return 0, badFormat
	}
	if !ok {
		if _, f := r.namedZone(f); f != fine {
			return 0, badFormat
		}
		return haveZone, fine
	}
	switch w.sort {
	case wordNow:
		return r.now(w.value)
	case wordMonth:
		got := haveMonth
		if m.given&haveMonth != 0 && !r.textMonth && m.given&haveDay == 0 && m.month >= 1 && m.month <= 31 {
			m.day, got = m.month, haveDay
		}
		r.textMonth, m.month = true, w.value
		return got, fine
	case wordDay:
		return haveWeekday, fine
	case wordAMPM:
		r.clock = w.value
		return haveAMPM, fine
	case wordEra:
		r.bc = w.value == 1
		return haveEra, fine
	case wordIgnored:
		return 0, fine
	case wordUnit:
		r.unit = w.value
		return 0, fine
	case wordDST:
		if m.given&haveZone == 0 || m.zone != nil {
			return 0, badFormat
		}
		m.offset += w.value
		return haveDST, fine
	case wordISOTime:
		if !r.timeOnly && m.given&haveDate != haveDate {
			return 0, badFormat
		}
		if i == len(fields)-1 {
			return 0, badFormat
		}
		switch fields[i+1].sort {
		case numberField, timeField, dateField:
			r.unit = unitTime
			return 0, fine
		}
	}
	return 0, badFormat
}

// named gives the value of the words epoch, infinity and -infinity, the same number for a date and a timestamp, and whether one
// of them was written.
func (m *moment) named() (int64, bool) {
	switch m.special {
	case nowEpoch:
		return 0, true
	case nowLate:
		return Infinity, true
	case nowEarly:
		return NegInfinity, true
	}
	return 0, false
}

// now reads the words that mean a time by themselves.
func (r *dateTimeReader) now(which int) (have, fault) {
	m := &r.m
	m.special = -1 // an infinity said before doesn't count
	switch which {
	case nowAllballs:
		m.offset = 0
		return haveTime | haveZone, fine
	case nowEpoch, nowLate, nowEarly:
		m.special = which // whatever else is said doesn't count
		return haveSpecial, fine
	}
	if r.env == nil {
		return 0, badFormat
	}
	us := r.env.TransactionStart.UnixMicro()
	offset := zoneOffset(floorDiv64(us, microsPerSecond), r.env.Location)
	days, clock := splitDay(us + offset*microsPerSecond)
	switch which {
	case nowYesterday:
		days--
	case nowTomorrow:
		days++
	}
	m.year, m.month, m.day = CivilDate(days)
	if m.year <= 0 {
		m.year, r.bc = 1-m.year, true
	}
	if which != nowNow {
		return haveDate, fine
	}
	m.hour, m.minute = int(clock/microsPerHour), int(clock/microsPerMinute%60)
	m.second, m.micros = int(clock/microsPerSecond%60), clock%microsPerSecond
	m.offset = int(offset)
	return haveDate | haveTime | haveZone, fine
}

// finish checks the parts against each other.
func (r *dateTimeReader) finish() fault {
	m := &r.m
	if f := r.checkDate(); f != fine {
		return f
	}
	if r.clock != clock24 && m.hour > 12 {
		return fieldOverflow
	}
	if r.clock == clockAM && m.hour == 12 {
		m.hour = 0
	} else if r.clock == clockPM && m.hour != 12 {
		m.hour += 12
	}
	if !r.timeOnly { // with a date, hours without colons may be many: they are days
		if m.special < 0 && m.given&haveDate != haveDate && m.given&haveTime != haveTime {
			return badFormat
		}
		return fine
	}
	if m.hour > 24 || m.minute > 59 || m.second > 60 || m.hour < 0 || m.minute < 0 || m.second < 0 ||
		m.hour == 24 && (m.minute > 0 || m.second > 0 || m.micros > 0) {
		return fieldOverflow
	}
	switch date := m.given & haveDate; {
	case m.given&haveTime != haveTime:
		return badFormat
	case m.zone != nil && !m.dynamic && date != haveDate && !fixedZone(m.zone):
		return badFormat // without a date a zone's name tells no offset
	case (m.dynamic || m.given&haveZone == 0) && date != 0 && date != haveDate:
		return badFormat
	}
	return fine
}

func (r *dateTimeReader) checkDate() fault {
	m := &r.m
	if m.given&haveYear != 0 && !r.julian {
		switch {
		case r.bc:
			if m.year <= 0 {
				return fieldOverflow
			}
			m.year = 1 - m.year
		case r.shortYear:
			if m.year < 70 {
				m.year += 2000
			} else if m.year < 100 {
				m.year += 1900
			}
		case m.year <= 0:
			return fieldOverflow
		}
	}
	if m.given&haveDayOfYear != 0 {
		m.year, m.month, m.day = CivilDate(CivilDays(m.year, 1, 1) + int64(m.yearDay-1))
	}
	if m.given&haveMonth != 0 && (m.month < 1 || m.month > 12) {
		return monthDayOverflow
	}
	if m.given&haveDay != 0 && (m.day < 1 || m.day > 31) {
		return monthDayOverflow
	}
	if m.given&haveDate == haveDate && m.day > daysInMonth(m.year, m.month) {
		return fieldOverflow
	}
	return fine
}
