package nql

import (
	"math"
	"strconv"
	"time"
)

// Parts of a time are those of UTC.

var timeFunctions = []function{
	{name: "datetime", least: 1, most: 1, gives: Instant, one: func(_ *state, v val) val {
		switch v.kind {
		case Instant:
			return v
		case String:
			if ts, ok := ParseInstant(string(v.s)); ok {
				return val{kind: Instant, i: ts}
			}
		}
		return null
	}},
	{name: "duration", least: 1, most: 1, gives: Duration, one: toDuration},
	timePart("year", func(t time.Time) int { return t.Year() }),
	timePart("month", func(t time.Time) int { return int(t.Month()) }),
	timePart("day", func(t time.Time) int { return t.Day() }),
	timePart("hour", func(t time.Time) int { return t.Hour() }),
	timePart("minute", func(t time.Time) int { return t.Minute() }),
	{name: "second", least: 1, most: 1, gives: Number, one: func(st *state, v val) val {
		if v.kind != Instant {
			return null
		}
		return st.scaled(floorMod(v.i, 60*ticksPerSecond), 7)
	}},
	timePart("dayofweek", func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }),
	timePart("dayofyear", func(t time.Time) int { return t.YearDay() }),
	{name: "bucket", least: 2, most: 2, gives: Instant, many: func(_ *state, a []val) val {
		t, d := a[0], a[1]
		if t.kind != Instant || d.kind != Duration || d.i <= 0 {
			return null
		}
		return exact(Instant)(subInts(t.i, floorMod(t.i, d.i)))
	}},
	{name: "epoch", least: 1, most: 1, gives: Number, one: ofTicks(Instant, 7)},
	{name: "fromepoch", least: 1, most: 1, gives: Instant, one: fromEpoch},
	{name: "totalseconds", least: 1, most: 1, gives: Number, one: ofTicks(Duration, 7)},
	{name: "totalmilliseconds", least: 1, most: 1, gives: Number, one: ofTicks(Duration, 4)},
}

func floorMod(x, y int64) int64 {
	m := x % y
	if m < 0 {
		m += y
	}
	return m
}

func timePart(name string, part func(time.Time) int) function {
	return function{name: name, least: 1, most: 1, gives: Number, one: func(_ *state, v val) val {
		if v.kind != Instant {
			return null
		}
		seconds := v.i / ticksPerSecond
		if v.i%ticksPerSecond < 0 {
			seconds--
		}
		return val{kind: Integer, i: int64(part(time.Unix(seconds, 0).UTC()))}
	}}
}

// maxDurationText is longer than any duration is spelled.
const maxDurationText = 200

// toDuration reads a duration as it is written in a query, with a sign or without.
func toDuration(_ *state, v val) val {
	if v.kind == Duration {
		return v
	}
	if v.kind != String || len(v.s) == 0 || len(v.s) > maxDurationText {
		return null
	}
	s := string(v.s)
	negative := s[0] == '-'
	if negative {
		s = s[1:]
	}
	if s == "" || !isDigit(s[0]) {
		return null
	}
	d, problem := parseDuration(s, negative)
	if problem != "" {
		return null
	}
	return val{kind: Duration, i: d}
}

// ofTicks gives times or durations as numbers: their 100 ns divided by a power of ten, exactly.
func ofTicks(kind ValueKind, digits int) func(st *state, v val) val {
	return func(st *state, v val) val {
		if v.kind != kind {
			return null
		}
		return st.scaled(v.i, digits)
	}
}

// scaled makes the number i / 10^digits.
func (st *state) scaled(i int64, digits int) val {
	start := len(st.arena)
	st.arena = strconv.AppendInt(st.arena, i, 10)
	st.arena = strconv.AppendInt(append(st.arena, 'e', '-'), int64(digits), 10)
	v := val{kind: Number, s: st.arena[start:]}
	return st.round(v, digits, nearest)
}

// fromEpoch gives the time so many seconds after 1970, to the nearest 100 ns.
func fromEpoch(st *state, v val) val {
	if v.kind == Integer && v.i > math.MinInt64/ticksPerSecond && v.i < math.MaxInt64/ticksPerSecond {
		return val{kind: Instant, i: v.i * ticksPerSecond}
	}
	r := st.round(v, 7, nearest)
	if !r.numeric() {
		return null
	}
	var room [32]byte
	start := len(st.arena)
	st.arena = append(append(st.arena, r.spelling(room[:0])...), "e7"...)
	if ts, ok := integerOf(st.arena[start:]); ok {
		return val{kind: Instant, i: ts}
	}
	return null
}
