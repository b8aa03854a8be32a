package exec

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/types"
)

func TestPoolNeverGivesMoreThanItHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := PoolOptions{Total: 1000, PerQuery: rapid.Int64Range(1, 1200).Draw(t, "per query"), Admission: rapid.Int64Range(1, 300).Draw(t, "admission")}
		p := NewPool(o)
		var in []*Account
		held, tried := map[*Account]int64{}, map[*Account]int64{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				used, _, _ := p.Used()
				if used+p.admission <= p.total {
					a, err := p.Admit(context.Background(), 0)
					if err != nil {
						t.Fatal(err)
					}
					in = append(in, a)
				}
			case 1:
				if len(in) > 0 {
					a, n := in[rapid.IntRange(0, len(in)-1).Draw(t, "who")], rapid.Int64Range(0, 500).Draw(t, "bytes")
					if err := a.Reserve(n); err == nil {
						held[a] += n
					} else if code(err) != types.CodeOutOfMemory {
						t.Fatal(err)
					}
				}
			case 2:
				if len(in) > 0 {
					a := in[rapid.IntRange(0, len(in)-1).Draw(t, "who")]
					n := rapid.Int64Range(0, held[a]).Draw(t, "bytes")
					a.Release(n)
					held[a] -= n
				}
			case 4:
				if len(in) > 0 {
					a, n := in[rapid.IntRange(0, len(in)-1).Draw(t, "who")], rapid.Int64Range(0, 500).Draw(t, "bytes")
					if rapid.Bool().Draw(t, "return") {
						n = min(n, tried[a])
						a.Return(n)
						tried[a] -= n
					} else if a.Try(n) {
						tried[a] += n
					}
				}
			case 3:
				if len(in) > 0 {
					in[0].Close()
					in[0].Close()
					in = in[1:]
				}
			}
			var want int64
			for _, a := range in {
				want += max(held[a], p.admission) + tried[a]
				if sum := held[a] + tried[a]; a.Held() != sum || sum > p.perQuery {
					t.Fatalf("a query holds %d, reserved %d and tried %d", a.Held(), held[a], tried[a])
				}
			}
			if used, running, _ := p.Used(); used != want || used > p.total || running != len(in) {
				t.Fatalf("%d bytes of %d for %d queries, want %d for %d", used, p.total, running, want, len(in))
			}
		}
		for _, a := range in {
			a.Close()
		}
		if used, running, _ := p.Used(); used != 0 || running != 0 {
			t.Fatalf("%d bytes, %d queries after the last", used, running)
		}
	})
}

func TestPoolAdmitsInOrderAndForgetsWhoLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(PoolOptions{Total: 100, Admission: 100})
		first, err := p.Admit(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		admitted := make(chan int, 3)
		cause := errors.New("gone")
		gone, leave := context.WithCancelCause(t.Context())
		for i, ctx := range []context.Context{gone, t.Context(), t.Context()} {
			go func() {
				a, err := p.Admit(ctx, 0)
				if err != nil {
					if !errors.Is(err, cause) {
						t.Error(err)
					}
					return
				}
				admitted <- i
				a.Close()
			}()
			synctest.Wait()
		}
		if _, _, waiting := p.Used(); waiting != 3 {
			t.Errorf("%d wait", waiting)
		}
		leave(cause)
		synctest.Wait()
		first.Close()
		if a, b := <-admitted, <-admitted; a != 1 || b != 2 {
			t.Errorf("admitted %d, then %d", a, b)
		}
	})
}

// A query that is let in at the moment when it gives up must not keep its place.
func TestPoolTakesBackTheTurnOfWhoGaveUp(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			p := NewPool(PoolOptions{Total: 100, Admission: 100})
			first, err := p.Admit(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				if a, err := p.Admit(ctx, 0); err == nil {
					a.Close()
				}
			}()
			synctest.Wait()
			leave()
			first.Close()
			synctest.Wait()
			if used, running, waiting := p.Used(); used != 0 || running != 0 || waiting != 0 {
				t.Fatalf("%d bytes, %d running, %d waiting", used, running, waiting)
			}
		})
	}
}

func TestReservationsWaitForWhatOthersGiveBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(PoolOptions{Total: 1000, Admission: 100, Patience: time.Minute})
		a, _ := p.Admit(t.Context(), 300)
		b, _ := p.Admit(t.Context(), 0)
		if err := b.Reserve(700); err != nil {
			t.Fatal(err)
		}
		if a.Try(1) || b.Try(1) {
			t.Error("the last eighth is not for trying")
		}
		if err := a.Reserve(300); err != nil {
			t.Error("what was set aside at admission is there:", err)
		}
		granted := make(chan error, 1)
		go func() { granted <- a.Reserve(200) }()
		synctest.Wait()
		if got := b.Reserve(1); code(got) != types.CodeOutOfMemory {
			t.Error("all wait, so it would be for ever:", got)
		}
		entered := make(chan *Account, 1)
		go func() {
			c, _ := p.Admit(t.Context(), 0)
			entered <- c
		}()
		synctest.Wait()
		b.Release(150)
		synctest.Wait()
		if len(granted)+len(entered) != 0 {
			t.Error("let in or granted before there is room for the one that runs")
		}
		b.Release(150)
		if err := <-granted; err != nil {
			t.Error(err)
		}
		(<-entered).Close()
		a.Close()
		b.Close()
		if used, running, waiting := p.Used(); used != 0 || running != 0 || waiting != 0 {
			t.Errorf("%d bytes, %d running, %d waiting", used, running, waiting)
		}
	})
}

func TestReservationsWaitNoLongerThanTheStatementNorThanPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(PoolOptions{Total: 1000, Admission: 100, Patience: time.Minute})
		a, _ := p.Admit(t.Context(), 0)
		b, _ := p.Admit(t.Context(), 0)
		if err := b.Reserve(900); err != nil {
			t.Fatal(err)
		}
		cause := errors.New("cancelled")
		ctx, cancel := context.WithCancelCause(t.Context())
		a.until = func() context.Context { return ctx }
		time.AfterFunc(time.Second, func() { cancel(cause) })
		began := time.Now()
		if err := a.Reserve(200); !errors.Is(err, cause) || time.Since(began) != time.Second {
			t.Error(err, time.Since(began))
		}
		a.until = t.Context
		began = time.Now()
		if err := a.Reserve(200); code(err) != types.CodeOutOfMemory || time.Since(began) != time.Minute {
			t.Error(err, time.Since(began))
		}
		if err := a.Reserve(100); err != nil {
			t.Error("who gave up keeps nothing:", err)
		}
		a.Close()
		b.Close()
	})
}
