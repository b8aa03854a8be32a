package event

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var timeCases = []struct{ in, want, code string }{
	{"2020-09-14T00:44:23.000Z", "2020-09-14T00:44:23.000Z", ""},
	{"2020-09-14T00:44:23Z", "2020-09-14T00:44:23Z", ""},
	{"2020-09-14t00:44:23.5z", "2020-09-14T00:44:23.5Z", ""},
	{"2020-09-14 00:44:23", "2020-09-14T00:44:23Z", ""},
	{"2020-09-14 00:44:23,123", "2020-09-14T00:44:23.123Z", ""},
	{"2020-09-14T00:44", "2020-09-14T00:44:00Z", ""},
	{"2020-09-14T00:44+01:00", "2020-09-13T23:44:00Z", ""},
	{"2020-09-14T00:44:23.123456789123+02:00", "2020-09-13T22:44:23.123456789123Z", ""},
	{"2020-02-29T23:59:59-0130", "2020-03-01T01:29:59Z", ""},
	{"2020-02-29 23:59:59 +00", "2020-02-29T23:59:59Z", ""},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", ""},
	{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", ""},
	{"9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z", ""},
	{"1969-12-31T23:59:59.99Z", "1969-12-31T23:59:59.99Z", ""},
	{"1600000000", "2020-09-13T12:26:40Z", ""},
	{"1600000000.5", "2020-09-13T12:26:40.5Z", ""},
	{"1600000000.123456789", "2020-09-13T12:26:40.123456789Z", ""},
	{"1600000000123", "2020-09-13T12:26:40.123Z", ""},
	{"1600000000123.5", "2020-09-13T12:26:40.1235Z", ""},
	{"1600000000123456", "2020-09-13T12:26:40.123456Z", ""},
	{"1600000000123456789", "2020-09-13T12:26:40.123456789Z", ""},
	{"1.6e9", "2020-09-13T12:26:40Z", ""},
	{"16000000005E-1", "2020-09-13T12:26:40.5Z", ""},
	{"0", "1970-01-01T00:00:00Z", ""},
	{"-1", "1969-12-31T23:59:59Z", ""},
	{"-1.25", "1969-12-31T23:59:58.75Z", ""},
	{"-0.0", "1970-01-01T00:00:00.0Z", ""},
	{"-1600000000123", "1919-04-20T11:33:19.877Z", ""},
	{"0.5", "1970-01-01T00:00:00.5Z", ""},
	{"5e-1", "1970-01-01T00:00:00.5Z", ""},

	{"0000-12-31T23:59:59Z", "", CodeTimeOutOfRange},
	{"12000-01-01T00:00:00Z", "", CodeTimeOutOfRange},
	{"-0001-01-01T00:00:00Z", "", CodeTimeOutOfRange},
	{"+12000-01-01T00:00:00Z", "", CodeTimeOutOfRange},
	{"0001-01-01T00:00:00+14:00", "", CodeTimeOutOfRange},
	{"9999-12-31T23:59:59-00:01", "", CodeTimeOutOfRange},
	{"-99999999999", "", CodeTimeOutOfRange},
	{"123456789012345678901", "", CodeTimeOutOfRange},
	{"1e99", "", CodeTimeOutOfRange},

	{"", "", CodeInvalidTime}, {"-", "", CodeInvalidTime}, {"now", "", CodeInvalidTime}, {"1.", "", CodeInvalidTime},
	{"1.2.3", "", CodeInvalidTime}, {".5", "", CodeInvalidTime}, {"1e", "", CodeInvalidTime}, {"1e+", "", CodeInvalidTime},
	{"2020-09-14", "", CodeInvalidTime}, {"2020-13-01T00:00:00Z", "", CodeInvalidTime}, {"2020-00-01T00:00:00Z", "", CodeInvalidTime},
	{"2021-02-29T00:00:00Z", "", CodeInvalidTime}, {"2020-09-31T00:00:00Z", "", CodeInvalidTime}, {"2020-09-14T24:00:00Z", "", CodeInvalidTime},
	{"2020-09-14T00:60:00Z", "", CodeInvalidTime}, {"2020-09-14T00:00:61Z", "", CodeInvalidTime}, {"2020-09-14T00:00:00.Z", "", CodeInvalidTime},
	{"2020-09-14T00:00:00+1", "", CodeInvalidTime}, {"2020-09-14T00:00:00+24:00", "", CodeInvalidTime}, {"2020-09-14T00:00:00Zx", "", CodeInvalidTime},
	{"2020-09-14x00:00:00Z", "", CodeInvalidTime}, {"2020-09-14T00:00:00 UTC", "", CodeInvalidTime}, {"20200914T004423Z", "", CodeInvalidTime},
}

func TestTimesAreReadAndWritten(t *testing.T) {
	var scratch []byte
	for _, c := range timeCases {
		got, err := parseInstant([]byte(c.in), &scratch)
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%q: %v", c.in, err)
		case c.code == "":
			if s := string(got.append(nil)); s != c.want {
				t.Errorf("%q: %s, want %s", c.in, s, c.want)
			}
			// The standard library must agree on the ticks; it reads nine digits of a fraction at most.
			want, perr := time.Parse(time.RFC3339Nano, c.want)
			if ns := int64(want.Nanosecond()); perr == nil && got.ticks() != want.Unix()*ticksPerSecond+ns/100 {
				t.Errorf("%q: %d ticks", c.in, got.ticks())
			}
		case err == nil || err.Code != c.code:
			t.Errorf("%q: %v, want %s", c.in, err, c.code)
		}
	}
}

func TestTimesAgreeWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Unix(rapid.Int64Range(minSecond, maxSecond).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		if y := want.In(zone).Year(); y < 1 || y > 9999 {
			t.Skip()
		}
		s := want.In(zone).Format(time.RFC3339Nano)
		ts, _, err := ParseTime([]byte(s))
		ticks := want.Unix()*ticksPerSecond + int64(want.Nanosecond()/100)
		if err != nil || ts != ticks {
			t.Fatalf("%s: %d %v, want %d", s, ts, err, ticks)
		}
		if got, shown := string(AppendTime(nil, ts)), want.UTC().Truncate(100).Format("2006-01-02T15:04:05.0000000Z"); got != shown {
			t.Fatalf("shown as %s, want %s", got, shown)
		}
	})
}

func TestOneByteTooManyOrTooFewIsNoTime(t *testing.T) {
	const good = "2020-09-14T00:44:23.000+02:00"
	for i := range good {
		if _, _, err := ParseTime([]byte(good[:i] + "x" + good[i+1:])); err == nil {
			t.Errorf("x at %d was accepted", i)
		}
	}
	var e *Error
	if _, _, err := ParseTime(nil); !errors.As(err, &e) {
		t.Error(err)
	}
}

func TestIDsSortAsTimesAndArrivals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		m, n := rapid.Uint64().Draw(t, "m"), rapid.Uint64().Draw(t, "n")
		if rapid.Bool().Draw(t, "same time") {
			b = a
		}
		x, y := string(AppendID(nil, a, m)), string(AppendID(nil, b, n))
		if less := a < b || a == b && m < n; (x < y) != less {
			t.Fatalf("%s and %s", x, y)
		}
		if ts, arrival, ok := ParseID([]byte(x)); !ok || ts != a || arrival != m {
			t.Fatalf("%s read as %d %d", x, ts, arrival)
		}
	})
	for _, bad := range []string{"", "0", "0000000000000000000000000000000g", "0000000000000000000000000000000A"} {
		if _, _, ok := ParseID([]byte(bad)); ok {
			t.Error(bad)
		}
	}
}

var isoForm = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: *([Zz]|[+-]\d\d(?::?\d\d)?))?$`)

// isoTime is the reference for the ISO form.
func isoTime(s string) (ts int64, ok bool) {
	f := isoForm.FindStringSubmatch(s)
	if f == nil {
		return 0, false
	}
	n := func(digits string) int {
		v, _ := strconv.Atoi(digits)
		return v
	}
	at := time.Date(n(f[1]), time.Month(n(f[2])), n(f[3]), n(f[4]), n(f[5]), 0, 0, time.UTC)
	if at.Format("2006-01-02 15:04") != fmt.Sprintf("%s-%s-%s %s:%s", f[1], f[2], f[3], f[4], f[5]) || n(f[6]) > 60 {
		return 0, false // carried over: no such day or hour
	}
	offset := 0
	if z := f[8]; len(z) > 1 {
		digits := strings.ReplaceAll(z[1:], ":", "") + "00"
		hours, minutes := n(digits[:2]), n(digits[2:4])
		if hours > 23 || minutes > 59 {
			return 0, false
		}
		if offset = hours*3600 + minutes*60; z[0] == '-' {
			offset = -offset
		}
	}
	ts = (at.Unix()+int64(n(f[6])-offset))*ticksPerSecond + int64(n((f[7] + "0000000")[:7]))
	return ts, n(f[1]) > 0 && ts >= MinTime && ts <= MaxTime
}

func TestISOTimesEqualTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		two := rapid.SampledFrom([]string{"00", "01", "02", "09", "10", "12", "13", "23", "24", "28", "29", "30", "31", "59", "60", "61", "99"})
		s := rapid.SampledFrom([]string{"0000", "0001", "1969", "1970", "2000", "2023", "2024", "2100", "9999"}).Draw(t, "year") + "-" + two.Draw(t, "month") + "-" +
			two.Draw(t, "day") + rapid.SampledFrom([]string{"T", "t", " "}).Draw(t, "t") + two.Draw(t, "hour") + ":" + two.Draw(t, "minute")
		if rapid.IntRange(0, 4).Draw(t, "seconds") > 0 {
			s += ":" + two.Draw(t, "second") + rapid.SampledFrom([]string{"", "", ".", ".5", ",25", ".1234567", ".12345678901", ".0"}).Draw(t, "fraction")
		}
		s += rapid.SampledFrom([]string{"", "Z", "z", " Z", "+02", "-0330", "+05:45", "+24:00", "+01:60", " +01:00", "  Z", "+1", "UTC"}).Draw(t, "zone")
		if rapid.Bool().Draw(t, "damaged") {
			b := []byte(s)
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.OneOf(rapid.SampledFrom([]byte("-/:.,;TtZ +09\xb0\xba\x10\x1a")), rapid.Byte()).Draw(t, "byte")
			s = string(b)
		}
		want, ok := isoTime(s)
		var got instant
		if len(s) < 16 || s[4] != '-' {
			return // not read as such
		}
		e := got.parseISO([]byte(s))
		if (e == nil) != ok || ok && got.ticks() != want {
			t.Fatalf("%q: %d %v, want %d %t", s, got.ticks(), e, want, ok)
		}
		if normal := string(got.append(nil)); ok && got.normal != (normal == s) {
			t.Fatalf("%q is said to be normal: %t", s, got.normal)
		}
	})
}
