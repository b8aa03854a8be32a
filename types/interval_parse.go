package types

import (
	"math"
	"strconv"
	"strings"

	"github.com/flare-pg/flare-pg/column"
)

// The fields that an interval type can be limited to, as bits of its typmod (INTERVAL '1' DAY).
const (
	rangeMonth  = 1 << 1
	rangeYear   = 1 << 2
	rangeDay    = 1 << 3
	rangeHour   = 1 << 10
	rangeMinute = 1 << 11
	rangeSecond = 1 << 12
	rangeFull   = 0x7fff
)

// ParseInterval reads an interval in any of PostgreSQL's forms: units in words, hours:minutes:seconds, the
// SQL standard's "1-2 3 4:05:06" and ISO 8601's "P1Y2M3DT4H5M6S". typmod (-1: none) tells what a number
// without unit is, and is applied. Errors are 22007, 22008 and 22015.
func ParseInterval(env *Env, typmod int32, s []byte) (column.Span, error) {
	fields := rangeFull
	if typmod >= 0 {
		fields = int(typmod>>16) & rangeFull
	}
	r := intervalReader{fields: fields, env: env}
	f := r.read(s)
	if f == badFormat {
		if trimmed := strings.TrimRight(string(s), spaces); strings.HasPrefix(trimmed, "P") {
			r = intervalReader{}
			f = r.readISO(trimmed[1:])
		}
	}
	switch f {
	case fine:
	case fieldOverflow, intervalOverflow:
		return column.Span{}, faultError(intervalOverflow, Interval, s, nil)
	default:
		return column.Span{}, badSyntax(Interval, s)
	}
	months, ok := mulAdd(r.years, monthsPerYear, r.months)
	out, err := span(months, r.days, r.micros, ok)
	if err != nil {
		return out, err
	}
	return applyIntervalTypmod(out, typmod)
}

// intervalUnit is what a number counts in.
type intervalUnit uint8

const (
	noUnit intervalUnit = iota
	microsecondUnit
	millisecondUnit
	secondUnit
	minuteUnit
	hourUnit
	dayUnit
	weekUnit
	monthUnit
	yearUnit
	decadeUnit
	centuryUnit
	millenniumUnit
	quarterUnit // known to extract, not to input
	unknownUnit // of a number that "ago" follows
)

var unitWords = func() map[string]intervalUnit {
	m := map[string]intervalUnit{}
	for u, words := range map[intervalUnit]string{
		microsecondUnit: "us usec usecs usecond useconds microsecon",
		millisecondUnit: "ms msec msecs msecond mseconds millisecon",
		secondUnit:      "s sec secs second seconds",
		minuteUnit:      "m min mins minute minutes",
		hourUnit:        "h hr hrs hour hours",
		dayUnit:         "d day days",
		weekUnit:        "w week weeks",
		monthUnit:       "mon mons month months",
		quarterUnit:     "qtr quarter",
		yearUnit:        "y yr yrs year years",
		decadeUnit:      "dec decs decade decades",
		centuryUnit:     "c cent century centuries",
		millenniumUnit:  "mil mils millennium millennia",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = u
		}
	}
	return m
}()

// unitOf finds a unit by a word in lower case. Words are told apart by ten letters.
func unitOf(w string) (intervalUnit, bool) {
	if len(w) > 10 {
		w = w[:10]
	}
	u, ok := unitWords[w]
	if !ok && len(w) == 10 {
		for _, long := range []string{"millennium", "milleniums"} {
			if w == long {
				return millenniumUnit, true
			}
		}
	}
	return u, ok
}

type intervalReader struct {
	env                         *Env
	fields                      int
	years, months, days, micros int64
	given                       uint32 // by intervalUnit
	negative                    bool   // a sign in front counts for all numbers (sql_standard)
}

// Bits of given: units that exclude each other share one.
const (
	gaveSecond = 1 << 20
	gaveMilli  = 1 << 21
	gaveMicro  = 1 << 22
	gaveClock  = 1<<uint(hourUnit) | 1<<uint(minuteUnit) | gaveSecond | gaveMilli | gaveMicro
)

// read goes through the fields backwards, since a unit follows its number.
func (r *intervalReader) read(s []byte) fault {
	var buf [8]field
	fields, ok := splitFields(buf[:], s)
	if !ok {
		return badFormat
	}
	if r.env != nil && r.env.IntervalForm == "sql_standard" && len(fields) > 0 && fields[0].text[0] == '-' {
		r.negative = true
		for _, f := range fields[1:] {
			if f.text[0] == '-' || f.text[0] == '+' {
				r.negative = false
			}
		}
	}
	ago := false
	unit := noUnit
	for i := len(fields) - 1; i >= 0; i-- {
		f := &fields[i]
		var got uint32
		var fault fault
		switch f.sort {
		case timeField:
			got, fault = r.clock(f.text, r.negative)
			unit = dayUnit
		case offsetField:
			if strings.IndexByte(f.text, ':') >= 0 {
				if got, fault = r.clock(f.text[1:], f.text[0] == '-'); fault == fine {
					unit = dayUnit
					break
				}
			}
			got, fault = r.number(f.text, &unit)
		case dateField, numberField:
			got, fault = r.number(f.text, &unit)
		case wordField:
			switch u, ok := unitOf(f.text); {
			case ok:
				unit = u
			case f.text == "ago":
				ago = true
				unit = unknownUnit
			case f.text == "timezone": // is a unit, but not of intervals
				unit = unknownUnit
			default:
				if w := dateWords[f.text]; w.sort != wordIgnored {
					return badFormat
				}
			}
		default:
			return badFormat
		}
		if fault != fine {
			return fault
		}
		if r.given&got != 0 {
			return badFormat
		}
		r.given |= got
	}
	if r.given == 0 {
		return badFormat
	}
	if ago {
		if r.micros == math.MinInt64 || r.days == math.MinInt32 || r.months == math.MinInt32 || r.years == math.MinInt32 {
			return fieldOverflow
		}
		r.years, r.months, r.days, r.micros = -r.years, -r.months, -r.days, -r.micros
	}
	return fine
}

// clock reads h:mm, h:mm:ss, mm:ss.fff. Hours may be many.
func (r *intervalReader) clock(s string, negative bool) (uint32, fault) {
	h, mi, sec, us, f := clockParts(s, r.fields == rangeMinute|rangeSecond, math.MaxInt)
	if f != fine {
		return 0, f
	}
	if mi > 59 || sec > 60 {
		return 0, fieldOverflow
	}
	t := int64(mi)*microsPerMinute + int64(sec)*microsPerSecond + us
	t, ok := mulAdd(int64(h), microsPerHour, t)
	if negative {
		t = -t
	}
	if !ok || !r.addMicros(t) {
		return 0, fieldOverflow
	}
	return gaveClock, fine
}

func (r *intervalReader) addMicros(t int64) bool {
	sum, ok := add64(r.micros, t)
	r.micros = sum
	return ok
}

// number reads a number that counts in unit, or in what the type's range says.
func (r *intervalReader) number(s string, unit *intervalUnit) (uint32, fault) {
	if *unit == noUnit {
		*unit = rangeUnit(r.fields)
	}
	end := 0
	if s[0] == '-' || s[0] == '+' {
		end = 1
	}
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	negative := s[0] == '-'
	var n int64
	if head := s[:end]; head != "" && head != "-" && head != "+" {
		var err error
		if n, err = strconv.ParseInt(head, 10, 64); err != nil {
			return 0, fieldOverflow
		}
	}
	if r.negative && n > 0 {
		n = -n
	}
	rest := s[end:]
	f := 0.0
	switch {
	case rest == "":
		if end == 0 {
			return 0, badFormat
		}
	case rest[0] == '-': // years-months
		months, tail, ok := number(rest[1:])
		if !ok || months < 0 || months >= monthsPerYear {
			return 0, fieldOverflow
		}
		if tail != "" {
			return 0, badFormat
		}
		if negative || r.negative {
			months = -months
		}
		*unit = monthUnit
		if n, ok = mulAdd(n, monthsPerYear, int64(months)); !ok {
			return 0, fieldOverflow
		}
	case rest[0] == '.':
		var ok bool
		if f, ok = fractionOf(rest); !ok {
			return 0, badFormat
		}
		if negative || r.negative {
			f = -f
		}
	default:
		return 0, badFormat
	}
	got, ok := r.add(*unit, n, f)
	if got == 0 {
		return 0, badFormat
	}
	if *unit == hourUnit { // what stands before without a unit is days
		*unit = dayUnit
	}
	if !ok {
		return 0, fieldOverflow
	}
	return got, fine
}

// rangeUnit is the unit of a bare number: the last field of the type's range, else seconds.
func rangeUnit(fields int) intervalUnit {
	switch {
	case fields == rangeFull || fields&rangeSecond != 0:
		return secondUnit
	case fields&rangeMinute != 0:
		return minuteUnit
	case fields&rangeHour != 0:
		return hourUnit
	case fields&rangeDay != 0:
		return dayUnit
	case fields&rangeMonth != 0:
		return monthUnit
	case fields&rangeYear != 0:
		return yearUnit
	}
	return secondUnit
}

// add adds n and f of a unit. got tells which unit was given, 0 where input knows no such unit.
func (r *intervalReader) add(u intervalUnit, n int64, f float64) (got uint32, ok bool) {
	switch u {
	case microsecondUnit:
		return gaveMicro, r.addScaled(n, f, 1)
	case millisecondUnit:
		return gaveMilli, r.addScaled(n, f, 1000)
	case secondUnit:
		got := uint32(gaveSecond)
		if f != 0 { // a fraction says what the smaller units would
			got |= gaveMilli | gaveMicro
		}
		return got, r.addScaled(n, f, microsPerSecond)
	case minuteUnit:
		return 1 << uint(u), r.addScaled(n, f, microsPerMinute)
	case hourUnit:
		return 1 << uint(u), r.addScaled(n, f, microsPerHour)
	case dayUnit:
		return 1 << uint(u), r.addDays(n, 1) && r.fractionOfDay(f)
	case weekUnit:
		return 1 << uint(u), r.addDays(n, 7) && r.fractionOfDays(f, 7)
	case monthUnit:
		sum, ok := add64(r.months, n)
		r.months = sum
		return 1 << uint(u), ok && within32(sum) && r.fractionOfDays(f, daysPerMonth)
	case yearUnit:
		return 1 << uint(u), r.addYears(n, f, 1)
	case decadeUnit:
		return 1 << uint(u), r.addYears(n, f, 10)
	case centuryUnit:
		return 1 << uint(u), r.addYears(n, f, 100)
	case millenniumUnit:
		return 1 << uint(u), r.addYears(n, f, 1000)
	}
	return 0, false
}

func within32(x int64) bool { return x == int64(int32(x)) }

func (r *intervalReader) addScaled(n int64, f float64, scale int64) bool {
	t, ok := mul64(n, scale)
	return ok && r.addMicros(t) && r.addPart(f*float64(scale))
}

// addPart adds microseconds, rounded; a half is left out.
func (r *intervalReader) addPart(micros float64) bool {
	whole := math.Trunc(micros)
	switch rest := micros - whole; {
	case rest > 0.5:
		whole++
	case rest < -0.5:
		whole--
	}
	return r.addMicros(int64(whole))
}

func (r *intervalReader) addDays(n, scale int64) bool {
	d, ok := mulAdd(n, scale, r.days)
	r.days = d
	return ok && within32(d)
}

func (r *intervalReader) fractionOfDay(f float64) bool {
	return r.addPart(f * microsPerDay)
}

// fractionOfDays adds a part of so many days: whole days, and time for the rest.
func (r *intervalReader) fractionOfDays(f float64, days int) bool {
	f *= float64(days)
	whole := math.Trunc(f)
	return r.addDays(int64(whole), 1) && r.fractionOfDay(f-whole)
}

func (r *intervalReader) addYears(n int64, f float64, scale int64) bool {
	y, ok := mulAdd(n, scale, r.years)
	r.years = y
	m, ok2 := add64(r.months, int64(math.RoundToEven(f*float64(scale)*monthsPerYear)))
	r.months = m
	return ok && ok2 && within32(y) && within32(m)
}
