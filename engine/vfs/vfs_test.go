package vfs

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealAndMemoryBehaveAlike runs the same calls on both.
func TestRealAndMemoryBehaveAlike(t *testing.T) {
	mem := NewMem()
	must(t, mem.MakeDir("top"))
	for name, c := range map[string]struct {
		fs  FS
		dir string
	}{"real": {OS, t.TempDir()}, "memory": {mem, "top"}} {
		t.Run(name, func(t *testing.T) {
			at := func(n string) string { return filepath.Join(c.dir, n) }
			f, err := c.fs.Create(at("a"))
			must(t, err)
			_, err = f.WriteAt([]byte("hello"), 3)
			must(t, err)
			must(t, f.Preallocate(100))
			must(t, f.Preallocate(50))
			if n, _ := f.Size(); n != 100 {
				t.Errorf("size %d", n)
			}
			must(t, f.Truncate(8))
			must(t, f.Sync())
			var b [10]byte
			if n, err := f.ReadAt(b[:], 0); n != 8 || err == nil || string(b[:8]) != "\x00\x00\x00hello" {
				t.Errorf("read %d %q %v", n, b, err)
			}
			must(t, f.Close())
			if _, err := c.fs.Create(at("a")); !errors.Is(err, fs.ErrExist) {
				t.Errorf("create again: %v", err)
			}
			if _, err := c.fs.Open(at("none")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open: %v", err)
			}
			must(t, c.fs.MakeDir(at("d")))
			must(t, c.fs.MakeDir(at("d")))
			must(t, c.fs.Rename(at("a"), at("b")))
			must(t, c.fs.SyncDir(c.dir))
			if names, err := c.fs.List(c.dir); err != nil || len(names) != 2 || names[0] != "b" || names[1] != "d" {
				t.Errorf("names %v %v", names, err)
			}
			l, err := c.fs.Lock(at("LOCK"))
			must(t, err)
			var held *HeldError
			if _, err := c.fs.Lock(at("LOCK")); !errors.As(err, &held) || held.PID == 0 {
				t.Errorf("second lock: %v", err)
			}
			must(t, l.Close())
			l, err = c.fs.Lock(at("LOCK"))
			must(t, err)
			must(t, l.Close())
			must(t, c.fs.Remove(at("b")))
			if ok, err := Exists(c.fs, at("b")); ok || err != nil {
				t.Errorf("removed: %v %v", ok, err)
			}
		})
	}
}

// TestPowerCutKeepsWhatWasSynced: synced bytes and names always survive, unsynced ones sometimes, torn at sectors.
func TestPowerCutKeepsWhatWasSynced(t *testing.T) {
	outcomes := map[string]int{}
	for seed := range uint64(300) {
		m := NewMem()
		f, err := m.Create("f")
		must(t, err)
		must(t, m.SyncDir("."))
		_, err = f.WriteAt(bytes.Repeat([]byte{1}, 2000), 0)
		must(t, err)
		must(t, f.Sync())
		_, err = f.WriteAt(bytes.Repeat([]byte{2}, 2000), 1000)
		must(t, err)
		_, err = m.Create("unsynced")
		must(t, err)
		after := m.Crash(rand.New(rand.NewPCG(seed, 0)))
		g, err := after.Open("f")
		must(t, err)
		b := make([]byte, 3000)
		n, _ := g.ReadAt(b, 0)
		if n < 2000 || !bytes.Equal(b[:1000], bytes.Repeat([]byte{1}, 1000)) {
			t.Fatalf("seed %d: synced bytes are gone", seed)
		}
		torn := 0
		for i := 1000; i < n; i++ {
			if i%SectorBytes != 0 && i > 1000 && i != 2000 && b[i] != b[i-1] {
				t.Fatalf("seed %d: torn at %d", seed, i)
			}
			if b[i] == 2 {
				torn++
			}
		}
		switch torn {
		case 0:
			outcomes["lost"]++
		case 2000:
			outcomes["kept"]++
		default:
			outcomes["torn"]++
		}
		if ok, _ := Exists(after, "unsynced"); ok {
			outcomes["name kept"]++
		} else {
			outcomes["name lost"]++
		}
	}
	if len(outcomes) != 5 {
		t.Errorf("not every outcome was seen: %v", outcomes)
	}
}

func TestFailedSyncLosesBytesForGood(t *testing.T) {
	m := NewMem()
	fail := true
	in := Inject{FS: m, Hook: func(op Op, _ string) error {
		if op == OpSync && fail {
			return ErrIO
		}
		return nil
	}}
	f, err := in.Create("f")
	must(t, err)
	must(t, in.SyncDir("."))
	_, err = f.WriteAt([]byte("x"), 0)
	must(t, err)
	if f.Sync() == nil {
		t.Fatal("no error")
	}
	fail = false
	must(t, f.Sync()) // lies
	lost := false
	for seed := range uint64(50) {
		n, err := m.Crash(rand.New(rand.NewPCG(seed, 0))).Stat("f")
		must(t, err)
		lost = lost || n.Size == 0
	}
	if !lost {
		t.Error("the bytes survived every time")
	}
}

func TestFullMemoryAnswersNoSpace(t *testing.T) {
	m := NewMem()
	m.SetLimit(10)
	f, err := m.Create("f")
	must(t, err)
	if n, err := f.WriteAt(make([]byte, 20), 0); n != 10 || !IsNoSpace(err) {
		t.Errorf("wrote %d, %v", n, err)
	}
}
