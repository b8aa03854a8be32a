package types

// PostgreSQL's codes for faults of date and time input that no other code here needs.
const (
	codeIntervalOverflow = "22015"
	codeZoneDisplacement = "22009"
)

// badSyntax is the error for input that a type can't read.
func badSyntax(t OID, s []byte) error {
	code, name := CodeInvalidTextRepresentation, FormatType(t, -1)
	switch t {
	case Timestamp, Time: // here PostgreSQL says the short name
		code, name = CodeInvalidDatetimeFormat, nameOf(t)
	case Date, Timestamptz, TimeTZ, Interval:
		code = CodeInvalidDatetimeFormat
	}
	return Errorf(code, "invalid input syntax for type %s: \"%s\"", name, s)
}

// faultError gives the error that PostgreSQL gives for a fault.
func faultError(f fault, t OID, s []byte, m *moment) error {
	switch f {
	case fieldOverflow:
		return Errorf(CodeDatetimeOverflow, "date/time field value out of range: \"%s\"", s)
	case monthDayOverflow:
		return Errorf(CodeDatetimeOverflow, "date/time field value out of range: \"%s\"", s).
			WithHint("Perhaps you need a different \"datestyle\" setting.")
	case zoneOverflow:
		return Errorf(codeZoneDisplacement, "time zone displacement out of range: \"%s\"", s)
	case intervalOverflow:
		return Errorf(codeIntervalOverflow, "interval field value out of range: \"%s\"", s)
	case unknownZone:
		return Errorf(CodeInvalidParameterValue, "time zone \"%s\" not recognized", m.badZone)
	}
	return badSyntax(t, s)
}

// ParseTimestamp reads a timestamp (t Timestamp: a zone is read and ignored; Timestamptz: without
// one, the session's zone counts). Errors are 22007, 22008, 22009 and 22023.
func ParseTimestamp(env *Env, t OID, s []byte) (int64, error) {
	if ts, ok := isoTimestamp(env, t, s); ok {
		return ts, nil
	}
	m, f := readMoment(env, s, false)
	if f != fine {
		return 0, faultError(f, t, s, m)
	}
	if x, ok := m.named(); ok {
		return x, nil
	}
	if m.given&haveDate != haveDate {
		return 0, badSyntax(t, s)
	}
	days, micros := CivilDays(m.year, m.month, m.day), m.clock()
	if t == Timestamptz {
		micros -= m.offsetAt(env, days, micros) * microsPerSecond
	}
	ts, err := makeTimestamp(days, micros)
	if err != nil {
		return 0, Errorf(CodeDatetimeOverflow, "timestamp out of range: \"%s\"", s)
	}
	return ts, nil
}

// clock is the time of day in microseconds.
func (m *moment) clock() int64 {
	return int64(m.hour)*microsPerHour + int64(m.minute)*microsPerMinute + int64(m.second)*microsPerSecond + m.micros
}

// offsetAt gives the seconds east of UTC that a wall clock is to be read with.
func (m *moment) offsetAt(env *Env, days, micros int64) int64 {
	wall := days*secondsPerDay + floorDiv64(micros, microsPerSecond)
	switch {
	case m.given&haveZone != 0 && m.zone == nil:
		return int64(m.offset)
	case days < minDays || days >= endDays:
		return 0
	case m.dynamic:
		return abbreviatedOffset(wall, m.zone, m.abbreviation)
	case m.zone != nil:
		return localOffset(wall, m.zone)
	case env == nil:
		return 0
	}
	return localOffset(wall, env.Location)
}

// isoTimestamp reads the common form 2006-01-02[ T]15:04:05[.999999][Z|±hh[:mm]] without taking it
// apart first; all else is left to readMoment.
func isoTimestamp(env *Env, t OID, s []byte) (int64, bool) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	two := func(i int) int {
		a, b := s[i]-'0', s[i+1]-'0'
		if a > 9 || b > 9 {
			return -1
		}
		return int(a)*10 + int(b)
	}
	century, year, month, day := two(0), two(2), two(5), two(8)
	h, mi, sec := two(11), two(14), two(17)
	if century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 59 {
		return 0, false
	}
	year += century * 100
	if year == 0 || day > daysInMonth(year, month) {
		return 0, false
	}
	micros := int64(h)*microsPerHour + int64(mi)*microsPerMinute + int64(sec)*microsPerSecond
	rest := s[19:]
	if len(rest) > 1 && rest[0] == '.' {
		i, f := 1, int64(0)
		for ; i < len(rest) && isDigit(rest[i]); i++ {
			if i > 6 {
				return 0, false // wants rounding
			}
			f = f*10 + int64(rest[i]-'0')
		}
		if i == 1 {
			return 0, false
		}
		for k := i; k <= 6; k++ {
			f *= 10
		}
		micros += f
		rest = rest[i:]
	}
	days := CivilDays(year, month, day)
	offset := int64(0)
	switch {
	case len(rest) == 0:
		if t == Timestamptz && env != nil {
			offset = localOffset(days*secondsPerDay+micros/microsPerSecond, env.Location)
		}
	case len(rest) == 1 && rest[0] == 'Z':
	case (len(rest) == 3 || len(rest) == 6 && rest[3] == ':') && (rest[0] == '+' || rest[0] == '-'):
		base := len(s) - len(rest)
		hh, mm := two(base+1), 0
		if len(rest) == 6 {
			mm = two(base + 4)
		}
		if hh < 0 || hh > 15 || mm < 0 || mm > 59 {
			return 0, false
		}
		offset = int64(hh)*3600 + int64(mm)*60
		if rest[0] == '-' {
			offset = -offset
		}
	default:
		return 0, false
	}
	if t == Timestamp {
		offset = 0
	}
	return days*microsPerDay + micros - offset*microsPerSecond, true
}

// ParseDate reads a date; a time behind it is read and ignored. Errors as ParseTimestamp's.
func ParseDate(env *Env, s []byte) (int64, error) {
	m, f := readMoment(env, s, false)
	if f != fine {
		return 0, faultError(f, Date, s, m)
	}
	if x, ok := m.named(); ok {
		return x, nil
	}
	if m.given&haveDate != haveDate {
		return 0, badSyntax(Date, s)
	}
	days := CivilDays(m.year, m.month, m.day)
	if days < minDays || days >= endDays {
		return 0, Errorf(CodeDatetimeOverflow, "date out of range: \"%s\"", s)
	}
	return days, nil
}

// ParseTime reads a time of day, in microseconds; a date before it and a zone behind it are read and
// ignored. Errors as ParseTimestamp's.
func ParseTime(env *Env, s []byte) (int64, error) {
	m, f := readMoment(env, s, true)
	if f != fine {
		return 0, faultError(f, Time, s, m)
	}
	if m.special >= 0 {
		return 0, badSyntax(Time, s)
	}
	t := m.clock()
	if t > microsPerDay {
		return 0, faultError(fieldOverflow, Time, s, m)
	}
	return t, nil
}
