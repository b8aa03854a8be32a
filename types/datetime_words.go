package types

// wordSort is what a word in date and time input is.
type wordSort uint8

const (
	_           wordSort = iota
	wordNow              // one of the values below
	wordMonth            // value: 1 … 12
	wordDay              // of the week: said for the reader only
	wordAMPM             // value: clockAM, clockPM
	wordEra              // value: 1 for BC
	wordIgnored          // "at", "on"
	wordUnit             // value: a unit that the next number has
	wordISOTime          // "t"
	wordDST              // daylight saving, of the zone before it
)

const (
	nowNow = iota
	nowToday
	nowTomorrow
	nowYesterday
	nowEpoch
	nowLate
	nowEarly
	nowAllballs
)

const (
	clock24 = iota
	clockAM
	clockPM
)

const (
	unitNone = iota
	unitYear
	unitMonth
	unitDay
	unitHour
	unitMinute
	unitSecond
	unitJulian
	unitTime
)

type word struct {
	sort  wordSort
	value int
}

// dateWords are the words of date and time input besides names of zones.
var dateWords = map[string]word{
	"now": {wordNow, nowNow}, "today": {wordNow, nowToday}, "tomorrow": {wordNow, nowTomorrow},
	"yesterday": {wordNow, nowYesterday}, "epoch": {wordNow, nowEpoch}, "infinity": {wordNow, nowLate},
	"-infinity": {wordNow, nowEarly}, "allballs": {wordNow, nowAllballs},
	"jan": {wordMonth, 1}, "feb": {wordMonth, 2}, "mar": {wordMonth, 3}, "apr": {wordMonth, 4},
	"may": {wordMonth, 5}, "jun": {wordMonth, 6}, "jul": {wordMonth, 7}, "aug": {wordMonth, 8},
	"sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "oct": {wordMonth, 10}, "nov": {wordMonth, 11},
	"dec": {wordMonth, 12}, "january": {wordMonth, 1}, "february": {wordMonth, 2}, "march": {wordMonth, 3},
	"april": {wordMonth, 4}, "june": {wordMonth, 6}, "july": {wordMonth, 7}, "august": {wordMonth, 8},
	"september": {wordMonth, 9}, "october": {wordMonth, 10}, "november": {wordMonth, 11}, "december": {wordMonth, 12},
	"sun": {wordDay, 0}, "sunday": {wordDay, 0}, "mon": {wordDay, 1}, "monday": {wordDay, 1},
	"tue": {wordDay, 2}, "tues": {wordDay, 2}, "tuesday": {wordDay, 2}, "wed": {wordDay, 3},
	"weds": {wordDay, 3}, "wednesday": {wordDay, 3}, "thu": {wordDay, 4}, "thur": {wordDay, 4},
	"thurs": {wordDay, 4}, "thursday": {wordDay, 4}, "fri": {wordDay, 5}, "friday": {wordDay, 5},
	"sat": {wordDay, 6}, "saturday": {wordDay, 6},
	"am": {wordAMPM, clockAM}, "pm": {wordAMPM, clockPM},
	"ad": {wordEra, 0}, "bc": {wordEra, 1},
	"at": {wordIgnored, 0}, "on": {wordIgnored, 0},
	"y": {wordUnit, unitYear}, "m": {wordUnit, unitMonth}, "d": {wordUnit, unitDay}, "h": {wordUnit, unitHour},
	"mm": {wordUnit, unitMinute}, "s": {wordUnit, unitSecond}, "j": {wordUnit, unitJulian},
	"jd": {wordUnit, unitJulian}, "julian": {wordUnit, unitJulian},
	"t": {wordISOTime, unitTime}, "dst": {wordDST, 3600},
}
