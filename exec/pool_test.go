package exec

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/flare-pg/flare-pg/types"
)

func TestPoolNeverGivesMoreThanItHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := PoolOptions{Total: 1000, PerQuery: rapid.Int64Range(1, 1200).Draw(t, "per query"), Admission: rapid.Int64Range(1, 300).Draw(t, "admission")}
		p := NewPool(o)
		var in []*Account
		held := map[*Account]int64{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				used, _, _ := p.Used()
				if used+p.admission <= p.total {
					a, err := p.Admit(context.Background())
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
			case 3:
				if len(in) > 0 {
					in[0].Close()
					in[0].Close()
					in = in[1:]
				}
			}
			var want int64
			for _, a := range in {
				want += max(held[a], p.admission)
				if a.Held() != held[a] || held[a] > p.perQuery {
					t.Fatalf("a query holds %d, reserved %d", a.Held(), held[a])
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
		first, err := p.Admit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		admitted := make(chan int, 3)
		cause := errors.New("gone")
		gone, leave := context.WithCancelCause(t.Context())
		for i, ctx := range []context.Context{gone, t.Context(), t.Context()} {
			go func() {
				a, err := p.Admit(ctx)
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
			first, err := p.Admit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				if a, err := p.Admit(ctx); err == nil {
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
