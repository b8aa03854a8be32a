package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql"
)

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// base is the start of a five-minute range.
const base = int64(1_600_000_200) * 10_000_000 // 2020-09-13T12:30:00Z

const minute = int64(60 * 10_000_000)

func open(t testing.TB, fs vfs.FS, o Options) *Store {
	t.Helper()
	if m, ok := fs.(*vfs.Mem); ok {
		must(t, m.MakeDir("data"))
	}
	o.FS, o.Create = fs, !o.ReadOnly
	s, err := Open("data", o)
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// doc makes a document that tells what it is.
func doc(n int, extra string) []byte {
	return fmt.Appendf(nil, `{"n":%d,"pad":%q}`, n, extra)
}

func observe(st *Stage, stream StreamID, docs ...[]byte) {
	d := event.NewDecoder(event.Options{Now: new(int64)})
	var sum event.Summary
	for _, b := range docs {
		if _, _, err := d.Decode(nil, b, &sum); err != nil {
			panic(err)
		}
	}
	st.Observe(stream, &sum)
}

var docColumns = []nql.Column{
	{Path: &nql.Path{Root: nql.Timestamp}, Kind: column.Timestamp},
	{Path: &nql.Path{Root: nql.Document}, Kind: column.JSON},
}

// scan draws everything and gives the documents in the order in which they came.
func scan(t testing.TB, tx *ReadTx, spec Spec) []string {
	t.Helper()
	docs, err := scanErr(tx, spec)
	must(t, err)
	return docs
}

func scanErr(tx *ReadTx, spec Spec) ([]string, error) {
	if spec.Stream == 0 {
		spec.Stream = 1
	}
	if spec.From == 0 && spec.To == 0 {
		spec.From, spec.To = MinTime, MaxTime
	}
	if spec.Columns == nil {
		spec.Columns = docColumns
	}
	fragments, err := tx.Scan(spec)
	if err != nil {
		return nil, err
	}
	var out []string
	var b column.Batch
	for _, f := range fragments {
		for {
			ok, nerr := f.Next(context.Background(), &b)
			if nerr != nil {
				err = errors.Join(err, nerr)
				break
			}
			if !ok {
				break
			}
			if b.Len > column.BatchRows {
				return nil, fmt.Errorf("batch of %d rows", b.Len)
			}
			for i := range b.Len {
				out = append(out, string(b.Cols[1].Str(i)))
			}
		}
		f.Close()
	}
	return out, err
}

func commitDocs(t testing.TB, s *Store, ts int64, docs ...string) {
	t.Helper()
	st := s.NewStage()
	for i, d := range docs {
		must(t, st.Append(1, ts+int64(i), []byte(d)))
	}
	must(t, s.Commit(context.Background(), st, Sync))
}

func checkClean(t testing.TB, fs vfs.FS) CheckResult {
	t.Helper()
	r, err := Check("data", Options{FS: fs}, func(f Finding) { t.Errorf("check: %s at %d: %v", f.File, f.Offset, f.Err) })
	must(t, err)
	return r
}

func TestWhatIsCommittedIsReadHotAndCold(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	st := s.NewStage()
	var want []string
	for i := range 1000 {
		d := doc(i, strings.Repeat("x", i))
		want = append(want, string(d))
		must(t, st.Append(1, base+int64(i)*minute/10, d))
		observe(st, 1, d)
	}
	must(t, s.Commit(context.Background(), st, Sync))
	commitDocs(t, s, base, `{"late":1}`)
	read := func(s *Store, o Options) {
		t.Helper()
		tx := s.Read()
		defer tx.Close()
		got := scan(t, tx, Spec{Order: nql.Ascending})
		if len(got) != 1001 || got[0] != want[0] || got[1] != `{"late":1}` || got[1000] != want[999] {
			t.Fatalf("%d events, first %.40s %.40s", len(got), got[0], got[1])
		}
		if p := tx.Schema().Stream(1).Property("pad"); p == nil || p.Type != uint32(event.Text) || p.Seq != 2 {
			t.Errorf("property pad: %+v", p)
		}
	}
	read(s, Options{})
	must(t, s.Close())
	if !checkClean(t, fs).Sealed {
		t.Error("not sealed")
	}
	s = open(t, fs, Options{})
	read(s, Options{})
	ro := open(t, fs, Options{ReadOnly: true})
	read(ro, Options{})
	must(t, ro.Close())
	must(t, s.Close())
	s = open(t, fs.Kill(), Options{RAMBytes: -1})
	read(s, Options{})
	must(t, s.Close())
}

func TestSecondProcessIsToldWhoHoldsTheDirectory(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{Create: true})
	must(t, err)
	_, err = Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("second open: %v", err)
	}
	must(t, s.Close())
	s, err = Open(dir, Options{})
	must(t, err)
	must(t, s.Close())
}

func TestOtherDirectoriesAreRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/letter.txt", []byte("dear"), 0o600))
	for _, o := range []Options{{}, {Create: true}, {ReadOnly: true}} {
		if _, err := Open(dir, o); !errors.Is(err, ErrNotDataDir) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if names, _ := vfs.OS.List(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if _, err := Open(dir+"/none", Options{}); !errors.Is(err, ErrNotDataDir) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Open(dir+"/letter.txt", Options{Create: true}); !errors.Is(err, ErrNotDataDir) {
		t.Errorf("a file: %v", err)
	}
}

func TestCatalogObjectsAndStreamsSurvive(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, Options{})
	id, err := s.CreateStream("public", "other")
	must(t, err)
	if _, err := s.CreateStream("public", "other"); !errors.Is(err, ErrStreamExists) {
		t.Errorf("again: %v", err)
	}
	must(t, s.Put(Object{ObjectKey{"view", "a"}, []byte("select")}, Object{ObjectKey{"view", "b"}, []byte{}}))
	must(t, s.Put(Object{ObjectKey: ObjectKey{"view", "b"}}))
	must(t, s.Close())
	s = open(t, fs, Options{})
	tx := s.Read()
	if o := tx.Schema().Objects; len(o) != 1 || string(o[ObjectKey{"view", "a"}]) != "select" {
		t.Errorf("objects: %v", o)
	}
	if l := tx.Schema().Lookup("public", "other"); l == nil || l.ID != id {
		t.Errorf("stream: %+v", l)
	}
	tx.Close()
	must(t, s.Close())
	if err := s.Commit(context.Background(), s.NewStage(), Sync); err != nil {
		t.Errorf("an empty stage: %v", err)
	}
	if err := s.Put(Object{ObjectKey{"view", "c"}, []byte("x")}); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
