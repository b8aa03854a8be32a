package session

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// TestDeletesFailAsAWhole: the first, second, third … operation on files fails while a DELETE commits. Whichever it is, the client is told why, and
// all rows are there, or, where the outcome is unknown, all or none of those that were to go.
func TestDeletesFailAsAWhole(t *testing.T) {
	for _, fault := range []struct {
		err  error
		want string
	}{{vfs.ErrNoSpace, "53100 58030 08007"}, {vfs.ErrIO, "58030 08007 XX001"}} {
		for merged := range 2 {
			for n := 1; ; n++ {
				if !deleteFails(t, fault.err, fault.want, merged == 1, n) {
					t.Logf("%v, merged %d: %d operations", fault.err, merged, n-1)
					break
				}
				if n > 500 {
					t.Fatal("a DELETE takes more than 500 operations")
				}
			}
		}
	}
}

// deleteFails lets the nth operation fail and reports whether there was one.
func deleteFails(t *testing.T, fail error, want string, merged bool, n int) (failed bool) {
	t.Helper()
	t.Run(fmt.Sprintf("%v/%v/%d", fail, merged, n), func(t *testing.T) {
		l, _, hook := faulty(t, engine.Options{RAMBytes: -1})
		c := l.connect()
		hours(c, 4)
		if merged {
			c.want("vacuum", "VACUUM")
		}
		var seen atomic.Int64 // scans read on several goroutines
		var hit atomic.Bool
		f := func(op vfs.Op, name string) error {
			if op == vfs.OpRemove || strings.Contains(name, "LOCK") { // what is not needed any more may stay
				return nil
			}
			if fail == vfs.ErrNoSpace && (op == vfs.OpRead || op == vfs.OpOpen) { // no disk says that of reading
				return nil
			}
			if seen.Add(1) == int64(n) {
				hit.Store(true)
				return fail
			}
			return nil
		}
		hook.Store(&f)
		got, err := c.simple("delete from stream where n = 1 or n = 2")
		hook.Store(nil)
		if failed = hit.Load(); !failed {
			if err != nil || got != "DELETE 2" {
				t.Errorf("%q, %v", got, err)
			}
			return
		}
		code := pgCode(err)
		if err != nil && !strings.Contains(want, code) {
			t.Fatalf("%v; want %s", err, want)
		}
		left, _ := c.simple("select n from stream order by 1")
		all, some := "0\n1\n2\n3\nSELECT 4", "0\n3\nSELECT 2"
		switch {
		case err == nil && left == some, err != nil && left == all, code == "08007" && left == some:
		default:
			t.Errorf("after %v: %s", err, left)
		}
	})
	return failed
}
