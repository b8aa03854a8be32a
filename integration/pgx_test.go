package integration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// TestParameters sends a value of each type as a binary parameter and takes it back as a binary result.
func TestParameters(t *testing.T) {
	ctx := context.Background()
	c := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx)
	at := time.Date(2026, 3, 1, 12, 34, 56, 789012000, time.UTC)
	var numeric pgtype.Numeric
	if err := numeric.Scan("-12345678901234567890.0012300"); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		typ  string
		send any
		want string // the value's text, as the server sees it
	}{
		{"boolean", true, "true"},
		{"smallint", int16(-32768), "-32768"},
		{"integer", int32(math.MinInt32), "-2147483648"},
		{"bigint", int64(math.MaxInt64), "9223372036854775807"},
		{"real", float32(1.5), "1.5"},
		{"double precision", math.Pi, "3.141592653589793"},
		{"double precision", math.Inf(-1), "-Infinity"},
		{"numeric", numeric, "-12345678901234567890.0012300"},
		{"text", "Grüße, 世界\n", "Grüße, 世界\n"},
		{"varchar", "x", "x"},
		{"bytea", []byte{0, 1, 255}, `\x0001ff`},
		{"uuid", "0b0c8bf2-9b1a-4a5e-8f0e-4a5b2f6f7d10", "0b0c8bf2-9b1a-4a5e-8f0e-4a5b2f6f7d10"},
		{"timestamptz", at, "2026-03-01 12:34:56.789012+00"},
		{"timestamp", at, "2026-03-01 12:34:56.789012"},
		{"date", time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), "1999-12-31"},
		{"time", pgtype.Time{Microseconds: 3723000001, Valid: true}, "01:02:03.000001"},
		{"interval", pgtype.Interval{Months: 14, Days: -3, Microseconds: 90_000_000, Valid: true}, "1 year 2 mons -3 days +00:01:30"},
		{"jsonb", json.RawMessage(`{"b":[1,2.50,null],"a":"x"}`), `{"a": "x", "b": [1, 2.50, null]}`},
		{"json", json.RawMessage(`{"b" : 1}`), `{"b" : 1}`},
	}
	for _, k := range cases {
		t.Run(k.typ, func(t *testing.T) {
			// The simple form of the statement: the type is declared by the cast, the text is the server's own.
			var text string
			if err := c.QueryRow(ctx, fmt.Sprintf("select $1::%s::text", k.typ), k.send).Scan(&text); err != nil {
				t.Fatal(err)
			}
			if text != k.want {
				t.Errorf("the server saw %q, want %q", text, k.want)
			}
			// And back in binary: what comes is sent again, and must be equal there.
			rows, err := c.Query(ctx, fmt.Sprintf("select $1::%s", k.typ), k.send)
			if err != nil {
				t.Fatal(err)
			}
			got, err := pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) ([]byte, error) {
				if f := r.FieldDescriptions()[0].Format; f != pgx.BinaryFormatCode && k.typ != "json" && k.typ != "text" && k.typ != "varchar" && k.typ != "jsonb" {
					return nil, fmt.Errorf("result has format %d, want binary", f)
				}
				return append([]byte(nil), r.RawValues()[0]...), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) == 0 {
				t.Error("an empty value came back")
			}
			var isNull bool
			if err := c.QueryRow(ctx, fmt.Sprintf("select $1::%s is null", k.typ), nil).Scan(&isNull); err != nil || !isNull {
				t.Errorf("null parameter: %v, %v", isNull, err)
			}
		})
	}
}

// TestPreparedStatement runs one prepared statement a thousand times, with results that depend on the parameter.
func TestPreparedStatement(t *testing.T) {
	ctx := context.Background()
	c := serve(t, filepath.Join(t.TempDir(), "data")).Connect(ctx)
	batch := &pgx.Batch{}
	for i := range 100 {
		batch.Queue("insert into stream (timestamp, N, Kind) values ($1, $2::bigint, $3)", time.Now().Add(time.Duration(i)*time.Second), int64(i), fmt.Sprint("kind ", i%7))
	}
	if err := c.SendBatch(ctx, batch).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prepare(ctx, "few", "select count(*), coalesce(sum(N), 0)::float8 from stream where N < $1 and Kind = $2"); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		n, kind := int64(i%120), fmt.Sprint("kind ", i%9)
		var count int64
		var sum float64
		if err := c.QueryRow(ctx, "few", n, kind).Scan(&count, &sum); err != nil {
			t.Fatal(err)
		}
		var wantCount int64
		var wantSum float64
		for j := int64(0); j < min(n, 100); j++ {
			if fmt.Sprint("kind ", j%7) == kind {
				wantCount++
				wantSum += float64(j)
			}
		}
		if count != wantCount || sum != wantSum {
			t.Fatalf("run %d (N < %d, %s): %d, %g; want %d, %g", i, n, kind, count, sum, wantCount, wantSum)
		}
	}
}

// TestCancel cancels a long scan. How quickly is printed, not judged: the machine may be busy.
func TestCancel(t *testing.T) {
	ctx := context.Background()
	data := filepath.Join(t.TempDir(), "data")
	d := start(t, "demo", "--data", data, "--events", "40000", "--listen", "127.0.0.1:0")
	c := d.Connect(ctx)
	// Nested loops over the stream would be slow, but so is this: every event against a pattern that never matches, many times over.
	long := "select count(*) from stream where " + strings.TrimSuffix(strings.Repeat("document::text like '%a%b%c%d%e%f%g%never%' or ", 200), " or ")
	began := make(chan struct{})
	var cancelled time.Time
	go func() {
		close(began)
		time.Sleep(300 * time.Millisecond)
		cancelled = time.Now()
		c.PgConn().CancelRequest(ctx)
	}()
	<-began
	_, err := c.Exec(ctx, long)
	took := time.Since(cancelled)
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Code != "57014" {
		t.Fatalf("the statement ended with %v, want 57014", err)
	}
	t.Logf("cancelled %v after the request", took)
	var one int
	if err := c.QueryRow(ctx, "select 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("the session is of no use after a cancel: %v", err)
	}
}
