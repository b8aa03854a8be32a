package engine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

const day = 24 * 60 * minute

// TestNoClockDecidesAnything: the engine never asks what time it is. What it does at a time it is told.
func TestNoClockDecidesAnything(t *testing.T) {
	must(t, filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, call := range []string{"time.Now(", "time.Since(", "time.After(", "time.NewTimer(", "time.Until("} {
			if strings.Contains(string(b), call) {
				t.Errorf("%s calls %s", path, call)
			}
		}
		return err
	}))
}

// TestClockThatJumpsLosesNothingThatIsKept: Now jumps ahead and back by days, between commits, merges and restarts: what is younger than the
// retention at the latest Now that was ever given is all there.
func TestClockThatJumpsLosesNothingThatIsKept(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 11))
		fs := vfs.NewMem()
		o := Options{SpanRaw: 2000, PageBytes: 300, RAMBytes: 2000}
		s := open(t, fs, o)
		ages := time.Duration(1+r.IntN(20)) * 24 * time.Hour
		latest := int64(MinTime)
		written := map[string]int64{}
		there := map[string]bool{}
		for step := range 40 {
			switch n := r.IntN(10); {
			case n < 6:
				now := base + r.Int64N(40*day) - 20*day
				latest = max(latest, now)
				for range 1 + r.IntN(6) {
					_, done, err := s.Maintain(t.Context(), MaintainOptions{Now: now, Force: n == 0, Retention: func(StreamID) Retention { return Retention{Age: ages} }})
					must(t, err)
					if done {
						break
					}
				}
			case n == 9:
				must(t, s.Close())
				s = open(t, fs, o)
			default:
				st := s.NewStage()
				for i := range 1 + r.IntN(5) {
					at := base + r.Int64N(40*day) - 20*day
					d := fmt.Sprintf(`{"n":%d}`, step*100+i)
					must(t, st.Append(1, at, []byte(d)))
					if written[d] = at; at >= latest-int64(ages/100) {
						there[d] = true
					}
				}
				must(t, s.Commit(t.Context(), st, Sync))
			}
			tx := s.Read()
			got := scan(t, tx, Spec{Order: nql.Ascending})
			tx.Close()
			last := int64(MinTime)
			for _, d := range got {
				at, known := written[d]
				if !known || at < last {
					t.Errorf("seed %d: %s is there, known %v, at %d behind %d", seed, d, known, at, last)
				}
				last = at
			}
			for d := range there {
				if written[d] >= latest-int64(ages/100) && !slices.Contains(got, d) {
					t.Fatalf("seed %d step %d: %s is gone, %d days before the latest Now, and %v are kept", seed, step, d, (latest-written[d])/day, ages)
				}
			}
		}
		must(t, s.Close())
		checkClean(t, fs)
	}
}

// TestQuietTicksAreWaitedForAnewWhenTheClockIsSetBack.
func TestQuietTicksAreWaitedForAnewWhenTheClockIsSetBack(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{})
	commitDocs(t, s, base, `{"n":1}`)
	merged := func(now int64) bool {
		_, done, err := s.Maintain(t.Context(), MaintainOptions{Now: now})
		must(t, err)
		return !done
	}
	for _, c := range []struct {
		at   int64 // minutes from base
		want bool
	}{{-24 * 60 * 3, false}, {-24*60*3 + 59, false}, {-24 * 60 * 9, false}, {-24*60*9 + 59, false}, {-24*60*9 + 61, true}} {
		if got := merged(base + c.at*minute); got != c.want {
			t.Errorf("at %d minutes: merged %v", c.at, got)
		}
	}
	must(t, s.Close())
}

// TestEventsOfAllTimesMergeAndRead: the first and the last year that timestamps have; others are refused.
func TestEventsOfAllTimesMergeAndRead(t *testing.T) {
	fs := vfs.NewMem()
	o := Options{SpanRaw: 600, PageBytes: 200, RAMBytes: -1}
	year := func(y int) int64 { return time.Date(y, 7, 1, 0, 0, 0, 0, time.UTC).Unix() * 10_000_000 }
	var want []string
	for round := range 4 {
		s := open(t, fs, o)
		for _, at := range []int64{MinTime, year(-1), year(10000), MaxTime} {
			st := s.NewStage()
			if err := st.Append(1, at, []byte(`{}`)); err == nil {
				t.Errorf("%d was taken", at)
			}
			st.Discard()
		}
		for i, at := range []int64{year(1), year(500), year(1969), 0, base, year(2100), year(9000), year(9999)} {
			for j := range 3 {
				d := fmt.Sprintf(`{"i":%d,"round":%d,"j":%d,"pad":"%040d"}`, i, round, j, j)
				commitDocs(t, s, at+int64(j)*day+int64(round), d)
				want = append(want, d)
			}
		}
		now := []int64{base, year(9999), year(1), base}[round]
		maintainUntilDone(t, s, MaintainOptions{Now: now, Force: round != 1})
		tx := s.Read()
		got := scan(t, tx, Spec{Order: nql.Ascending})
		if !within(got, want) || len(got) != len(want) || !strings.HasPrefix(got[0], `{"i":0,"round":0,"j":0`) {
			t.Errorf("round %d: %d of %d, first %s", round, len(got), len(want), got[0])
		}
		if docs := scan(t, tx, Spec{From: year(8999), To: MaxTime}); len(docs) != 6*(round+1) {
			t.Errorf("round %d: %d events from the year 8999 on", round, len(docs))
		}
		tx.Close()
		must(t, s.Close())
		checkClean(t, fs)
	}
}

// TestAFarFutureEventDoesNotKeepOldOnes: one wrong timestamp in a span does not put off the retention of the rest by a share of a thousand years.
func TestAFarFutureEventDoesNotKeepOldOnes(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{})
	for i := range 10 {
		commitDocs(t, s, base+int64(i)*day, fmt.Sprintf(`{"n":%d}`, i))
	}
	commitDocs(t, s, base+400_000*day, `{"n":99}`)
	maintainUntilDone(t, s, MaintainOptions{Now: base + 10*day, Force: true})
	maintainUntilDone(t, s, MaintainOptions{Now: base + 10*day, Retention: func(StreamID) Retention { return Retention{Age: 3 * 24 * time.Hour} }})
	tx := s.Read()
	if got := scan(t, tx, Spec{}); len(got) != 4 {
		t.Errorf("three days are kept, and there are %v", got)
	}
	tx.Close()
	must(t, s.Close())
}

// TestRetentionDropsWholeFilesThatCantBeRead, also when a merge has met the damage before: what is old goes, and nothing needs to be read for that.
func TestRetentionDropsWholeFilesThatCantBeRead(t *testing.T) {
	x := newSample(t)
	name := x.kinds(t)[".tick"][0]
	x.flipBit(t, name, content(t, x.fs, name), 100)
	s := x.openAt(t, false)
	if _, _, err := s.Maintain(t.Context(), MaintainOptions{Now: base, Force: true}); err == nil {
		t.Error("a damaged tick was merged")
	}
	maintainUntilDone(t, s, MaintainOptions{Now: base + 3*day, Retention: func(StreamID) Retention { return Retention{Age: 24 * time.Hour} }})
	tx := s.Read()
	if files := tx.Files(); len(files) > 0 {
		t.Errorf("left: %v", files)
	}
	tx.Close()
	must(t, s.Close())
	checkClean(t, x.fs)
}
