package function

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
	"pgregory.net/rapid"
)

// TestTimeBuckets: PostgreSQL has no time_bucket. The answers are what TimescaleDB's documentation says: weeks begin on Mondays, months on their
// first day, and so on.
func TestTimeBuckets(t *testing.T) {
	env := newTestEnv()
	for _, c := range [][2]string{
		{"time_bucket('5 minutes', timestamp '2024-05-06 07:08:09')", "timestamp without time zone 2024-05-06 07:05:00"},
		{"time_bucket('1 week', timestamp '2024-05-09 07:08:09')", "timestamp without time zone 2024-05-06 00:00:00"},
		{"time_bucket('1 month', timestamp '2024-05-09 07:08:09')", "timestamp without time zone 2024-05-01 00:00:00"},
		{"time_bucket('3 months', timestamp '1999-12-31')", "timestamp without time zone 1999-10-01 00:00:00"},
		{"time_bucket('1 year', timestamp '1999-12-31')", "timestamp without time zone 1999-01-01 00:00:00"},
		{"time_bucket('1 day', timestamp '1999-12-31 23:59')", "timestamp without time zone 1999-12-31 00:00:00"},
		{"time_bucket('1 day 12 hours', timestamp '2000-01-04 13:00')", "timestamp without time zone 2000-01-04 12:00:00"},
		{"time_bucket('1 day', timestamp 'infinity')", "timestamp without time zone infinity"},
		{"time_bucket('1 month', timestamp '-infinity')", "timestamp without time zone -infinity"},
		// The session is in New York; a bucket of days is one of UTC's all the same.
		{"time_bucket('1 day', timestamptz '2024-05-06 22:00:00-04')", "timestamp with time zone 2024-05-06 20:00:00-04"},
		{"time_bucket('1 month', timestamptz '2024-04-30 22:00:00-04')", "timestamp with time zone 2024-04-30 20:00:00-04"},
		{"time_bucket('1 day', timestamptz '2024-05-06 22:00:00-04', 'America/New_York')", "timestamp with time zone 2024-05-06 00:00:00-04"},
		{"time_bucket('1 day', timestamptz '2024-03-10 22:00:00-04', 'America/New_York')", "timestamp with time zone 2024-03-10 00:00:00-05"},
		{"time_bucket('1 month', timestamptz '2024-03-31 22:00:00-04', 'America/New_York')", "timestamp with time zone 2024-03-01 00:00:00-05"},
		{"time_bucket('1 day', timestamptz '2024-05-06 22:00:00-04', 'Europe/Berlin', null, '2 hours')", "timestamp with time zone 2024-05-06 20:00:00-04"},
		{"time_bucket('7 days', timestamptz '2024-05-06 22:00:00-04', 'UTC', timestamptz '2024-01-03 00:00:00Z')", "timestamp with time zone 2024-04-30 20:00:00-04"},
		{"time_bucket('1 day', timestamptz '2024-05-06', null)", "timestamp with time zone NULL"},
		{"time_bucket('1 day', timestamptz '2024-05-06', 'Nowhere')", `!22023 time zone "Nowhere" not recognized`},
		{"time_bucket('5 minutes', timestamp '2024-05-06 07:08:09', timestamp '2000-01-01 00:02')", "timestamp without time zone 2024-05-06 07:07:00"},
		{"time_bucket('1 week', timestamp '2024-05-09 07:08:09', timestamp '2000-01-02')", "timestamp without time zone 2024-05-05 00:00:00"},
		{"time_bucket('3 months', timestamp '2024-05-09', timestamp '2000-02-01')", "timestamp without time zone 2024-05-01 00:00:00"},
		{"time_bucket('1 day', timestamp '2024-05-09', timestamp 'infinity')", "!22008 timestamp out of range"},
		{"time_bucket('5 minutes', timestamp '2024-05-06 07:08:09', interval '1 minute')", "timestamp without time zone 2024-05-06 07:06:00"},
		{"time_bucket('5 minutes', timestamp '2024-05-06 07:08:09', interval '-2 minutes')", "timestamp without time zone 2024-05-06 07:08:00"},
		{"time_bucket('1 month', timestamp '2024-05-06', interval '10 days')", "timestamp without time zone 2024-04-11 00:00:00"},
		{"time_bucket('1 day', timestamptz '2024-05-06 02:00:00Z', interval '4 hours')", "timestamp with time zone 2024-05-05 00:00:00-04"},
		{"time_bucket('1 week', date '2024-05-09')", "date 2024-05-06"},
		{"time_bucket('1 month', date '2024-05-09')", "date 2024-05-01"},
		{"time_bucket('4 days', date '2018-02-03')", "date 2018-02-01"},
		{"time_bucket('4 days', date '2018-02-01', date '2018-01-31')", "date 2018-01-31"},
		{"time_bucket('1 week', date '2024-05-09', interval '-1 day')", "date 2024-05-05"},
		{"time_bucket('1 day', date 'infinity')", "date infinity"},
		{"time_bucket('5 hours', date '2024-05-09')", "!22023 interval must not have sub-day precision"},
		{"time_bucket('1 month 1 day', timestamp '2024-05-09')", "!22023 month intervals cannot have day or time component"},
		{"time_bucket('-1 month', timestamp '2024-05-09')", "!22023 period must be greater than 0"},
		{"time_bucket('0 seconds', timestamp '2024-05-09')", "!22023 period must be greater than 0"},
		{"time_bucket('-1 day', timestamp '2024-05-09')", "!22023 period must be greater than 0"},
		{"time_bucket('1 day', null::timestamp)", "timestamp without time zone NULL"},
		{"time_bucket(10, 37)", "integer 30"},
		{"time_bucket(10, -37)", "integer -40"},
		{"time_bucket(10, 37, 5)", "integer 35"},
		{"time_bucket(10, 37, -2)", "integer 28"},
		{"time_bucket(10::int8, 37::int8)", "bigint 30"},
		{"time_bucket(10::int2, 37::int2, 25::int2)", "smallint 35"},
		{"time_bucket(0, 37)", "!22023 period must be greater than 0"},
		{"time_bucket(10::int2, (-32768)::int2)", "!22008 timestamp out of range"},
		{"time_bucket(10::int2, (-32768)::int2, 8::int2)", "!22008 timestamp out of range"},
	} {
		if got := evaluate(env, c[0]); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
}

// TestBucketsHoldTheirTimes: a bucket begins no later than the time it is for, ends after it, and its own start lies in it; the origin is the
// beginning of one.
func TestBucketsHoldTheirTimes(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	between := rapid.Int64Range(-2e15, 4e15) // 1906 … 2096
	rapid.Check(t, func(t *rapid.T) {
		ts, origin := between.Draw(t, "ts"), between.Draw(t, "origin")
		width := column.Span{Micros: rapid.Int64Range(1, 1e13).Draw(t, "micros"), Days: rapid.Int32Range(0, 400).Draw(t, "days")}
		if rapid.Bool().Draw(t, "of months") {
			width = column.Span{Months: rapid.Int32Range(1, 50).Draw(t, "months")}
			origin, _ = types.TruncTimestamp("month", origin)
		}
		bucket := func(ts int64) int64 {
			b, err := timeBucket(width, ts, origin)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		start := bucket(ts)
		end, err := types.TimestampAddInterval(start, width)
		if err != nil {
			t.Fatal(err)
		}
		if ts < start || ts >= end {
			t.Fatalf("%d is not in %d … %d", ts, start, end)
		}
		if bucket(start) != start || bucket(end-1) != start || bucket(end) != end {
			t.Fatalf("%d … %d is not a bucket of its own", start, end)
		}
		if b := bucket(origin); b != origin {
			t.Fatalf("no bucket begins at the origin %d, but at %d", origin, b)
		}
		// Moved by an offset it is the same on the moved clock; in a zone, on the zone's clock.
		offset := column.Span{Micros: rapid.Int64Range(-1e12, 1e12).Draw(t, "offset")}
		moved, err := bucketBeside(width, ts, origin, offset, types.TimestampAddInterval)
		if err != nil {
			t.Fatal(err)
		}
		if want := bucket(ts-offset.Micros) + offset.Micros; moved != want {
			t.Fatalf("with offset %d the bucket begins at %d, want %d", offset.Micros, moved, want)
		}
		instant, err := types.TimestampToTimestamptz(ts, zone)
		if err != nil {
			t.Fatal(err)
		}
		wall, err := types.TimestamptzToTimestamp(instant, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(newTestEnv(), fmt.Sprintf("timezone('Europe/Berlin', time_bucket('%s', '%s'::timestamptz, 'Europe/Berlin')) = time_bucket('%[1]s', '%[3]s'::timestamp)",
			textOf(types.Interval, width), textOf(types.Timestamptz, instant), textOf(types.Timestamp, wall)))
		if got != "boolean t" && !inGap(wall, width, zone) {
			t.Fatalf("in Europe/Berlin the bucket of %d is another than on its clock: %s", wall, got)
		}
	})
}

// inGap reports whether the bucket of a wall clock's time begins at a time that the zone has skipped.
func inGap(wall int64, width column.Span, zone *time.Location) bool {
	b, err := timeBucket(width, wall, bucketOrigin(width))
	if err != nil {
		return false
	}
	instant, _ := types.TimestampToTimestamptz(b, zone)
	back, _ := types.TimestamptzToTimestamp(instant, zone)
	return back != b
}

func textOf(t types.OID, x any) string {
	v := column.New(types.KindOf(t))
	switch x := x.(type) {
	case int64:
		v.AppendInt(x)
	case column.Span:
		v.AppendSpan(x)
	}
	return types.TextOf(nil, t, v, 0)
}

// TestIntegerBuckets holds the arithmetic against one that has no limits.
func TestIntegerBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.OneOf(rapid.Int64Range(math.MinInt16, math.MaxInt16), rapid.Int64Range(-40, 40), rapid.Int64Range(math.MaxInt16-40, math.MaxInt16))
		period, x, offset := near.Filter(func(p int64) bool { return p > 0 }).Draw(t, "period"), near.Draw(t, "x"), near.Draw(t, "offset")
		got, ok := integerBucket(period, x, offset, math.MinInt16, math.MaxInt16)
		want := x - ((x-offset)%period+period)%period
		switch {
		case ok && got != want:
			t.Fatalf("%d, want %d", got, want)
		case !ok && want >= math.MinInt16+period && want <= math.MaxInt16-period:
			if x-offset%period >= math.MinInt16 && x-offset%period <= math.MaxInt16 {
				t.Fatalf("out of range, want %d", want)
			}
		}
	})
}
