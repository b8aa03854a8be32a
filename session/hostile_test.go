package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// raw is a client that says exactly what a test wants said.
type raw struct {
	t testing.TB
	*pgproto3.Frontend
	net.Conn
}

func (l *live) raw() *raw {
	l.t.Helper()
	c := l.connect()
	h, err := c.PgConn().Hijack()
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { h.Conn.Close() })
	return &raw{l.t, h.Frontend, h.Conn}
}

// say sends messages and flushes.
func (r *raw) say(messages ...pgproto3.FrontendMessage) {
	r.t.Helper()
	for _, m := range messages {
		r.Send(m)
	}
	if err := r.Flush(); err != nil {
		r.t.Fatal(err)
	}
}

// hear gives what comes up to the n-th message of a kind (as pgproto3 names it), rows counted, the rest by name, code or tag.
func (r *raw) hear(kind string, n int) string {
	r.t.Helper()
	r.SetReadDeadline(time.Now().Add(20 * time.Second))
	var got []string
	rows := 0
	for n > 0 {
		m, err := r.Receive()
		if err != nil {
			r.t.Fatalf("%v after %s", err, strings.Join(got, ", "))
		}
		name := strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
		if name == kind {
			n--
		}
		if _, ok := m.(*pgproto3.DataRow); ok {
			rows++
			continue
		}
		if rows > 0 {
			got = append(got, fmt.Sprintf("%d rows", rows))
			rows = 0
		}
		switch m := m.(type) {
		case *pgproto3.CommandComplete:
			name = string(m.CommandTag)
		case *pgproto3.ErrorResponse:
			name = m.Code
		case *pgproto3.NoticeResponse:
			name = "notice " + m.Code
		case *pgproto3.ReadyForQuery:
			name = "ready " + string(m.TxStatus)
		case *pgproto3.ParseComplete, *pgproto3.BindComplete, *pgproto3.RowDescription:
			continue
		}
		got = append(got, name)
	}
	return strings.Join(got, ", ")
}

func (r *raw) wants(kind string, n int, want string) {
	r.t.Helper()
	if got := r.hear(kind, n); got != want {
		r.t.Errorf("got  %s\nwant %s", got, want)
	}
}

func parse(name, sql string) pgproto3.FrontendMessage {
	return &pgproto3.Parse{Name: name, Query: sql}
}
func bind(portal, statement string) pgproto3.FrontendMessage {
	return &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: statement}
}
func execute(portal string, rows uint32) pgproto3.FrontendMessage {
	return &pgproto3.Execute{Portal: portal, MaxRows: rows}
}

// unnamed are the messages that run a statement by the extended protocol.
func unnamed(sql string) []pgproto3.FrontendMessage {
	return []pgproto3.FrontendMessage{parse("", sql), bind("", ""), execute("", 0)}
}

var syncs = &pgproto3.Sync{}

// TestErrorBeforeSync: a client that flushes and waits is told of the error without a Sync, as asyncpg needs.
func TestErrorBeforeSync(t *testing.T) {
	r := serve(t).raw()
	r.say(parse("", "select nonsense"), &pgproto3.Describe{ObjectType: 'S'}, &pgproto3.Flush{})
	r.wants("ErrorResponse", 1, "42703")
	r.say(syncs)
	r.wants("ReadyForQuery", 1, "ready I")
}

// TestCallsInPortals: what a portal runs is evaluated under the context of its Execute, not of its Bind, which has ended.
func TestCallsInPortals(t *testing.T) {
	c := serve(t).connect()
	ctx := context.Background()
	if _, err := c.Exec(ctx, "insert into stream (n, s) values (abs($1::int), upper($2))", -3, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "insert into stream (n, s) select abs(-n) + $1::int, upper(s) from stream where abs(n) > 0", 1); err != nil {
		t.Fatal(err)
	}
	c.want("select n, s from stream order by 1", "3|X\n4|X\nSELECT 2")
}

// TestNoticesOfParse: what binding has to say reaches clients of the extended protocol too, once.
func TestNoticesOfParse(t *testing.T) {
	c := serve(t).connect()
	c.want(`insert into stream ("User", "Éa", "éa") values ('u', 1, 2)`, "INSERT 0 1")
	c.want(`select user from stream`, "flare\nSELECT 1")
	simple := strings.Join(*c.notices, "|")
	if !strings.Contains(simple, "NOTICE") {
		t.Fatalf("no notice: %q", simple)
	}
	*c.notices = nil
	var s string
	for range 3 {
		if err := c.QueryRow(context.Background(), "select user from stream").Scan(&s); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(*c.notices, "|"); got != simple {
		t.Errorf("prepared: %q, simple: %q", got, simple)
	}
}

// TestImplicitTransactionUpToSync: several Executes before a Sync are one transaction; BEGIN in between takes what came before along.
func TestImplicitTransactionUpToSync(t *testing.T) {
	l := serve(t)
	r, watch := l.raw(), l.connect()
	watch.want("insert into stream (n) values (0)", "INSERT 0 1")
	insert := func(n int) []pgproto3.FrontendMessage {
		return unnamed(fmt.Sprintf("insert into stream (n) values (%d)", n))
	}
	all := func(lists ...[]pgproto3.FrontendMessage) (out []pgproto3.FrontendMessage) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	seen := func(want string) {
		t.Helper()
		watch.want("select count(*) from stream", want+"\nSELECT 1")
	}
	r.say(append(all(insert(1), insert(2), unnamed("select count(*) from stream")), &pgproto3.Flush{})...)
	r.wants("CommandComplete", 3, "INSERT 0 1, INSERT 0 1, 1 rows, SELECT 1")
	seen("1") // not committed: no Sync yet
	r.say(syncs)
	r.wants("ReadyForQuery", 1, "ready I")
	seen("3")
	r.say(append(all(insert(3), unnamed("select 1/0"), insert(4)), syncs)...)
	r.wants("ReadyForQuery", 1, "INSERT 0 1, 22012, ready I")
	seen("3")
	r.say(append(all(insert(3), unnamed("begin"), insert(4)), syncs)...)
	r.wants("ReadyForQuery", 1, "INSERT 0 1, BEGIN, INSERT 0 1, ready T")
	seen("3")
	r.say(append(unnamed("rollback"), syncs)...)
	r.wants("ReadyForQuery", 1, "ROLLBACK, ready I")
	seen("3")
	r.say(append(all(insert(5), unnamed("commit"), insert(6), unnamed("select 1/0")), syncs)...)
	r.wants("ReadyForQuery", 1, "INSERT 0 1, notice 25P01, COMMIT, INSERT 0 1, 22012, ready I")
	seen("4")
	// A simple query ends what no Sync ended, an empty one too.
	r.say(append(insert(7), &pgproto3.Query{String: ""})...)
	r.wants("ReadyForQuery", 1, "INSERT 0 1, EmptyQueryResponse, ready I")
	seen("5")
}

// TestInterleavedPortals: two results are read by turns while rows are inserted; each shows what was there when it was bound.
func TestInterleavedPortals(t *testing.T) {
	l := serve(t)
	setup := l.connect()
	setup.want("insert into stream (n) select 1 from (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) a, (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) b", "INSERT 0 100")
	r := l.raw()
	r.say(&pgproto3.Query{String: "begin; insert into stream (n) values (2); insert into stream (n) values (3)"})
	r.hear("ReadyForQuery", 1)
	r.say(parse("q", "select n from stream order by n desc"),
		bind("a", "q"), execute("a", 1), bind("b", "q"), execute("b", 51), execute("a", 50), execute("b", 10), syncs)
	r.wants("ReadyForQuery", 1, "1 rows, PortalSuspended, 51 rows, PortalSuspended, 50 rows, PortalSuspended, 10 rows, PortalSuspended, ready T")
	// The rows that a portal has still to show outlive a savepoint made after it and more staging; a portal made after the savepoint does not.
	r.say(&pgproto3.Query{String: "savepoint s; insert into stream (n) values (4), (5)"})
	r.wants("ReadyForQuery", 1, "SAVEPOINT, INSERT 0 2, ready T")
	r.say(bind("c", "q"), execute("c", 1), &pgproto3.Query{String: "rollback to s; insert into stream (n) values (4), (5)"})
	r.wants("ReadyForQuery", 1, "1 rows, PortalSuspended, ROLLBACK, INSERT 0 2, ready T")
	r.say(execute("c", 0), syncs, &pgproto3.Query{String: "rollback to s; insert into stream (n) values (6), (7)"})
	r.wants("ReadyForQuery", 2, "34000, ready E, ROLLBACK, INSERT 0 2, ready T")
	r.say(execute("a", 0), execute("b", 0), &pgproto3.Query{String: "rollback"})
	r.wants("ReadyForQuery", 1, "51 rows, SELECT 51, 41 rows, SELECT 41, ROLLBACK, ready I")
	r.say(execute("a", 0), syncs)
	r.wants("ReadyForQuery", 1, "34000, ready I")
}

// TestCopyAndTimeouts: statement_timeout and cancel end a COPY that waits for data; the session goes on; what was sent is not there.
func TestCopyAndTimeouts(t *testing.T) {
	l := serve(t)
	r := l.raw()
	r.say(&pgproto3.Query{String: "set statement_timeout = '50ms'"})
	r.hear("ReadyForQuery", 1)
	r.say(&pgproto3.Query{String: "copy stream (n) from stdin"}, &pgproto3.CopyData{Data: []byte("1\n2\n")})
	r.wants("ReadyForQuery", 1, "CopyInResponse, 57014, ready I")
	r.say(&pgproto3.CopyData{Data: []byte("3\n")}, &pgproto3.CopyDone{}, &pgproto3.Query{String: "set statement_timeout = 0; select count(*) from stream"})
	r.wants("ReadyForQuery", 1, "SET, 1 rows, SELECT 1, ready I")
	r.say(unnamed("copy stream (n) from stdin")...)
	r.say(syncs, &pgproto3.CopyData{Data: []byte("1\n")}, &pgproto3.CopyDone{}, syncs)
	r.wants("ReadyForQuery", 1, "CopyInResponse, COPY 1, ready I")
	l.connect().want("select count(*) from stream", "1\nSELECT 1")
}

// TestGoneInCopy: a client that goes away in the middle of COPY leaves nothing behind.
func TestGoneInCopy(t *testing.T) {
	l := serve(t)
	for _, open := range []string{"", "begin; insert into stream (n) values (1); "} {
		r := l.raw()
		r.say(&pgproto3.Query{String: open + "copy stream (n) from stdin"}, &pgproto3.CopyData{Data: []byte("1\n2\n")})
		r.hear("CopyInResponse", 1)
		r.Conn.Close()
	}
	l.settled()
	l.connect().want("select count(*) from stream", "0\nSELECT 1")
}

// settled waits until no session is left and checks that all memory was given back.
func (l *live) settled() {
	l.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for len(l.server.all()) > 0 {
		if time.Now().After(deadline) {
			l.t.Fatalf("%d sessions of clients that are gone", len(l.server.all()))
		}
		time.Sleep(time.Millisecond)
	}
	if bytes, running, waiting := l.pool.Used(); bytes != 0 || running != 0 || waiting != 0 {
		l.t.Errorf("%d bytes are accounted still, %d statements run, %d wait", bytes, running, waiting)
	}
}

// TestClientThatDoesNotRead: while a big result waits for its reader, others write; a cancel takes effect once the client reads on.
func TestClientThatDoesNotRead(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("insert into stream (s) select repeat('x', 10000) from (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) a, (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) b", "INSERT 0 100")
	stuck := l.connect()
	pid, key := stuck.PgConn().PID(), stuck.PgConn().SecretKey()
	h, err := stuck.PgConn().Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer h.Conn.Close()
	r := &raw{t, h.Frontend, h.Conn}
	r.say(&pgproto3.Query{String: "select a.s from stream a, stream b, stream c"}) // 10 GB
	time.Sleep(100 * time.Millisecond)
	c.want("insert into stream (s) values ('y')", "INSERT 0 1")
	c.want("begin; insert into stream (s) values ('z'); commit", "BEGIN\nINSERT 0 1\nCOMMIT")
	nc, err := net.Dial("tcp", l.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	cancel, err := (&pgproto3.CancelRequest{ProcessID: pid, SecretKey: key}).Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	nc.Write(cancel)
	if _, err := io.ReadAll(nc); err != nil {
		t.Fatal(err)
	}
	if got := r.hear("ReadyForQuery", 1); !strings.HasSuffix(got, "57014, ready I") {
		t.Error(got)
	}
}

// TestOwnRows: a statement doesn't see the rows that it inserts, in a transaction neither, and all of them afterwards.
func TestOwnRows(t *testing.T) {
	l := serve(t)
	c := l.connect()
	c.want("begin; insert into stream (n) values (1)", "BEGIN\nINSERT 0 1")
	for i := range 14 {
		c.want("insert into stream (n, twice) select n + 1, n * 2 from stream", fmt.Sprintf("INSERT 0 %d", 1<<i))
	}
	c.want("select count(*), count(twice) from stream", "16384|16383\nSELECT 1")
	c.want("savepoint s; insert into stream (n, thrice) select n, n * 3 from stream", "SAVEPOINT\nINSERT 0 16384")
	c.want("select count(thrice) from stream", "16384\nSELECT 1")
	c.want("rollback to s; select count(*) from stream", "ROLLBACK\n16384\nSELECT 1")
	c.want("select thrice from stream", "!42703")
	c.want("rollback to s; commit", "ROLLBACK\nCOMMIT")
	c.want("begin; insert into stream (n) select n from stream; select count(*) from stream; rollback", "BEGIN\nINSERT 0 16384\n32768\nSELECT 1\nROLLBACK")
	c.want("insert into stream (n) select n from stream", "INSERT 0 16384")
	c.want("select count(*) from stream", "32768\nSELECT 1")
}

// TestSavepointsAndCopy: COPY stages as INSERT does, and what failed in the middle is gone.
func TestSavepointsAndCopy(t *testing.T) {
	l := serve(t)
	c := l.connect()
	ctx := context.Background()
	copyIn := func(data string) string {
		tag, err := c.PgConn().CopyFrom(ctx, strings.NewReader(data), "copy stream (n) from stdin")
		if err != nil {
			return pgCode(err)
		}
		return tag.String()
	}
	c.want("insert into stream (n) values (0)", "INSERT 0 1")
	c.want("begin", "BEGIN")
	if got := copyIn("1\n2\n"); got != "COPY 2" {
		t.Error(got)
	}
	c.want("savepoint s", "SAVEPOINT")
	if got := copyIn("3\n4\nfive\n"); got != "22P02" {
		t.Error(got)
	}
	c.want("rollback to s; select count(*) from stream", "ROLLBACK\n3\nSELECT 1")
	if got := copyIn("6\n7\textra\n"); got != "22P04" {
		t.Error(got)
	}
	c.want("select 1", "!25P02")
	c.want("rollback to s; insert into stream (n) select n + 10 from stream; commit", "ROLLBACK\nINSERT 0 3\nCOMMIT")
	c.want("select n from stream order by n", "0\n1\n2\n10\n11\n12\nSELECT 6")
}

// TestStableSnapshot: a repeatable-read transaction sees one state while others commit, by either protocol.
func TestStableSnapshot(t *testing.T) {
	l := serve(t)
	setup := l.connect()
	setup.want("insert into stream (n) values (1)", "INSERT 0 1")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 3 {
		w := l.connect()
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := w.simple(fmt.Sprintf("insert into stream (n, p%d) values (1, 'x')", i%50)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	c := l.connect()
	ctx := context.Background()
	for range 20 {
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
		if err != nil {
			t.Fatal(err)
		}
		var first int
		for i := range 10 {
			var n int
			if err := tx.QueryRow(ctx, "select count(*) from stream where n = $1", 1).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = n
			}
			if n != first+i {
				t.Fatalf("%d rows, then %d after %d of its own", first, n, i)
			}
			if _, err := tx.Exec(ctx, "insert into stream (n) values (1)"); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	writers.Wait()
}

// TestManyClients: clients that insert, read, cancel and vanish at random lose nothing that was committed, and leave nothing behind.
// FLARE_PG_SOAK sets for how long (a duration).
func TestManyClients(t *testing.T) {
	length, clients := 2*time.Second, 20
	if d, err := time.ParseDuration(os.Getenv("FLARE_PG_SOAK")); err == nil {
		length, clients = d, 50
	}
	l := serve(t)
	first := l.connect()
	first.want("insert into stream (client, n) values (-1, 0)", "INSERT 0 1")
	until := time.Now().Add(length)
	var wg sync.WaitGroup
	committed, doubtful := make([]int, clients), make([]int, clients)
	for i := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			var c *conn
			for time.Now().Before(until) {
				if c == nil {
					c = l.connect()
				}
				ctx, cancel := context.WithCancel(context.Background())
				var err error
				switch rng.IntN(8) {
				case 0, 1:
					_, err = c.Exec(ctx, "insert into stream (client, n) values ($1::int, abs($2::int))", i, committed[i])
					if err == nil {
						committed[i]++
					} else {
						doubtful[i]++
					}
				case 2:
					batch := &pgx.Batch{}
					batch.Queue("insert into stream (client, n) values ($1::int, 0)", i)
					batch.Queue("select 1/$1::int", rng.IntN(2))
					batch.Queue("select count(*) from stream where client = $1::int", i)
					if err = c.SendBatch(ctx, batch).Close(); err == nil {
						committed[i]++
					} else if pgCode(err) == "22012" {
						err = nil
					}
				case 3:
					var n int
					if err = c.QueryRow(ctx, "select count(*) from stream where client = $1::int", i).Scan(&n); err == nil && (n < committed[i] || n > committed[i]+doubtful[i]) {
						t.Errorf("client %d sees %d rows of %d to %d", i, n, committed[i], committed[i]+doubtful[i])
					}
				case 4: // cancelled, by pgx's cancel request or by closing
					time.AfterFunc(time.Duration(rng.IntN(20))*time.Millisecond, cancel)
					_, err = c.Exec(ctx, "select count(*) from stream a, stream b, stream c where a.n + b.n + c.n < 0")
				case 5: // gone in the middle of COPY, with or without an open transaction
					if rng.IntN(2) == 0 {
						_, err = c.Exec(ctx, "begin")
					}
					if h, herr := c.PgConn().Hijack(); herr == nil {
						h.Frontend.Send(&pgproto3.Query{String: "copy stream (client, n) from stdin"})
						h.Frontend.Send(&pgproto3.CopyData{Data: bytes.Repeat([]byte(fmt.Sprintf("%d\t1\n", i)), rng.IntN(1000))})
						h.Frontend.Flush()
						h.Conn.Close()
					}
					c = nil
				case 6:
					r := strings.NewReader(strings.Repeat(fmt.Sprintf("%d\t1\n", i), 10))
					if _, err = c.PgConn().CopyFrom(ctx, r, "copy stream (client, n) from stdin"); err == nil {
						committed[i] += 10
					} else {
						doubtful[i] += 10
					}
				case 7:
					_, err = c.Exec(ctx, "select n, count(*) from stream group by n order by 2 desc")
				}
				cancel()
				if c != nil && (err != nil && !errors.Is(err, context.Canceled) && pgCode(err) != "57014" && !pgconn.SafeToRetry(err)) {
					t.Errorf("client %d: %v", i, err)
				}
				if c != nil && c.IsClosed() {
					c = nil
				}
			}
			if c != nil {
				c.Close(context.Background())
			}
		})
	}
	wg.Wait()
	got, err := first.simple("select client, count(*) from stream where client >= 0 group by client")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, line := range strings.Split(got, "\n") {
		var i, n int
		if k, _ := fmt.Sscanf(line, "%d|%d", &i, &n); k == 2 {
			total += n
			if n < committed[i] || n > committed[i]+doubtful[i] {
				t.Errorf("client %d: %d rows of %d to %d", i, n, committed[i], committed[i]+doubtful[i])
			}
		}
	}
	t.Logf("%d rows of %d clients", total, clients)
	first.Close(context.Background())
	l.settled()
}

// TestPortalsThatHoldAllMemory: a session whose open portals leave no memory for one more is told so, and goes on when it has closed them.
func TestPortalsThatHoldAllMemory(t *testing.T) {
	l := serve(t)
	l.connect().want("insert into stream (n) values (1), (2), (3)", "INSERT 0 3")
	r := l.raw()
	r.say(parse("q", "select n from stream"))
	const more = 300 // than are let in at once
	for i := range more {
		name := fmt.Sprint("p", i)
		r.say(bind(name, "q"), execute(name, 1))
	}
	r.say(syncs)
	got := r.hear("ReadyForQuery", 1)
	if !strings.HasSuffix(got, "PortalSuspended, 53200, ready I") {
		t.Errorf("…%s", got[max(0, len(got)-200):])
	}
	r.say(append(unnamed("select count(*) from stream"), syncs)...)
	r.wants("ReadyForQuery", 1, "1 rows, SELECT 1, ready I")
}

// TestSnapshotOfBinds: statements that are bound before the first of them runs are of one snapshot under repeatable read.
func TestSnapshotOfBinds(t *testing.T) {
	l := serve(t)
	other := l.connect()
	other.want("insert into stream (n) values (1)", "INSERT 0 1")
	r := l.raw()
	r.say(&pgproto3.Query{String: "begin isolation level repeatable read"}, parse("q", "select n from stream"), bind("a", "q"), &pgproto3.Flush{})
	r.hear("BindComplete", 1)
	other.want("insert into stream (n) values (2)", "INSERT 0 1")
	r.say(bind("b", "q"), execute("a", 0), execute("b", 0), syncs)
	r.wants("ReadyForQuery", 1, "1 rows, SELECT 1, 1 rows, SELECT 1, ready T")
}

// TestActivityOfPortals: pg_stat_activity shows a prepared statement's text while it runs.
func TestActivityOfPortals(t *testing.T) {
	c := serve(t).connect()
	const sql = "select state || ': ' || query from pg_stat_activity"
	ctx := context.Background()
	if _, err := c.Prepare(ctx, "p", sql); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c.want("select 1", "1\nSELECT 1")
		var got string
		if err := c.QueryRow(ctx, "p").Scan(&got); err != nil || got != "active: "+sql {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestTextsThatEndServers: long and deep texts are errors, and their session goes on.
func TestTextsThatEndServers(t *testing.T) {
	c := serve(t).connect()
	for want, sql := range map[string]string{
		"54001": "select " + strings.Repeat("1+", 100_000) + "1",
		"54011": "select 1" + strings.Repeat(",1", 70_000),
		"54000": "select '" + strings.Repeat("x", 17<<20) + "'",
		"42P02": "select $70000",
		"22021": "select E'\\xff'",
	} {
		if _, err := c.simple(sql); pgCode(err) != want {
			t.Errorf("%.20s…: %.200v, want %s", sql, err, want)
		}
		if _, err := c.PgConn().Prepare(context.Background(), "", sql, nil); pgCode(err) != want {
			t.Errorf("Parse %.20s…: %.200v, want %s", sql, err, want)
		}
	}
	c.want("select 1", "1\nSELECT 1")
}

// TestWhereInCopy: an error in COPY names the line, the column and what stood there, cut where it is long.
func TestWhereInCopy(t *testing.T) {
	c := serve(t).connect()
	c.want("insert into stream (n) values (0)", "INSERT 0 1")
	long := strings.Repeat("é", 100)
	for data, want := range map[string]string{
		"1\t2026-01-01\nx\ty\n":      `COPY stream, line 2, column n: "x"`,
		"1\tnever\n":                 `COPY stream, line 1, column timestamp: "never"`,
		"1\t" + long + "\n":          `COPY stream, line 1, column timestamp: "` + long[:100] + `..."`,
		"1\t2026-01-01\n1\n":         `COPY stream, line 2: "1"`,
		"1\t2026-01-01\tmore\n":      "COPY stream, line 1: \"1\t2026-01-01\tmore\"",
		"1\t2026-01-01\n2\t\\N\n":    "COPY stream, line 2: \"2\t\\N\"",
		"1\t2026-01-01\n\xff\t\\N\n": "COPY stream, line 2",
	} {
		_, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader(data), "copy stream (n, timestamp) from stdin")
		e := (*pgconn.PgError)(nil)
		if !errors.As(err, &e) || e.Where != want {
			t.Errorf("%q: %v, where %q, want %q", data, err, e.Where, want)
		}
	}
}
