package session

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// faulty serves a store in memory whose file system fails when told to.
func faulty(t *testing.T, o engine.Options) (*live, *vfs.Mem, *atomic.Pointer[func(vfs.Op, string) error]) {
	t.Helper()
	mem := vfs.NewMem()
	var hook atomic.Pointer[func(vfs.Op, string) error]
	o.Create = true
	o.FS = vfs.Inject{FS: mem, Hook: func(op vfs.Op, name string) error {
		if f := hook.Load(); f != nil {
			return (*f)(op, name)
		}
		return nil
	}}
	store, err := engine.Open("data", o)
	if err != nil {
		t.Fatal(err)
	}
	return serveStore(t, store), mem, &hook
}

// TestCommitFails: whatever fails at a COMMIT, on whichever road, the client gets an error that says so (58030, 53100 or 08007), its transaction is
// over, and nobody sees a part of it; after a full disk the store goes on, after a failed fsync it reads on and takes no more.
func TestCommitFails(t *testing.T) {
	rows := "insert into stream (n, timestamp) select n + 100, timestamp - interval '10 minutes' from stream where n < 100"
	for _, road := range []struct{ name, sql string }{
		{"autocommit", rows},
		{"transaction", "begin; " + rows + "; insert into stream (n, fresh) values (1000, true); commit"},
		{"several statements", "insert into stream (n) values (1001); " + rows},
	} {
		for _, fault := range []struct {
			name string
			op   vfs.Op
			err  error
			want string
		}{
			{"disk full", vfs.OpWrite, vfs.ErrNoSpace, "53100"},
			{"write error", vfs.OpWrite, vfs.ErrIO, "58030"},
			{"sync error", vfs.OpSync, vfs.ErrIO, "58030 08007"},
			{"sync finds the disk full", vfs.OpSync, vfs.ErrNoSpace, "58030 08007 53100"},
			{"create error", vfs.OpCreate, vfs.ErrIO, "58030"},
		} {
			t.Run(road.name+"/"+fault.name, func(t *testing.T) {
				l, _, hook := faulty(t, engine.Options{})
				c, other := l.connect(), l.connect()
				c.want("insert into stream (n) select 1 from (values (1), (2), (3)) v", "INSERT 0 3")
				failed := 0
				fail := func(op vfs.Op, _ string) error {
					if op == fault.op {
						failed++
						return fault.err
					}
					return nil
				}
				hook.Store(&fail)
				got, err := c.simple(road.sql)
				hook.Store(nil)
				if failed == 0 {
					t.Skip("this road needs no", fault.op)
				}
				code := ""
				if err != nil {
					code = pgCode(err)
				}
				if code == "" || !strings.Contains(fault.want, code) {
					t.Fatalf("%q, %v; want %s", got, err, fault.want)
				}
				if c.status() != 'I' {
					t.Errorf("status %c after a failed commit", c.status())
				}
				if code != "08007" {
					for _, who := range []*conn{c, other} {
						who.want("select count(*) from stream", "3\nSELECT 1")
						who.want("select fresh from stream", "!42703")
					}
				}
				_, err = c.simple("insert into stream (n) values (2)")
				if fault.op == vfs.OpWrite && fault.err == vfs.ErrNoSpace {
					if err != nil {
						t.Error("the store takes no more after a full disk:", err)
					}
				} else if err != nil && pgCode(err) != "58030" {
					t.Error(err)
				}
			})
		}
	}
}

// TestFullDiskWhileStaging: rows that find no room in the temporary file fail their statement; a savepoint before them is of no help to them,
// but ROLLBACK ends it, and the session goes on.
func TestFullDiskWhileStaging(t *testing.T) {
	l, _, hook := faulty(t, engine.Options{StageBytes: 4 << 10})
	c := l.connect()
	c.want("insert into stream (n) values (0)", "INSERT 0 1")
	full := func(op vfs.Op, name string) error {
		if op == vfs.OpWrite && strings.Contains(name, "tmp") {
			return vfs.ErrNoSpace
		}
		return nil
	}
	hook.Store(&full)
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "%d\n", i*7919)
	}
	copyIn := func() string {
		tag, err := c.PgConn().CopyFrom(t.Context(), strings.NewReader(b.String()), "copy stream (n) from stdin")
		if err != nil {
			return pgCode(err)
		}
		return tag.String()
	}
	if got := copyIn(); got != "53100" {
		t.Error(got)
	}
	c.want("begin; savepoint s", "BEGIN\nSAVEPOINT")
	if got := copyIn(); got != "53100" {
		t.Error(got)
	}
	c.want("select 1", "!25P02")
	c.want("rollback", "ROLLBACK")
	hook.Store(nil)
	if got := copyIn(); got != "COPY 20000" {
		t.Error(got)
	}
	c.want("select count(*) from stream", "20001\nSELECT 1")
}

// TestUnsyncedCommitsAreFlushed: without synchronous_commit a commit returns before any fsync, and one follows soon; when it fails, the next
// client is told.
func TestUnsyncedCommitsAreFlushed(t *testing.T) {
	l, _, hook := faulty(t, engine.Options{})
	c := l.connect()
	c.want("insert into stream (n) values (0)", "INSERT 0 1")
	var syncs atomic.Int64
	count := func(op vfs.Op, _ string) error {
		if op == vfs.OpSync {
			syncs.Add(1)
		}
		return nil
	}
	hook.Store(&count)
	c.want("set synchronous_commit = off", "SET")
	for range 10 {
		c.want("insert into stream (n) values (1)", "INSERT 0 1")
	}
	if n := syncs.Load(); n > 1 { // a flush may have come in between on a slow machine
		t.Errorf("%d fsyncs before the flush", n)
	}
	for deadline := time.Now().Add(20 * flushEvery); syncs.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never flushed")
		}
	}
	broken := func(op vfs.Op, _ string) error {
		if op == vfs.OpSync {
			syncs.Add(-1000)
			return vfs.ErrIO
		}
		return nil
	}
	hook.Store(&broken)
	c.want("insert into stream (n) values (2)", "INSERT 0 1")
	for deadline := time.Now().Add(20 * flushEvery); syncs.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never flushed")
		}
	}
	time.Sleep(20 * time.Millisecond)
	hook.Store(nil)
	c.want("insert into stream (n) values (3)", "!58030")
	c.want("select count(*) > 10 from stream", "t\nSELECT 1")
}
