package main

import (
	"testing"
	"time"
)

func TestNumbersAreReadable(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1 ms", 24 * time.Millisecond: "24 ms", 999_600 * time.Microsecond: "1.0 s", 1310 * time.Millisecond: "1.3 s",
		9960 * time.Millisecond: "10 s", 59_600 * time.Millisecond: "1 min 0 s", 125 * time.Second: "2 min 5 s",
		3599_600 * time.Millisecond: "1 h 0 min", 62 * time.Minute: "1 h 2 min",
	} {
		if got := durationText(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", -1234: "-1,234", -123: "-123", 1234567: "1,234,567",
	} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1 kB", 999_499: "999 kB", 999_500: "1 MB", 1_051_000: "1.05 MB", 1 << 62: "4.61 EB",
	} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if count(1, "event") != "1 event" || count(0, "event") != "0 events" || count(2000, "line") != "2,000 lines" {
		t.Error(count(1, "event"), count(0, "event"), count(2000, "line"))
	}
}
