package engine

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/manifest"
	"github.com/flare-pg/flare-pg/engine/tick"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// content reads a file of a file system.
func content(t testing.TB, fs vfs.FS, name string) []byte {
	t.Helper()
	f, err := fs.Open(name)
	must(t, err)
	n, err := f.Size()
	must(t, err)
	b := make([]byte, n)
	if n > 0 {
		_, err = f.ReadAt(b, 0)
		must(t, err)
	}
	must(t, f.Close())
	return b
}

// put makes a file's content b, whether it is there or not.
func put(t testing.TB, fs vfs.FS, name string, b []byte) {
	t.Helper()
	_ = fs.Remove(name)
	f, err := fs.Create(name)
	must(t, err)
	_, err = f.WriteAt(b, 0)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Close())
	must(t, fs.SyncDir(filepath.Dir(name)))
}

const (
	tickA = "data/streams/1/2020-09-13T12-30-1.tick"
	tickB = "data/streams/1/2020-09-13T12-35-2.tick"
	tickC = "data/streams/1/2020-09-13T12-40-3.tick"
)

// threeTicks commits n rounds of one event to each of three ticks in turn, each commit flushed, and kills the process.
func threeTicks(t testing.TB, n int) (*vfs.Mem, []string) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	var all []string
	for i := range n {
		for j, name := range []string{"a", "b", "c"} {
			d := fmt.Sprintf(`{%q:%d}`, name, i)
			commitDocs(t, s, base+int64(j)*5*minute, d)
			all = append(all, d)
		}
	}
	return fs.Kill(), all
}

// readAll reads a store with damage passed over, and what was told of it; and tells the error of a read that does not.
func readAll(t testing.TB, s *Store) (docs []string, told []*DamageError, err error) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	docs = scan(t, tx, Spec{SkipDamaged: func(e *DamageError) { told = append(told, e) }})
	_, err = scanErr(tx, Spec{})
	slices.Sort(docs)
	return docs, told, err
}

func not(all []string, in string) []string {
	var out []string
	for _, d := range all {
		if !strings.HasPrefix(d, in) {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// TestDamagedTickCostsNoOtherFileItsCommits damages a tick after a crash in each way, lets the store go on, and puts the tick back.
func TestDamagedTickCostsNoOtherFileItsCommits(t *testing.T) {
	for name, harm := range map[string]func(fs vfs.FS, whole []byte){
		"missing":            func(fs vfs.FS, _ []byte) { must(t, fs.Remove(tickB)) },
		"empty":              func(fs vfs.FS, _ []byte) { put(t, fs, tickB, nil) },
		"shorter than known": func(fs vfs.FS, w []byte) { put(t, fs, tickB, w[:100]) },
		"another file":       func(fs vfs.FS, _ []byte) { put(t, fs, tickB, content(t, fs, tickC)) },
		"without its end":    func(fs vfs.FS, w []byte) { put(t, fs, tickB, w[:len(w)/2]) },
		"zero at its end": func(fs vfs.FS, w []byte) {
			put(t, fs, tickB, append(w[:len(w)/2:len(w)/2], make([]byte, len(w)-len(w)/2)...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			fs, all := threeTicks(t, 6)
			whole := content(t, fs, tickB)
			harm(fs, whole)
			ro := open(t, fs, Options{ReadOnly: true})
			if docs, _, _ := readAll(t, ro); !slices.Equal(not(docs, `{"b"`), not(all, `{"b"`)) {
				t.Errorf("read-only: %v", docs)
			}
			var log bytes.Buffer
			more := []string{`{"a":100}`, `{"b":101}`, `{"c":102}`}
			for round := range 3 { // the store goes on, and crashes and stops in between
				s := open(t, fs, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
				docs, told, err := readAll(t, s)
				if !slices.Equal(not(docs, `{"b"`), not(all, `{"b"`)) {
					t.Fatalf("round %d: %v are there", round, docs)
				}
				var d *DamageError
				if !errors.As(err, &d) || d.File != tickB || len(told) == 0 || !strings.Contains(log.String(), tickB) {
					t.Errorf("round %d: told %v, error %v", round, told, err)
				}
				commitDocs(t, s, base+int64(round)*5*minute, more[round])
				all = append(all, more[round])
				if round == 1 {
					must(t, s.Close())
				}
				fs = fs.Kill()
				found := 0
				_, err = Check("data", Options{FS: fs}, func(f Finding) {
					if f.File == tickB {
						found++
					}
				})
				if err != nil || found == 0 {
					t.Errorf("round %d: check named it %d times, %v", round, found, err)
				}
			}
			put(t, fs, tickB, whole)
			s := open(t, fs, Options{})
			if docs, told, err := readAll(t, s); err != nil || !slices.Equal(docs, not(all, "-")) {
				t.Errorf("put back: %v\ntold %v, error %v\nwant %v", docs, told, err, not(all, "-"))
			}
			must(t, s.Close())
			checkClean(t, fs)
		})
	}
}

// TestEachDamagedByteOfATailIsNamed flips, after a crash, each byte that the MANIFEST knows nothing of yet.
func TestEachDamagedByteOfATailIsNamed(t *testing.T) {
	fs, all := threeTicks(t, 3)
	st, _, _, err := manifest.ReadFile(fs, "data/MANIFEST")
	must(t, err)
	whole := content(t, fs, tickB)
	for at := st.Files[2].Length; at < int64(len(whole)); at++ {
		fs, _ := threeTicks(t, 3)
		flip(t, fs, tickB, at)
		s := open(t, fs, Options{})
		docs, _, err := readAll(t, s)
		var d *DamageError
		if !errors.As(err, &d) || d.File != tickB || d.Offset > at || len(docs) < len(all)-1 { // a damaged record leaves its events readable
			t.Fatalf("byte %d: error %v, %v", at, err, docs)
		}
		commitDocs(t, s, base+5*minute, `{"more":1}`)
		must(t, s.Close())
		flip(t, fs, tickB, at)
		s = open(t, fs, Options{})
		if docs, _, err := readAll(t, s); err != nil || len(docs) != len(all)+1 {
			t.Fatalf("byte %d repaired: error %v, %v", at, err, docs)
		}
		must(t, s.Close())
	}
}

// TestUnreadableTickKeepsWhatItHolds: a file that gives an I/O error for a while loses nothing.
func TestUnreadableTickKeepsWhatItHolds(t *testing.T) {
	mem, all := threeTicks(t, 4)
	broken := true
	fs := vfs.Inject{FS: mem, Hook: func(op vfs.Op, name string) error {
		if broken && op == vfs.OpRead && name == tickC {
			return vfs.ErrIO
		}
		return nil
	}}
	s := open(t, fs, Options{})
	if docs, _, err := readAll(t, s); err == nil || !slices.Equal(docs, not(all, `{"c"`)) {
		t.Errorf("%v, error %v", docs, err)
	}
	commitDocs(t, s, base+10*minute, `{"d":1}`)
	broken = false
	if _, _, err := readAll(t, s); err == nil {
		t.Error("what was committed last to it is unknown until the store is opened anew, and no read says so")
	}
	must(t, s.Close())
	s = open(t, fs, Options{})
	if docs, _, err := readAll(t, s); err != nil || len(docs) != len(all)+1 {
		t.Errorf("readable again: %v, error %v", docs, err)
	}
	must(t, s.Close())
	checkClean(t, mem)
}

// lastRecord gives where the last record of the MANIFEST begins.
func lastRecord(t *testing.T, fs vfs.FS) int64 {
	b := content(t, fs, "data/MANIFEST")
	_, end, err := manifest.Decode(b, "m")
	must(t, err)
	at := int64(manifest.HeaderBytes)
	for {
		n := int64(b[at]) | int64(b[at+1])<<8 | int64(b[at+2])<<16
		if at+8+n == end {
			return at
		}
		at += 8 + n
	}
}

// TestDamagedLastRecordOfTheManifestLosesNothing: what it committed is found in the ticks, or put aside.
func TestDamagedLastRecordOfTheManifestLosesNothing(t *testing.T) {
	for _, later := range []bool{true, false} {
		fs, all := threeTicks(t, 1) // the last record adds the third tick
		if later {
			s := fs
			st := open(t, s, Options{})
			commitDocs(t, st, base+15*minute, `{"d":1}`) // a new tick
			commitDocs(t, st, base+15*minute, `{"d":2}`)
			commitDocs(t, st, base, `{"a":2}`)
			all = append(all, `{"d":1}`, `{"d":2}`, `{"a":2}`)
			fs = fs.Kill()
		}
		flip(t, fs, "data/MANIFEST", lastRecord(t, fs)+12)
		var log bytes.Buffer
		s := open(t, fs, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		docs, _, err := readAll(t, s)
		must(t, err)
		want := all
		if !later { // nobody can tell whether it was committed
			want = not(all, `{"c"`)
			if !bytes.Contains(content(t, fs, tickC+".lost"), []byte(`{"c":0}`)) || !strings.Contains(log.String(), tickC+".lost") {
				t.Errorf("not put aside: %s", &log)
			}
		}
		if !slices.Equal(docs, not(want, "-")) {
			t.Errorf("later %v: %v", later, docs)
		}
		commitDocs(t, s, base+10*minute, `{"e":1}`)
		must(t, s.Close())
		named := map[string]bool{}
		_, err = Check("data", Options{FS: fs}, func(f Finding) { named[f.File] = true })
		if err != nil || !named["data/MANIFEST.lost"] || named[tickC+".lost"] == later {
			t.Errorf("check named %v, %v", named, err)
		}
	}
}

// TestTransactionsOfADamagedLastRecordArePutAside: the ends of ticks that the MANIFEST knew before.
func TestTransactionsOfADamagedLastRecordArePutAside(t *testing.T) {
	fs, _ := threeTicks(t, 1)
	s := open(t, fs, Options{})
	st := s.NewStage()
	must(t, st.Append(1, base, []byte(`{"x":1}`)))
	must(t, st.Append(1, base+5*minute, []byte(`{"x":2}`)))
	must(t, s.Commit(t.Context(), st, Sync))
	fs = fs.Kill()
	flip(t, fs, "data/MANIFEST", lastRecord(t, fs)+12)
	s = open(t, fs, Options{})
	must(t, s.Close())
	names, err := fs.List("data/streams/1")
	must(t, err)
	kept := 0
	for _, n := range names {
		if strings.HasSuffix(n, ".lost") && bytes.Contains(content(t, fs, "data/streams/1/"+n), []byte(`{"x":`)) {
			kept++
		}
	}
	if kept != 2 {
		t.Errorf("kept %d of 2: %v", kept, names)
	}
}

// TestTickThatNobodyCommittedIsRemoved: what a transaction leaves that was cut short goes; what holds a committed one stays.
func TestTickThatNobodyCommittedIsRemoved(t *testing.T) {
	fs, _ := threeTicks(t, 2)
	whole := content(t, fs, tickB)
	const stray, committed, strange = "data/streams/1/2020-09-13T13-00-77.tick", "data/streams/1/2020-09-13T13-05-78.tick", "data/streams/1/2020-09-13T13-10-79.tick"
	start := base + 30*minute
	h := tick.AppendHeader(nil, tick.Header{Stream: 1, ID: 77, Start: start})
	put(t, fs, stray, append(h, whole[tick.HeaderBytes:tick.HeaderBytes+50]...)) // a part of a batch
	put(t, fs, committed, append(tick.AppendHeader(nil, tick.Header{Stream: 1, ID: 78, Start: start + 5*minute}), whole[tick.HeaderBytes:]...))
	put(t, fs, strange, append(make([]byte, tick.HeaderBytes), whole[tick.HeaderBytes:]...))
	s := open(t, fs, Options{})
	must(t, s.Close())
	for name, want := range map[string]bool{stray: false, stray + ".lost": false, committed: false, committed + ".lost": true, strange: false, strange + ".lost": true} {
		if there, err := vfs.Exists(fs, name); err != nil || there != want {
			t.Errorf("%s: there %v, %v", name, there, err)
		}
	}
}

// TestNewerTickIsNamedAsNewer patches the version, with and without the checksum.
func TestNewerTickIsNamedAsNewer(t *testing.T) {
	fs, all := threeTicks(t, 2)
	b := content(t, fs, tickB)
	b[8] = 9
	put(t, fs, tickB, b)
	s := open(t, fs, Options{})
	docs, _, err := readAll(t, s)
	if !errors.Is(err, ErrNewerFormat) || !strings.Contains(err.Error(), tickB+" has format version 9, the newest known is 1") || strings.Contains(err.Error(), "is damaged at") {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(docs, not(all, `{"b"`)) {
		t.Errorf("the others: %v", docs)
	}
	found := ""
	_, err = Check("data", Options{FS: fs}, func(f Finding) { found += f.Err.Error() })
	if err != nil || !strings.Contains(found, "format version 9") {
		t.Errorf("check: %s, %v", found, err)
	}
	must(t, s.Close())
	// With its checksum right it is newer for sure, and the store is not touched.
	copy(b[50:54], []byte{byte(tick.Sum(b[:50])), byte(tick.Sum(b[:50]) >> 8), byte(tick.Sum(b[:50]) >> 16), byte(tick.Sum(b[:50]) >> 24)})
	put(t, fs, tickB, b)
	if _, err := Open("data", Options{FS: fs}); !errors.Is(err, ErrNewerFormat) || !strings.Contains(err.Error(), tickB) {
		t.Errorf("open: %v", err)
	}
}

// TestCheckFindsEachDamagedByteOfTheManifest of a store that was stopped cleanly; of the room behind its log some.
func TestCheckFindsEachDamagedByteOfTheManifest(t *testing.T) {
	fs, _ := threeTicks(t, 2)
	s := open(t, fs, Options{})
	_, err := s.CreateStream("public", "other")
	must(t, err)
	must(t, s.Put(Object{ObjectKey{"view", "v"}, []byte("select 1")}))
	must(t, s.Close())
	checkClean(t, fs)
	b := content(t, fs, "data/MANIFEST")
	_, end, err := manifest.Decode(b, "m")
	must(t, err)
	for at := int64(0); at < int64(len(b)); at++ {
		if at > end+16 {
			at = min(at+997, int64(len(b)-1))
		}
		flip(t, fs, "data/MANIFEST", at)
		named := false
		_, err := Check("data", Options{FS: fs}, func(f Finding) { named = named || f.File == "data/MANIFEST" })
		if !named && !errors.Is(err, ErrNewerFormat) {
			t.Fatalf("byte %d of %d: nothing found, %v", at, end, err)
		}
		flip(t, fs, "data/MANIFEST", at)
	}
	checkClean(t, fs)
}

// TestDirectoryThatCantBeWritten is readable, and says so to whoever wants to write.
func TestDirectoryThatCantBeWritten(t *testing.T) {
	mem, all := threeTicks(t, 3)
	fs := vfs.Inject{FS: mem, Hook: func(op vfs.Op, name string) error {
		if op != vfs.OpOpen && op != vfs.OpRead {
			return &os.PathError{Op: string(op), Path: name, Err: os.ErrPermission}
		}
		return nil
	}}
	s, err := Open("data", Options{FS: fs, ReadOnly: true})
	must(t, err)
	if docs, _, err := readAll(t, s); err != nil || len(docs) != len(all) {
		t.Errorf("%d events, %v", len(docs), err)
	}
	st := s.NewStage()
	must(t, st.Append(1, base, []byte(`{}`)))
	if err := s.Commit(t.Context(), st, Sync); !errors.Is(err, ErrReadOnly) {
		t.Errorf("commit: %v", err)
	}
	must(t, s.Close())
	if _, err := Open("data", Options{FS: fs}); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "data") {
		t.Errorf("open for writing: %v", err)
	}
	if r, err := Check("data", Options{FS: fs}, nil); err != nil || r.Findings > 0 || r.Events != int64(len(all)) {
		t.Errorf("check: %+v, %v", r, err)
	}
	s = open(t, mem, Options{}) // nothing was harmed, and the lock was let go
	if docs, _, err := readAll(t, s); err != nil || len(docs) != len(all) {
		t.Errorf("afterwards %d events, %v", len(docs), err)
	}
	must(t, s.Close())
}

// TestHugeEvents: events of 16 MiB between small ones, over frames, chunks, temporary file and restart.
func TestHugeEvents(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{RAMBytes: -1, StageBytes: 1 << 20})
	huge := make([]byte, 16<<20)
	r := rand.New(rand.NewPCG(5, 5))
	for i := range huge {
		huge[i] = "0123456789abcdef"[r.IntN(16)]
	}
	for _, n := range []int{len(huge) - 20, tick.FrameBytes - tick.EventOverhead - 8, tick.FrameBytes, 3*tick.ChunkBytes + 1} {
		st := s.NewStage()
		must(t, st.Append(1, base, []byte(`{"a":1}`)))
		must(t, st.Append(1, base+1, fmt.Appendf(nil, `{"x":"%s"}`, huge[:n])))
		must(t, st.Append(1, base+2, []byte(`{"b":1}`)))
		must(t, s.Commit(t.Context(), st, Sync))
	}
	account := &account{limit: 8 << 20}
	tx := s.Read()
	if _, err := scanErr(tx, Spec{Memory: account}); !errors.Is(err, errMemory) || account.held.Load() != 0 {
		t.Errorf("with 8 MiB: %v, %d held", err, account.held.Load())
	}
	tx.Close()
	for range 2 {
		tx := s.Read()
		for _, order := range []nql.Order{nql.Unordered, nql.Descending} {
			docs := scan(t, tx, Spec{Order: order})
			sum := 0
			for _, d := range docs {
				if d[2] == 'x' && d[6:len(d)-2] != string(huge[:len(d)-8]) {
					t.Error("a huge event is not what was written")
				}
				sum += len(d)
			}
			if len(docs) != 12 || sum < 16<<20 {
				t.Errorf("%d events, %d bytes", len(docs), sum)
			}
		}
		tx.Close()
		must(t, s.Close())
		checkClean(t, fs)
		s = open(t, fs, Options{})
	}
	must(t, s.Close())
}

// TestDamageAfterCrashesCostsNothingElse works, crashes, damages one tick, and opens, works and crashes again: every row that was durable is
// there, but for the damaged tick's; and those too once it is put back.
func TestDamageAfterCrashesCostsNothingElse(t *testing.T) {
	first, last := uint64(1), uint64(*seeds)
	if *oneSeed != 0 {
		first, last = *oneSeed, *oneSeed
	}
	for seed := first; seed <= last; seed++ {
		damageOnce(t, rand.New(rand.NewPCG(seed, 9)))
		if t.Failed() {
			t.Fatalf("replay with: go test ./engine -run DamageAfter -seed %d", seed)
		}
	}
}

func damageOnce(t *testing.T, r *rand.Rand) {
	mem := vfs.NewMem()
	s := open(t, mem, Options{StageBytes: 2048})
	w := &workload{r: r, s: s, made: map[string]StreamID{}, gone: map[StreamID]bool{}, keeps: true}
	w.run(3 + r.IntN(30))
	if r.IntN(2) == 0 {
		mem = mem.Kill()
	} else {
		mem = mem.Crash(r)
		for _, x := range w.txs {
			x.acked = x.flushed // the others may be there or not
		}
	}
	var ticks []string
	for _, dir := range []string{"data/streams/1/", "data/streams/2/"} {
		names, _ := mem.List(dir)
		for _, n := range names {
			ticks = append(ticks, dir+n)
		}
	}
	if len(ticks) == 0 {
		return
	}
	name := ticks[r.IntN(len(ticks))]
	whole := content(t, mem, name)
	switch n := len(whole); r.IntN(4) {
	case 0:
		must(t, mem.Remove(name))
	case 1:
		put(t, mem, name, whole[:r.IntN(n)])
	case 2:
		b := bytes.Clone(whole)
		clear(b[r.IntN(n):])
		put(t, mem, name, b)
	default:
		flip(t, mem, name, int64(r.IntN(n)))
	}
	for range 1 + r.IntN(3) {
		s, err := Open("data", Options{FS: mem})
		must(t, err)
		w.durable(t, s, name)
		if there, _ := vfs.Exists(mem, name); r.IntN(2) == 0 && !there { // the store goes on, elsewhere
			w.s = s
			w.run(3)
		}
		if r.IntN(3) == 0 {
			must(t, s.Close())
		}
		mem = mem.Kill()
	}
	put(t, mem, name, whole)
	s, err := Open("data", Options{FS: mem})
	must(t, err)
	w.durable(t, s, "")
	must(t, s.Close())
}

// durable checks that every row of an acknowledged and flushed transaction is there, but for those of one tick; and none that failed.
func (w *workload) durable(t *testing.T, s *Store, but string) {
	t.Helper()
	tx := s.Read()
	defer tx.Close()
	there := map[string]int{}
	for _, str := range tx.Schema().Streams {
		for _, d := range scan(t, tx, Spec{Stream: str.ID, SkipDamaged: func(*DamageError) {}}) {
			there[d]++
		}
	}
	for _, x := range w.txs {
		for i, d := range x.docs {
			span := strings.HasSuffix(but, ".span") && strings.HasPrefix(but, fmt.Sprintf("data/streams/%d/", x.streams[i]))
			mine := span || strings.HasSuffix(but, ".tick") && strings.HasPrefix(but, fmt.Sprintf("data/streams/%d/%s", x.streams[i], strings.TrimSuffix(tick.Name(tick.RangeStart(x.at[i]), 0), "0.tick")))
			switch n := there[d]; {
			case n > 1, n > 0 && (x.failed || x.rollback):
				t.Errorf("%d times, failed %v, rolled back %v: %.60s", n, x.failed, x.rollback, d)
			case n == 0 && x.acked && x.flushed && !mine:
				t.Errorf("gone, with %q damaged: transaction %d, %.60s", but, x.id, d)
			}
		}
	}
}
