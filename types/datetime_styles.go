package types

import "time"

// The text of dates and timestamps in the DateStyles other than ISO:
//
//	          date        timestamp                     with MDY   with DMY
//	SQL       07/05/2024  07/05/2024 13:04:05.5         07/05/…    05/07/…
//	Postgres  07-05-2024  Fri Jul 05 13:04:05.5 2024    Jul 05     05 Jul
//	German    05.07.2024  05.07.2024 13:04:05.5         the same in every order
//
// A timestamp with time zone has the zone's abbreviation behind it. YMD is as MDY.

// The values of Env.DateForm.
const (
	DateSQL      = "SQL"
	DatePostgres = "Postgres"
	DateGerman   = "German"
)

// styled reports whether dates are shown in another style than ISO.
func (e *Env) styled() bool {
	if e == nil {
		return false
	}
	switch e.DateForm {
	case DateSQL, DatePostgres, DateGerman:
		return true
	}
	return false
}

func appendStyledDate(dst []byte, env *Env, days int64) []byte {
	if Infinite(days) {
		return appendInfinity(dst, days)
	}
	dst, bc := appendStyledDay(dst, env, days)
	return appendEra(dst, bc)
}

// appendStyledDay appends a date in numbers, and tells whether its year is BC.
func appendStyledDay(dst []byte, env *Env, days int64) (_ []byte, bc bool) {
	y, first, second := CivilDate(days)
	if y <= 0 {
		y, bc = 1-y, true
	}
	mark := map[string]byte{DateSQL: '/', DatePostgres: '-', DateGerman: '.'}[env.DateForm]
	if env.DateForm == DateGerman || env.DateOrder == "DMY" {
		first, second = second, first
	}
	dst = append(appendPadded(dst, first, 2), mark)
	dst = append(appendPadded(dst, second, 2), mark)
	return appendPadded(dst, y, 4), bc
}

func appendEra(dst []byte, bc bool) []byte {
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendStyledTimestamp appends a wall clock and what follows it of the zone.
func appendStyledTimestamp(dst []byte, env *Env, days, micros int64, zone string) []byte {
	bc := false
	if env.DateForm == DatePostgres {
		y, m, d := CivilDate(days)
		if y <= 0 {
			y, bc = 1-y, true
		}
		dst = append(dst, time.Weekday(((days+4)%7 + 7) % 7).String()[:3]...) // 1970-01-01 was a Thursday
		dst = append(dst, ' ')
		month := time.Month(m).String()[:3]
		if env.DateOrder == "DMY" {
			dst = append(append(appendPadded(dst, d, 2), ' '), month...)
		} else {
			dst = appendPadded(append(append(dst, month...), ' '), d, 2)
		}
		dst = appendClock(append(dst, ' '), micros)
		dst = appendPadded(append(dst, ' '), y, 4)
	} else {
		dst, bc = appendStyledDay(dst, env, days)
		dst = appendClock(append(dst, ' '), micros)
	}
	return appendEra(append(dst, zone...), bc)
}

// appendStyled appends a timestamp of type t.
func appendStyled(dst []byte, env *Env, t OID, ts int64) []byte {
	if Infinite(ts) {
		return appendInfinity(dst, ts)
	}
	days, micros := splitDay(ts)
	if t == Timestamp {
		return appendStyledTimestamp(dst, env, days, micros, "")
	}
	second := floorDiv64(ts, microsPerSecond)
	micros += zoneOffset(second, env.location()) * microsPerSecond
	shift := floorDiv64(micros, microsPerDay)
	zone, _ := time.Unix(second, 0).In(env.location()).Zone()
	return appendStyledTimestamp(dst, env, days+shift, micros-shift*microsPerDay, " "+zone)
}
