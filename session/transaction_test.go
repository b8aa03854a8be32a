package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestTransactions: what is staged is seen by its own session only until COMMIT; savepoints; failed transactions.
func TestTransactions(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	count := func(c *conn, want string) {
		t.Helper()
		c.want("select count(*) from stream", want+"\nSELECT 1")
	}
	a.want("begin", "BEGIN")
	a.want("insert into stream (message, n) values ('one', 1), ('two', 2)", "INSERT 0 2")
	count(a, "2")
	count(b, "0")
	a.want("select message from stream where n = 2", "two\nSELECT 1") // a property that only this transaction has
	b.want("select n from stream", "!42703")
	a.want("commit", "COMMIT")
	count(b, "2")

	a.want("begin; insert into stream (n) values (3); rollback", "BEGIN\nINSERT 0 1\nROLLBACK")
	count(a, "2")

	a.want("begin; insert into stream (n) values (3); savepoint s; insert into stream (n) values (4)", "BEGIN\nINSERT 0 1\nSAVEPOINT\nINSERT 0 1")
	count(a, "4")
	a.want("select nonsense from stream", "!42703")
	if a.status() != 'E' {
		t.Errorf("status %c", a.status())
	}
	a.want("select 1", "!25P02")
	a.want("rollback to s", "ROLLBACK")
	count(a, "3")
	a.want("release s", "RELEASE")
	a.want("rollback to s", "!3B001")
	a.want("commit", "ROLLBACK")
	count(a, "2")
	if a.status() != 'I' {
		t.Errorf("status %c", a.status())
	}

	// A savepoint before anything was staged.
	a.want("begin; savepoint s; insert into stream (n) values (3); rollback to s; insert into stream (n) values (5); commit",
		"BEGIN\nSAVEPOINT\nINSERT 0 1\nROLLBACK\nINSERT 0 1\nCOMMIT")
	a.want("select n from stream where n > 2", "5\nSELECT 1")

	// Several statements in one query are one transaction.
	a.want("insert into stream (n) values (6); select nonsense from stream", "INSERT 0 1\n!42703")
	count(a, "3")
	a.want("insert into stream (n) values (6); begin; insert into stream (n) values (7); rollback", "INSERT 0 1\nBEGIN\nINSERT 0 1\nROLLBACK")
	count(a, "3")
	a.want("insert into stream (n) values (6); commit; select nonsense from stream", "INSERT 0 1\nCOMMIT\n!42703")
	count(a, "4")
}

func TestTransactionWarnings(t *testing.T) {
	c := serve(t).connect()
	c.want("begin; begin", "BEGIN\nBEGIN")
	c.want("rollback; rollback", "ROLLBACK\nROLLBACK")
	c.want("commit", "COMMIT")
	got := strings.Join(*c.notices, "|")
	want := "WARNING 25001 there is already a transaction in progress|WARNING 25P01 there is no transaction in progress|WARNING 25P01 there is no transaction in progress"
	if got != want {
		t.Errorf("got %s", got)
	}
	c.want("savepoint s", "!25P01")
	c.want("begin read only; insert into stream (message) values ('x')", "BEGIN\n!25006")
	c.want("rollback and chain", "ROLLBACK")
	if c.status() != 'T' {
		t.Errorf("status %c after AND CHAIN", c.status())
	}
	c.want("show transaction_read_only", "off\nSHOW") // what failed has lost its modes, in PostgreSQL too
	c.want("rollback", "ROLLBACK")
	c.want("begin read only", "BEGIN")
	c.want("rollback and chain", "ROLLBACK")
	c.want("show transaction_read_only", "on\nSHOW")
	c.want("rollback", "ROLLBACK")
}

// TestIsolation: read committed sees what others commit in the middle, repeatable read does not.
func TestIsolation(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("begin isolation level repeatable read", "BEGIN")
	a.want("show transaction_isolation", "repeatable read\nSHOW")
	b.want("insert into stream (n) values (1)", "INSERT 0 1")
	a.want("select count(*) from stream", "1\nSELECT 1") // the snapshot is taken by the first query
	b.want("insert into stream (n) values (2)", "INSERT 0 1")
	a.want("select count(*) from stream", "1\nSELECT 1")
	a.want("insert into stream (n) values (3)", "INSERT 0 1")
	a.want("select count(*) from stream", "2\nSELECT 1")
	a.want("set transaction isolation level read committed", "!25001")
	a.want("rollback", "ROLLBACK")
	a.want("begin", "BEGIN")
	a.want("select count(*) from stream", "2\nSELECT 1")
	b.want("insert into stream (n) values (4)", "INSERT 0 1")
	a.want("select count(*) from stream", "3\nSELECT 1")
	a.want("commit", "COMMIT")
}

// TestIdleInTransaction: 25P03 ends the session, and its transaction.
func TestIdleInTransaction(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("set idle_in_transaction_session_timeout = '30ms'", "SET")
	time.Sleep(60 * time.Millisecond)
	c.want("begin; insert into stream (n) values (1)", "BEGIN\nINSERT 0 1")
	time.Sleep(100 * time.Millisecond)
	if _, err := c.simple("commit"); err == nil {
		t.Error("the session goes on")
	}
	l.connect().want("select count(*) from stream", "0\nSELECT 1")
}

// TestSettingsOfTransactions: SET is undone by ROLLBACK, SET LOCAL by either end.
func TestSettingsOfTransactions(t *testing.T) {
	c := serve(t).connect()
	show := func(want string) { t.Helper(); c.want("show timezone", want+"\nSHOW") }
	show("UTC")
	c.want("begin; set timezone = 'Europe/Zurich'", "BEGIN\nSET")
	show("Europe/Zurich")
	if got := c.PgConn().ParameterStatus("TimeZone"); got != "Europe/Zurich" {
		t.Errorf("ParameterStatus %q", got)
	}
	c.want("savepoint s; set local timezone = 'Asia/Tokyo'", "SAVEPOINT\nSET")
	show("Asia/Tokyo")
	c.want("rollback to s", "ROLLBACK")
	show("Europe/Zurich")
	c.want("set local timezone = 'Asia/Tokyo'", "SET")
	c.want("commit", "COMMIT")
	show("Europe/Zurich")
	c.want("begin; set timezone = 'Asia/Tokyo'; rollback", "BEGIN\nSET\nROLLBACK")
	show("Europe/Zurich")
	if got := c.PgConn().ParameterStatus("TimeZone"); got != "Europe/Zurich" {
		t.Errorf("ParameterStatus %q", got)
	}
	c.want("set timezone = 'Asia/Tokyo'; select nonsense", "SET\n!42703")
	show("Europe/Zurich")
	c.want("reset timezone", "RESET")
	show("UTC")
	c.want("set datestyle = dmy; set datestyle = iso; show datestyle; select '02-01-2026'::date", "SET\nSET\nISO, DMY\nSHOW\n2026-01-02\nSELECT 1")
	c.want("reset datestyle; show datestyle", "RESET\nISO, MDY\nSHOW")
	c.want("set nonsense = 1", "!42704")
	c.want("set my.own = 'x'; show my.own", "SET\nx\nSHOW")
	c.want("show never.set", "!42704")
	c.want("set server_version = '16'", "!55P02")
	c.want("discard all", "DISCARD ALL")
	c.want("begin; discard all", "BEGIN\n!25001")
	c.want("rollback; set session characteristics as transaction read only", "ROLLBACK\nSET")
	c.want("begin; show transaction_read_only; rollback", "BEGIN\non\nSHOW\nROLLBACK")
}

// TestPipelineIsOneTransaction: everything up to Sync is committed together or not at all.
func TestPipelineIsOneTransaction(t *testing.T) {
	ctx := context.Background()
	c := serve(t).connect()
	batch := &pgx.Batch{}
	batch.Queue("insert into stream (n) values ($1::int)", 1)
	batch.Queue("insert into stream (n) values ($1::int)", 2)
	batch.Queue("select 1/$1::int", 0)
	if err := c.SendBatch(ctx, batch).Close(); err == nil || !strings.Contains(err.Error(), "22012") {
		t.Fatalf("%v", err)
	}
	c.want("select count(*) from stream", "0\nSELECT 1")
}
