package session

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// pgCode is the SQLSTATE that a client got.
func pgCode(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

// TestConnect: which databases there are, and what start-up may set.
func TestConnect(t *testing.T) {
	l := serve(t)
	host, port, _ := strings.Cut(l.addr, ":")
	for dsn, want := range map[string]string{
		"user=me dbname=flare":                                      "",
		"user=me dbname=postgres":                                   "",
		"user=me dbname=me":                                         "",
		"user=me dbname=other":                                      "3D000",
		"user=me dbname=me timezone=Asia/Tokyo":                     "",
		"user=me dbname=me nonsense=1":                              "42704",
		"user=me dbname=me client_encoding=LATIN1":                  "0A000",
		"user=me dbname=me options='-c statement_timeout=5s'":       "",
		"user=me dbname=me options='-c statement_timeout=nonsense'": "22023",
	} {
		c, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s port=%s sslmode=disable %s", host, port, dsn))
		if err == nil {
			c.Close(context.Background())
		}
		if want == "" && err != nil || want != "" && pgCode(err) != want {
			t.Errorf("%s: %v, want %q", dsn, err, want)
		}
	}
	long := strings.Repeat("é", 40)
	l.connect("user="+long, "dbname="+long).want("select length(current_user), current_user = current_database()", "31|t\nSELECT 1")
	for parameter, want := range map[string]string{"application_name": "", "search_path": "22021", "my.own": "22021", "TimeZone": "22023"} {
		config, err := pgx.ParseConfig(fmt.Sprintf("host=%s port=%s sslmode=disable user=me dbname=me", host, port))
		if err != nil {
			t.Fatal(err)
		}
		config.RuntimeParams[parameter] = "a\xff"
		c, err := pgx.ConnectConfig(context.Background(), config)
		if err == nil {
			c.Close(context.Background())
		}
		if want == "" && err != nil || want != "" && pgCode(err) != want {
			t.Errorf("%s with odd bytes: %v, want %q", parameter, err, want)
		}
	}
	c := l.connect("application_name=me", "options='-c statement_timeout=5s -c my.own=x'", "timezone=Asia/Tokyo")
	c.want("show statement_timeout; show application_name; show my.own; show timezone", "5s\nSHOW\nme\nSHOW\nx\nSHOW\nAsia/Tokyo\nSHOW")
	c.want("set timezone = 'UTC'; reset timezone; show timezone", "SET\nRESET\nAsia/Tokyo\nSHOW")
	for name, want := range map[string]string{
		"server_encoding": "UTF8", "client_encoding": "UTF8", "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "integer_datetimes": "on",
		"standard_conforming_strings": "on", "is_superuser": "on", "session_authorization": "flare", "in_hot_standby": "off",
		"default_transaction_read_only": "off", "TimeZone": "Asia/Tokyo", "application_name": "me", "server_version": "15.0 (flare-pg test)",
	} {
		if got := c.PgConn().ParameterStatus(name); got != want {
			t.Errorf("ParameterStatus %s = %q, want %q", name, got, want)
		}
	}
}

// TestInsert: rows become events, with the rules of each kind of column.
func TestInsert(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream (timestamp, level, message, "StatusCode", "Elapsed", ok, tags)
		values ('2026-03-01 12:00:00.123456+01', 'Error', 'boom', 500, 1.5, true, '["a"]'::jsonb)`, "INSERT 0 1")
	c.want("select document from stream", `{"@t":"2026-03-01T11:00:00.123456Z","@m":"boom","@l":"Error","Elapsed":1.5,"StatusCode":500,"ok":true,"tags":["a"]}`+"\nSELECT 1")
	c.want("select timestamp, level, message, StatusCode, elapsed, ok, tags from stream",
		`2026-03-01 11:00:00.123456+00|Error|boom|500|1.5|t|["a"]`+"\nSELECT 1")
	// NULL omits, DEFAULT is now, properties are spread, a whole event is taken as it is.
	c.want(`insert into stream (timestamp, message, n) values (default, null, null), (now(), 'x', 1)`, "INSERT 0 2")
	c.want(`select count(*), count(message), count(n) from stream where timestamp > now() - interval '1 minute'`, "2|1|1\nSELECT 1")
	c.want(`insert into stream (timestamp, properties, extra) values ('2026-01-01Z', '{"a": 1, "b": {"c": 2}, "extra": 0}', 7)`, "INSERT 0 1")
	c.want(`select document from stream where a = 1`, `{"@t":"2026-01-01T00:00:00Z","a":1,"b":{"c":2},"extra":7}`+"\nSELECT 1")
	c.want(`insert into stream (document) values ('{"ts": "2026-02-01T00:00:00.1234567Z", "v": 1e3}')`, "INSERT 0 1")
	c.want(`select document from stream where v = 1000`, `{"@t":"2026-02-01T00:00:00.1234567Z","v":1e3}`+"\nSELECT 1")
	// A property that has a time's name is just a property where columns are named.
	c.want(`insert into stream (time, p) values ('yesterday', 'q')`, "INSERT 0 1")
	c.want(`select time, timestamp > now() - interval '1 minute' from stream where p = 'q'`, "yesterday|t\nSELECT 1")
	c.want(`insert into stream default values`, "INSERT 0 1")
	c.want(`insert into stream (message, n) select 'copy of ' || message, n + 1 from stream where n = 1`, "INSERT 0 1")
	c.want(`select message, n from stream where n = 2`, "copy of x|2\nSELECT 1")

	for sql, want := range map[string]string{
		`insert into stream (timestamp) values (null)`:                            "!23502",
		`insert into stream (timestamp) values ('infinity')`:                      "!22008",
		`insert into stream (timestamp) values ('0044-03-15 BC')`:                 "!22008",
		`insert into stream (properties) values ('[1]')`:                          "!22023",
		`insert into stream (document) values ('{"a":')`:                          "!22P02",
		`insert into stream (document) values ('[1]')`:                            "!22023",
		`insert into stream (document) values (null)`:                             "!23502",
		`insert into stream (document) values ('{"@t":"12000-01-01T00:00:00Z"}')`: "!22008",
		`insert into nowhere values (1)`:                                          "!42P01",
		`insert into stream (message, message) values ('a', 'b')`:                 "!42701",
		`update stream set message = 'x'`:                                         "!0A000",
		`insert into stream (document) values ('{"a":"` + "\\u0000" + `"}')`:      "!22P05",
	} {
		c.want(sql, want)
	}
	c.want("select count(*) from stream", "8\nSELECT 1")
}

// TestErrorFields: position, hint and the rest reach the client.
func TestErrorFields(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream ("StatusCode") values (200)`, "INSERT 0 1")
	for _, k := range []struct {
		sql, code, message, hint string
		position                 int32
	}{
		{"select StatusCod from stream", "42703", `column "statuscod" does not exist`, "StatusCode", 8},
		{"select 1; select nonsense", "42703", `column "nonsense" does not exist`, "", 18},
		{"select 'é', nonsense", "42703", `column "nonsense" does not exist`, "", 13},
		{"select frm stream where", "42601", "syntax error at end of input", "", 24},
		{"select 1/0", "22012", "division by zero", "", 0},
		{"select * from nowhere", "42P01", `relation "nowhere" does not exist`, "", 15},
		{"select $1", "42P02", "there is no parameter $1", "", -1},
		{"create materialized view t as select 1", "0A000", "", "", -1},
		{"do $$begin end$$", "0A000", "", "", -1},
	} {
		_, err := c.simple(k.sql)
		e := (*pgconn.PgError)(nil)
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", k.sql, err)
			continue
		}
		if e.Code != k.code || !strings.HasPrefix(e.Message, k.message) || !strings.Contains(e.Hint, k.hint) || k.position >= 0 && e.Position != k.position || e.Severity != "ERROR" {
			t.Errorf("%s: %s %s (hint %q, position %d)", k.sql, e.Code, e.Message, e.Hint, e.Position)
		}
	}
}

// TestPrepared: statements and portals of the extended protocol by name.
func TestPrepared(t *testing.T) {
	ctx := context.Background()
	c := serve(t).connect()
	c.want("insert into stream (n, s) values (1, 'a'), (2, 'b'), (3, 'c')", "INSERT 0 3")
	if _, err := c.Prepare(ctx, "p", "select n, s from stream where n >= $1 order by n"); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		var n int64
		var s string
		if err := c.QueryRow(ctx, "p", i%3+1).Scan(&n, &s); err != nil || n != int64(i%3+1) {
			t.Fatalf("%d: %d, %v", i, n, err)
		}
	}
	pc := c.PgConn()
	if _, err := pc.Prepare(ctx, "p", "select 1", nil); pgCode(err) != "42P05" {
		t.Error(err)
	}
	if _, err := pc.Prepare(ctx, "", "select 1; select 2", nil); pgCode(err) != "42601" {
		t.Error(err)
	}
	if _, err := pc.ExecPrepared(ctx, "none", nil, nil, nil).Close(); pgCode(err) != "26000" {
		t.Error(err)
	}
	if _, err := pc.ExecPrepared(ctx, "p", nil, nil, nil).Close(); pgCode(err) != "08P01" {
		t.Error(err)
	}
	if _, err := pc.ExecPrepared(ctx, "p", [][]byte{[]byte("x")}, nil, nil).Close(); pgCode(err) != "22P02" {
		t.Error(err)
	}
	if _, err := pc.ExecPrepared(ctx, "p", [][]byte{[]byte("1")}, nil, []int16{0, 1, 0}).Close(); pgCode(err) != "08P01" {
		t.Error(err)
	}
	if _, err := pc.ExecParams(ctx, "select $1::text", [][]byte{{'a', 0xff}}, nil, nil, nil).Close(); pgCode(err) != "22021" {
		t.Error(err)
	}
	// A new property changes nothing; a wider type of one that is read does, and the client prepares again.
	c.want("insert into stream (other) values (1)", "INSERT 0 1")
	if _, err := pc.ExecPrepared(ctx, "p", [][]byte{[]byte("1")}, nil, nil).Close(); err != nil {
		t.Error(err)
	}
	c.want("insert into stream (n) values (4.5)", "INSERT 0 1")
	_, err := pc.ExecPrepared(ctx, "p", [][]byte{[]byte("1")}, nil, nil).Close()
	e := (*pgconn.PgError)(nil)
	if !errors.As(err, &e) || e.Code != "0A000" || e.Routine != "RevalidateCachedQuery" || e.Message != "cached plan must not change result type" {
		t.Errorf("%+v", err)
	}
	// PREPARE and EXECUTE in SQL see the same statements.
	c.want("prepare q (int) as select $1 + 1; execute q (41); deallocate q; execute q (41)", "PREPARE\n42\nSELECT 1\nDEALLOCATE\n!26000")
	c.want("prepare q as insert into stream (n) values ($1::int); execute q ('7')", "PREPARE\nINSERT 0 1")
	c.want("execute q (1, 2)", "!42601")
	c.want("deallocate all; execute p (1)", "DEALLOCATE ALL\n!26000")
}

// TestPortals: row limits suspend a portal, which goes on where it was.
func TestPortals(t *testing.T) {
	c := serve(t).connect()
	for range 20 {
		c.want("insert into stream (n) select 1 from (values (1), (2), (3), (4), (5)) v", "INSERT 0 5")
	}
	hijacked, err := c.PgConn().Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer hijacked.Conn.Close()
	f := hijacked.Frontend
	for _, m := range []pgproto3.FrontendMessage{
		&pgproto3.Parse{Name: "s", Query: "select n from stream"},
		&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"},
		&pgproto3.Execute{Portal: "p", MaxRows: 60},
		&pgproto3.Parse{Name: "i", Query: "insert into stream (n) values (2)"},
		&pgproto3.Bind{DestinationPortal: "i", PreparedStatement: "i"},
		&pgproto3.Execute{Portal: "i"},
		&pgproto3.Execute{Portal: "p", MaxRows: 60},
		&pgproto3.Execute{Portal: "p", MaxRows: 60},
		&pgproto3.Sync{},
		&pgproto3.Execute{Portal: "p"},
		&pgproto3.Sync{},
		&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"},
		&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"},
		&pgproto3.Sync{},
	} {
		f.Send(m)
	}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	var got []string
	rows := 0
	for syncs := 0; syncs < 3; {
		m, err := f.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			rows++
		case *pgproto3.PortalSuspended:
			got = append(got, fmt.Sprintf("%d suspended", rows))
			rows = 0
		case *pgproto3.CommandComplete:
			got = append(got, fmt.Sprintf("%d %s", rows, m.CommandTag))
			rows = 0
		case *pgproto3.ErrorResponse:
			got = append(got, m.Code)
		case *pgproto3.ReadyForQuery:
			got = append(got, "ready")
			syncs++
		}
	}
	want := "60 suspended, 0 INSERT 0 1, 40 SELECT 40, 0 SELECT 0, ready, 34000, ready, 42P03, ready"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// TestBinaryValues: parameters and results in binary, through pgx's own types.
func TestBinaryValues(t *testing.T) {
	ctx := context.Background()
	c := serve(t).connect()
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)
	var b bool
	var i int64
	var f float64
	var s string
	var when time.Time
	var null *string
	err := c.QueryRow(ctx, "select $1::bool, $2::bigint, $3::float8, $4::text, $5::timestamptz, $6::text", true, int64(math.MinInt64), math.Pi, "Grüße", at, nil).
		Scan(&b, &i, &f, &s, &when, &null)
	if err != nil || !b || i != math.MinInt64 || f != math.Pi || s != "Grüße" || !when.Equal(at) || null != nil {
		t.Errorf("%v %d %g %q %v %v, %v", b, i, f, s, when, null, err)
	}
}

// TestCancelAndTimeout: a running statement ends, and the session goes on.
func TestCancelAndTimeout(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("insert into stream (n) values "+strings.TrimSuffix(strings.Repeat("(1),", 2000), ","), "INSERT 0 2000")
	const long = "select count(*) from stream a, stream b, stream c where a.n + b.n + c.n < 0"
	go func() {
		time.Sleep(100 * time.Millisecond)
		c.PgConn().CancelRequest(context.Background())
	}()
	began := time.Now()
	c.want(long, "!57014")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("cancelled after %v", took)
	}
	c.want("set statement_timeout = 50", "SET")
	began = time.Now()
	_, err := c.simple(long)
	if pgCode(err) != "57014" || !strings.Contains(err.Error(), "statement timeout") {
		t.Error(err)
	}
	if _, err := c.Exec(context.Background(), long); pgCode(err) != "57014" {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("timed out after %v", took)
	}
	c.want("set statement_timeout = 0; select 1", "SET\n1\nSELECT 1")
}

// TestHangup: a statement whose client is gone ends, and its session with it.
func TestHangup(t *testing.T) {
	l := serve(t)
	c, watch := l.connect("application_name=gone"), l.connect()
	c.want("insert into stream (n) values "+strings.TrimSuffix(strings.Repeat("(1),", 2000), ","), "INSERT 0 2000")
	hijacked, err := c.PgConn().Hijack()
	if err != nil {
		t.Fatal(err)
	}
	hijacked.Frontend.Send(&pgproto3.Query{String: "select count(*) from stream a, stream b, stream c where a.n + b.n + c.n < 0"})
	if err := hijacked.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	const present = "select count(*) from pg_stat_activity where application_name = 'gone' and state = 'active'"
	for deadline := time.Now().Add(5 * time.Second); ; {
		if got, err := watch.simple(present); err != nil || time.Now().After(deadline) {
			t.Fatal("the statement never ran", got, err)
		} else if strings.HasPrefix(got, "1") {
			break
		}
	}
	time.Sleep(20 * time.Millisecond)
	hijacked.Conn.Close()
	closed := time.Now()
	for {
		got, err := watch.simple(present)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(got, "0") {
			break
		}
		if time.Since(closed) > 5*time.Second {
			t.Fatal("the statement of a client that is gone goes on")
		}
	}
	t.Logf("ended %v after the client had gone", time.Since(closed))
}

// TestUnsynced: commits without synchronous_commit are seen at once, and flushed soon.
func TestUnsynced(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("set synchronous_commit = off; insert into stream (n) values (1)", "SET\nINSERT 0 1")
	l.connect().want("select count(*) from stream", "1\nSELECT 1")
	time.Sleep(flushEvery + 100*time.Millisecond)
	c.want("set synchronous_commit = on; insert into stream (n) values (2)", "SET\nINSERT 0 1")
}

// TestUnknownColumns: the setting decides, for statements that were prepared before it too.
func TestUnknownColumns(t *testing.T) {
	c := serve(t).connect()
	c.want("select later from stream", "!42703")
	c.want("set flare.unknown_columns = 'null'; select later from stream", "SET\nSELECT 0")
	c.want("prepare p as select later from stream; reset flare.unknown_columns; execute p", "PREPARE\nRESET\n!42703")
}

// TestConcurrency: many clients insert and count at once; nothing is lost.
func TestConcurrency(t *testing.T) {
	l := serve(t)
	const clients, each = 8, 20
	var wg sync.WaitGroup
	for i := range clients {
		c := l.connect()
		wg.Go(func() {
			for j := range each {
				if _, err := c.Exec(context.Background(), "insert into stream (client, n) values ($1::int, $2::int)", i, j); err != nil {
					t.Error(err)
					return
				}
				var n int
				if err := c.QueryRow(context.Background(), "select count(*) from stream where client = $1", i).Scan(&n); err != nil || n != j+1 {
					t.Errorf("client %d sees %d of its %d rows, %v", i, n, j+1, err)
					return
				}
			}
		})
	}
	wg.Wait()
	l.connect().want("select count(*) from stream", fmt.Sprintf("%d\nSELECT 1", clients*each))
}

// TestSystemRelations: sessions and settings are shown.
func TestSystemRelations(t *testing.T) {
	l := serve(t)
	c := l.connect("application_name=watcher")
	l.connect("application_name=other").want("begin", "BEGIN")
	c.want("select application_name, state from pg_stat_activity order by 1", "other|idle in transaction\nwatcher|active\nSELECT 2")
	c.want("set statement_timeout = '2s'; select setting, unit, source from pg_settings where name = 'statement_timeout'", "SET\n2000|ms|session\nSELECT 1")
}

func TestExplain(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream ("StatusCode") values (200)`, "INSERT 0 1")
	got, err := c.simple("explain select StatusCode from stream where StatusCode = 200 and timestamp > '2026-01-01'")
	if err != nil || !strings.Contains(got, "StatusCode = 200") || !strings.Contains(got, "2026-01-01") || !strings.HasSuffix(got, "EXPLAIN") {
		t.Errorf("%s\n%v", got, err)
	}
	got, err = c.simple("explain (analyze) select StatusCode from stream where StatusCode > 100 order by 1")
	if err != nil || !strings.Contains(got, "Scan on stream (actual rows=1)") || !strings.Contains(got, "Execution Time: ") {
		t.Errorf("%s\n%v", got, err)
	}
	got, err = c.simple("begin; explain analyze insert into stream (n) values (1)")
	if err != nil || !strings.Contains(got, "Insert on stream (actual rows=1 time=") {
		t.Errorf("%s\n%v", got, err)
	}
	c.want("select count(*) from stream; rollback; select count(*) from stream", "2\nSELECT 1\nROLLBACK\n1\nSELECT 1")
	c.want("begin read only; explain analyze insert into stream (n) values (1)", "BEGIN\n!25006")
	c.want("rollback", "ROLLBACK")
	got, err = c.simple("explain insert into stream (n) values (1)")
	if err != nil || !strings.HasPrefix(got, "Insert on stream\n  ->  ") {
		t.Errorf("%s\n%v", got, err)
	}
}
