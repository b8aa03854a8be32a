package event

import (
	"strconv"
)

// Times are counted in ticks of 100 ns since 1970-01-01T00:00:00Z.
const (
	ticksPerSecond = 10_000_000
	// MinTime and MaxTime are the first and last tick of the years 1 to 9999.
	MinTime = minSecond * ticksPerSecond
	MaxTime = maxSecond*ticksPerSecond + ticksPerSecond - 1

	minSecond = -62135596800
	maxSecond = 253402300799
)

// instant is a time as read: whole seconds since 1970 and the digits of the fraction (text of the
// source, or of a scratch buffer).
type instant struct {
	seconds  int64
	fraction []byte
	normal   bool // it was spelled as append writes it
}

// ticks gives the time floored to 100 ns.
func (t *instant) ticks() int64 {
	const most = 7 // digits
	digits := t.fraction[:min(len(t.fraction), most)]
	var n int64
	for _, c := range digits {
		n = n*10 + int64(c-'0')
	}
	return t.seconds*ticksPerSecond + n*powersOfTen[most-len(digits)]
}

var powersOfTen = [...]int64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000}

// append writes the time as RFC 3339 in UTC with all digits of its fraction.
func (t *instant) append(dst []byte) []byte {
	dst = appendSeconds(dst, t.seconds)
	if len(t.fraction) > 0 {
		dst = append(append(dst, '.'), t.fraction...)
	}
	return append(dst, 'Z')
}

// AppendTime writes ts, 100 ns since 1970, as RFC 3339 in UTC with seven fractional digits.
// ts must lie between MinTime and MaxTime.
func AppendTime(dst []byte, ts int64) []byte {
	seconds := floorDiv(ts, ticksPerSecond)
	n := ts - seconds*ticksPerSecond
	dst = append(appendSeconds(dst, seconds), '.')
	for unit := int64(ticksPerSecond / 10); unit > 0; unit /= 10 {
		dst = append(dst, byte('0'+n/unit%10))
	}
	return append(dst, 'Z')
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendSeconds writes 2006-01-02T15:04:05.
func appendSeconds(dst []byte, seconds int64) []byte {
	day := floorDiv(seconds, 86400)
	rest := int(seconds - day*86400)
	y, m, d := civil(day)
	dst = append(dst, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	dst = append(two(dst, m), '-')
	dst = append(two(dst, d), 'T')
	dst = append(two(dst, rest/3600), ':')
	dst = append(two(dst, rest/60%60), ':')
	return two(dst, rest%60)
}

func two(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// days and civil convert between a date of the proleptic Gregorian calendar and days since 1970-01-01,
// by counting years from March so that the leap day comes last (http://howardhinnant.github.io/date_algorithms.html).
func days(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := y / 400 // y >= 0 here: years begin at 0
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return int64(era)*146097 + int64(yoe*365+yoe/4-yoe/100+doy) - 719468
}

func civil(day int64) (y, m, d int) {
	z := day + 719468
	era := floorDiv(z, 146097)
	doe := int(z - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + int(era)*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysIn(y, m int) int {
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 29
	}
	return monthDays[m]
}

// ParseTime reads an event time: RFC 3339 or the ISO form with T or a space, with or without a zone
// (none: UTC), the seconds optional, a fraction of any length after a point or comma; or an epoch number in
// s, ms, µs or ns, told apart by magnitude. It gives the time floored to 100 ns and the fraction's
// digits as received (for an epoch number: those that lie below the second). The error is an *Error with
// Offset -1: CodeInvalidTime, or CodeTimeOutOfRange outside the years 1 to 9999.
func ParseTime(s []byte) (ts int64, fraction string, err error) {
	var scratch []byte
	t, e := parseInstant(s, &scratch)
	if e != nil {
		return 0, "", e
	}
	return t.ticks(), string(t.fraction), nil
}

func timeError(s []byte) *Error {
	const most = 64
	shown := string(s)
	if len(s) > most {
		shown = string(s[:most]) + "…"
	}
	return &Error{Code: CodeInvalidTime, Reason: "cannot read timestamp " + strconv.Quote(shown), Offset: -1}
}

func rangeError(s []byte) *Error {
	const most = 64
	return &Error{
		Code: CodeTimeOutOfRange, Offset: -1,
		Reason: timeOutOfRangeReason + ": " + strconv.Quote(string(s[:min(len(s), most)])),
	}
}

// parseInstant is ParseTime without conversions. The fraction points into s or *scratch.
func parseInstant(s []byte, scratch *[]byte) (instant, *Error) {
	if looksISO(s) {
		var t instant
		e := t.parseISO(s)
		return t, e
	}
	// A year that has not four digits is out of range when the rest looks like a date.
	digits := s
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	n := 0
	for n < len(digits) && digits[n]-'0' <= 9 {
		n++
	}
	if (n > 4 || n == 4 && len(digits) < len(s)) && len(digits) > n+5 && digits[n] == '-' && digits[n+3] == '-' {
		return instant{}, rangeError(s)
	}
	return parseEpoch(s, scratch)
}

// looksISO tells the ISO form from an epoch number.
func looksISO(s []byte) bool { return len(s) >= 16 && s[4] == '-' }

// parseISO reads 2006-01-02T15:04[:05[.fraction]][zone], which looks so.
func (t *instant) parseISO(s []byte) *Error {
	bad := (s[4] ^ '-') | (s[7] ^ '-') | (s[13] ^ ':')
	if s[10] != ' ' {
		bad |= (s[10] &^ 0x20) ^ 'T'
	}
	pair := func(at int) int { // two digits
		a, b := s[at]-'0', s[at+1]-'0'
		bad |= ((9 - a) | (9 - b)) & 0x80
		bad |= (a | b) & 0x80
		return int(a)*10 + int(b)
	}
	y, m, d := pair(0)*100+pair(2), pair(5), pair(8)
	hour, minute := pair(11), pair(14)
	i, second := 16, 0
	var fraction []byte
	if i < len(s) && s[i] == ':' {
		if len(s) < 19 {
			return timeError(s)
		}
		second = pair(17)
		i = 19
		if i < len(s) && (s[i] == '.' || s[i] == ',') {
			from := i + 1
			if i = digits(s, from); i == from {
				return timeError(s)
			}
			fraction = s[from:i]
		}
	}
	// A leap second, :60, counts as the next minute's first second.
	if bad != 0 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || hour > 23 || minute > 59 || second > 60 {
		return timeError(s)
	}
	offset, ok := parseZone(s[i:])
	if !ok {
		return timeError(s)
	}
	t.seconds, t.fraction = days(y, m, d)*86400+int64(hour*3600+minute*60+second-offset), fraction
	t.normal = i >= 19 && i == len(s)-1 && s[i] == 'Z' && s[10] == 'T' && second < 60 && (i == 19 || s[19] == '.')
	if y < 1 || t.seconds < minSecond || t.seconds > maxSecond {
		return rangeError(s)
	}
	return nil
}

// number reads n digits at s[at:].
func number(s []byte, at, n int) (v int, ok bool) {
	if len(s) < at+n {
		return 0, false
	}
	for _, c := range s[at : at+n] {
		if c-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// parseZone reads Z, ±hh, ±hhmm, ±hh:mm, or nothing, after an optional space; the offset is in seconds.
func parseZone(s []byte) (offset int, ok bool) {
	if len(s) == 0 || len(s) == 1 && s[0]|0x20 == 'z' {
		return 0, true
	}
	if s[0] == ' ' && len(s) > 1 {
		return parseZone(s[1:])
	}
	if s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hours, ok := number(s, 1, 2)
	if !ok {
		return 0, false
	}
	minutes := 0
	switch {
	case len(s) == 3:
	case len(s) == 5:
		minutes, ok = number(s, 3, 2)
	case len(s) == 6 && s[3] == ':':
		minutes, ok = number(s, 4, 2)
	default:
		ok = false
	}
	if !ok || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset = hours*3600 + minutes*60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// AppendID writes an event's id: 32 hexadecimal digits, whose order as text is the order by time, then arrival.
func AppendID(dst []byte, ts int64, arrival uint64) []byte {
	dst = appendHex(dst, uint64(ts)^1<<63) // the sign bit turned, so that times before 1970 come first
	return appendHex(dst, arrival)
}

func appendHex(dst []byte, n uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, digits[n>>uint(shift)&15])
	}
	return dst
}

// ParseID reads what AppendID wrote.
func ParseID(id []byte) (ts int64, arrival uint64, ok bool) {
	if len(id) != 32 {
		return 0, 0, false
	}
	var n [2]uint64
	for i, c := range id {
		v, ok := hexDigit(c)
		if !ok || c >= 'A' && c <= 'F' {
			return 0, 0, false
		}
		n[i/16] = n[i/16]<<4 | uint64(v)
	}
	return int64(n[0] ^ 1<<63), n[1], true
}

func hexDigit(c byte) (v rune, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0'), true
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}
