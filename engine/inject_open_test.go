package engine

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
)

// crashed is a store that was killed: with commits that the MANIFEST does not know, files that no transaction committed, and a temporary one.
func crashed(t testing.TB) *vfs.Mem {
	t.Helper()
	x := newSample(t)
	kinds := x.kinds(t)
	s := open(t, x.fs, sampleOptions)
	for i := range 3 {
		must(t, commitRows(Sync, 20)(s))
		must(t, commitRows(Sync, 20, 20, 50+i)(s))
		must(t, commitRows(Sync, 22)(s))
	}
	must(t, s.Alter(func(e *SchemaEdit) error { return e.DropStream(2) }))
	must(t, commitRows(Async, 20)(s))
	must(t, s.Flush())
	mem := x.fs.Kill()
	put(t, mem, "data/tmp/stage-1", []byte("rows"))
	put(t, mem, "data/streams/1/2020-09-13T13-00-900.tick", tick.AppendHeader(nil, tick.Header{Stream: 1, ID: 900, Start: base + 30*minute}))
	b := content(t, mem, kinds[".span"][0])
	put(t, mem, "data/streams/1/2020-09-13T13-00-901.span", b[:len(b)/2])
	tail := kinds[".tick"][0]
	put(t, mem, tail, append(content(t, mem, tail), "cut short"...))
	return mem
}

func dropAside(t testing.TB, fs vfs.FS) {
	t.Helper()
	for name := range contents(t, fs) {
		if strings.HasSuffix(name, aside) {
			must(t, fs.Remove(name))
			must(t, fs.SyncDir(filepath.Dir(name)))
		}
	}
}

// TestRecoveryCanFailAnywhereAndBeRepeated makes each operation of opening a crashed store fail, reads too: the next one finds everything.
func TestRecoveryCanFailAnywhereAndBeRepeated(t *testing.T) {
	mem := crashed(t)
	o := sampleOptions
	o.FS = cloneFS(t, mem)
	s, err := Open("data", o)
	must(t, err)
	want := state(t, s)
	tx := s.Read()
	all := scan(t, tx, Spec{})
	tx.Close()
	must(t, s.Close())
	for _, cause := range []error{vfs.ErrNoSpace, vfs.ErrIO} {
		ops := map[vfs.Op]int{}
		degraded := 0
		for n := 1; ; n++ {
			fs := cloneFS(t, mem)
			var failed vfs.Op
			on, count := true, 0
			o.FS = vfs.Inject{FS: fs, Hook: func(op vfs.Op, name string) error {
				if cause == vfs.ErrNoSpace && (op == vfs.OpRead || op == vfs.OpOpen) || !on {
					return nil
				}
				if count++; count != n {
					return nil
				}
				failed = op
				ops[op]++
				return cause
			}}
			s, err := Open("data", o)
			on = false
			if failed == "" {
				must(t, err)
				must(t, s.Close())
				break
			}
			a := &act{o: sampleOptions}
			reopened := func(mem *vfs.Mem, at string) {
				if failed == vfs.OpRead || failed == vfs.OpOpen {
					dropAside(t, mem) // while a file can't be read, nothing is deleted that looks like nobody's
				}
				a.reopened(t, mem, at, []string{want})
			}
			reopened(fs.Crash(rand.New(rand.NewPCG(uint64(n), 4))), "a power cut during recovery")
			if err == nil {
				tx := s.Read()
				docs, err := scanErr(tx, Spec{})
				stranger := slices.ContainsFunc(docs, func(d string) bool { return !slices.Contains(all, d) })
				if stranger || len(docs) > len(all) || len(docs) < len(all) && !errors.As(err, new(*DamageError)) {
					t.Errorf("%s failed: %d of %d events, %v", failed, len(docs), len(all), err)
				}
				if err != nil {
					degraded++
				}
				tx.Close()
				must(t, s.Close())
			} else if failed != vfs.OpRead && failed != vfs.OpOpen && !errors.Is(err, cause) {
				t.Errorf("%s failed: %v", failed, err)
			}
			reopened(fs.Kill(), "opened again")
			if t.Failed() {
				t.Fatalf("%v, %s at operation %d", cause, failed, n)
			}
		}
		t.Logf("%v: %v, %d opened with a file that could not be read", cause, ops, degraded)
		for _, op := range []vfs.Op{vfs.OpMakeDir, vfs.OpRemove, vfs.OpCreate, vfs.OpWrite, vfs.OpSync, vfs.OpRename, vfs.OpSyncDir, vfs.OpTruncate, vfs.OpLock} {
			if ops[op] == 0 {
				t.Errorf("%s never failed", op)
			}
		}
		if cause == vfs.ErrIO && (ops[vfs.OpRead] == 0 || degraded == 0) {
			t.Error("no read failed")
		}
	}
}

// TestAnUndoneTransactionNeverComesBackInAnothersPlace: a commit to several ticks fails when some of it is on the disk already; the next one takes
// its number, and then the power goes.
func TestAnUndoneTransactionNeverComesBackInAnothersPlace(t *testing.T) {
	whole := newSample(t)
	undone := 0
	for n := 1; n < 12; n++ {
		for cut := range uint64(12) {
			x := whole.clone(t)
			on, count := false, 0
			o := sampleOptions
			o.FS = vfs.Inject{FS: x.fs, Hook: func(op vfs.Op, _ string) error {
				if !on || op != vfs.OpWrite && op != vfs.OpCreate {
					return nil
				}
				if count++; count == n {
					return vfs.ErrNoSpace
				}
				return nil
			}}
			s, err := Open("data", o)
			must(t, err)
			before := state(t, s)
			on = true
			err = commitRows(Sync, 20, 20, 21, 60)(s)
			on = false
			if err == nil {
				must(t, s.Close())
				break
			}
			undone++
			if now := state(t, s); now != before {
				t.Errorf("the store shows%s", unlike(now, before))
			}
			st := s.NewStage()
			must(t, st.Append(2, base+100*minute, []byte(`{"n":7000}`)))
			must(t, s.Commit(t.Context(), st, Sync))
			after := state(t, s)
			a := &act{o: sampleOptions}
			a.reopened(t, x.fs.Crash(rand.New(rand.NewPCG(cut, uint64(n)))), "another commit in its place, then a power cut", []string{after})
			if t.Failed() {
				t.Fatalf("write %d, power cut %d", n, cut)
			}
		}
	}
	if undone < 12*4 {
		t.Errorf("only %d commits failed", undone)
	}
}
