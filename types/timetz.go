package types

import (
	"cmp"
	"encoding/binary"
	"math"

	"github.com/flare-pg/flare-pg/column"
)

// ZonedTime is a value of type time with time zone: microseconds since midnight, and the seconds that the zone is west of UTC.
type ZonedTime struct {
	Micros int64
	West   int32
}

// A vector holds it as 12 bytes, big-endian, as the binary format does.

// LoadTimeTZ reads a value as a vector holds it.
func LoadTimeTZ(s []byte) ZonedTime {
	if len(s) != 12 {
		return ZonedTime{} // lies under a null
	}
	return ZonedTime{int64(binary.BigEndian.Uint64(s)), int32(binary.BigEndian.Uint32(s[8:]))}
}

// AppendTimeTZ appends a value as a vector holds it.
func AppendTimeTZ(dst []byte, t ZonedTime) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(dst, uint64(t.Micros)), uint32(t.West))
}

// UTC is the time in UTC, which may lie on the day before or after.
func (t ZonedTime) UTC() int64 { return t.Micros + int64(t.West)*microsPerSecond }

// In is the same instant in another zone.
func (t ZonedTime) In(west int32) ZonedTime {
	micros := t.UTC() - int64(west)*microsPerSecond
	return ZonedTime{micros - floorDiv64(micros, microsPerDay)*microsPerDay, west}
}

// compareTimeTZ orders by the instant, then by the zone.
func compareTimeTZ(x, y []byte) int {
	a, b := LoadTimeTZ(x), LoadTimeTZ(y)
	if c := cmp.Compare(a.UTC(), b.UTC()); c != 0 {
		return c
	}
	return cmp.Compare(a.West, b.West)
}

// ParseTimeTZ reads a time of day with its zone; without one it is the session's, as of the date that is given, else of today.
func ParseTimeTZ(env *Env, s []byte) (ZonedTime, error) {
	m, f := readMoment(env, s, true)
	if f != fine {
		return ZonedTime{}, faultError(f, TimeTZ, s, m)
	}
	if m.special >= 0 {
		return ZonedTime{}, badSyntax(TimeTZ, s)
	}
	t := m.clock()
	if t > microsPerDay {
		return ZonedTime{}, faultError(fieldOverflow, TimeTZ, s, m)
	}
	days := int64(0)
	switch {
	case m.given&haveDate == haveDate:
		days = CivilDays(m.year, m.month, m.day)
	case env != nil:
		days, _ = localDay(env.TransactionStart.UnixMicro(), env.Location)
	}
	return ZonedTime{t, int32(-m.offsetAt(env, days, t))}, nil
}

// appendTimeTZ appends 15:04:05.999999+01.
func appendTimeTZ(dst []byte, t ZonedTime) []byte {
	return appendOffset(appendClock(dst, t.Micros), int(-t.West), false)
}

// ZoneWest is how many seconds a zone is west of UTC at an instant.
func (e *Env) ZoneWest(micros int64) int32 {
	return int32(-zoneOffset(floorDiv64(micros, microsPerSecond), e.location()))
}

func parseTimeTZBinary(out *column.Vector, typmod int32, b []byte) error {
	t := LoadTimeTZ(b)
	const farthest = 16 * 3600 // hours west or east that a zone lies
	switch {
	case t.Micros < 0 || t.Micros > microsPerDay:
		return Errorf(CodeDatetimeOverflow, "time out of range")
	case t.West <= -farthest || t.West >= farthest || t.West == math.MinInt32:
		return Errorf(codeZoneDisplacement, "time zone displacement out of range")
	}
	t.Micros = roundMicros(t.Micros, typmod)
	out.AppendFunc(func(dst []byte) []byte { return AppendTimeTZ(dst, t) })
	return nil
}
