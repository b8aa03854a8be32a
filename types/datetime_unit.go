package types

import "strings"

// Unit is a field or precision of a date or time, as date_trunc, extract and date_part name them.
type Unit uint8

// The units.
const (
	UnitNone Unit = iota
	Microseconds
	Milliseconds
	Second
	Minute
	Hour
	Day
	Week
	Month
	Quarter
	Year
	Decade
	Century
	Millennium
	Julian
	ISOYear
	DayOfWeek
	ISODayOfWeek
	DayOfYear
	Epoch
	ZoneOffset
	ZoneHour
	ZoneMinute
)

var unitsOfInterval = map[intervalUnit]Unit{
	microsecondUnit: Microseconds, millisecondUnit: Milliseconds, secondUnit: Second, minuteUnit: Minute,
	hourUnit: Hour, dayUnit: Day, weekUnit: Week, monthUnit: Month, quarterUnit: Quarter, yearUnit: Year,
	decadeUnit: Decade, centuryUnit: Century, millenniumUnit: Millennium,
}

var unitsByName = func() map[string]Unit {
	m := map[string]Unit{
		"j": Julian, "jd": Julian, "julian": Julian, "isoyear": ISOYear, "dow": DayOfWeek,
		"isodow": ISODayOfWeek, "doy": DayOfYear, "epoch": Epoch, "timezone": ZoneOffset,
		"timezone_h": ZoneHour, "timezone_m": ZoneMinute,
	}
	for w, u := range unitWords {
		m[w] = unitsOfInterval[u]
	}
	m["millennium"[:10]] = Millennium
	return m
}()

// ParseUnit finds a unit by a name in any case. Ten letters of a name tell it.
func ParseUnit(name string) (Unit, bool) {
	u, ok := unitsByName[name]
	if ok {
		return u, true
	}
	name = strings.ToLower(name)
	if len(name) > 10 {
		name = name[:10]
	}
	u, ok = unitsByName[name]
	return u, ok
}

func unitNotRecognized(name string, t OID) error {
	return Errorf(CodeInvalidParameterValue, "unit \"%s\" not recognized for type %s", strings.ToLower(name), FormatType(t, -1))
}

func unitNotSupported(name string, t OID) error {
	return Errorf(CodeFeatureNotSupported, "unit \"%s\" not supported for type %s", strings.ToLower(name), FormatType(t, -1))
}
