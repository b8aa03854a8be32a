package engine

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
)

// rssAnon is the process's anonymous resident memory in bytes; 0 where the system does not tell.
func rssAnon() int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "RssAnon:" {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// TestLargeTransactionsTakeLittleMemory stages and commits 250 MB, in one tick and over thousands.
func TestLargeTransactionsTakeLittleMemory(t *testing.T) {
	if testing.Short() || raceDetector || rssAnon() == 0 {
		t.Skip("takes a while, and needs /proc, and no race detector, whose memory would be measured")
	}
	docs := events(1000)
	for name, spread := range map[string]int64{"one tick": 0, "many ticks": 5 * minute / 100} {
		t.Run(name, func(t *testing.T) {
			n := 250_000
			if spread > 0 {
				n = 100_000 // 1,000 ticks, in a shuffled order
			}
			s, err := Open(t.TempDir(), Options{Create: true})
			must(t, err)
			runtime.GC()
			before, peak := rssAnon(), int64(0)
			st := s.NewStage()
			for i := range n {
				at := base + int64(i*7919%n)*spread
				must(t, st.Append(1, at, docs[i%len(docs)]))
				if i%5000 == 0 {
					peak = max(peak, rssAnon())
				}
			}
			must(t, s.Commit(context.Background(), st, Sync))
			peak = max(peak, rssAnon())
			if grown := (peak - before) >> 20; grown > 100 {
				t.Errorf("anonymous memory grew by %d MiB", grown)
			} else {
				t.Logf("anonymous memory grew by %d MiB", grown)
			}
			tx := s.Read()
			var events int64
			for _, f := range tx.Files() {
				events += f.Events
			}
			if events != int64(n) {
				t.Errorf("%d events of %d", events, n)
			}
			tx.Close()
			must(t, s.Close())
		})
	}
}

// TestSavepointsBringBackRowsAndProperties rolls back into frames that were closed, spilled and read meanwhile.
func TestSavepointsBringBackRowsAndProperties(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{StageBytes: 1000})
	st := s.NewStage()
	put := func(i int, extra string) {
		d := fmt.Appendf(nil, `{"n":%d%s,"pad":"%s"}`, i, extra, strings.Repeat("0123456789", 600))
		must(t, st.Append(1, base, d))
		observe(st, 1, d)
	}
	put(0, "")
	m := st.Mark()
	for range 3 {
		for i := range 50 {
			put(i, `,"never":1`)
		}
		tx := s.Read()
		if n := len(scan(t, tx, Spec{Stage: st})); n != 51 {
			t.Errorf("%d rows before rolling back", n)
		}
		if st.Schema(tx.Schema()).Stream(1).Property("never") == nil {
			t.Error("the stage's own schema lacks a property")
		}
		tx.Close()
		st.RollbackTo(m)
	}
	put(1, "")
	must(t, s.Commit(context.Background(), st, Sync))
	tx := s.Read()
	if got := scan(t, tx, Spec{}); len(got) != 2 || !strings.HasPrefix(got[0], `{"n":0`) || !strings.HasPrefix(got[1], `{"n":1`) {
		t.Errorf("%d rows", len(got))
	}
	if p := tx.Schema().Stream(1); p.Property("never") != nil || p.Property("n").Type != uint32(event.Bigint) {
		t.Errorf("properties %+v", p.Properties)
	}
	tx.Close()
	must(t, s.Close())
}

// TestPropertiesWidenAcrossRestarts: what decides the type is in the MANIFEST, also that an integer beyond 2^53 was seen.
func TestPropertiesWidenAcrossRestarts(t *testing.T) {
	fs := vfs.NewMem()
	want := []struct {
		doc string
		typ event.PropertyType
	}{
		{`{"a":null}`, event.NoType}, {`{"a":1}`, event.Bigint}, {`{"a":"x"}`, event.Bigint},
		{`{"a":9007199254740993}`, event.Bigint}, {`{"a":0.5}`, event.Numeric}, {`{"a":1}`, event.Numeric},
	}
	for _, c := range want {
		s := open(t, fs, Options{})
		st := s.NewStage()
		must(t, st.Append(1, base, []byte(c.doc)))
		observe(st, 1, []byte(c.doc))
		must(t, s.Commit(context.Background(), st, Sync))
		tx := s.Read()
		if p := tx.Schema().Stream(1).Property("a"); p == nil || p.Type != uint32(c.typ) {
			t.Errorf("after %s: %+v, want %v", c.doc, p, c.typ)
		}
		tx.Close()
		must(t, s.Close())
	}
}

// TestFullDiskFailsTheTransactionOnly fills the file system and frees it again.
func TestFullDiskFailsTheTransactionOnly(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	commitDocs(t, s, base, `{"first":1}`)
	fs.SetLimit(100_000)
	st := s.NewStage()
	for i := range 400 {
		must(t, st.Append(1, base, fmt.Appendf(nil, `{"%d":"%x"}`, i, events(1)[0][i:])))
	}
	if err := s.Commit(context.Background(), st, Sync); err == nil || !strings.Contains(err.Error(), ErrNoSpace.Error()) {
		t.Errorf("commit on a full disk: %v", err)
	}
	commitDocs(t, s, base, `{"small":1}`)
	fs.SetLimit(0)
	commitDocs(t, s, base, `{"last":1}`)
	tx := s.Read()
	if n := len(scan(t, tx, Spec{})); n != 3 {
		t.Errorf("%d events", n)
	}
	tx.Close()
	must(t, s.Close())
	checkClean(t, fs)
}
