package nql

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// NumberValue gives the value of a number as spelled in NQL, in JSON or by PostgreSQL: an Integer where it is spelled as
// one and has 64 bits, a Float where the float's shortest spelling is the same number, else a Number. "NaN",
// "Infinity" and "-Infinity" give Floats.
func NumberValue(text string) Value {
	switch text {
	case "NaN":
		return Value{Kind: Float, Float: math.NaN()}
	case "Infinity":
		return Value{Kind: Float, Float: math.Inf(1)}
	case "-Infinity":
		return Value{Kind: Float, Float: math.Inf(-1)}
	}
	if !strings.ContainsAny(text, ".eE") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Value{Kind: Integer, Int: i}
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err == nil {
		var room [32]byte
		short := strconv.AppendFloat(room[:0], f, 'e', -1, 64)
		if compareDecimals([]byte(text), short) == 0 && !(f == 0 && math.Signbit(f)) {
			return Value{Kind: Float, Float: f}
		}
	}
	return Value{Kind: Number, Text: text}
}

// StringValue, IntegerValue, FloatValue and InstantValue (100 ns since 1970) make values.
func StringValue(s string) Value  { return Value{Kind: String, Text: s} }
func IntegerValue(i int64) Value  { return Value{Kind: Integer, Int: i} }
func FloatValue(f float64) Value  { return Value{Kind: Float, Float: f} }
func BooleanValue(b bool) Value   { return Value{Kind: Boolean, Bool: b} }
func InstantValue(ts int64) Value { return Value{Kind: Instant, Int: ts} }
func DurationValue(d int64) Value { return Value{Kind: Duration, Int: d} }

// unit is a unit of durations, in 100 ns.
type unit struct {
	name string
	size int64
}

var units = []unit{
	{"d", 864_000_000_000}, {"h", 36_000_000_000}, {"m", 600_000_000}, {"s", 10_000_000}, {"ms", 10_000}, {"us", 10},
}

// parseDuration reads 1h, 1.5s, 1h30m. Durations are whole multiples of 100 ns.
func parseDuration(text string, negative bool) (int64, string) {
	sum := new(big.Rat)
	for text != "" {
		n := 0
		for n < len(text) && (isDigit(text[n]) || text[n] == '.') {
			n++
		}
		number, rest := text[:n], text[n:]
		n = 0
		for n < len(rest) && !isDigit(rest[n]) {
			n++
		}
		name := rest[:n]
		text = rest[n:]
		if name == "µs" || name == "μs" {
			name = "us"
		}
		size := int64(0)
		for _, u := range units {
			if u.name == name {
				size = u.size
			}
		}
		part, ok := new(big.Rat).SetString(number)
		if size == 0 || !ok {
			return 0, "expected a number, or a duration such as 1d, 2h, 30m, 15s, 100ms or 5us"
		}
		sum.Add(sum, part.Mul(part, new(big.Rat).SetInt64(size)))
	}
	if negative {
		sum.Neg(sum)
	}
	if !sum.IsInt() || !sum.Num().IsInt64() {
		return 0, "which is no multiple of 100 ns within 29,000 years"
	}
	return sum.Num().Int64(), ""
}

// appendDuration prints in the largest unit that gives a whole number.
func appendDuration(dst []byte, d int64) []byte {
	for _, u := range units {
		if d%u.size == 0 && (d != 0 || u.name == "s") {
			return append(strconv.AppendInt(dst, d/u.size, 10), u.name...)
		}
	}
	if d < 0 && d > -10 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, d/10, 10)
	return append(dst, '.', byte('0'+max(d%10, -(d%10))), 'u', 's')
}

// Instants have 100 ns; time.Time counts from another epoch.
const ticksPerSecond = 10_000_000

// appendInstant prints RFC 3339 in UTC with up to seven fractional digits; years beyond 9999 or before 0 have a sign.
func appendInstant(dst []byte, ts int64) []byte {
	sec, frac := ts/ticksPerSecond, ts%ticksPerSecond
	if frac < 0 {
		sec, frac = sec-1, frac+ticksPerSecond
	}
	t := time.Unix(sec, 0).UTC()
	year := t.Year()
	switch {
	case year < 0:
		dst, year = append(dst, '-'), -year
	case year > 9999:
		dst = append(dst, '+')
	}
	for p := 1000; p > year && p > 1; p /= 10 {
		dst = append(dst, '0')
	}
	dst = strconv.AppendInt(dst, int64(year), 10)
	dst = t.AppendFormat(dst, "-01-02T15:04:05")
	if frac != 0 {
		digits := strconv.FormatInt(frac+ticksPerSecond, 10)[1:]
		dst = append(append(dst, '.'), strings.TrimRight(digits, "0")...)
	}
	return append(dst, 'Z')
}

// ParseInstant reads an instant as DateTime('…') takes it: a date, or RFC 3339 with T or a blank, up to seven
// fractional digits, and Z, an offset or nothing (UTC) at its end.
func ParseInstant(s string) (int64, bool) {
	text := s
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	dash := strings.IndexByte(s, '-')
	if dash < 4 || dash > 6 || dash > 4 && text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	year, err := strconv.ParseUint(s[:dash], 10, 32)
	if err != nil {
		return 0, false
	}
	rest := s[dash:]
	if len(rest) > 6 && (rest[6] == ' ' || rest[6] == 't') {
		rest = rest[:6] + "T" + rest[7:]
	}
	// Go's parser checks everything but the year, which it is given as a leap year like the real one or not.
	y := int(year)
	if negative {
		y = -y
	}
	stand := 2001
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		stand = 2000
	}
	rest = strconv.Itoa(stand) + rest
	frac := int64(0)
	if dot := strings.IndexByte(rest, '.'); dot >= 0 {
		n := dot + 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		digits := rest[dot+1 : n]
		if len(digits) == 0 || len(digits) > 7 {
			return 0, false
		}
		frac, _ = strconv.ParseInt((digits + "0000000")[:7], 10, 64)
		rest = rest[:dot] + rest[n:]
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02"} {
		t, err := time.Parse(layout, rest)
		if err != nil {
			continue
		}
		if layout == "2006-01-02" && frac != 0 {
			return 0, false
		}
		t = time.Date(y+t.UTC().Year()-stand, t.UTC().Month(), t.UTC().Day(), t.UTC().Hour(), t.UTC().Minute(), t.UTC().Second(), 0, time.UTC)
		sec := t.Unix()
		// One second of room keeps the sum with the fraction within 64 bits.
		if sec >= math.MaxInt64/ticksPerSecond || sec < math.MinInt64/ticksPerSecond {
			if sec == math.MinInt64/ticksPerSecond-1 && frac >= ticksPerSecond+math.MinInt64%ticksPerSecond {
				return (sec+1)*ticksPerSecond + frac - ticksPerSecond, true
			}
			if sec == math.MaxInt64/ticksPerSecond && frac <= math.MaxInt64%ticksPerSecond {
				return sec*ticksPerSecond + frac, true
			}
			return 0, false
		}
		return sec*ticksPerSecond + frac, true
	}
	return 0, false
}

// appendString prints a string literal.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	for {
		n := strings.IndexByte(s, '\'')
		if n < 0 {
			break
		}
		dst = append(append(dst, s[:n]...), '\'', '\'')
		s = s[n+1:]
	}
	return append(append(dst, s...), '\'')
}

// appendFloat prints a float so that it reads back as one: with a point or an exponent.
func appendFloat(dst []byte, f float64) []byte {
	start := len(dst)
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if format == 'f' && !strings.Contains(string(dst[start:]), ".") {
		dst = append(dst, ".0"...)
	}
	return dst
}
