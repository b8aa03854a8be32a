package main

import (
	"testing"
	"time"
)

// TestMaintenanceRestsWhileStatementsRun: for about as long as it works, and not at all when nobody is there.
func TestMaintenanceRestsWhileStatementsRun(t *testing.T) {
	p := new(pacer)
	work := func() (worked, rested time.Duration) {
		for range 40 {
			began := time.Now()
			for time.Since(began) < time.Millisecond {
			}
			middle := time.Now()
			p.pace()
			worked, rested = worked+middle.Sub(began), rested+time.Since(middle)
		}
		return worked, rested
	}
	if worked, rested := work(); rested > worked/4 {
		t.Errorf("%v of work, %v of rest, and nobody knows of a statement", worked, rested)
	}
	busy := 0
	p.setBusy(func() int { return busy })
	if worked, rested := work(); rested > worked/4 {
		t.Errorf("%v of work, %v of rest, and no statement runs", worked, rested)
	}
	busy = 1
	if worked, rested := work(); rested < worked/2 {
		t.Errorf("%v of work, %v of rest, and a statement runs", worked, rested)
	}
}
