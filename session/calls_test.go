package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestNotifications: delivered at the commit, once each, to those that listen, also while they are idle; taken back with savepoints.
func TestNotifications(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	heard := func(c *conn, want string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Channel + ":" + n.Payload; got != want || n.PID == 0 {
			t.Errorf("heard %q of %d, want %q", got, n.PID, want)
		}
	}
	a.want(`listen "One"; listen two; listen stream`, "LISTEN\nLISTEN\nLISTEN")
	a.want(`begin; listen three; rollback`, "BEGIN\nLISTEN\nROLLBACK")
	b.want(`begin; notify "One", 'x'; notify "One", 'x'; savepoint s; notify two; rollback to s; select pg_notify('two', 'y'); notify three; commit`,
		"BEGIN\nNOTIFY\nNOTIFY\nSAVEPOINT\nNOTIFY\nROLLBACK\n\nSELECT 1\nNOTIFY\nCOMMIT")
	heard(a, "One:x")
	heard(a, "two:y")
	b.want("insert into stream (n) values (1), (2)", "INSERT 0 2")
	heard(a, "stream:")
	// Not within a transaction.
	a.want("begin", "BEGIN")
	b.want("notify two, 'late'", "NOTIFY")
	a.want("select 1", "1\nSELECT 1")
	a.want("commit", "COMMIT")
	heard(a, "two:late")
	a.want("unlisten two; listen three; begin; notify two; notify three, 'self'; commit", "UNLISTEN\nLISTEN\nBEGIN\nNOTIFY\nNOTIFY\nCOMMIT")
	heard(a, "three:self")
	a.want("unlisten *", "UNLISTEN")
	b.want("notify \"\"", "!42601")
	b.want("select pg_notify('', '')", "!22023")
	b.want("select pg_notify('c', repeat('x', 8000))", "!22023")
	b.want("select pg_notification_queue_usage()", "0\nSELECT 1")
}

// TestBackendSignals: a statement can be cancelled and a session ended by another one, also an idle one.
func TestBackendSignals(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	done := make(chan error, 1)
	go func() { _, err := b.simple("select pg_sleep(30)"); done <- err }()
	for strings.HasPrefix(a.plan("select count(*) from pg_stat_activity where query like '%sleep(30)%' and state = 'active' and pid <> pg_backend_pid()"), "0") {
		time.Sleep(5 * time.Millisecond)
	}
	began := time.Now()
	a.want("select pg_cancel_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()", "t\nSELECT 1")
	if err := <-done; pgCode(err) != "57014" || time.Since(began) > 5*time.Second {
		t.Error(err)
	}
	a.want("select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid()", "t\nSELECT 1")
	if _, err := b.simple("select 1"); err == nil || pgCode(err) != "57P01" && !pgconn.SafeToRetry(err) && !b.IsClosed() {
		t.Error(err)
	}
	a.want("select count(*) from pg_stat_activity", "1\nSELECT 1")
	a.want("select pg_cancel_backend(12345)", "f\nSELECT 1")
	a.want("set statement_timeout = 50", "SET")
	a.want("select pg_sleep(10)", "!57014")
	a.want("select pg_sleep_for('10 min')", "!57014")
	a.want("set statement_timeout = 0; select pg_sleep_until(now() + interval '1 ms')", "SET\n\nSELECT 1")
}

// TestAdvisoryLocks: held by session or transaction, waited for with lock_timeout, and never for ever.
func TestAdvisoryLocks(t *testing.T) {
	l := serve(t)
	a, b := l.connect(), l.connect()
	a.want("select pg_advisory_lock(1), pg_advisory_lock(1), pg_try_advisory_lock_shared(2, 3)", "||t\nSELECT 1")
	b.want("select pg_try_advisory_lock(1), pg_try_advisory_lock_shared(2, 3), pg_try_advisory_lock(2, 3), pg_try_advisory_lock(0, 1)", "f|t|f|t\nSELECT 1")
	b.want("select mode, granted, classid, objid, objsubid from pg_locks where locktype = 'advisory' and objsubid = 1", "ExclusiveLock|t|0|1|1\nSELECT 1")
	b.want("set lock_timeout = 20", "SET")
	b.want("select pg_advisory_lock(1)", "!55P03")
	b.want("set lock_timeout = 0", "SET")
	a.want("select pg_advisory_unlock(1), pg_advisory_unlock(1), pg_advisory_unlock(1)", "t|t|f\nSELECT 1")
	a.want("begin; select pg_advisory_xact_lock(7)", "BEGIN\n\nSELECT 1")
	b.want("begin; select pg_advisory_xact_lock(8)", "BEGIN\n\nSELECT 1")
	done := make(chan error, 1)
	go func() { _, err := b.simple("select pg_advisory_xact_lock(7)"); done <- err }()
	for !strings.Contains(a.plan("select granted from pg_locks"), "f") {
		time.Sleep(5 * time.Millisecond)
	}
	a.want("select pg_advisory_xact_lock(8)", "!40P01")
	a.want("rollback", "ROLLBACK")
	if err := <-done; err != nil {
		t.Error(err)
	}
	b.want("commit; select pg_advisory_unlock_all()", "COMMIT\n\nSELECT 1")
	a.want("select pg_try_advisory_lock(7), pg_try_advisory_lock(8), pg_try_advisory_lock(0, 1)", "t|t|t\nSELECT 1")
	a.want("discard all", "DISCARD ALL")
	b.want("select count(*) from pg_locks", "0\nSELECT 1")
	a.want("lock table stream", "!25P01")
	a.want("begin; lock table stream in share mode; lock nosuch", "BEGIN\nLOCK TABLE\n!42P01")
	a.want("rollback", "ROLLBACK")
}

// TestSetConfig: as SET, in the statement at once, and told to the client.
func TestSetConfig(t *testing.T) {
	c := serve(t).connect()
	c.want("select set_config('application_name', 'w', false); show application_name", "w\nSELECT 1\nw\nSHOW")
	if got := c.PgConn().ParameterStatus("application_name"); got != "w" {
		t.Error(got)
	}
	c.want("begin; select set_config('timezone', 'Asia/Tokyo', true); show timezone; commit; show timezone", "BEGIN\nAsia/Tokyo\nSELECT 1\nAsia/Tokyo\nSHOW\nCOMMIT\nUTC\nSHOW")
	c.want("select set_config('my.own', 'x', false), current_setting('my.own')", "x|x\nSELECT 1")
	c.want("select set_config('nosuch', 'x', false)", "!42704")
	c.want("select set_config('server_version', 'x', false)", "!55P02")
	c.want("select set_config('statement_timeout', 'x', false)", "!22023")
	c.want("prepare p (int, text) as select $1, $2; declare c scroll cursor with hold for select 1", "PREPARE\nDECLARE CURSOR")
	c.want("select name, statement, parameter_types::text, from_sql from pg_prepared_statements", "p|prepare p (int, text) as select $1, $2; declare c scroll cursor with hold for select 1|{integer,text}|t\nSELECT 1")
	c.want("select name, is_holdable, is_binary, is_scrollable, creation_time <= now() from pg_cursors", "c|t|f|t|t\nSELECT 1")
}
