package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number of things: 1 event, 2,000 events.
func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

// bytesText shows a size with three digits: 1.05 MB.
func bytesText(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, u := float64(n)/1000, 0
	for f >= 999.5 {
		f, u = f/1000, u+1
	}
	return fmt.Sprintf("%.3g %cB", f, units[u])
}

// durationText shows how long something took, or takes: 24 ms, 1.3 s, 12 s, 2 min 5 s, 1 h 2 min.
func durationText(d time.Duration) string {
	switch s := d.Seconds(); {
	case d < time.Millisecond:
		return "1 ms"
	case s < 0.9995:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 59.5:
		return fmt.Sprintf("%.0f s", s)
	case s < 3599.5:
		n := int64(s + 0.5)
		return fmt.Sprintf("%d min %d s", n/60, n%60)
	default:
		n := int64(s/60 + 0.5)
		return fmt.Sprintf("%s h %d min", thousands(n/60), n%60)
	}
}

// perSecond is a rate; what took no time is counted as a millisecond.
func perSecond(n int64, d time.Duration) int64 {
	return int64(float64(n) / max(d.Seconds(), 1e-3))
}

// cause is an error of the operating system without the call and the path that Go puts before it: "permission denied".
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
