package types_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "time/tzdata"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/integration/pgoracle"
	. "github.com/flare-pg/flare-pg/types"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// session is one set of settings under which we and PostgreSQL are compared.
type session struct {
	zone, order, style string
}

func (s session) String() string { return s.zone + " " + s.order + " " + s.style }

func (s session) env(t testing.TB) *Env {
	t.Helper()
	env := NewEnv(time.Date(2024, 2, 29, 12, 34, 56, 789_000_000, time.UTC))
	loc, err := time.LoadLocation(s.zone)
	if err != nil {
		t.Fatal(err)
	}
	env.Location, env.TimeZone, env.DateOrder, env.IntervalForm = loc, s.zone, s.order, s.style
	return env
}

func (s session) set(t testing.TB, c *pgx.Conn) {
	t.Helper()
	sql := fmt.Sprintf("set timezone = '%s'; set datestyle = 'ISO, %s'; set intervalstyle = '%s'", s.zone, s.order, s.style)
	if _, err := c.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

var plainSession = session{"UTC", "MDY", "postgres"}

// inputs gives, for each type (as a cast's target), texts that are to be read: good and bad ones.
var inputs = []struct {
	as       string
	sessions []session
	texts    []string
}{
	{as: "boolean", texts: []string{"t", "true", "TRUE", " yes ", "y", "on", "1", "f", "fal", "no", "n", "of", "off", "0", "o", "", "tr ue", "10", "  "}},
	{as: "smallint", texts: []string{"0", "-32768", "32767", "32768", "-32769", " 12 ", "+5", "- 5", "", "1.5", "0x10", "abc", "99999999999999999999"}},
	{as: "integer", texts: []string{"0", "-2147483648", "2147483647", "2147483648", "007", "1e3", "12a", "--1", "+", "\t9\n"}},
	{as: "bigint", texts: []string{"9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809", "1 2", "18446744073709551616", "00000000000000000000000001"}},
	{as: "oid", texts: []string{"0", "4294967295", "4294967296", "-1", "-2147483648", "x", "", "1x", "-2147483649"}},
	{as: "real", texts: []string{"0", "-0", "1.5", "0.1", "1e10", "123456", "1234567", "1e-5", "0.0001", "3.4028235e38", "3.5e38", "1e-45", "1e-50", "nan", "inf", "-Infinity", "16777217", "1e5", "1e6", "999999.9", "1.17549435e-38"}},
	{as: "double precision", texts: []string{"0", "-0", "1.5", ".5", "5.", "1e15", "123456789012345", "1234567890123456", "1e14", "0.0001", "0.00001", "1e-7", "1.7976931348623157e308", "1.8e308", "-1e400", "1e-400", "4.9e-324", "NaN", "nan", " inf ", "+Infinity", "-inf", "infinit", "0x1p3", "0x10", "0xA.8p1", "1_000", "", " ", "1e", "e5", "1e+", "2.5e-1", "100000000000000000000", "0.1", "3.141592653589793", "1d5", "1.0e+0", "+nan", "9007199254740993"}},
	{as: "numeric", texts: []string{"0", "-0", "-0.00", "1.50", "00012.3400", ".5", "5.", "1e3", "1.5e3", "1.5e-3", "1E+2", "123456789012345678901234567890.123456789", "NaN", "nan", "infinity", "-inf", "+Infinity", "inf", "1e131071", "1e131072", "1e-16383", "1e-16384", "0e-20000", "0e99999", "1e99999999999", "", ".", "e1", "1e", "1..2", "1 2", " 1.5 ", "--1", "1.2.3", "0x1", "9999999999999999999", "18446744073709551615", "18446744073709551616", "0.00000000000000000000000000001", "-Nan", "1_0"}},
	{as: "numeric(5,2)", texts: []string{"1", "123.456", "999.99", "999.995", "1000", "-999.994", "0.005", "-0.005", "NaN", "inf", "1e2"}},
	{as: "numeric(3)", texts: []string{"1.5", "2.5", "999.4", "999.5", "-0.4"}},
	{as: "numeric(3,-2)", texts: []string{"12345", "99949", "99950", "49", "50"}},
	{as: "numeric(2,4)", texts: []string{"0.00994", "0.00999", "0.01", "0.009949"}},
	{as: "text", texts: []string{"", "a", "äöü€😀", " x ", "a\nb\\"}},
	{as: "character varying(3)", texts: []string{"", "abc", "abcd", "abc   ", "äöü", "äöüx", "ab"}},
	{as: "character(3)", texts: []string{"", "a", "abc", "abcd", "abc  ", "ä", "äöü "}},
	{as: "name", texts: []string{"x", strings.Repeat("n", 70), strings.Repeat("ä", 40)}},
	{as: `"char"`, texts: []string{"", "a", "ab"}},
	{as: "bytea", texts: []string{"", `\x`, `\x00ff`, `\xDEAD BEEF`, `\x0`, `\xzz`, `a\\b`, `a\001b`, `a\9`, `\377`, `\400`, "plain", "ä", `\x 0 1`}},
	{as: "uuid", texts: []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc999c0b4ef8bb6d6bb9bd380a11-", "a-0eebc999c0b4ef8bb6d6bb9bd380a11", " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{}", "{"}},
	{as: "inet", texts: append(networkTexts, "1.2.3.4/0", "1.2.3/24", "1.2/16", "1/8", "255.255.255.255", "256.1.1.1", "1.2.3.4.", "01.02.03.004", "1.2.3.4/08", "1.2.3.4/+8", "::1.2.3.4", "::ffff:0102:0304", "::1/064", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.256", "::01.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "fe80::1%eth0", "0:0:1::2:0:0:0", "::0:ffff:1", "1.2.3.4/32/32", "::g", "1.2.3.4 /24", "0x01020304")},
	{as: "cidr", texts: append(networkTexts, "10", "10.1", "128.1", "192.1.2", "224", "224.1", "239.1", "240", "10/8", "10.1/8", "10.1.", "0x0a", "0x0A01", "0x0a010", "0x", "0x0a/8", "1.2.3.4/24", "0/0", "10/33", "::1/64", "::/128", "ffff::/16", "192.168.0.0.0")},
	{as: "tsvector", texts: []string{"", "a", "b a:2,1A c:3b,3", "'it''s' \\\\ 'x y':16384", "a:0", "a:", "'", "a:1x"}},
	{as: "tsquery", texts: []string{"", "a", "a&!b|c<->d", "'x y':*AB <16384> z", "a b", "(a", "a <16385> b", "!"}},
	{as: "macaddr", texts: append(macTexts, "0800.2b01.0203", "0800-2b01-0203", "8:0:2b:1:2:3", "08:00:2b:01:02:1ff")},
	{as: "macaddr8", texts: append(macTexts, "08:00:2b:01:02:03:04:05", "0800.2b01.0203.0405", "08-00:2b", "08:00:2b:01:02:03:04", "08:00:2b:01:02:03:04:05:06")},
	{as: "timetz", sessions: []session{plainSession, {"Asia/Kathmandu", "DMY", "postgres"}}, texts: append(timeTexts, "12:00+05:30:15", "12:00-15:59", "12:00+16", "24:00:01", "infinity")},
	{as: "timetz(2)", texts: []string{"04:05:06.789+02", "23:59:59.999-03"}},
	{as: "bit varying", texts: append(bitTexts, "xFFFFFFFFF")},
	{as: "bit(3)", texts: bitTexts},
	{as: "bit varying(3)", texts: bitTexts},
	{as: "inet[]", texts: []string{"{1.2.3.4,NULL,::1/64}", "{1.2.3}"}},
	{as: "json", texts: jsonTexts},
	{as: "jsonb", texts: append(jsonTexts, `"\u0000"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\ud83d"`, `{"\u0061":1,"a":2}`, `1e400`, `1e-400`, `1e999999`, `{"bb":1,"a":2,"c":3,"aa":4,"":5,"a":6}`, `[1.50, -0, -0.0, 1e3, 1E-3, 1.5e+2]`, `"\u00e9\n\t\/\u001f\u007f"`, `{"a":{"z":1,"y":[{"d":1,"c":2,"d":3}]}}`, `123456789012345678901234567890`)},
	{as: "date", sessions: dateSessions, texts: dateTexts},
	{as: "timestamp", sessions: dateSessions, texts: append(dateTexts, clockTexts...)},
	{as: "timestamptz", sessions: dateSessions, texts: append(dateTexts, clockTexts...)},
	{as: "timestamp(0)", texts: []string{"2020-01-01 00:00:00.5", "2020-01-01 00:00:01.5", "1969-12-31 23:59:59.5", "1999-12-31 23:59:59.999999"}},
	{as: "timestamptz(3)", texts: []string{"2020-01-01 00:00:00.1234565+00", "1960-01-01 00:00:00.0005"}},
	{as: "time", sessions: []session{plainSession, {"Europe/Berlin", "DMY", "postgres"}}, texts: append(timeTexts, "2020-01-01", "24:00:01", "infinity")},
	{as: "time(2)", texts: []string{"04:05:06.789", "23:59:59.999"}},
	{as: "interval", sessions: []session{plainSession, {"UTC", "MDY", "iso_8601"}, {"UTC", "MDY", "sql_standard"}, {"UTC", "MDY", "postgres_verbose"}}, texts: intervalTexts},
	{as: "interval day to hour", texts: []string{"1 02:03:04", "5", "1 day 2.5 hours"}},
	{as: "interval minute to second", texts: []string{"1:02", "3", "1:02:03"}},
	{as: "interval year to month", texts: []string{"1-2", "5", "1 year 3 days", "-1-2"}},
	{as: "interval second(2)", texts: []string{"1.23456", "59.999"}},
	{as: "interval(1)", texts: []string{"1.25", "1.35", "-1.25"}},
	{as: "interval year", texts: []string{"5", "1 year 11 mons", "-18 mons"}},
	{as: "interval hour", texts: []string{"5", "90 min"}},
	{as: "regtype", texts: []string{"int4", "integer", "character varying(10)", "pg_catalog.int8", "25", "-", "timestamp with time zone", "text[]", "\"char\"", "nosuch", "numeric(5,2)"}},
	{as: "int[]", texts: []string{"{}", "{1,2,3}", "{ 1 , NULL, 3 }", "{{1,2},{3,4}}", "{{1,2},{3}}", "{1,{2}}", "{1", "1,2", "{1,}", "{,1}", "{x}", "{1} x", "{{}}", "{{},{}}", "", " {1} "}},
	{as: "text[]", texts: []string{`{a,"b c","d\"e",null,"null","",NuLL}`, `{a\ b, c d }`, `{"a"b}`, `{"{}",","}`, "{ä}"}},
	{as: "timestamptz[]", texts: []string{`{"2020-01-01 00:00:00+02",infinity}`}},
	{as: "numeric(4,1)[]", texts: []string{`{1.25,NaN}`, `{1234.5}`}},
}

var networkTexts = []string{"", " ", "x", "1.2.3.4", "10.0.0.0/8", "10.1.2.3/32", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "1..2.3", ".1.2.3", "1.2.3.4.5", "::", "::1", "2001:db8::/32", "2001:DB8:0:0:8:800:200C:417A", "1:0:0:2:0:0:0:3", "1:0:2:0:3:0:4:0", "::ffff:1.2.3.4", "::/0", "::1/129", "1::2::3", "12345::", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", " 1.2.3.4", "1.2.3.4 ", "ä"}

var macTexts = []string{"", "x", "08:00:2b:01:02:03", "08-00-2B-01-02-03", "08002b:010203", "08002b-010203", "08002b010203", " 08:00:2b:01:02:03 ", "08:00:2b:01:02", "08:00:2b:01:02:0g", "08:00:2b:01:02:03x", "ff:ff:ff:ff:ff:ff"}

var bitTexts = []string{"", "0", "101", "10101", "b11", "B", "X", "xa", "XF0", "102", "x1g", "1 0", " 101", "ä1"}

var jsonTexts = []string{`null`, `true`, `false`, `0`, `-1.5e10`, `"x"`, `[]`, `{}`, ` { "b" : [1, 2 , {"c": null}] , "a" : "\n" } `, `[1,`, `[1 2]`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1,}`, `[1,]`, `[,1]`, `01`, `1.`, `.5`, `-`, `+1`, `1e`, `tru`, `nulll`, `"abc`, "\"a\nb\"", `"\x"`, `"\u12"`, `"\u12g4"`, ``, `  `, `1 2`, `{} []`, `]`, `}`, `{1:2}`, `'a'`, `"a" "b"`, `[1}`, `{"a":1]`, `NaN`, `ä`, `["ä", ö]`, `-0`, `1.0E+2`, "[1,\n2,\nx]", `{"a":1 "b":2}`, `[[[]]]`, `"tab	"`, `{"k": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" x}`, `--1`, `1a`, `true1`, `"a"b`, `[true,false,null]x`}

var dateSessions = []session{plainSession, {"Europe/Berlin", "DMY", "postgres"}, {"America/New_York", "YMD", "postgres"}, {"Asia/Kathmandu", "MDY", "postgres"}}

var dateTexts = []string{
	"2020-02-29", "2021-02-29", "1999-01-08", "January 8, 1999", "8 Jan 1999", "Jan-08-1999", "08-Jan-1999", "1999-Jan-08", "99-Jan-08", "08-Jan-99", "Jan-08-99",
	"1/8/1999", "1/18/1999", "18/1/1999", "01/02/03", "99-01-08", "01-02-03", "2003.11.12", "12.11.2003", "19990108", "990108", "1999.008", "J2451187", "j2451187.5", "January 8, 99 BC",
	"0044-03-15 BC", "44-03-15 BC", "0001-01-01", "0001-01-01 BC", "0000-01-01", "4713-11-24 BC", "4714-11-24 BC", "4714-11-23 BC", "9999-12-31", "10000-01-01", "99999-12-31", "12345-06-07", "5874897-12-31", "5874898-01-01", "294246-12-31",
	"infinity", "-infinity", " infinity ", "epoch", "2020-13-01", "2020-00-01", "2020-01-32", "2020-01-00", "2020-1-1", "2020/01/02", "20200101", "2020-01", "2020", "", " ", "abc", "2020-01-01x", "2020-01-01 BC BC", "Mon Jan 8 1999", "tomorrowx",
	"Monday, January 8, 1999", "1999 Jan 8", "8 January 1999", "January 1999", "0", "1", "1999-366", "2000-366", "2000.366", "y2000m1d5", "13/13/2000", "sept 5 2001", "2020-06-31", "1/1/1", "1/1/100", "70-1-1", "69-1-1",
	"2020-01-01 AD", "BC 2020-01-01", "2020-01-01 at 10:00", "on 2020-01-01", "2020--01-01", "2020-01-01-01", "1e5", "+2020-01-01", "-2020-01-01", "ä",
}

var clockTexts = []string{
	"2020-01-01 10:20:30", "2020-01-01T10:20:30", "2020-01-01t10:20:30z", "2020-01-01T10:20:30Z", "2020-01-01 10:20:30.123456", "2020-01-01 10:20:30.1234567", "2020-01-01 10:20:30.9999999", "2020-01-01 10:20", "2020-01-01 10:20 PM", "2020-01-01 12:00 AM", "2020-01-01 13:00 PM", "2020-01-01 10",
	"2020-01-01 24:00:00", "2020-01-01 24:00:01", "2020-01-01 23:59:60", "2020-01-01 10:60", "2020-01-01 25:00", "2020-01-01 10:20:61", "2020-01-01 10:20:30+02", "2020-01-01 10:20:30-08:30", "2020-01-01 10:20:30+0530", "2020-01-01 10:20:30 +05:30:15", "2020-01-01 10:20:30+16", "2020-01-01 10:20:30+15:59:59", "2020-01-01 10:20:30+1:60", "2020-01-01 10:20:30 UTC", "2020-01-01 10:20:30 EST", "2020-07-01 10:20:30 PDT", "2020-07-01 10:20:30 Europe/Paris", "2020-07-01 10:20:30 europe/paris", "2020-07-01 10:20:30 America/New_York", "2020-07-01 10:20:30 Nowhere/City", "2020-07-01 10:20:30 XYZ", "2020-07-01 10:20:30 CET", "2020-07-01 10:20:30 MET DST", "2020-07-01 10:20:30 zulu",
	"10:20:30", "20200101T102030", "20200101 102030", "20200101T102030.5Z", "20200101T1020", "2020-01-01 102030", "2020-01-01 1020", "20200101102030", "J2451187 10:00", "2020-01-01 allballs", "Jan 8 10:20:30 1999", "Mon Jan 8 10:20:30 1999 PST", "Fri, 08 Jan 1999 10:20:30 +0100", "1999-01-08 04:05:06 -8:00", "January 8 04:05:06 1999 PST",
	"2020-03-29 02:30:00", "2020-10-25 02:30:00", "2020-03-29 03:00:00", "2020-10-25 03:00:00", "2020-03-08 02:30:00", "2020-11-01 01:30:00", "1900-01-01 00:00:00", "1850-01-01 00:00:00", "2500-07-01 12:00:00", "0044-03-15 10:00:00 BC", "0001-01-01 00:00:00+05", "4714-11-24 00:00:00+00 BC", "4714-11-23 23:59:59+00 BC", "2020-01-01 10:20:30.", "2020-01-01 10:20:30.5.5", "2020-01-01 10:20:30,5", "2020-01-01  10:20:30  ", "2020-01-01 10:20:30 10:20:30", "2020-01-01 10:20:30 2021", "now now", "12:00 2020-01-01", "2020-01-01 10.5", "2020-01-01 10:20:30 +02 EST", "2020-01-01 1:2:3", "2020-01-01 00:00:00.0000005", "2020-01-01 00:00:00.0000015", "epoch 10:00", "2020-01-01 10:20:30 GMT+3", "2020-01-01 10:20:30 UTC-3", "2020-01-01 10:20:30 <+03>-3", "2020-01-01 10 AM", "2020-01-01 04:05:06.789-8", "2020-01-01 040506-08", "2020-01-01 040506+07:30", "294247-01-01 00:00:00", "295000-01-01 00:00:00",
}

var timeTexts = []string{
	"04:05:06.789", "04:05:06", "04:05", "040506", "040506.789", "04:05 AM", "04:05 PM", "12:00 AM", "12:00 PM", "04:05:06.789-8", "04:05:06-08:00", "04:05-08:00", "040506-08", "04:05:06 PST", "2003-04-12 04:05:06 America/New_York", "24:00:00", "24:00:00.1", "23:59:60", "25:00", "10:60", "", "x", "4", "0405", "T040506", "t10:20", "allballs", "10:20:30 10:20:30", "1:2:3", "-1:00", "10:20:30.9999999", "2020-01-01T10:20:30Z", "04:05:06 Europe/Berlin", "13:00 AM",
}

var intervalTexts = []string{
	"1 day", "1 year 2 months 3 days 4 hours 5 minutes 6 seconds", "1-2", "3 4:05:06", "P1Y2M3DT4H5M6S", "P0001-02-03T04:05:06", "P1W", "P1Y2M3W", "PT36H", "P1.5D", "PT1.5S", "P-1Y2M", "PT-0.5S", "P00021215T111213", "P1Y2M3D4H", "PT", "P", "P1Y2", "1 day ago", "@ 1 minute", "@ 1 day 2 hours ago", "-1 day +02:03:04", "-1 days 2:03", "1 day -02:03:04", "1.5 days", "1.5 months", "1.5 years", "-1.5 months", "0.5 weeks", "1.5 weeks", "2.5 decades", "1 century", "1 millennium", "3 centuries 2 decades", "1 quarter", "5", "5.5", "-5.5", ".5", "1:2", "1:2:3", "1:2:3.456", "1:2.5", "100:00:00", "-100:00:00", "00:00:00.000001", "00:00:00.0000001", "1 us", "1 ms", "1.5 ms", "1000000 microseconds", "1 h", "1 m", "1 s", "1 y 1 mon 1 w 1 d", "1 hr 2 mins 3 secs", "1 day 1 day", "1 sec 1 ms", "1.5 sec 1 ms", "1 month 1 mon", "1", "", " ", "x", "1 x", "day", "1 day x", "ago", "1 day ago 2", "178956970 years 7 months", "178956970 years 8 months", "178956971 years", "2147483647 days", "2147483648 days", "2562047788 hours", "2562047789 hours", "2562047788:00:54.775807", "+2562047788:00:54.775807", "+0-1 +0 +2562047788:00:54.775807", "2562047788:00:54.775808", "2562047789:00", "9223372036854775808:00", "-2147483648 months", "infinity", "-infinity", "1-12", "1-11", "-1-2 +3 -4:05:06", "+1-2 -3 +4:05:06", "-1-2 3 4:05:06", "-1 day 2 hours", "- 1 day", "1 2 days", "0", "0 days", "1 year -1 month", "-1 year 1 month", "1 mon -1 day", "-1 mon 1 day 1 second", "0.1 day", "0.000001 day", "1.000001 month", "6 years 0.99 month", "1 year 12 months", "12:60", "12:00:60", "12:00:61", "1 24:00", "59:61", "00:00:59.9999999", "1e5 sec", "1 day, 2 hours", "P1DT", "P1M1Y", "p1y", "1.2.3 sec", "-0:00:01", "-00:00:00.5", "1 fortnight", "-1.5 days", "-0.5 hours", "1 mil", "2 c", "+1 day", "1 dec", "-23:59:59", "1 month ago 1 day", "1.5:30", "P1.5Y", "P1.5M", "P1.5W", "PT1.5H", "PT1.5M", "PT10:20:30", "PT10:20", "PT102030", "P2020-01", "P2020", "P-1-2-3",
}

// TestAgreesWithPostgreSQL runs all comparisons on one server.
func TestAgreesWithPostgreSQL(t *testing.T) {
	o := pgoracle.Start(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *pgoracle.Oracle)
	}{
		{"TextInAndOut", textInAndOutAgreesWithPostgreSQL},
		{"TypeTable", typeTableAgreesWithPostgreSQL},
		{"NumericArithmetic", numericArithmeticAgreesWithPostgreSQL},
		{"FloatCasts", floatCastsAgreeWithPostgreSQL},
		{"TimeArithmetic", timeArithmeticAgreesWithPostgreSQL},
		{"IntervalArithmetic", intervalArithmeticAgreesWithPostgreSQL},
		{"OrderAndEquality", orderAndEqualityAgreeWithPostgreSQL},
		{"JSONView", jSONViewAgreesWithPostgreSQL},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, o) })
	}
}

// want is PostgreSQL's answer.
type want struct {
	text   string
	binary []byte
	code   string
	detail string
	msg    string
}

func ask(t testing.TB, c *pgx.Conn, cast string, text string) want {
	t.Helper()
	ctx := context.Background()
	sql := fmt.Sprintf("select $1::text::%s", cast) // a cast from text reads as input does, but for char types
	if !strings.Contains(cast, "char") && cast != "name" {
		sql = fmt.Sprintf("select %s::%s", quote(text), cast)
	}
	var r want
	for _, format := range []int16{0, 1} {
		var args [][]byte
		if strings.Contains(sql, "$1") {
			args = [][]byte{[]byte(text)}
		}
		res := c.PgConn().ExecParams(ctx, sql, args, nil, nil, []int16{format}).Read()
		if res.Err != nil {
			var pe *pgconn.PgError
			if !errors.As(res.Err, &pe) {
				t.Fatalf("%s: %v", sql, res.Err)
			}
			return want{code: pe.Code, msg: pe.Message, detail: pe.Detail}
		}
		if format == 0 {
			r.text = string(res.Rows[0][0])
		} else {
			r.binary = res.Rows[0][0]
		}
	}
	return r
}

func quote(s string) string {
	return " E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// typeOf reads "numeric(5,2)" for us.
func typeOf(t testing.TB, c *pgx.Conn, cast string) (OID, int32) {
	t.Helper()
	var oid uint32
	var typmod int32
	if _, err := c.Exec(context.Background(), "drop table if exists typ; create temp table typ (c "+cast+")"); err != nil {
		t.Fatal(err)
	}
	err := c.QueryRow(context.Background(), "select atttypid, atttypmod from pg_attribute where attrelid = 'typ'::regclass and attname = 'c'").Scan(&oid, &typmod)
	if err != nil {
		t.Fatal(err)
	}
	var formatted string
	if err := c.QueryRow(context.Background(), "select format_type($1, $2)", oid, typmod).Scan(&formatted); err != nil {
		t.Fatal(err)
	}
	if got := FormatType(oid, typmod); got != formatted {
		t.Errorf("FormatType(%d, %d) = %q, PostgreSQL's %q", oid, typmod, got, formatted)
	}
	if open := strings.IndexByte(cast, '('); open >= 0 && oid != Interval {
		var mods []int32
		for _, m := range strings.Split(strings.Trim(cast[open:], "()[]"), ",") {
			n, err := strconv.Atoi(m)
			if err != nil {
				t.Fatal(err)
			}
			mods = append(mods, int32(n))
		}
		if got, err := TypmodOf(oid, mods); err != nil || got != typmod {
			t.Errorf("TypmodOf(%s) = %d, %v, PostgreSQL's %d", cast, got, err, typmod)
		}
	}
	return oid, typmod
}

func textInAndOutAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	for _, in := range inputs {
		sessions := in.sessions
		if sessions == nil {
			sessions = []session{plainSession}
		}
		plainSession.set(t, c)
		oid, typmod := typeOf(t, c, in.as)
		for _, s := range sessions {
			s.set(t, c)
			env := s.env(t)
			t.Run(in.as+"/"+s.String(), func(t *testing.T) {
				for _, text := range in.texts {
					compareInput(t, c, env, in.as, oid, typmod, text)
				}
			})
		}
	}
}

func compareInput(t *testing.T, c *pgx.Conn, env *Env, as string, oid OID, typmod int32, text string) {
	w := ask(t, c, as, text)
	v := column.New(KindOf(oid))
	var err error
	if strings.HasPrefix(as, "character") || strings.HasPrefix(as, "bit") { // the oracle's cast is explicit: it cuts
		p := column.New(KindOf(oid))
		if err = ParseText(p, env, oid, -1, []byte(text)); err == nil {
			err = ApplyTypmod(v, oid, typmod, p, 0, true)
		}
	} else {
		err = ParseText(v, env, oid, typmod, []byte(text))
	}
	if w.code != "" {
		var e *Error
		switch {
		case err == nil:
			t.Errorf("%q is %q, PostgreSQL says %s %s", text, TextOf(env, oid, v, 0), w.code, w.msg)
		case !errors.As(err, &e):
			t.Errorf("%q: error %v is no *Error", text, err)
		case e.Code != w.code || e.Message != w.msg || oid == JSON && e.Detail != w.detail:
			t.Errorf("%q: %s %s (%s), PostgreSQL says %s %s (%s)", text, e.Code, e.Message, e.Detail, w.code, w.msg, w.detail)
		}
		if v.Len != 0 {
			t.Errorf("%q: the error appended a value", text)
		}
		return
	}
	if err != nil {
		t.Errorf("%q: %v, PostgreSQL says %q", text, err, w.text)
		return
	}
	if got := TextOf(env, oid, v, 0); got != w.text {
		t.Errorf("%q is %q, PostgreSQL says %q", text, got, w.text)
		return
	}
	b, err := AppendBinary(nil, env, oid, v, 0)
	if err != nil || string(b) != string(w.binary) {
		t.Errorf("%q in binary is %x (%v), PostgreSQL says %x", text, b, err, w.binary)
		return
	}
	back := column.New(KindOf(oid))
	if err := ParseBinary(back, env, oid, -1, w.binary); err != nil {
		t.Errorf("%q: reading binary %s: %v", text, hex.EncodeToString(w.binary), err)
	} else if got := TextOf(env, oid, back, 0); got != w.text {
		t.Errorf("%q through binary is %q, want %q", text, got, w.text)
	}
}

func typeTableAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	for _, typ := range All() {
		var name, sql, category string
		var array, elem uint32
		var length int16
		var preferred bool
		err := c.QueryRow(context.Background(), `select typname::text, format_type(oid, null), typarray::int8, typelem::int8, typlen, typcategory::text, typispreferred
			from pg_type where oid = $1::int8::oid`, int64(typ.OID)).Scan(&name, &sql, &array, &elem, &length, &category, &preferred)
		if err != nil {
			t.Errorf("%s (%d): %v", typ.Name, typ.OID, err)
			continue
		}
		if typ.OID == Name {
			elem = 0 // PostgreSQL can subscript names; we can't
		}
		if name != typ.Name || sql != typ.SQL || array != typ.Array || elem != typ.Elem || length != typ.Len || category != string(typ.Category) || preferred != typ.Preferred {
			t.Errorf("%+v, PostgreSQL has %s %q %d %d %d %s %v", *typ, name, sql, array, elem, length, category, preferred)
		}
		if strings.HasPrefix(sql, `"`) {
			continue // ByName takes names without quotes
		}
		if got, ok := ByName(sql); !ok || got.OID != typ.OID {
			t.Errorf("ByName(%q) = %v", sql, got)
		}
	}
}
