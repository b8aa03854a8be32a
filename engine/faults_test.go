package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// sample is a small store with several files of each kind, stopped cleanly.
type sample struct {
	fs *vfs.Mem
	// docs are what each stream holds; of are those in each file. The files of a stream are disjoint in time.
	docs map[StreamID][]string
	of   map[string][]string
}

var sampleOptions = Options{SpanRaw: 500, PageBytes: 200, RAMBytes: -1, filterAll: true}

// below is the predicate n < i, which the sample has a signal for with i = sampleBelow.
func below(i int64) nql.Expr {
	return &nql.Binary{Op: nql.Lt, L: nql.PropertyPath("n"), R: &nql.Literal{Value: nql.IntegerValue(i)}}
}

const sampleBelow = 6

// padded is the predicate pad = 'the one of n', which the sample's filters know of, and padOf that text.
func padded(n int) nql.Expr {
	return &nql.Binary{Op: nql.Eq, L: nql.PropertyPath("pad"), R: &nql.Literal{Value: nql.StringValue(padOf(n))}}
}

func padOf(n int) string { return fmt.Sprintf("%x", n*n*n*7919+12345) }

const samplePadded = 5

// derived reports whether files with an ending can be built anew.
func derived(ending string) bool { return ending == ".index" || ending == ".filter" }

// newSample makes two streams: of spans with an index and a filter each, then ticks.
func newSample(t testing.TB) *sample {
	t.Helper()
	x := &sample{fs: vfs.NewMem(), docs: map[StreamID][]string{}, of: map[string][]string{}}
	s := open(t, x.fs, sampleOptions)
	two, err := s.CreateStream("public", "two")
	must(t, err)
	for _, id := range []StreamID{1, two} {
		g := Signal{ID: s.NewSignalID(), Stream: id, Name: fmt.Sprintf("below%d", id), Where: below(sampleBelow)}
		must(t, s.Alter(func(e *SchemaEdit) error { return e.CreateSignal(g) }))
	}
	must(t, s.Put(Object{ObjectKey{"view", "v"}, []byte("select 1")}))
	put := func(id StreamID, n, tick int) {
		st := s.NewStage()
		d := fmt.Sprintf(`{"n":%d,"of":%d,"pad":"%s"}`, n, id, padOf(n))
		must(t, st.Append(id, base+int64(tick)*5*minute+int64(n), []byte(d)))
		observe(st, id, []byte(d))
		must(t, s.Commit(t.Context(), st, Sync))
		x.docs[id] = append(x.docs[id], d)
	}
	for n := range 16 {
		put(1, n, n/2)
		put(two, n, n/4)
	}
	maintainUntilDone(t, s, MaintainOptions{Now: base, Force: true})
	for n := range 4 {
		put(1, 100+n, 20+n/2)
	}
	put(two, 100, 20)
	put(two, 101, 20)
	must(t, s.Close())
	s = open(t, x.fs, sampleOptions)
	x.of = docsByFile(t, s)
	must(t, s.Close())
	checkClean(t, x.fs)
	return x
}

// docsByFile tells the documents of each file of a store whose files are disjoint in time.
func docsByFile(t testing.TB, s *Store) map[string][]string {
	t.Helper()
	of := map[string][]string{}
	tx := s.Read()
	defer tx.Close()
	for _, f := range tx.Files() {
		of[f.Path] = scan(t, tx, Spec{Stream: f.Stream, From: f.From, To: f.To + 1})
		if len(of[f.Path]) != int(f.Events) {
			t.Fatalf("%s has %d events, and its time has %d", f.Path, f.Events, len(of[f.Path]))
		}
	}
	return of
}

// kinds lists the sample's files by their ending.
func (x *sample) kinds(t testing.TB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(contents(t, x.fs))) {
		if e := filepath.Ext(name); e != "" {
			out[e] = append(out[e], name)
		}
	}
	for _, e := range []string{".tick", ".span", ".index", ".filter"} {
		if len(out[e]) < 3 {
			t.Fatalf("the sample has %v", out)
		}
	}
	return out
}

func (x *sample) clone(t testing.TB) *sample {
	return &sample{fs: cloneFS(t, x.fs), docs: x.docs, of: x.of}
}

// maintainUntilDone maintains until nothing is due.
func maintainUntilDone(t testing.TB, s *Store, o MaintainOptions) []Step {
	t.Helper()
	var steps []Step
	for range 1000 {
		step, done, err := s.Maintain(context.Background(), o)
		must(t, err)
		if done {
			return steps
		}
		steps = append(steps, step)
	}
	t.Fatal("maintenance does not end")
	return nil
}

// contents gives every file of the data directory but LOCK.
func contents(t testing.TB, fs vfs.FS) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	var walk func(dir string)
	walk = func(dir string) {
		names, err := fs.List(dir)
		must(t, err)
		for _, n := range names {
			path := filepath.Join(dir, n)
			info, err := fs.Stat(path)
			must(t, err)
			if info.Dir {
				walk(path)
			} else if n != lockName {
				out[path] = content(t, fs, path)
			}
		}
	}
	walk("data")
	return out
}

func sameContents(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }

// fill puts files into an empty file system, durably.
func fill(t testing.TB, files map[string][]byte) *vfs.Mem {
	t.Helper()
	mem := vfs.NewMem()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for dir := filepath.Dir(name); ; dir = filepath.Dir(dir) {
			if ok, _ := vfs.Exists(mem, dir); ok || dir == "." {
				break
			}
			makeDirs(t, mem, dir)
		}
		put(t, mem, name, files[name])
	}
	return mem
}

func makeDirs(t testing.TB, fs vfs.FS, dir string) {
	t.Helper()
	if up := filepath.Dir(dir); up != "." {
		makeDirs(t, fs, up)
	}
	must(t, fs.MakeDir(dir))
	must(t, fs.SyncDir(filepath.Dir(dir)))
}

func cloneFS(t testing.TB, fs vfs.FS) *vfs.Mem { return fill(t, contents(t, fs)) }

// loadDir puts the files below a directory of the real disk at data.
func loadDir(t testing.TB, dir string) *vfs.Mem {
	t.Helper()
	files := map[string][]byte{}
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		files[filepath.Join("data", rel)] = b
		return err
	}))
	return fill(t, files)
}

// findings is what Check names, by file; it fails the test where Check changes anything.
func findings(t testing.TB, fs vfs.FS) map[string][]Finding {
	t.Helper()
	before := contents(t, fs)
	out := map[string][]Finding{}
	_, err := Check("data", Options{FS: fs}, func(f Finding) { out[f.File] = append(out[f.File], f) })
	if err != nil && !errors.Is(err, ErrNewerFormat) {
		t.Errorf("check: %v", err)
	}
	if err != nil {
		out["error"] = nil
	}
	if !sameContents(before, contents(t, fs)) {
		t.Error("check changes what it checks")
	}
	return out
}

// read scans a stream in each way and compares with what was written: nothing else, and nothing twice; all of it, or an error that
// names one of the files in bad; and with SkipDamaged all but what those files hold. It reports whether anything was missed.
func (x *sample) read(t testing.TB, s *Store, bad ...string) (missed bool) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	for id, all := range x.docs {
		var low, pad, sure, sureLow, surePad []string
		var lost []string
		for _, f := range bad {
			lost = append(lost, x.of[f]...)
		}
		for _, d := range all {
			var n int
			_, err := fmt.Sscanf(d, `{"n":%d`, &n)
			must(t, err)
			gone := slices.Contains(lost, d)
			if !gone {
				sure = append(sure, d)
			}
			if n < sampleBelow {
				if low = append(low, d); !gone {
					sureLow = append(sureLow, d)
				}
			}
			if n == samplePadded {
				if pad = append(pad, d); !gone {
					surePad = append(surePad, d)
				}
			}
		}
		for _, ask := range []struct {
			where         nql.Expr
			order         nql.Order
			want, certain []string
		}{{nil, nql.Ascending, all, sure}, {below(sampleBelow), nql.Unordered, low, sureLow}, {padded(samplePadded), nql.Unordered, pad, surePad}} {
			where, order, want, certain := ask.where, ask.order, ask.want, ask.certain
			got, err := scanErr(tx, Spec{Stream: id, Where: where, Order: order})
			sub := within(got, want)
			var d *DamageError
			switch {
			case !sub:
				t.Errorf("stream %d holds what was not written, or twice: %v", id, got)
			case err == nil && len(got) != len(want):
				t.Errorf("stream %d: %d documents of %d, and no error", id, len(got), len(want))
			case err != nil && (!errors.As(err, &d) || !slices.Contains(bad, d.File)):
				t.Errorf("stream %d: %v, where %v is damaged", id, err, bad)
			}
			missed = missed || err != nil
			got, err = scanErr(tx, Spec{Stream: id, Where: where, Order: order, SkipDamaged: func(d *DamageError) {
				if !slices.Contains(bad, d.File) {
					t.Errorf("stream %d: told of %v, where %v is damaged", id, d, bad)
				}
			}})
			if err != nil || !within(got, want) || !within(certain, got) {
				t.Errorf("stream %d, damage passed over: %d of %d documents, at least %d wanted, %v", id, len(got), len(want), len(certain), err)
			}
		}
	}
	return missed
}

// within reports whether every element of a is in b, and none twice.
func within(a, b []string) bool {
	seen := map[string]bool{}
	for _, d := range b {
		seen[d] = true
	}
	for _, d := range a {
		if !seen[d] {
			return false
		}
		delete(seen, d)
	}
	return true
}

// openAt opens without making anything.
func (x *sample) openAt(t testing.TB, readOnly bool) *Store {
	t.Helper()
	o := sampleOptions
	o.FS, o.ReadOnly = x.fs, readOnly
	s, err := Open("data", o)
	must(t, err)
	return s
}

// whole checks that a store is as if nothing had happened, also after it was stopped.
func (x *sample) whole(t testing.TB) {
	t.Helper()
	s := x.openAt(t, false)
	if x.read(t, s) {
		t.Error("something is missing")
	}
	must(t, s.Close())
	checkClean(t, x.fs)
}
