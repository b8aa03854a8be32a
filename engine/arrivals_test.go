package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/flare-pg/flare-pg/engine/vfs"
	"github.com/flare-pg/flare-pg/nql"
)

// follower reads of each generation what the one before had not.
type follower struct {
	tx  *ReadTx
	got []string
}

func (f *follower) look(t testing.TB, later *ReadTx) {
	seen := f.tx.Arrivals()
	f.tx.Close()
	f.tx = later
	f.got = append(f.got, scan(t, later, Spec{Except: seen, Order: nql.Ascending})...)
}

func (f *follower) want(t *testing.T, want []string) {
	t.Helper()
	got := slices.Clone(f.got)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("followed %d events of %d: %v, want %v", len(got), len(want), got, want)
	}
}

// TestALoadThatCommitsLateIsSeenByWhoFollows: the events of a load have their arrival numbers long before they are committed. Neither who follows, nor who
// deletes a range of time meanwhile, may take them for events that were there.
func TestALoadThatCommitsLateIsSeenByWhoFollows(t *testing.T) {
	var during func()
	s := open(t, vfs.NewMem(), Options{BulkTicks: 2, Pace: func() {
		if f := during; f != nil {
			during = nil
			f()
		}
	}})
	commitDocs(t, s, base, `{"n":1}`)
	f := follower{tx: s.Read()}
	deleting := s.NewStage()
	during = func() {
		commitDocs(t, s, base, `{"n":2}`)
		f.look(t, s.Read())
		f.want(t, []string{`{"n":2}`})
		tx := s.Read()
		must(t, deleting.DeleteRange(tx, 1, MinTime, MaxTime))
		tx.Close()
	}
	load := s.NewStage()
	var want []string
	for i := range 5 {
		d := fmt.Sprintf(`{"n":%d}`, 10+i)
		must(t, load.Append(1, base+int64(i)*10*minute, []byte(d)))
		want = append(want, d)
	}
	must(t, s.Commit(context.Background(), load, Sync))
	if during != nil {
		t.Fatal("the load was not one")
	}
	f.look(t, s.Read())
	f.want(t, append(slices.Clone(want), `{"n":2}`))
	f.tx.Close()
	must(t, s.Commit(context.Background(), deleting, Sync))
	tx := s.Read()
	if left := scan(t, tx, Spec{}); !slices.Equal(left, want) {
		t.Errorf("after the deletion there is %v, want %v", left, want)
	}
	tx.Close()
	must(t, s.Close())
}

// TestFollowingMissesNothingAndRepeatsNothing: while several clients commit at random times, loads go straight into spans, ticks and spans are merged, and recent events are put into
// pages, who reads of each generation what the one before had not gets each event once.
func TestFollowingMissesNothingAndRepeatsNothing(t *testing.T) {
	s := open(t, vfs.NewMem(), Options{BulkTicks: 3, RAMBytes: 20_000, SpanRaw: 20_000, PageBytes: 2_000})
	f := follower{tx: s.Read()}
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	var want []string
	var writers, helpers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for n := range 60 {
				st := s.NewStage()
				ranges := 1 + r.IntN(2)
				if n%15 == 7 {
					ranges = 8 // a load
				}
				var mine []string
				for i := range ranges * (1 + r.IntN(5)) {
					d := fmt.Sprintf(`{"n":%d,"w":%d,"x":%q}`, n*1000+i, w, fmt.Sprint(r.Uint64()))
					mine = append(mine, d)
					if err := st.Append(1, base+int64(i%ranges)*5*minute+r.Int64N(minute), []byte(d)); err != nil {
						t.Error(err)
					}
				}
				if err := s.Commit(context.Background(), st, Async); err != nil {
					t.Error(err)
				}
				mu.Lock()
				want = append(want, mine...)
				mu.Unlock()
			}
		})
	}
	helpers.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			if _, _, err := s.Maintain(context.Background(), MaintainOptions{Now: base, Force: n%4 == 0, TickFiles: 2}); err != nil {
				t.Error(err)
			}
			if _, err := s.Condense(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	writing, written := context.WithCancel(ctx)
	go func() { writers.Wait(); written() }()
	for {
		later, err := f.tx.Later(writing)
		if err != nil {
			break
		}
		f.look(t, later)
	}
	f.look(t, s.Read())
	stop()
	helpers.Wait()
	f.want(t, want)
	f.tx.Close()
	must(t, s.Close())
}
