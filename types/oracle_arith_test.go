package types_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/integration/pgoracle"
	. "github.com/flare-pg/flare-pg/types"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// evaluate gives PostgreSQL's text of an expression, or the SQLSTATE and message of its error; null is "null".
func evaluate(t testing.TB, c *pgx.Conn, sql string) string {
	t.Helper()
	res := c.PgConn().ExecParams(context.Background(), "select "+sql, nil, nil, nil, nil).Read()
	if res.Err != nil {
		var pe *pgconn.PgError
		if !errors.As(res.Err, &pe) {
			t.Fatalf("%s: %v", sql, res.Err)
		}
		return pe.Code + " " + pe.Message
	}
	if res.Rows[0][0] == nil {
		return "null"
	}
	return string(res.Rows[0][0])
}

// said is how our results are compared with evaluate's.
func said(text string, err error) string {
	if err == nil {
		return text
	}
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	return e.Code + " " + e.Message
}

// value reads an input for a test.
func value(t testing.TB, env *Env, oid OID, s string) *column.Vector {
	t.Helper()
	v := column.New(KindOf(oid))
	if err := ParseText(v, env, oid, -1, []byte(s)); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

func num(t testing.TB, s string) *apd.Decimal {
	t.Helper()
	var d apd.Decimal
	if err := ParseNumeric(&d, []byte(s)); err != nil {
		t.Fatal(err)
	}
	return &d
}

func numText(d *apd.Decimal, err error) string {
	if err != nil {
		return said("", err)
	}
	return string(AppendNumeric(nil, d))
}

var numbers = []string{"0", "0.00", "1", "-1", "2", "3", "7", "10", "0.5", "-0.5", "1.5", "2.5", "-2.5", "0.1", "0.001", "123.456", "-123.4560", "99999", "10000", "9999.9999",
	"123456789012345678901234567890", "0.000000000000000000000012345", "1e20", "1e-20", "3.14159265358979323846", "100", "0.0009", "NaN", "Infinity", "-Infinity", "1.00000000001", "0.99", "5000", "12345678.9"}

var fewNumbers = []string{"0", "0.00", "1", "-1", "2", "-3", "0.5", "-0.5", "2.50", "-2.5", "10", "123.456", "0.0009", "1e-12", "NaN", "Infinity", "-Infinity", "1.00000000001", "7"}

func numericArithmeticAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	binary := []struct {
		sql string
		f   func(z, x, y *apd.Decimal) error
	}{
		{"%s + %s", NumericAdd}, {"%s - %s", NumericSub}, {"%s * %s", NumericMul}, {"%s / %s", NumericDiv},
		{"%s %% %s", NumericMod}, {"div(%s, %s)", NumericDivTrunc}, {"log(%s, %s)", NumericLog}, {"power(%s, %s)", NumericPower},
	}
	lit := func(s string) string { return "'" + s + "'::numeric" }
	for _, op := range binary {
		numbers := numbers
		if strings.HasPrefix(op.sql, "power") || strings.HasPrefix(op.sql, "log") {
			numbers = fewNumbers // whose results have not too many digits
		}
		for _, x := range numbers {
			for _, y := range numbers {
				sql := fmt.Sprintf(op.sql, lit(x), lit(y))
				var z apd.Decimal
				a, b := num(t, x), num(t, y)
				got := numText(&z, op.f(&z, a, b))
				if w := evaluate(t, c, sql); got != w {
					t.Errorf("%s = %.200s, PostgreSQL says %.200s", sql, got, w)
				}
				if s := string(AppendNumeric(nil, a)); s != string(AppendNumeric(nil, num(t, x))) {
					t.Errorf("%s changed its argument to %s", sql, s)
				}
				// The result may take an argument's place.
				alias := numText(a, op.f(a, a, b))
				if alias != got {
					t.Errorf("%s in place of its first argument = %.200s, not %.200s", sql, alias, got)
				}
			}
		}
	}
	for _, x := range numbers {
		var z apd.Decimal
		check := func(sql, got string) {
			t.Helper()
			if w := evaluate(t, c, sql); got != w {
				t.Errorf("%s = %.200s, PostgreSQL says %.200s", sql, got, w)
			}
		}
		check("sqrt("+lit(x)+")", numText(&z, NumericSqrt(&z, num(t, x))))
		check("ln("+lit(x)+")", numText(&z, NumericLn(&z, num(t, x))))
		if x != "5000" {
			check("exp("+lit(x)+")", numText(&z, NumericExp(&z, num(t, x))))
		}
		check("ceil("+lit(x)+")", numText(&z, NumericCeil(&z, num(t, x))))
		check("floor("+lit(x)+")", numText(&z, NumericFloor(&z, num(t, x))))
		for _, scale := range []int{-3, -1, 0, 1, 2, 5, 30} {
			check(fmt.Sprintf("round(%s, %d)", lit(x), scale), numText(&z, NumericRound(&z, num(t, x), scale)))
			check(fmt.Sprintf("trunc(%s, %d)", lit(x), scale), numText(&z, NumericTrunc(&z, num(t, x), scale)))
		}
		NumericNeg(&z, num(t, x))
		check("- "+lit(x), numText(&z, nil))
		NumericTrimScale(&z, num(t, x))
		check("trim_scale("+lit(x)+")", numText(&z, nil))
		for typ, oid := range map[string]OID{"smallint": Int2, "integer": Int4, "bigint": Int8} {
			n, err := NumericToInt(num(t, x), oid)
			check(lit(x)+"::"+typ, said(fmt.Sprint(n), err))
		}
		f, err := NumericToFloat(num(t, x), Float8)
		check(lit(x)+"::float8", said(string(AppendFloat(nil, nil, Float8, f)), err))
	}
}

func floatCastsAgreeWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	for _, f := range []float64{0, math.Copysign(0, -1), 0.5, 1.5, 2.5, -0.5, -1.5, 1e10, 32767.4, 32767.5, 2147483647.5, 9.3e18, -9.223372036854775e18, 1e308, 5e-324, 0.1, 1.0 / 3, 123456.789, 1e15, 1e16, 1e17, 1234567890123456789, 3.5e38, 1e-46, math.NaN(), math.Inf(1), math.Inf(-1), 1e22, 1e23, 9007199254740992, 18014398509481984, 18014398509481988, 5e22, 8.41e21, 2.0e24, 9.2e37, 33554432, 8.5899346e9, 3.4028234e38} {
		lit := fmt.Sprintf("'%s'::float8", AppendFloat(nil, nil, Float8, f))
		check := func(sql, got string) {
			t.Helper()
			if w := evaluate(t, c, sql); got != w {
				t.Errorf("%s = %s, PostgreSQL says %s", sql, got, w)
			}
		}
		for typ, oid := range map[string]OID{"smallint": Int2, "integer": Int4, "bigint": Int8} {
			n, err := FloatToInt(f, oid)
			check(lit+"::"+typ, said(fmt.Sprint(n), err))
		}
		var z apd.Decimal
		check(lit+"::numeric", numText(&z, NumericFromFloat(&z, f)))
		g, err := CheckFloat4(f)
		check(lit+"::float4", said(string(AppendFloat(nil, nil, Float4, g)), err))
		if err == nil {
			check(lit+"::float4::numeric", numText(&z, NumericFromFloat4(&z, g)))
		}
		for digits := -3; digits <= 1; digits++ {
			env := NewEnv(time.Now())
			env.FloatDigits = digits
			evaluate(t, c, fmt.Sprintf("set_config('extra_float_digits', '%d', false)", digits))
			check(lit, string(AppendFloat(nil, env, Float8, f)))
		}
	}
}

var moments = []string{"2020-02-29 12:34:56.789012", "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2024-12-31 23:59:59", "2020-03-29 00:30:00", "2020-03-28 02:30:00", "2020-10-25 00:30:00", "2020-10-25 01:30:00",
	"1999-01-01 00:00:00", "2000-12-31 12:00:00", "2001-01-01 00:00:00", "0001-01-01 00:00:00", "0044-03-15 10:20:30 BC", "0001-12-31 00:00:00 BC", "4713-01-01 00:00:00 BC", "9999-12-31 23:59:59.5", "infinity", "-infinity", "1582-10-15 00:00:00", "2021-01-03 00:00:00", "2016-01-03 00:00:00", "200000-01-01 00:00:00", "294200-01-01 00:00:00"}

var spans = []string{"1 day", "-1 day", "1 month", "-1 month", "1 year 2 months 3 days 04:05:06.789", "-00:00:00.000001", "24 hours", "36:00:00", "-100 years", "30 days", "2 years", "0", "1 mon -1 day", "-1 mon 40 days", "5 days -30:00:00", "1000 years", "300000 years", "178956970 years", "25 mons 33 days 50:00:01.5"}

var timeUnits = []string{"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium", "julian", "isoyear", "dow", "isodow", "doy", "epoch", "timezone", "timezone_hour", "timezone_minute", "nosuch", "secs", "MILLISECONDS", "Year"}

func timeArithmeticAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	for _, s := range []session{plainSession, {"Europe/Berlin", "MDY", "postgres"}, {"Asia/Kathmandu", "MDY", "postgres"}} {
		s.set(t, c)
		env := s.env(t)
		t.Run(s.zone, func(t *testing.T) {
			check := func(sql, got string) {
				t.Helper()
				if w := evaluate(t, c, sql); got != w {
					t.Errorf("%s = %s, PostgreSQL says %s", sql, got, w)
				}
			}
			stamp := func(x int64) string { return string(AppendTimestamp(nil, x)) }
			stamptz := func(x int64) string { return string(AppendTimestamptz(nil, x, env.Location)) }
			interval := func(x column.Span) string { return string(AppendInterval(nil, "postgres", x)) }
			for _, m := range moments {
				ts, tz := value(t, env, Timestamp, m).Int(0), value(t, env, Timestamptz, m).Int(0)
				a, b := "timestamp '"+m+"'", "timestamptz '"+m+"'"
				check(a, stamp(ts))
				check(b, stamptz(tz))
				for _, sp := range spans {
					x := value(t, env, Interval, sp).Span(0)
					r, err := TimestampAddInterval(ts, x)
					check(a+" + interval '"+sp+"'", said(stamp(r), err))
					r, err = TimestamptzAddInterval(tz, x, env.Location)
					check(b+" + interval '"+sp+"'", said(stamptz(r), err))
				}
				for _, u := range timeUnits {
					r, err := TruncTimestamp(u, ts)
					check("date_trunc('"+u+"', "+a+")", said(stamp(r), err))
					r, err = TruncTimestamptz(u, tz, env.Location)
					check("date_trunc('"+u+"', "+b+")", said(stamptz(r), err))
					for _, typ := range []string{"timestamp", "timestamptz", "date"} {
						row, _ := ByName(typ)
						in := m
						if typ == "date" {
							in = strings.Fields(m)[0]
							if strings.HasSuffix(m, "BC") {
								in += " BC"
							}
						}
						v := value(t, env, row.OID, in)
						var z apd.Decimal
						ok, err := Extract(&z, env, row.OID, u, v, 0)
						got := numText(&z, err)
						if !ok && err == nil {
							got = "null"
						}
						check("extract(\""+u+"\" from "+typ+" '"+in+"')", got)
						f, ok, err := DatePart(env, row.OID, u, v, 0)
						got = said(string(AppendFloat(nil, nil, Float8, f)), err)
						if !ok && err == nil {
							got = "null"
						}
						check("date_part('"+u+"', "+typ+" '"+in+"')", got)
					}
				}
				for _, n := range moments {
					if strings.HasPrefix(m, "294200") || strings.HasPrefix(n, "294200") {
						continue // too far from some others: PostgreSQL wraps round, we say so
					}
					other, otz := value(t, env, Timestamp, n).Int(0), value(t, env, Timestamptz, n).Int(0)
					x, err := TimestampSub(ts, other)
					check(a+" - timestamp '"+n+"'", said(interval(x), err))
					x, err = TimestampSub(tz, otz)
					check(b+" - timestamptz '"+n+"'", said(interval(x), err))
					if Infinite(ts) || Infinite(other) {
						continue // no age; see TimestampAge
					}
					x, err = TimestampAge(ts, other)
					check("age("+a+", timestamp '"+n+"')", said(interval(x), err))
					x, err = TimestamptzAge(tz, otz, env.Location)
					check("age("+b+", timestamptz '"+n+"')", said(interval(x), err))
				}
				for _, stride := range []string{"5 minutes", "1 day", "7 days 03:00:00", "1 month", "0", "-1 hour"} {
					x := value(t, env, Interval, stride).Span(0)
					r, err := DateBin(x, ts, value(t, env, Timestamp, "2001-01-01 00:02:30").Int(0))
					check("date_bin('"+stride+"', "+a+", '2001-01-01 00:02:30')", said(stamp(r), err))
				}
				check(a+"::date", string(AppendDate(nil, TimestampToDate(ts))))
				check(b+"::date", string(AppendDate(nil, TimestamptzToDate(tz, env.Location))))
				r, err := TimestampToTimestamptz(ts, env.Location)
				check(a+"::timestamptz", said(stamptz(r), err))
				r, err = TimestamptzToTimestamp(tz, env.Location)
				check(b+"::timestamp", said(stamp(r), err))
				for _, zone := range []string{"America/New_York", "UTC", "EST", "+05", "UTC-3", "Nowhere"} {
					if zone == "Nowhere" && Infinite(tz) {
						continue // PostgreSQL doesn't look at the zone
					}
					loc, err := ParseZone(zone)
					if err == nil {
						r, err = TimestamptzToTimestamp(tz, loc)
					}
					check(b+" at time zone '"+zone+"'", said(stamp(r), err))
				}
				if us, ok := TimestampToTime(ts); ok {
					check(a+"::time", string(AppendTime(nil, us)))
					for _, sp := range spans[:8] {
						check(a+"::time + interval '"+sp+"'", string(AppendTime(nil, TimeAddInterval(us, value(t, env, Interval, sp).Span(0)))))
					}
				} else {
					check(a+"::time", "null")
				}
			}
			for _, d := range []string{"2020-02-29", "infinity", "294240-01-01", "4714-11-24 BC", "5874897-12-31"} {
				days := value(t, env, Date, d).Int(0)
				r, err := DateToTimestamp(days)
				check("date '"+d+"'::timestamp", said(stamp(r), err))
				r, err = DateToTimestamptz(days, env.Location)
				check("date '"+d+"'::timestamptz", said(stamptz(r), err))
				for _, n := range []int64{1, -1, 100000000, -100000000} {
					r, err := DateAddDays(days, n)
					check(fmt.Sprintf("date '%s' + %d", d, n), said(string(AppendDate(nil, r)), err))
				}
				r, err = DateSub(days, 0)
				check("date '"+d+"' - date '1970-01-01'", said(fmt.Sprint(r), err))
			}
		})
	}
}

func intervalArithmeticAgreesWithPostgreSQL(t *testing.T, o *pgoracle.Oracle) {
	c := o.Connect(t)
	env := plainSession.env(t)
	plainSession.set(t, c)
	check := func(sql, got string) {
		t.Helper()
		if w := evaluate(t, c, sql); got != w {
			t.Errorf("%s = %s, PostgreSQL says %s", sql, got, w)
		}
	}
	text := func(x column.Span, err error) string {
		return said(string(AppendInterval(nil, "postgres", x)), err)
	}
	for _, s := range spans {
		a, lit := value(t, env, Interval, s).Span(0), "interval '"+s+"'"
		check("- "+lit, text(SpanNeg(a)))
		check("justify_hours("+lit+")", text(JustifyHours(a)))
		check("justify_days("+lit+")", text(JustifyDays(a)))
		check("justify_interval("+lit+")", text(JustifyInterval(a)))
		for _, f := range []float64{0, 1, -1, 2, 0.5, 1.5, 0.1, 1.0 / 3, -2.7, 1e6, 7, 1e-9} {
			check(fmt.Sprintf("%s * %s::float8", lit, lit8(f)), text(SpanMul(a, f)))
			check(fmt.Sprintf("%s / %s::float8", lit, lit8(f)), text(SpanDiv(a, f)))
		}
		for _, u := range timeUnits {
			check("date_trunc('"+u+"', "+lit+")", text(TruncInterval(u, a)))
			v := value(t, env, Interval, s)
			var z apd.Decimal
			ok, err := Extract(&z, env, Interval, u, v, 0)
			got := numText(&z, err)
			if !ok && err == nil {
				got = "null"
			}
			check("extract(\""+u+"\" from "+lit+")", got)
			f, _, err := DatePart(env, Interval, u, v, 0)
			check("date_part('"+u+"', "+lit+")", said(string(AppendFloat(nil, nil, Float8, f)), err))
		}
		for _, o := range spans {
			b, other := value(t, env, Interval, o).Span(0), "interval '"+o+"'"
			check(lit+" + "+other, text(SpanAdd(a, b)))
			check(lit+" - "+other, text(SpanSub(a, b)))
			check("interval_cmp("+lit+", "+other+")", fmt.Sprint(SpanCompare(a, b)))
		}
	}
	for _, u := range timeUnits {
		v := value(t, env, Time, "12:34:56.789")
		var z apd.Decimal
		_, err := Extract(&z, env, Time, u, v, 0)
		check("extract(\""+u+"\" from time '12:34:56.789')", numText(&z, err))
	}
}

func lit8(f float64) string { return "'" + string(AppendFloat(nil, nil, Float8, f)) + "'" }
