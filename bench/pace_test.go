package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPaceAddsUpNoRounding(t *testing.T) {
	start := time.Unix(1_000, 0)
	p := pace{start: start, units: 7, rate: 3} // 2⅓ s each
	for i := range 3_000_001 {
		due := p.next()
		if want := start.Add(time.Duration(i/3) * 7 * time.Second); i%3 == 0 && !due.Equal(want) {
			t.Fatalf("number %d is due at %s, want %s", i, due, want)
		}
	}
}

func TestPaceDoesNotWaitForWhatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := pace{start: start, units: 1, rate: 10}
		var waits []time.Duration
		for i := range 5 {
			due := p.next()
			if !until(t.Context(), due) {
				t.Fatal("the context has not ended")
			}
			waits = append(waits, time.Since(due))
			if i == 1 {
				time.Sleep(250 * time.Millisecond) // two that were due meanwhile are late, the one after is not
			}
		}
		want := []time.Duration{0, 0, 150 * time.Millisecond, 50 * time.Millisecond, 0}
		for i := range want {
			if waits[i] != want[i] {
				t.Errorf("late by %v, want %v", waits, want)
				break
			}
		}
	})
}

func TestUntilEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if until(ctx, time.Now().Add(time.Hour)) || until(ctx, time.Now().Add(-time.Hour)) {
		t.Error("it waited")
	}
}
