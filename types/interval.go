package types

import (
	"math"
	"math/bits"

	"github.com/flare-pg/flare-pg/column"
)

// The arithmetic of intervals. Errors are 22008 "interval out of range".

func span(months, days, micros int64, ok bool) (column.Span, error) {
	if !ok || months != int64(int32(months)) || days != int64(int32(days)) {
		return column.Span{}, intervalRange()
	}
	return column.Span{Months: int32(months), Days: int32(days), Micros: micros}, nil
}

// SpanAdd gives a + b.
func SpanAdd(a, b column.Span) (column.Span, error) {
	m, ok := add64(a.Micros, b.Micros)
	return span(int64(a.Months)+int64(b.Months), int64(a.Days)+int64(b.Days), m, ok)
}

// SpanSub gives a - b.
func SpanSub(a, b column.Span) (column.Span, error) {
	m, ok := sub64(a.Micros, b.Micros)
	return span(int64(a.Months)-int64(b.Months), int64(a.Days)-int64(b.Days), m, ok)
}

// SpanNeg gives -a.
func SpanNeg(a column.Span) (column.Span, error) {
	return span(-int64(a.Months), -int64(a.Days), -a.Micros, a.Micros != math.MinInt64)
}

// tidy removes what float arithmetic adds below a microsecond's share of a day (PostgreSQL's TSROUND).
func tidy(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

// SpanMul gives a * f. What a fraction of a month or day is worth goes down to days and to time.
func SpanMul(a column.Span, f float64) (column.Span, error) {
	return scaleSpan(a, func(x float64) float64 { return x * f })
}

// SpanDiv gives a / f; f = 0 is 22012.
func SpanDiv(a column.Span, f float64) (column.Span, error) {
	if f == 0 {
		return column.Span{}, divisionByZero()
	}
	return scaleSpan(a, func(x float64) float64 { return x / f })
}

func scaleSpan(a column.Span, by func(float64) float64) (column.Span, error) {
	months, days := by(float64(a.Months)), by(float64(a.Days))
	if math.IsNaN(months) || math.Abs(months) > math.MaxInt32 || math.IsNaN(days) || math.Abs(days) > math.MaxInt32 {
		return column.Span{}, intervalRange()
	}
	wholeMonths, wholeDays := math.Trunc(months), math.Trunc(days)
	restDays := tidy((months - wholeMonths) * daysPerMonth)
	restSeconds := tidy((days - wholeDays + restDays - math.Trunc(restDays)) * secondsPerDay)
	// A carry from rounding makes a whole day.
	if math.Abs(restSeconds) >= secondsPerDay {
		carry := math.Trunc(restSeconds / secondsPerDay)
		wholeDays += carry
		restSeconds -= carry * secondsPerDay
	}
	wholeDays += math.Trunc(restDays)
	micros := math.RoundToEven(by(float64(a.Micros)) + restSeconds*microsPerSecond)
	if math.IsNaN(micros) || !(micros >= -1<<63 && micros < 1<<63) || math.Abs(wholeDays) > math.MaxInt32 {
		return column.Span{}, intervalRange()
	}
	return span(int64(wholeMonths), int64(wholeDays), int64(micros), true)
}

// spanValue is an interval as one number of microseconds, 128 bits wide: a month counts 30 days and a
// day 24 hours. Intervals are equal when these are.
func spanValue(a column.Span) (hi int64, lo uint64) {
	days := int64(a.Months)*daysPerMonth + int64(a.Days)
	uh, ul := bits.Mul64(uint64(days), microsPerDay)
	if days < 0 {
		uh -= microsPerDay // of two's complement
	}
	var carry uint64
	lo, carry = bits.Add64(ul, uint64(a.Micros), 0)
	return int64(uh) + a.Micros>>63 + int64(carry), lo
}

// SpanCompare orders intervals by their length.
func SpanCompare(a, b column.Span) int {
	ah, al := spanValue(a)
	bh, bl := spanValue(b)
	switch {
	case ah < bh || ah == bh && al < bl:
		return -1
	case ah > bh || al > bl:
		return 1
	}
	return 0
}

// JustifyHours turns each 24 hours into a day.
func JustifyHours(a column.Span) (column.Span, error) {
	days, micros := a.Micros/microsPerDay, a.Micros%microsPerDay
	days += int64(a.Days)
	if days > 0 && micros < 0 {
		days, micros = days-1, micros+microsPerDay
	} else if days < 0 && micros > 0 {
		days, micros = days+1, micros-microsPerDay
	}
	return span(int64(a.Months), days, micros, true)
}

// JustifyDays turns each 30 days into a month.
func JustifyDays(a column.Span) (column.Span, error) {
	months, days := int64(a.Months)+int64(a.Days/daysPerMonth), int64(a.Days%daysPerMonth)
	if months > 0 && days < 0 {
		months, days = months-1, days+daysPerMonth
	} else if months < 0 && days > 0 {
		months, days = months+1, days-daysPerMonth
	}
	return span(months, days, a.Micros, true)
}

// JustifyInterval does both and makes all parts have one sign.
func JustifyInterval(a column.Span) (column.Span, error) {
	months, days, micros := int64(a.Months), int64(a.Days), a.Micros
	// Days first where they can't overflow the sum of the day part.
	if days > 0 && micros > 0 || days < 0 && micros < 0 {
		months += days / daysPerMonth
		days %= daysPerMonth
	}
	days += micros / microsPerDay
	micros %= microsPerDay
	months += days / daysPerMonth
	days %= daysPerMonth
	if months > 0 && (days < 0 || days == 0 && micros < 0) {
		months, days = months-1, days+daysPerMonth
	} else if months < 0 && (days > 0 || days == 0 && micros > 0) {
		months, days = months+1, days-daysPerMonth
	}
	if days > 0 && micros < 0 {
		days, micros = days-1, micros+microsPerDay
	} else if days < 0 && micros > 0 {
		days, micros = days+1, micros-microsPerDay
	}
	return span(months, days, micros, true)
}
