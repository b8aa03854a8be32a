package main

import (
	"context"
	"time"
)

// pace is a schedule that does not depend on how long anything takes: the n-th thing is due at start + n×units/rate. Latency counts
// from there, so that what waits behind something slow is counted, too (an open loop).
type pace struct {
	start time.Time
	units int64 // done at each due time
	rate  int64 // units a second
	n     int64
}

// next gives the time at which the next thing is due. No rounding adds up.
func (p *pace) next() time.Time {
	done := p.n * p.units
	p.n++
	whole, part := done/p.rate, done%p.rate
	return p.start.Add(time.Duration(whole)*time.Second + time.Duration(part)*time.Second/time.Duration(p.rate))
}

// until waits for a time, which may have passed already. It reports false when ctx ended.
func until(ctx context.Context, t time.Time) bool {
	left := time.Until(t)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
