package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine/vfs"
)

// leave limits a disk to so many bytes beyond what is used.
func leave(t testing.TB, mem *vfs.Mem, bytes int64) {
	t.Helper()
	const huge = 1 << 50
	mem.SetLimit(huge)
	free, err := mem.Free("data")
	must(t, err)
	mem.SetLimit(huge - free + bytes)
}

// TestFullDiskLeavesTheStoreAsItWas: maintenance, deletion and commits with ever more room, until they succeed; once there is room they go on.
func TestFullDiskLeavesTheStoreAsItWas(t *testing.T) {
	whole := newSample(t)
	for name, do := range map[string]func(s *Store) error{
		"merge": func(s *Store) error {
			for {
				if _, done, err := s.Maintain(context.Background(), MaintainOptions{Now: base, Force: true}); done || err != nil {
					return err
				}
			}
		},
		"index": func(s *Store) error {
			g := Signal{ID: 50, Stream: 1, Name: "more", Where: below(3)}
			if err := s.Alter(func(e *SchemaEdit) error { return e.CreateSignal(g) }); err != nil && !errors.Is(err, ErrSignalExists) {
				return err
			}
			for {
				if _, done, err := s.Maintain(context.Background(), MaintainOptions{Now: base}); done || err != nil {
					return err
				}
			}
		},
		"delete":    deleteRange(base+2*minute, base+30*minute),
		"retention": step(StepRetention, MaintainOptions{Now: base + 77*minute, Retention: func(StreamID) Retention { return Retention{Age: time.Hour} }}),
		"commit":    commitRows(Sync, 20, 20, 41, 42, 43),
		"load":      commitRows(Sync, 20, 20, 41, 42, 43, 44, 45, 46),
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[error]int{}
			for room := int64(0); ; room += 40 {
				x := whole.clone(t)
				o := sampleOptions
				o.FS, o.BulkTicks, o.SortBytes = x.fs, 5, 150
				s, err := Open("data", o)
				must(t, err)
				before := state(t, s)
				leave(t, x.fs, room)
				err = do(s)
				if err == nil {
					must(t, s.Close())
					break
				}
				for _, e := range []error{ErrNoSpace, ErrLowDisk} {
					if errors.Is(err, e) {
						seen[e]++
					}
				}
				if !errors.Is(err, ErrNoSpace) && !errors.Is(err, ErrLowDisk) || s.Poisoned() != nil {
					t.Errorf("%d bytes of room: %v, poisoned: %v", room, err, s.Poisoned())
				}
				if name != "index" && name != "merge" { // of which some steps may be done
					if now := state(t, s); now != before {
						t.Errorf("%d bytes of room: %v, and the store shows%s", room, err, unlike(now, before))
					}
				}
				x.read(t, s)
				x.fs.SetLimit(0)
				if err := do(s); err != nil {
					t.Errorf("with room again: %v", err)
				}
				must(t, s.Close())
				checkClean(t, x.fs)
				if names, _ := x.fs.List("data/tmp"); len(names) > 0 {
					t.Errorf("left in tmp: %v", names)
				}
				if t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d times %v, %d times %v", seen[ErrNoSpace], ErrNoSpace, seen[ErrLowDisk], ErrLowDisk)
			want := ErrNoSpace
			if name == "merge" {
				want = ErrLowDisk
			}
			if seen[want] == 0 {
				t.Errorf("never saw %v", want)
			}
		})
	}
}

// TestReserveStopsWritesBeforeTheDiskIsFull while reads, deletion and retention go on, and make room again.
func TestReserveStopsWritesBeforeTheDiskIsFull(t *testing.T) {
	mem := vfs.NewMem()
	o := Options{FS: mem, Create: true, Reserve: 200 << 10, RAMBytes: -1, PageBytes: 4 << 10}
	must(t, mem.MakeDir("data"))
	s, err := Open("data", o)
	must(t, err)
	leave(t, mem, 600<<10)
	r := rand.New(rand.NewPCG(1, 1))
	n := 0
	fillUp := func() {
		t.Helper()
		for {
			pad := make([]byte, 5000)
			for i := range pad {
				pad[i] = byte('!' + r.IntN(90))
			}
			st := s.NewStage()
			must(t, st.Append(1, base+int64(n)*minute, fmt.Appendf(nil, `{"n":%d,"pad":"%x"}`, n, pad)))
			err := s.Commit(t.Context(), st, Sync)
			var low *LowDiskError
			if errors.As(err, &low) {
				if !errors.Is(err, ErrLowDisk) || low.Free >= low.Reserve || low.Free < low.Reserve-100<<10 || low.Reserve != o.Reserve {
					t.Errorf("refused with %v", err)
				}
				return
			}
			must(t, err)
			n++
		}
	}
	count := func() int {
		tx := s.Read()
		defer tx.Close()
		return len(scan(t, tx, Spec{}))
	}
	fillUp()
	if n < 20 || count() != n {
		t.Fatalf("%d events were taken, %d are there", n, count())
	}
	// The server can be started anew, and says the same.
	must(t, s.Close())
	s, err = Open("data", o)
	must(t, err)
	fillUp()
	// DDL, which is small, goes on; so does a deletion that copies.
	must(t, s.Put(Object{ObjectKey{"view", "v"}, []byte("select 1")}))
	must(t, deleteRangeOf(s, 1, base+7*minute, base+13*minute))
	if got := count(); got != n-6 {
		t.Errorf("%d events after 6 of %d were deleted", got, n)
	}
	before := n
	now := base + int64(n)*minute
	maintainUntilDone(t, s, MaintainOptions{Now: now, Window: 1 << 50, Retention: func(StreamID) Retention { return Retention{Age: time.Duration(n/2) * time.Minute} }})
	fillUp()
	if n < before+before/4 {
		t.Errorf("half was let go, and only %d events fit in after %d", n-before, before)
	}
	must(t, s.Close())
	if r := checkClean(t, mem); !r.Sealed {
		t.Error("not sealed")
	}
}

func deleteRangeOf(s *Store, id StreamID, from, to int64) error {
	tx := s.Read()
	defer tx.Close()
	st := s.NewStage()
	if err := st.DeleteRange(tx, id, from, to); err != nil {
		return err
	}
	return s.Commit(context.Background(), st, Sync)
}
